/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci.h - PCI functions: identity, configuration space, resources, interrupts, power.
 *
 * A vmk_PCIDevice is what vmk_DeviceGetRegistrationData() yields for a device on the "pci" bus. It stays
 * valid while the driver is attached to the device.
 *
 * Unless said otherwise a call here may be made in any context and takes no lock a caller could hold;
 * reads and writes of the command register are atomic against each other. Every status not named in a
 * function's text comes from here: VMK_BAD_PARAM - NULL handle or an argument out of its range.
 */
#ifndef VMKAPI_HARDWARE_PCI_H
#define VMKAPI_HARDWARE_PCI_H

#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>
#include <vmkapi/hardware/intr.h>

/** Name of the bus type whose devices are vmk_PCIDevice. */
#define VMK_PCI_BUS_NAME         "pci"

#define VMK_PCI_NUM_BARS         6
#define VMK_PCI_CONFIG_SIZE      256  /**< Bytes of configuration space of a conventional function. */
#define VMK_PCI_EXT_CONFIG_SIZE  4096 /**< Bytes with PCI Express extended configuration space. */
#define VMK_PCI_ADDRESS_NAME_MAX 16   /**< "0000:00:02.0" and its NUL fit. */

/** A PCI function. */
typedef struct vmk_PCIDeviceInt *vmk_PCIDevice;

/** A mapped BAR. */
typedef struct vmk_IOReservationInt *vmk_IOReservation;

/** Where a function sits. */
typedef struct vmk_PCIDeviceAddr {
    vmk_uint16 seg;
    vmk_uint8 bus;
    vmk_uint8 dev; /**< 0 to 31. */
    vmk_uint8 fn;  /**< 0 to 7. */
} vmk_PCIDeviceAddr;

/** What a function is. */
typedef struct vmk_PCIDeviceID {
    vmk_uint16 vendorID;
    vmk_uint16 deviceID;
    vmk_uint16 subVendorID; /**< 0 for a bridge. */
    vmk_uint16 subDeviceID; /**< 0 for a bridge. */
    vmk_uint16 classCode;   /**< Base class in the high byte, subclass in the low one. */
    vmk_uint8 progIF;
    vmk_uint8 revisionID;
} vmk_PCIDeviceID;

enum vmk_PCIBarFlags {
    VMK_PCI_BAR_FLAGS_IO = 1u << 0,           /**< I/O ports; otherwise memory. */
    VMK_PCI_BAR_FLAGS_MEM_64_BITS = 1u << 1,  /**< The next BAR is this one's upper half. */
    VMK_PCI_BAR_FLAGS_MEM_PREFETCH = 1u << 2, /**< Prefetchable memory. */
};

/** One base address register. */
typedef struct vmk_PCIResource {
    vmk_uint64 start;   /**< Machine address or first port. */
    vmk_ByteCount size; /**< 0: not implemented, or the upper half of the BAR before. */
    vmk_uint32 flags;   /**< enum vmk_PCIBarFlags. */
} vmk_PCIResource;

typedef enum vmk_PCIConfigAccess {
    VMK_PCI_CONFIG_ACCESS_8 = 1,
    VMK_PCI_CONFIG_ACCESS_16 = 2,
    VMK_PCI_CONFIG_ACCESS_32 = 4,
} vmk_PCIConfigAccess;

typedef enum vmk_PCIInterruptType {
    VMK_PCI_INTERRUPT_TYPE_NONE,
    VMK_PCI_INTERRUPT_TYPE_LEGACY, /**< An INTx# pin; level-triggered and shared. */
    VMK_PCI_INTERRUPT_TYPE_MSI,
    VMK_PCI_INTERRUPT_TYPE_MSIX,
} vmk_PCIInterruptType;

/** Bits of the command register (PCI 3.0, 6.2.2). */
enum vmk_PCICommand {
    VMK_PCI_COMMAND_IO = 1u << 0,
    VMK_PCI_COMMAND_MEMORY = 1u << 1,
    VMK_PCI_COMMAND_BUS_MASTER = 1u << 2,
    VMK_PCI_COMMAND_MWI = 1u << 4,
    VMK_PCI_COMMAND_PARITY = 1u << 6,
    VMK_PCI_COMMAND_SERR = 1u << 8,
    VMK_PCI_COMMAND_INTX_DISABLE = 1u << 10,
};

/** Device power states, numbered as the PMCSR register numbers them. */
typedef enum vmk_PCIPowerState {
    VMK_PCI_POWER_D0 = 0,
    VMK_PCI_POWER_D1 = 1,
    VMK_PCI_POWER_D2 = 2,
    VMK_PCI_POWER_D3HOT = 3,
} vmk_PCIPowerState;

/** Tell what @p device is. @retval VMK_OK */
VMK_ReturnStatus vmk_PCIQueryDeviceID(vmk_PCIDevice device, vmk_PCIDeviceID *id);

/** Tell where @p device sits. @retval VMK_OK */
VMK_ReturnStatus vmk_PCIQueryDeviceAddr(vmk_PCIDevice device, vmk_PCIDeviceAddr *addr);

/**
 * Copy out the BARs of @p device, in BAR order.
 *
 * @retval VMK_OK            all of resources[0..maxResources) are set
 * @retval VMK_BAD_PARAM     maxResources is above VMK_PCI_NUM_BARS
 */
VMK_ReturnStatus vmk_PCIQueryIOResources(vmk_PCIDevice device, vmk_uint8 maxResources,
                                         vmk_PCIResource resources[]);

/**
 * Find a capability in the list at 0x34.
 *
 * The walk ends after 48 steps, so a looping list is no danger.
 *
 * @param[out] offset  of the capability's header in configuration space
 * @retval VMK_OK
 * @retval VMK_NOT_FOUND
 */
VMK_ReturnStatus vmk_PCIFindCapability(vmk_PCIDevice device, vmk_uint8 capID, vmk_uint16 *offset);

/** Find a capability in PCI Express extended configuration space; otherwise as vmk_PCIFindCapability(). */
VMK_ReturnStatus vmk_PCIFindExtCapability(vmk_PCIDevice device, vmk_uint16 capID, vmk_uint16 *offset);

/**
 * Read configuration space.
 *
 * @param offset  in bytes, a multiple of the access size
 * @param[out] data  the value, zero-extended
 * @retval VMK_OK
 * @retval VMK_BAD_PARAM  misaligned, or beyond the function's configuration space
 */
VMK_ReturnStatus vmk_PCIReadConfig(vmk_ModuleID moduleID, vmk_PCIDevice device,
                                   vmk_PCIConfigAccess accessSize, vmk_uint16 offset, vmk_uint32 *data);

/** Write configuration space; parameters and statuses as vmk_PCIReadConfig(). */
VMK_ReturnStatus vmk_PCIWriteConfig(vmk_ModuleID moduleID, vmk_PCIDevice device,
                                    vmk_PCIConfigAccess accessSize, vmk_uint16 offset, vmk_uint32 data);

/**
 * Clear, then set, bits of the command register in one step.
 *
 * @param clear,set  VMK_PCI_COMMAND_* bits. Setting VMK_PCI_COMMAND_MWI also programs the cache line size.
 * @retval VMK_OK
 * @retval VMK_NOT_SUPPORTED  VMK_PCI_COMMAND_MWI was asked for and the device refuses the line size;
 *                            nothing was changed
 */
VMK_ReturnStatus vmk_PCIChangeCommand(vmk_ModuleID moduleID, vmk_PCIDevice device, vmk_uint16 clear,
                                      vmk_uint16 set);

/**
 * Map a memory BAR uncached into the kernel and switch memory decoding on.
 *
 * Mapping a BAR again yields the same address; each mapping needs its own unmapping.
 * Context: may block.
 *
 * @param[out] reservation  a token naming the mapping; may be NULL
 * @param[out] mappedAddress  virtual address of the BAR's first byte
 * @retval VMK_OK
 * @retval VMK_BAD_PARAM      the BAR is absent, is an upper half, or is I/O ports
 * @retval VMK_NO_MEMORY      no virtual space or page tables
 */
VMK_ReturnStatus vmk_PCIMapIOResource(vmk_ModuleID moduleID, vmk_PCIDevice device, vmk_uint8 pciBar,
                                      vmk_IOReservation *reservation, vmk_VA *mappedAddress);

/**
 * Undo one vmk_PCIMapIOResource().
 *
 * Context: may block.
 * @retval VMK_OK
 * @retval VMK_BAD_PARAM  the BAR is not mapped
 */
VMK_ReturnStatus vmk_PCIUnmapIOResource(vmk_ModuleID moduleID, vmk_PCIDevice device, vmk_uint8 pciBar);

/**
 * Allocate interrupts of one type; they start disabled and without a handler.
 *
 * MSI and MSI-X are switched on in the device, and its INTx# off; MSI-X table entries stay masked until
 * vmk_IntrEnable(). One call per device at a time: free before allocating another type.
 * Context: may block. Charged to @p moduleID.
 *
 * @param numDesired,numRequired  between them is acceptable; both 1 for LEGACY; MSI rounds down to a power of
 * two
 * @param indexArray   for MSI-X, which table entries to use; NULL for 0, 1, 2...
 * @param[out] intrArray  room for numDesired cookies
 * @param[out] numAllocated  may be NULL when numDesired equals numRequired
 * @retval VMK_OK
 * @retval VMK_BUSY            the device has interrupts allocated already
 * @retval VMK_NOT_SUPPORTED   the device has no interrupt of that type, or firmware routes its pin nowhere
 * @retval VMK_NO_RESOURCES    fewer than numRequired vectors or table entries are to be had
 * @retval VMK_NO_MEMORY
 */
VMK_ReturnStatus vmk_PCIAllocIntrCookie(vmk_ModuleID moduleID, vmk_PCIDevice device,
                                        vmk_PCIInterruptType type, vmk_uint32 numDesired,
                                        vmk_uint32 numRequired, const vmk_uint16 *indexArray,
                                        vmk_IntrCookie *intrArray, vmk_uint32 *numAllocated);

/**
 * Free all of the device's interrupts and switch MSI or MSI-X off.
 *
 * Context: may block. Every handler must have been unregistered.
 * @retval VMK_OK         also when none were allocated
 * @retval VMK_BUSY       a handler is still registered; nothing was freed
 */
VMK_ReturnStatus vmk_PCIFreeIntrCookie(vmk_ModuleID moduleID, vmk_PCIDevice device);

/**
 * Move the device to a power state and wait the time the specification asks for.
 *
 * Context: may block. Leaving D3hot may reset the device: restore its configuration afterwards.
 * @retval VMK_OK
 * @retval VMK_NOT_SUPPORTED  the device does not implement the state (D0 always succeeds)
 * @retval VMK_TIMEOUT        the device did not report the new state
 */
VMK_ReturnStatus vmk_PCISetPowerState(vmk_ModuleID moduleID, vmk_PCIDevice device, vmk_PCIPowerState state);

/** Tell the power state; VMK_PCI_POWER_D0 for a device without power management. @retval VMK_OK */
VMK_ReturnStatus vmk_PCIGetPowerState(vmk_PCIDevice device, vmk_PCIPowerState *state);

/**
 * Let the device signal power management events from @p state, or stop it doing so.
 *
 * @retval VMK_OK
 * @retval VMK_NOT_SUPPORTED  the device cannot signal from that state
 */
VMK_ReturnStatus vmk_PCIEnablePME(vmk_ModuleID moduleID, vmk_PCIDevice device, vmk_PCIPowerState state);
VMK_ReturnStatus vmk_PCIDisablePME(vmk_ModuleID moduleID, vmk_PCIDevice device);

/**
 * Remember the standard header and the PCI Express and PCI-X control registers, or write them back.
 *
 * One copy is kept per device; restoring uses it up.
 * @retval VMK_OK
 * @retval VMK_NOT_FOUND  (restore) nothing is saved
 */
VMK_ReturnStatus vmk_PCISaveState(vmk_ModuleID moduleID, vmk_PCIDevice device);
VMK_ReturnStatus vmk_PCIRestoreState(vmk_ModuleID moduleID, vmk_PCIDevice device);

/**
 * Get or set a PCI-X function's maximum memory read byte count: 512, 1024, 2048 or 4096.
 *
 * @retval VMK_OK
 * @retval VMK_NOT_SUPPORTED  not a PCI-X function, or it was not designed for that many bytes
 */
VMK_ReturnStatus vmk_PCIGetMMRBC(vmk_PCIDevice device, vmk_uint32 *bytes);
VMK_ReturnStatus vmk_PCISetMMRBC(vmk_ModuleID moduleID, vmk_PCIDevice device, vmk_uint32 bytes);

/** A walk over every PCI function known, in address order. */
typedef struct vmk_PCIDevIteratorInt *vmk_PCIDevIterator;

/**
 * Make or drop an iterator. Charged to @p moduleID. Context: may block.
 *
 * @retval VMK_OK
 * @retval VMK_NO_MEMORY
 */
VMK_ReturnStatus vmk_PCIDevIteratorAlloc(vmk_ModuleID moduleID, vmk_PCIDevIterator *iterator);
void vmk_PCIDevIteratorFree(vmk_PCIDevIterator iterator);

/**
 * Step to the first or to the next function.
 *
 * @retval VMK_OK
 * @retval VMK_NOT_FOUND  there is none, or no more
 */
VMK_ReturnStatus vmk_PCIDevIteratorGetFirst(vmk_PCIDevIterator iterator, vmk_PCIDevice *device);
VMK_ReturnStatus vmk_PCIDevIteratorGetNext(vmk_PCIDevIterator iterator, vmk_PCIDevice *device);

#endif
