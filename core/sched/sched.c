/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sched.c - which world a CPU runs: switching, preemption, blocking and waking.
 */
#include "sched_cpu.h"

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

/** Why the running world leaves its CPU. */
enum leave {
    LEAVE_PREEMPTED,
    LEAVE_YIELD,
    LEAVE_BLOCK,
    LEAVE_DEAD,
};

struct sched_cpu sched_cpus[VMK_MAX_PCPUS];

/* The clock of the guest that was chosen last, of those on all CPUs the one that is most ahead; atomic. */
static vmk_uint64 guest_time;

struct sched_stats *sched_stats_here(void)
{
    return &sched_cpus[vmk_GetPCPUNum()].stats;
}

const struct sched_stats *sched_stats_get(vmk_uint32 cpu)
{
    return &sched_cpus[cpu].stats;
}

/* Make CPU @p cpu look at its run queue soon; it is interrupted once until it has. */
void sched_kick(vmk_uint32 cpu)
{
    vmk_PCPU *pcpu = smp_pcpu(cpu);

    if (__atomic_exchange_n(&pcpu->need_resched, 1, __ATOMIC_SEQ_CST)) {
        return;
    }
    __atomic_store_n(&sched_cpus[cpu].kicked_ns, clock_now_ns(), __ATOMIC_RELAXED);
    if (cpu != vmk_GetPCPUNum()) {
        arch_send_ipi(cpu, IPI_RESCHEDULE);
    }
}

vmk_uint64 sched_worst_kick_ns(vmk_uint32 cpu)
{
    return sched_cpus[cpu].worst_kick_ns;
}

/* A running world kept the CPU from its scheduler since it was kicked: preemption or interrupts were off. */
static void note_kick(struct sched_cpu *cpu) VMK_REQUIRES(&cpu->lock)
{
    vmk_uint64 kicked = __atomic_exchange_n(&cpu->kicked_ns, 0, __ATOMIC_RELAXED);

    if (kicked != 0 && cpu->current != cpu->idle && cpu->since_ns > kicked &&
        cpu->since_ns - kicked > cpu->worst_kick_ns) {
        cpu->worst_kick_ns = cpu->since_ns - kicked;
    }
}

vmk_uint64 sched_guest_time(void)
{
    return __atomic_load_n(&guest_time, __ATOMIC_RELAXED);
}

static void advance_guest_time(vmk_uint64 virtual_ns)
{
    vmk_uint64 before = sched_guest_time();

    while (share_is_before(before, virtual_ns) &&
           !__atomic_compare_exchange_n(&guest_time, &before, virtual_ns, VMK_TRUE, __ATOMIC_RELAXED,
                                        __ATOMIC_RELAXED)) {
    }
}

/* A guest that had a CPU to itself, while others shared theirs, is not owed what those got more by now. */
static void charge_guest(struct share *share, vmk_uint64 ran_ns)
{
    share_charge(share, ran_ns);
    share_catch_up(share, sched_guest_time() - GUEST_LAG_NS);
}

/* Charge the time since the last call to the running world. */
static void account(struct sched_cpu *cpu, struct world *world) VMK_REQUIRES(&cpu->lock)
{
    vmk_uint64 now = clock_now_ns(), ran = now - cpu->since_ns;

    cpu->since_ns = now;
    __atomic_store_n(&world->run_ns, world->run_ns + ran, __ATOMIC_RELAXED);
    world->slice_left_ns -= ran < world->slice_left_ns ? ran : world->slice_left_ns;
    if (world == cpu->idle) {
        cpu->stats.idle_ns += ran;
    } else {
        cpu->stats.run_ns += ran;
    }
    if (sched_is_guest(world)) {
        charge_guest(&world->entry.share, ran);
    }
}

static enum runq_place place_of(const struct world *world, vmk_Bool continues)
{
    if (sched_is_guest(world)) {
        return RUNQ_IN_TURN;
    }
    return continues ? RUNQ_FRONT : RUNQ_REAR;
}

/* Put the running world where it belongs from now on. */
static void leave(struct sched_cpu *cpu, struct world *world, enum leave how) VMK_REQUIRES(&cpu->lock)
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
    runq_insert(&cpu->runq, &world->entry, place_of(world, continues));
}

/* Take the best world for this CPU out of the queues; the idle world when there is none. A guest is chosen
 * only if none waits elsewhere that should go before it. */
static struct world *choose(struct sched_cpu *cpu, vmk_uint32 num) VMK_REQUIRES(&cpu->lock)
{
    struct runq_entry *entry = runq_first(&cpu->runq);
    struct world *stolen = NULL;

    if (entry == NULL || entry->level <= WORLD_LEVEL_GUEST) {
        stolen = balance_steal(num, entry);
    }
    if (stolen != NULL) {
        cpu->stats.steals++;
        return stolen;
    }
    if (entry == NULL) {
        return cpu->idle;
    }
    runq_remove(&cpu->runq, entry);
    return sched_world_of(entry);
}

/* Whether the end of @p world's slice is timed. A guest's always is: others may wait on other CPUs. */
static vmk_Bool is_timed(const struct sched_cpu *cpu, const struct world *world) VMK_REQUIRES(&cpu->lock)
{
    return world != cpu->idle && (sched_is_guest(world) || runq_best_level(&cpu->runq) == world->entry.level);
}

/* Have @p world run a slice, or what is left of it. */
static void start_slice(struct sched_cpu *cpu, struct world *world) VMK_REQUIRES(&cpu->lock)
{
    if (world->slice_left_ns == 0) {
        world->slice_left_ns = SCHED_SLICE_NS;
    }
    if (sched_is_guest(world)) {
        advance_guest_time(world->entry.share.virtual_ns);
    }
    cpu->slice_runs = is_timed(cpu, world);
    timer_slice_set(cpu->slice_runs ? cpu->since_ns + world->slice_left_ns : TIMER_NEVER);
}

/* The second half of a switch, on the new world's stack. */
static void finish_switch(void) VMK_NO_THREAD_SAFETY_ANALYSIS("releases what the world switched from took")
{
    struct sched_cpu *cpu = &sched_cpus[vmk_GetPCPUNum()];
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
    VMK_RELEASE(&cpu->lock) VMK_NO_THREAD_SAFETY_ANALYSIS("the world switched to releases it")
{
    VMK_VERIFY(!to->on_cpu);
    if (from->leave_cpu != NULL) {
        from->leave_cpu(from->data);
    }
    to->on_cpu = VMK_TRUE;
    to->cpu = num;
    to->switches++;
    cpu->stats.switches++;
    cpu->current = to;
    cpu->previous = from;
    VMK_THIS_PCPU->current_world = to;
    if (from == cpu->idle || to == cpu->idle) {
        balance_set_idle(num, to == cpu->idle);
    }
    if (sched_is_guest(from) != sched_is_guest(to)) {
        balance_set_guest(num, sched_is_guest(to));
    }
    arch_context_switch(&from->context, &to->context);
    finish_switch();
}

/* Pass through the scheduler. Interrupts off, preemption held off once; on return maybe on another CPU. */
static void reschedule(enum leave how)
{
    vmk_uint32 num = vmk_GetPCPUNum();
    struct sched_cpu *cpu = &sched_cpus[num];
    struct world *from, *to;

    VMK_VERIFY(VMK_THIS_PCPU->preempt_count == VMK_PREEMPT_ONE);
    VMK_THIS_PCPU->need_resched = 0;
    vmk_SpinlockAcquire(&cpu->lock);
    from = cpu->current;
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
        balance_invite(num, &from->entry);
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

vmk_Bool world_others_wait(void) VMK_NO_THREAD_SAFETY_ANALYSIS("a look, as of now")
{
    const struct sched_cpu *cpu = &sched_cpus[vmk_GetPCPUNum()];

    return __atomic_load_n(&cpu->runq.levels, __ATOMIC_RELAXED) >> world_current()->entry.level != 0;
}

void sched_yield(void)
{
    vmk_WorldAssertIsSafeToBlock();
    give_way(LEAVE_YIELD);
}

void world_become_guest(vmk_uint32 shares)
{
    struct sched_cpu *cpu;
    struct world *self;

    vmk_CPUDisableInterrupts();
    cpu = &sched_cpus[vmk_GetPCPUNum()];
    vmk_SpinlockAcquire(&cpu->lock);
    self = cpu->current;
    self->entry.share = (struct share){.shares = shares, .virtual_ns = sched_guest_time()};
    self->entry.level = WORLD_LEVEL_GUEST;
    balance_set_guest(vmk_GetPCPUNum(), VMK_TRUE);
    vmk_SpinlockRelease(&cpu->lock);
    vmk_CPUEnableInterrupts();
    sched_yield();
}

void sched_leave_dead(void)
{
    give_way(LEAVE_DEAD);
    VMK_NOT_REACHED();
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

static vmk_StatusValue idle_main(void *data)
{
    balance_idle(vmk_GetPCPUNum());
}

/* What other worlds have behind arch_context_switch(). */
void sched_first_switch(void)
{
    finish_switch();
    resume();
}

/* Make @p running what this CPU runs, @p idle what it runs otherwise. */
static void start_cpu(vmk_uint32 num, struct world *running, struct world *idle) VMK_UNSHARED
{
    struct sched_cpu *cpu = &sched_cpus[num];

    running->on_cpu = VMK_TRUE;
    cpu->since_ns = clock_now_ns();
    cpu->current = running;
    cpu->idle = idle;
    VMK_THIS_PCPU->current_world = running;
}

void sched_init(vmk_VA stack, vmk_ByteCount stack_bytes) VMK_UNSHARED
{
    struct world *init;

    spinlock_init(cpu_info_get(0)->under_hypervisor);
    for (unsigned i = 0; i < VMK_MAX_PCPUS; i++) {
        vmk_SpinlockInit(&sched_cpus[i].lock, "runq", VMK_RANK_RUNQ);
        runq_init(&sched_cpus[i].runq);
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
    balance_set_idle(num, VMK_TRUE);
    vmk_CPUEnableInterrupts();
    balance_idle(num);
}
