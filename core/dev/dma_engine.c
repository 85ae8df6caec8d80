/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dma_engine.c - making and ending DMA engines; memory for devices.
 */
#define VMK_LOG_MODULE "DMA"

#include "dma_engine.h"

#include <core/account.h>
#include <core/dma_bounce.h>
#include <core/dma_track.h>
#include <core/heap.h>
#include <core/module.h>
#include <vmkapi/base/export.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/core/frame.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/lib/name.h>

/* Debug builds record every mapping. */
#ifdef VMK_DEBUG
#define TRACKING VMK_TRUE
#else
#define TRACKING VMK_FALSE
#endif

/* A bounce pool is as large as can be had between these: a ring of a NIC's takes a page a buffer. */
#define BOUNCE_ORDER_MAX     10 /* 4 MiB. */
#define BOUNCE_ORDER_MAX_LOW 4  /* Where memory is dear: below 16 MiB. */
#define BOUNCE_ORDER_MIN     2
#define LEAKS_NAMED_MAX      8

#define ISA_ADDRESS_MASK     0xffffffu

static vmk_SpinlockObject engines_lock = VMK_SPINLOCK_INITIALIZER("dma-engines", VMK_RANK_DMA);
static vmk_ListLinks engines VMK_GUARDED_BY(engines_lock) = VMK_LIST_INITIALIZER(engines);

static vmk_Bool is_power_of_two_or_zero(vmk_uint64 value)
{
    return (value & (value - 1)) == 0;
}

static vmk_Bool are_valid(const vmk_DMAConstraints *constraints)
{
    return is_power_of_two_or_zero(constraints->addressMask + 1) &&
           is_power_of_two_or_zero(constraints->sgElemAlignment) &&
           is_power_of_two_or_zero(constraints->sgElemStraddle);
}

/** The widest constraint of the page allocator's that keeps pages within a mask. */
static vmk_MemPhysAddrConstraint range_below(vmk_uint64 mask)
{
    if (vmk_MachMemMaxAddr() - 1 <= mask) {
        return VMK_PHYS_ADDR_ANY;
    }
    return mask >= VMK_ADDRESS_MASK_32BIT ? VMK_PHYS_ADDR_BELOW_4GB : VMK_PHYS_ADDR_BELOW_16MB;
}

/** Whether there is memory the device does not reach as it is. */
static vmk_Bool needs_bouncing(const struct dma_engine *engine)
{
    return vmk_MachMemMaxAddr() - 1 > engine->head.addressMask || engine->constraints.sgElemAlignment > 1 ||
           engine->constraints.sgElemStraddle != 0;
}

/** Allocate the largest pool of pages to be had within the device's reach. */
static VMK_ReturnStatus alloc_bounce_pages(const struct dma_engine *engine, unsigned *order, vmk_MPN *mpn)
{
    vmk_MemPhysAddrConstraint range = range_below(engine->head.addressMask);
    unsigned largest = range == VMK_PHYS_ADDR_BELOW_16MB ? BOUNCE_ORDER_MAX_LOW : BOUNCE_ORDER_MAX;
    vmk_StatusValue status = VMK_NO_MEMORY;

    vmk_PageRequest request = {
        .module = engine->module, .kind = VMK_PAGE_DMA, .constraint = (vmk_uint8)range};

    for (*order = largest + 1; status == VMK_NO_MEMORY && *order > BOUNCE_ORDER_MIN;) {
        request.order = (vmk_uint8)(*order -= 1);
        status = vmk_PageAlloc(request, mpn);
    }
    return status;
}

static VMK_ReturnStatus add_bounce_pool(struct dma_engine *engine) VMK_UNSHARED
{
    unsigned order;
    vmk_MPN mpn;

    if (engine->head.addressMask < ISA_ADDRESS_MASK) {
        return VMK_NO_MEMORY;
    }
    vmk_StatusValue status = alloc_bounce_pages(engine, &order, &mpn);
    if (status != VMK_OK) {
        return status;
    }
    struct dma_bounce *pool = vmk_HeapZalloc(heap_kernel, dma_bounce_size(1u << order));
    if (pool == NULL) {
        vmk_PageFree(mpn);
        return VMK_NO_MEMORY;
    }
    dma_bounce_init(pool, vmk_MPN2MA(mpn), 1u << order, engine->constraints.sgElemStraddle);
    engine->bounce = pool;
    return VMK_OK;
}

/** Decide what the inline paths may do by themselves. */
static void set_head(struct dma_engine *engine) VMK_UNSHARED
{
    const vmk_DMAConstraints *limits = &engine->constraints;
    vmk_DMAEngineHead *head = &engine->head;
    vmk_Bool only_mask = limits->sgElemMaxSize == 0 && limits->sgElemSizeMult == 0 &&
                         limits->sgElemAlignment <= 1 && limits->sgElemStraddle == 0;

    if (engine->track != NULL) {
        head->managedSize = ~(vmk_ByteCount)0;
    } else if (engine->bounce != NULL) {
        head->managedBase = engine->bounce->base;
        head->managedSize = (vmk_ByteCount)engine->bounce->pages << VMK_PAGE_SHIFT;
    }
    if (only_mask && engine->track == NULL) {
        head->directLimit = head->addressMask;
    }
}

static void free_engine(struct dma_engine *engine) VMK_UNSHARED
{
    if (engine->bounce != NULL) {
        vmk_PageFree(vmk_MA2MPN(engine->bounce->base));
        vmk_HeapFree(heap_kernel, engine->bounce);
    }
    vmk_HeapFree(heap_kernel, engine->track);
    vmk_PCPUStorageFree(engine->module, sizeof(vmk_int64), engine->head.balance);
    vmk_HeapFree(heap_kernel, engine);
}

/** What a module's engines have mapped: a mapping counts in its engine alone. */
static vmk_int64 live_mappings(vmk_ModuleID module)
{
    vmk_ListLinks *item;
    vmk_int64 sum = 0;
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&engines_lock, &flags);
    VMK_LIST_FORALL (&engines, item) {
        const struct dma_engine *engine = VMK_LIST_ENTRY(item, struct dma_engine, links);

        sum += engine->module == module ? vmk_PCPUSum64(engine->head.balance) : 0;
    }
    vmk_SpinlockUnlockIRQ(&engines_lock, flags);
    return sum;
}

void dma_engine_init(void)
{
    account_set_source(ACCOUNT_DMA_MAPS, live_mappings);
}

static void enter(struct dma_engine *engine)
{
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&engines_lock, &flags);
    vmk_ListInsert(&engine->links, vmk_ListAtRear(&engines));
    vmk_SpinlockUnlockIRQ(&engines_lock, flags);
}

static void leave(struct dma_engine *engine)
{
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&engines_lock, &flags);
    vmk_ListRemove(&engine->links);
    vmk_SpinlockUnlockIRQ(&engines_lock, flags);
}

VMK_ReturnStatus vmk_DMAEngineCreate(const vmk_DMAEngineProps *props, vmk_DMAEngine *created) VMK_UNSHARED
{
    static const vmk_DMAConstraints none;
    const vmk_DMAConstraints *constraints = props->constraints != NULL ? props->constraints : &none;
    vmk_StatusValue status;

    if (!are_valid(constraints)) {
        return VMK_BAD_PARAM;
    }
    struct dma_engine *engine = vmk_HeapZalloc(heap_kernel, sizeof(*engine));
    if (engine == NULL) {
        return VMK_NO_MEMORY;
    }
    vmk_NameCopy(&engine->name, &props->name);
    engine->module = props->module;
    engine->flags = props->flags;
    engine->constraints = *constraints;
    engine->head.addressMask =
        constraints->addressMask != 0 ? constraints->addressMask : VMK_ADDRESS_MASK_64BIT;
    vmk_SpinlockInit(&engine->lock, "dma-engine", VMK_RANK_DMA);
    status = vmk_PCPUStorageAlloc(engine->module, sizeof(vmk_int64), &engine->head.balance);
    if (status != VMK_OK) {
        goto out_free;
    }
    if (TRACKING) {
        engine->track = vmk_HeapZalloc(heap_kernel, sizeof(*engine->track));
        if (engine->track == NULL) {
            status = VMK_NO_MEMORY;
            goto out_free;
        }
    }
    if (needs_bouncing(engine) && (props->flags & VMK_DMA_ENGINE_FLAGS_COHERENT) == 0) {
        status = add_bounce_pool(engine);
        if (status != VMK_OK) {
            goto out_free;
        }
    }
    set_head(engine);
    enter(engine);
    account_add(engine->module, ACCOUNT_DMA_ENGINES, 1);
    *created = &engine->head;
    return VMK_OK;

out_free:
    free_engine(engine);
    return status;
}
VMK_EXPORT_SYMBOL(vmk_DMAEngineCreate);

static void name_leak(const struct dma_engine *engine, const struct dma_record *record)
{
    struct module_location at = {.module = "?"};

    if (!module_symbolise((vmk_VA)record->caller, &at) || at.function == NULL) {
        at.function = "?";
    }
    vmk_WarningMessage("%s: never unmapped: %u bytes at 0x%lx %s, mapped by %s@%s", engine->name.string,
                       record->length, record->ioa, vmk_DMADirectionToString(record->direction), at.function,
                       at.module);
}

/** Name, and forget, what was never unmapped. */
static void name_leaks(struct dma_engine *engine) VMK_UNSHARED
{
    struct dma_record *record;

    for (unsigned n = 0; engine->track != NULL && (record = dma_track_pop(engine->track)) != NULL; n++) {
        if (n < LEAKS_NAMED_MAX) {
            name_leak(engine, record);
        }
        vmk_HeapFree(heap_kernel, record);
    }
}

VMK_ReturnStatus vmk_DMAEngineDestroy(vmk_DMAEngine head)
{
    struct dma_engine *engine = dma_engine_of(head);
    vmk_int64 mappings = vmk_PCPUSum64(engine->head.balance);
    vmk_int64 allocations = __atomic_load_n(&engine->allocations, __ATOMIC_RELAXED);

    if (mappings != 0 || allocations != 0) {
        vmk_WarningMessage("%s is destroyed with %ld mappings and %ld allocations outstanding",
                           engine->name.string, mappings, allocations);
    }
    leave(engine);
    name_leaks(engine);
    account_add(engine->module, ACCOUNT_DMA_MAPS, mappings);
    account_add(engine->module, ACCOUNT_DMA_ENGINES, -1);
    free_engine(engine);
    return mappings == 0 && allocations == 0 ? VMK_OK : VMK_BUSY;
}
VMK_EXPORT_SYMBOL(vmk_DMAEngineDestroy);

VMK_ReturnStatus vmk_DMAAlloc(vmk_DMAEngine head, vmk_ByteCount size, void **address, vmk_IOA *ioAddr)
{
    struct dma_engine *engine = dma_engine_of(head);
    vmk_uint64 mask = head->addressMask;
    vmk_PageRequest request = {.module = engine->module,
                               .kind = VMK_PAGE_DMA,
                               .constraint = (vmk_uint8)range_below(mask),
                               .zero = VMK_TRUE};
    vmk_uint64 pages = vmk_Bytes2Pages(size);
    vmk_MPN mpn;

    if (size == 0) {
        return VMK_BAD_PARAM;
    }
    if (pages > 1u << VMK_PAGE_MAX_ORDER || mask < ISA_ADDRESS_MASK) {
        return VMK_NO_MEMORY;
    }
    vmk_StatusValue status = vmk_PageAllocRun(request, (vmk_uint32)pages, &mpn);
    if (status != VMK_OK) {
        return status;
    }
    __atomic_fetch_add(&engine->allocations, 1, __ATOMIC_RELAXED);
    *address = vmk_MPN2Ptr(mpn);
    *ioAddr = vmk_MPN2MA(mpn);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_DMAAlloc);

void vmk_DMAFree(vmk_DMAEngine head, vmk_ByteCount size, void *address)
{
    vmk_PageFreeRun(vmk_Ptr2MPN(address), (vmk_uint32)vmk_Bytes2Pages(size));
    __atomic_fetch_sub(&dma_engine_of(head)->allocations, 1, __ATOMIC_RELAXED);
}
VMK_EXPORT_SYMBOL(vmk_DMAFree);
