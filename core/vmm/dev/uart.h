/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * uart.h - a 16550D serial port (National Semiconductor PC16550D data sheet) on an infinitely fast line: what
 * is sent is gone at once.
 */
#ifndef CORE_VMM_DEV_UART_H
#define CORE_VMM_DEV_UART_H

#include <core/vmm/io_bus.h>
#include <core/vmm/platform.h>
#include <core/vmm/vdev.h>

#define UART_FIFO_BYTES 16u

struct uart {
    struct vm *vm;
    struct platform_console console;
    vmk_uint8 ier, fcr, lcr, mcr, scr;
    vmk_uint16 divisor;
    vmk_uint8 line_errors; /**< Overrun; until the line status is read. */
    vmk_uint8 msr_deltas;
    bool transmit_pending; /**< The transmitter has become empty and nobody was told. */
    bool timed_out;        /**< Received bytes wait below the trigger level. */
    vmk_uint8 fifo[UART_FIFO_BYTES];
    unsigned first, count;
    struct vdev_timer timeout;
    struct io_region ports;
};

void uart_init(struct uart *uart, struct vm *vm, const struct platform_console *console);
void uart_reset(struct uart *uart);

/** Bytes arrive. @return how many there was room for. */
vmk_ByteCount uart_receive(struct uart *uart, const vmk_uint8 *bytes, vmk_ByteCount len);

#endif
