/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * path.c - paths: registration, what changes of them, and their end.
 */
#define VMK_LOG_MODULE "Storage"

#include "internal.h"

#include <core/account.h>
#include <core/heap.h>
#include <vmkapi/base/export.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/base/rcu.h>
#include <vmkapi/base/world.h>
#include <vmkapi/lib/libc.h>

#define DRAIN_SECONDS 30 /* After so long without an end, say who is waited for. */

static vmk_ListLinks paths VMK_GUARDED_BY(storage_table) = VMK_LIST_INITIALIZER(paths);

/* Finding. */

static void free_path(struct vmk_BlockPathInt *path)
{
    vmk_PCPUStorageFree(VMK_VMKERNEL_MODULE_ID, sizeof(vmk_uint64), path->started);
    vmk_HeapFree(heap_kernel, path->cpus);
    vmk_HeapFree(heap_kernel, path);
}

void path_unref(struct vmk_BlockPathInt *path)
{
    if (--path->refs == 0) {
        device_unref(path->device);
        adapter_unref(path->adapter);
        free_path(path);
    }
}

void storage_path_put(struct vmk_BlockPathInt *path)
{
    mutex_lock(&storage_table);
    path_unref(path);
    mutex_unlock(&storage_table);
}

struct vmk_BlockPathInt *path_lookup(const char *name)
{
    vmk_ListLinks *link;

    VMK_LIST_FORALL (&paths, link) {
        struct vmk_BlockPathInt *path = VMK_LIST_ENTRY(link, struct vmk_BlockPathInt, links);

        if (vmk_Strcmp(path->name.string, name) == 0) {
            return path;
        }
    }
    return NULL;
}

/** Whether @p a stands before @p b in lists. */
static bool precedes(const struct vmk_BlockPathInt *a, const struct vmk_BlockPathInt *b)
{
    if (a->adapter->number != b->adapter->number) {
        return a->adapter->number < b->adapter->number;
    }
    if (a->reg.channel != b->reg.channel) {
        return a->reg.channel < b->reg.channel;
    }
    return a->reg.target != b->reg.target ? a->reg.target < b->reg.target : a->reg.lun < b->reg.lun;
}

/** The first path in the list behind the place of @p path, which may have left it. */
static struct vmk_BlockPathInt *lookup_behind(const struct vmk_BlockPathInt *path)
    VMK_REQUIRES(&storage_table)
{
    vmk_ListLinks *link;

    VMK_LIST_FORALL (&paths, link) {
        struct vmk_BlockPathInt *other = VMK_LIST_ENTRY(link, struct vmk_BlockPathInt, links);

        if (!path || precedes(path, other)) {
            return other;
        }
    }
    return NULL;
}

struct vmk_BlockPathInt *storage_path_find(const char *name)
{
    struct vmk_BlockPathInt *found;

    mutex_lock(&storage_table);
    found = path_lookup(name);
    if (found) {
        found->refs++;
    }
    mutex_unlock(&storage_table);
    return found;
}

struct vmk_BlockPathInt *storage_path_next(struct vmk_BlockPathInt *path)
{
    struct vmk_BlockPathInt *next;

    mutex_lock(&storage_table);
    next = lookup_behind(path);
    if (next) {
        next->refs++;
    }
    if (path) {
        path_unref(path);
    }
    mutex_unlock(&storage_table);
    return next;
}

/* Registration. */

static void link_in_order(struct vmk_BlockPathInt *path) VMK_REQUIRES(&storage_table)
{
    struct vmk_BlockPathInt *next = lookup_behind(path);

    vmk_ListInsert(&path->links, next ? vmk_ListBefore(&next->links) : vmk_ListAtRear(&paths));
}

static struct vmk_BlockPathInt *make(const vmk_BlockPathRegData *reg) VMK_UNSHARED
{
    vmk_ByteCount size = vmk_NumPCPUs() * sizeof(struct path_cpu);
    struct vmk_BlockPathInt *path = vmk_HeapZalloc(heap_kernel, sizeof(*path));

    if (!path) {
        return NULL;
    }
    path->cpus = vmk_HeapAlign(heap_kernel, size, _Alignof(struct path_cpu));
    if (!path->cpus ||
        vmk_PCPUStorageAlloc(VMK_VMKERNEL_MODULE_ID, sizeof(vmk_uint64), &path->started) != VMK_OK) {
        free_path(path);
        return NULL;
    }
    vmk_Memset(path->cpus, 0, size);
    path->reg = *reg;
    path->ops = reg->ops;
    path->driver_data = reg->driverData;
    path->adapter = reg->adapter;
    path->state = VMK_BLOCK_PATH_ACTIVE;
    path->refs = 1;
    mutex_init(&path->control, "block-path");
    identity_clean(path->reg.identity.uniqueID, sizeof(path->reg.identity.uniqueID));
    identity_clean(path->reg.identity.vendor, sizeof(path->reg.identity.vendor));
    identity_clean(path->reg.identity.model, sizeof(path->reg.identity.model));
    identity_clean(path->reg.identity.revision, sizeof(path->reg.identity.revision));
    identity_clean(path->reg.identity.serial, sizeof(path->reg.identity.serial));
    return path;
}

static void say_size(const struct vmk_BlockPathInt *path, const char *what)
{
    const vmk_BlockProps *props = &path->reg.props;
    vmk_uint64 kib = props->numBlocks * (props->blockSize / 512) / 2;

    if (props->numBlocks == 0) {
        vmk_LogMessage("%s: %sno medium", path->name.string, what);
    } else if (kib < 1024ul * 1024) {
        vmk_LogMessage("%s: %s%lu.%lu MiB, %lu blocks of %u bytes%s", path->name.string, what, kib / 1024,
                       kib % 1024 * 10 / 1024, props->numBlocks, props->blockSize,
                       (props->flags & VMK_BLOCK_PROP_READ_ONLY) != 0 ? ", read-only" : "");
    } else {
        vmk_LogMessage("%s: %s%lu.%lu GiB, %lu blocks of %u bytes%s", path->name.string, what,
                       kib / (1024 * 1024), kib % (1024 * 1024) * 10 / (1024 * 1024), props->numBlocks,
                       props->blockSize, (props->flags & VMK_BLOCK_PROP_READ_ONLY) != 0 ? ", read-only" : "");
    }
}

static void say_it(const struct vmk_BlockPathInt *path, bool is_new)
{
    const vmk_BlockIdentity *identity = &path->reg.identity;

    if (!is_new) {
        vmk_LogMessage("%s: another path to %s", path->name.string, path->device->name);
        return;
    }
    vmk_LogMessage("%s: %s %s%s%s, revision %s, serial number %s, is %s", path->name.string,
                   storage_type_text(identity->type), identity->vendor,
                   identity->vendor[0] != '\0' ? " " : "", identity->model, identity->revision,
                   identity->serial[0] != '\0' ? identity->serial : "unknown", path->device->name);
    say_size(path, "");
}

/** Give the path its place and its device. */
static VMK_ReturnStatus enter(struct vmk_BlockPathInt *path, bool *is_new) VMK_REQUIRES(&storage_table)
{
    vmk_StatusValue status = vmk_NameFormat(&path->name, "%s:C%u:T%u:L%u", path->adapter->name.string,
                                            path->reg.channel, path->reg.target, path->reg.lun);

    if (status == VMK_OK && path_lookup(path->name.string)) {
        status = VMK_EXISTS;
    }
    if (status == VMK_OK) {
        status = path_stats_register(path);
    }
    if (status != VMK_OK) {
        return status;
    }
    status = device_join(path, is_new);
    if (status != VMK_OK) {
        path_stats_unregister(path);
        return status;
    }
    adapter_ref(path->adapter);
    path->adapter->num_paths++;
    link_in_order(path);
    if (*is_new) {
        device_read_partitions(path->device);
    }
    return VMK_OK;
}

VMK_ReturnStatus vmk_BlockPathRegister(const vmk_BlockPathRegData *regData, vmk_BlockPath *path)
{
    struct vmk_BlockPathInt *new;
    vmk_StatusValue status;
    bool is_new;

    if (!regData->adapter || !regData->ops || !regData->ops->submit ||
        !storage_props_valid(&regData->props)) {
        return VMK_BAD_PARAM;
    }
    new = make(regData);
    if (!new) {
        return VMK_NO_MEMORY;
    }
    *path = new; /* The first request may come before the return. */
    mutex_lock(&storage_table);
    status = enter(new, &is_new);
    mutex_unlock(&storage_table);
    if (status != VMK_OK) {
        free_path(new);
        return status;
    }
    account_add(regData->moduleID, ACCOUNT_BLOCK_PATHS, 1);
    say_it(new, is_new);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_BlockPathRegister);

/** Wait until the driver has given back all it has. */
static void drain(struct vmk_BlockPathInt *path)
{
    vmk_SpinlockObject *lock = &path->device->lock;
    vmk_uint64 flags, warned = vmk_GetTimerCycles();

    __atomic_store_n(&path->draining, true, __ATOMIC_RELAXED);
    /* Now no CPU is on its way into the driver, nor ends a command without seeing that we wait. */
    vmk_RCUSynchronize();
    vmk_SpinlockLockIRQ(lock, &flags);
    while (path_in_flight(path) != 0) {
        (void)!vmk_WorldWaitIRQ((vmk_WorldEventID)&path->draining, lock, flags, 1000, "commands to end");
        if (vmk_GetTimerCycles() - warned > DRAIN_SECONDS * VMK_NSEC_PER_SEC) {
            warned = vmk_GetTimerCycles();
            vmk_WarningMessage("%s is to go, but %s has not ended %lu commands", path->name.string,
                               path->adapter->reg.driver.string, path_in_flight(path));
        }
        vmk_SpinlockLockIRQ(lock, &flags);
    }
    vmk_SpinlockUnlockIRQ(lock, flags);
    /* Who ended the last one is done with the path then. */
    vmk_RCUSynchronize();
}

void vmk_BlockPathUnregister(vmk_BlockPath path)
{
    mutex_lock(&storage_table);
    path->leaving = true;
    vmk_ListRemove(&path->links);
    device_leave(path);
    mutex_unlock(&storage_table);
    drain(path);
    mutex_lock(&path->control);
    mutex_unlock(&path->control);
    path_stats_unregister(path);
    vmk_LogMessage("%s: removed", path->name.string);
    account_add(path->reg.moduleID, ACCOUNT_BLOCK_PATHS, -1);
    mutex_lock(&storage_table);
    device_forget(path);
    path->adapter->num_paths--;
    path_unref(path);
    mutex_unlock(&storage_table);
}
VMK_EXPORT_SYMBOL(vmk_BlockPathUnregister);

/* Changes. */

static bool same_size(const vmk_BlockProps *a, const vmk_BlockProps *b)
{
    return a->numBlocks == b->numBlocks && a->blockSize == b->blockSize;
}

static VMK_ReturnStatus update(struct vmk_BlockPathInt *path, const vmk_BlockProps *props)
    VMK_REQUIRES(&storage_table)
{
    vmk_BlockProps old = path->reg.props;
    vmk_StatusValue status;

    if (props->blockSize != old.blockSize && !vmk_ListIsEmpty(&path->device->handles)) {
        return VMK_BUSY;
    }
    path->reg.props = *props;
    status = device_reshape(path->device);
    if (status != VMK_OK) {
        path->reg.props = old;
        return status;
    }
    if (!same_size(props, &old)) {
        say_size(path, "size has changed: ");
        device_read_partitions(path->device);
    }
    if (((props->flags ^ old.flags) & VMK_BLOCK_PROP_READ_ONLY) != 0) {
        vmk_LogMessage("%s: is %s now", path->name.string,
                       (props->flags & VMK_BLOCK_PROP_READ_ONLY) != 0 ? "read-only" : "writable");
    }
    return VMK_OK;
}

VMK_ReturnStatus vmk_BlockPathUpdate(vmk_BlockPath path, const vmk_BlockProps *props)
{
    vmk_StatusValue status;

    if (!storage_props_valid(props)) {
        return VMK_BAD_PARAM;
    }
    mutex_lock(&storage_table);
    status = update(path, props);
    mutex_unlock(&storage_table);
    return status;
}
VMK_EXPORT_SYMBOL(vmk_BlockPathUpdate);

void vmk_BlockPathStateSet(vmk_BlockPath path, vmk_BlockPathState state)
{
    struct vmk_BlockDeviceInt *device = path->device;
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&device->lock, &flags);
    if (path->state != VMK_BLOCK_PATH_LOST && path->state != state) {
        path->state = state;
        vmk_LogMessage("%s: path is %s", path->name.string, storage_path_state_text(path));
        (void)device_choose(device, NULL);
        if (device->lost) {
            vmk_WarningMessage("%s: lost: no path to it is left", device->name);
        }
    }
    vmk_SpinlockUnlockIRQ(&device->lock, flags);
}
VMK_EXPORT_SYMBOL(vmk_BlockPathStateSet);

vmk_Name vmk_BlockPathNameGet(vmk_BlockPath path)
{
    return path->name;
}
VMK_EXPORT_SYMBOL(vmk_BlockPathNameGet);

const char *storage_path_state_text(struct vmk_BlockPathInt *path)
{
    switch (__atomic_load_n(&path->state, __ATOMIC_RELAXED)) {
    case VMK_BLOCK_PATH_DOWN:
        return "down";
    case VMK_BLOCK_PATH_LOST:
        return "lost";
    default:
        return __atomic_load_n(&path->device->active, __ATOMIC_RELAXED) == path ? "active" : "standby";
    }
}

/* Commands passed through. */

/** Keep the driver's operations to the caller, unless the driver is gone. */
static VMK_ReturnStatus claim(struct vmk_BlockPathInt *path) VMK_ACQUIRE(&path->control)
{
    bool leaving;

    mutex_lock(&path->control);
    mutex_lock(&storage_table);
    leaving = path->leaving;
    mutex_unlock(&storage_table);
    return leaving ? VMK_NOT_FOUND : VMK_OK;
}

VMK_ReturnStatus storage_path_scsi(struct vmk_BlockPathInt *path, vmk_ScsiCommand *command)
{
    vmk_StatusValue status = claim(path);

    if (status == VMK_OK) {
        status =
            path->ops->scsiCommand ? path->ops->scsiCommand(path->driver_data, command) : VMK_NOT_SUPPORTED;
    }
    mutex_unlock(&path->control);
    return status;
}

VMK_ReturnStatus storage_path_nvme(struct vmk_BlockPathInt *path, vmk_NvmeCommand *command)
{
    vmk_StatusValue status = claim(path);

    if (status == VMK_OK) {
        status =
            path->ops->nvmeCommand ? path->ops->nvmeCommand(path->driver_data, command) : VMK_NOT_SUPPORTED;
    }
    mutex_unlock(&path->control);
    return status;
}
