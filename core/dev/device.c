/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * device.c - the list of devices: joining, leaving, claiming, and what is asked about one.
 */
#define VMK_LOG_MODULE "Device"

#include "dma_engine.h"

#include <core/account.h>
#include <core/device.h>
#include <core/heap.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/export.h>
#include <vmkapi/base/helper.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/base/system.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/lib/name.h>

vmk_SpinlockObject device_lock = VMK_SPINLOCK_INITIALIZER("devices", VMK_RANK_DEVICE);
static vmk_ListLinks device_list VMK_GUARDED_BY(device_lock) = VMK_LIST_INITIALIZER(device_list);
static vmk_uint64 next_serial VMK_GUARDED_BY(device_lock) = 1;
static vmk_Helper rescan_helper;

static vmk_Device find_address(vmk_BusType bus, const char *address) VMK_REQUIRES(&device_lock)
{
    vmk_ListLinks *item;

    VMK_LIST_FORALL (&device_list, item) {
        vmk_Device device = VMK_LIST_ENTRY(item, struct vmk_DeviceInt, links);
        if (device->bus == bus && vmk_Strcmp(device->address, address) == 0) {
            return device;
        }
    }
    return NULL;
}

/** Put a filled device in the list unless its address is taken. */
static VMK_ReturnStatus link_device(vmk_Device device)
{
    vmk_StatusValue status = VMK_EXISTS;

    vmk_SpinlockLock(&device_lock);
    if (find_address(device->bus, device->address) == NULL) {
        device->serial = next_serial++;
        vmk_ListInsert(&device->links, vmk_ListAtRear(&device_list));
        if (device->parent != NULL) {
            device->parent->references++;
        }
        status = VMK_OK;
    }
    vmk_SpinlockUnlock(&device_lock);
    return status;
}

VMK_ReturnStatus device_add(const struct device_request *request, vmk_Device *added) VMK_UNSHARED
{
    if (request->address_len >= DEVICE_ADDRESS_MAX) {
        return VMK_NAME_TOO_LONG;
    }
    vmk_Device device = vmk_HeapZalloc(heap_kernel, sizeof(*device) + request->identifier_len + 1);
    if (device == NULL) {
        return VMK_NO_MEMORY;
    }
    device->references = 1;
    device->bus = request->bus;
    vmk_Memcpy(device->address, request->address, request->address_len);
    device->identifier = (char *)(device + 1);
    vmk_Memcpy(device->identifier, request->identifier, request->identifier_len);
    device->parent = request->parent;
    device->registrar = request->registrar;
    device->ops = request->ops;
    device->registrar_data = request->registrar_data;
    device->registration_data = request->registration_data;
    device->module = request->module;
    vmk_StatusValue status = link_device(device);
    if (status != VMK_OK) {
        vmk_HeapFree(heap_kernel, device);
        return status;
    }
    account_add(device->module, ACCOUNT_DEVICES, 1);
    *added = device;
    return VMK_OK;
}

void device_unlink(vmk_Device device)
{
    vmk_SpinlockLock(&device_lock);
    vmk_ListRemove(&device->links);
    vmk_SpinlockUnlock(&device_lock);
    account_add(device->module, ACCOUNT_DEVICES, -1);
}

vmk_Device device_get_next(vmk_uint64 from)
{
    vmk_Device found = NULL;
    vmk_ListLinks *item;

    vmk_SpinlockLock(&device_lock);
    VMK_LIST_FORALL (&device_list, item) {
        vmk_Device device = VMK_LIST_ENTRY(item, struct vmk_DeviceInt, links);
        if (device->serial >= from) {
            device->references++;
            found = device;
            break;
        }
    }
    vmk_SpinlockUnlock(&device_lock);
    return found;
}

void device_put(vmk_Device device)
{
    while (device != NULL) {
        vmk_Device parent = device->parent;

        vmk_SpinlockLock(&device_lock);
        vmk_Bool last = --device->references == 0;
        vmk_SpinlockUnlock(&device_lock);
        if (!last) {
            return;
        }
        vmk_HeapFree(heap_kernel, device);
        device = parent;
    }
}

VMK_ReturnStatus device_claim(vmk_Device device)
{
    vmk_WorldID self = vmk_WorldGetID();

    for (;;) {
        vmk_StatusValue status = VMK_OK;

        vmk_SpinlockLock(&device_lock);
        if (vmk_ListIsUnlinkedElement(&device->links)) {
            status = VMK_NOT_FOUND;
        } else if (device->claimed_by == self) {
            status = VMK_BUSY;
        } else if (device->claimed_by == VMK_INVALID_WORLD_ID) {
            device->claimed_by = self;
        } else {
            status = vmk_WorldWait((vmk_WorldEventID)device, &device_lock, VMK_TIMEOUT_UNLIMITED_MS,
                                   "claiming a device");
            if (status == VMK_DEATH_PENDING) {
                return status;
            }
            continue;
        }
        vmk_SpinlockUnlock(&device_lock);
        return status;
    }
}

void device_unclaim(vmk_Device device)
{
    vmk_SpinlockLock(&device_lock);
    VMK_ASSERT(device->claimed_by == vmk_WorldGetID());
    device->claimed_by = VMK_INVALID_WORLD_ID;
    vmk_SpinlockUnlock(&device_lock);
    vmk_WorldWakeup((vmk_WorldEventID)device);
}

VMK_ReturnStatus device_get_driver_name(vmk_Device device, vmk_Name *name)
{
    vmk_StatusValue status = device_claim(device); /* So that the driver stays meanwhile. */

    if (status == VMK_OK) {
        if (device->driver != NULL) {
            vmk_NameCopy(name, &device->driver->name);
        } else {
            status = VMK_NOT_FOUND;
        }
        device_unclaim(device);
    }
    return status;
}

/** Run by the helper: scan again what is attached still. */
static void rescan(vmk_AddrCookie data)
{
    vmk_Device device = data.ptr;

    if (device_claim(device) == VMK_OK) {
        vmk_StatusValue status = device->driver != NULL ? device_scan(device) : VMK_OK;
        if (status != VMK_OK) {
            vmk_WarningMessage("%s: the scan that was asked for failed: %s", device->address,
                               vmk_StatusToString(status));
        }
        device_unclaim(device);
    }
    device_put(device);
}

VMK_ReturnStatus vmk_DeviceRequestRescan(vmk_Device device)
{
    vmk_SpinlockLock(&device_lock);
    vmk_Bool attached = device->driver != NULL;
    device->references++;
    vmk_SpinlockUnlock(&device_lock);

    vmk_StatusValue status =
        attached ? vmk_HelperSubmitRequest(rescan_helper, rescan, (vmk_AddrCookie){.ptr = device},
                                           VMK_HELPER_DEFAULT_REQ_PROPS)
                 : VMK_NOT_FOUND;
    if (status != VMK_OK) {
        device_put(device);
    }
    return status;
}
VMK_EXPORT_SYMBOL(vmk_DeviceRequestRescan);

/** Before the machine goes down: no device may touch memory any more. */
static void quiesce_all(void *cookie)
{
    vmk_Device device;

    for (vmk_uint64 from = 1; (device = device_get_next(from)) != NULL; from = device->serial + 1) {
        if (device_claim(device) == VMK_OK) {
            if (device->driver != NULL && device_quiesce(device) != VMK_OK) {
                vmk_WarningMessage("%s: %s could not stop it", device->address, device->driver->name.string);
            }
            device_unclaim(device);
        }
        device_put(device);
    }
}

VMK_ReturnStatus device_init(void)
{
    vmk_HelperProps props = {
        .moduleID = VMK_VMKERNEL_MODULE_ID, .heap = heap_kernel, .name = {"device-rescan"}};
    vmk_StatusValue status = vmk_HelperCreate(&props, &rescan_helper);

    dma_engine_init();
    return status == VMK_OK ? vmk_RegisterRebootHandler(VMK_VMKERNEL_MODULE_ID, quiesce_all, NULL) : status;
}

VMK_ReturnStatus vmk_DeviceGetDeviceID(vmk_HeapID heap, vmk_Device device, vmk_DeviceID **deviceID)
{
    vmk_uint32 address_len = (vmk_uint32)vmk_Strlen(device->address);
    vmk_uint32 identifier_len = (vmk_uint32)vmk_Strlen(device->identifier);
    vmk_DeviceID *id = vmk_HeapAlloc(heap, sizeof(*id) + address_len + 1 + identifier_len + 1);

    if (id == NULL) {
        return VMK_NO_MEMORY;
    }
    id->busType = device->bus;
    id->busAddress = vmk_Strcpy((char *)(id + 1), device->address);
    id->busAddressLen = address_len;
    id->busIdentifier = vmk_Strcpy(id->busAddress + address_len + 1, device->identifier);
    id->busIdentifierLen = identifier_len;
    *deviceID = id;
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_DeviceGetDeviceID);

void vmk_DevicePutDeviceID(vmk_HeapID heap, vmk_DeviceID *deviceID)
{
    vmk_HeapFree(heap, deviceID);
}
VMK_EXPORT_SYMBOL(vmk_DevicePutDeviceID);

VMK_ReturnStatus vmk_DeviceGetRegisteringDriverData(vmk_Device device, vmk_AddrCookie *data)
{
    *data = device->registrar_data;
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_DeviceGetRegisteringDriverData);

VMK_ReturnStatus vmk_DeviceGetRegistrationData(vmk_Device device, vmk_AddrCookie *data)
{
    *data = device->registration_data;
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_DeviceGetRegistrationData);

VMK_ReturnStatus vmk_DeviceGetAttachedDriverData(vmk_Device device, vmk_AddrCookie *data)
{
    *data = device->driver_data;
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_DeviceGetAttachedDriverData);

VMK_ReturnStatus vmk_DeviceSetAttachedDriverData(vmk_Device device, vmk_AddrCookie data)
{
    device->driver_data = data;
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_DeviceSetAttachedDriverData);

VMK_ReturnStatus vmk_DeviceGetDriver(vmk_Device device, vmk_Driver *driver)
{
    *driver = device->driver;
    return device->driver != NULL ? VMK_OK : VMK_NOT_FOUND;
}
VMK_EXPORT_SYMBOL(vmk_DeviceGetDriver);

const char *vmk_DeviceGetName(vmk_Device device)
{
    return device->address;
}
VMK_EXPORT_SYMBOL(vmk_DeviceGetName);
