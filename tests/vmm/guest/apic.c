/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * apic.c - the local APIC with one, two and four processors: who gets which interrupt by every shorthand,
 * destination and mode; priorities and what is in service; the timer's modes; x2APIC (AMD64 APM vol. 2,
 * chapter 16; Intel SDM vol. 3A, chapter 10).
 */
#include "cpus.h"

enum { GP = 13, NMI = 2 };

#define VECTOR_FENCE   0x41 /* The least urgent: who has had it has had all others. */
#define VECTOR_LOW     0x51
#define VECTOR_HIGH    0x62
#define VECTOR_TIMER   0x70

#define DFR_FLAT       0xffffffffu
#define DFR_CLUSTER    0x0fffffffu
#define LVT_MASKED     0x10000u
#define LVT_PENDING    0x1000u
#define TIMER_PERIODIC 0x20000u
#define TIMER_DEADLINE 0x40000u
#define DIVIDE_BY_1    0xb

#define MSR_APIC_BASE  0x1b
#define MSR_DEADLINE   0x6e0
#define BASE_X2APIC    0x400u
#define BASE_ENABLE    0x800u
#define BASE_BSP       0x100u
#define X2(offset)     (0x800 + (offset) / 16)
#define X2_SELF_IPI    0x83f

static unsigned count;
static volatile uint32_t got[CPUS_MAX][256];

static void on_interrupt(struct frame *frame)
{
    got[cpus_this()][frame->vector]++;
    if (frame->vector != NMI) {
        APIC(APIC_EOI) = 0;
    }
}

static void enable(void)
{
    __asm__ volatile("sti; nop; nop; cli" ::: "memory");
}

static void serve(void)
{
    for (;;) {
        __asm__ volatile("sti; hlt; cli" ::: "memory");
    }
}

static void handle_all(void)
{
    guest_handle(NMI, on_interrupt);
    guest_handle(VECTOR_FENCE, on_interrupt);
    guest_handle(VECTOR_LOW, on_interrupt);
    guest_handle(VECTOR_HIGH, on_interrupt);
    guest_handle(VECTOR_TIMER, on_interrupt);
    APIC(APIC_SVR) = SVR_ON;
    APIC(APIC_TPR) = 0;
}

static void forget(void)
{
    for (unsigned i = 0; i < count; i++) {
        for (unsigned vector = 0; vector < 256; vector++) {
            got[i][vector] = 0;
        }
    }
}

/* Wait until all processors have had all that was sent to them. */
static void fence(void)
{
    for (unsigned i = 0; i < count; i++) {
        uint32_t before = got[i][VECTOR_FENCE];

        cpus_send(i, ICR_ASSERT | VECTOR_FENCE);
        while (got[i][VECTOR_FENCE] == before) {
            enable();
        }
    }
}

/* Bit n: processor n got one; bit 8 + n: more than one. */
static uint32_t who_got(unsigned vector, uint32_t destination, uint32_t command)
{
    uint32_t who = 0;

    forget();
    cpus_send(destination, command);
    fence();
    for (unsigned i = 0; i < count; i++) {
        who |= (uint32_t)(got[i][vector] != 0) << i | (uint32_t)(got[i][vector] > 1) << (8 + i);
    }
    return who;
}

#define ALL    ((1u << count) - 1)
#define OTHERS (ALL & ~1u)

static void test_start(void)
{
    struct cpuid features = cpuid(1, 0);

    count = features.edx & 1u << 28 ? features.ebx >> 16 & 0xff : 1;
    CHECK(count == 1 || count == 2 || count == 4);
    handle_all();
    for (unsigned i = 1; i < count; i++) {
        cpus_start(i, serve);
    }
    CHECK(cpus_this() == 0 && (APIC(APIC_VERSION) & 0xf0) == 0x10);
    CHECK((rdmsr(MSR_APIC_BASE) & ~0xffull) == (0xfee00000 | BASE_ENABLE | BASE_BSP));
}

static void test_shorthands(void)
{
    handle_all();
    CHECK(who_got(VECTOR_LOW, 0, ICR_SELF | ICR_ASSERT | VECTOR_LOW) == 1);
    CHECK(who_got(VECTOR_LOW, 0, ICR_ALL | ICR_ASSERT | VECTOR_LOW) == ALL);
    CHECK(who_got(VECTOR_LOW, 0, ICR_OTHERS | ICR_ASSERT | VECTOR_LOW) == OTHERS);
}

static void test_physical(void)
{
    handle_all();
    for (unsigned i = 0; i < count; i++) {
        CHECK(who_got(VECTOR_LOW, i, ICR_ASSERT | VECTOR_LOW) == 1u << i);
    }
    CHECK(who_got(VECTOR_LOW, 0xff, ICR_ASSERT | VECTOR_LOW) == ALL);
    CHECK(who_got(VECTOR_LOW, 0x7e, ICR_ASSERT | VECTOR_LOW) == 0);
}

/* Each processor names itself. */
static volatile uint32_t model_dfr, model_ldr[CPUS_MAX], named;

static void name_self(void)
{
    APIC(APIC_DFR) = model_dfr;
    APIC(APIC_LDR) = model_ldr[cpus_this()];
    named++;
}

static void name_and_serve(void)
{
    name_self();
    serve();
}

static void name_all(uint32_t dfr, uint32_t (*ldr)(unsigned cpu))
{
    model_dfr = dfr;
    named = 0;
    for (unsigned i = 0; i < count; i++) {
        model_ldr[i] = ldr(i) << 24;
    }
    name_self();
    for (unsigned i = 1; i < count; i++) {
        cpus_start(i, name_and_serve);
        while (named != i + 1) {
            __asm__ volatile("pause");
        }
    }
}

static uint32_t flat_name(unsigned cpu)
{
    return 1u << cpu;
}

static uint32_t cluster_name(unsigned cpu)
{
    return cpu / 2 << 4 | 1u << cpu % 2;
}

static void test_flat(void)
{
    handle_all();
    name_all(DFR_FLAT, flat_name);
    for (uint32_t mask = 1; mask <= ALL; mask++) {
        CHECK(who_got(VECTOR_LOW, mask, ICR_LOGICAL | ICR_ASSERT | VECTOR_LOW) == mask);
    }
    CHECK(who_got(VECTOR_LOW, 0x80, ICR_LOGICAL | ICR_ASSERT | VECTOR_LOW) == 0);
    CHECK(who_got(VECTOR_LOW, 0xff, ICR_LOGICAL | ICR_ASSERT | VECTOR_LOW) == ALL);
}

static void test_cluster(void)
{
    handle_all();
    name_all(DFR_CLUSTER, cluster_name);
    CHECK(who_got(VECTOR_LOW, 0x01, ICR_LOGICAL | ICR_ASSERT | VECTOR_LOW) == 1);
    CHECK(who_got(VECTOR_LOW, 0x03, ICR_LOGICAL | ICR_ASSERT | VECTOR_LOW) == (ALL & 3));
    CHECK(who_got(VECTOR_LOW, 0x13, ICR_LOGICAL | ICR_ASSERT | VECTOR_LOW) == (ALL & 12));
    CHECK(who_got(VECTOR_LOW, 0x12, ICR_LOGICAL | ICR_ASSERT | VECTOR_LOW) == (ALL & 8));
    CHECK(who_got(VECTOR_LOW, 0x2f, ICR_LOGICAL | ICR_ASSERT | VECTOR_LOW) == 0);
}

/* One of those it is for. */
static void test_lowest_priority(void)
{
    handle_all();
    name_all(DFR_FLAT, flat_name);
    for (uint32_t mask = 1; mask <= ALL; mask++) {
        uint32_t who = who_got(VECTOR_LOW, mask, ICR_LOGICAL | ICR_LOWEST | ICR_ASSERT | VECTOR_LOW);

        CHECK(who != 0 && (who & ~mask) == 0 && (who & (who - 1)) == 0);
    }
}

static void test_nmi(void)
{
    handle_all();
    for (unsigned i = 0; i < count; i++) {
        CHECK(who_got(NMI, i, ICR_NMI | ICR_ASSERT) == 1u << i);
    }
    CHECK(who_got(NMI, 0, ICR_OTHERS | ICR_NMI | ICR_ASSERT) == OTHERS);
}

/* A start-up to who does not wait for it does nothing; INIT makes it wait. */
static void test_init(void)
{
    handle_all();
    for (unsigned i = 1; i < count; i++) {
        CHECK(who_got(VECTOR_LOW, i, ICR_STARTUP | ICR_ASSERT | 8) == 0);
        CHECK(who_got(VECTOR_LOW, i, ICR_ASSERT | VECTOR_LOW) == 1u << i);
        cpus_start(i, serve);
        CHECK(who_got(VECTOR_LOW, i, ICR_ASSERT | VECTOR_LOW) == 1u << i);
    }
}

/* Accepted, and in service, until EOI; the processor's priority is the higher one's of TPR and what it does.
 */
static volatile uint32_t isr_in, irr_in, ppr_in, order;

static void on_low(struct frame *frame)
{
    isr_in = APIC(APIC_ISR + 0x20);
    ppr_in = APIC(APIC_PPR);
    cpus_send(0, ICR_SELF | ICR_ASSERT | VECTOR_LOW);
    irr_in = APIC(APIC_IRR + 0x20);
    order = order * 16 + 1;
    cpus_send(0, ICR_SELF | ICR_ASSERT | VECTOR_HIGH);
    enable(); /* The more urgent one comes, its own does not. */
    order = order * 16 + 3;
    if (order == 0x123) {
        isr_in |= APIC(APIC_ISR + 0x20);
    }
    guest_handle(VECTOR_LOW, on_interrupt);
    APIC(APIC_EOI) = 0;
}

static void on_high(struct frame *frame)
{
    order = order * 16 + 2;
    APIC(APIC_EOI) = 0;
}

static void test_service(void)
{
    handle_all();
    forget();
    order = 0;
    guest_handle(VECTOR_LOW, on_low);
    guest_handle(VECTOR_HIGH, on_high);
    APIC(APIC_TPR) = 0x20;
    CHECK(APIC(APIC_PPR) == 0x20);
    cpus_send(0, ICR_SELF | ICR_ASSERT | VECTOR_LOW);
    CHECK(APIC(APIC_IRR + 0x20) == 1u << (VECTOR_LOW % 32));
    enable();
    enable();
    CHECK(order == 0x123 && isr_in == 1u << (VECTOR_LOW % 32) && irr_in == 1u << (VECTOR_LOW % 32));
    CHECK(ppr_in == (VECTOR_LOW & 0xf0));
    CHECK(got[0][VECTOR_LOW] == 1);
    for (unsigned i = 0; i < 8; i++) {
        CHECK(APIC(APIC_ISR + 16 * i) == 0 && APIC(APIC_IRR + 16 * i) == 0 && APIC(APIC_TMR + 16 * i) == 0);
    }
    APIC(APIC_EOI) = 0; /* Of nothing. */
    APIC(APIC_TPR) = 0x75;
    CHECK(APIC(APIC_PPR) == 0x75);
    APIC(APIC_TPR) = 0;
}

/* A disabled APIC has masked its LVT, and keeps it so when it is on again; not QEMU's. */
static void test_disabled(void)
{
    handle_all();
    APIC(APIC_TIMER) = VECTOR_TIMER;
    CHECK(APIC(APIC_TIMER) == VECTOR_TIMER);
    if (guest_is_vm()) {
        APIC(APIC_SVR) = 0xff;
        CHECK(APIC(APIC_TIMER) == (VECTOR_TIMER | LVT_MASKED));
        APIC(APIC_TIMER) = VECTOR_TIMER;
        CHECK(APIC(APIC_TIMER) == (VECTOR_TIMER | LVT_MASKED));
        APIC(APIC_SVR) = SVR_ON;
        CHECK(APIC(APIC_TIMER) == (VECTOR_TIMER | LVT_MASKED));
    }
    APIC(APIC_TIMER) = LVT_MASKED;
}

static void test_timer(void)
{
    handle_all();
    forget();
    APIC(APIC_DIVIDE) = DIVIDE_BY_1;
    APIC(APIC_TIMER) = VECTOR_TIMER;
    APIC(APIC_INITIAL) = 100000;
    while (got[0][VECTOR_TIMER] == 0) {
        enable();
    }
    CHECK(got[0][VECTOR_TIMER] == 1 && APIC(APIC_CURRENT) == 0 && APIC(APIC_INITIAL) == 100000);
    APIC(APIC_TIMER) = VECTOR_TIMER | TIMER_PERIODIC;
    APIC(APIC_INITIAL) = 1000000;
    while (got[0][VECTOR_TIMER] < 6) {
        enable();
    }
    CHECK(APIC(APIC_CURRENT) <= 1000000);
    APIC(APIC_TIMER) = VECTOR_TIMER | TIMER_PERIODIC | LVT_MASKED; /* It goes on counting. */
    enable();
    forget();
    while (APIC(APIC_CURRENT) < 500000) {
    }
    while (APIC(APIC_CURRENT) > 500000) {
    }
    enable();
    CHECK(got[0][VECTOR_TIMER] == 0);
    APIC(APIC_INITIAL) = 0;
    CHECK(APIC(APIC_CURRENT) == 0);
    for (unsigned i = 0; i < 16; i++) {
        APIC(APIC_DIVIDE) = i;
        CHECK(APIC(APIC_DIVIDE) == (i & 0xb));
    }
}

/* QEMU's machine has none. */
static void test_deadline(void)
{
    if (!(cpuid(1, 0).ecx & 1u << 24)) {
        CHECK(!guest_is_vm());
        return;
    }
    handle_all();
    forget();
    APIC(APIC_TIMER) = VECTOR_TIMER | TIMER_DEADLINE;
    APIC(APIC_INITIAL) = 1000; /* Does nothing. */
    CHECK(APIC(APIC_CURRENT) == 0 && rdmsr(MSR_DEADLINE) == 0);
    wrmsr(MSR_DEADLINE, __builtin_ia32_rdtsc() + 1000000);
    while (got[0][VECTOR_TIMER] == 0) {
        enable();
    }
    CHECK(got[0][VECTOR_TIMER] == 1 && rdmsr(MSR_DEADLINE) == 0);
    wrmsr(MSR_DEADLINE, 1); /* Long past. */
    while (got[0][VECTOR_TIMER] == 1) {
        enable();
    }
    wrmsr(MSR_DEADLINE, ~0ull >> 1);
    CHECK(rdmsr(MSR_DEADLINE) == ~0ull >> 1);
    wrmsr(MSR_DEADLINE, 0); /* Disarmed. */
    CHECK(rdmsr(MSR_DEADLINE) == 0);
    APIC(APIC_TIMER) = VECTOR_TIMER;
    wrmsr(MSR_DEADLINE, 1);
    CHECK(rdmsr(MSR_DEADLINE) == 0); /* Not in this mode. */
    enable();
    CHECK(got[0][VECTOR_TIMER] == 2);
}

/* A vector below 16 can't be sent (ESR bit 5) nor taken (bit 6); QEMU's machine tells neither. */
static void test_errors(void)
{
    handle_all();
    APIC(APIC_ESR) = 0;
    CHECK(APIC(APIC_ESR) == 0);
    if (guest_is_vm()) {
        cpus_send(0, ICR_SELF | ICR_ASSERT | 5);
        CHECK(APIC(APIC_ESR) == 0); /* Until it is written. */
        APIC(APIC_ESR) = 0;
        CHECK(APIC(APIC_ESR) & 0x20);
        APIC(APIC_ESR) = 0;
        CHECK(APIC(APIC_ESR) == 0);
    }
}

/* x2APIC: QEMU 7.2's machine has none. */

static volatile uint32_t x2_got;

static void on_x2(struct frame *frame)
{
    x2_got++;
    wrmsr(X2(APIC_EOI), 0);
}

static bool refuses(uint32_t msr, uint64_t value)
{
    uint32_t code;

    TRY("wrmsr", : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
    return guest_faulted(&code) == GP && code == 0;
}

static bool hides(uint32_t msr)
{
    uint32_t code;

    TRY("rdmsr", : : "c"(msr) : "eax", "edx", "memory");
    return guest_faulted(&code) == GP && code == 0;
}

static void test_x2apic(void)
{
    uint64_t base = rdmsr(MSR_APIC_BASE);

    if (!(cpuid(1, 0).ecx & 1u << 21)) {
        CHECK(!guest_is_vm());
        return;
    }
    CHECK(hides(X2(APIC_ID)));
    wrmsr(MSR_APIC_BASE, base | BASE_X2APIC);
    CHECK(rdmsr(MSR_APIC_BASE) == (base | BASE_X2APIC));
    CHECK(rdmsr(X2(APIC_ID)) == 0 && rdmsr(X2(APIC_LDR)) == 1);
    CHECK(hides(X2(APIC_DFR)) && hides(X2(APIC_ICR_HIGH)) && hides(X2(APIC_EOI)));
    CHECK(refuses(X2(APIC_ID), 0) && refuses(X2(APIC_LDR), 1) && refuses(X2(APIC_EOI), 1));
    CHECK(refuses(X2(APIC_TPR), 0x100) && refuses(X2(APIC_ESR), 1) && refuses(X2(APIC_SVR), 1ull << 32));
    CHECK(refuses(X2(APIC_VERSION), 0) && refuses(X2(APIC_CURRENT), 0) && refuses(0x8ff, 0));
    guest_handle(VECTOR_LOW, on_x2);
    x2_got = 0;
    wrmsr(X2_SELF_IPI, VECTOR_LOW);
    CHECK(rdmsr(X2(APIC_IRR + 0x20)) == 1u << (VECTOR_LOW % 32));
    enable();
    CHECK(x2_got == 1 && hides(X2_SELF_IPI) && refuses(X2_SELF_IPI, 0x100));
    wrmsr(X2(APIC_ICR_LOW), ICR_SELF | ICR_ASSERT | VECTOR_LOW);
    enable();
    CHECK(x2_got == 2);
    wrmsr(X2(APIC_ICR_LOW), ICR_ASSERT | VECTOR_LOW); /* To ID 0. */
    enable();
    CHECK(x2_got == 3);
    wrmsr(X2(APIC_ICR_LOW), 1ull << 32 | ICR_LOGICAL | ICR_ASSERT | VECTOR_LOW);
    enable();
    CHECK(x2_got == 4);
    CHECK(rdmsr(X2(APIC_ICR_LOW)) == (1ull << 32 | ICR_LOGICAL | ICR_ASSERT | VECTOR_LOW));
    wrmsr(X2(APIC_TPR), 0xf0);
    CHECK(rdmsr(X2(APIC_PPR)) == 0xf0);
    wrmsr(X2(APIC_TPR), 0);
    CHECK(refuses(MSR_APIC_BASE, base)); /* Not back in one step... */
    wrmsr(MSR_APIC_BASE, base & ~BASE_ENABLE);
    CHECK(refuses(MSR_APIC_BASE, base | BASE_X2APIC) && !(cpuid(1, 0).edx & 1u << 9));
    wrmsr(MSR_APIC_BASE, base); /* ...but by way of none. */
    CHECK(refuses(MSR_APIC_BASE, (base & ~BASE_ENABLE) | BASE_X2APIC));
    CHECK(cpus_this() == 0 && (APIC(APIC_SVR) & 0x100) == 0);
}

const struct guest_test guest_tests[] = {
    {"start", test_start},
    {"shorthands", test_shorthands},
    {"physical destinations", test_physical},
    {"flat destinations", test_flat},
    {"clusters", test_cluster},
    {"lowest priority", test_lowest_priority},
    {"nmi", test_nmi},
    {"init", test_init},
    {"service", test_service},
    {"disabled", test_disabled},
    {"timer", test_timer},
    {"deadline", test_deadline},
    {"errors", test_errors},
    {"x2apic", test_x2apic},
    {0, 0},
};
