/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cpu.c - the one CPU, its interrupts, and what of SMP is left with one.
 *
 * The interrupt flag belongs to the thread: a world keeps its own while another has the CPU, and a new one
 * starts with interrupts off.
 */
#include <core/arch.h>
#include <core/clock.h>
#include <core/ipi.h>
#include <core/irq_vector.h>
#include <core/pcpu.h>
#include <core/smp.h>
#include <core/world.h>
#include <hosted/fault.h>
#include <hosted/machine.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/pcpu.h>

#define VECTORS 64
#define GSIS    24

static struct vector {
    irq_vector_handler handler;
    void *arg;
    vmk_Bool waits;
} vectors[VECTORS];

/* An IOAPIC's pins; all level-triggered. */
static struct gsi {
    vmk_uint8 vector;
    vmk_Bool unmasked;
    vmk_Bool asserted;
} gsis[GSIS];

/* The CPU's data, and its storage. */
static union {
    vmk_PCPU head;
    vmk_uint8 bytes[VMK_PCPU_STORAGE_START + VMK_PCPU_STORAGE_SIZE];
} area = {.head = {.self = &area.head}};
#define cpu area.head

__thread vmk_uint64 hosted_flags;
vmk_Bool hosted_interrupt_waits;

struct vmk_PCPU *hosted_pcpu(void)
{
    return &cpu;
}

vmk_uint32 vmk_NumPCPUs(void)
{
    return 1;
}

static void call_handler(struct vector *vector)
{
    cpu.preempt_count += VMK_HARD_INTERRUPT_ONE;
    if (vector == &vectors[HOSTED_VECTOR_TIMER]) {
        timer_interrupt();
    } else if (vector->handler != NULL) {
        vector->handler(vector->arg);
    }
    cpu.preempt_count -= VMK_HARD_INTERRUPT_ONE;
}

/* A pin that is still asserted when its handler is done fires again. */
static void resample_pins(void)
{
    for (struct gsi *gsi = gsis; gsi < gsis + GSIS; gsi++) {
        if (gsi->asserted && gsi->unmasked) {
            vectors[gsi->vector].waits = VMK_TRUE;
            hosted_interrupt_waits = VMK_TRUE;
        }
    }
}

static void take(struct vector *vector)
{
    vector->waits = VMK_FALSE;
    hosted_flags &= ~VMK_CPU_FLAG_INTERRUPTS;
    call_handler(vector);
    resample_pins();
    sched_interrupt_exit();
    hosted_flags |= VMK_CPU_FLAG_INTERRUPTS;
}

void hosted_take_interrupts(void)
{
    while (hosted_interrupt_waits) {
        hosted_interrupt_waits = VMK_FALSE;
        for (struct vector *vector = vectors; vector < vectors + VECTORS; vector++) {
            if (vector->waits) {
                take(vector);
            }
        }
    }
}

void hosted_vector_raise(vmk_uint8 vector)
{
    vectors[vector].waits = VMK_TRUE;
    hosted_interrupt_waits = VMK_TRUE;
    if (vmk_CPUHasIntsEnabled()) {
        hosted_take_interrupts();
    }
}

void hosted_gsi_set(vmk_uint32 gsi, vmk_Bool asserted)
{
    gsis[gsi].asserted = asserted;
    if (asserted && gsis[gsi].unmasked) {
        hosted_vector_raise(gsis[gsi].vector);
    }
}

/* Interrupts on, and a moment for them to be taken in. */
void arch_idle_wait(void)
{
    vmk_CPUEnableInterrupts();
    hosted_timer_check();
    if (cpu.need_resched == 0 && !hosted_timer_skip()) {
        vmk_Panic("hosted: every world waits, and nothing is left that could wake one");
    }
}

void arch_halt(void)
{
    vmk_Panic("hosted: the CPU was halted");
}

void arch_send_ipi(vmk_uint32 to, enum ipi ipi)
{
    VMK_VERIFY(to == 0 && ipi == IPI_RESCHEDULE);
    hosted_vector_raise(HOSTED_VECTOR_RESCHEDULE);
}

smp_mask smp_online_mask(void)
{
    return 1;
}

vmk_uint32 smp_present_count(void)
{
    return 1;
}

vmk_PCPU *smp_pcpu(vmk_uint32 num)
{
    VMK_VERIFY(num == 0);
    return &cpu;
}

const struct cpu_info *cpu_info_get(vmk_uint32 num)
{
    static const struct cpu_info info = {.vendor = "hosted"};

    return &info;
}

VMK_ReturnStatus irq_vector_alloc(vmk_uint32 num, irq_vector_handler handler, void *arg, vmk_uint8 *vector)
{
    if (hosted_fault_hit()) {
        return VMK_NO_RESOURCES;
    }
    for (vmk_uint8 i = HOSTED_VECTOR_DEVICES; i < VECTORS; i++) {
        if (vectors[i].handler == NULL) {
            vectors[i] = (struct vector){.handler = handler, .arg = arg};
            *vector = i;
            return VMK_OK;
        }
    }
    return VMK_NO_RESOURCES;
}

void irq_vector_free(vmk_uint32 num, vmk_uint8 vector)
{
    vectors[vector].handler = NULL;
}

VMK_ReturnStatus ioapic_route(vmk_uint32 gsi, vmk_uint32 num, vmk_uint8 vector, unsigned flags)
{
    if (gsi >= GSIS) {
        return VMK_NOT_FOUND;
    }
    VMK_VERIFY((flags & IOAPIC_LEVEL) != 0);
    gsis[gsi].vector = vector;
    gsis[gsi].unmasked = VMK_FALSE;
    return VMK_OK;
}

void ioapic_mask(vmk_uint32 gsi)
{
    gsis[gsi].unmasked = VMK_FALSE;
}

void ioapic_unmask(vmk_uint32 gsi)
{
    gsis[gsi].unmasked = VMK_TRUE;
    hosted_gsi_set(gsi, gsis[gsi].asserted);
}

vmk_uint32 ioapic_isa_gsi(vmk_uint8 isa_irq, unsigned *flags)
{
    *flags = IOAPIC_EDGE_HIGH;
    return isa_irq;
}

void arch_msi_message(vmk_uint32 num, vmk_uint8 vector, vmk_uint64 *address, vmk_uint32 *data)
{
    *address = 0xfee00000;
    *data = vector;
}
