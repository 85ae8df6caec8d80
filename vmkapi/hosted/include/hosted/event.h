/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * event.h - what a model does by itself, at its time.
 *
 * Events happen where interrupts are taken (machine.h), whether the CPU lets interrupts in or not: a device
 * goes on while a driver holds its locks. Two that are due at once happen in the order they were set.
 */
#ifndef HOSTED_EVENT_H
#define HOSTED_EVENT_H

#include <vmkapi/base/types.h>

/** An event; what it is about is around it. Zero, but for `happen`, before it is first set. */
struct hosted_event {
    void (*happen)(struct hosted_event *event); /**< May set the event again. Must not block. */
    vmk_Bool set;

    /* Inside. */
    vmk_uint64 due;
    struct hosted_event *next;
};

/** Have an event happen @p ns from now; one that is set is moved. Context: any. */
void hosted_event_set(struct hosted_event *event, vmk_uint64 ns);

/** Have an event not happen. Context: any. */
void hosted_event_cancel(struct hosted_event *event);

/* For clock.c. */

/** Let what is due at @p now happen. */
void hosted_events_run(vmk_uint64 now);

/** @return when the next one is due; ~0 for never. */
vmk_uint64 hosted_events_next(void);

#endif
