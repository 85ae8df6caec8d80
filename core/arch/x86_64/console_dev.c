/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * console_dev.c - the console's devices together: output to all, input from the first serial port.
 */
#define VMK_LOG_MODULE "Console"

#include "serial.h"
#include "vga.h"

#include <core/console_dev.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/core/spinlock.h>

static vmk_SpinlockObject output_lock = VMK_SPINLOCK_INITIALIZER("console output", VMK_RANK_CONSOLE);
static vmk_Bool output_unlocked;

void console_dev_init(void)
{
    (void)serial_init(&serial_com1);
    (void)vga_init();
}

/* A terminal wants "\r\n". */
static void write_lines(const char *text, vmk_ByteCount len_bytes)
{
    vmk_ByteCount start = 0;

    for (vmk_ByteCount i = 0; i < len_bytes; i++) {
        if (text[i] == '\n') {
            serial_write(&serial_com1, text + start, i - start);
            serial_write(&serial_com1, "\r\n", 2);
            start = i + 1;
        }
    }
    serial_write(&serial_com1, text + start, len_bytes - start);
}

static void write_to_all(const char *text, vmk_ByteCount len_bytes)
{
    write_lines(text, len_bytes);
    vga_write(text, len_bytes);
}

void console_write(const char *text, vmk_ByteCount len_bytes)
{
    vmk_uint64 flags;

    if (output_unlocked) {
        write_to_all(text, len_bytes);
        return;
    }
    vmk_SpinlockLockIRQ(&output_lock, &flags);
    write_to_all(text, len_bytes);
    vmk_SpinlockUnlockIRQ(&output_lock, flags);
}

void console_dev_break_lock(void)
{
    output_unlocked = VMK_TRUE;
}

void console_dev_enable_input(void)
{
    vmk_StatusValue status = serial_enable_input(&serial_com1);

    if (status != VMK_OK) {
        vmk_WarningMessage("the console takes no input from COM1: %s", vmk_StatusToString(status));
    }
}

VMK_ReturnStatus console_read_char(vmk_uint64 timeout_ns, char *out)
{
    return serial_read(&serial_com1, timeout_ns, out);
}

VMK_ReturnStatus console_poll_char(char *out)
{
    int c = serial_poll(&serial_com1);

    if (c < 0) {
        return VMK_NOT_FOUND;
    }
    *out = (char)c;
    return VMK_OK;
}
