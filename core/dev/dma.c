/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dma.c - DMA engines: mappings that the inline paths of vmkapi/core/dma.h do not settle.
 */
#define VMK_LOG_MODULE "DMA"

#include "dma_engine.h"

#include <core/dma_bounce.h>
#include <core/dma_track.h>
#include <core/heap.h>
#include <vmkapi/base/export.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/base/stress.h>
#include <vmkapi/core/machine_memory.h>
#include <vmkapi/lib/libc.h>

VMK_STRESS_POINT(dma_no_mapping, "A buffer cannot be mapped for its device");

static vmk_StatusValue refuse(vmk_DMAMapErrorInfo *err, vmk_DMAMapErrorReason reason)
{
    if (err != NULL) {
        *err = (vmk_DMAMapErrorInfo){.reason = reason};
    }
    return reason == VMK_DMA_MAP_ERROR_NO_BOUNCE ? VMK_NO_MEMORY : VMK_DMA_MAPPING_FAILED;
}

static vmk_Bool length_allowed(const vmk_DMAConstraints *limits, vmk_ByteCountSmall length)
{
    return length != 0 && (limits->sgElemMaxSize == 0 || length <= limits->sgElemMaxSize) &&
           (limits->sgElemSizeMult == 0 || length % limits->sgElemSizeMult == 0);
}

static vmk_Bool reachable(const struct dma_engine *engine, const vmk_SgElem *range)
{
    const vmk_DMAConstraints *limits = &engine->constraints;
    vmk_MA first = range->addr, last = first + range->length - 1;

    return last <= engine->head.addressMask &&
           (limits->sgElemAlignment == 0 || (first & (limits->sgElemAlignment - 1)) == 0) &&
           (limits->sgElemStraddle == 0 || ((first ^ last) & ~(limits->sgElemStraddle - 1)) == 0);
}

/* Copies between a mapping and the memory it stands for, or part of both. */

static void copy_to_device(vmk_IOA to, vmk_MA from, vmk_ByteCountSmall length)
{
    vmk_Memcpy(vmk_MA2Ptr(to), vmk_MA2Ptr(from), length);
}

static void copy_to_memory(vmk_MA to, vmk_IOA from, vmk_ByteCountSmall length)
{
    vmk_Memcpy(vmk_MA2Ptr(to), vmk_MA2Ptr(from), length);
}

/* Whether there is a bounce buffer, and a record, is settled when the engine is made. */

static vmk_Bool can_bounce(const struct dma_engine *engine) VMK_NO_THREAD_SAFETY_ANALYSIS("constant")
{
    return engine->bounce != NULL;
}

static vmk_Bool is_bounced(const struct dma_engine *engine, vmk_IOA ioa)
    VMK_NO_THREAD_SAFETY_ANALYSIS("constant")
{
    return engine->bounce != NULL && ioa - engine->bounce->base < (vmk_ByteCount)engine->bounce->pages
                                                                      << VMK_PAGE_SHIFT;
}

static vmk_Bool keeps_record(const struct dma_engine *engine) VMK_NO_THREAD_SAFETY_ANALYSIS("constant")
{
    return engine->track != NULL;
}

static VMK_ReturnStatus bounce(struct dma_engine *engine, vmk_DMADirection direction, const vmk_SgElem *in,
                               vmk_SgElem *out, vmk_DMAMapErrorInfo *err)
{
    vmk_uint64 flags;

    if (!can_bounce(engine)) {
        return refuse(err, VMK_DMA_MAP_ERROR_ADDRESS);
    }
    vmk_SpinlockLockIRQ(&engine->lock, &flags);
    vmk_IOA ioa = dma_bounce_take(engine->bounce, in->addr, in->length, direction);
    vmk_SpinlockUnlockIRQ(&engine->lock, flags);
    if (ioa == 0) {
        return refuse(err, VMK_DMA_MAP_ERROR_NO_BOUNCE);
    }
    /* Also for a device that only writes: it may write less than the whole, and the rest must survive. */
    copy_to_device(ioa, in->addr, in->length);
    *out = (vmk_SgElem){.ioAddr = ioa, .length = in->length};
    return VMK_OK;
}

/** Undo a mapping that is bounced. @return VMK_FALSE when there is none such */
static vmk_Bool unbounce(struct dma_engine *engine, vmk_DMADirection direction, const vmk_SgElem *elem)
{
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&engine->lock, &flags);
    struct dma_bounce_page *page = dma_bounce_find(engine->bounce, elem->ioAddr, elem->length);
    vmk_SpinlockUnlockIRQ(&engine->lock, flags);
    if (page == NULL || page->length != elem->length || page->direction != direction) {
        return VMK_FALSE;
    }
    if (direction != VMK_DMA_DIRECTION_FROM_MEMORY) {
        copy_to_memory(page->original, elem->ioAddr, elem->length);
    }
    vmk_SpinlockLockIRQ(&engine->lock, &flags);
    dma_bounce_release(engine->bounce, page);
    vmk_SpinlockUnlockIRQ(&engine->lock, flags);
    return VMK_TRUE;
}

static VMK_ReturnStatus record(struct dma_engine *engine, vmk_DMADirection direction, const vmk_SgElem *elem,
                               void *caller)
{
    struct dma_record *made = vmk_HeapAlloc(heap_kernel, sizeof(*made));
    vmk_uint64 flags;

    if (made == NULL) {
        return VMK_NO_MEMORY;
    }
    *made = (struct dma_record){
        .ioa = elem->ioAddr, .length = elem->length, .direction = direction, .caller = caller};
    vmk_SpinlockLockIRQ(&engine->lock, &flags);
    dma_track_add(engine->track, made);
    vmk_SpinlockUnlockIRQ(&engine->lock, flags);
    return VMK_OK;
}

/** Strike a mapping off the record, or complain. */
static VMK_ReturnStatus unrecord(struct dma_engine *engine, vmk_DMADirection direction,
                                 const vmk_SgElem *elem, void *caller)
{
    struct dma_record *found;
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&engine->lock, &flags);
    enum dma_track_verdict verdict =
        dma_track_take(engine->track, elem->ioAddr, elem->length, direction, &found);
    vmk_SpinlockUnlockIRQ(&engine->lock, flags);
    if (verdict != DMA_TRACK_FOUND) {
        vmk_WarningMessage("%s: unmapping %u bytes at 0x%lx %s, by %p: the range %s", engine->name.string,
                           elem->length, elem->ioAddr, vmk_DMADirectionToString(direction), caller,
                           dma_track_verdict_text(verdict));
        return VMK_INVALID_ADDRESS;
    }
    vmk_HeapFree(heap_kernel, found);
    return VMK_OK;
}

VMK_ReturnStatus vmk_DMAMapElemManaged(vmk_DMAEngine head, vmk_DMADirection direction, const vmk_SgElem *in,
                                       vmk_SgElem *out, vmk_DMAMapErrorInfo *err)
{
    struct dma_engine *engine = dma_engine_of(head);
    vmk_StatusValue status = VMK_OK;
    vmk_SgElem mapped = *in;

    if (!length_allowed(&engine->constraints, in->length)) {
        return refuse(err, VMK_DMA_MAP_ERROR_LENGTH);
    }
    if (VMK_STRESS_HIT(dma_no_mapping)) {
        return refuse(err, VMK_DMA_MAP_ERROR_NO_BOUNCE);
    }
    if (!reachable(engine, in)) {
        status = bounce(engine, direction, in, &mapped, err);
    }
    if (status == VMK_OK && keeps_record(engine)) {
        status = record(engine, direction, &mapped, __builtin_return_address(0));
        if (status != VMK_OK && is_bounced(engine, mapped.ioAddr)) {
            unbounce(engine, direction, &mapped);
        }
    }
    if (status == VMK_OK) {
        *out = mapped;
        vmk_DMACount(head, 1);
    }
    return status;
}
VMK_EXPORT_SYMBOL(vmk_DMAMapElemManaged);

VMK_ReturnStatus vmk_DMAUnmapElemManaged(vmk_DMAEngine head, vmk_DMADirection direction,
                                         const vmk_SgElem *elem)
{
    struct dma_engine *engine = dma_engine_of(head);
    vmk_StatusValue status = VMK_OK;

    if (keeps_record(engine)) {
        status = unrecord(engine, direction, elem, __builtin_return_address(0));
    }
    if (status == VMK_OK && is_bounced(engine, elem->ioAddr) && !unbounce(engine, direction, elem)) {
        vmk_WarningMessage("%s: unmapping %u bytes at 0x%lx %s, by %p: no mapping is like that",
                           engine->name.string, elem->length, elem->ioAddr,
                           vmk_DMADirectionToString(direction), __builtin_return_address(0));
        status = VMK_INVALID_ADDRESS;
    }
    if (status == VMK_OK) {
        vmk_DMACount(head, -1);
    }
    return status;
}
VMK_EXPORT_SYMBOL(vmk_DMAUnmapElemManaged);

static VMK_ReturnStatus flush_bounced(struct dma_engine *engine, vmk_DMADirection direction,
                                      const vmk_SgElem *elem)
{
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&engine->lock, &flags);
    struct dma_bounce_page *page = dma_bounce_find(engine->bounce, elem->ioAddr, elem->length);
    vmk_IOA begin = page == NULL ? 0 : dma_bounce_address(engine->bounce, page);
    vmk_SpinlockUnlockIRQ(&engine->lock, flags);
    if (page == NULL) {
        return VMK_INVALID_ADDRESS;
    }
    vmk_MA original = page->original + (elem->ioAddr - begin);
    if (direction == VMK_DMA_DIRECTION_FROM_MEMORY) {
        copy_to_device(elem->ioAddr, original, elem->length);
    } else {
        copy_to_memory(original, elem->ioAddr, elem->length);
    }
    return VMK_OK;
}

static vmk_Bool is_recorded(struct dma_engine *engine, const vmk_SgElem *elem)
{
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&engine->lock, &flags);
    vmk_Bool covered = dma_track_covers(engine->track, elem->ioAddr, elem->length);
    vmk_SpinlockUnlockIRQ(&engine->lock, flags);
    return covered;
}

VMK_ReturnStatus vmk_DMAFlushElemManaged(vmk_DMAEngine head, vmk_DMADirection direction,
                                         const vmk_SgElem *elem)
{
    struct dma_engine *engine = dma_engine_of(head);

    if (keeps_record(engine) && !is_recorded(engine, elem)) {
        vmk_WarningMessage("%s: flushing %u bytes at 0x%lx, by %p: the range is not mapped",
                           engine->name.string, elem->length, elem->ioAddr, __builtin_return_address(0));
        return VMK_INVALID_ADDRESS;
    }
    return is_bounced(engine, elem->ioAddr) ? flush_bounced(engine, direction, elem) : VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_DMAFlushElemManaged);

const char *vmk_DMADirectionToString(vmk_DMADirection direction)
{
    switch (direction) {
    case VMK_DMA_DIRECTION_TO_MEMORY:
        return "to memory";
    case VMK_DMA_DIRECTION_FROM_MEMORY:
        return "from memory";
    case VMK_DMA_DIRECTION_BIDIRECTIONAL:
        return "both ways";
    case VMK_DMA_DIRECTION_INVALID:
        break;
    }
    return "in no direction";
}
VMK_EXPORT_SYMBOL(vmk_DMADirectionToString);

const char *vmk_DMAMapErrorReasonToString(vmk_DMAMapErrorReason reason)
{
    switch (reason) {
    case VMK_DMA_MAP_ERROR_NONE:
        return "no error";
    case VMK_DMA_MAP_ERROR_ADDRESS:
        return "out of the device's reach";
    case VMK_DMA_MAP_ERROR_LENGTH:
        return "of a length the device does not take";
    case VMK_DMA_MAP_ERROR_ENTRIES:
        return "more elements, or bytes, than the device takes at once";
    case VMK_DMA_MAP_ERROR_NO_BOUNCE:
        return "no bounce buffer is free";
    }
    return "unknown reason";
}
VMK_EXPORT_SYMBOL(vmk_DMAMapErrorReasonToString);
