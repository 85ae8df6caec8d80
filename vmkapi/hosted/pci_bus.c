/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci_bus.c - configuration space and registers of the functions plugged in; the routing firmware would tell.
 */
#include <core/acpi.h>
#include <core/device.h>
#include <core/irq_vector.h>
#include <core/pci.h>
#include <core/pci_config.h>
#include <hosted/machine.h>
#include <hosted/pci.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/core/machine_memory.h>

#include <string.h>

#define FUNCTIONS_MAX 8
#define FIRST_GSI     16
#define PINS          4

static struct hosted_pci_function *functions[FUNCTIONS_MAX];
static unsigned function_count;

static struct hosted_pci_function *function_at(const vmk_PCIDeviceAddr *addr)
{
    for (unsigned i = 0; i < function_count; i++) {
        if (functions[i]->slot == addr->dev && addr->fn == 0 && addr->bus == 0 && !functions[i]->gone) {
            return functions[i];
        }
    }
    return NULL;
}

static vmk_uint32 mask_of(unsigned bytes)
{
    return bytes == 4 ? ~0u : (1u << 8 * bytes) - 1;
}

vmk_uint32 pci_config_read(const vmk_PCIDeviceAddr *addr, unsigned offset, unsigned bytes)
{
    const struct hosted_pci_function *function = function_at(addr);
    vmk_uint32 value = ~0u;

    VMK_VERIFY(offset % bytes == 0 && offset + bytes <= VMK_PCI_CONFIG_SIZE);
    if (function != NULL) {
        memcpy(&value, function->config + offset, bytes);
    }
    return value & mask_of(bytes);
}

static vmk_uint32 gsi_of(vmk_uint8 slot, vmk_uint8 pin)
{
    return FIRST_GSI + (slot + pin - 1u) % PINS;
}

static vmk_Bool commanded(const struct hosted_pci_function *function, vmk_uint8 bit)
{
    return !function->gone && (function->config[PCI_REG_COMMAND] & bit) != 0;
}

static vmk_uint32 line_of(const struct hosted_pci_function *function)
{
    return gsi_of(function->slot, function->config[PCI_REG_INTERRUPT_PIN]);
}

static vmk_Bool pulls(const struct hosted_pci_function *function)
{
    return function->pin && !function->gone &&
           (function->config[PCI_REG_COMMAND + 1] & VMK_PCI_COMMAND_INTX_DISABLE >> 8) == 0;
}

/* A line is asserted while any of the functions whose pins meet pulls it. */
static void update_line(const struct hosted_pci_function *function)
{
    vmk_Bool asserted = VMK_FALSE;

    if (function->config[PCI_REG_INTERRUPT_PIN] == 0) {
        return;
    }
    for (unsigned i = 0; i < function_count; i++) {
        asserted |= line_of(functions[i]) == line_of(function) && pulls(functions[i]);
    }
    hosted_gsi_set(line_of(function), asserted);
}

void hosted_pci_set_pin(struct hosted_pci_function *function, vmk_Bool asserted)
{
    function->pin = asserted;
    update_line(function);
}

/* The bits of a register that can be written: a BAR's address above its size. */
static vmk_uint32 writable(const struct hosted_pci_function *function, unsigned offset)
{
    unsigned bar = (offset - PCI_REG_BAR0) / 4;
    vmk_uint32 bits;

    if (offset < PCI_REG_COMMAND) {
        return 0;
    }
    if (hosted_pci_message_writable(function, offset, &bits)) {
        return bits;
    }
    if (offset < PCI_REG_BAR0 || bar >= VMK_PCI_NUM_BARS) {
        return ~0u;
    }
    return function->bar_size[bar] == 0 ? 0 : ~(vmk_uint32)(function->bar_size[bar] - 1);
}

void pci_config_write(const vmk_PCIDeviceAddr *addr, unsigned offset, unsigned bytes, vmk_uint32 value)
{
    struct hosted_pci_function *function = function_at(addr);
    vmk_uint32 old = pci_config_read(addr, offset, bytes), bits;

    if (function != NULL) {
        bits = writable(function, offset);
        value = (value & bits) | (old & ~bits);
        memcpy(function->config + offset, &value, bytes);
        hosted_pci_message_written(function);
        update_line(function);
    }
}

void pci_config_update(const vmk_PCIDeviceAddr *addr, unsigned offset, unsigned bytes, vmk_uint32 clear,
                       vmk_uint32 set)
{
    pci_config_write(addr, offset, bytes, (pci_config_read(addr, offset, bytes) & ~clear) | set);
}

unsigned pci_config_size(const vmk_PCIDeviceAddr *addr)
{
    return VMK_PCI_CONFIG_SIZE;
}

vmk_uint32 pci_config_read_word(const void *addr, unsigned offset)
{
    return offset + 4 <= VMK_PCI_CONFIG_SIZE ? pci_config_read(addr, offset, 4) : ~0u;
}

VMK_ReturnStatus pci_config_map_bus(vmk_uint16 seg, vmk_uint8 bus)
{
    return VMK_OK;
}

VMK_ReturnStatus acpi_host_bridge_get(unsigned n, struct acpi_host_bridge *bridge)
{
    *bridge = (struct acpi_host_bridge){
        .node = (acpi_node)functions, .mem_base = 0xc0000000, .mem_end = 0xd0000000};
    return n == 0 ? VMK_OK : VMK_NOT_FOUND;
}

acpi_node acpi_pci_child(acpi_node bus, vmk_uint8 dev, vmk_uint8 fn)
{
    return NULL;
}

VMK_ReturnStatus acpi_pci_route(acpi_node bus, vmk_uint8 dev, vmk_uint8 pin, struct acpi_interrupt *interrupt)
{
    *interrupt = (struct acpi_interrupt){gsi_of(dev, pin), IOAPIC_LEVEL | IOAPIC_ACTIVE_LOW};
    return VMK_OK;
}

/* As firmware does: each BAR at a multiple of its size. */
static void place(struct hosted_pci_function *function, unsigned bar)
{
    static vmk_uint32 next_memory = 0xc0000000, next_port = 0xc000;
    vmk_uint32 *next = function->bar_ports[bar] ? &next_port : &next_memory;
    vmk_uint32 size = (vmk_uint32)function->bar_size[bar], value;

    if (size != 0) {
        value = (*next + size - 1) & ~(size - 1);
        *next = value + size;
        value |= function->bar_ports[bar] ? PCI_BAR_IO : 0;
        memcpy(function->config + PCI_REG_BAR0 + 4 * bar, &value, sizeof(value));
    }
}

void hosted_pci_add(struct hosted_pci_function *function)
{
    VMK_VERIFY(function_count < FUNCTIONS_MAX);
    functions[function_count++] = function;
    for (unsigned bar = 0; bar < VMK_PCI_NUM_BARS; bar++) {
        place(function, bar);
    }
}

void hosted_pci_start(void)
{
    VMK_VERIFY(pci_init() == VMK_OK);
    pci_offer_devices();
}

void *hosted_pci_dma(const struct hosted_pci_function *function, vmk_MA address, vmk_ByteCount bytes,
                     vmk_DMADirection direction)
{
    if (!commanded(function, VMK_PCI_COMMAND_BUS_MASTER)) {
        return NULL;
    }
    if (!hosted_dma_reaches(function->slot, address, bytes, direction)) {
        vmk_Panic("hosted: the function in slot %u uses %lu bytes at 0x%lx %s, which are not mapped so",
                  function->slot, bytes, address, vmk_DMADirectionToString(direction));
    }
    return vmk_MA2Ptr(address);
}

/* Where a BAR begins, and whether the function listens there. */
static vmk_Bool listens(const struct hosted_pci_function *function, unsigned bar, vmk_Bool ports,
                        vmk_uint32 *base)
{
    memcpy(base, function->config + PCI_REG_BAR0 + 4 * bar, sizeof(*base));
    *base &= ports ? ~3u : ~15u;
    return function->bar_ports[bar] == ports &&
           commanded(function, ports ? VMK_PCI_COMMAND_IO : VMK_PCI_COMMAND_MEMORY);
}

/* The function and BAR that decode an address. */
static struct hosted_pci_function *decode(vmk_Bool ports, vmk_uint64 address, unsigned *bar,
                                          vmk_ByteCount *offset)
{
    for (unsigned i = 0; i < function_count; i++) {
        for (*bar = 0; *bar < VMK_PCI_NUM_BARS; (*bar)++) {
            vmk_uint32 base;

            if (listens(functions[i], *bar, ports, &base)) {
                *offset = address - base;
                if (*offset < functions[i]->bar_size[*bar]) {
                    return functions[i];
                }
            }
        }
    }
    return NULL;
}

vmk_uint64 hosted_pci_read_at(vmk_Bool ports, vmk_uint64 address, unsigned bytes)
{
    vmk_ByteCount offset;
    unsigned bar;
    struct hosted_pci_function *function = decode(ports, address, &bar, &offset);
    const vmk_uint32 *word = function == NULL ? NULL : hosted_pci_message_table(function, bar, offset);

    if (word != NULL) {
        return *word;
    }
    return function == NULL ? ~0ul : function->read(function, bar, offset, bytes);
}

void hosted_pci_write_at(vmk_Bool ports, vmk_uint64 address, unsigned bytes, vmk_uint64 value)
{
    vmk_ByteCount offset;
    unsigned bar;
    struct hosted_pci_function *function = decode(ports, address, &bar, &offset);
    vmk_uint32 *word = function == NULL ? NULL : hosted_pci_message_table(function, bar, offset);

    if (word != NULL) {
        *word = (vmk_uint32)value;
        hosted_pci_message_written(function);
    } else if (function != NULL) {
        function->write(function, bar, offset, bytes, value);
    }
}
