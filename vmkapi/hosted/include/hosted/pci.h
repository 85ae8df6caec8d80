/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci.h, hosted - the machine's one PCI bus, and the models of the functions on it.
 */
#ifndef HOSTED_PCI_H
#define HOSTED_PCI_H

#include <vmkapi/core/dma.h>
#include <vmkapi/hardware/pci.h>

#define HOSTED_MSIX_MAX 16

struct hosted_pci_function;

/** What a model does at an access to a BAR, @p bytes wide, at @p offset. Context: any. */
typedef vmk_uint64 (*hosted_pci_read)(struct hosted_pci_function *function, unsigned bar,
                                      vmk_ByteCount offset, unsigned bytes);
typedef void (*hosted_pci_write)(struct hosted_pci_function *function, unsigned bar, vmk_ByteCount offset,
                                 unsigned bytes, vmk_uint64 value);

/** A function's MSI-X capability; the bus's. */
struct hosted_msix {
    vmk_uint8 cap; /**< Where in configuration space; 0 for none. */
    unsigned entries, bar;
    vmk_uint32 table; /**< Where in the BAR. */
    vmk_uint32 entry[HOSTED_MSIX_MAX][4];
    vmk_uint32 waits; /**< A bit an entry: to be sent when it is unmasked. */
};

/** A function; the model's own state is around it. Zero but for what the model sets before adding it. */
struct hosted_pci_function {
    vmk_uint8 slot;                           /**< Device number; the function is 0, the bus too. */
    vmk_uint8 config[VMK_PCI_CONFIG_SIZE];    /**< Set: IDs, class, header type, pin, capabilities. */
    vmk_ByteCount bar_size[VMK_PCI_NUM_BARS]; /**< 0 for none. */
    vmk_Bool bar_ports[VMK_PCI_NUM_BARS];     /**< I/O ports instead of memory. */
    hosted_pci_read read;
    hosted_pci_write write;
    vmk_Bool gone; /**< Pulled out: reads are all ones, writes are lost. */

    /* The bus's. */
    vmk_Bool pin;
    vmk_uint8 msi; /**< Where in configuration space; 0 for none. */
    struct hosted_msix msix;
};

/** Plug a function in, before hosted_pci_start(). */
void hosted_pci_add(struct hosted_pci_function *function);

/** Find the functions and offer them to the drivers there are. Context: world. */
void hosted_pci_start(void);

/** Give a function that is not plugged in yet an MSI capability at @p offset, with one message. */
void hosted_pci_add_msi(struct hosted_pci_function *function, vmk_uint8 offset);

/** The same for MSI-X, its table being at @p table of @p bar: the bus does what is written there. */
void hosted_pci_add_msix(struct hosted_pci_function *function, vmk_uint8 offset, unsigned entries,
                         unsigned bar, vmk_uint32 table);

/**
 * Raise or lower the function's interrupt pin, unless its driver has disabled it. Functions whose pins meet
 * share a line. Context: any.
 */
void hosted_pci_set_pin(struct hosted_pci_function *function, vmk_Bool asserted);

/** @return whether the driver wants messages instead of the pin. */
vmk_Bool hosted_pci_has_messages(const struct hosted_pci_function *function);

/** Send the MSI message, or that of MSI-X table entry @p entry, at once or when it is unmasked. Context: any.
 */
void hosted_pci_message(struct hosted_pci_function *function, unsigned entry);

/**
 * The memory a function reads (VMK_DMA_DIRECTION_FROM_MEMORY), writes (TO_MEMORY) or both at @p address.
 *
 * Crashes, and says so, where the driver has mapped no memory for that: the address is none the function was
 * given, or not any more.
 * @return NULL while the function is no bus master.
 */
void *hosted_pci_dma(const struct hosted_pci_function *function, vmk_MA address, vmk_ByteCount bytes,
                     vmk_DMADirection direction);

/**
 * Access what is at an address of memory or, with @p ports, of I/O space: all ones where nothing is. For the
 * library's own files.
 */
vmk_uint64 hosted_pci_read_at(vmk_Bool ports, vmk_uint64 address, unsigned bytes);
void hosted_pci_write_at(vmk_Bool ports, vmk_uint64 address, unsigned bytes, vmk_uint64 value);

/* Between pci_bus.c and pci_message.c: */

/** @return whether @p offset of configuration space is about messages; then which bits can be written. */
vmk_Bool hosted_pci_message_writable(const struct hosted_pci_function *function, unsigned offset,
                                     vmk_uint32 *bits);
/** Configuration space or the table has changed. */
void hosted_pci_message_written(struct hosted_pci_function *function);
/** @return the word of the MSI-X table that is at @p offset of @p bar; NULL for none. */
vmk_uint32 *hosted_pci_message_table(struct hosted_pci_function *function, unsigned bar,
                                     vmk_ByteCount offset);

/** @return whether memory is mapped for the function in @p slot to use that way (dma_reach.c). */
vmk_Bool hosted_dma_reaches(vmk_uint8 slot, vmk_MA address, vmk_ByteCount bytes, vmk_DMADirection direction);

#endif
