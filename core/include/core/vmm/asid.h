/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * asid.h - which address space identifier a vCPU has on which CPU (AMD64 APM vol. 2, 15.16).
 *
 * A CPU's TLB keeps translations of several guests apart by their ASIDs. Ours are handed out in turn by each
 * CPU; a vCPU takes a new one when it comes to a CPU, and when the nested tables have changed: nothing was
 * ever cached under it, so that is a flush. When a CPU has none left, its whole TLB is flushed, once, and all
 * are handed out anew.
 *
 * Hardware-free. Context: the CPU whose pool it is, interrupts off.
 */
#ifndef CORE_VMM_ASID_H
#define CORE_VMM_ASID_H

#include <stdbool.h>

#include <vmkapi/base/types.h>

/** A CPU's. */
struct asid_pool {
    vmk_uint32 count;      /**< The processor's; 0 is the host's, 1 to count - 1 are handed out. */
    vmk_uint32 next;       /**< To be handed out. */
    vmk_uint64 generation; /**< Of what was handed out since the last flush; never 0. */
};

/** A vCPU's; all zero: it has none. */
struct asid {
    vmk_uint32 number;
    vmk_uint32 cpu;
    vmk_uint64 pool_generation;
    vmk_uint64 memory_generation; /**< Of the nested tables, when it was taken. */
};

void asid_pool_init(struct asid_pool *pool, vmk_uint32 count);

/** For asid_use(). */
bool asid_take(struct asid_pool *pool, struct asid *asid, vmk_uint32 cpu, vmk_uint64 memory_generation);

/** Forget it: the next asid_use() takes a new one. Context: the vCPU's world. */
VMK_ALWAYS_INLINE void asid_drop(struct asid *asid)
{
    asid->pool_generation = 0;
}

/**
 * See to it that the vCPU can enter the guest on CPU @p cpu, whose pool it is, with asid->number, and reads
 * nested tables not older than @p memory_generation. @return whether the whole TLB is to be flushed first.
 */
VMK_ALWAYS_INLINE bool asid_use(struct asid_pool *pool, struct asid *asid, vmk_uint32 cpu,
                                vmk_uint64 memory_generation)
{
    if (VMK_LIKELY(asid->pool_generation == pool->generation && asid->cpu == cpu &&
                   asid->memory_generation == memory_generation)) {
        return false;
    }
    return asid_take(pool, asid, cpu, memory_generation);
}

#endif
