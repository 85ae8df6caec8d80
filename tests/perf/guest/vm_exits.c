/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_exits.c - a guest that leaves, again and again, for one reason a window.
 */
#include "guest.h"
#include "mark.h"
#include "vm_counts.h"

#define WARM_UP           50

#define LAPIC             0xfee00000u
#define LAPIC_ID          0x020
#define LAPIC_EOI         0x0b0
#define LAPIC_SVR         0x0f0
#define LAPIC_SVR_ENABLE  0x100
#define LAPIC_LVT_TIMER   0x320
#define LVT_PERIODIC      0x20000
#define LVT_MASKED        0x10000
#define LAPIC_TIMER_COUNT 0x380
#define LAPIC_TIMER_DIV   0x3e0
#define DIVIDE_BY_1       0xb
#define PERIOD            5000000 /* 5 ms where the timer counts nanoseconds. */
#define TIMER_VECTOR      0x41

#define MSR_EFER          0xc0000080
#define PIC_MASK          0x21

static volatile uint32_t *lapic(unsigned offset)
{
    return (volatile uint32_t *)(uintptr_t)(LAPIC + offset);
}

/** A window of @p count operations, some before it. */
static void window(unsigned count, void (*leave)(void))
{
    for (unsigned i = 0; i < WARM_UP; i++) {
        leave();
    }
    vmk_Mark(VMK_MARK_WINDOW_START);
    for (unsigned i = 0; i < count; i++) {
        leave();
        vmk_Mark(VMK_MARK_OPERATION);
    }
    vmk_Mark(VMK_MARK_WINDOW_END);
}

static void leave_by_cpuid(void)
{
    (void)cpuid(0, 0);
}

static void exits_cpuid(void)
{
    window(VM_EXITS, leave_by_cpuid);
}

/* A port whose device KVM has in the kernel. */
static void leave_by_port(void)
{
    (void)in8(PIC_MASK);
}

static void exits_port(void)
{
    window(VM_EXITS, leave_by_port);
}

static void leave_by_mmio(void)
{
    (void)*lapic(LAPIC_ID);
}

static void exits_mmio(void)
{
    window(VM_EXITS, leave_by_mmio);
}

static void leave_by_msr(void)
{
    (void)rdmsr(MSR_EFER);
}

static void exits_msr(void)
{
    window(VM_EXITS, leave_by_msr);
}

static void on_timer(struct frame *frame)
{
    *lapic(LAPIC_EOI) = 0;
}

static void leave_by_halt(void)
{
    __asm__ volatile("sti; hlt; cli" ::: "memory");
}

/* The timer's interrupt wakes; its end is one more exit. */
static void exits_halt(void)
{
    guest_handle(TIMER_VECTOR, on_timer);
    *lapic(LAPIC_SVR) |= LAPIC_SVR_ENABLE;
    *lapic(LAPIC_TIMER_DIV) = DIVIDE_BY_1;
    *lapic(LAPIC_LVT_TIMER) = LVT_PERIODIC | TIMER_VECTOR;
    *lapic(LAPIC_TIMER_COUNT) = PERIOD;
    window(VM_HALTS, leave_by_halt);
    *lapic(LAPIC_LVT_TIMER) = LVT_MASKED;
    CHECK(guest_count(TIMER_VECTOR) >= VM_HALTS);
}

const struct guest_test guest_tests[] = {{"cpuid", exits_cpuid}, {"port", exits_port}, {"mmio", exits_mmio},
                                         {"msr", exits_msr},     {"halt", exits_halt}, {0}};
