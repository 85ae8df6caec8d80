/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lapic_regs.h - the local APIC's registers (Intel SDM vol. 3A, table 10-1; x2APIC: table 10-6).
 */
#ifndef CORE_VMM_DEV_LAPIC_REGS_H
#define CORE_VMM_DEV_LAPIC_REGS_H

/** Offsets in the page; an x2APIC MSR is 0x800 + offset / 16. */
enum lapic_register {
    LAPIC_ID = 0x20,
    LAPIC_VERSION = 0x30,
    LAPIC_TPR = 0x80,
    LAPIC_APR = 0x90,
    LAPIC_PPR = 0xa0,
    LAPIC_EOI = 0xb0,
    LAPIC_LDR = 0xd0,
    LAPIC_DFR = 0xe0,
    LAPIC_SVR = 0xf0,
    LAPIC_ISR = 0x100,
    LAPIC_TMR = 0x180,
    LAPIC_IRR = 0x200,
    LAPIC_ESR = 0x280,
    LAPIC_LVT_CMCI = 0x2f0,
    LAPIC_ICR_LOW = 0x300,
    LAPIC_ICR_HIGH = 0x310,
    LAPIC_LVT_TIMER = 0x320,
    LAPIC_LVT_LAST = 0x370,
    LAPIC_TIMER_INITIAL = 0x380,
    LAPIC_TIMER_CURRENT = 0x390,
    LAPIC_TIMER_DIVIDE = 0x3e0,
    LAPIC_SELF_IPI = 0x3f0,
};

/** Indices of lapic->lvt. */
enum lapic_lvt {
    LVT_CMCI,
    LVT_TIMER,
    LVT_THERMAL,
    LVT_PERFORMANCE,
    LVT_LINT0,
    LVT_LINT1,
    LVT_ERROR,
    LVT_COUNT
};

/* Delivery modes: of the ICR, the LVT, messages and redirection entries, where they are bits 8 to 10. */
enum apic_delivery {
    APIC_FIXED = 0,
    APIC_LOWEST = 1,
    APIC_SMI = 2,
    APIC_NMI = 4,
    APIC_INIT = 5,
    APIC_STARTUP = 6,
    APIC_EXTINT = 7,
};
#define APIC_DELIVERY(bits)   ((vmk_uint8)((bits) >> 8 & 7u))

#define APIC_VECTOR_MIN       16u /**< Below are the processor's own: illegal (10.5.2). */

#define LAPIC_BASE_BSP        (1ul << 8)
#define LAPIC_BASE_X2APIC     (1ul << 10)
#define LAPIC_BASE_ENABLE     (1ul << 11)
#define LAPIC_BASE_ADDRESS    0xfffffff000ul

#define LAPIC_SVR_ENABLE      (1u << 8)
#define LAPIC_SVR_WRITABLE    0x1ffu
#define LAPIC_DFR_FLAT        0xfu /**< Bits 28 to 31. */

#define LAPIC_ESR_SEND_VECTOR (1u << 5)
#define LAPIC_ESR_RECV_VECTOR (1u << 6)
#define LAPIC_ESR_REGISTER    (1u << 7)

#define LVT_MASKED            (1u << 16)
#define LVT_TIMER_MODE(lvt)   ((lvt) >> 17 & 3u)
#define LVT_TIMER_ONE_SHOT    0u
#define LVT_TIMER_PERIODIC    1u
#define LVT_TIMER_DEADLINE    2u

#define ICR_LOGICAL           (1u << 11)
#define ICR_ASSERT            (1u << 14)
#define ICR_LEVEL             (1u << 15)
#define ICR_WRITABLE          0xccfffu
#define ICR_SHORTHAND(icr)    ((icr) >> 18 & 3u)
#define ICR_TO_SELF           1u
#define ICR_TO_ALL            2u

#define MSR_APIC_BASE         0x1bu
#define MSR_TSC_DEADLINE      0x6e0u
#define MSR_X2APIC_FIRST      0x800u
#define MSR_X2APIC_LAST       0x8ffu

#define APIC_BROADCAST        0xffu /**< xAPIC and messages. */
#define APIC_BROADCAST_X2APIC 0xffffffffu

#endif
