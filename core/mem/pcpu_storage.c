/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pcpu_storage.c - who has which words of the CPUs' storage; first fit, for few and small allocations.
 */
#include <core/account.h>
#include <core/smp.h>
#include <vmkapi/base/export.h>
#include <vmkapi/base/pcpu_storage.h>
#include <vmkapi/core/spinlock.h>
#include <vmkapi/lib/libc.h>

#define WORD  sizeof(vmk_uint64)
#define WORDS (VMK_PCPU_STORAGE_SIZE / WORD)

static vmk_SpinlockObject lock = VMK_SPINLOCK_INITIALIZER("pcpu-storage", VMK_RANK_PCPU_STORAGE);
static vmk_Bool taken[WORDS] VMK_GUARDED_BY(&lock);

static vmk_PCPUStorage storage_at(vmk_uint32 word)
{
    return VMK_PCPU_STORAGE_START + word * WORD;
}

/** Find @p count free words in a row. @return the first, or WORDS when there are none. */
static vmk_uint32 find_free(vmk_uint32 count) VMK_REQUIRES(&lock)
{
    vmk_uint32 free = 0;

    for (vmk_uint32 word = 0; word < WORDS; word++) {
        free = taken[word] ? 0 : free + 1;
        if (free == count) {
            return word + 1 - count;
        }
    }
    return WORDS;
}

VMK_ReturnStatus vmk_PCPUStorageAlloc(vmk_ModuleID module, vmk_ByteCount size, vmk_PCPUStorage *storage)
{
    vmk_uint32 first, count;

    if (size == 0) {
        return VMK_BAD_PARAM;
    }
    if (size > VMK_PCPU_STORAGE_SIZE) {
        return VMK_NO_MEMORY;
    }
    count = (vmk_uint32)((size + WORD - 1) / WORD);
    vmk_SpinlockLock(&lock);
    first = find_free(count);
    if (first < WORDS) {
        vmk_Memset(&taken[first], VMK_TRUE, count * sizeof(taken[0]));
    }
    vmk_SpinlockUnlock(&lock);
    if (first == WORDS) {
        return VMK_NO_MEMORY;
    }
    *storage = storage_at(first);
    /* A CPU that is not there yet starts with zeroes. */
    for (vmk_uint32 cpu = 0; cpu < vmk_NumPCPUs(); cpu++) {
        vmk_Memset(vmk_PCPUStorageOf(*storage, cpu), 0, count * WORD);
    }
    account_add(module, ACCOUNT_PCPU_BYTES, (vmk_int64)size);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_PCPUStorageAlloc);

void vmk_PCPUStorageFree(vmk_ModuleID module, vmk_ByteCount size, vmk_PCPUStorage storage)
{
    if (storage == VMK_PCPU_STORAGE_NONE) {
        return;
    }
    vmk_SpinlockLock(&lock);
    vmk_Memset(&taken[(storage - VMK_PCPU_STORAGE_START) / WORD], VMK_FALSE,
               (size + WORD - 1) / WORD * sizeof(taken[0]));
    vmk_SpinlockUnlock(&lock);
    account_add(module, ACCOUNT_PCPU_BYTES, -(vmk_int64)size);
}
VMK_EXPORT_SYMBOL(vmk_PCPUStorageFree);

void *vmk_PCPUStorageOf(vmk_PCPUStorage storage, vmk_uint32 pcpu)
{
    return (vmk_uint8 *)smp_pcpu(pcpu) + storage;
}
VMK_EXPORT_SYMBOL(vmk_PCPUStorageOf);

vmk_int64 vmk_PCPUSum64(vmk_PCPUStorage storage)
{
    vmk_int64 sum = 0;

    for (vmk_uint32 cpu = 0; cpu < vmk_NumPCPUs(); cpu++) {
        sum += __atomic_load_n((vmk_int64 *)vmk_PCPUStorageOf(storage, cpu), __ATOMIC_RELAXED);
    }
    return sum;
}
VMK_EXPORT_SYMBOL(vmk_PCPUSum64);
