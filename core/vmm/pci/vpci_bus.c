/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vpci_bus.c - the host bridge: how configuration space is reached, slots, interrupt lines.
 *
 * Its identity is that of QEMU's generic PCI Express host bridge, which has no registers of its own: no
 * guest looks for any.
 */
#include <core/pci_regs.h>
#include <core/vmm/platform.h>

#include "vpci_internal.h"

#define ADDRESS_PORT         0xcf8u
#define PORTS_BYTES          8u
#define ADDRESS              0u
#define RESET_CONTROL        1u /* Port 0xcf9: not part of the mechanism (3.2.2.3.2), chipsets have it there. */
#define DATA                 4u
#define ADDRESS_ENABLE       0x80000000u
#define ADDRESS_WRITABLE     0x80fffffcu
#define ADDRESS_BUS(a)       ((a) >> 16 & 0xffu)
#define ADDRESS_DEVFN(a)     ((a) >> 8 & 0xffu)

#define RESET_KEPT           0x02u /* Hard rather than soft. */
#define RESET_NOW            0x04u

#define ECAM_BYTES           0x100000u
#define COMMAND_INTX_DISABLE 0x0400u
#define STATUS_INTERRUPT     0x0008u

static const struct vpci_identity bridge_identity = {
    .vendor = 0x1b36, .device = 0x0008, .class_code = 0x060000};

static struct vpci_function *function_at(const struct vpci_bus *bus, unsigned devfn)
{
    return devfn % 8 == 0 ? bus->functions[devfn / 8] : NULL;
}

static bool reaches_window(const struct vpci_function *function, unsigned offset, unsigned size)
{
    unsigned at = function->window.at;

    return at != 0 && offset < at + 4 && at < offset + size;
}

static vmk_uint32 config_read(struct vpci_bus *bus, unsigned devfn, unsigned offset, unsigned size)
{
    struct vpci_function *function = function_at(bus, devfn);
    vmk_uint32 value;

    if (function == NULL) {
        return ~0u;
    }
    if (reaches_window(function, offset, size)) {
        function->window.refresh(function);
    }
    vdev_lock(bus->vm);
    value = vpci_config_read(function, offset, size);
    vdev_unlock(bus->vm);
    return value;
}

static void config_write(struct vpci_bus *bus, unsigned devfn, unsigned offset, unsigned size,
                         vmk_uint32 value)
{
    struct vpci_function *function = function_at(bus, devfn);
    bool command;

    if (function == NULL) {
        return;
    }
    vdev_lock(bus->vm);
    command = vpci_config_write(function, offset, size, value);
    value = vpci_config_read(function, PCI_REG_COMMAND, 2);
    vdev_unlock(bus->vm);
    if (command && function->command_written != NULL) {
        function->command_written(function, (vmk_uint16)value);
    }
    if (reaches_window(function, offset, size)) {
        function->window.written(function);
    }
}

/** Whether the address register names a register of bus 0. */
static bool is_addressed(const struct vpci_bus *bus)
{
    return (bus->address & ADDRESS_ENABLE) != 0 && ADDRESS_BUS(bus->address) == 0;
}

static vmk_uint64 ports_read(void *device, vmk_uint64 offset, unsigned size)
{
    struct vpci_bus *bus = device;

    if (offset >= DATA) {
        unsigned at = (bus->address & 0xfcu) + (unsigned)offset - DATA;

        return is_addressed(bus) ? config_read(bus, ADDRESS_DEVFN(bus->address), at, size) : ~0u;
    }
    if (offset == ADDRESS && size == 4) {
        return bus->address;
    }
    return offset == RESET_CONTROL && size == 1 ? bus->reset_control : ~0u;
}

static void reset_control(struct vpci_bus *bus, vmk_uint8 value)
{
    bool now = (value & ~bus->reset_control & RESET_NOW) != 0;

    bus->reset_control = value & (RESET_KEPT | RESET_NOW);
    if (now) {
        vdev_vm_request(bus->vm, VM_REQUEST_RESET, 0);
    }
}

static void ports_write(void *device, vmk_uint64 offset, unsigned size, vmk_uint64 value)
{
    struct vpci_bus *bus = device;

    if (offset >= DATA) {
        unsigned at = (bus->address & 0xfcu) + (unsigned)offset - DATA;

        if (is_addressed(bus)) {
            config_write(bus, ADDRESS_DEVFN(bus->address), at, size, (vmk_uint32)value);
        }
    } else if (offset == ADDRESS && size == 4) {
        bus->address = (vmk_uint32)value & ADDRESS_WRITABLE;
    } else if (offset == RESET_CONTROL && size == 1) {
        reset_control(bus, (vmk_uint8)value);
    }
}

static vmk_uint64 ecam_read(void *device, vmk_uint64 offset, unsigned size)
{
    return config_read(device, (unsigned)(offset >> 12), (unsigned)(offset & 0xfffu), size);
}

static void ecam_write(void *device, vmk_uint64 offset, unsigned size, vmk_uint64 value)
{
    config_write(device, (unsigned)(offset >> 12), (unsigned)(offset & 0xfffu), size, (vmk_uint32)value);
}

/* The lock is taken inside: a device is told of what was written without it. */
static const struct io_ops ports_ops = {.read = ports_read, .write = ports_write, .max_size = 4};
static const struct io_ops ecam_ops = {.read = ecam_read, .write = ecam_write, .max_size = 4};

static bool drives(const struct vpci_function *function)
{
    return function->asserted && (vpci_config_read(function, PCI_REG_COMMAND, 2) & COMMAND_INTX_DISABLE) == 0;
}

void vpci_intx_update(struct vpci_function *function)
{
    const struct vpci_bus *bus = vdev_pci(function->vm);
    bool high = false;

    if (function->gsi == 0) {
        return; /* The bridge, or one that is not in a slot. */
    }
    for (unsigned slot = 0; slot < VPCI_SLOTS; slot++) {
        const struct vpci_function *other = bus->functions[slot];

        high |= other != NULL && other->gsi == function->gsi && drives(other);
    }
    vdev_irq_set(function->vm, function->gsi, high);
}

void vpci_intx_set(struct vpci_function *function, bool asserted)
{
    vmk_uint32 status;

    vdev_lock(function->vm);
    function->asserted = asserted;
    status = vpci_config_read(function, PCI_REG_STATUS, 2) & ~STATUS_INTERRUPT;
    vpci_config_put(function, PCI_REG_STATUS, 2, status | (asserted ? STATUS_INTERRUPT : 0));
    vpci_intx_update(function);
    vdev_unlock(function->vm);
}

/** Give a function's BARs addresses, each on a boundary of its size, as firmware does. */
static void assign_bars(struct vpci_bus *bus, struct vpci_function *function)
{
    for (unsigned i = 0; i < VPCI_BARS; i++) {
        vmk_uint32 *next = function->bars[i].io ? &bus->next_port : &bus->next_memory;
        vmk_uint32 end = function->bars[i].io ? VPCI_IO_END : VPCI_WINDOW_END, size = function->bars[i].size;
        vmk_uint32 base = (*next + size - 1) & ~(size - 1);

        if (size != 0 && base <= end - size) {
            function->bars[i].home = base;
            *next = base + size;
        }
    }
}

/** The header as firmware leaves it. */
static void function_reset(struct vpci_function *function)
{
    vpci_config_put(function, PCI_REG_COMMAND, 2, 0);
    vpci_config_put(function, PCI_REG_CACHE_LINE, 1, 0);
    vpci_config_put(function, PCI_REG_INTERRUPT_LINE, 1, function->gsi);
    for (unsigned i = 0; i < VPCI_BARS; i++) {
        if (function->bars[i].size != 0) {
            vmk_uint32 flags = function->bars[i].io ? PCI_BAR_IO : 0;

            vpci_config_put(function, PCI_REG_BAR0 + 4 * i, 4, function->bars[i].home | flags);
        }
    }
    vpci_bars_update(function);
    vpci_msix_reset(function);
}

VMK_ReturnStatus vpci_plug(struct vpci_function *function, unsigned slot)
{
    struct vpci_bus *bus = vdev_pci(function->vm);

    if (slot >= VPCI_SLOTS || bus->functions[slot] != NULL) {
        return VMK_BUSY;
    }
    vdev_lock(bus->vm);
    function->slot = slot;
    function->gsi = PLATFORM_GSI_PCI + slot % 4;
    assign_bars(bus, function);
    function_reset(function);
    bus->functions[slot] = function;
    vdev_unlock(bus->vm);
    return VMK_OK;
}

void vpci_unplug(struct vpci_function *function)
{
    struct vpci_bus *bus = vdev_pci(function->vm);

    vpci_intx_set(function, false);
    vdev_lock(bus->vm);
    vpci_config_put(function, PCI_REG_COMMAND, 2, 0);
    vpci_bars_update(function);
    bus->functions[function->slot] = NULL;
    vdev_unlock(bus->vm);
}

void vpci_bus_reset(struct vpci_bus *bus)
{
    bus->address = 0;
    bus->reset_control = 0;
    for (unsigned slot = 0; slot < VPCI_SLOTS; slot++) {
        struct vpci_function *function = bus->functions[slot];

        if (function == NULL) {
            continue;
        }
        vdev_lock(bus->vm);
        function_reset(function);
        vdev_unlock(bus->vm);
        if (function->reset != NULL) {
            function->reset(function);
        }
        vpci_intx_set(function, false);
    }
}

VMK_ReturnStatus vpci_bus_init(struct vpci_bus *bus, struct vm *vm)
{
    vmk_StatusValue status;

    *bus = (struct vpci_bus){.vm = vm, .next_memory = VPCI_WINDOW_BASE, .next_port = VPCI_IO_BASE};
    vpci_function_init(&bus->bridge, vm, &bridge_identity);
    vpci_config_put(&bus->bridge, PCI_REG_INTERRUPT_PIN, 1, 0);
    bus->functions[0] = &bus->bridge;
    bus->ports =
        (struct io_region){.name = "pci", .base = ADDRESS_PORT, .len = PORTS_BYTES, .ops = &ports_ops};
    bus->ecam =
        (struct io_region){.name = "ecam", .base = VPCI_ECAM_BASE, .len = ECAM_BYTES, .ops = &ecam_ops};
    bus->ports.device = bus->ecam.device = bus;
    status = io_bus_attach(vdev_ports(vm), &bus->ports);
    if (status == VMK_OK) {
        status = io_bus_attach(vdev_mmio(vm), &bus->ecam);
        if (status != VMK_OK) {
            io_bus_detach(vdev_ports(vm), &bus->ports);
        }
    }
    return status;
}

void vpci_bus_detach(struct vpci_bus *bus)
{
    io_bus_detach(vdev_ports(bus->vm), &bus->ports);
    io_bus_detach(vdev_mmio(bus->vm), &bus->ecam);
}
