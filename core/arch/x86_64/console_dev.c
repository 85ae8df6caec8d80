/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * console_dev.c - the console's devices together: COM1, and screen and keyboard.
 */
#define VMK_LOG_MODULE "Console"

#include "keyboard.h"
#include "serial.h"
#include "vga.h"

#include <core/console_dev.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/core/spinlock.h>

static struct serial_port com1 = SERIAL_PORT_INITIALIZER(com1, "console port", 0x3f8, 4);
static struct input_queue input = INPUT_QUEUE_INITIALIZER(input, "console input");
static vmk_Bool has_input;
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

void console_drain(void)
{
    serial_drain(&com1);
}

void console_dev_break_lock(void)
{
    output_unlocked = VMK_TRUE;
}

/* A machine may lack either; only both missing, or an interrupt not to be had, is worth a word. */
static void note_source(const char *name, vmk_StatusValue status)
{
    has_input |= status == VMK_OK;
    if (status != VMK_OK && status != VMK_NOT_FOUND) {
        vmk_WarningMessage("no input from the %s: %s", name, vmk_StatusToString(status));
    }
}

void console_dev_enable_input(void)
{
    note_source("serial port", serial_enable_input(&com1, &input));
    note_source("keyboard", keyboard_enable(&input));
    if (!has_input) {
        vmk_WarningMessage("the console takes no input: neither serial port nor keyboard");
    }
}

void console_on_break(bool (*taken)(void))
{
    __atomic_store_n(&input.break_taken, taken, __ATOMIC_RELEASE);
}

VMK_ReturnStatus console_read_char(vmk_uint64 timeout_ns, char *out)
{
    return has_input ? input_queue_read(&input, timeout_ns, out) : VMK_NOT_FOUND;
}
