/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * console_dev.c - the console's devices together: output to all, input from the serial port.
 */
#define VMK_LOG_MODULE "Console"

#include "serial.h"
#include "vga.h"

#include <core/clock.h>
#include <core/console_dev.h>
#include <core/irq_vector.h>
#include <core/wait.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/core/spinlock.h>

#define COM1_IRQ   4
#define INPUT_SIZE 256 /* A power of two. */

static vmk_SpinlockObject output_lock = VMK_SPINLOCK_INITIALIZER("console output", VMK_RANK_CONSOLE);
static vmk_Bool output_unlocked;

/* Bytes that came and were not read yet: [tail, head), guarded by the lock. */
static struct {
    vmk_SpinlockObject lock;
    struct wait_queue queue;
    vmk_Bool enabled;
    unsigned head, tail;
    char bytes[INPUT_SIZE];
} input = {
    .lock = VMK_SPINLOCK_INITIALIZER("console input", VMK_RANK_CONSOLE_INPUT),
    .queue = WAIT_QUEUE_INITIALIZER(input.queue, "console input"),
};

void console_dev_init(void)
{
    (void)serial_init();
    (void)vga_init();
}

static void write_to_all(const char *text, vmk_ByteCount len_bytes)
{
    serial_write(text, len_bytes);
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

/* A person who types faster than the console reads loses what is typed last. */
static void on_input(void *arg)
{
    vmk_SpinlockLock(&input.lock);
    for (int c = serial_read(); c >= 0; c = serial_read()) {
        if (input.head - input.tail < INPUT_SIZE) {
            input.bytes[input.head++ % INPUT_SIZE] = (char)c;
        }
    }
    vmk_SpinlockUnlock(&input.lock);
    wait_queue_wake_all(&input.queue);
}

void console_dev_enable_input(void)
{
    unsigned flags;
    vmk_uint32 gsi = ioapic_isa_gsi(COM1_IRQ, &flags);
    vmk_uint8 vector;

    if (irq_vector_alloc(0, on_input, NULL, &vector) != VMK_OK ||
        ioapic_route(gsi, 0, vector, flags) != VMK_OK) {
        vmk_WarningMessage("no interrupt for the serial port: the console takes no input");
        return;
    }
    input.enabled = VMK_TRUE;
    serial_enable_interrupt();
    ioapic_unmask(gsi);
}

VMK_ReturnStatus console_read_char(vmk_uint64 timeout_ns, char *out)
{
    vmk_uint64 deadline = wait_deadline(timeout_ns);
    vmk_StatusValue status = VMK_OK;
    vmk_uint64 flags;

    if (!input.enabled) {
        return VMK_NOT_FOUND;
    }
    vmk_SpinlockLockIRQ(&input.lock, &flags);
    while (input.head == input.tail && status == VMK_OK) {
        vmk_uint64 now = clock_now_ns();

        status = wait_queue_wait_irq(&input.queue, &input.lock, &flags,
                                     deadline == WAIT_FOREVER ? WAIT_FOREVER
                                     : deadline > now         ? deadline - now
                                                              : 0);
    }
    if (input.head != input.tail) {
        *out = input.bytes[input.tail++ % INPUT_SIZE];
        status = VMK_OK;
    }
    vmk_SpinlockUnlockIRQ(&input.lock, flags);
    return status;
}

VMK_ReturnStatus console_poll_char(char *out)
{
    int c = serial_read();

    if (c < 0) {
        return VMK_NOT_FOUND;
    }
    *out = (char)c;
    return VMK_OK;
}
