/* SPDX-License-Identifier: GPL-2.0-only */
#include "run.h"
#include "vm_host.h"

#include "dev/debug_exit.h"
#include "dev/i8042.h"
#include "dev/pvpanic.h"

static struct vm vm;
static struct i8042 i8042;

static void setup(void)
{
    vm_host_init(&vm, 4096);
    i8042_init(&i8042, &vm);
}

static void command(unsigned value)
{
    vm_host_write(&vm, &i8042.command_port, 0, 1, value);
}

static void data(unsigned value)
{
    vm_host_write(&vm, &i8042.data_port, 0, 1, value);
}

static unsigned status(void)
{
    return (unsigned)vm_host_read(&vm, &i8042.command_port, 0, 1);
}

static unsigned answer(void)
{
    ck_assert_uint_eq(status() & 1, 1);
    return (unsigned)vm_host_read(&vm, &i8042.data_port, 0, 1);
}

START_TEST(the_controller_answers)
{
    ck_assert_uint_eq(status() & 3, 0);
    command(0xaa);
    ck_assert_uint_eq(answer(), 0x55);
    ck_assert_uint_eq(status() & 1, 0);
    command(0x60);
    data(0x47);
    ck_assert_uint_eq(status() & 4, 4);
    command(0x20);
    ck_assert_uint_eq(answer(), 0x47);
}
END_TEST

START_TEST(nothing_is_plugged_in)
{
    command(0xab);
    ck_assert_uint_eq(answer(), 1);
    command(0xa9);
    ck_assert_uint_eq(answer(), 1);
    data(0xff); /* A keyboard's reset. */
    ck_assert_uint_eq(status() & 0x41, 0x41);
    ck_assert_uint_eq(answer(), 0xfe);
    command(0xd4);
    data(0xf2); /* A mouse's identify. */
    ck_assert_uint_eq(status() & 0x41, 0x41);
    ck_assert_uint_eq(answer(), 0xfe);
}
END_TEST

START_TEST(resets_the_machine)
{
    command(0xff); /* Pulses nothing. */
    ck_assert_uint_eq(vm.requests[VM_REQUEST_RESET], 0);
    command(0xfe);
    ck_assert_uint_eq(vm.requests[VM_REQUEST_RESET], 1);
    command(0xd1);
    data(0x02);
    ck_assert_uint_eq(vm.requests[VM_REQUEST_RESET], 2);
    vm_host_write(&vm, &i8042.control_port, 0, 1, 0x03);
    ck_assert_uint_eq(vm.requests[VM_REQUEST_RESET], 3);
}
END_TEST

START_TEST(address_line_20)
{
    ck_assert_uint_eq(vm_host_read(&vm, &i8042.control_port, 0, 1), 2);
    vm_host_write(&vm, &i8042.control_port, 0, 1, 0);
    command(0xd0);
    ck_assert_uint_eq(answer(), 1);
    command(0xd1);
    data(0xdf);
    ck_assert_uint_eq(vm_host_read(&vm, &i8042.control_port, 0, 1), 2);
}
END_TEST

START_TEST(debug_exit)
{
    struct debug_exit device;

    debug_exit_init(&device, &vm);
    vm_host_write(&vm, &device.port, 0, 4, 0x12345678);
    ck_assert_uint_eq(vm.requests[VM_REQUEST_DEBUG_EXIT], 1);
    ck_assert_uint_eq(vm.request_code, 0x12345678);
    vm_host_write(&vm, &device.port, 0, 1, 0x10);
    ck_assert_uint_eq(vm.request_code, 0x10);
}
END_TEST

START_TEST(pvpanic)
{
    struct pvpanic device;

    pvpanic_init(&device, &vm);
    ck_assert_uint_eq(vm_host_read(&vm, &device.port, 0, 1), 3);
    vm_host_write(&vm, &device.port, 0, 1, 2);
    ck_assert_uint_eq(vm.requests[VM_REQUEST_PANIC], 0);
    vm_host_write(&vm, &device.port, 0, 1, 1);
    ck_assert_uint_eq(vm.requests[VM_REQUEST_PANIC], 1);
}
END_TEST

RUN_TESTS_AFTER(setup, the_controller_answers, nothing_is_plugged_in, resets_the_machine, address_line_20,
                debug_exit, pvpanic)
