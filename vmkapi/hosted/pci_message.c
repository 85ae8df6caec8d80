/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci_message.c - messages of the functions plugged in: MSI (PCI 3.0, 6.8.1) and MSI-X (6.8.2).
 */
#include <core/pci_regs.h>
#include <hosted/machine.h>
#include <hosted/pci.h>
#include <vmkapi/base/assert.h>

#include <string.h>

#define MESSAGE_BASE 0xfee00000u /* As arch_msi_message() has it. */
#define MSI_BYTES    16          /* With 64 bits of address, without a mask. */
#define MSIX_BYTES   12
#define DWORD_MSI    (PCI_MSI_ENABLE << 16) /* What can be written of a capability's first dword. */
#define DWORD_MSIX   ((PCI_MSIX_ENABLE | PCI_MSIX_FUNCTION_MASK) << 16)

static vmk_uint32 word_at(const struct hosted_pci_function *function, unsigned offset)
{
    vmk_uint32 value;

    memcpy(&value, function->config + offset, sizeof(value));
    return value;
}

static void set_word(struct hosted_pci_function *function, unsigned offset, vmk_uint32 value)
{
    memcpy(function->config + offset, &value, sizeof(value));
}

/* Put a capability at the head of the list. */
static void chain(struct hosted_pci_function *function, unsigned offset, vmk_uint8 id)
{
    function->config[offset] = id;
    function->config[offset + 1] = function->config[PCI_REG_CAPABILITIES];
    function->config[PCI_REG_CAPABILITIES] = (vmk_uint8)offset;
    function->config[PCI_REG_STATUS] |= PCI_STATUS_CAPABILITIES;
}

void hosted_pci_add_msi(struct hosted_pci_function *function, vmk_uint8 offset)
{
    function->msi = offset;
    chain(function, offset, PCI_CAP_MSI);
    function->config[offset + PCI_MSI_CONTROL] = PCI_MSI_64;
}

void hosted_pci_add_msix(struct hosted_pci_function *function, vmk_uint8 offset, unsigned entries,
                         unsigned bar, vmk_uint32 table)
{
    VMK_VERIFY(entries <= HOSTED_MSIX_MAX);
    function->msix.cap = offset;
    function->msix.entries = entries;
    function->msix.bar = bar;
    function->msix.table = table;
    chain(function, offset, PCI_CAP_MSIX);
    function->config[offset + PCI_MSIX_CONTROL] = (vmk_uint8)(entries - 1);
    set_word(function, offset + PCI_MSIX_TABLE, table | bar);
    set_word(function, offset + PCI_MSIX_TABLE + 4, (table + entries * PCI_MSIX_ENTRY_BYTES) | bar);
    for (unsigned i = 0; i < entries; i++) {
        function->msix.entry[i][PCI_MSIX_VECTOR_CONTROL] = PCI_MSIX_VECTOR_MASKED;
    }
}

vmk_Bool hosted_pci_has_messages(const struct hosted_pci_function *function)
{
    return (function->msi != 0 && (word_at(function, function->msi) >> 16 & PCI_MSI_ENABLE) != 0) ||
           (function->msix.cap != 0 && (word_at(function, function->msix.cap) >> 16 & PCI_MSIX_ENABLE) != 0);
}

/* A message is a write to the memory that is no memory; without bus mastering there is none. */
static void send(const struct hosted_pci_function *function, vmk_uint32 address, vmk_uint32 data)
{
    if (!function->gone && (function->config[PCI_REG_COMMAND] & VMK_PCI_COMMAND_BUS_MASTER) != 0) {
        VMK_VERIFY((address & ~0xfffffu) == MESSAGE_BASE);
        hosted_vector_raise((vmk_uint8)data);
    }
}

static void send_waiting(struct hosted_pci_function *function)
{
    struct hosted_msix *msix = &function->msix;
    vmk_uint32 control = msix->cap == 0 ? 0 : word_at(function, msix->cap) >> 16;

    if ((control & PCI_MSIX_ENABLE) == 0 || (control & PCI_MSIX_FUNCTION_MASK) != 0) {
        return;
    }
    for (unsigned i = 0; i < msix->entries; i++) {
        const vmk_uint32 *entry = msix->entry[i];

        if ((msix->waits >> i & 1) != 0 && (entry[PCI_MSIX_VECTOR_CONTROL] & PCI_MSIX_VECTOR_MASKED) == 0) {
            msix->waits &= ~(1u << i);
            send(function, entry[PCI_MSIX_ADDRESS], entry[PCI_MSIX_DATA]);
        }
    }
}

void hosted_pci_message(struct hosted_pci_function *function, unsigned entry)
{
    unsigned msi = function->msi;

    if (msi != 0 && (word_at(function, msi) >> 16 & PCI_MSI_ENABLE) != 0) {
        send(function, word_at(function, msi + PCI_MSI_ADDRESS),
             word_at(function, msi + PCI_MSI_DATA_64) & 0xffff);
    } else if (entry < function->msix.entries) {
        function->msix.waits |= 1u << entry;
        send_waiting(function);
    }
}

static vmk_Bool is_within(unsigned offset, unsigned from, unsigned bytes)
{
    return from != 0 && offset >= from && offset < from + bytes;
}

vmk_Bool hosted_pci_message_writable(const struct hosted_pci_function *function, unsigned offset,
                                     vmk_uint32 *bits)
{
    unsigned shift = offset % 4 * 8;

    if (is_within(offset, function->msix.cap, MSIX_BYTES)) {
        *bits = offset < function->msix.cap + 4u ? DWORD_MSIX >> shift : 0;
        return VMK_TRUE;
    }
    if (is_within(offset, function->msi, MSI_BYTES)) {
        *bits = offset < function->msi + 4u ? DWORD_MSI >> shift : ~0u;
        return VMK_TRUE;
    }
    return VMK_FALSE;
}

void hosted_pci_message_written(struct hosted_pci_function *function)
{
    send_waiting(function);
}

vmk_uint32 *hosted_pci_message_table(struct hosted_pci_function *function, unsigned bar, vmk_ByteCount offset)
{
    struct hosted_msix *msix = &function->msix;
    vmk_ByteCount at = offset - msix->table;

    if (msix->cap == 0 || bar != msix->bar || at >= msix->entries * PCI_MSIX_ENTRY_BYTES) {
        return NULL;
    }
    return &msix->entry[at / PCI_MSIX_ENTRY_BYTES][at % PCI_MSIX_ENTRY_BYTES / 4];
}
