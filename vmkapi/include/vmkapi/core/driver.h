/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * driver.h - drivers: what a module offers to devices.
 *
 * The order of a device's life with a driver: attach, start, scan, ..., quiesce, detach. A device that
 * was pulled out gets forget before quiesce. Operations of one device never overlap; they run in worlds
 * and may block. A driver is attached to a device until detachDevice succeeded or attachDevice failed.
 */
#ifndef VMKAPI_CORE_DRIVER_H
#define VMKAPI_CORE_DRIVER_H

#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>
#include <vmkapi/core/device.h>

typedef struct vmk_DriverOps {
    /**
     * Take the device if it is yours: allocate what it needs, store it with
     * vmk_DeviceSetAttachedDriverData(). On failure leave nothing behind.
     *
     * @retval VMK_OK               it is yours now
     * @retval VMK_NOT_THIS_DEVICE  not a device of this driver's; nothing is logged
     */
    VMK_ReturnStatus (*attachDevice)(vmk_Device device);
    /** Register the logical devices on it. May be called again on vmk_DeviceRequestRescan(). May be NULL. */
    VMK_ReturnStatus (*scanDevice)(vmk_Device device);
    /** Undo attachDevice; the device is quiet. */
    VMK_ReturnStatus (*detachDevice)(vmk_Device device);
    /** Stop I/O and interrupts. May be NULL. */
    VMK_ReturnStatus (*quiesceDevice)(vmk_Device device);
    /** Begin I/O, after attach or after quiesce. May be NULL. */
    VMK_ReturnStatus (*startDevice)(vmk_Device device);
    /** The hardware is gone: touch it no more and fail what is outstanding. May be NULL. */
    void (*forgetDevice)(vmk_Device device);
} vmk_DriverOps;

typedef struct vmk_DriverProps {
    vmk_ModuleID moduleID;
    vmk_Name name;
    vmk_DriverOps *ops; /**< Must outlive the driver. */
    vmk_AddrCookie privateData;
} vmk_DriverProps;

/**
 * Register a driver and offer it every device that has none.
 *
 * A device that the driver fails to take stays without one; that is logged and is no failure here.
 * Context: may block. Charged to the module.
 * @retval VMK_OK
 * @retval VMK_BAD_PARAM  no attachDevice or detachDevice
 * @retval VMK_EXISTS     the module has a driver of that name
 * @retval VMK_NO_MEMORY
 */
VMK_ReturnStatus vmk_DriverRegister(vmk_DriverProps *driverProps, vmk_Driver *driver);

/**
 * Detach the driver from each of its devices and forget it.
 *
 * A device whose detachDevice fails is logged, and left marked as lost to its driver.
 * Context: may block; not from an operation of the driver's.
 */
void vmk_DriverUnregister(vmk_Driver driver);

/** Read the datum given at registration. Context: any. @retval VMK_OK */
VMK_ReturnStatus vmk_DriverGetPrivateData(vmk_Driver driver, vmk_AddrCookie *data);

#endif
