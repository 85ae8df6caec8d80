/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * adapter.c - a PCI function for mass storage as a storage adapter.
 *
 * What an adapter is asked to do, a driver offers Linux's users as attributes of devices behind the function,
 * and that is how it is asked.
 */
#include <linux/errno.h>
#include <linux/pci.h>
#include <vmklinux/block.h>
#include <vmklinux/status.h>
#include <vmklinux/sysfs.h>
#include <vmklinux/workqueue.h>

#define DEPTH_MAX 4 /* of devices behind a function that have such attributes */

/* The functions that are adapters, for those who have no device to begin with. */
static LIST_HEAD(adapters);
static DEFINE_MUTEX(adapters_mutex);

/* An attribute, and what is written to it. */
struct request {
    const char *attribute;
    const char *text;
};

static const struct request rescans[] = {{"rescan_controller", "1"}, {"scan", "- - -"}, {NULL, NULL}};
static const struct request resets[] = {{"reset_controller", "1"}, {"host_reset", "adapter"}, {NULL, NULL}};

struct asking {
    const struct request *requests;
    int depth;
    int asked;
    int err; /* of the first that refused */
};

static int ask(struct device *dev, void *data)
{
    struct asking *asking = data;

    for (const struct request *request = asking->requests; request->attribute; request++) {
        int err = vmklinux_attr_store(dev, request->attribute, request->text);

        if (err == -ENOENT)
            continue;
        asking->asked++;
        if (!asking->err)
            asking->err = err;
    }
    if (asking->depth < DEPTH_MAX) {
        asking->depth++;
        (void)device_for_each_child(dev, asking, ask);
        asking->depth--;
    }
    return 0;
}

static vmk_StatusValue ask_all(struct pci_dev *pdev, const struct request *requests)
{
    struct asking asking = {.requests = requests};

    (void)device_for_each_child(&pdev->dev, &asking, ask);
    if (!asking.asked)
        return VMK_NOT_SUPPORTED;
    return vmklinux_status(asking.err);
}

static vmk_StatusValue rescan(vmk_AddrCookie data)
{
    vmk_StatusValue status = ask_all(data.ptr, rescans);

    /* Some drivers look for units later, in a world of a queue of theirs. */
    vmklinux_workqueues_flush();
    return status;
}

static vmk_StatusValue reset(vmk_AddrCookie data)
{
    return ask_all(data.ptr, resets);
}

static const vmk_StorageAdapterOps adapter_ops = {.rescan = rescan, .reset = reset};

static const char *transport_of(const struct pci_dev *pdev)
{
    switch (pdev->class >> 8) {
    case PCI_CLASS_STORAGE_SATA:
        return "sata";
    case PCI_CLASS_STORAGE_IDE:
        return "ide";
    case PCI_CLASS_STORAGE_SCSI:
        return "scsi";
    case PCI_CLASS_STORAGE_SAS:
        return "sas";
    default:
        return "pcie";
    }
}

int vmklinux_adapter_attach(struct pci_dev *pdev)
{
    vmk_StorageAdapterRegData data = {
        .moduleID = pdev->module->id, .ops = &adapter_ops, .driverData.ptr = pdev};
    int err;

    if (pdev->class >> 16 != PCI_BASE_CLASS_STORAGE)
        return 0;
    strscpy(data.driver.string, pdev->driver->name, sizeof(data.driver.string));
    strscpy(data.busAddress.string, pdev->name, sizeof(data.busAddress.string));
    strscpy(data.transport.string, transport_of(pdev), sizeof(data.transport.string));
    err = vmklinux_errno(vmk_StorageAdapterRegister(&data, &pdev->adapter));
    if (err)
        return err;
    mutex_lock(&adapters_mutex);
    list_add_tail(&pdev->adapter_entry, &adapters);
    mutex_unlock(&adapters_mutex);
    return 0;
}

void vmklinux_adapter_detach(struct pci_dev *pdev)
{
    if (!pdev->adapter)
        return;
    mutex_lock(&adapters_mutex);
    list_del(&pdev->adapter_entry);
    mutex_unlock(&adapters_mutex);
    vmk_StorageAdapterUnregister(pdev->adapter);
    pdev->adapter = NULL;
}

vmk_StorageAdapter vmklinux_adapter_of(struct device *dev)
{
    for (; dev; dev = dev->parent) {
        if (dev_is_pci(dev))
            return to_pci_dev(dev)->adapter;
    }
    return NULL;
}

vmk_StorageAdapter vmklinux_adapter_of_driver_data(const void *driver_data)
{
    vmk_StorageAdapter adapter = NULL;
    struct pci_dev *pdev;

    mutex_lock(&adapters_mutex);
    list_for_each_entry (pdev, &adapters, adapter_entry) {
        if (driver_data && pci_get_drvdata(pdev) == driver_data)
            adapter = pdev->adapter;
    }
    mutex_unlock(&adapters_mutex);
    return adapter;
}

void vmklinux_adapter_in_service(struct device *dev)
{
    for (; dev; dev = dev->parent) {
        if (dev_is_pci(dev) && to_pci_dev(dev)->adapter && to_pci_dev(dev)->adapter_served++)
            vmk_StorageEventReport(to_pci_dev(dev)->adapter, NULL, VMK_STORAGE_EVENT_HOST_RESET);
    }
}
