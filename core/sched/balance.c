/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * balance.c - on which CPU a world runs: placement of woken worlds, stealing, idling.
 */
#include "sched_cpu.h"

#include <core/arch.h>
#include <vmkapi/base/bottom_half.h>

/* CPUs whose current world is the idle one. */
static smp_mask idle_cpus;

void balance_set_idle(vmk_uint32 num, vmk_Bool idle)
{
    if (idle) {
        __atomic_fetch_or(&idle_cpus, 1ul << num, __ATOMIC_SEQ_CST);
    } else {
        __atomic_fetch_and(&idle_cpus, ~(1ul << num), __ATOMIC_SEQ_CST);
    }
}

/* Take a world that may run on CPU @p num from another CPU's queue. @p maybe: a queue could not be looked at.
 */
static struct runq_entry *steal(vmk_uint32 num, vmk_Bool take, vmk_Bool *maybe)
{
    struct runq_entry *entry = NULL;

    *maybe = VMK_FALSE;
    for (smp_mask others = smp_online_mask() & ~(1ul << num); others != 0 && entry == NULL;
         others &= others - 1) {
        struct sched_cpu *victim = &sched_cpus[__builtin_ctzl(others)];

        if (__atomic_load_n(&victim->runq.count, __ATOMIC_RELAXED) == 0) {
            continue;
        }
        /* Our own queue's lock is held: only trying keeps two thieves from waiting for each other. */
        if (!vmk_SpinlockTryLock(&victim->lock)) {
            *maybe = VMK_TRUE;
            continue;
        }
        entry = runq_find(&victim->runq, num);
        if (entry != NULL && take) {
            runq_remove(&victim->runq, entry);
        }
        vmk_SpinlockUnlock(&victim->lock);
    }
    return entry;
}

struct world *balance_steal(vmk_uint32 num)
{
    vmk_Bool maybe;
    struct runq_entry *entry = steal(num, VMK_TRUE, &maybe);

    return entry == NULL ? NULL : sched_world_of(entry);
}

void balance_invite(const struct runq_entry *entry)
{
    smp_mask thieves;

    /* Of a CPU that goes idle just now, either we see that, or it sees the entry (idle_has_work()). */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    thieves = __atomic_load_n(&idle_cpus, __ATOMIC_RELAXED) & entry->affinity;
    if (thieves != 0) {
        sched_kick((vmk_uint32)__builtin_ctzl(thieves));
    }
}

/* Where a woken world goes: where it was if that is idle, else to an idle CPU, else where it was. */
static vmk_uint32 place(const struct world *world)
{
    smp_mask allowed = world->entry.affinity & smp_online_mask();
    smp_mask idle = __atomic_load_n(&idle_cpus, __ATOMIC_RELAXED) & allowed;
    smp_mask last = 1ul << world->cpu;
    smp_mask from = idle != 0 ? idle : allowed;

    return from & last ? world->cpu : (vmk_uint32)__builtin_ctzl(from);
}

/* Whether CPU @p cpu has to pass through the scheduler now that @p entry is in its queue. */
static vmk_Bool wants_kick(const struct sched_cpu *cpu, const struct runq_entry *entry)
    VMK_REQUIRES(&cpu->lock)
{
    if (cpu->current == cpu->idle || entry->level > cpu->current->entry.level) {
        return VMK_TRUE;
    }
    return entry->level == cpu->current->entry.level && !cpu->slice_runs;
}

void sched_enqueue(struct world *world)
{
    vmk_uint32 num = place(world);
    struct sched_cpu *cpu = &sched_cpus[num];
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&cpu->lock, &flags);
    world->cpu = num;
    runq_insert(&cpu->runq, &world->entry, RUNQ_REAR);
    cpu->stats.wakeups++;
    if (wants_kick(cpu, &world->entry)) {
        sched_kick(num);
    }
    if (cpu->current != cpu->idle) {
        balance_invite(&world->entry);
    }
    vmk_SpinlockUnlockIRQ(&cpu->lock, flags);
}

/* Whether this idle CPU has a reason not to sleep. */
static vmk_Bool idle_has_work(vmk_uint32 num)
{
    vmk_Bool maybe;

    if (VMK_THIS_PCPU->need_resched || VMK_THIS_PCPU->bh_pending != 0) {
        return VMK_TRUE;
    }
    if (steal(num, VMK_FALSE, &maybe) != NULL) {
        VMK_THIS_PCPU->need_resched = 1;
        return VMK_TRUE;
    }
    return maybe;
}

void balance_idle(vmk_uint32 num)
{
    for (;;) {
        vmk_CPUDisableInterrupts();
        if (idle_has_work(num)) {
            vmk_CPUEnableInterrupts();
            vmk_BottomHalfCheck();
        } else {
            arch_idle_wait();
        }
    }
}
