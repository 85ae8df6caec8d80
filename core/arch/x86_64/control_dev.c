/* SPDX-License-Identifier: GPL-2.0-only */
#include "serial.h"

#include <core/control_dev.h>

VMK_ReturnStatus control_dev_open(void)
{
    return serial_init(&serial_com2) ? serial_enable_input(&serial_com2) : VMK_NOT_FOUND;
}

void control_dev_write(const char *text, vmk_ByteCount len_bytes)
{
    serial_write(&serial_com2, text, len_bytes);
}

VMK_ReturnStatus control_dev_read_char(vmk_uint64 timeout_ns, char *out)
{
    return serial_read(&serial_com2, timeout_ns, out);
}
