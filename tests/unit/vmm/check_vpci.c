/* SPDX-License-Identifier: GPL-2.0-only */
#include "run.h"
#include "vm_host.h"

#include <core/vmm/vpci.h>

#define SLOT    2u
#define COMMAND 0x04u
#define BAR(n)  (0x10u + 4u * (n))
#define GSI     (16u + SLOT)
#define TABLE   0x10u /* Bytes of an MSI-X entry. */
#define PENDING 0x800u

static struct vm vm;
static struct vpci_bus bus;
static struct vpci_function function;
static uint64_t last_offset, last_value;
static unsigned commands, resets;

static uint64_t probe_read(void *device, uint64_t offset, unsigned size)
{
    return 0xa0 + offset;
}

static void probe_write(void *device, uint64_t offset, unsigned size, uint64_t value)
{
    last_offset = offset;
    last_value = value;
}

static const struct io_ops probe_ops = {.read = probe_read, .write = probe_write};

static void command_written(struct vpci_function *written, vmk_uint16 command)
{
    ck_assert(!vmk_SpinlockIsLocked(&vm.device_lock));
    commands++;
}

static void was_reset(struct vpci_function *written)
{
    ck_assert(!vmk_SpinlockIsLocked(&vm.device_lock));
    resets++;
}

static void make(struct vpci_function *f, unsigned slot)
{
    static const struct vpci_identity identity = {.vendor = 0x1af4,
                                                  .device = 0x1042,
                                                  .subsystem_vendor = 0x1234,
                                                  .subsystem = 0x5678,
                                                  .class_code = 0x010000,
                                                  .revision = 1};
    const struct io_region region = {.name = "probe", .ops = &probe_ops, .device = f};

    vpci_function_init(f, &vm, &identity);
    vpci_bar_add(f, 0, 0x4000, false, &region);
    vpci_bar_add(f, 1, 0x40, true, &region);
    vpci_msix_add(f, 2, 3);
    f->command_written = command_written;
    f->reset = was_reset;
    ck_assert_int_eq(vpci_plug(f, slot), VMK_OK);
}

static void setup(void)
{
    vm_host_init(&vm, 4096);
    io_bus_init(&vm.ports, 0x10000);
    io_bus_init(&vm.mmio, ~0ul);
    vm.pci = &bus;
    ck_assert_int_eq(vpci_bus_init(&bus, &vm), VMK_OK);
    make(&function, SLOT);
}

static uint64_t config(unsigned slot, unsigned at, unsigned size)
{
    io_bus_write(&vm.ports, 0xcf8, 4, 0x80000000u | slot << 11 | (at & 0xfcu));
    return io_bus_read(&vm.ports, 0xcfc + (at & 3), size);
}

static void set_config(unsigned slot, unsigned at, unsigned size, uint64_t value)
{
    io_bus_write(&vm.ports, 0xcf8, 4, 0x80000000u | slot << 11 | (at & 0xfcu));
    io_bus_write(&vm.ports, 0xcfc + (at & 3), size, value);
}

static uint64_t ecam(unsigned slot, unsigned at)
{
    return VPCI_ECAM_BASE + (slot << 15) + at;
}

START_TEST(both_mechanisms_see_the_same)
{
    ck_assert_uint_eq(config(SLOT, 0, 4), 0x10421af4);
    ck_assert_uint_eq(config(SLOT, 8, 4), 0x01000001);
    ck_assert_uint_eq(config(SLOT, 0x2c, 4), 0x56781234);
    ck_assert_uint_eq(config(SLOT, 0x3d, 1), 1);
    ck_assert_uint_eq(config(SLOT, 0x3c, 1), GSI);
    for (unsigned at = 0; at < 256; at += 2) {
        CHECK_THAT(io_bus_read(&vm.mmio, ecam(SLOT, at), 2) == config(SLOT, at, 2));
    }
    ck_assert_uint_eq(config(0, 0, 4), 0x00081b36);
    ck_assert_uint_eq(config(0, 8, 4) >> 8, 0x060000);
}
END_TEST

START_TEST(what_is_not_there_reads_as_ones)
{
    ck_assert_uint_eq(config(3, 0, 4), 0xffffffff);
    ck_assert_uint_eq(io_bus_read(&vm.mmio, ecam(3, 0), 4), 0xffffffff);
    ck_assert_uint_eq(io_bus_read(&vm.mmio, ecam(SLOT, 1 << 12), 4), 0xffffffff); /* Function 1. */
    ck_assert_uint_eq(io_bus_read(&vm.mmio, ecam(SLOT, 0x100), 4), 0xffffffff);
    io_bus_write(&vm.ports, 0xcf8, 4, 0x80010000u | SLOT << 11); /* Bus 1. */
    ck_assert_uint_eq(io_bus_read(&vm.ports, 0xcfc, 4), 0xffffffff);
    io_bus_write(&vm.ports, 0xcf8, 4, SLOT << 11); /* Not enabled. */
    ck_assert_uint_eq(io_bus_read(&vm.ports, 0xcfc, 4), 0xffffffff);
    ck_assert_int_eq(vpci_plug(&function, SLOT), VMK_BUSY);
    ck_assert_int_eq(vpci_plug(&function, VPCI_SLOTS), VMK_BUSY);
}
END_TEST

START_TEST(read_only_stays)
{
    for (unsigned at = 0; at < 256; at += 4) {
        if (at != COMMAND && (at < 0x10 || at > 0x24)) {
            set_config(SLOT, at, 4, 0xffffffff);
        }
    }
    ck_assert_uint_eq(config(SLOT, 0, 4), 0x10421af4);
    ck_assert_uint_eq(config(SLOT, 8, 4), 0x01000001);
    ck_assert_uint_eq(config(SLOT, 0x2c, 4), 0x56781234);
    ck_assert_uint_eq(config(SLOT, 0x3c, 2), 0x01ff);
    set_config(SLOT, COMMAND, 4, 0xffffffff);
    ck_assert_uint_eq(config(SLOT, COMMAND, 4), 0x00100547);
    io_bus_write(&vm.mmio, ecam(SLOT, 0xffd), 4, 0); /* Over the end. */
}
END_TEST

START_TEST(bars_are_sized_and_moved)
{
    uint64_t home = config(SLOT, BAR(0), 4), ports = config(SLOT, BAR(1), 4);

    ck_assert_uint_eq(home, VPCI_WINDOW_BASE);
    ck_assert_uint_eq(ports, VPCI_IO_BASE | 1);
    ck_assert(!io_bus_claims(&vm.mmio, home));
    set_config(SLOT, BAR(0), 4, 0xffffffff);
    ck_assert_uint_eq(config(SLOT, BAR(0), 4), 0xffffc000);
    set_config(SLOT, BAR(1), 4, 0xffffffff);
    ck_assert_uint_eq(config(SLOT, BAR(1), 4), 0xffffffc1);
    ck_assert_uint_eq(config(SLOT, BAR(5), 4), 0);
    set_config(SLOT, BAR(0), 4, 0xd0000000);
    set_config(SLOT, BAR(1), 4, 0x2000);
    ck_assert_uint_eq(commands, 0);
    set_config(SLOT, COMMAND, 2, 3);
    ck_assert_uint_eq(commands, 1);
    ck_assert_uint_eq(io_bus_read(&vm.mmio, 0xd0000004, 1), 0xa4);
    ck_assert_uint_eq(io_bus_read(&vm.ports, 0x2007, 1), 0xa7);
    io_bus_write(&vm.mmio, 0xd0003ffc, 4, 77);
    ck_assert_uint_eq(last_offset, 0x3ffc);
    ck_assert_uint_eq(last_value, 77);
    set_config(SLOT, BAR(0), 4, 0xd0100000); /* While it answers. */
    ck_assert(!io_bus_claims(&vm.mmio, 0xd0000000));
    ck_assert_uint_eq(io_bus_read(&vm.mmio, 0xd0100004, 1), 0xa4);
    set_config(SLOT, COMMAND, 2, 1);
    ck_assert(!io_bus_claims(&vm.mmio, 0xd0100000));
    ck_assert(io_bus_claims(&vm.ports, 0x2000));
}
END_TEST

START_TEST(a_bar_never_hides_what_is_not_pcis)
{
    set_config(SLOT, COMMAND, 2, 3);
    set_config(SLOT, BAR(0), 4, 0x00100000); /* RAM. */
    ck_assert(!io_bus_claims(&vm.mmio, 0x00100000));
    set_config(SLOT, BAR(0), 4, VPCI_WINDOW_END - 0x2000);
    ck_assert_uint_eq(config(SLOT, BAR(0), 4), VPCI_WINDOW_END - 0x4000);
    ck_assert(io_bus_claims(&vm.mmio, VPCI_WINDOW_END - 1));
    set_config(SLOT, BAR(0), 4, VPCI_ECAM_BASE);
    ck_assert_uint_eq(io_bus_read(&vm.mmio, ecam(SLOT, 0), 4), 0x10421af4);
    set_config(SLOT, BAR(1), 4, 0x12340000);
    set_config(SLOT, BAR(1), 4, 0xcc0); /* The address port's. */
    ck_assert_uint_eq(config(SLOT, 0, 4), 0x10421af4);
}
END_TEST

START_TEST(two_functions_do_not_fight)
{
    struct vpci_function other;

    make(&other, 6);
    ck_assert_uint_eq(config(6, BAR(0), 4) % 0x4000, 0);
    ck_assert_uint_ne(config(6, BAR(0), 4), config(SLOT, BAR(0), 4));
    set_config(SLOT, COMMAND, 2, 2);
    set_config(6, COMMAND, 2, 2);
    set_config(6, BAR(0), 4, config(SLOT, BAR(0), 4)); /* Taken. */
    io_bus_write(&vm.mmio, VPCI_WINDOW_BASE, 4, 1);
    set_config(6, BAR(0), 4, 0xd0000000);
    ck_assert(io_bus_claims(&vm.mmio, 0xd0000000));
    vpci_unplug(&other);
    ck_assert(!io_bus_claims(&vm.mmio, 0xd0000000));
    ck_assert_uint_eq(config(6, 0, 4), 0xffffffff);
}
END_TEST

START_TEST(capabilities_are_a_list)
{
    static const vmk_uint8 body[8] = {0, 0, 0xaa, 0xbb, 1, 2, 3, 4}, writable[8] = {0, 0, 0x0f};
    unsigned at = vpci_capability_add(&function, 9, body, writable, 7);

    ck_assert_uint_eq(config(SLOT, 0x34, 1), at);
    ck_assert_uint_eq(config(SLOT, at, 1), 9);
    ck_assert_uint_eq(config(SLOT, at + 1, 1), function.msix.capability);
    ck_assert_uint_eq(config(SLOT, function.msix.capability + 1, 1), 0);
    set_config(SLOT, at + 2, 1, 0x55);
    ck_assert_uint_eq(config(SLOT, at + 2, 1), 0xa5);
    ck_assert_uint_eq(at % 4, 0);
}
END_TEST

/** Switch MSI-X on and write entry @p vector. @return the table's address. */
static uint64_t enable_msix(unsigned vector, uint32_t control)
{
    uint64_t table = config(SLOT, BAR(2), 4);

    set_config(SLOT, COMMAND, 2, 6);
    set_config(SLOT, function.msix.capability + 2, 2, 0x8000);
    io_bus_write(&vm.mmio, table + vector * TABLE, 8, 0xfee01000);
    io_bus_write(&vm.mmio, table + vector * TABLE + 8, 4, 0x40 + vector);
    io_bus_write(&vm.mmio, table + vector * TABLE + 12, 4, control);
    return table;
}

START_TEST(messages_are_sent)
{
    uint64_t table;

    vpci_msix_send(&function, 1); /* Not on: nothing, and nothing is kept. */
    ck_assert(!vpci_msix_enabled(&function));
    ck_assert_uint_eq(config(SLOT, function.msix.capability + 2, 2), 2);
    table = enable_msix(1, 0);
    ck_assert(vpci_msix_enabled(&function));
    ck_assert(vpci_is_master(&function));
    ck_assert_uint_eq(vm.num_messages, 0);
    vpci_msix_send(&function, 1);
    ck_assert_uint_eq(vm.num_messages, 1);
    ck_assert_uint_eq(vm.messages[0].address, 0xfee01000);
    ck_assert_uint_eq(vm.messages[0].data, 0x41);
    ck_assert_uint_eq(io_bus_read(&vm.mmio, table + TABLE, 8), 0xfee01000);
    ck_assert_uint_eq(io_bus_read(&vm.mmio, table + TABLE + 12, 4), 0);
    ck_assert_uint_eq(io_bus_read(&vm.mmio, table + 12, 4), 1); /* The others are masked. */
    vpci_msix_send(&function, 3);
    vpci_msix_send(&function, 1000);
    ck_assert_uint_eq(vm.num_messages, 1);
}
END_TEST

START_TEST(what_is_masked_is_pending)
{
    uint64_t table = enable_msix(2, 1);

    vpci_msix_send(&function, 2);
    vpci_msix_send(&function, 2);
    ck_assert_uint_eq(vm.num_messages, 0);
    ck_assert_uint_eq(io_bus_read(&vm.mmio, table + PENDING, 4), 4);
    io_bus_write(&vm.mmio, table + 2 * TABLE + 12, 4, 0);
    ck_assert_uint_eq(vm.num_messages, 1);
    ck_assert_uint_eq(vm.messages[0].data, 0x42);
    ck_assert_uint_eq(io_bus_read(&vm.mmio, table + PENDING, 8), 0);
    set_config(SLOT, function.msix.capability + 2, 2, 0xc000); /* All masked. */
    ck_assert(vpci_msix_enabled(&function));
    vpci_msix_send(&function, 2);
    ck_assert_uint_eq(vm.num_messages, 1);
    set_config(SLOT, function.msix.capability + 3, 1, 0x80);
    ck_assert_uint_eq(vm.num_messages, 2);
}
END_TEST

START_TEST(the_table_ends)
{
    uint64_t table = enable_msix(0, 0);

    io_bus_write(&vm.mmio, table + 3 * TABLE, 8, ~0ul);
    ck_assert_uint_eq(io_bus_read(&vm.mmio, table + 3 * TABLE, 8), 0);
    io_bus_write(&vm.mmio, table + PENDING, 8, ~0ul);
    ck_assert_uint_eq(io_bus_read(&vm.mmio, table + PENDING, 8), 0);
    io_bus_write(&vm.mmio, table + 0xffc, 4, ~0u);
    ck_assert_uint_eq(io_bus_read(&vm.mmio, table + 0xffc, 4), 0);
    io_bus_write(&vm.mmio, table + 12, 1, 1); /* Not a double word. */
    ck_assert_uint_eq(io_bus_read(&vm.mmio, table + 12, 4), 0);
}
END_TEST

START_TEST(lines_are_shared)
{
    struct vpci_function other;

    make(&other, SLOT + 4);
    vpci_intx_set(&function, true);
    ck_assert(vm.high[GSI]);
    ck_assert_uint_eq(config(SLOT, 6, 2) & 8, 8);
    vpci_intx_set(&other, true);
    vpci_intx_set(&function, false);
    ck_assert(vm.high[GSI]);
    set_config(SLOT + 4, COMMAND, 2, 0x400); /* INTx disable. */
    ck_assert(!vm.high[GSI]);
    ck_assert_uint_eq(config(SLOT + 4, 6, 2) & 8, 8);
    set_config(SLOT + 4, COMMAND, 2, 0);
    ck_assert(vm.high[GSI]);
    vpci_unplug(&other);
    ck_assert(!vm.high[GSI]);
}
END_TEST

START_TEST(reset_puts_all_back)
{
    uint64_t home = config(SLOT, BAR(0), 4);

    enable_msix(1, 0);
    set_config(SLOT, BAR(0), 4, 0xd0000000);
    vpci_intx_set(&function, true);
    vpci_bus_reset(&bus);
    ck_assert_uint_eq(resets, 1);
    ck_assert_uint_eq(config(SLOT, COMMAND, 2), 0);
    ck_assert_uint_eq(config(SLOT, BAR(0), 4), home);
    ck_assert(!vpci_msix_enabled(&function));
    ck_assert(!io_bus_claims(&vm.mmio, 0xd0000000));
    ck_assert(!vm.high[GSI]);
    ck_assert_uint_eq(function.msix.entries[1].address, 0);
    ck_assert(function.msix.entries[1].masked);
}
END_TEST

START_TEST(reset_port)
{
    io_bus_write(&vm.ports, 0xcf9, 1, 0x02);
    ck_assert_uint_eq(vm.requests[VM_REQUEST_RESET], 0);
    ck_assert_uint_eq(io_bus_read(&vm.ports, 0xcf9, 1), 0x02);
    io_bus_write(&vm.ports, 0xcf9, 1, 0x06);
    io_bus_write(&vm.ports, 0xcf9, 1, 0x06); /* No step from 0 to 1. */
    ck_assert_uint_eq(vm.requests[VM_REQUEST_RESET], 1);
    io_bus_write(&vm.ports, 0xcf8, 4, 0x80001000);
    ck_assert_uint_eq(io_bus_read(&vm.ports, 0xcf8, 4), 0x80001000);
    ck_assert_uint_eq(io_bus_read(&vm.ports, 0xcf8, 2), 0xffff);
}
END_TEST

RUN_TESTS_AFTER(setup, both_mechanisms_see_the_same, what_is_not_there_reads_as_ones, read_only_stays,
                bars_are_sized_and_moved, a_bar_never_hides_what_is_not_pcis, two_functions_do_not_fight,
                capabilities_are_a_list, messages_are_sent, what_is_masked_is_pending, the_table_ends,
                lines_are_shared, reset_puts_all_back, reset_port)
