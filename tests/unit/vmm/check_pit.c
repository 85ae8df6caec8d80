/* SPDX-License-Identifier: GPL-2.0-only */
#include "run.h"
#include "vm_host.h"

#include <core/vmm/platform.h>

#include "dev/pit.h"

#define MS   1000000ull
#define TICK 839ull /* A tick, and a little. */

static struct vm vm;
static struct pit pit;

static void setup(void)
{
    vm_host_init(&vm, 4096);
    pit_init(&pit, &vm);
}

static void out(unsigned port, vmk_uint8 value)
{
    vm_host_write(&vm, &pit.ports, port - 0x40, 1, value);
}

static unsigned in(unsigned port)
{
    return (unsigned)vm_host_read(&vm, &pit.ports, port - 0x40, 1);
}

static void gate(bool high)
{
    vm_host_write(&vm, &pit.control_port, 0, 1, high);
}

static unsigned port61(void)
{
    return (unsigned)vm_host_read(&vm, &pit.control_port, 0, 1);
}

/** Program a counter in two bytes. */
static void program(unsigned counter, unsigned mode, unsigned count)
{
    out(0x43, (vmk_uint8)(counter << 6 | 0x30 | mode << 1));
    out(0x40 + counter, (vmk_uint8)count);
    out(0x40 + counter, (vmk_uint8)(count >> 8));
}

static unsigned count(unsigned counter)
{
    unsigned low;

    out(0x43, (vmk_uint8)(counter << 6));
    low = in(0x40 + counter);
    return low | in(0x40 + counter) << 8;
}

START_TEST(rate_generator_interrupts)
{
    program(0, 2, 11932);                             /* 10 ms. */
    ck_assert_uint_eq(vm.rises[PLATFORM_GSI_PIT], 1); /* Its output is high from the beginning. */
    vm_host_advance(&vm, 9 * MS);
    ck_assert_uint_eq(vm.rises[PLATFORM_GSI_PIT], 1);
    vm_host_advance(&vm, 992 * MS);
    ck_assert_uint_eq(vm.rises[PLATFORM_GSI_PIT], 101);
    /* It keeps time: a hundred and a half seconds later not one too many or few. */
    vm_host_advance(&vm, 100500 * MS);
    ck_assert_uint_eq(vm.rises[PLATFORM_GSI_PIT], 1 + (unsigned)(101501 * MS * 1193182 / 1000000000 / 11932));
}
END_TEST

START_TEST(terminal_count_interrupts_once)
{
    out(0x43, 0x30);
    ck_assert(!vm.high[PLATFORM_GSI_PIT]);
    program(0, 0, 1193);
    ck_assert(!vm.high[PLATFORM_GSI_PIT]);
    vm_host_advance(&vm, MS - 2 * TICK);
    ck_assert(!vm.high[PLATFORM_GSI_PIT]);
    vm_host_advance(&vm, 3 * TICK);
    ck_assert(vm.high[PLATFORM_GSI_PIT]);
    vm_host_advance(&vm, 1000 * MS);
    ck_assert_uint_eq(vm.rises[PLATFORM_GSI_PIT], 1);
}
END_TEST

START_TEST(counts_down)
{
    program(0, 2, 1000);
    vm_host_advance(&vm, 300 * 1000000000ull / 1193182 + 1);
    ck_assert_uint_eq(count(0), 700);
    program(0, 0, 0); /* 65,536. */
    vm_host_advance(&vm, 0x100 * 1000000000ull / 1193182 + 1);
    ck_assert_uint_eq(count(0), 0xff00);
    vm_host_advance(&vm, 0xff01 * 1000000000ull / 1193182 + 1);
    ck_assert_uint_eq(count(0), 0xffff); /* On past zero. */
}
END_TEST

START_TEST(square_wave_counts_by_two)
{
    program(2, 3, 1000);
    gate(true);
    ck_assert_uint_eq(port61() & 0x20, 0x20);
    vm_host_advance(&vm, 100 * 1000000000ull / 1193182 + 1);
    ck_assert_uint_eq(count(2), 800);
    vm_host_advance(&vm, 500 * 1000000000ull / 1193182 + 1);
    ck_assert_uint_eq(port61() & 0x20, 0);
    ck_assert_uint_eq(count(2), 800);
}
END_TEST

START_TEST(calibration_as_guests_do_it)
{
    gate(false);
    program(2, 0, 0xe90b); /* 50 ms, when its gate opens. */
    vm_host_advance(&vm, 100 * MS);
    ck_assert_uint_eq(port61() & 0x21, 0);
    gate(true);
    vm_host_advance(&vm, 49 * MS);
    ck_assert_uint_eq(port61() & 0x21, 0x01);
    vm_host_advance(&vm, 2 * MS);
    ck_assert_uint_eq(port61() & 0x21, 0x21);
    gate(false);
    program(2, 0, 0xe90b);
    gate(true);
    vm_host_advance(&vm, 20 * MS);
    gate(false); /* It stands, */
    vm_host_advance(&vm, 500 * MS);
    gate(true); /* and goes on. */
    vm_host_advance(&vm, 29 * MS);
    ck_assert_uint_eq(port61() & 0x20, 0);
    vm_host_advance(&vm, 2 * MS);
    ck_assert_uint_eq(port61() & 0x20, 0x20);
}
END_TEST

START_TEST(one_shot_begins_with_the_gate)
{
    program(2, 1, 1193);
    ck_assert_uint_eq(port61() & 0x20, 0x20);
    vm_host_advance(&vm, 5 * MS);
    ck_assert_uint_eq(port61() & 0x20, 0x20);
    gate(true);
    ck_assert_uint_eq(port61() & 0x20, 0);
    vm_host_advance(&vm, MS + TICK);
    ck_assert_uint_eq(port61() & 0x20, 0x20);
}
END_TEST

START_TEST(strobe_is_one_tick_long)
{
    gate(true);
    program(2, 4, 100);
    vm_host_advance(&vm, 100 * 1000000000ull / 1193182 + 1);
    ck_assert_uint_eq(port61() & 0x20, 0);
    vm_host_advance(&vm, TICK);
    ck_assert_uint_eq(port61() & 0x20, 0x20);
    program(0, 4, 1193);
    ck_assert_uint_eq(vm.rises[PLATFORM_GSI_PIT], 1); /* High from the control word on, */
    vm_host_advance(&vm, 1193 * 1000000000ull / 1193182 + 1);
    ck_assert_uint_eq(vm.rises[PLATFORM_GSI_PIT], 1);
    vm_host_advance(&vm, TICK); /* and again behind the strobe. */
    ck_assert_uint_eq(vm.rises[PLATFORM_GSI_PIT], 2);
}
END_TEST

START_TEST(a_latch_holds_until_read)
{
    program(0, 2, 0x1234);
    out(0x43, 0x00);
    vm_host_advance(&vm, 10 * MS);
    out(0x43, 0x00); /* The first one counts. */
    ck_assert_uint_eq(in(0x40), 0x34);
    ck_assert_uint_eq(in(0x40), 0x12);
    ck_assert(count(0) != 0x1234);
}
END_TEST

START_TEST(read_back)
{
    program(0, 2, 0x1234);
    out(0x43, 0xc2); /* Counter 0: count and status; status comes first. */
    ck_assert_uint_eq(in(0x40), 0xb4);
    ck_assert_uint_eq(in(0x40), 0x34);
    ck_assert_uint_eq(in(0x40), 0x12);
    out(0x43, 0x36);
    out(0x43, 0xe2);
    ck_assert_uint_eq(in(0x40) & 0x7f, 0x76); /* Null count: nothing is loaded. */
}
END_TEST

START_TEST(one_byte_and_decimal)
{
    out(0x43, 0x14); /* Low byte, mode 2. */
    out(0x40, 200);
    out(0x43, 0x00);
    ck_assert_uint_eq(in(0x40), 200);
    out(0x43, 0x31); /* Both, mode 0, decimal. */
    out(0x40, 0x00);
    out(0x40, 0x10);
    vm_host_advance(&vm, 1000000000ull / 1193182 + 1);
    ck_assert_uint_eq(count(0), 0x0999);
}
END_TEST

START_TEST(a_new_count_waits_for_the_cycle)
{
    program(0, 2, 11932);
    vm_host_advance(&vm, 5 * MS);
    out(0x40, 0x38); /* 23,864: 20 ms. */
    out(0x40, 0x5d);
    vm_host_advance(&vm, 5 * MS + 100000);
    ck_assert_uint_eq(vm.rises[PLATFORM_GSI_PIT], 2);
    vm_host_advance(&vm, 19 * MS);
    ck_assert_uint_eq(vm.rises[PLATFORM_GSI_PIT], 2);
    vm_host_advance(&vm, 2 * MS);
    ck_assert_uint_eq(vm.rises[PLATFORM_GSI_PIT], 3);
}
END_TEST

START_TEST(a_short_period_is_no_storm)
{
    unsigned before;

    program(0, 2, 1);
    before = vm.rises[PLATFORM_GSI_PIT];
    vm_host_advance(&vm, 1000 * MS);
    ck_assert_uint_le(vm.rises[PLATFORM_GSI_PIT] - before, 10000);
}
END_TEST

START_TEST(muted_it_is_silent)
{
    program(0, 2, 1193);
    vdev_lock(&vm);
    pit_mute(&pit, true);
    vdev_unlock(&vm);
    ck_assert(!vm.high[PLATFORM_GSI_PIT]);
    vm_host_advance(&vm, 100 * MS);
    ck_assert_uint_eq(vm.rises[PLATFORM_GSI_PIT], 1);
    vdev_lock(&vm);
    pit_mute(&pit, false);
    vdev_unlock(&vm);
    vm_host_advance(&vm, 10 * MS);
    ck_assert_uint_gt(vm.rises[PLATFORM_GSI_PIT], 5);
}
END_TEST

START_TEST(refresh_toggles)
{
    unsigned first = port61() & 0x10;

    vm_host_advance(&vm, 15085);
    ck_assert_uint_ne(port61() & 0x10, first);
}
END_TEST

RUN_TESTS_AFTER(setup, rate_generator_interrupts, terminal_count_interrupts_once, counts_down,
                square_wave_counts_by_two, calibration_as_guests_do_it, one_shot_begins_with_the_gate,
                strobe_is_one_tick_long, a_latch_holds_until_read, read_back, one_byte_and_decimal,
                a_new_count_waits_for_the_cycle, a_short_period_is_no_storm, muted_it_is_silent,
                refresh_toggles)
