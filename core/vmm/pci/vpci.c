/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vpci.c - a function's configuration space (PCI Local Bus 3.0, chapter 6): header, BARs, capabilities.
 */
#include "vpci_internal.h"

#include <core/pci_regs.h>

#define COMMAND_IO       0x0001u
#define COMMAND_MEMORY   0x0002u
#define COMMAND_MASTER   0x0004u
#define COMMAND_WRITABLE 0x0547u /* And parity response, SERR#, INTx disable. */
#define FIRST_CAPABILITY 0x40u
#define PIN_A            1u

void vpci_config_put(struct vpci_function *function, unsigned offset, unsigned size, vmk_uint32 value)
{
    for (unsigned i = 0; i < size; i++) {
        __atomic_store_n(&function->config[offset + i], (vmk_uint8)(value >> (8 * i)), __ATOMIC_SEQ_CST);
    }
}

vmk_uint32 vpci_config_read(const struct vpci_function *function, unsigned offset, unsigned size)
{
    vmk_uint32 value = 0;

    for (unsigned i = 0; i < size; i++) {
        value |= (offset + i < VPCI_CONFIG_BYTES ? (vmk_uint32)function->config[offset + i] : 0xffu)
                 << (8 * i);
    }
    return value;
}

static bool overlaps(unsigned offset, unsigned size, unsigned first, unsigned len)
{
    return offset < first + len && first < offset + size;
}

bool vpci_config_write(struct vpci_function *function, unsigned offset, unsigned size, vmk_uint32 value)
{
    bool command = overlaps(offset, size, PCI_REG_COMMAND, 2);

    if (offset + size > VPCI_CONFIG_BYTES) {
        return false;
    }
    for (unsigned i = 0; i < size; i++) {
        vmk_uint8 mask = function->writable[offset + i];
        vmk_uint8 byte = (vmk_uint8)((function->config[offset + i] & ~mask) | (value >> (8 * i) & mask));

        __atomic_store_n(&function->config[offset + i], byte, __ATOMIC_SEQ_CST);
    }
    if (command || overlaps(offset, size, PCI_REG_BAR0, 4 * VPCI_BARS)) {
        vpci_bars_update(function);
    }
    if (command) {
        vpci_intx_update(function);
    }
    if (function->msix.count != 0 &&
        overlaps(offset, size, function->msix.capability, PCI_MSIX_CONTROL + 2)) {
        vpci_msix_control_written(function);
    }
    return command;
}

static vmk_uint16 command_of(const struct vpci_function *function)
{
    return (vmk_uint16)(__atomic_load_n(&function->config[PCI_REG_COMMAND], __ATOMIC_SEQ_CST) |
                        __atomic_load_n(&function->config[PCI_REG_COMMAND + 1], __ATOMIC_SEQ_CST) << 8);
}

bool vpci_is_master(const struct vpci_function *function)
{
    return (command_of(function) & COMMAND_MASTER) != 0;
}

static struct io_bus *bus_of(const struct vpci_function *function, unsigned number)
{
    return function->bars[number].io ? vdev_ports(function->vm) : vdev_mmio(function->vm);
}

/** Where a BAR is to answer; 0: nowhere. */
static vmk_uint32 base_of(const struct vpci_function *function, unsigned number)
{
    vmk_uint32 size = function->bars[number].size;
    vmk_uint32 base = vpci_config_read(function, PCI_REG_BAR0 + 4 * number, 4) & ~(size - 1);
    bool io = function->bars[number].io;

    if (size == 0 || (command_of(function) & (io ? COMMAND_IO : COMMAND_MEMORY)) == 0) {
        return 0;
    }
    if (io) {
        return base < VPCI_IO_END ? base : 0;
    }
    /* A BAR over RAM, or over what the platform answers: not with this bridge. */
    return base >= VPCI_WINDOW_BASE && base <= VPCI_WINDOW_END - size ? base : 0;
}

void vpci_bars_update(struct vpci_function *function)
{
    for (unsigned i = 0; i < VPCI_BARS; i++) {
        struct io_region *region = &function->bars[i].region;
        vmk_uint32 base = base_of(function, i);

        if (function->bars[i].attached && base != region->base) {
            io_bus_detach(bus_of(function, i), region);
            function->bars[i].attached = false;
        }
        if (base != 0 && !function->bars[i].attached) {
            region->base = base;
            /* Where another answers already, this one does not: real ones would fight. */
            function->bars[i].attached = io_bus_attach(bus_of(function, i), region) == VMK_OK;
        }
    }
}

void vpci_function_init(struct vpci_function *function, struct vm *vm, const struct vpci_identity *identity)
{
    *function = (struct vpci_function){.vm = vm, .capabilities_end = FIRST_CAPABILITY};
    vpci_config_put(function, PCI_REG_VENDOR, 2, identity->vendor);
    vpci_config_put(function, PCI_REG_DEVICE, 2, identity->device);
    vpci_config_put(function, PCI_REG_REVISION, 4, identity->class_code << 8 | identity->revision);
    vpci_config_put(function, PCI_REG_SUBSYSTEM_VENDOR, 2, identity->subsystem_vendor);
    vpci_config_put(function, PCI_REG_SUBSYSTEM, 2, identity->subsystem);
    vpci_config_put(function, PCI_REG_INTERRUPT_PIN, 1, PIN_A);
    function->writable[PCI_REG_COMMAND] = COMMAND_WRITABLE & 0xffu;
    function->writable[PCI_REG_COMMAND + 1] = COMMAND_WRITABLE >> 8;
    function->writable[PCI_REG_CACHE_LINE] = 0xff;
    function->writable[PCI_REG_INTERRUPT_LINE] = 0xff;
}

void vpci_bar_add(struct vpci_function *function, unsigned number, vmk_uint32 size, bool io,
                  const struct io_region *region)
{
    unsigned at = PCI_REG_BAR0 + 4 * number;

    function->bars[number].size = size;
    function->bars[number].io = io;
    function->bars[number].region = *region;
    function->bars[number].region.base = 0;
    function->bars[number].region.len = size;
    vpci_config_put(function, at, 4, io ? PCI_BAR_IO : 0);
    for (unsigned i = 0; i < 4; i++) {
        function->writable[at + i] = (vmk_uint8)(~(size - 1) >> (8 * i));
    }
}

unsigned vpci_capability_add(struct vpci_function *function, vmk_uint8 id, const void *body,
                             const void *writable, unsigned len)
{
    unsigned at = function->capabilities_end;
    const vmk_uint8 *bytes = body, *masks = writable;

    for (unsigned i = 2; i < len; i++) {
        function->config[at + i] = bytes[i];
        function->writable[at + i] = masks != NULL ? masks[i] : 0;
    }
    function->config[at] = id;
    function->config[at + 1] = function->config[PCI_REG_CAPABILITIES];
    function->config[PCI_REG_CAPABILITIES] = (vmk_uint8)at;
    function->config[PCI_REG_STATUS] |= PCI_STATUS_CAPABILITIES;
    function->capabilities_end = (at + len + 3) & ~3u;
    return at;
}
