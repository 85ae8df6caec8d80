/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * request.c - from whoever has a device open into the driver, and back.
 *
 * Nothing here is shared between CPUs but what is read: the path in use and the device's shape are published
 * by RCU, counters are the CPU's own. A request is within a read section from the look at device->active to
 * the return of the driver's `submit`, and its end is one from the count to the last touch of the path and
 * the handle. So whoever takes a path or a handle away withdraws it, waits for a grace period, and then for
 * the counts to agree.
 */
#include "internal.h"

#include <core/clock.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/bottom_half.h>
#include <vmkapi/base/export.h>
#include <vmkapi/base/stress.h>
#include <vmkapi/base/world.h>

VMK_STRESS_POINT(storage_flush_lost, "A flush is forgotten, and said to be done");

#define NOINLINE __attribute__((noinline))

/** Requests that ended without a driver's help, of one CPU; touched by it with bottom halves off. */
struct ended {
    vmk_BlockRequest *first, **end;
} VMK_ATTRIBUTE_ALIGN(VMK_L1_CACHELINE_SIZE);

static struct ended ended[VMK_MAX_PCPUS];
static vmk_BottomHalf ended_bh = VMK_INVALID_BOTTOM_HALF;

/* The end of a request. */

/** Somebody waits in vmk_BlockClose() for the last request to end. */
static NOINLINE VMK_ATTRIBUTE_COLD void wake_closer(struct vmk_BlockHandleInt *handle)
{
    vmk_uint64 flags;

    /* Who has found that requests are left, and sleeps after that, has let go of the lock by then. */
    vmk_SpinlockLockIRQ(&handle->device->lock, &flags);
    vmk_SpinlockUnlockIRQ(&handle->device->lock, flags);
    (void)vmk_WorldWakeup((vmk_WorldEventID)&handle->closing);
}

/** Give a request back to whoever submitted it. */
VMK_ALWAYS_INLINE void finish(vmk_BlockRequest *request, vmk_StatusValue status)
{
    struct vmk_BlockHandleInt *handle = request->handle;

    request->status = status;
    request->block -= handle->first_block;
    request->done(request);
    /* Only now: the function may be that of a module which waits for this to go. */
    vmk_PCPUAdd64(handle->balance, -1);
    if (VMK_UNLIKELY(handle->closing)) {
        wake_closer(handle);
    }
}

static void finish_ended(vmk_AddrCookie data)
{
    struct ended *here = &ended[vmk_GetPCPUNum()];
    vmk_BlockRequest *request = here->first;

    here->first = NULL;
    here->end = &here->first;
    while (request) {
        vmk_BlockRequest *next = request->next;

        finish(request, request->status);
        request = next;
    }
}

void request_end_later(vmk_BlockRequest *request, vmk_StatusValue status)
{
    struct ended *here = &ended[vmk_GetPCPUNum()];

    request->status = status;
    request->next = NULL;
    *here->end = request;
    here->end = &request->next;
    vmk_BottomHalfSchedule(ended_bh, VMK_PCPU_THIS);
}

void request_init(void)
{
    static const vmk_BottomHalfProps props = {
        .moduleID = VMK_VMKERNEL_MODULE_ID,
        .name = {"storage"},
        .callback = finish_ended,
    };

    for (vmk_uint32 i = 0; i < VMK_MAX_PCPUS; i++) {
        ended[i].end = &ended[i].first;
    }
    VMK_VERIFY(vmk_BottomHalfRegister(&props, &ended_bh) == VMK_OK);
}

/* The end of a command. */

vmk_uint64 path_in_flight(const struct vmk_BlockPathInt *path)
{
    vmk_uint64 count = (vmk_uint64)vmk_PCPUSum64(path->started);

    for (vmk_uint32 cpu = 0; cpu < vmk_NumPCPUs(); cpu++) {
        for (vmk_uint32 op = 0; op < VMK_BLOCK_OP_COUNT; op++) {
            count -= __atomic_load_n(&path->cpus[cpu].ended[op], __ATOMIC_RELAXED);
        }
    }
    return count;
}

/** Somebody waits in vmk_BlockPathUnregister() for the last command to end. */
static void wake_drainer(struct vmk_BlockPathInt *path)
{
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&path->device->lock, &flags);
    vmk_SpinlockUnlockIRQ(&path->device->lock, flags);
    (void)vmk_WorldWakeup((vmk_WorldEventID)&path->draining);
}

/** A command has failed, or its path is on its way out. */
static NOINLINE VMK_ATTRIBUTE_COLD void end_uncommonly(vmk_BlockRequest *request, vmk_StatusValue status)
{
    if (__atomic_load_n(&request->path->draining, __ATOMIC_RELAXED)) {
        wake_drainer(request->path);
    }
    if (status == VMK_OK) {
        finish(request, VMK_OK);
    } else {
        request_retry(request, status);
    }
}

/** Which counter a command that took @p cycles belongs to; whatever these are, there is one. */
VMK_ALWAYS_INLINE vmk_uint32 latency_slot(vmk_uint64 cycles)
{
    /* Nanoseconds are scaled by 2^32 (clock.h). */
    vmk_uint32 us = (vmk_uint32)(((unsigned __int128)cycles * clock_scale.mult) >> 42);

    return 31u - (vmk_uint32)__builtin_clz(us << 1 | 1);
}

void vmk_BlockRequestDone(vmk_BlockRequest *request, vmk_StatusValue status)
{
    struct vmk_BlockPathInt *path = request->path;
    struct path_cpu *here = &path->cpus[vmk_GetPCPUNum()];
    vmk_uint8 op = request->op;

    here->latency[latency_slot(vmk_CPUReadTSC() - request->submittedAt)]++;
    here->blocks[op] += request->numBlocks;
    here->ended[op]++;
    if (VMK_LIKELY((status | path->draining) == VMK_OK)) {
        finish(request, VMK_OK);
    } else {
        end_uncommonly(request, status);
    }
}
VMK_EXPORT_SYMBOL(vmk_BlockRequestDone);

/* Submission. */

VMK_ALWAYS_INLINE void pass_on(struct vmk_BlockPathInt *path, vmk_BlockRequest *requests, vmk_uint32 count)
{
    vmk_PCPUAdd64(path->started, count);
    path->ops->submit(path->driver_data, requests);
}

void request_fail(vmk_BlockRequest *request, vmk_StatusValue status)
{
    struct vmk_BlockDeviceInt *device = request->handle->device;
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&device->lock, &flags);
    device->counters.failed++;
    if (status == VMK_NO_CONNECT && device->lost) {
        status = VMK_PERM_DEV_LOSS; /* Its path was the last, and will not come back. */
    }
    vmk_SpinlockUnlockIRQ(&device->lock, flags);
    request_end_later(request, status);
}

/** There was no path for @p request. @return whether it has been seen to; otherwise there is one now. */
static bool hold(struct vmk_BlockDeviceInt *device, vmk_BlockRequest *request)
{
    vmk_StatusValue status = VMK_OK;
    bool held = true;
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&device->lock, &flags);
    if (device->active) {
        held = false;
    } else if (device->lost) {
        status = VMK_PERM_DEV_LOSS;
    } else if (device->given_up || (request->flags & VMK_BLOCK_NO_RETRY) != 0) {
        status = VMK_NO_CONNECT;
    } else {
        device->counters.path_waits++;
        request->submittedAt = 0;
        device_wait(device, request);
    }
    vmk_SpinlockUnlockIRQ(&device->lock, flags);
    if (status != VMK_OK) {
        request_fail(request, status);
    }
    return held;
}

void request_issue(struct vmk_BlockDeviceInt *device, vmk_BlockRequest *requests)
{
    struct vmk_BlockPathInt *path;
    vmk_uint64 now = vmk_CPUReadTSC();
    vmk_uint32 count = 0;

    while (requests && !(path = VMK_RCU_DEREFERENCE(device->active))) {
        vmk_BlockRequest *next = requests->next;

        if (hold(device, requests)) {
            requests = next;
        }
    }
    for (vmk_BlockRequest *request = requests; request; request = request->next) {
        request->path = path;
        request->submittedAt = now;
        count++;
    }
    if (requests) {
        pass_on(path, requests, count);
    }
}

/** Whether the range lies within what is open. */
VMK_ALWAYS_INLINE bool in_range(const struct vmk_BlockHandleInt *handle, const vmk_BlockRequest *request)
{
    vmk_uint64 end;

    return !__builtin_add_overflow(request->block, request->numBlocks, &end) && end <= handle->num_blocks;
}

static bool is_allowed(const struct vmk_BlockHandleInt *handle, vmk_uint8 op)
{
    return (__atomic_load_n(&handle->allowed, __ATOMIC_RELAXED) >> op & 1) != 0;
}

/** Make a request the kernel's. */
VMK_ALWAYS_INLINE void take(struct vmk_BlockHandleInt *handle, vmk_BlockRequest *request)
{
    request->handle = handle;
    request->block += handle->first_block;
    vmk_PCPUAdd64(handle->balance, 1);
}

/** Why a request for data can't be done. */
static vmk_StatusValue check_data(const struct storage_shape *shape, const vmk_BlockRequest *request)
{
    vmk_uint64 bytes = (vmk_uint64)request->numBlocks << shape->block_shift, found = 0;

    if (bytes > ~0u) {
        return VMK_BAD_PARAM;
    }
    for (vmk_uint32 i = 0; i < request->numElems && found < bytes + request->elemOffset; i++) {
        found += request->elems[i].length;
    }
    return request->numElems != 0 && request->elemOffset <= request->elems[0].length &&
                   found >= bytes + request->elemOffset
               ? VMK_OK
               : VMK_BAD_ADDR_RANGE;
}

static vmk_StatusValue check(const struct vmk_BlockHandleInt *handle, const struct storage_shape *shape,
                             const vmk_BlockRequest *request)
{
    if (request->op >= VMK_BLOCK_OP_COUNT) {
        return VMK_BAD_PARAM;
    }
    if (!is_allowed(handle, request->op)) {
        bool writes = request->op != VMK_BLOCK_READ && (handle->flags & VMK_BLOCK_OPEN_WRITE) != 0;

        return writes ? VMK_READ_ONLY : VMK_NO_PERMISSION;
    }
    if (device_is_lost(handle->device)) {
        return VMK_PERM_DEV_LOSS; /* Whatever it said last of its size. */
    }
    if (request->op == VMK_BLOCK_FLUSH) {
        return VMK_OK;
    }
    if (request->numBlocks == 0) {
        return VMK_BAD_PARAM;
    }
    if (!in_range(handle, request)) {
        return VMK_BAD_ADDR_RANGE;
    }
    if (request->op == VMK_BLOCK_DISCARD && shape->limits.maxDiscardBlocks == 0) {
        return VMK_NOT_SUPPORTED;
    }
    return request->op <= VMK_BLOCK_WRITE ? check_data(shape, request) : VMK_OK;
}

/** Whether one command does a request that has been checked; works out how its data lies. */
static bool is_one_command(const struct vmk_BlockDeviceInt *device, const struct storage_shape *shape,
                           vmk_BlockRequest *request)
{
    vmk_BlockSegments walk;

    request->numSegments = 0;
    request->attempts = 0;
    request->lengthBytes = 0;
    switch (request->op) {
    case VMK_BLOCK_FLUSH:
        return true;
    case VMK_BLOCK_DISCARD:
        return request->numBlocks <= shape->limits.maxDiscardBlocks;
    case VMK_BLOCK_WRITE_ZEROES:
        return !device->zeroes_refused && request->numBlocks <= shape->limits.maxZeroesBlocks;
    default:
        request->lengthBytes = request->numBlocks << shape->block_shift;
        vmk_BlockSegmentsStart(&walk, request);
        return storage_shape_fit(shape, walk, &request->numSegments) == request->lengthBytes &&
               (request->op != VMK_BLOCK_WRITE || (request->flags & shape->slow_flags) == 0);
    }
}

/** Take a request that is not of the common kind. @return whether it goes to the driver as it is. */
static NOINLINE bool take_other(struct vmk_BlockHandleInt *handle, const struct storage_shape *shape,
                                vmk_BlockRequest *request)
{
    vmk_StatusValue status = check(handle, shape, request);

    take(handle, request);
    if (status != VMK_OK) {
        request_end_later(request, status);
        return false;
    }
    if (request->op == VMK_BLOCK_FLUSH &&
        ((shape->props.flags & VMK_BLOCK_PROP_WRITE_CACHE) == 0 || VMK_STRESS_HIT(storage_flush_lost))) {
        /* What has ended is on stable storage. */
        request_end_later(request, VMK_OK);
        return false;
    }
    if (!is_one_command(handle->device, shape, request)) {
        split_begin(handle->device, request);
        return false;
    }
    return true;
}

/* A request begins with a word in which its operation and flags are: one look tells the common kind. */
VMK_STATIC_ASSERT(__builtin_offsetof(vmk_BlockRequest, op) == 0 &&
                      __builtin_offsetof(vmk_BlockRequest, flags) == 2 && VMK_BLOCK_READ == 0 &&
                      VMK_BLOCK_WRITE == 1,
                  "reads and writes differ in bit 0, and other operations from them in those above");

void request_set_common(struct vmk_BlockHandleInt *handle, vmk_uint32 allowed, vmk_uint32 slow_flags)
{
    bool reads = (allowed >> VMK_BLOCK_READ & 1) != 0, writes = (allowed >> VMK_BLOCK_WRITE & 1) != 0;
    vmk_uint32 mask = slow_flags << 16 | (reads && writes ? 0xfe : 0xff);

    __atomic_store_n(&handle->common_xor, reads ? VMK_BLOCK_READ : VMK_BLOCK_WRITE, __ATOMIC_RELAXED);
    __atomic_store_n(&handle->common_mask, reads || writes ? mask : ~0u, __ATOMIC_RELAXED);
}

VMK_ALWAYS_INLINE bool is_common(const struct vmk_BlockHandleInt *handle, const vmk_BlockRequest *request)
{
    vmk_uint32 word = *(const vmk_uint32 *)request;

    return ((word ^ handle->common_xor) & handle->common_mask) == 0 && in_range(handle, request);
}

/** Take a request if it is of the common kind. @return whether it is. */
VMK_ALWAYS_INLINE bool take_common(struct vmk_BlockHandleInt *handle, const struct storage_shape *shape,
                                   vmk_BlockRequest *request)
{
    vmk_uint64 bytes = request->numBlocks * shape->block_bytes;

    if (!is_common(handle, request) || !storage_shape_fits_simply(shape, request, bytes)) {
        return false;
    }
    take(handle, request);
    request->numSegments = 1;
    request->attempts = 0;
    request->lengthBytes = (vmk_uint32)bytes;
    return true;
}

/** Submit any list, whether there is a path or not. */
static NOINLINE VMK_ATTRIBUTE_COLD void submit_list(struct vmk_BlockHandleInt *handle,
                                                    vmk_BlockRequest *requests)
{
    const struct storage_shape *shape = VMK_RCU_DEREFERENCE(handle->device->shape);
    vmk_BlockRequest *next, *first, **end = &first;

    for (vmk_BlockRequest *request = requests; request; request = next) {
        next = request->next;
        if (take_common(handle, shape, request) || take_other(handle, shape, request)) {
            *end = request;
            end = &request->next;
        }
    }
    *end = NULL;
    request_issue(handle->device, first);
}

void vmk_BlockSubmit(vmk_BlockHandle handle, vmk_BlockRequest *requests)
{
    struct vmk_BlockDeviceInt *device = handle->device;
    struct vmk_BlockPathInt *path;

    vmk_BottomHalfDisable();
    path = VMK_RCU_DEREFERENCE(device->active);
    if (VMK_LIKELY(path != NULL && requests->next == NULL &&
                   take_common(handle, VMK_RCU_DEREFERENCE(device->shape), requests))) {
        requests->path = path;
        requests->submittedAt = vmk_CPUReadTSC();
        pass_on(path, requests, 1);
    } else {
        submit_list(handle, requests);
    }
    vmk_BottomHalfEnable();
}
VMK_EXPORT_SYMBOL(vmk_BlockSubmit);

vmk_uint32 vmk_BlockPoll(vmk_BlockHandle handle)
{
    struct vmk_BlockPathInt *path;
    vmk_uint32 count = 0;

    vmk_BottomHalfDisable();
    path = VMK_RCU_DEREFERENCE(handle->device->active);
    if (path && path->ops->poll) {
        count = path->ops->poll(path->driver_data);
    }
    vmk_BottomHalfEnable();
    return count;
}
VMK_EXPORT_SYMBOL(vmk_BlockPoll);
