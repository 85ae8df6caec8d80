/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hpet.h - the high-precision event timer (IA-PC HPET specification 1.0a): a counter of 100 MHz and three
 * comparators. Interrupts over lines only; in legacy replacement they are the PIT's and the clock's.
 */
#ifndef CORE_VMM_DEV_HPET_H
#define CORE_VMM_DEV_HPET_H

#include <core/vmm/io_bus.h>
#include <core/vmm/vdev.h>

#define HPET_TIMERS 3u

struct hpet;

struct hpet_timer {
    struct hpet *hpet;
    vmk_uint64 config; /**< As the guest reads it. */
    vmk_uint64 comparator;
    vmk_uint64 period; /**< What a periodic one adds. */
    struct vdev_timer alarm;
};

struct hpet {
    struct vm *vm;
    vmk_uint64 config, status;
    vmk_uint64 count; /**< Of the counter: while it stands, and when it was started. */
    vmk_uint64 started_ns;
    struct hpet_timer timers[HPET_TIMERS];
    void (*legacy)(void *arg, bool taken); /**< The PIT's and the clock's lines are taken, or given back. */
    void *legacy_arg;
    struct io_region registers;
};

void hpet_init(struct hpet *hpet, struct vm *vm, void (*legacy)(void *arg, bool taken), void *legacy_arg);
void hpet_reset(struct hpet *hpet);

#endif
