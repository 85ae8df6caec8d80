/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pit_counter.h - one counter of the 8254, at a tick of its clock.
 */
#ifndef CORE_VMM_DEV_PIT_COUNTER_H
#define CORE_VMM_DEV_PIT_COUNTER_H

#include "pit.h"

/** A control word for this counter, without its counter bits. */
void pit_counter_control(struct pit_counter *counter, vmk_uint8 word);
/** Latch, as a read-back command says. */
void pit_counter_latch_count(struct pit_counter *counter, vmk_uint64 tick);
void pit_counter_latch_status(struct pit_counter *counter, vmk_uint64 tick);

vmk_uint8 pit_counter_read(struct pit_counter *counter, vmk_uint64 tick);
void pit_counter_write(struct pit_counter *counter, vmk_uint64 tick, vmk_uint8 byte);
void pit_counter_gate(struct pit_counter *counter, vmk_uint64 tick, bool gate);

bool pit_counter_output(struct pit_counter *counter, vmk_uint64 tick);
/** The tick, after @p tick, at which the output rises; VDEV_NEVER: it does not. */
vmk_uint64 pit_counter_rise(struct pit_counter *counter, vmk_uint64 tick);

#endif
