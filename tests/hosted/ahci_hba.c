/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ahci_hba.c - the model's registers but for those of its ports (AHCI 3.1), and its interrupt.
 */
#include "ahci_hba.h"

#include <string.h>
#include <vmkapi/base/assert.h>

enum reg {
    REG_CAP = 0x00,
    REG_GHC = 0x04,
    REG_IS = 0x08,
    REG_PI = 0x0c,
    REG_VS = 0x10,
    REG_PORTS = 0x100,
    PORT_BYTES = 0x80,
    REG_BYTES = 0x1000,
};

#define BAR          5
#define MSI_AT       0x80
#define CAP_NCQ      (1u << 30)
#define CAP_64       (1u << 31)
#define CAP_OVERRIDE (1u << 24)
#define CAP_SPEED    (3u << 20) /* 6 Gbps. */
#define CAP_AHCI     (1u << 18)
#define CAP_SLOTS    ((AHCI_SLOTS - 1u) << 8)
#define VERSION_1_3  0x00010300u
#define GHC_RESET    1u
#define GHC_ENABLE   2u
#define GHC_AHCI     (1u << 31)

/* A message tells of a cause that is new; the pin of any there is. */
static void tell(struct ahci *hba, vmk_Bool is_new)
{
    vmk_Bool due = hba->is != 0 && (hba->ghc & GHC_ENABLE) != 0 && !hba->silent;

    if (!hosted_pci_has_messages(&hba->pci)) {
        hosted_pci_set_pin(&hba->pci, due);
    } else if (due && is_new) {
        hosted_pci_message(&hba->pci, 0);
    }
}

void ahci_port_interrupts(struct ahci_port *port, vmk_uint32 causes)
{
    struct ahci *hba = port->hba;

    port->is |= causes;
    if (port->is & port->ie) {
        hba->is |= 1u << port->number;
        tell(hba, VMK_TRUE);
    }
}

void ahci_interrupt(struct ahci *hba)
{
    if (hosted_pci_has_messages(&hba->pci)) {
        hosted_pci_message(&hba->pci, 0);
    } else {
        hosted_pci_set_pin(&hba->pci, VMK_TRUE);
        tell(hba, VMK_FALSE);
    }
}

static void reset(struct ahci *hba)
{
    hba->resets++;
    if (hba->reset_stuck) {
        hba->ghc |= GHC_RESET;
        return;
    }
    hba->ghc = GHC_AHCI;
    hba->is = 0;
    for (unsigned i = 0; i < AHCI_PORTS; i++) {
        ahci_port_reset(&hba->port[i]);
    }
    tell(hba, VMK_FALSE);
}

static void write_ghc(struct ahci *hba, vmk_uint32 value)
{
    if (value & GHC_RESET) {
        reset(hba);
    } else {
        hba->ghc = (value & GHC_ENABLE) | GHC_AHCI;
        tell(hba, VMK_TRUE);
    }
}

static vmk_uint64 read_bar(struct hosted_pci_function *function, unsigned bar, vmk_ByteCount offset,
                           unsigned bytes)
{
    struct ahci *hba = VMK_CONTAINER_OF(function, struct ahci, pci);

    if (hba->all_ones) {
        return ~0u;
    }
    if (offset >= REG_PORTS) {
        unsigned port = (unsigned)(offset - REG_PORTS) / PORT_BYTES;

        return port < AHCI_PORTS ? ahci_port_read(&hba->port[port], offset % PORT_BYTES) : 0;
    }
    switch (offset) {
    case REG_CAP:
        return CAP_64 | CAP_NCQ | CAP_OVERRIDE | CAP_SPEED | CAP_AHCI | CAP_SLOTS | (AHCI_PORTS - 1);
    case REG_GHC:
        return hba->ghc;
    case REG_IS:
        return hba->is;
    case REG_PI:
        return (1u << AHCI_PORTS) - 1;
    case REG_VS:
        return VERSION_1_3;
    default:
        return 0;
    }
}

/* What is cleared in IS while its port still has a cause is set again at once (AHCI 5.3.2.3). */
static void write_is(struct ahci *hba, vmk_uint32 value)
{
    hba->is &= ~value;
    for (unsigned i = 0; i < AHCI_PORTS; i++) {
        if (hba->port[i].is & hba->port[i].ie) {
            hba->is |= 1u << i;
        }
    }
    tell(hba, VMK_TRUE);
}

static void write_bar(struct hosted_pci_function *function, unsigned bar, vmk_ByteCount offset,
                      unsigned bytes, vmk_uint64 value)
{
    struct ahci *hba = VMK_CONTAINER_OF(function, struct ahci, pci);

    if (hba->all_ones) {
        return;
    }
    AHCI_DRIVER_MUST(bytes == 4 && offset % 4 == 0, "a register written in part");
    if (offset >= REG_PORTS && (offset - REG_PORTS) / PORT_BYTES < AHCI_PORTS) {
        ahci_port_write(&hba->port[(offset - REG_PORTS) / PORT_BYTES], offset % PORT_BYTES,
                        (vmk_uint32)value);
    } else if (offset == REG_GHC) {
        write_ghc(hba, (vmk_uint32)value);
    } else if (offset == REG_IS) {
        write_is(hba, (vmk_uint32)value);
    }
}

void ahci_misbehave(struct ahci *hba, struct ahci_rule rule)
{
    struct ahci_rule *slot = hba->rule;

    while (slot->lie != AHCI_HONEST) {
        slot++;
        VMK_VERIFY(slot < hba->rule + AHCI_RULES);
    }
    *slot = rule;
}

void ahci_behave(struct ahci *hba)
{
    memset(hba->rule, 0, sizeof(hba->rule));
}

void ahci_add(struct ahci *hba, vmk_uint8 slot)
{
    static const vmk_uint8 ids[] = {0x86, 0x80, 0x22, 0x29, 0, 0, 0, 0, 2, 1, 6, 1};

    hba->pci.slot = slot;
    hba->pci.bar_size[BAR] = REG_BYTES;
    hba->pci.read = read_bar;
    hba->pci.write = write_bar;
    memcpy(hba->pci.config, ids, sizeof(ids));
    hba->pci.config[0x3d] = 1;
    hosted_pci_add_msi(&hba->pci, MSI_AT);
    hba->ghc = GHC_AHCI;
    hba->random = slot;
    for (unsigned i = 0; i < AHCI_PORTS; i++) {
        ahci_port_init(&hba->port[i], hba, i);
    }
    hosted_pci_add(&hba->pci);
}
