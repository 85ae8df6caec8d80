/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * handle.c - who has what open: ranges, permissions, exclusion.
 */
#define VMK_LOG_MODULE "Storage"

#include "internal.h"

#include <core/account.h>
#include <core/heap.h>
#include <vmkapi/base/export.h>
#include <vmkapi/base/rcu.h>
#include <vmkapi/base/world.h>
#include <vmkapi/lib/bits.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/lib/string.h>

#define WRITING (1u << VMK_BLOCK_WRITE | 1u << VMK_BLOCK_DISCARD | 1u << VMK_BLOCK_WRITE_ZEROES)

/* What a handle may do. */

/** Fit a handle to its device's size and protection. */
static void fit(struct vmk_BlockHandleInt *handle)
{
    const vmk_BlockProps *props = &handle->device->shape->props;
    vmk_uint64 behind = props->numBlocks > handle->first_block ? props->numBlocks - handle->first_block : 0;
    vmk_uint32 allowed = 1u << VMK_BLOCK_FLUSH;

    if ((handle->flags & VMK_BLOCK_OPEN_READ) != 0) {
        allowed |= 1u << VMK_BLOCK_READ;
    }
    if ((handle->flags & VMK_BLOCK_OPEN_WRITE) != 0 && (props->flags & VMK_BLOCK_PROP_READ_ONLY) == 0) {
        allowed |= WRITING;
    }
    request_set_common(handle, allowed, handle->device->shape->slow_flags);
    __atomic_store_n(&handle->num_blocks, VMK_MIN(handle->range_blocks, behind), __ATOMIC_RELAXED);
    __atomic_store_n(&handle->allowed, allowed, __ATOMIC_RELAXED);
}

void handles_update(struct vmk_BlockDeviceInt *device)
{
    vmk_ListLinks *link;

    VMK_LIST_FORALL (&device->handles, link) {
        fit(VMK_LIST_ENTRY(link, struct vmk_BlockHandleInt, links));
    }
}

/* Exclusion. */

static bool overlap(const struct vmk_BlockHandleInt *a, const struct vmk_BlockHandleInt *b)
{
    vmk_uint64 behind =
        a->first_block < b->first_block ? b->first_block - a->first_block : a->first_block - b->first_block;

    return behind < (a->first_block < b->first_block ? a : b)->range_blocks;
}

/** Whether @p a, if it is exclusive, keeps @p b out. */
static bool excludes(const struct vmk_BlockHandleInt *a, const struct vmk_BlockHandleInt *b)
{
    return (a->flags & VMK_BLOCK_OPEN_EXCLUSIVE) != 0 &&
           (b->flags & (VMK_BLOCK_OPEN_EXCLUSIVE | VMK_BLOCK_OPEN_WRITE)) != 0;
}

/** Whether somebody has the device open who speaks against @p handle. */
static bool is_excluded(const struct vmk_BlockHandleInt *handle) VMK_REQUIRES(&storage_table)
{
    vmk_ListLinks *link;

    VMK_LIST_FORALL (&handle->device->handles, link) {
        const struct vmk_BlockHandleInt *other = VMK_LIST_ENTRY(link, struct vmk_BlockHandleInt, links);

        if (overlap(handle, other) && (excludes(handle, other) || excludes(other, handle))) {
            return true;
        }
    }
    return false;
}

/* Opening. */

/** What a name says: a device, and which partition of it. */
struct place {
    struct vmk_BlockDeviceInt *device;
    vmk_uint32 partition;
};

/** Take ":2" off the end of a name. @return the number, 0 when there is none. */
static vmk_uint32 cut_partition(char *name)
{
    char *colon = vmk_Strrchr(name, ':');
    vmk_uint64 number;

    if (!colon || vmk_StringToUint64(colon + 1, 10, &number) != VMK_OK || number == 0 || number > ~0u) {
        return 0;
    }
    *colon = '\0';
    return (vmk_uint32)number;
}

/** Find what @p name names; the device is referenced. */
static VMK_ReturnStatus find(const char *name, struct place *place)
{
    char text[VMK_BLOCK_ID_LENGTH + 16];

    place->partition = 0;
    place->device = storage_device_find(name);
    if (!place->device && vmk_Strlcpy(text, name, sizeof(text)) < sizeof(text)) {
        place->partition = cut_partition(text);
        place->device = place->partition != 0 ? storage_device_find(text) : NULL;
    }
    if (place->partition != 0 && place->device &&
        __atomic_load_n(&place->device->readings, __ATOMIC_ACQUIRE)) {
        device_settle();
    }
    return place->device ? VMK_OK : VMK_NOT_FOUND;
}

/** Set the range: the partition's, or all there is or will be. */
static VMK_ReturnStatus choose_range(struct vmk_BlockHandleInt *handle) VMK_REQUIRES(&storage_table)
{
    const struct device_partitions *partitions = handle->device->partitions;
    const struct partition *partition;

    if (handle->partition == 0) {
        handle->range_blocks = ~0ul;
        return VMK_OK;
    }
    partition = partitions ? partition_find(&partitions->table, handle->partition) : NULL;
    if (!partition) {
        return VMK_NOT_FOUND;
    }
    handle->first_block = partition->first_block;
    handle->range_blocks = partition->num_blocks;
    return VMK_OK;
}

/** Whether the device can be opened like that. */
static VMK_ReturnStatus admit(struct vmk_BlockHandleInt *handle) VMK_REQUIRES(&storage_table)
{
    struct vmk_BlockDeviceInt *device = handle->device;
    vmk_StatusValue status = choose_range(handle);

    if (device_is_lost(device)) {
        return VMK_PERM_DEV_LOSS;
    }
    if (status != VMK_OK) {
        return status;
    }
    if ((handle->flags & VMK_BLOCK_OPEN_WRITE) != 0 &&
        (device->shape->props.flags & VMK_BLOCK_PROP_READ_ONLY) != 0) {
        return VMK_READ_ONLY;
    }
    return is_excluded(handle) ? VMK_BUSY : VMK_OK;
}

static void free_handle(struct vmk_BlockHandleInt *handle)
{
    vmk_PCPUStorageFree(handle->module, sizeof(vmk_int64), handle->balance);
    vmk_HeapFree(heap_kernel, handle);
}

static struct vmk_BlockHandleInt *make(vmk_ModuleID module, const struct place *place, vmk_uint32 flags)
{
    struct vmk_BlockHandleInt *handle = vmk_HeapZalloc(heap_kernel, sizeof(*handle));

    if (!handle) {
        return NULL;
    }
    handle->device = place->device;
    handle->partition = place->partition;
    handle->module = module;
    handle->flags = flags;
    if (vmk_PCPUStorageAlloc(module, sizeof(vmk_int64), &handle->balance) != VMK_OK) {
        vmk_HeapFree(heap_kernel, handle);
        return NULL;
    }
    return handle;
}

VMK_ReturnStatus vmk_BlockOpen(vmk_ModuleID module, const char *name, vmk_uint32 flags,
                               vmk_BlockHandle *handle)
{
    struct vmk_BlockHandleInt *new;
    struct place place;
    vmk_StatusValue status;

    if ((flags & (VMK_BLOCK_OPEN_READ | VMK_BLOCK_OPEN_WRITE)) == 0) {
        return VMK_BAD_PARAM;
    }
    status = find(name, &place);
    if (status != VMK_OK) {
        return status;
    }
    new = make(module, &place, flags);
    if (!new) {
        storage_device_put(place.device);
        return VMK_NO_MEMORY;
    }
    mutex_lock(&storage_table);
    status = admit(new);
    if (status == VMK_OK) {
        fit(new);
        vmk_ListInsert(&new->links, vmk_ListAtRear(&place.device->handles));
    } else {
        device_unref(place.device);
    }
    mutex_unlock(&storage_table);
    if (status != VMK_OK) {
        free_handle(new);
        return status;
    }
    account_add(module, ACCOUNT_BLOCK_HANDLES, 1);
    *handle = new;
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_BlockOpen);

/** Wait until all requests have ended, and whoever ended the last one is done with the handle. */
static void drain(struct vmk_BlockHandleInt *handle)
{
    vmk_SpinlockObject *lock = &handle->device->lock;
    vmk_uint64 flags;

    __atomic_store_n(&handle->closing, true, __ATOMIC_RELAXED);
    vmk_RCUSynchronize();
    vmk_SpinlockLockIRQ(lock, &flags);
    while (vmk_PCPUSum64(handle->balance) != 0) {
        (void)!vmk_WorldWaitIRQ((vmk_WorldEventID)&handle->closing, lock, flags, 1000, "requests to end");
        vmk_SpinlockLockIRQ(lock, &flags);
    }
    vmk_SpinlockUnlockIRQ(lock, flags);
    vmk_RCUSynchronize();
}

void vmk_BlockClose(vmk_BlockHandle handle)
{
    drain(handle);
    mutex_lock(&storage_table);
    vmk_ListRemove(&handle->links);
    device_unref(handle->device);
    mutex_unlock(&storage_table);
    account_add(handle->module, ACCOUNT_BLOCK_HANDLES, -1);
    free_handle(handle);
}
VMK_EXPORT_SYMBOL(vmk_BlockClose);

vmk_uint32 storage_device_users(struct vmk_BlockDeviceInt *device, bool writers)
{
    vmk_uint32 count = 0;
    vmk_ListLinks *link;

    mutex_lock(&storage_table);
    VMK_LIST_FORALL (&device->handles, link) {
        const struct vmk_BlockHandleInt *handle = VMK_LIST_ENTRY(link, struct vmk_BlockHandleInt, links);

        count += !writers || (handle->flags & VMK_BLOCK_OPEN_WRITE) != 0;
    }
    mutex_unlock(&storage_table);
    return count;
}

/* Asking. */

static vmk_uint32 queue_depth(struct vmk_BlockDeviceInt *device)
{
    const struct vmk_BlockPathInt *active = VMK_RCU_DEREFERENCE(device->active);

    return active ? active->reg.queueDepth : 0;
}

VMK_ReturnStatus vmk_BlockGeometryGet(vmk_BlockHandle handle, vmk_BlockGeometry *geometry)
{
    struct vmk_BlockDeviceInt *device = handle->device;
    const vmk_BlockProps *props;

    vmk_RCUReadLock();
    props = &VMK_RCU_DEREFERENCE(device->shape)->props;
    *geometry = (vmk_BlockGeometry){
        .blockSize = props->blockSize,
        .physicalBlockSize = props->physicalBlockSize,
        .numBlocks = __atomic_load_n(&handle->num_blocks, __ATOMIC_RELAXED),
        .firstBlock = handle->first_block,
        .flags = props->flags,
        .queueDepth = queue_depth(device),
        .limits = props->limits,
    };
    vmk_RCUReadUnlock();
    vmk_Strlcpy(geometry->device.string, device->name, sizeof(geometry->device.string));
    return device_is_lost(device) ? VMK_PERM_DEV_LOSS : VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_BlockGeometryGet);
