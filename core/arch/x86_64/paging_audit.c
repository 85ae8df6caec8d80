/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * paging_audit.c - a walk over all page tables (Intel SDM vol. 3A, 4.6: a right counts when every entry on
 * the way grants it). Tables are never taken away, so the walk needs no lock.
 */
#include "layout.h"
#include "paging.h"
#include "regs.h"

#include <core/paging_audit.h>
#include <vmkapi/core/machine_memory.h>
#include <vmkapi/lib/bits.h>

/** A mapping of a page of any size. */
struct leaf {
    vmk_MA ma;
    vmk_ByteCount bytes;
    vmk_Bool writable, executable;
};

/** Who sees the leaves of one walk. */
struct visitor {
    void (*visit)(const struct visitor *visitor, const struct leaf *leaf);
    const vmk_uint64 *root;
    struct paging_audit *audit;
    const struct leaf *executable; /**< For count_alias(). */
};

static void walk(const struct visitor *visitor, const vmk_uint64 *table, unsigned level, vmk_Bool writable,
                 vmk_Bool executable)
{
    for (unsigned i = 0; i < PAGING_ENTRIES; i++) {
        vmk_uint64 pte = __atomic_load_n(&table[i], __ATOMIC_ACQUIRE);
        vmk_Bool may_write = writable && (pte & PTE_WRITE) != 0;
        vmk_Bool may_execute = executable && (pte & PTE_NX) == 0;

        if (!(pte & PTE_PRESENT)) {
            continue;
        }
        if (level > 1 && !(pte & PTE_LARGE)) {
            walk(visitor, vmk_MA2Ptr(pte & PTE_ADDRESS), level - 1, may_write, may_execute);
        } else {
            const struct leaf leaf = {.ma = pte & PTE_ADDRESS & ~(paging_size_at(level) - 1),
                                      .bytes = paging_size_at(level),
                                      .writable = may_write,
                                      .executable = may_execute};

            visitor->visit(visitor, &leaf);
        }
    }
}

static void walk_all(const struct visitor *visitor)
{
    walk(visitor, visitor->root, PAGING_LEVEL_TOP, VMK_TRUE, VMK_TRUE);
}

/* Count what of the executable leaf's memory this one lets be written. */
static void count_alias(const struct visitor *visitor, const struct leaf *leaf)
{
    const struct leaf *code = visitor->executable;
    vmk_MA start = VMK_MAX(leaf->ma, code->ma);
    vmk_MA end = VMK_MIN(leaf->ma + leaf->bytes, code->ma + code->bytes);

    if (leaf->writable && !leaf->executable && start < end) {
        visitor->audit->aliased += (end - start) / VMK_PAGE_SIZE;
    }
}

static void count(const struct visitor *visitor, const struct leaf *leaf)
{
    vmk_uint64 pages = leaf->bytes / VMK_PAGE_SIZE;
    const struct visitor alias = {
        .visit = count_alias, .root = visitor->root, .audit = visitor->audit, .executable = leaf};

    visitor->audit->mapped += pages;
    visitor->audit->writable += leaf->writable ? pages : 0;
    visitor->audit->executable += leaf->executable ? pages : 0;
    visitor->audit->both += leaf->writable && leaf->executable ? pages : 0;
    if (leaf->executable) {
        walk_all(&alias);
    }
}

void paging_audit(const vmk_uint64 *root, struct paging_audit *audit)
{
    const struct visitor visitor = {.visit = count, .root = root, .audit = audit};

    *audit = (struct paging_audit){0};
    walk_all(&visitor);
}

void arch_audit_mappings(struct paging_audit *audit)
{
    paging_audit(vmk_MA2Ptr(read_cr3() & PTE_ADDRESS), audit);
    audit->enforced = (read_cr0() & CR0_WP) != 0 && (rdmsr(MSR_EFER) & EFER_NXE) != 0;
}
