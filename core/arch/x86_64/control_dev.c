/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * control_dev.c - COM2, for the control port.
 */
#include "serial.h"

#include <core/control_dev.h>

static struct serial_port com2 = SERIAL_PORT_INITIALIZER(com2, "control output", 0x2f8, 3);
static struct input_queue input = INPUT_QUEUE_INITIALIZER(input, "control input");

VMK_ReturnStatus control_dev_open(void)
{
    return serial_init(&com2) ? serial_enable_input(&com2, &input) : VMK_NOT_FOUND;
}

void control_dev_write(const char *text, vmk_ByteCount len_bytes)
{
    serial_send_all(&com2, text, len_bytes);
}

VMK_ReturnStatus control_dev_read_char(vmk_uint64 timeout_ns, char *out)
{
    return input_queue_read(&input, timeout_ns, out);
}
