/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci.h - PCI inside the kernel: buses and functions as the scan found them.
 *
 * Buses and functions are made by pci_scan() at boot, in a world, and stay; only the members marked below
 * change afterwards. The functions of vmkapi/hardware/pci.h work on struct vmk_PCIDeviceInt.
 */
#ifndef CORE_PCI_H
#define CORE_PCI_H

#include <core/acpi.h>
#include <core/pci_regs.h>
#include <vmkapi/core/device.h>
#include <vmkapi/core/spinlock.h>
#include <vmkapi/hardware/pci.h>
#include <vmkapi/lib/list.h>

/** One PCI bus. */
struct pci_bus {
    vmk_ListLinks links; /**< In pci_buses. */
    vmk_uint16 seg;
    vmk_uint8 number;
    vmk_PCIDevice bridge; /**< The bridge this bus is behind; NULL for a root bus. */
    acpi_node node;       /**< What firmware calls it; NULL when it does not know it. */
};

/** A BAR mapped into the kernel. */
struct vmk_IOReservationInt {
    vmk_VA va;
    unsigned users;
};

/** What pci_interrupts.c keeps of a function's interrupts. Changed by the attached driver only. */
struct pci_interrupts {
    vmk_PCIInterruptType type;
    unsigned count;
    vmk_IntrCookie *cookie;     /**< count of them. */
    vmk_uint16 *entry;          /**< MSI-X: the table entry of each; NULL for 0, 1, 2... */
    volatile vmk_uint32 *table; /**< MSI-X: the mapped table. */
};

/** Registers kept by vmk_PCISaveState(). */
struct pci_saved_state {
    vmk_Bool valid;
    vmk_uint32 header[16];
    vmk_uint16 express[7];
    vmk_uint16 pcix;
};

/** A PCI function. */
struct vmk_PCIDeviceInt {
    vmk_ListLinks links; /**< In pci_devices, by address. */
    struct pci_bus *bus;
    vmk_PCIDeviceAddr addr;
    char name[VMK_PCI_ADDRESS_NAME_MAX];
    vmk_PCIDeviceID id;
    vmk_uint8 header_type;  /**< Without the multi-function bit. */
    vmk_uint8 intx_pin;     /**< 1 to 4 for INTA# to INTD#; 0 for none. */
    vmk_Bool intx_maskable; /**< The command register's INTx disable bit works. */
    struct pci_capabilities {
        vmk_uint16 pm, msi, msix, express, pcix; /**< Offsets; 0 when absent. */
    } cap;
    vmk_PCIResource bar[VMK_PCI_NUM_BARS];
    vmk_Device device; /**< In the device model; NULL for a bridge. */

    vmk_SpinlockObject lock; /**< Rank PCI. */
    struct vmk_IOReservationInt mapping[VMK_PCI_NUM_BARS] VMK_GUARDED_BY(lock);
    struct pci_interrupts intr;
    struct pci_saved_state saved;
};

/** Every bus and function, in address order; appended to during pci_scan() only. */
extern vmk_ListLinks pci_buses;
extern vmk_ListLinks pci_devices;

/**
 * Find every function and make a device of each that is no bridge.
 *
 * Context: world, once, after acpi_init() and device_init().
 * @return VMK_OK; VMK_NO_MEMORY when some had to be left out
 */
VMK_ReturnStatus pci_init(void);

/**
 * Take the device's bus mastering away, and what interrupts and mappings the driver left, naming it.
 *
 * Context: world; the device is claimed. For the device model.
 */
void pci_driver_left(vmk_Device device, vmk_Driver driver);

/** Offer every device to drivers, loading modules for those that no driver here takes. Context: world. */
void pci_offer_devices(void);

/**
 * Walk the buses from the root buses firmware names (bus 0 when it names none) and fill pci_devices.
 *
 * @return VMK_OK; VMK_NO_MEMORY
 */
VMK_ReturnStatus pci_scan(void);

/**
 * Find where firmware leads the function's INTx# pin: by its own bus's table, or a bridge's above it with
 * the pins turned as bridges turn them (PCI-to-PCI bridge specification 1.2, 9.1).
 *
 * @return VMK_OK; VMK_NOT_FOUND
 */
VMK_ReturnStatus pci_route_intx(vmk_PCIDevice device, struct acpi_interrupt *interrupt);

/** Give addresses to a bridge's or root's BARs that firmware left without. @return how many were placed. */
unsigned pci_assign_bars(void);

#endif
