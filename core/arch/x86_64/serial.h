/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * serial.h - serial ports: 16550s at 115200 8N1, bytes as they are.
 *
 * Locks: none for output, the caller has one writer at a time; input has its own.
 */
#ifndef ARCH_SERIAL_H
#define ARCH_SERIAL_H

#include <core/wait.h>
#include <vmkapi/platform/x86/ioport.h>

#define SERIAL_INPUT_SIZE 1024 /* A power of two. */

/** Bytes that came and were not read yet: [tail, head). */
struct serial_input {
    vmk_SpinlockObject lock;
    struct wait_queue queue;
    vmk_Bool enabled;
    unsigned head, tail;
    char bytes[SERIAL_INPUT_SIZE];
};

struct serial_port {
    const vmk_IOPortAddr base;
    const vmk_uint8 isa_irq;
    vmk_Bool present;
    unsigned room;    /**< Bytes that still fit the transmitter's queue. */
    vmk_Bool stalled; /**< The last byte found no room in time. */
    struct serial_input input;
};

#define SERIAL_PORT_INITIALIZER(port, port_base, port_irq)                                                   \
    {                                                                                                        \
        .base = (port_base), .isa_irq = (port_irq), .input = {                                               \
            .lock = VMK_SPINLOCK_INITIALIZER("serial input", VMK_RANK_CONSOLE_INPUT),                        \
            .queue = WAIT_QUEUE_INITIALIZER((port).input.queue, "serial input"),                             \
        }                                                                                                    \
    }

/** Set a port up. @return whether it is there. Context: any. */
vmk_Bool serial_init(struct serial_port *port);

/** Write one byte, waiting for the device; given up when it takes none, nothing when it isn't there. Context:
 * any. */
void serial_send(struct serial_port *port, char c);

/** @return the next received byte from the device itself, or -1. Context: any. */
int serial_poll(struct serial_port *port);

/** Have input arrive by interrupt. @return VMK_OK; VMK_NOT_FOUND; VMK_NO_RESOURCES. Context: after the
 * IOAPICs are up. */
VMK_ReturnStatus serial_enable_input(struct serial_port *port);

/** Wait for one byte. @return VMK_OK; VMK_TIMEOUT; VMK_NOT_FOUND (input is not enabled); VMK_DEATH_PENDING.
 *  Context: may block. */
VMK_ReturnStatus serial_read(struct serial_port *port, vmk_uint64 timeout_ns, char *out);

#endif
