/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * driver.c - the list of drivers.
 */
#define VMK_LOG_MODULE "Device"

#include <core/account.h>
#include <core/device.h>
#include <core/heap.h>
#include <vmkapi/base/export.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/lib/name.h>

vmk_SpinlockObject driver_lock = VMK_SPINLOCK_INITIALIZER("drivers", VMK_RANK_DEVICE);
static vmk_ListLinks driver_list VMK_GUARDED_BY(driver_lock) = VMK_LIST_INITIALIZER(driver_list);
static vmk_uint64 next_serial VMK_GUARDED_BY(driver_lock) = 1;

/** Put a filled driver in the list, in use by its registration, unless its module has one of that name. */
static VMK_ReturnStatus link_driver(vmk_Driver driver)
{
    vmk_StatusValue status = VMK_OK;
    vmk_ListLinks *item;

    vmk_SpinlockLock(&driver_lock);
    VMK_LIST_FORALL (&driver_list, item) {
        vmk_Driver other = VMK_LIST_ENTRY(item, struct vmk_DriverInt, links);
        if (other->module == driver->module && vmk_Strcmp(other->name.string, driver->name.string) == 0) {
            status = VMK_EXISTS;
        }
    }
    if (status == VMK_OK) {
        driver->users = 1;
        driver->serial = next_serial++;
        vmk_ListInsert(&driver->links, vmk_ListAtRear(&driver_list));
    }
    vmk_SpinlockUnlock(&driver_lock);
    return status;
}

VMK_ReturnStatus vmk_DriverRegister(vmk_DriverProps *driverProps, vmk_Driver *registered)
{
    if (driverProps->ops == NULL || driverProps->ops->attachDevice == NULL ||
        driverProps->ops->detachDevice == NULL) {
        return VMK_BAD_PARAM;
    }
    vmk_Driver driver = vmk_HeapZalloc(heap_kernel, sizeof(*driver));
    if (driver == NULL) {
        return VMK_NO_MEMORY;
    }
    driver->module = driverProps->moduleID;
    vmk_NameCopy(&driver->name, &driverProps->name);
    driver->ops = *driverProps->ops;
    driver->private_data = driverProps->privateData;
    vmk_StatusValue status = link_driver(driver);
    if (status != VMK_OK) {
        vmk_HeapFree(heap_kernel, driver);
        return status;
    }
    account_add(driver->module, ACCOUNT_DRIVERS, 1);
    *registered = driver;
    device_offer_all(driver);
    driver_put(driver);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_DriverRegister);

/** Let nobody new use the driver and wait for those who do. */
static void wait_for_users(vmk_Driver driver)
{
    vmk_SpinlockLock(&driver_lock);
    driver->leaving = VMK_TRUE;
    while (driver->users != 0) {
        vmk_StatusValue status = vmk_WorldWait((vmk_WorldEventID)driver, &driver_lock,
                                               VMK_TIMEOUT_UNLIMITED_MS, "unregistering a driver");
        if (status == VMK_DEATH_PENDING) {
            vmk_WorldYield(); /* Those who use it need the CPU, and this wait cannot be given up. */
        }
        vmk_SpinlockLock(&driver_lock);
    }
    vmk_SpinlockUnlock(&driver_lock);
}

void vmk_DriverUnregister(vmk_Driver driver)
{
    wait_for_users(driver);
    device_detach_all(driver);
    vmk_SpinlockLock(&driver_lock);
    vmk_ListRemove(&driver->links);
    vmk_SpinlockUnlock(&driver_lock);
    account_add(driver->module, ACCOUNT_DRIVERS, -1);
    vmk_HeapFree(heap_kernel, driver);
}
VMK_EXPORT_SYMBOL(vmk_DriverUnregister);

VMK_ReturnStatus vmk_DriverGetPrivateData(vmk_Driver driver, vmk_AddrCookie *data)
{
    *data = driver->private_data;
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_DriverGetPrivateData);

vmk_Driver driver_get_next(vmk_uint64 from)
{
    vmk_Driver found = NULL;
    vmk_ListLinks *item;

    vmk_SpinlockLock(&driver_lock);
    VMK_LIST_FORALL (&driver_list, item) {
        vmk_Driver driver = VMK_LIST_ENTRY(item, struct vmk_DriverInt, links);
        if (driver->serial >= from && !driver->leaving) {
            driver->users++;
            found = driver;
            break;
        }
    }
    vmk_SpinlockUnlock(&driver_lock);
    return found;
}

void driver_put(vmk_Driver driver)
{
    vmk_SpinlockLock(&driver_lock);
    vmk_Bool last = --driver->users == 0;
    vmk_SpinlockUnlock(&driver_lock);
    if (last) {
        vmk_WorldWakeup((vmk_WorldEventID)driver);
    }
}
