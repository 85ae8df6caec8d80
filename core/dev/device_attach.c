/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * device_attach.c - bringing devices and drivers together, and apart again.
 */
#define VMK_LOG_MODULE "Device"

#include <core/device.h>
#include <core/module.h>
#include <vmkapi/base/export.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/lib/libc.h>

VMK_ReturnStatus device_quiesce(vmk_Device device)
{
    const vmk_DriverOps *ops = &device->driver->ops;

    return ops->quiesceDevice != NULL ? ops->quiesceDevice(device) : VMK_OK;
}

/** Note that the device has no driver any more. */
static void forget_driver(vmk_Device device)
{
    if (device->bus->left != NULL) {
        device->bus->left(device, device->driver);
    }
    device->driver = NULL;
    device->driver_data = (vmk_AddrCookie){0};
}

/** Have the registrars of a device's children take them out. */
static void remove_children(vmk_Device parent)
{
    vmk_Device device;

    for (vmk_uint64 from = parent->serial + 1; (device = device_get_next(from)) != NULL;) {
        if (device->parent == parent && device->ops->removeDevice(device) != VMK_OK) {
            vmk_WarningMessage("%s: %s did not remove it", device->address, device->registrar->name.string);
        }
        from = device->serial + 1;
        device_put(device);
    }
}

/** Take the driver off a claimed device: its children removed, quiesced, detached. @return VMK_OK; VMK_BUSY
 * when the driver would not let go: the device is lost. */
static VMK_ReturnStatus detach(vmk_Device device)
{
    vmk_Driver driver = device->driver;
    vmk_StatusValue status;

    remove_children(device);
    status = device_quiesce(device);
    if (status != VMK_OK) {
        vmk_WarningMessage("%s: %s could not stop it: %s", device->address, driver->name.string,
                           vmk_StatusToString(status));
    }
    status = driver->ops.detachDevice(device);
    if (status != VMK_OK) {
        device->lost = VMK_TRUE;
        vmk_WarningMessage("%s: %s would not let go of it (%s): no driver can have it until the next boot",
                           device->address, driver->name.string, vmk_StatusToString(status));
    }
    forget_driver(device);
    return status == VMK_OK ? VMK_OK : VMK_BUSY;
}

VMK_ReturnStatus device_scan(vmk_Device parent)
{
    const vmk_DriverOps *ops = &parent->driver->ops;
    vmk_StatusValue status = ops->scanDevice != NULL ? ops->scanDevice(parent) : VMK_OK;
    vmk_Device device;

    for (vmk_uint64 from = parent->serial + 1;
         status == VMK_OK && (device = device_get_next(from)) != NULL;) {
        if (device->parent == parent && device->driver == NULL) {
            device_offer(device);
        }
        from = device->serial + 1;
        device_put(device);
    }
    return status;
}

/** Take an attached device into service. */
static VMK_ReturnStatus start(vmk_Device device)
{
    const vmk_DriverOps *ops = &device->driver->ops;
    vmk_StatusValue status = ops->startDevice != NULL ? ops->startDevice(device) : VMK_OK;

    return status == VMK_OK ? device_scan(device) : status;
}

/** Offer a claimed device that has no driver to one. */
static void attach(vmk_Device device, vmk_Driver driver)
{
    device->driver = driver;
    vmk_StatusValue status = driver->ops.attachDevice(device);
    if (status != VMK_OK) {
        forget_driver(device);
        if (status != VMK_NOT_THIS_DEVICE) {
            vmk_WarningMessage("%s: %s failed to attach: %s", device->address, driver->name.string,
                               vmk_StatusToString(status));
        }
        return;
    }
    status = start(device);
    if (status == VMK_OK) {
        vmk_LogMessage("%s: attached to %s", device->address, driver->name.string);
        return;
    }
    vmk_WarningMessage("%s: %s attached but failed to start: %s", device->address, driver->name.string,
                       vmk_StatusToString(status));
    status = detach(device);
    if (status == VMK_OK) {
        vmk_LogMessage("%s: detached from %s", device->address, driver->name.string);
    }
}

/** Offer a device to one driver, unless it has one. @return whether it has one now, or may have none. */
static vmk_Bool offer(vmk_Device device, vmk_Driver driver)
{
    vmk_Bool settled = VMK_TRUE;

    if (device_claim(device) == VMK_OK) {
        if (device->driver == NULL && !device->lost) {
            attach(device, driver);
        }
        settled = device->driver != NULL || device->lost;
        device_unclaim(device);
    }
    return settled;
}

void device_offer(vmk_Device device)
{
    vmk_Bool settled = VMK_FALSE;
    vmk_Driver driver;

    for (vmk_uint64 from = 1; !settled && (driver = driver_get_next(from)) != NULL;) {
        settled = offer(device, driver);
        from = driver->serial + 1;
        driver_put(driver);
    }
    if (!settled && device->identifier[0] != '\0') {
        /* A driver that is loaded for it takes it from vmk_DriverRegister(); a failure is logged there. */
        vmk_StatusValue status = module_autoload(device->identifier);
        (void)status;
    }
}

void device_offer_all(vmk_Driver driver)
{
    vmk_Device device;

    for (vmk_uint64 from = 1; (device = device_get_next(from)) != NULL;) {
        if (device->driver == NULL) {
            offer(device, driver);
        }
        from = device->serial + 1;
        device_put(device);
    }
}

void device_detach_all(vmk_Driver driver)
{
    vmk_Device device;

    for (vmk_uint64 from = 1; (device = device_get_next(from)) != NULL;) {
        if (device->driver == driver && device_claim(device) == VMK_OK) {
            if (device->driver == driver && detach(device) == VMK_OK) {
                vmk_LogMessage("%s: detached from %s", device->address, driver->name.string);
            }
            device_unclaim(device);
        }
        from = device->serial + 1;
        device_put(device);
    }
}

static vmk_Bool is_claimed_here(vmk_Device device)
    VMK_NO_THREAD_SAFETY_ANALYSIS("only the world itself makes, or ends, its claim")
{
    return device->claimed_by == vmk_WorldGetID();
}

/** What vmk_DeviceRegister() insists on. */
static vmk_Bool is_complete(const vmk_DeviceProps *props, vmk_Device parent)
{
    const vmk_DeviceID *id = props->deviceID;

    return props->registeringDriver != NULL && parent != NULL && parent->driver == props->registeringDriver &&
           is_claimed_here(parent) && props->deviceOps != NULL && props->deviceOps->removeDevice != NULL &&
           id != NULL && id->busType != NULL && id->busAddress != NULL && id->busAddressLen != 0 &&
           vmk_Memchr(id->busAddress, '#', id->busAddressLen) == NULL;
}

VMK_ReturnStatus vmk_DeviceRegister(vmk_DeviceProps *deviceProps, vmk_Device parent, vmk_Device *outputDevice)
{
    if (!is_complete(deviceProps, parent)) {
        return VMK_BAD_PARAM;
    }
    const vmk_DeviceID *id = deviceProps->deviceID;
    struct device_request request = {
        .bus = id->busType,
        .address = id->busAddress,
        .address_len = id->busAddressLen,
        .identifier = id->busIdentifier != NULL ? id->busIdentifier : "",
        .identifier_len = id->busIdentifier != NULL ? id->busIdentifierLen : 0,
        .parent = parent,
        .registrar = deviceProps->registeringDriver,
        .ops = deviceProps->deviceOps,
        .registrar_data = deviceProps->registeringDriverData,
        .registration_data = deviceProps->registrationData,
        .module = deviceProps->registeringDriver->module,
    };

    return device_add(&request, outputDevice);
}
VMK_EXPORT_SYMBOL(vmk_DeviceRegister);

VMK_ReturnStatus vmk_DeviceUnregister(vmk_Device device)
{
    vmk_StatusValue status = device_claim(device);

    if (status != VMK_OK) {
        return status == VMK_NOT_FOUND ? VMK_INVALID_HANDLE : status;
    }
    if (device->driver != NULL) {
        status = detach(device);
    }
    if (status == VMK_OK) {
        device_unlink(device);
    }
    device_unclaim(device);
    if (status == VMK_OK) {
        device_put(device);
    }
    return status;
}
VMK_EXPORT_SYMBOL(vmk_DeviceUnregister);
