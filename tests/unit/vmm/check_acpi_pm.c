/* SPDX-License-Identifier: GPL-2.0-only */
#include "run.h"
#include "vm_host.h"

#include <core/vmm/platform.h>

#include "dev/acpi_pm.h"

#define SECOND 1000000000ull

static struct vm vm;
static struct acpi_pm pm;

static void setup(void)
{
    vm_host_init(&vm, 4096);
    acpi_pm_init(&pm, &vm);
}

static uint64_t in(unsigned at, unsigned size)
{
    return vm_host_read(&vm, &pm.ports, at, size);
}

static void out(unsigned at, unsigned size, uint64_t value)
{
    vm_host_write(&vm, &pm.ports, at, size, value);
}

START_TEST(the_timer_counts)
{
    ck_assert_uint_eq(in(8, 4), 0);
    vm_host_advance(&vm, SECOND);
    ck_assert_uint_eq(in(8, 4), 3579545);
    ck_assert_uint_eq(in(9, 1), 3579545 >> 8 & 0xff);
    vm_host_advance(&vm, 1199 * SECOND);
    ck_assert_uint_eq(in(8, 4), (uint32_t)(1200 * 3579545ull));
}
END_TEST

START_TEST(its_uppermost_bit_tells)
{
    ck_assert_uint_eq(in(0, 2), 0);
    out(2, 2, 1);
    vm_host_advance(&vm, 599 * SECOND);
    ck_assert(!vm.high[PLATFORM_GSI_SCI]);
    vm_host_advance(&vm, SECOND);
    ck_assert(vm.high[PLATFORM_GSI_SCI]);
    ck_assert_uint_eq(in(0, 2), 1);
    out(0, 2, 1);
    ck_assert(!vm.high[PLATFORM_GSI_SCI]);
    vm_host_advance(&vm, 600 * SECOND);
    ck_assert(vm.high[PLATFORM_GSI_SCI]);
}
END_TEST

START_TEST(acpi_is_on)
{
    ck_assert_uint_eq(in(4, 2), 1);
    out(4, 2, 0);
    ck_assert_uint_eq(in(4, 2), 1);
}
END_TEST

START_TEST(the_power_button)
{
    vdev_lock(&vm);
    acpi_pm_power_button(&pm);
    vdev_unlock(&vm);
    ck_assert(!vm.high[PLATFORM_GSI_SCI]);
    ck_assert_uint_eq(in(0, 2), 0x100);
    out(2, 2, 0x120);
    ck_assert(vm.high[PLATFORM_GSI_SCI]);
    out(0, 1, 0xff); /* The other byte. */
    ck_assert(vm.high[PLATFORM_GSI_SCI]);
    ck_assert_uint_eq(in(2, 2), 0x120);
    out(0, 2, 0x100);
    ck_assert(!vm.high[PLATFORM_GSI_SCI]);
    out(0, 4, 0x00010000); /* Status and enable together. */
    ck_assert_uint_eq(in(0, 4), 0x00010000);
}
END_TEST

START_TEST(powers_off)
{
    out(4, 2, 4 << 10 | 0x2000); /* Another sleep type. */
    out(4, 2, PLATFORM_PM_S5 << 10);
    ck_assert_uint_eq(vm.requests[VM_REQUEST_POWER_OFF], 0);
    out(4, 2, PLATFORM_PM_S5 << 10 | 0x2000);
    ck_assert_uint_eq(vm.requests[VM_REQUEST_POWER_OFF], 1);
}
END_TEST

RUN_TESTS_AFTER(setup, the_timer_counts, its_uppermost_bit_tells, acpi_is_on, the_power_button, powers_off)
