/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cpus.h - further processors of a test kernel in 32 bits, and their APICs' registers.
 *
 * A processor begins with interrupts off, its APIC on, the descriptor tables of the first one, and a stack of
 * its own. Handlers run on whichever processor takes the interrupt.
 */
#ifndef TESTS_VMM_CPUS_H
#define TESTS_VMM_CPUS_H

#include "guest.h"

#define CPUS_MAX      4

#define APIC(offset)  (*(volatile uint32_t *)(0xfee00000u + (offset)))
#define APIC_ID       0x020
#define APIC_VERSION  0x030
#define APIC_TPR      0x080
#define APIC_PPR      0x0a0
#define APIC_EOI      0x0b0
#define APIC_LDR      0x0d0
#define APIC_DFR      0x0e0
#define APIC_SVR      0x0f0
#define APIC_ISR      0x100
#define APIC_TMR      0x180
#define APIC_IRR      0x200
#define APIC_ESR      0x280
#define APIC_ICR_LOW  0x300
#define APIC_ICR_HIGH 0x310
#define APIC_TIMER    0x320
#define APIC_LINT0    0x350
#define APIC_LINT1    0x360
#define APIC_INITIAL  0x380
#define APIC_CURRENT  0x390
#define APIC_DIVIDE   0x3e0

#define ICR_LOWEST    0x00100u
#define ICR_NMI       0x00400u
#define ICR_INIT      0x00500u
#define ICR_STARTUP   0x00600u
#define ICR_LOGICAL   0x00800u
#define ICR_PENDING   0x01000u
#define ICR_ASSERT    0x04000u
#define ICR_SELF      0x40000u
#define ICR_ALL       0x80000u
#define ICR_OTHERS    0xc0000u
#define SVR_ON        0x1ffu

/** This processor's APIC ID. */
uint32_t cpus_this(void);

/** Send @p command to @p destination, and wait until it is sent. */
void cpus_send(uint32_t destination, uint32_t command);

/** INIT and start processor @p id, to run @p main, and wait until it does. */
void cpus_start(uint32_t id, void (*main)(void));

#endif
