/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vpci_msix.c - message-signalled interrupts with a table (PCI Local Bus 3.0, 6.8.2).
 *
 * Who sends and who unmasks may be two processors: each writes its own word, then looks at the other's, and
 * whoever takes the pending bit away sends.
 */
#include "vpci_internal.h"

#include <core/pci_regs.h>
#include <vmkapi/base/assert.h>

#define MSIX_BAR_BYTES   0x1000u
#define PENDING          0x800u /* Of the pending bits in the BAR; the table begins it. */
#define CAPABILITY_BYTES 12u

VMK_STATIC_ASSERT(VPCI_MSIX_MAX *PCI_MSIX_ENTRY_BYTES <= PENDING && VPCI_MSIX_MAX <= 64,
                  "the table and one word of pending bits");

static vmk_uint16 control_of(const struct vpci_function *function)
{
    return (vmk_uint16)(__atomic_load_n(&function->config[function->msix.capability + PCI_MSIX_CONTROL + 1],
                                        __ATOMIC_SEQ_CST)
                        << 8);
}

bool vpci_msix_enabled(const struct vpci_function *function)
{
    return function->msix.count != 0 && (control_of(function) & PCI_MSIX_ENABLE) != 0;
}

static bool is_open(const struct vpci_function *function, const struct vpci_msix_entry *entry)
{
    return (control_of(function) & (PCI_MSIX_ENABLE | PCI_MSIX_FUNCTION_MASK)) == PCI_MSIX_ENABLE &&
           !__atomic_load_n(&entry->masked, __ATOMIC_SEQ_CST);
}

static void send(const struct vpci_function *function, const struct vpci_msix_entry *entry)
{
    vdev_msi_send(function->vm, __atomic_load_n(&entry->address, __ATOMIC_RELAXED),
                  __atomic_load_n(&entry->data, __ATOMIC_RELAXED));
}

/** Send what is pending, if it may be. */
static void release(const struct vpci_function *function, struct vpci_msix_entry *entry)
{
    if (is_open(function, entry) && __atomic_exchange_n(&entry->pending, false, __ATOMIC_SEQ_CST)) {
        send(function, entry);
    }
}

void vpci_msix_send(struct vpci_function *function, unsigned vector)
{
    struct vpci_msix_entry *entry;

    if (vector >= function->msix.count || !vpci_msix_enabled(function)) {
        return;
    }
    entry = &function->msix.entries[vector];
    if (is_open(function, entry)) {
        send(function, entry);
        return;
    }
    __atomic_store_n(&entry->pending, true, __ATOMIC_SEQ_CST);
    release(function, entry);
}

void vpci_msix_control_written(struct vpci_function *function)
{
    for (unsigned i = 0; i < function->msix.count; i++) {
        release(function, &function->msix.entries[i]);
    }
}

static vmk_uint64 pending_bits(const struct vpci_function *function)
{
    vmk_uint64 bits = 0;

    for (unsigned i = 0; i < function->msix.count; i++) {
        bits |= (vmk_uint64)__atomic_load_n(&function->msix.entries[i].pending, __ATOMIC_RELAXED) << i;
    }
    return bits;
}

static vmk_uint32 entry_read(const struct vpci_msix_entry *entry, unsigned word)
{
    switch (word) {
    case PCI_MSIX_ADDRESS:
        return (vmk_uint32)entry->address;
    case PCI_MSIX_ADDRESS_HIGH:
        return (vmk_uint32)(entry->address >> 32);
    case PCI_MSIX_DATA:
        return entry->data;
    default:
        return entry->masked ? PCI_MSIX_VECTOR_MASKED : 0;
    }
}

static void entry_write(struct vpci_function *function, struct vpci_msix_entry *entry, unsigned word,
                        vmk_uint32 value)
{
    vmk_uint64 address = entry->address;

    switch (word) {
    case PCI_MSIX_ADDRESS:
        __atomic_store_n(&entry->address, (address & ~0xfffffffful) | (value & ~3u), __ATOMIC_RELAXED);
        break;
    case PCI_MSIX_ADDRESS_HIGH:
        __atomic_store_n(&entry->address, (address & 0xfffffffful) | (vmk_uint64)value << 32,
                         __ATOMIC_RELAXED);
        break;
    case PCI_MSIX_DATA:
        __atomic_store_n(&entry->data, value, __ATOMIC_RELAXED);
        break;
    default:
        __atomic_store_n(&entry->masked, (value & PCI_MSIX_VECTOR_MASKED) != 0, __ATOMIC_SEQ_CST);
        release(function, entry);
        break;
    }
}

/* 6.8.2: whole double words; of others nothing is promised. */

static vmk_uint64 table_read(void *device, vmk_uint64 offset, unsigned size)
{
    struct vpci_function *function = device;
    unsigned number = (unsigned)offset / PCI_MSIX_ENTRY_BYTES;

    if (size != 4 || offset % 4 != 0) {
        return 0;
    }
    if (offset >= PENDING) {
        return offset < PENDING + 8 ? (vmk_uint32)(pending_bits(function) >> (8 * (offset - PENDING))) : 0;
    }
    return number < function->msix.count
               ? entry_read(&function->msix.entries[number], (unsigned)offset / 4 % 4)
               : 0;
}

static void table_write(void *device, vmk_uint64 offset, unsigned size, vmk_uint64 value)
{
    struct vpci_function *function = device;
    unsigned number = (unsigned)offset / PCI_MSIX_ENTRY_BYTES;

    if (size == 4 && offset % 4 == 0 && number < function->msix.count) {
        entry_write(function, &function->msix.entries[number], (unsigned)offset / 4 % 4, (vmk_uint32)value);
    }
}

static const struct io_ops table_ops = {.read = table_read, .write = table_write, .max_size = 4};

void vpci_msix_reset(struct vpci_function *function)
{
    for (unsigned i = 0; i < VPCI_MSIX_MAX; i++) {
        function->msix.entries[i] = (struct vpci_msix_entry){.masked = true};
    }
    if (function->msix.count != 0) {
        vpci_config_put(function, function->msix.capability + PCI_MSIX_CONTROL, 2, function->msix.count - 1);
    }
}

void vpci_msix_add(struct vpci_function *function, unsigned bar, unsigned count)
{
    const struct io_region region = {
        .name = "msi-x", .ops = &table_ops, .device = function, .lock = vdev_device_lock(function->vm)};
    const vmk_uint8 body[CAPABILITY_BYTES] = {[4] = (vmk_uint8)bar, [8] = (vmk_uint8)bar, [9] = PENDING >> 8};
    const vmk_uint8 writable[CAPABILITY_BYTES] = {[3] = (PCI_MSIX_ENABLE | PCI_MSIX_FUNCTION_MASK) >> 8};

    VMK_VERIFY(count > 0 && count <= VPCI_MSIX_MAX);
    vpci_bar_add(function, bar, MSIX_BAR_BYTES, false, &region);
    function->msix.capability = vpci_capability_add(function, PCI_CAP_MSIX, body, writable, sizeof(body));
    function->msix.count = count;
    vpci_msix_reset(function);
}
