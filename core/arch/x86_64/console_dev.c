/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * console_dev.c - the console's devices together: output to COM1 and screen, input from COM1.
 */
#define VMK_LOG_MODULE "Console"

#include "serial.h"
#include "vga.h"

#include <core/console_dev.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/core/spinlock.h>

static struct serial_port com1 = SERIAL_PORT_INITIALIZER(com1, 0x3f8, 4);
static vmk_SpinlockObject output_lock = VMK_SPINLOCK_INITIALIZER("console output", VMK_RANK_CONSOLE);
static vmk_Bool output_unlocked;

void console_dev_init(void)
{
    (void)serial_init(&com1);
    (void)vga_init();
}

static void write_to_all(const char *text, vmk_ByteCount len_bytes)
{
    for (vmk_ByteCount i = 0; i < len_bytes; i++) {
        if (text[i] == '\n') {
            serial_send(&com1, '\r');
        }
        serial_send(&com1, text[i]);
    }
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
    vmk_StatusValue status = serial_enable_input(&com1);

    if (status != VMK_OK) {
        vmk_WarningMessage("the console takes no input from COM1: %s", vmk_StatusToString(status));
    }
}

VMK_ReturnStatus console_read_char(vmk_uint64 timeout_ns, char *out)
{
    return serial_read(&com1, timeout_ns, out);
}

VMK_ReturnStatus console_poll_char(char *out)
{
    int c = serial_poll(&com1);

    if (c < 0) {
        return VMK_NOT_FOUND;
    }
    *out = (char)c;
    return VMK_OK;
}
