/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * serial.c - the first serial port (National Semiconductor PC16550D data sheet).
 */
#include "serial.h"

#include <vmkapi/base/platform.h>
#include <vmkapi/platform/x86/ioport.h>

enum {
    COM1 = 0x3f8,
    DATA = COM1,
    DIVISOR_LOW = COM1,
    DIVISOR_HIGH = COM1 + 1,
    INTERRUPT_ENABLE = COM1 + 1,
    FIFO_CONTROL = COM1 + 2,
    LINE_CONTROL = COM1 + 3,
    MODEM_CONTROL = COM1 + 4,
    LINE_STATUS = COM1 + 5,
    SCRATCH = COM1 + 7,
};

#define LINE_DIVISOR       0x80
#define LINE_8N1           0x03
#define FIFO_ENABLE_CLEAR  0x07
#define MODEM_DTR_RTS_OUT2 0x0b /* OUT2 lets the interrupt line through. */
#define STATUS_RECEIVED    0x01
#define STATUS_CAN_SEND    0x20
#define SEND_PATIENCE      1000000

static vmk_Bool present;

vmk_Bool serial_init(void)
{
    vmk_IOPortWrite8(SCRATCH, 0x5a);
    present = vmk_IOPortRead8(SCRATCH) == 0x5a;
    if (present) {
        vmk_IOPortWrite8(INTERRUPT_ENABLE, 0);
        vmk_IOPortWrite8(LINE_CONTROL, LINE_DIVISOR);
        vmk_IOPortWrite8(DIVISOR_LOW, 1);
        vmk_IOPortWrite8(DIVISOR_HIGH, 0);
        vmk_IOPortWrite8(LINE_CONTROL, LINE_8N1);
        vmk_IOPortWrite8(FIFO_CONTROL, FIFO_ENABLE_CLEAR);
        vmk_IOPortWrite8(MODEM_CONTROL, MODEM_DTR_RTS_OUT2);
    }
    return present;
}

static void send(char c)
{
    for (unsigned i = 0; i < SEND_PATIENCE; i++) {
        if (vmk_IOPortRead8(LINE_STATUS) & STATUS_CAN_SEND) {
            vmk_IOPortWrite8(DATA, (vmk_uint8)c);
            return;
        }
        vmk_CPURelax();
    }
}

void serial_write(const char *text, vmk_ByteCount len_bytes)
{
    for (vmk_ByteCount i = 0; present && i < len_bytes; i++) {
        if (text[i] == '\n') {
            send('\r');
        }
        send(text[i]);
    }
}

int serial_read(void)
{
    return present && (vmk_IOPortRead8(LINE_STATUS) & STATUS_RECEIVED) ? vmk_IOPortRead8(DATA) : -1;
}

void serial_enable_interrupt(void)
{
    vmk_IOPortWrite8(INTERRUPT_ENABLE, 1);
}
