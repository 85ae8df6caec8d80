/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * serial.h - the serial ports, each a 16550 at 115200 8N1: COM1 is the console's, COM2 the control port's.
 */
#ifndef ARCH_SERIAL_H
#define ARCH_SERIAL_H

#include <core/wait.h>
#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>
#include <vmkapi/core/spinlock.h>

#define SERIAL_INPUT_SIZE 1024 /* A power of two. */

struct serial_port {
    vmk_uint16 base; /**< First I/O port. */
    vmk_uint8 irq;   /**< ISA interrupt. */
    vmk_Bool present;
    vmk_Bool input_enabled;
    vmk_SpinlockObject lock; /**< Guards the ring. */
    struct wait_queue readers;
    unsigned head, tail; /**< Bytes that came and were not read yet: [tail, head). */
    char input[SERIAL_INPUT_SIZE];
};

extern struct serial_port serial_com1, serial_com2;

/** Look for the port and set it up. @return whether it is there. Context: boot CPU, or a world, once. */
vmk_Bool serial_init(struct serial_port *port);

/** Write bytes as they are, waiting for the device; gives up on one that doesn't take them. Context: any. */
void serial_write(const struct serial_port *port, const char *text, vmk_ByteCount len_bytes);

/**
 * Have input arrive by interrupt.
 *
 * Context: world. @return VMK_OK; VMK_NOT_FOUND when there is no such port; VMK_NO_RESOURCES, VMK_BAD_PARAM
 * when its interrupt can't be had.
 */
VMK_ReturnStatus serial_enable_input(struct serial_port *port);

/** Wait for one input byte. @return VMK_OK, VMK_TIMEOUT, VMK_NOT_FOUND, VMK_DEATH_PENDING. May block. */
VMK_ReturnStatus serial_read(struct serial_port *port, vmk_uint64 timeout_ns, char *out);

/** @return a byte the device holds, or -1. Context: any. For the crash screen. */
int serial_poll(const struct serial_port *port);

#endif
