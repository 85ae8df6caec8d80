/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci-driver.c - a Linux PCI driver as a driver of the VMKernel's.
 *
 * attach is probe, detach is remove; a function pulled out is marked dead first, so that the driver's own
 * checks (pci_channel_offline()) find it so. shutdown runs when the system stops in order.
 */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <vmkapi/base/system.h>
#include <vmkapi/core/driver.h>
#include <vmklinux/block.h>
#include <vmklinux/netdev.h>
#include <vmklinux/pci.h>
#include <vmklinux/status.h>

/* A function with its driver attached, for shutdown. */
struct attachment {
    struct list_head entry;
    struct pci_dev *pdev;
};

static DEFINE_MUTEX(attached_mutex);
static struct list_head attached VMK_GUARDED_BY(attached_mutex) = LIST_HEAD_INIT(attached);

static bool id_matches(const struct pci_device_id *id, const struct pci_dev *pdev)
{
    return (id->vendor == PCI_ANY_ID || id->vendor == pdev->vendor) &&
           (id->device == PCI_ANY_ID || id->device == pdev->device) &&
           (id->subvendor == PCI_ANY_ID || id->subvendor == pdev->subsystem_vendor) &&
           (id->subdevice == PCI_ANY_ID || id->subdevice == pdev->subsystem_device) &&
           !((id->class ^ pdev->class) & id->class_mask);
}

const struct pci_device_id *pci_match_id(const struct pci_device_id *ids, struct pci_dev *dev)
{
    for (; ids && (ids->vendor || ids->subvendor || ids->class_mask); ids++) {
        if (id_matches(ids, dev))
            return ids;
    }
    return NULL;
}
EXPORT_SYMBOL(pci_match_id);

/* The PCI function behind @device, or NULL for a device of another bus. */
static vmk_PCIDevice pci_of(struct pci_driver *drv, vmk_Device device)
{
    vmk_AddrCookie data = {.ptr = NULL};
    vmk_DeviceID *id;
    vmk_Name bus = {""};

    if (vmk_DeviceGetDeviceID(drv->module->heap, device, &id) != VMK_OK)
        return NULL;
    (void)!vmk_BusTypeGetName(id->busType, &bus);
    vmk_DevicePutDeviceID(drv->module->heap, id);
    if (strcmp(bus.string, VMK_PCI_BUS_NAME) == 0)
        (void)!vmk_DeviceGetRegistrationData(device, &data);
    return data.ptr;
}

static int probe(struct pci_driver *drv, struct pci_dev *pdev, const struct pci_device_id *id)
{
    struct attachment *attachment = vmklinux_kmalloc(drv->module, sizeof(*attachment), GFP_KERNEL);
    int err;

    if (!attachment)
        return -ENOMEM;
    err = drv->probe(pdev, id);
    if (err < 0) {
        kfree(attachment);
        return err;
    }
    attachment->pdev = pdev;
    mutex_lock(&attached_mutex);
    list_add_tail(&attachment->entry, &attached);
    mutex_unlock(&attached_mutex);
    return 0;
}

/* The driver whose operation this is. */
static struct pci_driver *driver_of(vmk_Device device)
{
    vmk_AddrCookie data = {.ptr = NULL};
    vmk_Driver driver;

    if (vmk_DeviceGetDriver(device, &driver) == VMK_OK)
        (void)!vmk_DriverGetPrivateData(driver, &data);
    return data.ptr;
}

static struct pci_dev *attached_dev(vmk_Device device)
{
    vmk_AddrCookie data = {.ptr = NULL};

    (void)!vmk_DeviceGetAttachedDriverData(device, &data);
    return data.ptr;
}

static vmk_StatusValue attach_device(vmk_Device device)
{
    struct pci_driver *drv = driver_of(device);
    vmk_PCIDevice pci = pci_of(drv, device);
    const struct pci_device_id *id;
    struct pci_dev *pdev;
    int err;

    if (!pci)
        return VMK_NOT_THIS_DEVICE;
    pdev = vmklinux_pci_dev_create(drv, device, pci);
    if (!pdev)
        return VMK_NO_MEMORY;
    id = pci_match_id(drv->id_table, pdev);
    err = id ? vmklinux_adapter_attach(pdev) : -ENODEV;
    if (!err) {
        err = probe(drv, pdev, id);
        if (err)
            vmklinux_adapter_detach(pdev);
    }
    if (err) {
        vmklinux_pci_dev_destroy(pdev);
        return id ? vmklinux_status(err) : VMK_NOT_THIS_DEVICE;
    }
    return vmk_DeviceSetAttachedDriverData(device, (vmk_AddrCookie){.ptr = pdev});
}

static vmk_StatusValue start_device(vmk_Device device)
{
    vmklinux_netdevs_start(&attached_dev(device)->dev);
    return VMK_OK;
}

static void forget_attachment(struct pci_dev *pdev)
{
    struct attachment *attachment, *next;

    mutex_lock(&attached_mutex);
    list_for_each_entry_safe (attachment, next, &attached, entry) {
        if (attachment->pdev == pdev) {
            list_del(&attachment->entry);
            kfree(attachment);
        }
    }
    mutex_unlock(&attached_mutex);
}

void device_release_driver(struct device *dev)
{
    struct pci_dev *pdev = to_pci_dev(dev);

    device_lock(dev);
    if (!pdev->released) {
        pdev->released = true;
        if (pdev->driver->remove)
            pdev->driver->remove(pdev);
    }
    device_unlock(dev);
}
EXPORT_SYMBOL(device_release_driver);

static vmk_StatusValue detach_device(vmk_Device device)
{
    struct pci_dev *pdev = attached_dev(device);

    forget_attachment(pdev);
    device_release_driver(&pdev->dev);
    vmklinux_adapter_detach(pdev);
    vmklinux_pci_dev_destroy(pdev);
    return VMK_OK;
}

static void forget_device(vmk_Device device)
{
    attached_dev(device)->error_state = pci_channel_io_perm_failure;
}

static vmk_DriverOps driver_ops = {
    .attachDevice = attach_device,
    .startDevice = start_device,
    .detachDevice = detach_device,
    .forgetDevice = forget_device,
};

/* The system stops: each function of the driver goes to rest. */
static void shut_down(void *cookie)
{
    struct pci_driver *drv = cookie;
    struct attachment *attachment;

    system_state = SYSTEM_POWER_OFF;
    mutex_lock(&attached_mutex);
    list_for_each_entry (attachment, &attached, entry) {
        if (attachment->pdev->driver == drv && drv->shutdown) {
            /* Drivers look whether the device runs, and take what they see for what it stays. */
            vmklinux_netdevs_stop(&attachment->pdev->dev);
            drv->shutdown(attachment->pdev);
        }
    }
    mutex_unlock(&attached_mutex);
}

int __pci_register_driver(struct pci_driver *drv, struct module *owner, const char *mod_name)
{
    vmk_DriverProps props = {.moduleID = owner->id, .ops = &driver_ops, .privateData.ptr = drv};
    int err;

    strscpy(props.name.string, drv->name, sizeof(props.name.string));
    drv->module = owner;
    drv->driver.name = drv->name;
    drv->driver.owner = owner;
    drv->driver.mod_name = mod_name;
    err = vmklinux_errno(vmk_RegisterRebootHandler(owner->id, shut_down, drv));
    if (err)
        return err;
    err = vmklinux_errno(vmk_DriverRegister(&props, &drv->vmk_driver));
    if (err)
        (void)!vmk_UnregisterRebootHandler(shut_down, drv);
    return err;
}
EXPORT_SYMBOL(__pci_register_driver);

void pci_unregister_driver(struct pci_driver *drv)
{
    (void)!vmk_UnregisterRebootHandler(shut_down, drv);
    vmk_DriverUnregister(drv->vmk_driver);
}
EXPORT_SYMBOL(pci_unregister_driver);
