/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lapic.h - the local APIC of the running CPU, in xAPIC or x2APIC mode.
 */
#ifndef ARCH_LAPIC_H
#define ARCH_LAPIC_H

#include "cpu.h"

/** Choose the mode, map the registers, silence the PICs. @p ma: from the MADT. Context: boot CPU, once. */
void lapic_start(vmk_MA ma);

/** Bring the running CPU's LAPIC up; interrupts may come after that. Context: on each CPU, interrupts off. */
void lapic_enable(void);

/** @return the running CPU's APIC ID. Context: any, after lapic_start(). */
vmk_uint32 lapic_id(void);

/** The highest APIC ID that xAPIC mode, IOAPICs and message-signalled interrupts can name. */
#define LAPIC_ID_8BIT_MAX 0xfe

/** @return true in x2APIC mode, where IDs have 32 bits. */
vmk_Bool lapic_is_x2apic(void);

/** Say that the interrupt being handled is done. */
void lapic_eoi(void);

/** Send a vector, an NMI, INIT or SIPI to another CPU. Context: any. */
void lapic_send_vector(vmk_uint32 apic_id, vmk_uint8 vector);
void lapic_send_nmi(vmk_uint32 apic_id);
void lapic_send_init(vmk_uint32 apic_id);
void lapic_send_startup(vmk_uint32 apic_id, vmk_MA page);

/** Start the running CPU's timer: one interrupt on VECTOR_TIMER after @p ticks; 0 stops it. */
void lapic_timer_start(vmk_uint32 ticks);

/** @return ticks the timer has left. */
vmk_uint32 lapic_timer_left(void);

#endif
