/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci.h, hosted - the machine's one PCI bus, and the models of the functions on it.
 */
#ifndef HOSTED_PCI_H
#define HOSTED_PCI_H

#include <vmkapi/hardware/pci.h>

struct hosted_pci_function;

/** What a model does at an access to a BAR, @p bytes wide, at @p offset. Context: any. */
typedef vmk_uint64 (*hosted_pci_read)(struct hosted_pci_function *function, unsigned bar,
                                      vmk_ByteCount offset, unsigned bytes);
typedef void (*hosted_pci_write)(struct hosted_pci_function *function, unsigned bar, vmk_ByteCount offset,
                                 unsigned bytes, vmk_uint64 value);

/** A function; the model's own state is around it. Zero but for what the model sets before adding it. */
struct hosted_pci_function {
    vmk_uint8 slot;                           /**< Device number; the function is 0, the bus too. */
    vmk_uint8 config[VMK_PCI_CONFIG_SIZE];    /**< Set: IDs, class, header type, pin, capabilities. */
    vmk_ByteCount bar_size[VMK_PCI_NUM_BARS]; /**< 0 for none. */
    vmk_Bool bar_ports[VMK_PCI_NUM_BARS];     /**< I/O ports instead of memory. */
    hosted_pci_read read;
    hosted_pci_write write;
    vmk_Bool gone; /**< Pulled out: reads are all ones, writes are lost. */
};

/** Plug a function in, before hosted_pci_start(). */
void hosted_pci_add(struct hosted_pci_function *function);

/** Find the functions and offer them to the drivers there are. Context: world. */
void hosted_pci_start(void);

/** Raise or lower the function's interrupt pin. Context: any. */
void hosted_pci_set_pin(struct hosted_pci_function *function, vmk_Bool asserted);

/**
 * The memory a function reads or writes at @p address. Crashes where there is no RAM: that is an address no
 * driver may hand out.
 *
 * @return NULL while the function is no bus master.
 */
void *hosted_pci_dma(const struct hosted_pci_function *function, vmk_MA address, vmk_ByteCount bytes);

/**
 * Access what is at an address of memory or, with @p ports, of I/O space: all ones where nothing is. For the
 * library's own files.
 */
vmk_uint64 hosted_pci_read_at(vmk_Bool ports, vmk_uint64 address, unsigned bytes);
void hosted_pci_write_at(vmk_Bool ports, vmk_uint64 address, unsigned bytes, vmk_uint64 value);

#endif
