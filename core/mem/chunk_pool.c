/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * chunk_pool.c - chunk descriptors, cut from pages and kept in a list.
 */
#include "chunk_pool.h"
#include "slot.h"

#include <vmkapi/core/spinlock.h>

static vmk_SpinlockObject pool_lock = VMK_SPINLOCK_INITIALIZER("chunk pool", VMK_RANK_CHUNK);
static vmk_ListLinks pool VMK_GUARDED_BY(pool_lock) = VMK_LIST_INITIALIZER(pool);

/* Cut a page into descriptors. */
static void refill(void) VMK_REQUIRES(&pool_lock)
{
    vmk_PageRequest request = {.module = VMK_VMKERNEL_MODULE_ID, .kind = VMK_PAGE_DATA};
    struct chunk *descriptors;
    vmk_MPN mpn;

    if (vmk_PageAlloc(request, &mpn) != VMK_OK) {
        return;
    }
    descriptors = vmk_MPN2Ptr(mpn);
    for (vmk_uint64 i = 0; i < VMK_PAGE_SIZE / sizeof(*descriptors); i++) {
        vmk_ListInsert(&descriptors[i].links, vmk_ListAtRear(&pool));
    }
}

struct chunk *chunk_pool_alloc(void)
{
    vmk_ListLinks *first = NULL;
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&pool_lock, &flags);
    if (vmk_ListIsEmpty(&pool)) {
        refill();
    }
    if (!vmk_ListIsEmpty(&pool)) {
        first = vmk_ListFirst(&pool);
        vmk_ListRemove(first);
    }
    vmk_SpinlockUnlockIRQ(&pool_lock, flags);
    return first == NULL ? NULL : VMK_LIST_ENTRY(first, struct chunk, links);
}

void chunk_pool_free(struct chunk *chunk)
{
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&pool_lock, &flags);
    vmk_ListInsert(&chunk->links, vmk_ListAtFront(&pool));
    vmk_SpinlockUnlockIRQ(&pool_lock, flags);
}
