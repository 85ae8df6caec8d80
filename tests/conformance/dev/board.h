/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * board.h - what the tests of devices share: boards, that is QEMU's `edu` device (and e1000e for MSI-X).
 *
 * Wants at least one `-device edu`; two that share a pin make the shared test mean something. Waits are for
 * events and end after PATIENCE_MS only when something is wrong.
 */
#ifndef TESTS_CONFORMANCE_DEV_BOARD_H
#define TESTS_CONFORMANCE_DEV_BOARD_H

#include "../ktap.h"

#include <vmkapi/base/heap.h>
#include <vmkapi/core/driver.h>
#include <vmkapi/hardware/pci.h>

#define PATIENCE_MS 60000u
#define BOARDS_MAX  4

/* QEMU's edu device: docs/specs/edu.rst. */
#define EDU_VENDOR      0x1234
#define EDU_DEVICE      0x11e8
#define EDU_LIVENESS    0x04
#define EDU_IRQ_STATUS  0x24
#define EDU_IRQ_RAISE   0x60
#define EDU_IRQ_ACK     0x64
#define EDU_DMA_SOURCE  0x80
#define EDU_DMA_TARGET  0x88
#define EDU_DMA_COUNT   0x90
#define EDU_DMA_COMMAND 0x98
#define EDU_DMA_RUN     1u
#define EDU_DMA_TO_RAM  2u
#define EDU_BUFFER      0x40000u
#define EDU_DMA_MASK    0x0ffffffful

/* Intel 82574: control and interrupt registers (datasheet 10.2.2, 10.2.4). */
#define E1000E_VENDOR   0x8086
#define E1000E_DEVICE   0x10d3
#define E1000E_CTRL     0x00
#define E1000E_RESET    (1u << 26)
#define E1000E_ICR      0xc0
#define E1000E_ICS      0xc8
#define E1000E_IMS      0xd0
#define E1000E_IMC      0xd8
#define E1000E_IVAR     0xe4
#define E1000E_RXQ0     (1u << 20)
#define E1000E_TXQ0     (1u << 22)
#define E1000E_IVAR_SET 0x8u
#define E1000E_VECTORS  2

/** One device that is ours. */
struct board {
    vmk_Device device;
    vmk_PCIDevice pci;
    vmk_uint16 vendor;
    volatile char *registers;
    vmk_IntrCookie cookie[E1000E_VECTORS];
    volatile unsigned handled[E1000E_VECTORS];
    volatile unsigned refused;
    volatile vmk_uint32 cpu;
};

/** The module's. */
extern vmk_HeapID heap;

extern struct board boards[BOARDS_MAX];
extern unsigned board_count;
extern vmk_Driver board_driver;

/** Register the driver of both kinds of board, board_driver. */
VMK_ReturnStatus register_boards(void);

/** What it does. */
VMK_ReturnStatus attach_board(vmk_Device device);
VMK_ReturnStatus detach_board(vmk_Device device);

/** The n-th edu board, or NULL. */
struct board *edu(unsigned n);

/** The e1000e, or NULL. */
struct board *e1000e(void);

/** Register an interrupt of @p type for @p board, not enabled. */
VMK_ReturnStatus start_interrupt(struct board *board, vmk_PCIInterruptType type);

/** @return whether @p counter becomes @p wanted. Context: may block. */
vmk_Bool wait_until_equal(const volatile unsigned *counter, unsigned wanted);

static inline vmk_uint32 read_register(const struct board *board, unsigned offset)
{
    return *(volatile vmk_uint32 *)(board->registers + offset);
}

static inline void write_register(const struct board *board, unsigned offset, vmk_uint32 value)
{
    *(volatile vmk_uint32 *)(board->registers + offset) = value;
}

/* pci.c */
vmk_StatusValue test_registers(void);
vmk_StatusValue test_config(void);
vmk_StatusValue test_power(void);
vmk_StatusValue test_iterator(void);

/* interrupt.c */
vmk_StatusValue test_intx(void);
vmk_StatusValue test_msi(void);
vmk_StatusValue test_shared(void);
vmk_StatusValue test_storm(void);
vmk_StatusValue test_msix(void);

/* dma.c */
vmk_StatusValue test_dma(void);
vmk_StatusValue test_dma_mistakes(void);
vmk_StatusValue test_lists(void);

/* driver.c */
vmk_StatusValue test_children(void);
vmk_StatusValue test_failing_start(void);
vmk_StatusValue test_left_behind(void);

#endif
