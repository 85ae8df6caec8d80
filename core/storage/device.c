/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * device.c - devices by identity: the paths to each, the one in use, their size and limits.
 */
#define VMK_LOG_MODULE "Storage"

#include "internal.h"

#include <core/heap.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/base/rcu.h>
#include <vmkapi/lib/bits.h>
#include <vmkapi/lib/libc.h>

static vmk_ListLinks devices VMK_GUARDED_BY(storage_table) = VMK_LIST_INITIALIZER(devices);

/* Finding. */

static struct vmk_BlockDeviceInt *lookup_identity(const char *name) VMK_REQUIRES(&storage_table)
{
    vmk_ListLinks *link;

    VMK_LIST_FORALL (&devices, link) {
        struct vmk_BlockDeviceInt *device = VMK_LIST_ENTRY(link, struct vmk_BlockDeviceInt, links);

        if (vmk_Strcmp(device->name, name) == 0) {
            return device;
        }
    }
    return NULL;
}

struct vmk_BlockDeviceInt *device_lookup(const char *name)
{
    struct vmk_BlockDeviceInt *device = lookup_identity(name);
    struct vmk_BlockPathInt *path;

    if (!device && (path = path_lookup(name)) != NULL) {
        device = path->device;
    }
    return device;
}

struct vmk_BlockDeviceInt *storage_device_find(const char *name)
{
    struct vmk_BlockDeviceInt *found;

    mutex_lock(&storage_table);
    found = device_lookup(name);
    if (found) {
        found->refs++;
    }
    mutex_unlock(&storage_table);
    return found;
}

/** The first device in the list behind the place of @p device, which may have left it. */
static struct vmk_BlockDeviceInt *lookup_behind(const struct vmk_BlockDeviceInt *device)
    VMK_REQUIRES(&storage_table)
{
    vmk_ListLinks *link;

    VMK_LIST_FORALL (&devices, link) {
        struct vmk_BlockDeviceInt *other = VMK_LIST_ENTRY(link, struct vmk_BlockDeviceInt, links);

        if (!device || vmk_Strcmp(device->name, other->name) < 0) {
            return other;
        }
    }
    return NULL;
}

struct vmk_BlockDeviceInt *storage_device_next(struct vmk_BlockDeviceInt *device)
{
    struct vmk_BlockDeviceInt *next;

    mutex_lock(&storage_table);
    next = lookup_behind(device);
    if (next) {
        next->refs++;
    }
    if (device) {
        device_unref(device);
    }
    mutex_unlock(&storage_table);
    return next;
}

void storage_device_put(struct vmk_BlockDeviceInt *device)
{
    mutex_lock(&storage_table);
    device_unref(device);
    mutex_unlock(&storage_table);
}

/* Making and freeing. */

static void free_device(struct vmk_BlockDeviceInt *device) VMK_UNSHARED
{
    vmk_TimerDisarm(&device->timer, VMK_TRUE);
    split_pool_destroy(device);
    vmk_HeapFree(heap_kernel, (void *)device->shape);
    vmk_HeapFree(heap_kernel, device->partitions);
    vmk_HeapFree(heap_kernel, device);
}

void device_unref(struct vmk_BlockDeviceInt *device)
{
    if (--device->refs == 0) {
        free_device(device);
    }
}

static struct vmk_BlockDeviceInt *make(const vmk_BlockIdentity *identity) VMK_UNSHARED
{
    struct vmk_BlockDeviceInt *device = vmk_HeapZalloc(heap_kernel, sizeof(*device));

    if (!device) {
        return NULL;
    }
    device->identity = *identity;
    device->waiting_end = &device->waiting;
    device->refs = 1;
    vmk_SpinlockInit(&device->lock, "block-device", VMK_RANK_BLOCK);
    vmk_ListInit(&device->handles);
    vmk_TimerInit(&device->timer, VMK_VMKERNEL_MODULE_ID, device_service, (vmk_AddrCookie){.ptr = device});
    if (split_pool_create(device) != VMK_OK) {
        vmk_HeapFree(heap_kernel, device);
        return NULL;
    }
    return device;
}

/** Give the device the name its path tells, or one that is made up, or that of the path. */
static void choose_name(struct vmk_BlockDeviceInt *device, const struct vmk_BlockPathInt *path)
    VMK_REQUIRES(&storage_table)
{
    device->foreign_name = identity_is_told(&path->reg.identity);
    if (device->foreign_name) {
        vmk_Strlcpy(device->name, path->reg.identity.uniqueID, sizeof(device->name));
    } else if (!identity_make_up(&path->reg.identity, path->reg.lun, device->name)) {
        vmk_Strlcpy(device->name, path->name.string, sizeof(device->name));
    }
    if (lookup_identity(device->name)) {
        vmk_WarningMessage("%s calls itself %s, as another device does: give each its own serial number; "
                           "this one is named by its path",
                           path->name.string, device->name);
        device->foreign_name = false;
        vmk_Strlcpy(device->name, path->name.string, sizeof(device->name));
    }
    vmk_Strlcpy(device->identity.uniqueID, device->name, sizeof(device->identity.uniqueID));
}

/** The device that @p path tells the name of; NULL when there is none, or one that is evidently another. */
static struct vmk_BlockDeviceInt *find_same(const struct vmk_BlockPathInt *path) VMK_REQUIRES(&storage_table)
{
    const vmk_BlockProps *props = &path->reg.props, *others;
    struct vmk_BlockDeviceInt *device = NULL;

    if (identity_is_told(&path->reg.identity)) {
        device = lookup_identity(path->reg.identity.uniqueID);
    }
    if (!device) {
        return NULL;
    }
    others = &device->shape->props;
    return device->foreign_name && device->identity.type == path->reg.identity.type &&
                   others->blockSize == props->blockSize && others->numBlocks == props->numBlocks
               ? device
               : NULL;
}

static void link_in_order(struct vmk_BlockDeviceInt *device) VMK_REQUIRES(&storage_table)
{
    struct vmk_BlockDeviceInt *next = lookup_behind(device);

    vmk_ListInsert(&device->links, next ? vmk_ListBefore(&next->links) : vmk_ListAtRear(&devices));
}

/** Add @p path to the device's. @return VMK_OK, VMK_LIMIT_EXCEEDED */
static VMK_ReturnStatus add_path(struct vmk_BlockDeviceInt *device, struct vmk_BlockPathInt *path)
{
    vmk_StatusValue status = VMK_LIMIT_EXCEEDED;
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&device->lock, &flags);
    if (device->num_paths < STORAGE_PATHS_MAX) {
        device->paths[device->num_paths++] = path;
        path->device = device;
        status = VMK_OK;
    }
    vmk_SpinlockUnlockIRQ(&device->lock, flags);
    return status;
}

/** Take it out again. */
static void remove_path(struct vmk_BlockDeviceInt *device, const struct vmk_BlockPathInt *path)
    VMK_REQUIRES(&device->lock)
{
    vmk_uint32 i = 0;

    while (device->paths[i] != path) {
        i++;
    }
    for (device->num_paths--; i < device->num_paths; i++) {
        device->paths[i] = device->paths[i + 1];
    }
}

static VMK_ReturnStatus join(struct vmk_BlockDeviceInt *device, struct vmk_BlockPathInt *path)
    VMK_REQUIRES(&storage_table)
{
    vmk_StatusValue status = add_path(device, path);
    vmk_uint64 flags;

    if (status != VMK_OK) {
        return status;
    }
    status = device_reshape(device);
    vmk_SpinlockLockIRQ(&device->lock, &flags);
    if (status == VMK_OK) {
        (void)device_choose(device, NULL);
    } else {
        remove_path(device, path);
    }
    vmk_SpinlockUnlockIRQ(&device->lock, flags);
    return status;
}

VMK_ReturnStatus device_join(struct vmk_BlockPathInt *path, bool *is_new)
{
    struct vmk_BlockDeviceInt *device = find_same(path);
    vmk_StatusValue status;

    *is_new = !device;
    if (device) {
        device->refs++;
    } else {
        device = make(&path->reg.identity);
        if (!device) {
            return VMK_NO_MEMORY;
        }
        choose_name(device, path);
        status = device_stats_register(device);
        if (status != VMK_OK) {
            device_unref(device);
            return status;
        }
    }
    status = join(device, path);
    if (status != VMK_OK) {
        if (*is_new) {
            vmk_StatGroupUnregister(&device->stat_group);
        }
        device_unref(device);
        return status;
    }
    if (*is_new) {
        link_in_order(device);
    }
    return VMK_OK;
}

void device_leave(struct vmk_BlockPathInt *path)
{
    struct vmk_BlockDeviceInt *device = path->device;
    vmk_uint64 flags;
    bool last = true;

    vmk_SpinlockLockIRQ(&device->lock, &flags);
    path->state = VMK_BLOCK_PATH_LOST;
    (void)device_choose(device, path);
    vmk_SpinlockUnlockIRQ(&device->lock, flags);
    for (vmk_uint32 i = 0; i < STORAGE_PATHS_MAX; i++) {
        struct vmk_BlockPathInt *other = device->paths[i];

        last = last && (!other || other->leaving);
    }
    if (last) {
        /* Its name is free for when it comes back. */
        vmk_ListRemove(&device->links);
        vmk_StatGroupUnregister(&device->stat_group);
        if (vmk_ListIsEmpty(&device->handles)) {
            vmk_LogMessage("%s: the device is gone", device->name);
        } else {
            vmk_WarningMessage("%s: the device is gone while it is in use", device->name);
        }
    }
}

void device_forget(struct vmk_BlockPathInt *path)
{
    struct vmk_BlockDeviceInt *device = path->device;
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&device->lock, &flags);
    remove_path(device, path);
    device->paths[device->num_paths] = NULL;
    path_stats_add(path, &device->departed);
    vmk_SpinlockUnlockIRQ(&device->lock, flags);
    if (device->num_paths != 0) {
        /* What it could not do, the others may; without memory it stays as it was. */
        (void)!device_reshape(device);
    }
}

/* Size and limits. */

static void free_shape(vmk_RCUHead *head)
{
    vmk_HeapFree(heap_kernel, VMK_CONTAINER_OF(head, struct storage_shape, rcu));
}

VMK_ReturnStatus device_reshape(struct vmk_BlockDeviceInt *device)
{
    struct storage_shape *shape = vmk_HeapAlloc(heap_kernel, sizeof(*shape)), *old;
    vmk_BlockProps props = device->paths[0]->reg.props;

    if (!shape || split_pool_fit(device, props.blockSize) != VMK_OK) {
        vmk_HeapFree(heap_kernel, shape);
        return VMK_NO_MEMORY;
    }
    for (vmk_uint32 i = 1; i < device->num_paths; i++) {
        const vmk_BlockProps *other = &device->paths[i]->reg.props;

        storage_props_narrow(&props, other);
        props.numBlocks = VMK_MIN(props.numBlocks, other->numBlocks);
    }
    storage_shape_init(shape, &props);
    old = (struct storage_shape *)device->shape;
    VMK_RCU_ASSIGN(device->shape, shape);
    handles_update(device);
    if (old) {
        vmk_RCUCall(&old->rcu, free_shape);
    }
    return VMK_OK;
}

void storage_device_shape(struct vmk_BlockDeviceInt *device, struct storage_shape *shape)
{
    vmk_RCUReadLock();
    *shape = *VMK_RCU_DEREFERENCE(device->shape);
    vmk_RCUReadUnlock();
}

/* The path in use. */

static bool is_usable(const struct vmk_BlockPathInt *path)
{
    return path && path->state == VMK_BLOCK_PATH_ACTIVE;
}

/** Where a path stands; past the last for one that isn't there. */
static vmk_uint32 place_of(const struct vmk_BlockDeviceInt *device, const struct vmk_BlockPathInt *path)
    VMK_REQUIRES(&device->lock)
{
    vmk_uint32 i = 0;

    while (i < device->num_paths && device->paths[i] != path) {
        i++;
    }
    return i;
}

/** The next usable path behind @p away, in turn; @p away itself if there is no other. */
static struct vmk_BlockPathInt *choose(struct vmk_BlockDeviceInt *device, const struct vmk_BlockPathInt *away)
    VMK_REQUIRES(&device->lock)
{
    vmk_uint32 first = place_of(device, away) + 1;

    for (vmk_uint32 i = 0; i < device->num_paths; i++) {
        struct vmk_BlockPathInt *path = device->paths[(first + i) % device->num_paths];

        if (is_usable(path)) {
            return path;
        }
    }
    return NULL;
}

static bool has_hope(const struct vmk_BlockDeviceInt *device) VMK_REQUIRES(&device->lock)
{
    for (vmk_uint32 i = 0; i < device->num_paths; i++) {
        if (device->paths[i]->state != VMK_BLOCK_PATH_LOST) {
            return true;
        }
    }
    return false;
}

bool device_choose(struct vmk_BlockDeviceInt *device, const struct vmk_BlockPathInt *away)
{
    struct vmk_BlockPathInt *old = device->active, *new = old;

    if (!is_usable(old) || old == away) {
        new = choose(device, old);
    }
    if (new != old) {
        VMK_RCU_ASSIGN(device->active, new);
        if (new &&old) {
            device->counters.failovers++;
            vmk_LogMessage("%s: %s takes over from %s", device->name, new->name.string, old->name.string);
        }
    }
    device->lost = !new && !has_hope(device);
    device_note_down(device, !new);
    return new != away;
}

bool device_is_lost(const struct vmk_BlockDeviceInt *device)
    VMK_NO_THREAD_SAFETY_ANALYSIS("one load, old when it returns with the lock as well")
{
    return __atomic_load_n(&device->lost, __ATOMIC_RELAXED);
}

const char *storage_device_state_text(struct vmk_BlockDeviceInt *device)
{
    const char *text = "on";
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&device->lock, &flags);
    if (!device->active) {
        text = device->lost ? "dead" : "off";
    }
    vmk_SpinlockUnlockIRQ(&device->lock, flags);
    return text;
}

struct vmk_BlockPathInt *storage_device_path(struct vmk_BlockDeviceInt *device)
{
    struct vmk_BlockPathInt *path = NULL;

    mutex_lock(&storage_table);
    for (vmk_uint32 i = 0; i < device->num_paths; i++) {
        struct vmk_BlockPathInt *candidate = device->paths[i];

        if (!candidate->leaving && (!path || candidate == device->active)) {
            path = candidate;
        }
    }
    if (path) {
        path->refs++;
    }
    mutex_unlock(&storage_table);
    return path;
}

const char *storage_type_text(vmk_BlockType type)
{
    switch (type) {
    case VMK_BLOCK_TYPE_DISK:
        return "disk";
    case VMK_BLOCK_TYPE_CDROM:
        return "cdrom";
    default:
        return "other";
    }
}
