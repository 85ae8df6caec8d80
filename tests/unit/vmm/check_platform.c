/* SPDX-License-Identifier: GPL-2.0-only */
#include "heap.h"
#include "platform_host.h"
#include "run.h"

#include <core/heap.h>
#include <core/vmm/vpci.h>

#define MS 1000000ull

static struct platform_host host;

static void setup(void)
{
    platform_host_init(&host);
}

static void out(unsigned port, unsigned value)
{
    io_bus_write(&host.vm.ports, port, 1, value);
}

static unsigned in(unsigned port)
{
    return (unsigned)io_bus_read(&host.vm.ports, port, 1);
}

static void redirect(unsigned pin, unsigned low)
{
    io_bus_write(&host.vm.mmio, PLATFORM_IOAPIC_BASE, 4, 0x10 + 2 * pin);
    io_bus_write(&host.vm.mmio, PLATFORM_IOAPIC_BASE + 0x10, 4, low);
}

/** As firmware and the first lines of a kernel do. */
static void initialize_pics(void)
{
    static const unsigned words[][2] = {{0x20, 0x11}, {0x21, 0x30}, {0x21, 4}, {0x21, 1},
                                        {0xa0, 0x11}, {0xa1, 0x38}, {0xa1, 2}, {0xa1, 1}};

    for (unsigned i = 0; i < 8; i++) {
        out(words[i][0], words[i][1]);
    }
}

START_TEST(the_pit_is_the_pics_0_and_the_ioapics_2)
{
    initialize_pics();
    out(0x21, 0xfe);
    redirect(2, 0x50);
    out(0x43, 0x34);
    out(0x40, 0x9c);
    out(0x40, 0x2e);
    vm_host_advance(&host.vm, 11 * MS);
    ck_assert_int_eq(lapic_pending(&host.lapics[0]), 0x50);
    ck_assert(platform_extint_pending(host.platform));
    ck_assert_int_eq(platform_extint_take(host.platform), 0x30);
    ck_assert(!platform_extint_pending(host.platform));
    ck_assert_int_eq(platform_extint_take(host.platform), PLATFORM_NO_VECTOR);
}
END_TEST

START_TEST(the_hpet_takes_over)
{
    uint64_t hpet = PLATFORM_HPET_BASE;

    redirect(2, 0x50);
    redirect(8, 0x51);
    out(0x43, 0x34);
    out(0x40, 0x9c);
    out(0x40, 0x2e);
    lapic_taken(&host.lapics[0], 0x50);
    lapic_write(&host.lapics[0], 0xb0, 4, 0);
    io_bus_write(&host.vm.mmio, hpet + 0x100, 8, 4);
    io_bus_write(&host.vm.mmio, hpet + 0x108, 8, 300000); /* 3 ms. */
    io_bus_write(&host.vm.mmio, hpet + 0x10, 8, 3);
    out(0x70, 0x0b);
    out(0x71, 0x12); /* The clock's update interrupt is not its own any more. */
    vm_host_advance(&host.vm, 2 * MS);
    ck_assert_int_eq(lapic_pending(&host.lapics[0]), LAPIC_NO_VECTOR);
    vm_host_advance(&host.vm, MS);
    ck_assert_int_eq(lapic_pending(&host.lapics[0]), 0x50);
    lapic_taken(&host.lapics[0], 0x50);
    lapic_write(&host.lapics[0], 0xb0, 4, 0);
    vm_host_advance(&host.vm, 2000 * MS);
    ck_assert_int_eq(lapic_pending(&host.lapics[0]), LAPIC_NO_VECTOR);
    io_bus_write(&host.vm.mmio, hpet + 0x10, 8, 1);
    vm_host_advance(&host.vm, 1100 * MS);
    ck_assert_int_eq(lapic_pending(&host.lapics[0]), 0x51);
}
END_TEST

START_TEST(a_level_is_ended_all_the_way)
{
    redirect(9, 1 << 15 | 0x60);
    io_bus_write(&host.vm.ports, PLATFORM_PM_BASE + 2, 2, 0x100);
    platform_power_button(host.platform);
    ck_assert_int_eq(lapic_pending(&host.lapics[0]), 0x60);
    lapic_taken(&host.lapics[0], 0x60);
    lapic_write(&host.lapics[0], 0xb0, 4, 0);
    ck_assert_int_eq(lapic_pending(&host.lapics[0]), 0x60);
    io_bus_write(&host.vm.ports, PLATFORM_PM_BASE, 2, 0x100);
    lapic_taken(&host.lapics[0], 0x60);
    lapic_write(&host.lapics[0], 0xb0, 4, 0);
    ck_assert_int_eq(lapic_pending(&host.lapics[0]), LAPIC_NO_VECTOR);
}
END_TEST

START_TEST(the_serial_port_interrupts)
{
    redirect(4, 0x44);
    out(PLATFORM_UART_BASE + 4, 8);
    out(PLATFORM_UART_BASE + 1, 1);
    ck_assert_uint_eq(platform_input(host.platform, "ab", 2), 1);
    ck_assert_int_eq(lapic_pending(&host.lapics[0]), 0x44);
    ck_assert_uint_eq(in(PLATFORM_UART_BASE), 'a');
    out(PLATFORM_UART_BASE, '!');
    ck_assert_uint_eq(host.sent[0], '!');
}
END_TEST

START_TEST(reset_is_power_on)
{
    initialize_pics();
    out(0x21, 0);
    redirect(2, 0x50);
    out(0x43, 0x34);
    out(0x40, 0);
    out(0x40, 0);
    out(0x70, 0x0b);
    out(0x71, 0x42);
    platform_input(host.platform, "x", 1);
    vm_host_advance(&host.vm, 100 * MS);
    platform_reset(host.platform);
    for (unsigned i = 0; i < PLATFORM_HOST_CPUS; i++) {
        lapic_power_on(&host.lapics[i]);
    }
    ck_assert(!platform_extint_pending(host.platform));
    ck_assert_uint_eq(in(0x21), 0xff);
    ck_assert_uint_eq(in(PLATFORM_UART_BASE + 5), 0x60);
    vm_host_advance(&host.vm, 5000 * MS);
    ck_assert_int_eq(lapic_pending(&host.lapics[0]), LAPIC_NO_VECTOR);
    for (unsigned i = 0; i < host.vm.num_timers; i++) {
        ck_assert_uint_eq(host.vm.timers[i]->deadline_ns, VDEV_NEVER);
    }
}
END_TEST

START_TEST(leaves_nothing_behind)
{
    platform_host_free(&host);
    ck_assert_uint_eq(host.vm.ports.count + host.vm.mmio.count, 0);
    ck_assert_int_eq(support_heap_live, 0);
}
END_TEST

START_TEST(attaches_all_or_nothing)
{
    const struct platform_console console = {.output = NULL};
    struct io_region other = {.name = "other", .len = 1};
    struct platform *platform;
    long live = support_heap_live;
    unsigned ports;
    static const unsigned taken[] = {0x20, 0x505, 0xcf8};

    platform_host_free(&host);
    live = support_heap_live;
    vm_host_init(&host.vm, 4096);
    io_bus_init(&host.vm.ports, 0x10000);
    io_bus_init(&host.vm.mmio, ~0ul);
    for (unsigned i = 0; i < 3; i++) {
        other.base = taken[i];
        ck_assert_int_eq(io_bus_attach(&host.vm.ports, &other), VMK_OK);
        ports = host.vm.ports.count;
        ck_assert_int_eq(platform_create(&host.vm, heap_kernel, &console, &platform), VMK_BUSY);
        ck_assert_uint_eq(host.vm.ports.count, ports);
        io_bus_detach(&host.vm.ports, &other);
    }
    other.base = PLATFORM_HPET_BASE;
    ck_assert_int_eq(io_bus_attach(&host.vm.mmio, &other), VMK_OK);
    ck_assert_int_eq(platform_create(&host.vm, heap_kernel, &console, &platform), VMK_BUSY);
    ck_assert_uint_eq(host.vm.ports.count, 0);
    ck_assert_uint_eq(host.vm.mmio.count, 1);
    support_heap_fail_after = 0;
    ck_assert_int_eq(platform_create(&host.vm, heap_kernel, &console, &platform), VMK_NO_MEMORY);
    ck_assert_int_eq(support_heap_live, live);
}
END_TEST

RUN_TESTS_AFTER(setup, the_pit_is_the_pics_0_and_the_ioapics_2, the_hpet_takes_over,
                a_level_is_ended_all_the_way, the_serial_port_interrupts, reset_is_power_on,
                leaves_nothing_behind, attaches_all_or_nothing)
