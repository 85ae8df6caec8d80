/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * devices.c - the PC's own: IOAPIC (edges and levels), PIC, PIT, HPET, clock and ACPI's timer (82093AA,
 * 8259A, 8254, MC146818 and IA-PC HPET's data sheets; ACPI 4.8.3.3). What they do is compared, not how fast.
 */
#include "cpus.h"

#define VECTOR_PIC    0x40
#define VECTOR_EDGE   0x51
#define VECTOR_LEVEL  0x62

#define GSI_PIT       2
#define GSI_RTC       8
#define GSI_HPET      20

#define IOAPIC(at)    (*(volatile uint32_t *)(0xfec00000u + (at)))
#define RTE_LEVEL     0x8000u
#define RTE_REMOTE    0x4000u
#define RTE_MASKED    0x10000u

#define HPET(at)      (*(volatile uint32_t *)(0xfed00000u + (at)))
#define HPET_CONFIG   0x010
#define HPET_STATUS   0x020
#define HPET_COUNTER  0x0f0
#define HPET_TIMER    0x100
#define HPET_COMPARE  0x108
#define TIMER_LEVEL   0x2u
#define TIMER_ON      0x4u
#define TIMER_REPEATS 0x8u
#define TIMER_SET     0x40u

#define PM_TIMER      0x608
#define SERIAL        0x3f8

#define APIC_EXTINT   0x700u
#define LVT_MASKED    0x10000u

static volatile unsigned taken;

static void enable(void)
{
    __asm__ volatile("sti; nop; nop; cli" ::: "memory");
}

static void wait_for(unsigned count)
{
    while (taken < count) {
        __asm__ volatile("sti; hlt; cli" ::: "memory");
    }
}

static void on_edge(struct frame *frame)
{
    taken++;
    APIC(APIC_EOI) = 0;
}

static uint32_t rte(unsigned pin)
{
    IOAPIC(0) = 0x10 + 2 * pin;
    return IOAPIC(0x10);
}

static void set_rte(unsigned pin, uint32_t value)
{
    IOAPIC(0) = 0x11 + 2 * pin;
    IOAPIC(0x10) = 0;
    IOAPIC(0) = 0x10 + 2 * pin;
    IOAPIC(0x10) = value;
}

static void begin(void)
{
    out8(0x21, 0xff);
    out8(0xa1, 0xff);
    APIC(APIC_SVR) = SVR_ON;
    APIC(APIC_TPR) = 0;
    APIC(APIC_LINT0) = LVT_MASKED;
    for (unsigned i = 0; i < 24; i++) {
        set_rte(i, RTE_MASKED);
    }
    guest_handle(VECTOR_EDGE, on_edge);
    taken = 0;
}

/* Channel 0 in @mode, @count ticks of 1.19 MHz. */
static void start_pit(unsigned mode, unsigned count)
{
    out8(0x43, (uint8_t)(0x30 | mode << 1));
    out8(0x40, (uint8_t)count);
    out8(0x40, (uint8_t)(count >> 8));
}

/* Registers keep what can be written, and no more. */
static void test_ioapic_registers(void)
{
    begin();
    IOAPIC(0) = 1;
    CHECK((IOAPIC(0x10) >> 16 & 0xff) == 23);
    set_rte(5, 0xffffffff);
    CHECK((rte(5) & 0x1ffff) == 0x1afff);
    set_rte(5, RTE_MASKED | VECTOR_EDGE);
    CHECK(rte(5) == (RTE_MASKED | VECTOR_EDGE));
    IOAPIC(0) = 0x1b;
    IOAPIC(0x10) = 0xffffffff;
    CHECK(IOAPIC(0x10) >> 24 == 0xff);
    IOAPIC(0x10) = 0;
    CHECK(IOAPIC(0) == 0x1b);
}

static void test_edges(void)
{
    begin();
    start_pit(2, 4000);
    set_rte(GSI_PIT, VECTOR_EDGE);
    wait_for(5);
    CHECK(!(rte(GSI_PIT) & RTE_REMOTE));
    set_rte(GSI_PIT, RTE_MASKED | VECTOR_EDGE);
    enable();
    taken = 0;
    for (unsigned i = 0; i < 200; i++) {
        enable();
    }
    CHECK(taken == 0);
    set_rte(GSI_PIT, VECTOR_EDGE);
    wait_for(2);
    start_pit(0, 1000); /* Once. */
    set_rte(GSI_PIT, RTE_MASKED);
    enable();
}

static volatile uint32_t rte_in;
static volatile unsigned quiet_at;

/* It comes again until the device is told. */
static void on_level(struct frame *frame)
{
    taken++;
    rte_in |= rte(GSI_HPET);
    if (taken == quiet_at) {
        HPET(HPET_STATUS) = 1;
    }
    APIC(APIC_EOI) = 0;
}

static void start_hpet(uint32_t config, uint32_t ticks)
{
    HPET(HPET_CONFIG) = 0;
    HPET(HPET_COUNTER) = 0;
    HPET(HPET_COUNTER + 4) = 0;
    HPET(HPET_STATUS) = 0xff;
    HPET(HPET_TIMER) = config | GSI_HPET << 9;
    HPET(HPET_COMPARE) = ticks;
    if (config & TIMER_SET) {
        HPET(HPET_COMPARE) = ticks;
    } else {
        HPET(HPET_COMPARE + 4) = 0;
    }
    HPET(HPET_CONFIG) = 1;
}

static void test_levels(void)
{
    begin();
    guest_handle(VECTOR_LEVEL, on_level);
    rte_in = 0;
    quiet_at = 3;
    set_rte(GSI_HPET, RTE_LEVEL | VECTOR_LEVEL);
    start_hpet(TIMER_LEVEL | TIMER_ON, 100000);
    wait_for(3);
    for (unsigned i = 0; i < 100; i++) {
        enable();
    }
    CHECK(taken == 3 && (rte_in & RTE_REMOTE) && !(rte(GSI_HPET) & RTE_REMOTE));
    /* While it is masked the level waits. */
    set_rte(GSI_HPET, RTE_MASKED | RTE_LEVEL | VECTOR_LEVEL);
    taken = 0;
    quiet_at = 1;
    start_hpet(TIMER_LEVEL | TIMER_ON, 100000);
    while (!(HPET(HPET_STATUS) & 1)) {
    }
    enable();
    CHECK(taken == 0);
    set_rte(GSI_HPET, RTE_LEVEL | VECTOR_LEVEL);
    wait_for(1);
    enable();
    CHECK(taken == 1 && !(HPET(HPET_STATUS) & 1));
    HPET(HPET_CONFIG) = 0;
    set_rte(GSI_HPET, RTE_MASKED);
}

static void test_hpet(void)
{
    uint32_t before;

    begin();
    HPET(HPET_CONFIG) = 0;
    HPET(HPET_COUNTER) = 0x12345678;
    HPET(HPET_COUNTER + 4) = 0x9abc;
    CHECK(HPET(HPET_COUNTER) == 0x12345678 && HPET(HPET_COUNTER + 4) == 0x9abc);
    HPET(HPET_CONFIG) = 1;
    before = HPET(HPET_COUNTER);
    while (HPET(HPET_COUNTER) == before) {
    }
    HPET(HPET_CONFIG) = 0;
    before = HPET(HPET_COUNTER);
    CHECK(HPET(HPET_COUNTER) == before && before > 0x12345678);
    set_rte(GSI_HPET, VECTOR_EDGE);
    start_hpet(TIMER_ON, 100000);
    wait_for(1);
    enable();
    CHECK(taken == 1);
    taken = 0;
    start_hpet(TIMER_ON | TIMER_REPEATS | TIMER_SET, 200000);
    wait_for(4);
    HPET(HPET_CONFIG) = 0;
    HPET(HPET_TIMER) = 0;
    set_rte(GSI_HPET, RTE_MASKED);
    enable();
}

static uint8_t cmos(uint8_t index)
{
    out8(0x70, index);
    return in8(0x71);
}

static void set_cmos(uint8_t index, uint8_t value)
{
    out8(0x70, index);
    out8(0x71, value);
}

static volatile uint8_t flags_in;

static void on_clock(struct frame *frame)
{
    taken++;
    flags_in = cmos(0x0c);
    APIC(APIC_EOI) = 0;
}

/* Register C says why, and lets the line go. */
static void test_clock(void)
{
    uint8_t b;

    begin();
    CHECK(cmos(0x0d) == 0x80);
    b = cmos(0x0b);
    (void)cmos(0x0c);
    guest_handle(VECTOR_EDGE, on_clock);
    set_rte(GSI_RTC, VECTOR_EDGE);
    set_cmos(0x0a, 0x26);
    set_cmos(0x0b, b | 0x40);
    wait_for(4);
    CHECK((flags_in & 0xc0) == 0xc0);
    set_cmos(0x0b, b);
    (void)cmos(0x0c);
    enable();
    CHECK((cmos(0x0c) & 0x80) == 0);
    set_rte(GSI_RTC, RTE_MASKED);
    set_cmos(0x0f, 0x3c);
    CHECK(cmos(0x0f) == 0x3c);
    set_cmos(0x0f, 0);
}

static void test_pm_timer(void)
{
    uint32_t first = in32(PM_TIMER), now = first;

    for (unsigned i = 0; i < 100; i++) {
        uint32_t next;

        do {
            next = in32(PM_TIMER);
        } while (next == now);
        CHECK(((next - now) & 0xffffff) < 0x800000 && next >> 24 == 0);
        now = next;
    }
    CHECK(now != first);
}

/* Counting down to zero and to one, square waves, what is latched, decimal: on channel 2, behind its gate. */
static uint8_t status_of_2(void)
{
    out8(0x43, 0xe8);
    return in8(0x42);
}

static unsigned latch_2(void)
{
    unsigned low;

    out8(0x43, 0x80);
    low = in8(0x42);
    return low | (unsigned)in8(0x42) << 8;
}

static void set_2(unsigned mode, unsigned count)
{
    out8(0x43, (uint8_t)(0xb0 | mode << 1));
    out8(0x42, (uint8_t)count);
    out8(0x42, (uint8_t)(count >> 8));
}

static void test_pit_modes(void)
{
    uint8_t control = in8(0x61) & ~3u;

    begin();
    out8(0x61, control | 1);
    set_2(0, 20000);
    CHECK(!(in8(0x61) & 0x20) && (status_of_2() & 0xbf) == 0x30);
    CHECK(latch_2() <= 20000);
    while (!(in8(0x61) & 0x20)) {
    }
    CHECK(status_of_2() & 0x80);
    set_2(0, 20000);
    CHECK(!(in8(0x61) & 0x20));
    out8(0x61, control); /* The gate stops it. */
    (void)latch_2();
    CHECK(!guest_is_vm() || latch_2() == latch_2()); /* Not QEMU's. */
    set_2(1, 5000);                                  /* One shot: by the gate. */
    CHECK(in8(0x61) & 0x20);
    out8(0x61, control | 1);
    while (!(in8(0x61) & 0x20)) {
    }
    for (unsigned mode = 2; mode <= 3; mode++) {
        set_2(mode, 3000);
        CHECK((status_of_2() & 0x3f) == (0x30 | mode << 1));
        for (unsigned i = 0; i < 50; i++) {
            unsigned now = latch_2();

            CHECK(now >= 1 && now <= 3000);
        }
    }
    for (unsigned i = 0; i < 3; i++) {
        while (in8(0x61) & 0x20) {
        }
        while (!(in8(0x61) & 0x20)) {
        }
    }
    set_2(4, 5000);
    CHECK(!guest_is_vm() || (in8(0x61) & 0x20)); /* Not QEMU's. */
    out8(0x61, control);
}

/* The PICs: vectors from VECTOR_PIC on; the serial port raises line 4, the PIT line 0. */

static volatile uint8_t isr_in, deep;
static volatile bool special;

static uint8_t pic_read(uint8_t what)
{
    out8(0x20, what);
    return in8(0x20);
}
#define PIC_IRR 0x0a
#define PIC_ISR 0x0b

static void start_pic(uint8_t icw4)
{
    begin();
    out8(0x20, 0x11);
    out8(0x21, VECTOR_PIC);
    out8(0x21, 4);
    out8(0x21, icw4);
    out8(0xa0, 0x11);
    out8(0xa1, VECTOR_PIC + 8);
    out8(0xa1, 2);
    out8(0xa1, 1);
    out8(0x21, 0xff);
    out8(0xa1, 0xff);
    APIC(APIC_LINT0) = APIC_EXTINT;
}

static void raise_serial(bool on)
{
    out8(SERIAL + 4, on ? 0x0b : 0x03);
    out8(SERIAL + 1, on ? 0x02 : 0x00); /* The transmitter is empty. */
}

static void on_serial(struct frame *frame)
{
    taken++;
    isr_in = pic_read(PIC_ISR);
    raise_serial(false);
    out8(0x20, 0x64); /* Specific EOI. */
}

static void on_pit(struct frame *frame)
{
    deep++;
    if (special) {
        out8(0x20, 0x68); /* Special mask mode. */
        out8(0x21, 0xef);
    }
    enable();
    out8(0x20, 0x48);
    out8(0x21, 0xef);
    out8(0x20, 0x60);
    start_pit(0, 60000);
}

static void test_pic(void)
{
    start_pic(1);
    guest_handle(VECTOR_PIC + 4, on_serial);
    raise_serial(true);
    CHECK(pic_read(PIC_IRR) & 0x10);
    enable();
    CHECK(taken == 0);
    out8(0x21, 0xef);
    enable();
    CHECK(taken == 1 && isr_in == 0x10 && pic_read(PIC_ISR) == 0 && !(pic_read(PIC_IRR) & 0x10));
    CHECK(in8(0x21) == 0xef);
    start_pic(3); /* Its end is automatic. */
    raise_serial(true);
    out8(0x21, 0xef);
    enable();
    CHECK(taken == 1 && isr_in == 0);
}

/* A less urgent line has to wait for the end of a more urgent one's, but in special mask mode. */
static void test_special_mask(void)
{
    for (unsigned i = 0; i < 2; i++) {
        start_pic(1);
        guest_handle(VECTOR_PIC, on_pit);
        guest_handle(VECTOR_PIC + 4, on_serial);
        special = i != 0;
        deep = 0;
        start_pit(0, 100);
        while (!(pic_read(PIC_IRR) & 1)) {
        }
        raise_serial(true);
        isr_in = 0;
        out8(0x21, 0xee);
        enable();
        enable();
        CHECK(deep == 1 && taken == 1);
        CHECK(isr_in == (special ? 0x11 : 0x10));
    }
    out8(0x21, 0xff);
    APIC(APIC_LINT0) = LVT_MASKED;
}

const struct guest_test guest_tests[] = {
    {"ioapic registers", test_ioapic_registers},
    {"edges", test_edges},
    {"levels", test_levels},
    {"hpet", test_hpet},
    {"clock", test_clock},
    {"pm timer", test_pm_timer},
    {"pit modes", test_pit_modes},
    {"pic", test_pic},
    {"special mask", test_special_mask},
    {0, 0},
};
