/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sched.c - which world a CPU runs: switching, preemption, placement of woken worlds, stealing, idling.
 *
 * A CPU holds its run queue's lock across a switch: the world switched to releases it. So whoever has that
 * lock sees no world half way off this CPU. No lock that is taken under it may be held around world_wake().
 */
#include <core/arch.h>
#include <core/bottom_half.h>
#include <core/clock.h>
#include <core/ipi.h>
#include <core/pcpu.h>
#include <core/rcu.h>
#include <core/runq.h>
#include <core/sched.h>
#include <core/smp.h>
#include <core/spinlock.h>
#include <core/timer.h>
#include <core/world.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/export.h>

#define SLICE_NS (10 * CLOCK_NS_PER_MS)

/** Why the running world leaves its CPU. */
enum leave {
    LEAVE_PREEMPTED,
    LEAVE_YIELD,
    LEAVE_BLOCK,
    LEAVE_DEAD,
};

static struct sched_cpu {
    vmk_SpinlockObject lock; /**< Guards what follows. Rank RUNQ, interrupts off. */
    struct runq runq;
    struct world *current;
    struct world *previous;   /**< Between the two halves of a switch: who was switched from. */
    struct world *idle;       /**< Constant. */
    vmk_uint64 since_ns;      /**< When current's time was last accounted. */
    vmk_uint64 kicked_ns;     /**< When need_resched was set; atomic. */
    vmk_uint64 worst_kick_ns; /**< The longest it took from there to the scheduler. */
    vmk_Bool slice_runs;      /**< The end of current's slice is timed. */
    struct sched_stats stats;
} VMK_ATTRIBUTE_ALIGN(VMK_L1_CACHELINE_SIZE) cpus[VMK_MAX_PCPUS];

/* CPUs whose current world is the idle one. */
static smp_mask idle_cpus;

static struct sched_cpu *this_cpu(void)
{
    return &cpus[vmk_GetPCPUNum()];
}

static struct world *world_of(struct runq_entry *entry)
{
    return VMK_CONTAINER_OF(entry, struct world, entry);
}

struct sched_stats *sched_stats_here(void)
{
    return &this_cpu()->stats;
}

const struct sched_stats *sched_stats_get(vmk_uint32 cpu)
{
    return &cpus[cpu].stats;
}

/* Make CPU @p cpu look at its run queue soon; it is interrupted once until it has. */
void sched_kick(vmk_uint32 cpu)
{
    vmk_PCPU *pcpu = smp_pcpu(cpu);

    if (__atomic_exchange_n(&pcpu->need_resched, 1, __ATOMIC_SEQ_CST)) {
        return;
    }
    __atomic_store_n(&cpus[cpu].kicked_ns, clock_now_ns(), __ATOMIC_RELAXED);
    if (cpu != vmk_GetPCPUNum()) {
        arch_send_ipi(cpu, IPI_RESCHEDULE);
    }
}

vmk_uint64 sched_worst_kick_ns(vmk_uint32 cpu)
{
    return cpus[cpu].worst_kick_ns;
}

/* A running world kept the CPU from its scheduler since it was kicked: preemption or interrupts were off. */
static void note_kick(struct sched_cpu *cpu)
{
    vmk_uint64 kicked = __atomic_exchange_n(&cpu->kicked_ns, 0, __ATOMIC_RELAXED);

    if (kicked != 0 && cpu->current != cpu->idle && cpu->since_ns > kicked &&
        cpu->since_ns - kicked > cpu->worst_kick_ns) {
        cpu->worst_kick_ns = cpu->since_ns - kicked;
    }
}

/* Charge the time since the last call to the running world. */
static void account(struct sched_cpu *cpu, struct world *world)
{
    vmk_uint64 now = clock_now_ns(), ran = now - cpu->since_ns;

    cpu->since_ns = now;
    world->run_ns += ran;
    world->slice_left_ns -= ran < world->slice_left_ns ? ran : world->slice_left_ns;
    if (world == cpu->idle) {
        cpu->stats.idle_ns += ran;
    } else {
        cpu->stats.run_ns += ran;
    }
}

/* Put the running world where it belongs from now on. */
static void leave(struct sched_cpu *cpu, struct world *world, enum leave how)
{
    enum world_state waiting = WORLD_WAITING;
    vmk_Bool continues = how == LEAVE_PREEMPTED && world->slice_left_ns > 0;

    if (world == cpu->idle) {
        return;
    }
    if (how == LEAVE_DEAD) {
        world->state = WORLD_DEAD;
        return;
    }
    if (how == LEAVE_BLOCK) {
        if (__atomic_compare_exchange_n(&world->state, &waiting, WORLD_BLOCKED, 0, __ATOMIC_SEQ_CST,
                                        __ATOMIC_SEQ_CST)) {
            return;
        }
        continues = VMK_TRUE; /* Woken already. */
    }
    if (!continues) {
        world->slice_left_ns = 0;
    }
    runq_insert(&cpu->runq, &world->entry, continues ? RUNQ_FRONT : RUNQ_REAR);
}

/* Take a world that may run on CPU @p num from another CPU's queue. @p maybe: a queue could not be looked at.
 */
static struct runq_entry *steal(vmk_uint32 num, vmk_Bool take, vmk_Bool *maybe)
{
    struct runq_entry *entry = NULL;

    for (smp_mask others = smp_online_mask() & ~(1ul << num); others != 0 && entry == NULL;
         others &= others - 1) {
        struct sched_cpu *victim = &cpus[__builtin_ctzl(others)];

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

/*
 * @p entry has to wait in its queue: have an idle CPU come for it. Of a CPU that goes idle just now, either
 * we see that it is idle, or it sees the entry before it sleeps (idle_has_work()).
 */
static void invite_thief(const struct runq_entry *entry)
{
    smp_mask thieves;

    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    thieves = __atomic_load_n(&idle_cpus, __ATOMIC_RELAXED) & entry->affinity;
    if (thieves != 0) {
        sched_kick((vmk_uint32)__builtin_ctzl(thieves));
    }
}

/* Take the best world for this CPU out of the queues; the idle world when there is none. */
static struct world *choose(struct sched_cpu *cpu, vmk_uint32 num)
{
    vmk_Bool maybe = VMK_FALSE;
    struct runq_entry *entry = runq_first(&cpu->runq);

    if (entry != NULL) {
        runq_remove(&cpu->runq, entry);
        return world_of(entry);
    }
    entry = steal(num, VMK_TRUE, &maybe);
    if (entry == NULL) {
        return cpu->idle;
    }
    cpu->stats.steals++;
    return world_of(entry);
}

/* Have @p world run a slice, or what is left of it; time its end only if somebody waits for that. */
static void start_slice(struct sched_cpu *cpu, struct world *world)
{
    if (world->slice_left_ns == 0) {
        world->slice_left_ns = SLICE_NS;
    }
    cpu->slice_runs = world != cpu->idle && runq_best_level(&cpu->runq) == world->entry.level;
    timer_slice_set(cpu->slice_runs ? cpu->since_ns + world->slice_left_ns : TIMER_NEVER);
}

static void set_idle(vmk_uint32 num, vmk_Bool idle)
{
    if (idle) {
        __atomic_fetch_or(&idle_cpus, 1ul << num, __ATOMIC_SEQ_CST);
    } else {
        __atomic_fetch_and(&idle_cpus, ~(1ul << num), __ATOMIC_SEQ_CST);
    }
}

/* The second half of a switch, on the new world's stack. */
static void finish_switch(void)
{
    struct sched_cpu *cpu = this_cpu();
    struct world *previous = cpu->previous;
    vmk_Bool dead = previous->state == WORLD_DEAD;

    /* From here on another CPU may run it. */
    __atomic_store_n(&previous->on_cpu, VMK_FALSE, __ATOMIC_RELEASE);
    vmk_SpinlockRelease(&cpu->lock);
    if (dead) {
        world_bury(previous);
    }
}

static void switch_to(struct sched_cpu *cpu, vmk_uint32 num, struct world *from, struct world *to)
{
    VMK_VERIFY(!to->on_cpu);
    to->on_cpu = VMK_TRUE;
    to->cpu = num;
    to->switches++;
    cpu->stats.switches++;
    cpu->current = to;
    cpu->previous = from;
    VMK_THIS_PCPU->current_world = to;
    if (from == cpu->idle || to == cpu->idle) {
        set_idle(num, to == cpu->idle);
    }
    arch_context_switch(&from->context, &to->context);
    finish_switch();
}

/* Pass through the scheduler. Interrupts off, preemption held off once; on return maybe on another CPU. */
static void reschedule(enum leave how)
{
    vmk_uint32 num = vmk_GetPCPUNum();
    struct sched_cpu *cpu = &cpus[num];
    struct world *from = cpu->current, *to;

    VMK_VERIFY(VMK_THIS_PCPU->preempt_count == VMK_PREEMPT_ONE);
    VMK_THIS_PCPU->need_resched = 0;
    vmk_SpinlockAcquire(&cpu->lock);
    rcu_quiescent(num);
    account(cpu, from);
    note_kick(cpu);
    leave(cpu, from, how);
    to = choose(cpu, num);
    start_slice(cpu, to);
    if (to == from) {
        vmk_SpinlockRelease(&cpu->lock);
        return;
    }
    if (how == LEAVE_PREEMPTED && from != cpu->idle) {
        from->preemptions++;
        cpu->stats.preemptions++;
        invite_thief(&from->entry);
    }
    switch_to(cpu, num, from, to);
}

/* Back in a world's own code: interrupts on, and what became pending while they were off. */
static void resume(void)
{
    vmk_PreemptEnableNoCheck();
    vmk_CPUEnableInterrupts();
    if (VMK_THIS_PCPU->need_resched || VMK_THIS_PCPU->bh_pending != 0) {
        vmk_BottomHalfCheck();
    }
}

/* reschedule() from a world's own code, interrupts on. */
static void give_way(enum leave how)
{
    vmk_CPUDisableInterrupts();
    vmk_PreemptDisable();
    reschedule(how);
    resume();
}

static void preempt(void)
{
    vmk_PreemptDisable();
    reschedule(LEAVE_PREEMPTED);
    vmk_PreemptEnableNoCheck();
}

void sched_interrupt_exit(void)
{
    vmk_uint32 count = VMK_THIS_PCPU->preempt_count;

    if ((count & ~VMK_PREEMPT_MASK) != 0 || world_current() == NULL) {
        return;
    }
    for (;;) {
        if (bottom_half_is_due()) {
            bottom_half_run();
        } else if (count == 0 && VMK_THIS_PCPU->need_resched) {
            preempt();
        } else {
            return;
        }
    }
}

void vmk_BottomHalfCheck(void)
{
    if ((VMK_THIS_PCPU->preempt_count & ~VMK_PREEMPT_MASK) != 0) {
        return;
    }
    if (!vmk_CPUHasIntsEnabled()) {
        /* Come back as soon as interrupts are on. */
        arch_send_ipi(vmk_GetPCPUNum(), IPI_RESCHEDULE);
        return;
    }
    vmk_CPUDisableInterrupts();
    sched_interrupt_exit();
    vmk_CPUEnableInterrupts();
}
VMK_EXPORT_SYMBOL(vmk_BottomHalfCheck);

void vmk_PreemptCheck(void)
{
    vmk_BottomHalfCheck();
}
VMK_EXPORT_SYMBOL(vmk_PreemptCheck);

void world_wait_announce(void)
{
    __atomic_store_n(&world_current()->state, WORLD_WAITING, __ATOMIC_SEQ_CST);
}

void world_wait_cancel(void)
{
    __atomic_store_n(&world_current()->state, WORLD_RUNNABLE, __ATOMIC_SEQ_CST);
}

void world_block(void)
{
    vmk_WorldAssertIsSafeToBlock();
    give_way(LEAVE_BLOCK);
}

void sched_yield(void)
{
    vmk_WorldAssertIsSafeToBlock();
    give_way(LEAVE_YIELD);
}

void sched_leave_dead(void)
{
    give_way(LEAVE_DEAD);
    VMK_NOT_REACHED();
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
{
    if (cpu->current == cpu->idle || entry->level > cpu->current->entry.level) {
        return VMK_TRUE;
    }
    return entry->level == cpu->current->entry.level && !cpu->slice_runs;
}

void sched_enqueue(struct world *world)
{
    vmk_uint32 num = place(world);
    struct sched_cpu *cpu = &cpus[num];
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&cpu->lock, &flags);
    world->cpu = num;
    runq_insert(&cpu->runq, &world->entry, RUNQ_REAR);
    cpu->stats.wakeups++;
    if (wants_kick(cpu, &world->entry)) {
        sched_kick(num);
    }
    if (cpu->current != cpu->idle) {
        invite_thief(&world->entry);
    }
    vmk_SpinlockUnlockIRQ(&cpu->lock, flags);
}

vmk_Bool world_wake(struct world *world)
{
    enum world_state state = __atomic_load_n(&world->state, __ATOMIC_SEQ_CST);

    do {
        if (state != WORLD_WAITING && state != WORLD_BLOCKED) {
            return VMK_FALSE;
        }
    } while (!__atomic_compare_exchange_n(&world->state, &state, WORLD_RUNNABLE, 0, __ATOMIC_SEQ_CST,
                                          __ATOMIC_SEQ_CST));
    if (state == WORLD_BLOCKED) {
        while (__atomic_load_n(&world->on_cpu, __ATOMIC_ACQUIRE)) {
            vmk_CPURelax();
        }
        sched_enqueue(world);
    }
    return VMK_TRUE;
}

/* Whether this idle CPU has a reason not to sleep. */
static vmk_Bool idle_has_work(vmk_uint32 num)
{
    vmk_Bool maybe = VMK_FALSE;

    if (VMK_THIS_PCPU->need_resched || VMK_THIS_PCPU->bh_pending != 0) {
        return VMK_TRUE;
    }
    if (steal(num, VMK_FALSE, &maybe) != NULL) {
        VMK_THIS_PCPU->need_resched = 1;
        return VMK_TRUE;
    }
    return maybe;
}

VMK_ATTRIBUTE_NORETURN static void idle_loop(vmk_uint32 num)
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

static vmk_StatusValue idle_main(void *data)
{
    idle_loop(vmk_GetPCPUNum());
}

/* What other worlds have behind arch_context_switch(). */
void sched_first_switch(void)
{
    finish_switch();
    resume();
}

/* Make @p running what this CPU runs, @p idle what it runs otherwise. */
static void start_cpu(vmk_uint32 num, struct world *running, struct world *idle)
{
    struct sched_cpu *cpu = &cpus[num];

    running->on_cpu = VMK_TRUE;
    cpu->since_ns = clock_now_ns();
    cpu->current = running;
    cpu->idle = idle;
    VMK_THIS_PCPU->current_world = running;
}

void sched_init(vmk_VA stack, vmk_ByteCount stack_bytes)
{
    struct world *init;

    spinlock_init(cpu_info_get(0)->under_hypervisor);
    for (unsigned i = 0; i < VMK_MAX_PCPUS; i++) {
        vmk_SpinlockInit(&cpus[i].lock, "runq", VMK_RANK_RUNQ);
        runq_init(&cpus[i].runq);
    }
    world_wait_init();
    timer_init();
    rcu_init();
    init = world_adopt("init", 0, stack, stack_bytes);
    start_cpu(0, init, world_create_idle(0, idle_main));
    world_reaper_start();
    sched_cpus_started();
    sched_stats_init();
}

void sched_cpus_started(void)
{
    static smp_mask served;

    for (smp_mask fresh = smp_online_mask() & ~served; fresh != 0; fresh &= fresh - 1) {
        vmk_uint32 num = (vmk_uint32)__builtin_ctzl(fresh);

        bottom_half_start(num);
        sched_stats_add_cpu(num);
        served |= 1ul << num;
    }
}

void sched_secondary_main(vmk_uint32 num, vmk_VA stack_base, vmk_ByteCount stack_bytes)
{
    struct world *idle = world_adopt("idle", num, stack_base, stack_bytes);

    start_cpu(num, idle, idle);
    set_idle(num, VMK_TRUE);
    vmk_CPUEnableInterrupts();
    idle_loop(num);
}
