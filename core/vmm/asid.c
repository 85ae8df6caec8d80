/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * asid.c - handing out address space identifiers.
 */
#include <core/vmm/asid.h>

void asid_pool_init(struct asid_pool *pool, vmk_uint32 count)
{
    /* As if all had been handed out: who knows what the TLB holds. */
    *pool = (struct asid_pool){.count = count, .next = count, .generation = 1};
}

bool asid_take(struct asid_pool *pool, struct asid *asid, vmk_uint32 cpu, vmk_uint64 memory_generation)
{
    bool flush = pool->next >= pool->count;

    if (flush) {
        pool->generation++;
        pool->next = 1;
    }
    *asid = (struct asid){.number = pool->next++,
                          .cpu = cpu,
                          .pool_generation = pool->generation,
                          .memory_generation = memory_generation};
    return flush;
}
