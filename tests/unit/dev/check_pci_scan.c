/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_pci_scan.c - the walk over buses, pin routing and BAR placement on machines made up here.
 *
 * Configuration space and firmware are fakes, standing in for pci_config.c and acpi*.c.
 */
#include <run.h>
#include <stdlib.h>
#include <string.h>

#include <core/irq_vector.h>
#include <core/pci.h>
#include <core/pci_config.h>

#define FUNCTIONS_MAX 64
static struct function {
    vmk_PCIDeviceAddr addr;
    vmk_uint8 space[VMK_PCI_CONFIG_SIZE];
    vmk_uint64 writable[VMK_PCI_NUM_BARS]; /* Address bits of each BAR word. */
} functions[FUNCTIONS_MAX];
static unsigned function_count;

static struct acpi_host_bridge root = {.node = (acpi_node)1, .mem_base = 0xc0000000, .mem_end = 0xd0000000};
static unsigned root_count = 1;

VMK_ReturnStatus acpi_host_bridge_get(unsigned n, struct acpi_host_bridge *bridge)
{
    *bridge = root;
    return n < root_count ? VMK_OK : VMK_NOT_FOUND;
}

/* The root bus has a table, what is behind its bridge in slot 4 has one too, nothing else. */
acpi_node acpi_pci_child(acpi_node bus, vmk_uint8 dev, vmk_uint8 fn)
{
    return bus == (acpi_node)1 && dev == 4 ? (acpi_node)2 : NULL;
}

VMK_ReturnStatus acpi_pci_route(acpi_node bus, vmk_uint8 dev, vmk_uint8 pin, struct acpi_interrupt *interrupt)
{
    interrupt->gsi = 100u * (unsigned)(unsigned long)bus + 4u * dev + pin;
    interrupt->flags = IOAPIC_LEVEL;
    return bus != NULL ? VMK_OK : VMK_NOT_FOUND;
}

static struct function *function_at(const vmk_PCIDeviceAddr *addr)
{
    for (unsigned i = 0; i < function_count; i++) {
        if (memcmp(&functions[i].addr, addr, sizeof(*addr)) == 0) {
            return &functions[i];
        }
    }
    return NULL;
}

vmk_uint32 pci_config_read(const vmk_PCIDeviceAddr *addr, unsigned offset, unsigned bytes)
{
    const struct function *function = function_at(addr);
    vmk_uint32 value = ~0u;

    ck_assert_uint_eq(offset % bytes, 0);
    if (function != NULL && offset + bytes <= sizeof(function->space)) {
        memcpy(&value, function->space + offset, bytes);
    }
    return bytes == 4 ? value : value & ((1u << 8 * bytes) - 1);
}

void pci_config_write(const vmk_PCIDeviceAddr *addr, unsigned offset, unsigned bytes, vmk_uint32 value)
{
    struct function *function = function_at(addr);

    ck_assert_ptr_nonnull(function);
    if (offset >= PCI_REG_BAR0 && offset < PCI_REG_BAR0 + 24 && bytes == 4) {
        vmk_uint32 writable = (vmk_uint32)function->writable[(offset - PCI_REG_BAR0) / 4], old;

        memcpy(&old, function->space + offset, 4);
        value = (value & writable) | (old & ~writable);
    }
    memcpy(function->space + offset, &value, bytes);
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

static struct function *put(vmk_uint8 bus, vmk_uint8 dev, vmk_uint8 fn, vmk_uint8 header)
{
    struct function *function = &functions[function_count++];

    function->addr = (vmk_PCIDeviceAddr){.bus = bus, .dev = dev, .fn = fn};
    function->space[PCI_REG_VENDOR] = 0x34;
    function->space[PCI_REG_VENDOR + 1] = 0x12;
    function->space[PCI_REG_HEADER_TYPE] = header;
    function->space[PCI_REG_INTERRUPT_PIN] = 1;
    return function;
}

static struct function *put_bridge(vmk_uint8 bus, vmk_uint8 dev, vmk_uint8 secondary)
{
    struct function *bridge = put(bus, dev, 0, PCI_HEADER_BRIDGE);

    bridge->space[PCI_REG_SECONDARY_BUS] = secondary;
    return bridge;
}

static void put_bar(struct function *function, unsigned index, vmk_uint32 value, vmk_uint32 size)
{
    memcpy(function->space + PCI_REG_BAR0 + 4 * index, &value, 4);
    function->writable[index] = ~(size - 1);
}

static vmk_PCIDevice find(vmk_uint8 bus, vmk_uint8 dev, vmk_uint8 fn)
{
    vmk_ListLinks *item;

    VMK_LIST_FORALL (&pci_devices, item) {
        vmk_PCIDevice device = VMK_LIST_ENTRY(item, struct vmk_PCIDeviceInt, links);
        if (device->addr.bus == bus && device->addr.dev == dev && device->addr.fn == fn) {
            return device;
        }
    }
    return NULL;
}

static unsigned count_devices(void)
{
    unsigned count = 0;
    vmk_ListLinks *item;

    VMK_LIST_FORALL (&pci_devices, item) {
        count++;
    }
    return count;
}

START_TEST(minds_multifunction)
{
    put(0, 1, 0, PCI_HEADER_DEVICE);
    put(0, 1, 3, PCI_HEADER_DEVICE); /* Not announced: must stay unseen. */
    put(0, 2, 0, PCI_HEADER_DEVICE | PCI_HEADER_MULTIFUNCTION);
    put(0, 2, 7, PCI_HEADER_DEVICE);
    put(0, 31, 0, PCI_HEADER_DEVICE);
    ck_assert_int_eq(pci_scan(), VMK_OK);
    ck_assert_uint_eq(count_devices(), 4);
    ck_assert_ptr_nonnull(find(0, 2, 7));
    ck_assert_ptr_null(find(0, 1, 3));
}
END_TEST

START_TEST(goes_through_bridges_in_address_order)
{
    put_bridge(0, 1, 3);
    put_bridge(0, 2, 1);
    put_bridge(1, 0, 2);
    put(2, 5, 0, PCI_HEADER_DEVICE);
    put(3, 0, 0, PCI_HEADER_DEVICE);
    ck_assert_int_eq(pci_scan(), VMK_OK);
    ck_assert_uint_eq(count_devices(), 5);

    int last = -1;
    vmk_ListLinks *item;
    VMK_LIST_FORALL (&pci_devices, item) {
        vmk_PCIDevice device = VMK_LIST_ENTRY(item, struct vmk_PCIDeviceInt, links);
        ck_assert_int_gt(device->addr.bus * 32 + device->addr.dev, last);
        last = device->addr.bus * 32 + device->addr.dev;
    }
}
END_TEST

START_TEST(survives_bridges_in_a_circle)
{
    put_bridge(0, 1, 1);
    put_bridge(1, 0, 1); /* Itself. */
    put_bridge(1, 1, 0); /* Back to the root. */
    put_bridge(0, 2, 1); /* Another one's bus. */
    ck_assert_int_eq(pci_scan(), VMK_OK);
    ck_assert_uint_eq(count_devices(), 4);
}
END_TEST

START_TEST(starts_at_bus_0_without_firmware)
{
    root_count = 0;
    put(0, 9, 0, PCI_HEADER_DEVICE);
    ck_assert_int_eq(pci_scan(), VMK_OK);
    ck_assert_ptr_nonnull(find(0, 9, 0));
}
END_TEST

START_TEST(turns_pins_at_bridges_without_a_table)
{
    struct acpi_interrupt interrupt;

    put_bridge(0, 3, 1);
    put_bridge(0, 4, 2);
    put_bridge(1, 2, 3);
    struct function *one = put(1, 6, 0, PCI_HEADER_DEVICE);
    one->space[PCI_REG_INTERRUPT_PIN] = 2;
    put(2, 6, 0, PCI_HEADER_DEVICE);
    struct function *deep = put(3, 3, 0, PCI_HEADER_DEVICE);
    deep->space[PCI_REG_INTERRUPT_PIN] = 4;
    struct function *none = put(0, 5, 0, PCI_HEADER_DEVICE);
    none->space[PCI_REG_INTERRUPT_PIN] = 0;
    ck_assert_int_eq(pci_scan(), VMK_OK);

    /* Slot 6's INTB# is its bridge's INTD#: (2 - 1 + 6) % 4 + 1. */
    ck_assert_int_eq(pci_route_intx(find(1, 6, 0), &interrupt), VMK_OK);
    ck_assert_uint_eq(interrupt.gsi, 100 + 4 * 3 + 4);
    ck_assert_int_eq(pci_route_intx(find(2, 6, 0), &interrupt), VMK_OK);
    ck_assert_uint_eq(interrupt.gsi, 200 + 4 * 6 + 1);
    /* INTD# of slot 3: INTC# of the bridge in slot 2, and from there INTA# of the bridge in slot 3. */
    ck_assert_int_eq(pci_route_intx(find(3, 3, 0), &interrupt), VMK_OK);
    ck_assert_uint_eq(interrupt.gsi, 100 + 4 * 3 + 1);
    ck_assert_int_eq(pci_route_intx(find(0, 5, 0), &interrupt), VMK_NOT_FOUND);
}
END_TEST

START_TEST(reads_bars_and_leaves_them_as_they_were)
{
    struct function *function = put(0, 1, 0, PCI_HEADER_DEVICE);

    put_bar(function, 0, 0xfe000000, 0x20000);
    put_bar(function, 1, 0xfd00000c, 0x4000);
    put_bar(function, 2, 0x00000001, 1); /* Upper half of BAR 1. */
    put_bar(function, 3, 0x0000c001, 64);
    function->space[PCI_REG_COMMAND] = 7;
    struct function before = *function;
    ck_assert_int_eq(pci_scan(), VMK_OK);

    vmk_PCIDevice device = find(0, 1, 0);
    ck_assert_uint_eq(device->bar[0].size, 0x20000);
    ck_assert_uint_eq(device->bar[1].start, 0x1fd000000);
    ck_assert_uint_eq(device->bar[1].size, 0x4000);
    ck_assert_uint_eq(device->bar[2].size, 0);
    ck_assert_uint_eq(device->bar[3].start, 0xc000);
    ck_assert_uint_eq(device->bar[4].size, 0);
    ck_assert_mem_eq(before.space, function->space, sizeof(before.space));
}
END_TEST

START_TEST(places_bars_firmware_forgot)
{
    struct function *bridge = put_bridge(0, 2, 1);
    bridge->space[PCI_REG_BRIDGE_MEM_BASE + 1] = 0xc0; /* 0xc0000000 to 0xc00fffff. */
    bridge->space[PCI_REG_BRIDGE_MEM_LIMIT + 1] = 0xc0;
    put_bar(put(0, 1, 0, PCI_HEADER_DEVICE), 0, 0xc0100000, 0x10000);
    put_bar(put(0, 3, 0, PCI_HEADER_DEVICE), 0, 0, 0x20000);
    struct function *behind = put(1, 0, 0, PCI_HEADER_DEVICE);
    put_bar(behind, 0, 0, 0x1000);
    put_bar(behind, 1, 0, 0x1000000); /* More than the bridge forwards. */
    ck_assert_int_eq(pci_scan(), VMK_OK);
    ck_assert_uint_eq(pci_assign_bars(), 2);

    ck_assert_uint_eq(find(0, 3, 0)->bar[0].start, 0xc0120000);
    ck_assert_uint_eq(find(1, 0, 0)->bar[0].start, 0xc0000000);
    ck_assert_uint_eq(find(1, 0, 0)->bar[1].start, 0);
    ck_assert_uint_eq(pci_config_read(&behind->addr, PCI_REG_BAR0, 4), 0xc0000000);
}
END_TEST

RUN_TESTS(minds_multifunction, goes_through_bridges_in_address_order, survives_bridges_in_a_circle,
          starts_at_bus_0_without_firmware, turns_pins_at_bridges_without_a_table,
          reads_bars_and_leaves_them_as_they_were, places_bars_firmware_forgot)
