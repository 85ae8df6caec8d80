/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * device.h - devices: things drivers attach to, found by a bus or made by another driver.
 *
 * A physical device (a PCI function) is registered by its bus; a logical one (an uplink, an adapter) by
 * the driver of its parent, from that driver's scanDevice operation. A device that no driver has claimed
 * is offered to every driver there is and to every driver that comes later (core/driver.h).
 */
#ifndef VMKAPI_CORE_DEVICE_H
#define VMKAPI_CORE_DEVICE_H

#include <vmkapi/base/heap.h>
#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>
#include <vmkapi/core/bus.h>

typedef struct vmk_DeviceInt *vmk_Device;
typedef struct vmk_DriverInt *vmk_Driver;
#define VMK_INVALID_DEVICE ((vmk_Device)NULL)

/** What a device is called on its bus. */
typedef struct vmk_DeviceID {
    vmk_BusType busType;
    char *busAddress;            /**< Unique on the bus: "0000:00:02.0". No '#'. */
    vmk_uint32 busAddressLen;    /**< Without a NUL. */
    char *busIdentifier;         /**< What it is, bus-specific: a modalias. */
    vmk_uint32 busIdentifierLen; /**< Without a NUL. */
} vmk_DeviceID;

/**
 * Called when the device must go: its parent's driver is being detached.
 *
 * Must call vmk_DeviceUnregister(). Context: may block.
 */
typedef VMK_ReturnStatus (*vmk_DeviceRemove)(vmk_Device device);

typedef struct vmk_DeviceOps {
    vmk_DeviceRemove removeDevice;
} vmk_DeviceOps;

typedef struct vmk_DeviceProps {
    vmk_Driver registeringDriver;
    vmk_DeviceID *deviceID;               /**< Copied. */
    vmk_DeviceOps *deviceOps;             /**< Must outlive the device. */
    vmk_AddrCookie registeringDriverData; /**< Private to the registering driver. */
    vmk_AddrCookie registrationData;      /**< For the driver that attaches. */
} vmk_DeviceProps;

/**
 * Register a logical device; drivers are offered it after the caller's scanDevice returned.
 *
 * Context: may block; from a scanDevice operation of @p parent's driver. Charged to the driver's module.
 * @retval VMK_OK
 * @retval VMK_BAD_PARAM  no driver, ops or address, a '#' in the address, or @p parent is not the driver's
 * @retval VMK_EXISTS     the address is taken on that bus
 * @retval VMK_NO_MEMORY
 */
VMK_ReturnStatus vmk_DeviceRegister(vmk_DeviceProps *deviceProps, vmk_Device parent,
                                    vmk_Device *outputDevice);

/**
 * Take a device out. From its removeDevice operation, or to undo vmk_DeviceRegister().
 *
 * A driver attached to it is quiesced and detached first. Context: may block.
 * @retval VMK_OK
 * @retval VMK_INVALID_HANDLE  not a registered device
 * @retval VMK_BUSY            its driver refuses to let go
 */
VMK_ReturnStatus vmk_DeviceUnregister(vmk_Device device);

/**
 * Ask for a device's scanDevice operation to run again, soon, in another world.
 *
 * Context: may block.
 * @retval VMK_OK
 * @retval VMK_NOT_FOUND  no driver is attached
 */
VMK_ReturnStatus vmk_DeviceRequestRescan(vmk_Device device);

/**
 * Copy a device's ID into memory of @p heap; give it back with vmk_DevicePutDeviceID().
 *
 * Context: any.
 * @retval VMK_OK
 * @retval VMK_NO_MEMORY
 */
VMK_ReturnStatus vmk_DeviceGetDeviceID(vmk_HeapID heap, vmk_Device device, vmk_DeviceID **deviceID);
void vmk_DevicePutDeviceID(vmk_HeapID heap, vmk_DeviceID *deviceID);

/** Read what the registering driver stored for itself. Context: any. @retval VMK_OK */
VMK_ReturnStatus vmk_DeviceGetRegisteringDriverData(vmk_Device device, vmk_AddrCookie *data);

/** Read what the registering driver left for the attaching one: a vmk_PCIDevice on "pci". @retval VMK_OK */
VMK_ReturnStatus vmk_DeviceGetRegistrationData(vmk_Device device, vmk_AddrCookie *data);

/** Read or set the attached driver's own datum; forgotten on detach. Context: any. @retval VMK_OK */
VMK_ReturnStatus vmk_DeviceGetAttachedDriverData(vmk_Device device, vmk_AddrCookie *data);
VMK_ReturnStatus vmk_DeviceSetAttachedDriverData(vmk_Device device, vmk_AddrCookie data);

/**
 * The driver that is attached to a device, or whose attachDevice operation runs on it now.
 *
 * For operations that several drivers share. Context: an operation of the driver's.
 * @retval VMK_OK
 * @retval VMK_NOT_FOUND  it has none
 */
VMK_ReturnStatus vmk_DeviceGetDriver(vmk_Device device, vmk_Driver *driver);

/** The device's address on its bus, for log lines; good while the device is. Context: any. */
const char *vmk_DeviceGetName(vmk_Device device);

#endif
