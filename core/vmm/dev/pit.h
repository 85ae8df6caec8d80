/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pit.h - the 8254 interval timer with the PC's port 0x61 (Intel 8254 data sheet; PIIX 82371AB, 4.1.4).
 *
 * Nothing counts: what a counter holds and whether its output is high is computed from the clock when
 * somebody looks. Counter 0's rising edges are interrupts; counter 1 once refreshed memory; counter 2's gate
 * and output are in port 0x61.
 */
#ifndef CORE_VMM_DEV_PIT_H
#define CORE_VMM_DEV_PIT_H

#include <core/vmm/io_bus.h>
#include <core/vmm/vdev.h>

#define PIT_HZ 1193182ul

struct pit_counter {
    vmk_uint8 mode;   /**< 0 to 5. */
    vmk_uint8 access; /**< Control word's RW: 1 low byte, 2 high byte, 3 both. */
    bool bcd;
    bool gate;
    bool loaded;             /**< A count was written since the control word. */
    bool triggered;          /**< Modes 1 and 5: the gate has risen since. */
    vmk_uint32 reload, next; /**< In ticks, 1 to 0x10000; `next` takes over at `next_at`. */
    vmk_uint64 started;      /**< Tick at which `reload` began to count. */
    vmk_uint64 stopped;      /**< Gate low in modes 0 and 4: the tick at which it fell. */
    vmk_uint64 next_at;      /**< VDEV_NEVER: no new count is waiting. */
    vmk_uint16 low_written;  /**< First byte of two. */
    bool half_written, half_read;
    bool count_latched, status_latched;
    vmk_uint16 count_latch;
    vmk_uint8 status_latch;
};

struct pit {
    struct vm *vm;
    struct pit_counter counters[3];
    bool muted;   /**< The HPET has taken its interrupt over. */
    bool speaker; /**< Port 0x61, bit 1: for the guest to read back. */
    struct vdev_timer timer;
    struct io_region ports, control_port;
};

void pit_init(struct pit *pit, struct vm *vm);
void pit_reset(struct pit *pit);

/** Disconnect the interrupt, or connect it again (IA-PC HPET 1.0a, 2.4.6). */
void pit_mute(struct pit *pit, bool muted);

#endif
