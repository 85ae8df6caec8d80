/* SPDX-License-Identifier: GPL-2.0-only */
#include "run.h"
#include "vm_host.h"

#include <core/vmm/lapic.h>

#include "dev/ioapic.h"
#include "dev/lapic_regs.h"

#define MASKED (1u << 16)
#define LEVEL  (1u << 15)
#define REMOTE (1u << 14)

static struct vm vm;
static struct ioapic ioapic;
static struct lapic lapic;

static void setup(void)
{
    vm_host_init(&vm, 4096);
    ioapic_init(&ioapic, &vm);
    lapic_init(&lapic, &vm, 0, true);
    vm.lapics[0] = &lapic;
}

static vmk_uint32 get(unsigned index)
{
    vm_host_write(&vm, &ioapic.registers, 0x00, 4, index);
    return (vmk_uint32)vm_host_read(&vm, &ioapic.registers, 0x10, 4);
}

static void set(unsigned index, vmk_uint32 value)
{
    vm_host_write(&vm, &ioapic.registers, 0x00, 4, index);
    vm_host_write(&vm, &ioapic.registers, 0x10, 4, value);
}

static void redirect(unsigned pin, vmk_uint32 low, vmk_uint32 destination)
{
    set(0x11 + 2 * pin, destination << 24);
    set(0x10 + 2 * pin, low);
}

/** Take what is pending, as the processor would. @return the vector, or LAPIC_NO_VECTOR. */
static int take(void)
{
    int vector = lapic_pending(&lapic);

    if (vector != LAPIC_NO_VECTOR) {
        lapic_taken(&lapic, (vmk_uint8)vector);
    }
    return vector;
}

START_TEST(starts_masked)
{
    ck_assert_uint_eq(get(1), 0x00170020);
    for (unsigned pin = 0; pin < IOAPIC_PINS; pin++) {
        ck_assert_uint_eq(get(0x10 + 2 * pin), MASKED);
    }
    ck_assert_uint_eq(get(0x40), 0);
    set(0, 0x0f000000);
    ck_assert_uint_eq(get(0), 0x0f000000);
    ck_assert_uint_eq(get(2), 0x0f000000);
}
END_TEST

START_TEST(edges)
{
    redirect(4, 0x34, 0);
    ioapic_irq_set(&ioapic, 4, true);
    ck_assert_int_eq(take(), 0x34);
    ioapic_irq_set(&ioapic, 4, true);
    ck_assert_int_eq(take(), LAPIC_NO_VECTOR);
    ioapic_irq_set(&ioapic, 4, false);
    lapic_write(&lapic, LAPIC_EOI, 4, 0);
    ck_assert_uint_eq(vm.eois[0x34], 0);
    ioapic_irq_set(&ioapic, 4, true);
    ck_assert_int_eq(take(), 0x34);
}
END_TEST

START_TEST(an_edge_on_a_masked_pin_is_lost)
{
    redirect(4, MASKED | 0x34, 0);
    ioapic_irq_set(&ioapic, 4, true);
    redirect(4, 0x34, 0);
    ck_assert_int_eq(take(), LAPIC_NO_VECTOR);
}
END_TEST

START_TEST(levels)
{
    redirect(16, LEVEL | 0x41, 0);
    ioapic_irq_set(&ioapic, 16, true);
    ck_assert_int_eq(take(), 0x41);
    ck_assert_uint_eq(get(0x30), LEVEL | REMOTE | 0x41);
    ioapic_irq_set(&ioapic, 16, true); /* Another of those that share it: not before the end. */
    set(0x30, LEVEL | 0x41);
    ck_assert_uint_eq(lapic.irr[0x41 / 32], 0);
    ioapic_eoi(&ioapic, 0x40); /* Another's. */
    ck_assert_uint_eq(get(0x30), LEVEL | REMOTE | 0x41);
    lapic_write(&lapic, LAPIC_EOI, 4, 0);
    ck_assert_uint_eq(vm.eois[0x41], 1);
    ioapic_eoi(&ioapic, 0x41);
    ck_assert_int_eq(take(), 0x41); /* It is high still. */
    ioapic_irq_set(&ioapic, 16, false);
    lapic_write(&lapic, LAPIC_EOI, 4, 0);
    ioapic_eoi(&ioapic, 0x41);
    ck_assert_uint_eq(get(0x30), LEVEL | 0x41);
    ck_assert_int_eq(take(), LAPIC_NO_VECTOR);
}
END_TEST

START_TEST(a_level_is_there_when_unmasked)
{
    redirect(16, LEVEL | MASKED | 0x41, 0);
    ioapic_irq_set(&ioapic, 16, true);
    ck_assert_int_eq(take(), LAPIC_NO_VECTOR);
    redirect(16, LEVEL | 0x41, 0);
    ck_assert_int_eq(take(), 0x41);
}
END_TEST

START_TEST(its_eoi_register_ends_too)
{
    redirect(16, LEVEL | 0x41, 0);
    ioapic_irq_set(&ioapic, 16, true);
    ioapic_irq_set(&ioapic, 16, false);
    vm_host_write(&vm, &ioapic.registers, 0x40, 4, 0x41);
    ck_assert_uint_eq(get(0x30), LEVEL | 0x41);
}
END_TEST

START_TEST(read_only_bits_stay)
{
    redirect(16, ~0u, 0xff);
    ck_assert_uint_eq(get(0x30), 0x1afff);
    ck_assert_uint_eq(get(0x31), 0xff000000);
    redirect(16, LEVEL | 0x41, 0);
    ioapic_irq_set(&ioapic, 16, true);
    set(0x30, LEVEL | MASKED | 0x41);
    ck_assert_uint_eq(get(0x30), LEVEL | MASKED | REMOTE | 0x41);
    set(0x30, MASKED | 0x41); /* As an edge it has no remote IRR. */
    ck_assert_uint_eq(get(0x30), MASKED | 0x41);
}
END_TEST

START_TEST(nobody_there_does_not_wedge_it)
{
    redirect(16, LEVEL | 0x41, 9);
    ioapic_irq_set(&ioapic, 16, true);
    ck_assert_uint_eq(get(0x30) & REMOTE, 0);
    set(0x31, 0);
    ck_assert_int_eq(take(), 0x41);
}
END_TEST

RUN_TESTS_AFTER(setup, starts_masked, edges, an_edge_on_a_masked_pin_is_lost, levels,
                a_level_is_there_when_unmasked, its_eoi_register_ends_too, read_only_bits_stay,
                nobody_there_does_not_wedge_it)
