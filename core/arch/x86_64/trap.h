/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trap.h - what trap_entry.S calls.
 */
#ifndef ARCH_TRAP_H
#define ARCH_TRAP_H

#include <core/trap.h>

/** Handle an exception. Context: interrupts off, on the faulting stack or an IST stack. */
void trap_dispatch(const struct trap_frame *frame);

/** Handle an interrupt, then what it left to do: bottom halves, preemption. Context: interrupts off. */
void interrupt_dispatch(const struct trap_frame *frame);

#endif
