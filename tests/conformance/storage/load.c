/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * load.c - random requests of all kinds, in lists of all shapes, each compared with what it should have read.
 */
#include "storage.h"

#include <vmkapi/core/machine_memory.h>
#include <vmkapi/base/atomic.h>
#include <vmkapi/lib/bits.h>
#include <vmkapi/lib/libc.h>

vmk_uint64 roll(vmk_uint64 *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static vmk_uint32 roll_below(struct load_slot *slot, vmk_uint32 limit)
{
    return (vmk_uint32)((roll(&slot->random) >> 16) % limit);
}

/** Cut @p bytes out of the slot's memory in elements of random lengths, with and without gaps. */
static void make_list(struct load_slot *slot, vmk_uint32 bytes)
{
    vmk_BlockRequest *request = &slot->request;
    vmk_uint32 granule = slot->load->granule, at = roll_below(slot, 8) * granule, n = 0;

    request->elemOffset = roll_below(slot, 4) * granule;
    bytes += request->elemOffset;
    while (bytes != 0) {
        vmk_uint32 most = 1u << (9 + roll_below(slot, 7)), length = bytes;

        if (n < LOAD_ELEMS_MAX - 1 && most < bytes) {
            length = (1 + roll_below(slot, most)) / granule * granule;
            length = VMK_MAX(length, n == 0 ? request->elemOffset : 0);
            length = VMK_MAX(length, granule);
        }
        slot->elems[n++] = (vmk_SgElem){.addr = vmk_Ptr2MA(slot->memory + at), .length = length};
        at += length + (roll_below(slot, 2) != 0 ? roll_below(slot, 4) * granule : 0);
        bytes -= length;
    }
    request->elems = slot->elems;
    request->numElems = n;
}

/** Copy or compare the slot's list with @p model. @return whether they are equal. */
static vmk_Bool with_list(struct load_slot *slot, vmk_uint8 *model, vmk_uint32 bytes, vmk_Bool compare)
{
    vmk_uint32 offset = slot->request.elemOffset;
    vmk_Bool equal = VMK_TRUE;

    for (vmk_uint32 i = 0; bytes != 0; i++) {
        vmk_uint8 *at = (vmk_uint8 *)vmk_MA2Ptr(slot->elems[i].addr) + offset;
        vmk_uint32 here = VMK_MIN(slot->elems[i].length - offset, bytes);

        if (compare) {
            equal &= vmk_Memcmp(at, model, here) == 0;
        } else {
            vmk_Memcpy(model, at, here);
        }
        model += here;
        bytes -= here;
        offset = 0;
    }
    return equal;
}

/** Fill the elements with what no other request has. */
static void fill(struct load_slot *slot)
{
    for (vmk_uint32 i = 0; i < slot->request.numElems; i++) {
        vmk_uint32 *words = vmk_MA2Ptr(slot->elems[i].addr), value = roll_below(slot, ~0u);

        for (vmk_uint32 k = 0; k < slot->elems[i].length / sizeof(*words); k++) {
            words[k] = value += 0x9e3779b9u;
        }
    }
}

static vmk_uint8 *model_at(struct load_slot *slot)
{
    return slot->model + (slot->request.block - slot->first_block) * slot->load->geometry.blockSize;
}

/** Make up the next request. */
static void next_request(struct load_slot *slot)
{
    static const vmk_uint8 ops[] = {VMK_BLOCK_READ,         VMK_BLOCK_READ,   VMK_BLOCK_READ,
                                    VMK_BLOCK_WRITE,        VMK_BLOCK_WRITE,  VMK_BLOCK_FLUSH,
                                    VMK_BLOCK_WRITE_ZEROES, VMK_BLOCK_DISCARD};
    struct load *load = slot->load;
    vmk_BlockRequest *request = &slot->request;
    vmk_uint32 region = LOAD_REGION_BYTES / load->geometry.blockSize, bytes;

    request->op = ops[roll_below(slot, VMK_ARRAY_SIZE(ops) - !load->discards)];
    request->flags = roll_below(slot, 4) == 0 ? VMK_BLOCK_FUA : 0;
    request->numBlocks = 1 + roll_below(slot, roll_below(slot, 2) != 0 ? region : VMK_MIN(region, 16));
    request->block = slot->first_block + roll_below(slot, region - request->numBlocks + 1);
    request->next = NULL;
    bytes = request->numBlocks * load->geometry.blockSize;
    make_list(slot, bytes);
    if (request->op <= VMK_BLOCK_WRITE) {
        fill(slot);
    }
}

/** What has ended well: the region holds it, or it is what the region holds. */
static void take_result(struct load_slot *slot)
{
    vmk_BlockRequest *request = &slot->request;
    vmk_uint32 bytes = request->numBlocks * slot->load->geometry.blockSize;

    switch (request->op) {
    case VMK_BLOCK_READ:
        if (!slot->load->may_fail && !with_list(slot, model_at(slot), bytes, VMK_TRUE)) {
            vmk_AtomicInc64(&slot->load->wrong);
        }
        break;
    case VMK_BLOCK_WRITE:
        (void)with_list(slot, model_at(slot), bytes, VMK_FALSE);
        break;
    case VMK_BLOCK_FLUSH:
        break;
    default:
        vmk_Memset(model_at(slot), 0, bytes);
    }
}

static void done(vmk_BlockRequest *request)
{
    struct load_slot *slot = request->cookie.ptr;
    struct load *load = slot->load;
    vmk_Semaphore ended = &load->ended;

    if (!slot->under_way) {
        vmk_AtomicInc64(&load->twice);
        return;
    }
    slot->under_way = VMK_FALSE;
    vmk_AtomicInc64(&load->done);
    if (request->status == VMK_OK) {
        take_result(slot);
    } else {
        vmk_AtomicInc64(&load->failed);
        vmk_AtomicInc64(&load->failures[request->status % VMK_ARRAY_SIZE(load->failures)]);
    }
    if (slot->left-- == 0) {
        vmk_SemaUnlock(&ended);
        return;
    }
    next_request(slot);
    slot->under_way = VMK_TRUE;
    vmk_BlockSubmit(load->handle, request);
}

static void free_slots(struct load *load)
{
    for (vmk_uint32 i = 0; i < load->slots; i++) {
        vmk_HeapFree(heap, load->slot[i].memory);
        vmk_HeapFree(heap, load->slot[i].model);
    }
}

static VMK_ReturnStatus make_slots(struct load *load)
{
    vmk_uint32 region = LOAD_REGION_BYTES / load->geometry.blockSize;
    vmk_StatusValue status = VMK_OK;

    vmk_Memset(load->slot, 0, sizeof(load->slot));
    for (vmk_uint32 i = 0; i < load->slots; i++) {
        struct load_slot *slot = &load->slot[i];

        slot->load = load;
        slot->first_block = (vmk_uint64)i * region;
        slot->random = 0x9e3779b97f4a7c15ul * (i + 1);
        slot->left = load->requests - 1;
        slot->memory = vmk_HeapAlign(heap, LOAD_MEMORY_BYTES, VMK_PAGE_SIZE);
        slot->model = vmk_HeapAlloc(heap, LOAD_REGION_BYTES);
        slot->request.done = done;
        slot->request.cookie.ptr = slot;
        if (!slot->memory || !slot->model) {
            status = VMK_NO_MEMORY;
        }
    }
    return status;
}

/** Learn what the regions hold. */
static VMK_ReturnStatus read_models(struct load *load)
{
    vmk_uint32 region = LOAD_REGION_BYTES / load->geometry.blockSize;
    vmk_StatusValue status = VMK_OK;

    for (vmk_uint32 i = 0; i < load->slots && status == VMK_OK; i++) {
        status = vmk_BlockRead(load->handle, load->slot[i].first_block, region, load->slot[i].model);
    }
    return status;
}

VMK_ReturnStatus load_start(struct load *load)
{
    vmk_StatusValue status = vmk_BlockGeometryGet(load->handle, &load->geometry);

    load->done = load->failed = load->wrong = load->twice = 0;
    vmk_SemaInit(&load->ended, "load", 0);
    if (status == VMK_OK) {
        status = make_slots(load);
    }
    if (status == VMK_OK) {
        status = read_models(load);
    }
    if (status != VMK_OK) {
        free_slots(load);
        return status;
    }
    for (vmk_uint32 i = 0; i < load->slots; i++) {
        next_request(&load->slot[i]);
        load->slot[i].under_way = VMK_TRUE;
        vmk_BlockSubmit(load->handle, &load->slot[i].request);
    }
    return VMK_OK;
}

VMK_ReturnStatus load_finish(struct load *load)
{
    vmk_Semaphore ended = &load->ended;
    vmk_StatusValue status = VMK_OK;

    for (vmk_uint32 i = 0; i < load->slots && status == VMK_OK; i++) {
        status = vmk_SemaLockTimed(&ended, PATIENCE_MS);
    }
    if (status != VMK_OK) {
        vmk_WarningMessage("# %lu requests of %u ended", load->done, load->slots * load->requests);
        return status; /* What is under way has the memory. */
    }
    free_slots(load);
    if (load->wrong != 0 || load->twice != 0 || load->done != (vmk_uint64)load->slots * load->requests ||
        (load->failed != 0 && !load->may_fail)) {
        vmk_WarningMessage("# %lu requests ended: %lu failed, %lu read wrong, %lu ended again", load->done,
                           load->failed, load->wrong, load->twice);
        return VMK_FAILURE;
    }
    return VMK_OK;
}
