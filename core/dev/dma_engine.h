/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dma_engine.h - an engine as dma*.c know it, behind its public head.
 */
#ifndef DEV_DMA_ENGINE_H
#define DEV_DMA_ENGINE_H

#include <vmkapi/core/dma.h>
#include <vmkapi/core/spinlock.h>
#include <vmkapi/lib/list.h>

struct dma_engine {
    vmk_DMAEngineHead head;
    vmk_ListLinks links; /**< Among all engines; under their lock. */
    vmk_Name name;
    vmk_ModuleID module;
    vmk_uint32 flags;
    vmk_DMAConstraints constraints;
    vmk_SpinlockObject lock; /**< Rank DMA, interrupts off: guards what says so, and what that points to. */
    struct dma_bounce *bounce VMK_GUARDED_BY(lock); /**< NULL when nothing can be bounced. */
    struct dma_track *track VMK_GUARDED_BY(lock);   /**< NULL in release builds. */
    vmk_int64 allocations;                          /**< Of vmk_DMAAlloc(), outstanding; atomic. */
};

/** Have mappings counted in their modules' accounts. Context: boot world, once, before the first engine. */
void dma_engine_init(void);

VMK_ALWAYS_INLINE struct dma_engine *dma_engine_of(vmk_DMAEngine head)
{
    return VMK_CONTAINER_OF(head, struct dma_engine, head);
}

#endif
