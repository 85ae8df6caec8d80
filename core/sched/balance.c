/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * balance.c - on which CPU a world runs: placement of woken worlds, stealing, idling.
 */
#include "sched_cpu.h"

#include <core/arch.h>
#include <vmkapi/base/bottom_half.h>

/* CPUs whose current world is the idle one. */
static smp_mask idle_cpus;

/* CPUs whose current world is a guest: next best for the kernel's own. */
static smp_mask guest_cpus;

static void set(smp_mask *mask, vmk_uint32 num, vmk_Bool on)
{
    if (on) {
        __atomic_fetch_or(mask, 1ul << num, __ATOMIC_SEQ_CST);
    } else {
        __atomic_fetch_and(mask, ~(1ul << num), __ATOMIC_SEQ_CST);
    }
}

void balance_set_idle(vmk_uint32 num, vmk_Bool idle)
{
    set(&idle_cpus, num, idle);
}

void balance_set_guest(vmk_uint32 num, vmk_Bool guest)
{
    set(&guest_cpus, num, guest);
}

/* Whether @p entry, which waits elsewhere, is worth being moved to go before @p over. */
static vmk_Bool goes_before(const struct runq_entry *entry, const struct runq_entry *over)
{
    if (over == NULL || entry->level != over->level) {
        return over == NULL || entry->level > over->level;
    }
    return entry->level == WORLD_LEVEL_GUEST &&
           share_is_before(entry->share.virtual_ns + SCHED_SLICE_NS, over->share.virtual_ns);
}

/* Find a world that may run on CPU @p num, and should go before @p over, in another CPU's queue; @p take it.
 * @p maybe: a queue could not be looked at. */
static struct runq_entry *steal(vmk_uint32 num, const struct runq_entry *over, vmk_Bool take, vmk_Bool *maybe)
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
        if (entry != NULL && !goes_before(entry, over)) {
            entry = NULL;
        }
        if (entry != NULL && take) {
            runq_remove(&victim->runq, entry);
        }
        vmk_SpinlockUnlock(&victim->lock);
    }
    return entry;
}

struct world *balance_steal(vmk_uint32 num, const struct runq_entry *over)
{
    vmk_Bool maybe;
    struct runq_entry *entry = steal(num, over, VMK_TRUE, &maybe);

    return entry == NULL ? NULL : sched_world_of(entry);
}

void balance_invite(vmk_uint32 num, const struct runq_entry *entry)
{
    smp_mask thieves, guests;

    /* Of a CPU that goes idle just now, either we see that, or it sees the entry (idle_has_work()). */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    thieves = __atomic_load_n(&idle_cpus, __ATOMIC_RELAXED) & entry->affinity;
    guests = __atomic_load_n(&guest_cpus, __ATOMIC_RELAXED);
    if (thieves == 0 && entry->level > WORLD_LEVEL_GUEST && (guests & 1ul << num) == 0) {
        thieves = guests & entry->affinity;
    }
    if (thieves != 0) {
        sched_kick((vmk_uint32)__builtin_ctzl(thieves));
    }
}

/* Where a woken world goes: to an idle CPU, else, of the kernel's, to one that runs a guest, else to any; of
 * those to the one where it was. */
static vmk_uint32 place(const struct world *world)
{
    smp_mask allowed = world->entry.affinity & smp_online_mask();
    smp_mask idle = __atomic_load_n(&idle_cpus, __ATOMIC_RELAXED) & allowed;
    smp_mask last = 1ul << world->cpu;
    smp_mask guests = __atomic_load_n(&guest_cpus, __ATOMIC_RELAXED) & allowed;
    smp_mask from = idle;

    if (from == 0 && world->entry.level > WORLD_LEVEL_GUEST) {
        from = guests;
    }
    from = from != 0 ? from : allowed;

    return from & last ? world->cpu : (vmk_uint32)__builtin_ctzl(from);
}

/* Whether the clock of the guest that runs on @p cpu is ahead of @p entry's by now. */
static vmk_Bool is_ahead_of(const struct sched_cpu *cpu, const struct runq_entry *entry)
    VMK_REQUIRES(&cpu->lock)
{
    const struct share *share = &cpu->current->entry.share;

    return entry->level == WORLD_LEVEL_GUEST &&
           share_is_before(entry->share.virtual_ns,
                           share->virtual_ns + share_virtual(share->shares, clock_now_ns() - cpu->since_ns));
}

/* Whether CPU @p cpu has to pass through the scheduler now that @p entry is in its queue. */
static vmk_Bool wants_kick(const struct sched_cpu *cpu, const struct runq_entry *entry)
    VMK_REQUIRES(&cpu->lock)
{
    if (cpu->current == cpu->idle || entry->level > cpu->current->entry.level) {
        return VMK_TRUE;
    }
    return entry->level == cpu->current->entry.level && (!cpu->slice_runs || is_ahead_of(cpu, entry));
}

void sched_enqueue(struct world *world)
{
    vmk_uint32 num = place(world);
    struct sched_cpu *cpu = &sched_cpus[num];
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&cpu->lock, &flags);
    world->cpu = num;
    if (sched_is_guest(world)) {
        share_catch_up(&world->entry.share, sched_guest_time());
    }
    runq_insert(&cpu->runq, &world->entry, sched_is_guest(world) ? RUNQ_IN_TURN : RUNQ_REAR);
    cpu->stats.wakeups++;
    if (wants_kick(cpu, &world->entry)) {
        sched_kick(num);
    }
    if (cpu->current != cpu->idle) {
        balance_invite(num, &world->entry);
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
    if (steal(num, NULL, VMK_FALSE, &maybe) != NULL) {
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
