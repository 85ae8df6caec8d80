/* SPDX-License-Identifier: GPL-2.0-only */
#include "i8042.h"

#define STATUS_OUTPUT     0x01u
#define STATUS_SYSTEM     0x04u
#define STATUS_UNLOCKED   0x10u
#define STATUS_TIMEOUT    0x40u

#define READ_BYTE         0x20u
#define WRITE_BYTE        0x60u
#define TEST_AUXILIARY    0xa9u
#define SELF_TEST         0xaau
#define TEST_KEYBOARD     0xabu
#define READ_OUTPUT_PORT  0xd0u
#define WRITE_OUTPUT_PORT 0xd1u
#define WRITE_AUXILIARY   0xd4u
#define PULSE             0xf0u /* To 0xff: the bits that are 0 are pulsed; bit 0 is the processor's reset. */

#define SELF_TEST_PASSED  0x55u
#define CLOCK_STUCK_LOW   0x01u /* Of an interface test: nothing is plugged in. */
#define RESEND            0xfeu

#define OUTPUT_NO_RESET   0x01u
#define OUTPUT_A20        0x02u
#define CONTROL_RESET     0x01u
#define CONTROL_A20       0x02u

static void answer(struct i8042 *i8042, vmk_uint8 byte)
{
    i8042->answer = byte;
    i8042->answers = true;
    i8042->timed_out = false;
}

static void output_port(struct i8042 *i8042, vmk_uint8 value)
{
    i8042->output_port = value | OUTPUT_NO_RESET;
    if ((value & OUTPUT_NO_RESET) == 0) {
        vdev_vm_request(i8042->vm, VM_REQUEST_RESET, 0);
    }
}

static void command(struct i8042 *i8042, vmk_uint8 value)
{
    i8042->awaits = 0;
    switch (value) {
    case READ_BYTE:
        answer(i8042, i8042->command_byte);
        break;
    case SELF_TEST:
        answer(i8042, SELF_TEST_PASSED);
        break;
    case TEST_KEYBOARD:
    case TEST_AUXILIARY:
        answer(i8042, CLOCK_STUCK_LOW);
        break;
    case READ_OUTPUT_PORT:
        answer(i8042, i8042->output_port);
        break;
    case WRITE_BYTE:
    case WRITE_OUTPUT_PORT:
    case WRITE_AUXILIARY:
        i8042->awaits = value;
        break;
    default:
        if (value >= PULSE && (value & OUTPUT_NO_RESET) == 0) {
            vdev_vm_request(i8042->vm, VM_REQUEST_RESET, 0);
        }
        break;
    }
}

static void data(struct i8042 *i8042, vmk_uint8 value)
{
    vmk_uint8 awaits = i8042->awaits;

    i8042->awaits = 0;
    switch (awaits) {
    case WRITE_BYTE:
        i8042->command_byte = value;
        break;
    case WRITE_OUTPUT_PORT:
        output_port(i8042, value);
        break;
    default: /* For a keyboard or mouse, which does not answer. */
        answer(i8042, RESEND);
        i8042->timed_out = true;
        break;
    }
}

static vmk_uint64 data_read(void *device, vmk_uint64 offset, unsigned size)
{
    struct i8042 *i8042 = device;

    i8042->answers = i8042->timed_out = false;
    return i8042->answer;
}

static void data_write(void *device, vmk_uint64 offset, unsigned size, vmk_uint64 value)
{
    data(device, (vmk_uint8)value);
}

static vmk_uint64 command_read(void *device, vmk_uint64 offset, unsigned size)
{
    struct i8042 *i8042 = device;

    return STATUS_UNLOCKED | (i8042->answers ? STATUS_OUTPUT : 0) | (i8042->timed_out ? STATUS_TIMEOUT : 0) |
           (i8042->command_byte & STATUS_SYSTEM);
}

static void command_write(void *device, vmk_uint64 offset, unsigned size, vmk_uint64 value)
{
    command(device, (vmk_uint8)value);
}

static vmk_uint64 control_read(void *device, vmk_uint64 offset, unsigned size)
{
    struct i8042 *i8042 = device;

    return i8042->output_port & OUTPUT_A20;
}

static void control_write(void *device, vmk_uint64 offset, unsigned size, vmk_uint64 value)
{
    struct i8042 *i8042 = device;

    i8042->output_port = (vmk_uint8)((i8042->output_port & ~OUTPUT_A20) | (value & CONTROL_A20));
    if ((value & CONTROL_RESET) != 0) {
        vdev_vm_request(i8042->vm, VM_REQUEST_RESET, 0);
    }
}

static const struct io_ops data_ops = {.read = data_read, .write = data_write, .max_size = 1};
static const struct io_ops command_ops = {.read = command_read, .write = command_write, .max_size = 1};
static const struct io_ops control_ops = {.read = control_read, .write = control_write, .max_size = 1};

void i8042_reset(struct i8042 *i8042)
{
    i8042->command_byte = i8042->awaits = i8042->answer = 0;
    i8042->answers = i8042->timed_out = false;
    i8042->output_port = OUTPUT_NO_RESET | OUTPUT_A20;
}

void i8042_init(struct i8042 *i8042, struct vm *vm)
{
    vmk_Lock lock = vdev_device_lock(vm);

    *i8042 = (struct i8042){.vm = vm};
    i8042->data_port = (struct io_region){"i8042", 0x60, 1, &data_ops, i8042, lock};
    i8042->command_port = (struct io_region){"i8042", 0x64, 1, &command_ops, i8042, lock};
    i8042->control_port = (struct io_region){"port-92", 0x92, 1, &control_ops, i8042, lock};
    i8042_reset(i8042);
}
