/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * i8042.h - the keyboard controller (IBM PS/2 technical reference, keyboard and auxiliary device controller)
 * with nothing plugged in, and system control port A: what is left of them resets the machine.
 *
 * Address line 20 is always open: its gate is a bit that reads as it was written.
 */
#ifndef CORE_VMM_DEV_I8042_H
#define CORE_VMM_DEV_I8042_H

#include <core/vmm/io_bus.h>
#include <core/vmm/vdev.h>

struct i8042 {
    struct vm *vm;
    vmk_uint8 command_byte, output_port;
    vmk_uint8 awaits; /**< The command whose data byte comes next; 0: none. */
    vmk_uint8 answer;
    bool answers;   /**< `answer` waits to be read. */
    bool timed_out; /**< It is that of a device that is not there. */
    struct io_region data_port, command_port, control_port;
};

void i8042_init(struct i8042 *i8042, struct vm *vm);
void i8042_reset(struct i8042 *i8042);

#endif
