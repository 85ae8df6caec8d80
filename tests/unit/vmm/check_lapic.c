/* SPDX-License-Identifier: GPL-2.0-only */
#include "run.h"
#include "vm_host.h"

#include <core/vmm/lapic.h>

#include "dev/lapic_eoi.h"
#include "dev/lapic_regs.h"

#define CPUS      3
#define MSR(reg)  (0x800u + (reg) / 16)
#define X2APIC_ON (LAPIC_BASE | LAPIC_BASE_ENABLE | LAPIC_BASE_X2APIC)

static struct vm vm;
static struct lapic lapics[CPUS];

static void setup(void)
{
    vm_host_init(&vm, 4096);
    for (unsigned i = 0; i < CPUS; i++) {
        lapic_init(&lapics[i], &vm, i, i == 0);
        lapic_write(&lapics[i], LAPIC_SVR, 4, 0x1ff);
        vm.lapics[i] = &lapics[i];
    }
}

static vmk_uint32 get(unsigned cpu, unsigned reg)
{
    return (vmk_uint32)lapic_read(&lapics[cpu], reg, 4);
}

static void set(unsigned cpu, unsigned reg, vmk_uint32 value)
{
    lapic_write(&lapics[cpu], reg, 4, value);
}

static void set_msr(unsigned cpu, vmk_uint32 msr, vmk_uint64 value)
{
    ck_assert_int_eq(lapic_msr_set(&lapics[cpu], msr, value), VMK_OK);
}

START_TEST(starts_as_the_manual_says)
{
    struct lapic fresh;

    lapic_init(&fresh, &vm, 1, false);
    ck_assert_uint_eq(lapic_read(&fresh, LAPIC_ID, 4), 1u << 24);
    ck_assert_uint_eq(lapic_read(&fresh, LAPIC_SVR, 4), 0xff);
    ck_assert_uint_eq(lapic_read(&fresh, LAPIC_DFR, 4), ~0u);
    ck_assert_uint_eq(lapic_read(&fresh, LAPIC_LVT_TIMER, 4), LVT_MASKED);
    ck_assert_uint_eq(lapic_read(&fresh, LAPIC_VERSION, 4) & 0xff, 0x14);
    ck_assert(!lapic_accept(&fresh, 0x30, false));
    ck_assert(!lapic_takes_extint(&fresh));
    ck_assert(lapic_takes_extint(&lapics[0]));
}
END_TEST

START_TEST(serves_by_priority)
{
    ck_assert(lapic_accept(&lapics[0], 0x31, false));
    ck_assert(lapic_accept(&lapics[0], 0x42, false));
    ck_assert_uint_eq(vm.kicks[0], 2);
    ck_assert_int_eq(lapic_pending(&lapics[0]), 0x42);
    lapic_taken(&lapics[0], 0x42);
    ck_assert_int_eq(lapic_pending(&lapics[0]), LAPIC_NO_VECTOR);
    ck_assert_uint_eq(get(0, LAPIC_PPR), 0x40);
    ck_assert(lapic_accept(&lapics[0], 0x51, false));
    ck_assert_int_eq(lapic_pending(&lapics[0]), 0x51);
    lapic_taken(&lapics[0], 0x51);
    set(0, LAPIC_EOI, 0);
    ck_assert_int_eq(lapic_pending(&lapics[0]), LAPIC_NO_VECTOR);
    set(0, LAPIC_EOI, 0);
    ck_assert_int_eq(lapic_pending(&lapics[0]), 0x31);
    ck_assert_uint_eq(vm.eois[0x42] + vm.eois[0x51], 0);
}
END_TEST

START_TEST(task_priority_holds_back)
{
    ck_assert(lapic_accept(&lapics[0], 0x31, false));
    lapic_cr8_set(&lapics[0], 3);
    ck_assert_uint_eq(get(0, LAPIC_TPR), 0x30);
    ck_assert_int_eq(lapic_pending(&lapics[0]), LAPIC_NO_VECTOR);
    set(0, LAPIC_TPR, 0x2f);
    ck_assert_uint_eq(lapic_cr8_get(&lapics[0]), 2);
    ck_assert_int_eq(lapic_pending(&lapics[0]), 0x31);
    ck_assert_uint_eq(get(0, LAPIC_IRR + 0x10), 1u << (0x31 - 0x20));
}
END_TEST

START_TEST(ends_level_triggered_ones_on_the_bus)
{
    ck_assert(lapic_accept(&lapics[1], 0x61, true));
    ck_assert_uint_eq(get(1, LAPIC_TMR + 0x30), 1u << 1);
    lapic_taken(&lapics[1], 0x61);
    set(1, LAPIC_EOI, 0);
    ck_assert_uint_eq(vm.eois[0x61], 1);
    ck_assert(lapic_accept(&lapics[1], 0x61, false));
    lapic_taken(&lapics[1], 0x61);
    set(1, LAPIC_EOI, 0);
    ck_assert_uint_eq(vm.eois[0x61], 1);
}
END_TEST

START_TEST(switched_off_it_masks_all)
{
    set(0, LAPIC_LVT_TIMER, 0x40);
    set(0, LAPIC_SVR, 0xff);
    ck_assert_uint_eq(get(0, LAPIC_LVT_TIMER), LVT_MASKED | 0x40);
    set(0, LAPIC_LVT_TIMER, 0x41);
    ck_assert_uint_eq(get(0, LAPIC_LVT_TIMER), LVT_MASKED | 0x41);
    ck_assert(!lapic_accept(&lapics[0], 0x31, false));
    ck_assert_uint_eq(apic_bus_send(&vm, 0, false, APIC_FIXED, 0x31, false), 0);
}
END_TEST

/** Let the clock reach just before the interrupt, then it. */
static void expect_tick(unsigned cpu, uint64_t ns, int vector)
{
    vm_host_advance(&vm, ns - 1);
    ck_assert_uint_eq(lapic_take_events(&lapics[cpu]), 0);
    ck_assert_int_eq(lapic_pending(&lapics[cpu]), LAPIC_NO_VECTOR);
    vm_host_advance(&vm, 1);
    ck_assert_uint_eq(lapic_take_events(&lapics[cpu]), 0);
    ck_assert_int_eq(lapic_pending(&lapics[cpu]), vector);
    lapic_taken(&lapics[cpu], (vmk_uint8)vector);
    set(cpu, LAPIC_EOI, 0);
}

START_TEST(one_shot)
{
    set(0, LAPIC_TIMER_DIVIDE, 3); /* By 16. */
    set(0, LAPIC_LVT_TIMER, 0x40);
    set(0, LAPIC_TIMER_INITIAL, 1000000);
    vm_host_advance(&vm, 16 * 400000);
    ck_assert_uint_eq(get(0, LAPIC_TIMER_CURRENT), 600000);
    expect_tick(0, 16 * 600000, 0x40);
    ck_assert_uint_eq(get(0, LAPIC_TIMER_CURRENT), 0);
    vm_host_advance(&vm, 1000000000);
    ck_assert_int_eq(lapic_pending(&lapics[0]), LAPIC_NO_VECTOR);
    set(0, LAPIC_TIMER_INITIAL, 1000000);
    set(0, LAPIC_TIMER_INITIAL, 0);
    vm_host_advance(&vm, 1000000000);
    lapic_take_events(&lapics[0]);
    ck_assert_int_eq(lapic_pending(&lapics[0]), LAPIC_NO_VECTOR);
}
END_TEST

START_TEST(periodic)
{
    set(0, LAPIC_TIMER_DIVIDE, 0xb); /* By 1. */
    set(0, LAPIC_LVT_TIMER, 0x40 | LVT_TIMER_PERIODIC << 17);
    set(0, LAPIC_TIMER_INITIAL, 4000000);
    for (unsigned i = 0; i < 5; i++) {
        expect_tick(0, 4000000, 0x40);
    }
    /* One that was away for ten periods gets one interrupt, and the next at its time. */
    vm_host_advance(&vm, 42000000);
    lapic_take_events(&lapics[0]);
    ck_assert_int_eq(lapic_pending(&lapics[0]), 0x40);
    lapic_taken(&lapics[0], 0x40);
    set(0, LAPIC_EOI, 0);
    expect_tick(0, 2000000, 0x40);
    set(0, LAPIC_LVT_TIMER, 0x40 | LVT_MASKED | LVT_TIMER_PERIODIC << 17);
    vm_host_advance(&vm, 4000000);
    lapic_take_events(&lapics[0]);
    ck_assert_int_eq(lapic_pending(&lapics[0]), LAPIC_NO_VECTOR);
}
END_TEST

START_TEST(tsc_deadline)
{
    vmk_uint64 value;

    set_msr(0, MSR_TSC_DEADLINE, 5000); /* Ignored in other modes. */
    ck_assert_int_eq(lapic_msr_get(&lapics[0], MSR_TSC_DEADLINE, &value), VMK_OK);
    ck_assert_uint_eq(value, 0);
    set(0, LAPIC_LVT_TIMER, 0x40 | LVT_TIMER_DEADLINE << 17);
    set_msr(0, MSR_TSC_DEADLINE, vm.now_ns + 5000000);
    ck_assert_int_eq(lapic_msr_get(&lapics[0], MSR_TSC_DEADLINE, &value), VMK_OK);
    ck_assert_uint_eq(value, vm.now_ns + 5000000);
    set(0, LAPIC_TIMER_INITIAL, 1000); /* Ignored in this one. */
    expect_tick(0, 5000000, 0x40);
    ck_assert_int_eq(lapic_msr_get(&lapics[0], MSR_TSC_DEADLINE, &value), VMK_OK);
    ck_assert_uint_eq(value, 0);
    set_msr(0, MSR_TSC_DEADLINE, 1); /* Long past: now. */
    vm_host_advance(&vm, 0);
    lapic_take_events(&lapics[0]);
    ck_assert_int_eq(lapic_pending(&lapics[0]), 0x40);
    lapic_taken(&lapics[0], 0x40);
    set(0, LAPIC_EOI, 0);
    set_msr(0, MSR_TSC_DEADLINE, vm.now_ns + 5000000);
    set_msr(0, MSR_TSC_DEADLINE, 0);
    vm_host_advance(&vm, 10000000);
    lapic_take_events(&lapics[0]);
    ck_assert_int_eq(lapic_pending(&lapics[0]), LAPIC_NO_VECTOR);
}
END_TEST

START_TEST(an_alarm_of_before_is_none)
{
    set(0, LAPIC_LVT_TIMER, 0x40 | LVT_TIMER_DEADLINE << 17);
    set_msr(0, MSR_TSC_DEADLINE, 1000000);
    vm_host_advance(&vm, 1000000); /* It is sent, and not taken yet, */
    set_msr(0, MSR_TSC_DEADLINE, 3000000);
    lapic_take_events(&lapics[0]);
    ck_assert_int_eq(lapic_pending(&lapics[0]), LAPIC_NO_VECTOR);
    expect_tick(0, 2000000, 0x40);
}
END_TEST

static void icr(unsigned cpu, vmk_uint32 destination, vmk_uint32 low)
{
    set(cpu, LAPIC_ICR_HIGH, destination << 24);
    set(cpu, LAPIC_ICR_LOW, low);
}

START_TEST(interprocessor_interrupts)
{
    icr(0, 2, 0x50);
    ck_assert_int_eq(lapic_pending(&lapics[2]), 0x50);
    ck_assert_int_eq(lapic_pending(&lapics[1]), LAPIC_NO_VECTOR);
    icr(0, 0, 3u << 18 | 0x60); /* All but self. */
    ck_assert_int_eq(lapic_pending(&lapics[0]), LAPIC_NO_VECTOR);
    ck_assert_int_eq(lapic_pending(&lapics[1]), 0x60);
    icr(1, 0, ICR_TO_SELF << 18 | 0x70);
    ck_assert_int_eq(lapic_pending(&lapics[1]), 0x70);
    icr(1, 0, ICR_TO_ALL << 18 | 0x80);
    ck_assert_int_eq(lapic_pending(&lapics[0]), 0x80);
    ck_assert_int_eq(lapic_pending(&lapics[1]), 0x80);
    ck_assert_int_eq(lapic_pending(&lapics[2]), 0x80);
    icr(0, 0xff, 0x90);
    ck_assert_int_eq(lapic_pending(&lapics[0]), 0x90);
    ck_assert_int_eq(lapic_pending(&lapics[2]), 0x90);
}
END_TEST

START_TEST(init_and_startup)
{
    icr(0, 1, APIC_INIT << 8 | ICR_LEVEL | ICR_ASSERT);
    icr(0, 1, APIC_INIT << 8 | ICR_LEVEL);
    ck_assert_uint_eq(lapic_take_events(&lapics[1]), LAPIC_EVENT_INIT);
    ck_assert_uint_eq(lapic_take_events(&lapics[1]), 0);
    lapic_reset(&lapics[1]);
    icr(0, 1, APIC_STARTUP << 8 | 0x9a);
    ck_assert_uint_eq(lapic_take_events(&lapics[1]), LAPIC_EVENT_STARTUP);
    ck_assert_uint_eq(lapics[1].startup_vector, 0x9a);
    icr(0, 1, APIC_NMI << 8);
    ck_assert_uint_eq(lapic_take_events(&lapics[1]), LAPIC_EVENT_NMI);
}
END_TEST

START_TEST(logical_destinations)
{
    for (unsigned i = 0; i < CPUS; i++) {
        set(i, LAPIC_LDR, 1u << (24 + i));
    }
    ck_assert_uint_eq(apic_bus_send(&vm, 5, true, APIC_FIXED, 0x40, false), 2);
    ck_assert_int_eq(lapic_pending(&lapics[1]), LAPIC_NO_VECTOR);
    ck_assert_int_eq(lapic_pending(&lapics[2]), 0x40);
    for (unsigned i = 0; i < CPUS; i++) {
        set(i, LAPIC_DFR, 0); /* Clusters: 1 to 3 of one. */
        set(i, LAPIC_LDR, (i + 1) << 28 | 1u << 24);
    }
    ck_assert_uint_eq(apic_bus_send(&vm, 0x21, true, APIC_FIXED, 0x51, false), 1);
    ck_assert_int_eq(lapic_pending(&lapics[1]), 0x51);
    ck_assert_uint_eq(apic_bus_send(&vm, 0x22, true, APIC_FIXED, 0x51, false), 0);
}
END_TEST

START_TEST(lowest_priority_goes_to_one)
{
    for (unsigned i = 0; i < CPUS; i++) {
        set(i, LAPIC_LDR, 1u << (24 + i));
        set(i, LAPIC_TPR, (CPUS - i) << 4);
    }
    ck_assert_uint_eq(apic_bus_send(&vm, 7, true, APIC_LOWEST, 0x88, false), 1);
    ck_assert_int_eq(lapic_pending(&lapics[2]), 0x88);
    set(2, LAPIC_SVR, 0xff);
    ck_assert_uint_eq(apic_bus_send(&vm, 7, true, APIC_LOWEST, 0x89, false), 1);
    ck_assert_int_eq(lapic_pending(&lapics[1]), 0x89);
}
END_TEST

START_TEST(messages)
{
    ck_assert(apic_bus_message(&vm, 0xfee02000, 0x77));
    ck_assert_int_eq(lapic_pending(&lapics[2]), 0x77);
    ck_assert(!apic_bus_message(&vm, 0xfee09000, 0x77));  /* No such processor. */
    ck_assert(!apic_bus_message(&vm, 0xfed02000, 0x77));  /* No such address. */
    ck_assert(!apic_bus_message(&vm, 0x1fee02000, 0x77)); /* Nor above 4 GiB. */
    ck_assert(!apic_bus_message(&vm, 0xfee02000, 0x07));  /* The processor's own vectors. */
    ck_assert(apic_bus_message(&vm, 0xfee01000, APIC_NMI << 8));
    ck_assert_uint_eq(lapic_take_events(&lapics[1]), LAPIC_EVENT_NMI);
}
END_TEST

START_TEST(x2apic_mode)
{
    vmk_uint64 value;

    ck_assert_int_eq(lapic_msr_get(&lapics[2], MSR(LAPIC_ID), &value), VMK_BAD_PARAM);
    set_msr(2, MSR_APIC_BASE, X2APIC_ON);
    ck_assert_int_eq(lapic_msr_get(&lapics[2], MSR(LAPIC_ID), &value), VMK_OK);
    ck_assert_uint_eq(value, 2);
    ck_assert_int_eq(lapic_msr_get(&lapics[2], MSR(LAPIC_LDR), &value), VMK_OK);
    ck_assert_uint_eq(value, 1u << 2);
    ck_assert_int_eq(lapic_msr_get(&lapics[2], MSR(LAPIC_DFR), &value), VMK_BAD_PARAM);
    ck_assert_int_eq(lapic_msr_set(&lapics[2], MSR(LAPIC_EOI), 1), VMK_BAD_PARAM);
    ck_assert_int_eq(lapic_msr_set(&lapics[2], MSR(LAPIC_TPR), 1ul << 32), VMK_BAD_PARAM);
    ck_assert_int_eq(lapic_msr_set(&lapics[2], MSR(LAPIC_ISR), 0), VMK_BAD_PARAM);
    set_msr(2, MSR(LAPIC_ICR_LOW), 1ul << 32 | 0x45);
    ck_assert_int_eq(lapic_pending(&lapics[1]), 0x45);
    ck_assert_int_eq(lapic_msr_get(&lapics[2], MSR(LAPIC_ICR_LOW), &value), VMK_OK);
    ck_assert_uint_eq(value, 1ul << 32 | 0x45);
    set_msr(2, MSR(LAPIC_SELF_IPI), 0x46);
    ck_assert_int_eq(lapic_pending(&lapics[2]), 0x46);
    ck_assert_uint_eq(apic_bus_send(&vm, 1u << 2, true, APIC_FIXED, 0x47, false), 1);
    ck_assert_uint_eq(lapic_read(&lapics[2], LAPIC_ID, 4), 0);
    ck_assert_int_eq(lapic_msr_get(&lapics[2], 0x900, &value), VMK_NOT_FOUND);
}
END_TEST

START_TEST(steps_between_modes)
{
    ck_assert_int_eq(lapic_msr_set(&lapics[1], MSR_APIC_BASE, LAPIC_BASE | LAPIC_BASE_X2APIC), VMK_BAD_PARAM);
    ck_assert_int_eq(lapic_msr_set(&lapics[1], MSR_APIC_BASE, X2APIC_ON | 1), VMK_BAD_PARAM);
    set_msr(1, MSR_APIC_BASE, LAPIC_BASE);
    ck_assert(!lapic_accept(&lapics[1], 0x40, false));
    ck_assert(lapic_takes_extint(&lapics[1]));
    ck_assert_int_eq(lapic_msr_set(&lapics[1], MSR_APIC_BASE, X2APIC_ON), VMK_BAD_PARAM);
    set_msr(1, MSR_APIC_BASE, LAPIC_BASE | LAPIC_BASE_ENABLE);
    set_msr(1, MSR_APIC_BASE, X2APIC_ON);
    ck_assert_int_eq(lapic_msr_set(&lapics[1], MSR_APIC_BASE, LAPIC_BASE | LAPIC_BASE_ENABLE), VMK_BAD_PARAM);
}
END_TEST

START_TEST(errors_are_noted)
{
    set(0, LAPIC_LVT_LAST, 0x3e);
    icr(0, 1, 0x05);
    ck_assert_int_eq(lapic_pending(&lapics[0]), 0x3e);
    ck_assert_uint_eq(get(0, LAPIC_ESR), 0);
    set(0, LAPIC_ESR, 0);
    ck_assert_uint_eq(get(0, LAPIC_ESR), LAPIC_ESR_SEND_VECTOR);
    get(0, 0x40);
    set(0, LAPIC_ESR, 0);
    ck_assert_uint_eq(get(0, LAPIC_ESR), LAPIC_ESR_REGISTER);
    set(0, LAPIC_ESR, 0);
    ck_assert_uint_eq(get(0, LAPIC_ESR), 0);
}
END_TEST

#define WORD 0x40u /* Where CPU 0 is offered the end of interrupts. */

static uint32_t *offer(void)
{
    return (uint32_t *)(vm.memory + WORD);
}

/** As the vCPU does it. */
static void take(vmk_uint8 vector)
{
    (void)lapic_take_events(&lapics[0]);
    ck_assert_int_eq(lapic_pending(&lapics[0]), vector);
    lapic_taken(&lapics[0], vector);
}

START_TEST(an_interrupt_ends_without_a_word)
{
    set_msr(0, MSR_GUEST_EOI, WORD | 1);
    *offer() = 0x100;
    ck_assert(lapic_accept(&lapics[0], 0x41, false));
    take(0x41);
    ck_assert_uint_eq(*offer(), 0x101);
    *offer() = 0x100;
    ck_assert(lapic_accept(&lapics[0], 0x40, false));
    take(0x40);
    ck_assert_uint_eq(*offer(), 0x101);
    *offer() = 0x100;
    ck_assert_uint_eq(get(0, LAPIC_PPR), 0);
    /* What was not offered does not end. */
    ck_assert(lapic_accept(&lapics[0], 0x40, false));
    set_msr(0, MSR_GUEST_EOI, 0);
    take(0x40);
    ck_assert_uint_eq(*offer(), 0x100);
    (void)lapic_take_events(&lapics[0]);
    ck_assert_uint_eq(get(0, LAPIC_PPR), 0x40);
}
END_TEST

START_TEST(an_offer_is_taken_back)
{
    set_msr(0, MSR_GUEST_EOI, WORD | 1);
    ck_assert(lapic_accept(&lapics[0], 0x41, false));
    take(0x41);
    ck_assert(lapic_accept(&lapics[0], 0x42, false));
    (void)lapic_take_events(&lapics[0]);
    ck_assert_uint_eq(*offer(), 0);
    ck_assert_int_eq(lapic_pending(&lapics[0]), LAPIC_NO_VECTOR);
    set(0, LAPIC_EOI, 0);
    ck_assert_int_eq(lapic_pending(&lapics[0]), 0x42);
}
END_TEST

START_TEST(an_end_that_is_waited_for_is_not_offered)
{
    set_msr(0, MSR_GUEST_EOI, WORD | 1);
    ck_assert(lapic_accept(&lapics[0], 0x41, true));
    take(0x41);
    ck_assert_uint_eq(*offer(), 0);
    set(0, LAPIC_EOI, 0);
    ck_assert_uint_eq(vm.eois[0x41], 1);
    ck_assert(lapic_accept(&lapics[0], 0x41, false));
    ck_assert(lapic_accept(&lapics[0], 0x31, false));
    take(0x41);
    ck_assert_uint_eq(*offer(), 0);
    set(0, LAPIC_EOI, 0);
    take(0x31);
    ck_assert_uint_eq(*offer(), 1);
}
END_TEST

START_TEST(an_offer_needs_a_place)
{
    vmk_uint64 value;

    ck_assert_int_eq(lapic_msr_set(&lapics[0], MSR_GUEST_EOI, WORD | 3), VMK_BAD_PARAM);
    ck_assert_int_eq(lapic_msr_set(&lapics[0], MSR_GUEST_EOI, 1ul << 40 | 1), VMK_BAD_PARAM);
    ck_assert_int_eq(lapic_msr_set(&lapics[0], MSR_GUEST_EOI, 1ul << 40), VMK_OK);
    set_msr(0, MSR_GUEST_EOI, WORD | 1);
    ck_assert_int_eq(lapic_msr_get(&lapics[0], MSR_GUEST_EOI, &value), VMK_OK);
    ck_assert_uint_eq(value, WORD | 1);
    lapic_reset(&lapics[0]);
    ck_assert_int_eq(lapic_msr_get(&lapics[0], MSR_GUEST_EOI, &value), VMK_OK);
    ck_assert_uint_eq(value, 0);
}
END_TEST

RUN_TESTS_AFTER(setup, starts_as_the_manual_says, serves_by_priority, task_priority_holds_back,
                ends_level_triggered_ones_on_the_bus, switched_off_it_masks_all, one_shot, periodic,
                tsc_deadline, an_alarm_of_before_is_none, interprocessor_interrupts, init_and_startup,
                logical_destinations, lowest_priority_goes_to_one, messages, x2apic_mode, steps_between_modes,
                errors_are_noted, an_interrupt_ends_without_a_word, an_offer_is_taken_back,
                an_end_that_is_waited_for_is_not_offered, an_offer_needs_a_place)
