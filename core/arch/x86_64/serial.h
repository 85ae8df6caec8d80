/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * serial.h - serial ports: 16550s at 115200 8N1, bytes as they are.
 *
 * Locks: the caller has one writer at a time; port->lock (rank CONSOLE_INPUT) is held by one that goes to
 * sleep.
 */
#ifndef ARCH_SERIAL_H
#define ARCH_SERIAL_H

#include "input_queue.h"

#include <vmkapi/platform/x86/ioport.h>

struct serial_port {
    const vmk_IOPortAddr base;
    const vmk_uint8 isa_irq;
    vmk_Bool present;
    unsigned room;             /**< Bytes that still fit the transmitter's queue. */
    vmk_Bool stalled;          /**< The last byte found no room in time. */
    struct input_queue *input; /**< Where received bytes go. */
    vmk_SpinlockObject lock;
    struct wait_queue writers; /**< The one that waits for room. */
};

/** @p port_name is static text. */
#define SERIAL_PORT_INITIALIZER(port, port_name, io_base, irq)                                               \
    {                                                                                                        \
        .base = (io_base), .isa_irq = (irq),                                                                 \
        .lock = VMK_SPINLOCK_INITIALIZER(port_name, VMK_RANK_CONSOLE_INPUT),                                 \
        .writers = WAIT_QUEUE_INITIALIZER((port).writers, port_name),                                        \
    }

/** Set a port up. @return whether it is there. Context: any. */
vmk_Bool serial_init(struct serial_port *port);

/** Write one byte, waiting for the device; given up when it takes none, nothing when it isn't there. Context:
 * any. */
void serial_send(struct serial_port *port, char c);

/** Write bytes, asleep as long as the device takes none: none is given up unless the world is to die. The
 * port's input is enabled. Context: may block. */
void serial_send_all(struct serial_port *port, const char *bytes, vmk_ByteCount len_bytes);

/** Wait until what was sent has left the device, not without end: it is lost when the machine goes off.
 * Context: any. */
void serial_drain(struct serial_port *port);

/** Have received bytes go into @p queue. @return VMK_OK; VMK_NOT_FOUND; VMK_NO_RESOURCES. Context: world. */
VMK_ReturnStatus serial_enable_input(struct serial_port *port, struct input_queue *queue);

#endif
