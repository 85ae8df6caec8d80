/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * device.h - the device model inside the kernel: one list of devices, one of drivers.
 *
 * A spinlock a list guards what says so; drivers' operations are called without. An operation on a device is
 * preceded by claiming the device, so operations on one never overlap: whoever finds it claimed waits. A
 * driver counts who is using it and leaves when nobody is.
 */
#ifndef CORE_DEVICE_H
#define CORE_DEVICE_H

#include <vmkapi/base/world.h>
#include <vmkapi/core/bus.h>
#include <vmkapi/core/device.h>
#include <vmkapi/core/driver.h>
#include <vmkapi/core/spinlock.h>
#include <vmkapi/lib/list.h>

#define DEVICE_ADDRESS_MAX 64 /**< A bus address with its NUL. */

extern vmk_SpinlockObject device_lock; /**< Rank DEVICE. */
extern vmk_SpinlockObject driver_lock; /**< Likewise. */

struct vmk_BusTypeInt {
    const char *name;
    /** A driver failed to take the device, or gave it back: see that it left nothing. NULL for nothing to
     * see. */
    void (*left)(vmk_Device device, vmk_Driver driver);
};
extern const struct vmk_BusTypeInt bus_pci, bus_logical;

struct vmk_DeviceInt {
    vmk_ListLinks
        links VMK_GUARDED_BY(device_lock); /**< In the list of devices; unlinked when it has gone. */
    vmk_uint64 serial;                     /**< Grows from device to device. */
    unsigned references VMK_GUARDED_BY(device_lock); /**< One of the list's, one of each who works on it. */
    vmk_BusType bus;
    char address[DEVICE_ADDRESS_MAX];
    char *identifier;     /**< Modalias, in the same allocation; "" for none. */
    vmk_Device parent;    /**< Holds a reference; NULL for a bus's device. */
    vmk_Driver registrar; /**< NULL for a bus's device. */
    const vmk_DeviceOps *ops;
    vmk_AddrCookie registrar_data;
    vmk_AddrCookie registration_data;
    vmk_ModuleID module;                                /**< Charged for it. */
    vmk_WorldID claimed_by VMK_GUARDED_BY(device_lock); /**< Whose operation is under way. */
    vmk_Driver driver; /**< Attached, or being attached. Changed by the claimer. */
    vmk_AddrCookie driver_data;
    vmk_Bool lost; /**< Its driver would not let go: nobody may have it any more. */
};

struct vmk_DriverInt {
    vmk_ListLinks links VMK_GUARDED_BY(driver_lock);
    vmk_uint64 serial;
    unsigned users VMK_GUARDED_BY(driver_lock); /**< Offers under way. */
    vmk_Bool leaving VMK_GUARDED_BY(driver_lock);
    vmk_ModuleID module;
    vmk_Name name;
    vmk_DriverOps ops;
    vmk_AddrCookie private_data;
};

/** What device_add() is told. */
struct device_request {
    vmk_BusType bus;
    const char *address;
    vmk_uint32 address_len;
    const char *identifier;
    vmk_uint32 identifier_len;
    vmk_Device parent;
    vmk_Driver registrar;
    const vmk_DeviceOps *ops;
    vmk_AddrCookie registrar_data;
    vmk_AddrCookie registration_data;
    vmk_ModuleID module;
};

/** Prepare for rescans, DMA engines and an orderly shutdown. Context: world, once, before the first device.
 */
VMK_ReturnStatus device_init(void);

/**
 * Put a device in the list; drivers are not offered it yet.
 *
 * Context: world.
 * @return VMK_OK; VMK_EXISTS; VMK_NO_MEMORY; VMK_NAME_TOO_LONG
 */
VMK_ReturnStatus device_add(const struct device_request *request, vmk_Device *device);

/** The device with the lowest serial of at least @p from, with a reference; or NULL. Context: any but
 * interrupt. */
vmk_Device device_get_next(vmk_uint64 from);

/** Give back a reference. Context: any but interrupt. */
void device_put(vmk_Device device);

/**
 * Wait until no operation on the device is under way, and begin one; or end it.
 *
 * Context: world. @return VMK_OK; VMK_BUSY when the caller has claimed it already; VMK_NOT_FOUND when the
 * device has gone; VMK_DEATH_PENDING
 */
VMK_ReturnStatus device_claim(vmk_Device device);
void device_unclaim(vmk_Device device);

/** Take a claimed device out of the list. Its reference is the caller's to give back. */
void device_unlink(vmk_Device device);

/**
 * Offer a device to every driver; if none takes it, to modules that name it among their aliases. Then its
 * children likewise.
 *
 * Context: world.
 */
void device_offer(vmk_Device device);

/** Offer a driver every device that has none. Context: world. */
void device_offer_all(vmk_Driver driver);

/** Have a claimed device's driver stop it. Context: world. @return what the driver says */
VMK_ReturnStatus device_quiesce(vmk_Device device);

/** Detach a driver from each of its devices. Context: world. */
void device_detach_all(vmk_Driver driver);

/** Copy the name of the driver that has a device. Context: world. @return VMK_OK; VMK_NOT_FOUND */
VMK_ReturnStatus device_get_driver_name(vmk_Device device, vmk_Name *name);

/**
 * Have an attached device's logical devices registered, and offer them. The device is claimed.
 *
 * Context: world. @return VMK_OK, or what the driver says
 */
VMK_ReturnStatus device_scan(vmk_Device device);

/** The driver with the lowest serial of at least @p from that is not leaving, counted as in use; or NULL. */
vmk_Driver driver_get_next(vmk_uint64 from);

/** Undo one driver_get_next(). Context: any but interrupt. */
void driver_put(vmk_Driver driver);

#endif
