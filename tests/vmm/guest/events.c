/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * events.c - interrupts, NMIs and exceptions come when a processor lets them, in its order, each once.
 */
#include "guest.h"

#define VECTOR_DE       0
#define VECTOR_NMI      2
#define VECTOR_BP       3
#define VECTOR_DF       8
#define VECTOR_NP       11
#define VECTOR_PIT      0x20
#define VECTOR_LOW      0x41
#define VECTOR_MIDDLE   0x52
#define VECTOR_HIGH     0x63
#define VECTOR_TIMER    0x70
#define VECTOR_SPURIOUS 0xff

#define APIC(offset)    (*(volatile uint32_t *)(0xfee00000u + (offset)))
#define APIC_TPR        0x080
#define APIC_EOI        0x0b0
#define APIC_SVR        0x0f0
#define APIC_ISR        0x100
#define APIC_ICR_LOW    0x300
#define APIC_LVT_TIMER  0x320
#define APIC_LVT_LINT0  0x350
#define APIC_INITIAL    0x380
#define APIC_CURRENT    0x390
#define APIC_DIVIDE     0x3e0

#define ICR_SELF        0x40000u
#define ICR_NMI         0x400u
#define SVR_ON          0x100u
#define LVT_MASKED      0x10000u
#define LVT_EXTINT      0x700u
#define TIMER_PERIODIC  0x20000u

static uint8_t order[16];
static volatile unsigned taken;

static void note(struct frame *frame)
{
    order[taken++ % sizeof(order)] = (uint8_t)frame->vector;
    APIC(APIC_EOI) = 0;
}

static void apic_on(void)
{
    APIC(APIC_SVR) = SVR_ON | VECTOR_SPURIOUS;
    APIC(APIC_TPR) = 0;
    taken = 0;
    guest_handle(VECTOR_LOW, note);
    guest_handle(VECTOR_MIDDLE, note);
    guest_handle(VECTOR_HIGH, note);
    guest_handle(VECTOR_TIMER, note);
}

static void send_self(uint32_t vector)
{
    APIC(APIC_ICR_LOW) = ICR_SELF | vector;
}

static void enable(void)
{
    __asm__ volatile("sti; nop; nop; cli" ::: "memory");
}

/* Not before interrupts are on, then the most urgent first. */
static void test_priorities(void)
{
    apic_on();
    send_self(VECTOR_LOW);
    send_self(VECTOR_HIGH);
    send_self(VECTOR_MIDDLE);
    send_self(VECTOR_MIDDLE);
    CHECK(taken == 0);
    enable();
    CHECK(taken == 3);
    CHECK(order[0] == VECTOR_HIGH && order[1] == VECTOR_MIDDLE && order[2] == VECTOR_LOW);
}

static void test_task_priority(void)
{
    apic_on();
    APIC(APIC_TPR) = 0x50;
    send_self(VECTOR_LOW);
    send_self(VECTOR_MIDDLE);
    send_self(VECTOR_HIGH);
    enable();
    CHECK(taken == 1 && order[0] == VECTOR_HIGH);
    APIC(APIC_TPR) = 0x40;
    enable();
    CHECK(taken == 2 && order[1] == VECTOR_MIDDLE);
    APIC(APIC_TPR) = 0;
    enable();
    CHECK(taken == 3 && order[2] == VECTOR_LOW);
}

/* STI and MOV SS hold interrupts off for one instruction. */
static void test_shadow(void)
{
    uint32_t before = 1;

    apic_on();
    send_self(VECTOR_LOW);
    __asm__ volatile("sti; movl %1, %0; nop; cli" : "=r"(before) : "m"(taken) : "memory");
    CHECK(before == 0 && taken == 1);
    __asm__ volatile("sti" ::: "memory");
    __asm__ volatile("mov %%ss, %%eax; mov %%eax, %%ss; nop; cli" ::: "eax", "memory");
    CHECK(taken == 1);
}

static uint8_t nested_depth, deepest;

static void nest(struct frame *frame)
{
    nested_depth++;
    deepest = nested_depth > deepest ? nested_depth : deepest;
    order[taken++ % sizeof(order)] = (uint8_t)frame->vector;
    if (taken == 1) {
        send_self(VECTOR_HIGH);
        CHECK(APIC(APIC_ISR + 0x20) == 1u << (VECTOR_LOW % 32));
        enable();
        CHECK(order[1] == VECTOR_HIGH);
        send_self(VECTOR_LOW);
        enable(); /* Its own is in service still. */
    }
    APIC(APIC_EOI) = 0;
    nested_depth--;
}

static void test_nesting(void)
{
    apic_on();
    deepest = 0;
    guest_handle(VECTOR_HIGH, nest);
    guest_handle(VECTOR_LOW, nest);
    send_self(VECTOR_LOW);
    enable();
    CHECK(deepest == 2);
    CHECK(taken == 3 && order[0] == VECTOR_LOW && order[1] == VECTOR_HIGH && order[2] == VECTOR_LOW);
}

static volatile unsigned nmis, nmi_depth, nmi_deepest;

static void on_nmi(struct frame *frame)
{
    nmis++;
    nmi_depth++;
    nmi_deepest = nmi_depth > nmi_deepest ? nmi_depth : nmi_deepest;
    if (nmis == 1) {
        APIC(APIC_ICR_LOW) = ICR_SELF | ICR_NMI;
        APIC(APIC_ICR_LOW) = ICR_SELF | ICR_NMI;
        (void)cpuid(0, 0);
        CHECK(nmis == 1);
    }
    nmi_depth--;
}

/* In spite of IF, but not within its own handler; of several that came meanwhile, one. */
static void test_nmi(void)
{
    apic_on();
    nmis = nmi_deepest = 0;
    guest_handle(VECTOR_NMI, on_nmi);
    APIC(APIC_ICR_LOW) = ICR_SELF | ICR_NMI;
    (void)cpuid(0, 0);
    CHECK(nmis != 1);
    CHECK(nmis <= 2);
    CHECK(nmi_deepest == 1);
}

static volatile unsigned ticks;

static void on_tick(struct frame *frame)
{
    ticks++;
    if (frame->vector >= 0x30) {
        APIC(APIC_EOI) = 0;
    } else {
        out8(0x20, 0x20);
    }
}

static void wait_ticks(unsigned count)
{
    while (ticks < count) {
        __asm__ volatile("sti; hlt; cli" ::: "memory");
    }
}

static void test_apic_timer(void)
{
    apic_on();
    ticks = 0;
    guest_handle(VECTOR_TIMER, on_tick);
    APIC(APIC_DIVIDE) = 0xb;
    APIC(APIC_LVT_TIMER) = VECTOR_TIMER;
    APIC(APIC_INITIAL) = 1000000;
    CHECK(APIC(APIC_CURRENT) <= 1000000);
    wait_ticks(1);
    CHECK(APIC(APIC_CURRENT) == 0);
    APIC(APIC_LVT_TIMER) = TIMER_PERIODIC | VECTOR_TIMER;
    APIC(APIC_INITIAL) = 1000000;
    wait_ticks(6);
    APIC(APIC_LVT_TIMER) = LVT_MASKED;
    APIC(APIC_INITIAL) = 0;
    enable();
    CHECK(ticks >= 6);
}

/* Through both PICs' initialisation, LINT0 as ExtINT. */
static void test_pic(void)
{
    apic_on();
    ticks = 0;
    guest_handle(VECTOR_PIT, on_tick);
    APIC(APIC_LVT_LINT0) = LVT_EXTINT;
    out8(0x20, 0x11);
    out8(0x21, VECTOR_PIT);
    out8(0x21, 4);
    out8(0x21, 1);
    out8(0x21, 0xfe);
    out8(0x43, 0x34);
    out8(0x40, 0x00);
    out8(0x40, 0x10);
    wait_ticks(5);
    out8(0x21, 0xff);
    enable();
    CHECK(ticks >= 5);
    APIC(APIC_LVT_LINT0) = LVT_MASKED;
}

static void test_exceptions(void)
{
    uint32_t code;

    TRY("int3", : : : "memory");
    CHECK(guest_faulted(&code) == VECTOR_BP);
    TRY("divl %0", : : "r"(0), "a"(1), "d"(0) : "memory");
    CHECK(guest_faulted(&code) == VECTOR_DE);
}

/* A gate that is not there: #NP, whose error code names it (APM vol. 2, 8.2.12). */
static void test_missing_gate(void)
{
    uint32_t code;

    guest_gate_present(0x80, false);
    TRY("int $0x80", : : : "memory");
    CHECK(guest_faulted(&code) == VECTOR_NP && code == (0x80 * 8 | 2));
    guest_gate_present(0x80, true);
}

/* #DE that can't be delivered is #NP on top: a double fault (8.2.9). */
static void test_double_fault(void)
{
    uint32_t code = 1;

    guest_gate_present(VECTOR_DE, false);
    guest_gate_present(VECTOR_NP, false);
    TRY("divl %0", : : "r"(0), "a"(1), "d"(0) : "memory");
    CHECK(guest_faulted(&code) == VECTOR_DF && code == 0);
    guest_gate_present(VECTOR_DE, true);
    guest_gate_present(VECTOR_NP, true);
}

const struct guest_test guest_tests[] = {
    {"priorities", test_priorities},
    {"task priority", test_task_priority},
    {"shadow", test_shadow},
    {"nesting", test_nesting},
    {"exceptions", test_exceptions},
    {"missing gate", test_missing_gate},
    {"double fault", test_double_fault},
    {"nmi", test_nmi},
    {"apic timer", test_apic_timer},
    {"pic", test_pic},
    {0, 0},
};
