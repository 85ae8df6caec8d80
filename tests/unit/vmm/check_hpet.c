/* SPDX-License-Identifier: GPL-2.0-only */
#include "run.h"
#include "vm_host.h"

#include <core/vmm/platform.h>

#include "dev/hpet.h"

#define MS        1000000ull
#define TICKS(ms) ((ms)*100000ull)
#define TIMER(n)  (0x100u + 0x20u * (n))

static struct vm vm;
static struct hpet hpet;
static bool legacy;

static void take_legacy(void *arg, bool taken)
{
    ck_assert_ptr_eq(arg, &vm);
    legacy = taken;
}

static void setup(void)
{
    vm_host_init(&vm, 4096);
    hpet_init(&hpet, &vm, take_legacy, &vm);
}

static uint64_t get(unsigned at)
{
    return vm_host_read(&vm, &hpet.registers, at, 8);
}

static void set(unsigned at, uint64_t value)
{
    vm_host_write(&vm, &hpet.registers, at, 8, value);
}

START_TEST(counts)
{
    ck_assert_uint_eq(get(0) >> 32, 10000000);
    set(0xf0, 5);
    vm_host_advance(&vm, 10 * MS);
    ck_assert_uint_eq(get(0xf0), 5); /* Off. */
    set(0x10, 1);
    vm_host_advance(&vm, 10 * MS);
    ck_assert_uint_eq(get(0xf0), 5 + TICKS(10));
    ck_assert_uint_eq(vm_host_read(&vm, &hpet.registers, 0xf4, 4), 0);
    set(0x10, 0);
    vm_host_advance(&vm, 10 * MS);
    ck_assert_uint_eq(get(0xf0), 5 + TICKS(10));
}
END_TEST

START_TEST(one_shot)
{
    set(TIMER(1), 20 << 9 | 4);
    set(0x10, 1);
    set(TIMER(1) + 8, TICKS(3));
    vm_host_advance(&vm, 3 * MS - 1);
    ck_assert_uint_eq(vm.rises[20], 0);
    vm_host_advance(&vm, 1);
    ck_assert_uint_eq(vm.rises[20], 1);
    vm_host_advance(&vm, 1000 * MS);
    ck_assert_uint_eq(vm.rises[20], 1);
    vm_host_write(&vm, &hpet.registers, TIMER(1) + 8, 4, (uint32_t)get(0xf0) + 1000);
    vm_host_advance(&vm, MS);
    ck_assert_uint_eq(vm.rises[20], 2);
}
END_TEST

START_TEST(periodic_in_legacy_replacement)
{
    set(0x10, 2);
    ck_assert(legacy);
    set(TIMER(0), 0x4c); /* Enabled, periodic, value to be set. */
    set(0x10, 3);
    set(TIMER(0) + 8, TICKS(4));
    set(TIMER(0) + 8, TICKS(4));
    vm_host_advance(&vm, 400 * MS);
    ck_assert_uint_eq(vm.rises[PLATFORM_GSI_PIT], 100);
    ck_assert_uint_eq(get(TIMER(0) + 8), TICKS(404));
    set(0x10, 0);
    ck_assert(!legacy);
    ck_assert(!vm.high[PLATFORM_GSI_PIT]);
    vm_host_advance(&vm, 400 * MS);
    ck_assert_uint_eq(vm.rises[PLATFORM_GSI_PIT], 100);
}
END_TEST

START_TEST(level_triggered)
{
    set(TIMER(2), 23 << 9 | 6);
    set(TIMER(2) + 8, TICKS(1));
    set(0x10, 1);
    vm_host_advance(&vm, 2 * MS);
    ck_assert(vm.high[23]);
    ck_assert_uint_eq(get(0x20), 4);
    vm_host_write(&vm, &hpet.registers, 0x20, 4, 3);
    ck_assert(vm.high[23]);
    vm_host_write(&vm, &hpet.registers, 0x20, 4, 4);
    ck_assert(!vm.high[23]);
    ck_assert_uint_eq(get(0x20), 0);
}
END_TEST

START_TEST(thirty_two_bits_wrap_round)
{
    set(TIMER(0), 21 << 9 | 0x104);
    set(0xf0, 0xffffff00);
    set(TIMER(0) + 8, 0x100);
    set(0x10, 1);
    vm_host_advance(&vm, 0x1ff * 10);
    ck_assert_uint_eq(vm.rises[21], 0);
    vm_host_advance(&vm, 10);
    ck_assert_uint_eq(vm.rises[21], 1);
}
END_TEST

START_TEST(an_impossible_line_is_none)
{
    set(TIMER(0), 31 << 9 | 4);
    set(TIMER(0) + 8, 100);
    set(0x10, 1);
    vm_host_advance(&vm, MS);
    for (unsigned i = 0; i < VM_HOST_GSIS; i++) {
        ck_assert_uint_eq(vm.rises[i], 0);
    }
}
END_TEST

START_TEST(a_short_period_is_no_storm)
{
    set(0x10, 3);
    set(TIMER(0), 0x4c);
    set(TIMER(0) + 8, 1);
    set(TIMER(0) + 8, 1);
    vm_host_advance(&vm, 1000 * MS);
    ck_assert_uint_le(vm.rises[PLATFORM_GSI_PIT], 10001);
    ck_assert_uint_ge(vm.rises[PLATFORM_GSI_PIT], 9000);
}
END_TEST

START_TEST(odd_accesses_do_nothing)
{
    vm_host_write(&vm, &hpet.registers, 0x10, 1, 1);
    vm_host_write(&vm, &hpet.registers, 0x12, 2, 1);
    ck_assert_uint_eq(get(0x10), 0);
    ck_assert_uint_eq(vm_host_read(&vm, &hpet.registers, 4, 4), 10000000);
    ck_assert_uint_eq(get(0x160), 0);
    ck_assert_uint_eq(get(0x3f8), 0);
}
END_TEST

RUN_TESTS_AFTER(setup, counts, one_shot, periodic_in_legacy_replacement, level_triggered,
                thirty_two_bits_wrap_round, an_impossible_line_is_none, a_short_period_is_no_storm,
                odd_accesses_do_nothing)
