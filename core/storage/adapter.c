/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * adapter.c - the table of adapters: names, references, the driver's operations, what it reports.
 */
#define VMK_LOG_MODULE "Storage"

#include "internal.h"

#include <core/account.h>
#include <core/heap.h>
#include <vmkapi/base/export.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/base/world.h>
#include <vmkapi/lib/libc.h>

struct mutex storage_table = MUTEX_INITIALIZER(storage_table, "storage");

/** Adapters by number. */
static struct vmk_StorageAdapterInt *adapters[STORAGE_ADAPTERS_MAX] VMK_GUARDED_BY(storage_table);
/** The bus address that last had each number. */
static vmk_Name last_address[STORAGE_ADAPTERS_MAX] VMK_GUARDED_BY(storage_table);

/* References. */

void adapter_ref(struct vmk_StorageAdapterInt *adapter)
{
    adapter->refs++;
}

void adapter_unref(struct vmk_StorageAdapterInt *adapter)
{
    if (--adapter->refs == 0) {
        vmk_HeapFree(heap_kernel, adapter);
    }
}

void storage_adapter_put(struct vmk_StorageAdapterInt *adapter)
{
    mutex_lock(&storage_table);
    adapter_unref(adapter);
    mutex_unlock(&storage_table);
}

/** The first adapter from @p number on, called @p name if that isn't NULL. */
static struct vmk_StorageAdapterInt *get(vmk_uint32 number, const char *name) VMK_REQUIRES(&storage_table)
{
    for (; number < STORAGE_ADAPTERS_MAX; number++) {
        struct vmk_StorageAdapterInt *adapter = adapters[number];

        if (adapter && (!name || vmk_Strcmp(adapter->name.string, name) == 0)) {
            adapter_ref(adapter);
            return adapter;
        }
    }
    return NULL;
}

struct vmk_StorageAdapterInt *storage_adapter_find(const char *name)
{
    struct vmk_StorageAdapterInt *found;

    mutex_lock(&storage_table);
    found = get(0, name);
    mutex_unlock(&storage_table);
    return found;
}

struct vmk_StorageAdapterInt *storage_adapter_next(struct vmk_StorageAdapterInt *adapter)
{
    struct vmk_StorageAdapterInt *next;

    mutex_lock(&storage_table);
    next = get(adapter ? adapter->number + 1 : 0, NULL);
    if (adapter) {
        adapter_unref(adapter);
    }
    mutex_unlock(&storage_table);
    return next;
}

/* Registration. */

/** Find a number for the adapter at @p address: the one it had, else the lowest never used, else the lowest
 * free. */
static VMK_ReturnStatus choose_number(const char *address, vmk_uint32 *number) VMK_REQUIRES(&storage_table)
{
    vmk_uint32 fresh = STORAGE_ADAPTERS_MAX, vacant = STORAGE_ADAPTERS_MAX;

    for (vmk_uint32 i = STORAGE_ADAPTERS_MAX; i-- > 0;) {
        if (vmk_Strcmp(last_address[i].string, address) == 0) {
            *number = i;
            return adapters[i] ? VMK_EXISTS : VMK_OK;
        }
        fresh = last_address[i].string[0] == '\0' ? i : fresh;
        vacant = adapters[i] ? vacant : i;
    }
    *number = fresh != STORAGE_ADAPTERS_MAX ? fresh : vacant;
    return *number != STORAGE_ADAPTERS_MAX ? VMK_OK : VMK_LIMIT_EXCEEDED;
}

static VMK_ReturnStatus enter(struct vmk_StorageAdapterInt *adapter) VMK_REQUIRES(&storage_table)
{
    vmk_StatusValue status = choose_number(adapter->reg.busAddress.string, &adapter->number);

    if (status == VMK_OK) {
        status = vmk_NameFormat(&adapter->name, "vmhba%u", adapter->number);
    }
    if (status == VMK_OK) {
        status = adapter_stats_register(adapter);
    }
    if (status == VMK_OK) {
        last_address[adapter->number] = adapter->reg.busAddress;
        adapters[adapter->number] = adapter;
    }
    return status;
}

VMK_ReturnStatus vmk_StorageAdapterRegister(const vmk_StorageAdapterRegData *regData,
                                            vmk_StorageAdapter *adapter) VMK_UNSHARED
{
    struct vmk_StorageAdapterInt *new;
    vmk_StatusValue status;

    if (!regData->ops || regData->busAddress.string[0] == '\0' || regData->driver.string[0] == '\0') {
        return VMK_BAD_PARAM;
    }
    new = vmk_HeapZalloc(heap_kernel, sizeof(*new));
    if (!new) {
        return VMK_NO_MEMORY;
    }
    new->reg = *regData;
    new->refs = 1;
    mutex_init(&new->control, "adapter");
    mutex_lock(&storage_table);
    status = enter(new);
    mutex_unlock(&storage_table);
    if (status != VMK_OK) {
        vmk_HeapFree(heap_kernel, new);
        return status;
    }
    account_add(regData->moduleID, ACCOUNT_STORAGE_ADAPTERS, 1);
    vmk_LogMessage("%s %s at %s, %s%s%s", new->name.string, regData->driver.string,
                   regData->busAddress.string, regData->transport.string,
                   regData->description.string[0] != '\0' ? ", " : "", regData->description.string);
    *adapter = new;
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_StorageAdapterRegister);

void vmk_StorageAdapterUnregister(vmk_StorageAdapter adapter)
{
    mutex_lock(&storage_table);
    VMK_ASSERT(adapter->num_paths == 0);
    adapter->leaving = true;
    adapters[adapter->number] = NULL;
    mutex_unlock(&storage_table);
    /* An operation that began before ends; none begins after. */
    mutex_lock(&adapter->control);
    mutex_unlock(&adapter->control);
    vmk_StatGroupUnregister(&adapter->stat_group);
    vmk_LogMessage("%s: removed", adapter->name.string);
    account_add(adapter->reg.moduleID, ACCOUNT_STORAGE_ADAPTERS, -1);
    storage_adapter_put(adapter);
}
VMK_EXPORT_SYMBOL(vmk_StorageAdapterUnregister);

vmk_Name vmk_StorageAdapterNameGet(vmk_StorageAdapter adapter)
{
    return adapter->name;
}
VMK_EXPORT_SYMBOL(vmk_StorageAdapterNameGet);

/* Operations. */

/** Keep the driver's operations to the caller, unless the driver is gone. */
static VMK_ReturnStatus claim(struct vmk_StorageAdapterInt *adapter) VMK_ACQUIRE(&adapter->control)
{
    bool leaving;

    mutex_lock(&adapter->control);
    mutex_lock(&storage_table);
    leaving = adapter->leaving;
    mutex_unlock(&storage_table);
    return leaving ? VMK_NOT_FOUND : VMK_OK;
}

VMK_ReturnStatus storage_adapter_rescan(struct vmk_StorageAdapterInt *adapter)
{
    vmk_StatusValue status = claim(adapter);

    if (status == VMK_OK) {
        status =
            adapter->reg.ops->rescan ? adapter->reg.ops->rescan(adapter->reg.driverData) : VMK_NOT_SUPPORTED;
    }
    mutex_unlock(&adapter->control);
    return status;
}

VMK_ReturnStatus storage_adapter_reset(struct vmk_StorageAdapterInt *adapter)
{
    vmk_StatusValue status = claim(adapter);

    if (status == VMK_OK) {
        vmk_LogMessage("%s: reset on request", adapter->name.string);
        status =
            adapter->reg.ops->reset ? adapter->reg.ops->reset(adapter->reg.driverData) : VMK_NOT_SUPPORTED;
    }
    mutex_unlock(&adapter->control);
    return status;
}

/* Reports. */

void vmk_StorageEventReport(vmk_StorageAdapter adapter, vmk_BlockPath path, vmk_StorageEvent event)
{
    __atomic_fetch_add(&adapter->events[event], 1, __ATOMIC_RELAXED);
    if (path) {
        __atomic_fetch_add(&path->events[event], 1, __ATOMIC_RELAXED);
    }
}
VMK_EXPORT_SYMBOL(vmk_StorageEventReport);
