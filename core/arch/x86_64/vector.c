/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vector.c - handing interrupts to whoever has the vector, and the way out of an interrupt.
 */
#include "vector.h"
#include "ipi.h"
#include "lapic.h"
#include "trap.h"

#include <core/clock.h>
#include <core/smp.h>
#include <core/world.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/core/spinlock.h>

static vmk_SpinlockObject vector_lock = VMK_SPINLOCK_INITIALIZER("vectors", VMK_RANK_VECTOR);

static void on_timer(void *arg)
{
    cpu_this()->stats.timer++;
    timer_interrupt();
}

static void on_call(void *arg)
{
    cpu_this()->stats.call++;
    ipi_serve_calls();
}

/* The wake-up is the message: need_resched is looked at on the way out. */
static void on_reschedule(void *arg)
{
    cpu_this()->stats.reschedule++;
}

void vector_init_cpu(struct cpu *cpu)
{
    cpu->vectors[VECTOR_TIMER].handler = on_timer;
    cpu->vectors[VECTOR_IPI_RESCHEDULE].handler = on_reschedule;
    cpu->vectors[VECTOR_IPI_CALL].handler = on_call;
}

static const vmk_StatField counters[] = {
    VMK_STAT_FIELD(struct interrupt_stats, all),        VMK_STAT_FIELD(struct interrupt_stats, timer),
    VMK_STAT_FIELD(struct interrupt_stats, reschedule), VMK_STAT_FIELD(struct interrupt_stats, call),
    VMK_STAT_FIELD(struct interrupt_stats, calls_made), VMK_STAT_FIELD(struct interrupt_stats, stray),
};

void vector_show_counters(struct cpu *cpu)
{
    vmk_StatGroupInit(&cpu->stat_group, VMK_VMKERNEL_MODULE_ID, counters, VMK_ARRAY_SIZE(counters),
                      "interrupts/cpu%u", cpu->head.num);
    cpu->stat_group.base = &cpu->stats;
    VMK_VERIFY(vmk_StatGroupRegister(&cpu->stat_group) == VMK_OK);
}

VMK_ReturnStatus irq_vector_alloc(vmk_uint32 cpu, irq_vector_handler handler, void *arg, vmk_uint8 *vector)
{
    vmk_StatusValue status = VMK_NO_RESOURCES;
    vmk_uint64 flags;

    if (cpu >= vmk_NumPCPUs()) {
        return VMK_BAD_PARAM;
    }
    if (cpus[cpu]->apic_id > LAPIC_ID_8BIT_MAX) {
        return VMK_NOT_SUPPORTED;
    }
    vmk_SpinlockLockIRQ(&vector_lock, &flags);
    for (unsigned v = VECTOR_DEVICE_FIRST; v <= VECTOR_DEVICE_LAST; v++) {
        struct vector_slot *slot = &cpus[cpu]->vectors[v];

        if (slot->handler == NULL) {
            slot->arg = arg;
            __atomic_store_n(&slot->handler, handler, __ATOMIC_RELEASE);
            *vector = (vmk_uint8)v;
            status = VMK_OK;
            break;
        }
    }
    vmk_SpinlockUnlockIRQ(&vector_lock, flags);
    return status;
}

static void do_nothing(void *arg)
{
}

void irq_vector_free(vmk_uint32 cpu, vmk_uint8 vector)
{
    __atomic_store_n(&cpus[cpu]->vectors[vector].handler, NULL, __ATOMIC_RELEASE);
    /* Handlers run with interrupts off: when that CPU answers, it has left this one. */
    smp_call(1ul << cpu, do_nothing, NULL, VMK_TRUE);
}

static void call_handler(struct cpu *cpu, vmk_uint64 vector)
{
    struct vector_slot *slot = &cpu->vectors[vector];
    irq_vector_handler handler = __atomic_load_n(&slot->handler, __ATOMIC_ACQUIRE);

    if (handler == NULL) {
        cpu->stats.stray++;
        return;
    }
    handler(slot->arg);
}

/* The PICs raise their spurious vectors even when masked; neither they nor the LAPIC's own want an EOI. */
static vmk_Bool needs_eoi(vmk_uint64 vector)
{
    return vector >= VECTOR_DEVICE_FIRST && vector != VECTOR_SPURIOUS;
}

void interrupt_dispatch(const struct trap_frame *frame)
{
    struct cpu *cpu = cpu_this();

    cpu->head.preempt_count += VMK_HARD_INTERRUPT_ONE;
    cpu->stats.all++;
    call_handler(cpu, frame->vector);
    if (needs_eoi(frame->vector)) {
        lapic_eoi();
    }
    cpu->head.preempt_count -= VMK_HARD_INTERRUPT_ONE;

    sched_interrupt_exit();
}
