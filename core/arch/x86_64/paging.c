/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * paging.c - the kernel's page tables (Intel SDM vol. 3A, 4.5; four levels).
 *
 * Tables are added and never taken away: kernel addresses are used again and again.
 */
#include "paging.h"
#include "layout.h"

#include <core/boot_info.h>
#include <core/paging.h>
#include <vmkapi/core/frame.h>
#include <vmkapi/core/machine_memory.h>
#include <vmkapi/core/spinlock.h>

/* Bits that mean access and caching: those a split or a change of rights works on. */
#define PTE_RIGHTS (PTE_WRITE | PTE_DIRTY | PTE_NX)

vmk_uint64 kernel_pml4[PAGING_ENTRIES] VMK_ATTRIBUTE_ALIGN(4096);
static vmk_SpinlockObject paging_lock = VMK_SPINLOCK_INITIALIZER("paging", VMK_RANK_PAGE_TABLE);
static vmk_Bool use_page_alloc;

void paging_use_page_alloc(void)
{
    use_page_alloc = VMK_TRUE;
}

vmk_MA paging_root(void)
{
    return (vmk_VA)kernel_pml4 - KERNEL_BASE;
}

static unsigned index_at(vmk_VA va, unsigned level)
{
    return (unsigned)(va >> (12 + 9 * (level - 1))) % PAGING_ENTRIES;
}

vmk_ByteCount paging_size_at(unsigned level)
{
    return 1ul << (12 + 9 * (level - 1));
}

/* @return a zeroed page for a table, 0 when there is none. */
static vmk_MA new_table(void)
{
    static const vmk_PageRequest request = {
        .module = VMK_VMKERNEL_MODULE_ID, .kind = VMK_PAGE_TABLE, .zero = VMK_TRUE};
    vmk_MPN mpn;

    if (!use_page_alloc) {
        return boot_alloc(1, VMK_PAGE_SIZE);
    }
    return vmk_PageAlloc(request, &mpn) == VMK_OK ? vmk_MPN2MA(mpn) : 0;
}

static vmk_Bool is_leaf(vmk_uint64 pte, unsigned level)
{
    return level == 1 || (pte & PTE_LARGE) != 0;
}

/*
 * Find the entry for @p va at *level, or the leaf above it that already maps it. Sets *level to where it is.
 * @return NULL when the way ends earlier and @p create is false, or there is no page to go on with.
 */
static vmk_uint64 *walk(vmk_VA va, unsigned *level, vmk_Bool create) VMK_REQUIRES(&paging_lock)
{
    vmk_uint64 *table = kernel_pml4;

    for (unsigned at = PAGING_LEVEL_TOP;; at--) {
        vmk_uint64 *pte = &table[index_at(va, at)];

        if (at == *level || ((*pte & PTE_PRESENT) && is_leaf(*pte, at))) {
            *level = at;
            return pte;
        }
        if (!(*pte & PTE_PRESENT)) {
            vmk_MA page = create ? new_table() : 0;

            if (page == 0) {
                return NULL;
            }
            __atomic_store_n(pte, page | PTE_PRESENT | PTE_WRITE, __ATOMIC_RELEASE);
        }
        table = vmk_MA2Ptr(*pte & PTE_ADDRESS);
    }
}

/* @return the entry that maps @p va, its level in *level; NULL when nothing does. */
static vmk_uint64 *find_leaf(vmk_VA va, unsigned *level) VMK_REQUIRES(&paging_lock)
{
    vmk_uint64 *pte;

    *level = 1;
    pte = walk(va, level, VMK_FALSE);
    return pte != NULL && (*pte & PTE_PRESENT) ? pte : NULL;
}

static vmk_Bool is_allowed(unsigned flags)
{
    return (flags & (ARCH_MAP_WRITE | ARCH_MAP_EXEC)) != (ARCH_MAP_WRITE | ARCH_MAP_EXEC);
}

static vmk_uint64 rights_of(unsigned flags)
{
    return (flags & ARCH_MAP_WRITE ? PTE_WRITE | PTE_DIRTY : 0) | (flags & ARCH_MAP_EXEC ? 0 : PTE_NX);
}

/* The PAT entries of cpu.c: PWT alone is write-combining, PWT and PCD uncached. */
static vmk_uint64 caching_of(unsigned flags)
{
    if (flags & ARCH_MAP_UNCACHED) {
        return PTE_PWT | PTE_PCD;
    }
    return flags & ARCH_MAP_WRITE_COMBINING ? PTE_PWT : 0;
}

VMK_ReturnStatus paging_map_at(vmk_VA va, vmk_MA ma, unsigned level, unsigned flags)
    VMK_NO_THREAD_SAFETY_ANALYSIS("boot code has no rivals, arch_map_page() has the lock")
{
    unsigned at = level;
    vmk_uint64 *pte = walk(va, &at, VMK_TRUE);

    if (pte == NULL) {
        return VMK_NO_MEMORY;
    }
    if (*pte & PTE_PRESENT) {
        return VMK_EXISTS;
    }
    __atomic_store_n(pte,
                     ma | PTE_PRESENT | PTE_ACCESSED | rights_of(flags) | caching_of(flags) |
                         (level > 1 ? PTE_LARGE : 0),
                     __ATOMIC_RELEASE);
    return VMK_OK;
}

VMK_ReturnStatus arch_map_page(vmk_VA va, vmk_MA ma, unsigned flags)
{
    unsigned level = flags & ARCH_MAP_LARGE ? PAGING_LEVEL_2M : 1;
    vmk_StatusValue status;
    vmk_uint64 irq_flags;

    if (!is_allowed(flags) || (va | ma) % paging_size_at(level) != 0) {
        return VMK_BAD_PARAM;
    }
    vmk_SpinlockLockIRQ(&paging_lock, &irq_flags);
    status = paging_map_at(va, ma, level, flags);
    vmk_SpinlockUnlockIRQ(&paging_lock, irq_flags);
    return status;
}

void arch_unmap_page(vmk_VA va)
{
    vmk_uint64 irq_flags;
    vmk_uint64 *pte;
    unsigned level;

    vmk_SpinlockLockIRQ(&paging_lock, &irq_flags);
    pte = find_leaf(va, &level);
    if (pte != NULL) {
        __atomic_store_n(pte, 0, __ATOMIC_RELEASE);
    }
    vmk_SpinlockUnlockIRQ(&paging_lock, irq_flags);
}

VMK_ReturnStatus arch_map_range(vmk_VA va, vmk_MA ma, vmk_ByteCount len_bytes, unsigned flags)
{
    for (vmk_ByteCount done = 0; done < len_bytes; done += VMK_PAGE_SIZE) {
        vmk_StatusValue status = arch_map_page(va + done, ma + done, flags & ~(unsigned)ARCH_MAP_LARGE);

        if (status != VMK_OK) {
            while (done != 0) {
                done -= VMK_PAGE_SIZE;
                arch_unmap_page(va + done);
            }
            return status;
        }
    }
    return VMK_OK;
}

/* Replace a large leaf by a table of leaves one level down that map the same. */
static vmk_Bool split(vmk_uint64 *pte, unsigned level) VMK_REQUIRES(&paging_lock)
{
    vmk_MA page = new_table();
    vmk_uint64 *table = vmk_MA2Ptr(page);
    vmk_uint64 leaf = level == PAGING_LEVEL_2M ? *pte & ~(vmk_uint64)PTE_LARGE : *pte;

    if (page == 0) {
        return VMK_FALSE;
    }
    for (unsigned i = 0; i < PAGING_ENTRIES; i++) {
        table[i] = leaf + i * paging_size_at(level - 1);
    }
    __atomic_store_n(pte, page | PTE_PRESENT | PTE_WRITE, __ATOMIC_RELEASE);
    return VMK_TRUE;
}

static VMK_ReturnStatus protect_locked(vmk_VA va, unsigned flags) VMK_REQUIRES(&paging_lock)
{
    unsigned level;
    vmk_uint64 *pte = find_leaf(va, &level);

    while (pte != NULL && level > 1) {
        if (!split(pte, level)) {
            return VMK_NO_MEMORY;
        }
        pte = find_leaf(va, &level);
    }
    if (pte == NULL) {
        return VMK_NOT_FOUND;
    }
    __atomic_store_n(pte, (*pte & ~PTE_RIGHTS) | rights_of(flags), __ATOMIC_RELEASE);
    return VMK_OK;
}

static VMK_ReturnStatus protect_page(vmk_VA va, unsigned flags)
{
    vmk_StatusValue status;
    vmk_uint64 irq_flags;

    if (!is_allowed(flags)) {
        return VMK_BAD_PARAM;
    }
    vmk_SpinlockLockIRQ(&paging_lock, &irq_flags);
    status = protect_locked(va, flags);
    vmk_SpinlockUnlockIRQ(&paging_lock, irq_flags);
    return status;
}

VMK_ReturnStatus arch_protect_range(vmk_VA va, vmk_ByteCount len_bytes, unsigned flags)
{
    vmk_StatusValue status = VMK_OK;

    for (vmk_ByteCount done = 0; done < len_bytes && status == VMK_OK; done += VMK_PAGE_SIZE) {
        status = protect_page(va + done, flags);
    }
    return status;
}

static unsigned flags_of(vmk_uint64 pte, unsigned level)
{
    unsigned flags = ARCH_MAP_READ;

    flags |= pte & PTE_WRITE ? ARCH_MAP_WRITE : 0;
    flags |= pte & PTE_NX ? 0 : ARCH_MAP_EXEC;
    flags |= level > 1 ? ARCH_MAP_LARGE : 0;
    if (pte & PTE_PWT) {
        flags |= pte & PTE_PCD ? ARCH_MAP_UNCACHED : ARCH_MAP_WRITE_COMBINING;
    }
    return flags;
}

/* The entry @p va's way ends at, its level in *level. Without the lock: each entry is read once, no table
 * goes. */
static vmk_uint64 look_up(vmk_VA va, unsigned *level)
{
    const vmk_uint64 *table = kernel_pml4;

    for (unsigned at = PAGING_LEVEL_TOP;; at--) {
        vmk_uint64 pte = __atomic_load_n(&table[index_at(va, at)], __ATOMIC_ACQUIRE);

        if (!(pte & PTE_PRESENT) || is_leaf(pte, at)) {
            *level = at;
            return pte;
        }
        table = vmk_MA2Ptr(pte & PTE_ADDRESS);
    }
}

VMK_ReturnStatus arch_query_page(vmk_VA va, vmk_MA *ma, unsigned *flags)
{
    unsigned level;
    vmk_uint64 pte = look_up(va, &level);

    if (!(pte & PTE_PRESENT)) {
        return VMK_NOT_FOUND;
    }
    if (ma != NULL) {
        *ma = (pte & PTE_ADDRESS & ~(paging_size_at(level) - 1)) | (va & (paging_size_at(level) - 1));
    }
    if (flags != NULL) {
        *flags = flags_of(pte, level);
    }
    return VMK_OK;
}

VMK_ReturnStatus paging_see_direct(vmk_MA ma, vmk_ByteCount len_bytes)
{
    vmk_MA end = ma + len_bytes;

    for (vmk_MA page = ma & ~VMK_PAGE_MASK; page < end; page += VMK_PAGE_SIZE) {
        vmk_StatusValue status = arch_map_page(vmk_MA2VA(page), page, ARCH_MAP_READ);

        if (status != VMK_OK && status != VMK_EXISTS) {
            return status;
        }
    }
    return VMK_OK;
}
