/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nic_8254x.h - a model of Intel's 82540EM as far as drivers can see it.
 *
 * After the "PCI/PCI-X Family of Gigabit Ethernet Controllers Software Developer's Manual" (317453). What it
 * does not do: segmentation, wake-up, flow control.
 */
#ifndef NIC_8254X_H
#define NIC_8254X_H

#include <hosted/pci.h>

#define NIC_REGISTERS    0x20000
#define NIC_EEPROM_WORDS 64
#define NIC_FRAME_MAX    16384

struct nic;

/** Takes a frame the driver has sent, without FCS; good during the call only. */
typedef void (*nic_transmitted)(struct nic *nic, const vmk_uint8 *frame, unsigned len);

/** How the model misbehaves, for drivers that must survive it. */
enum nic_fault {
    NIC_SOUND,
    NIC_ALL_ONES,      /**< Every register reads as all ones. */
    NIC_LONG_RX,       /**< Received frames claim more bytes than their buffer has. */
    NIC_SHORT_RX,      /**< They claim fewer bytes than the FCS has. */
    NIC_NO_EOP,        /**< They never end. */
    NIC_RX_ERRORS,     /**< They are marked as damaged. */
    NIC_RX_UNASKED,    /**< Descriptors that were never filled are marked as done. */
    NIC_NO_TX_DONE,    /**< What was sent is never reported. */
    NIC_EEPROM_DAMAGE, /**< The EEPROM's checksum is wrong. */
};

struct nic {
    struct hosted_pci_function pci;
    enum nic_fault fault;
    vmk_Bool cable; /**< Use nic_set_link(). */
    nic_transmitted transmitted;
    vmk_uint64 rx_taken, rx_refused, rx_missed; /**< Frames stored, filtered out, without a buffer. */
    vmk_uint64 interrupts;                      /**< Times the pin was raised. */
    unsigned resets;
    const void *tx_at, *rx_at; /**< Where the last frame's first byte was read, and stored. */

    /* Inside. */
    vmk_uint32 reg[NIC_REGISTERS / 4];
    vmk_uint16 eeprom[NIC_EEPROM_WORDS];
    vmk_uint16 phy[32];
    vmk_uint32 io_address; /* Which register the I/O BAR's data is. */
    struct nic_microwire {
        vmk_uint32 in; /* Bits shifted in since chip select. */
        unsigned nin;  /* How many. */
        unsigned out;  /* Bit of the EEPROM that is on DO. */
        vmk_Bool reads;
    } wire;
    struct nic_tx_context {
        vmk_uint8 offset_start, offset_store;
    } tx_context;
    struct nic_tx {
        vmk_uint8 bytes[NIC_FRAME_MAX];
        unsigned len;
        vmk_Bool checksum;
    } tx;
};

/** Make a NIC with its MAC address 52:54:00:12:34:56, its cable in, and plug it in. */
void nic_add(struct nic *nic, vmk_uint8 slot, nic_transmitted transmitted);

/** A frame, without FCS, comes in from the wire. */
void nic_receive(struct nic *nic, const void *frame, unsigned len);

/** Plug the cable in or out. */
void nic_set_link(struct nic *nic, vmk_Bool up);

/* nic_8254x_phy.c: what hangs off EECD and MDIC. */
void nic_eeprom_init(struct nic *nic, const vmk_uint8 mac[6]);
vmk_uint32 nic_eecd_read(const struct nic *nic);
void nic_eecd_write(struct nic *nic, vmk_uint32 value);
void nic_phy_reset(struct nic *nic);
void nic_phy_update(struct nic *nic);
vmk_uint32 nic_mdic_access(struct nic *nic, vmk_uint32 value);

#endif
