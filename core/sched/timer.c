/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * timer.c - the CPUs' timers: arming from anywhere, firing in a bottom half, one-shot hardware behind.
 *
 * timer->cpu says whose lock guards a timer; it changes only under the lock of the CPU it names. A timer
 * whose callback runs stays with that CPU, so that who disarms it knows where to look.
 */
#include <core/account.h>
#include <core/clock.h>
#include <core/sched.h>
#include <core/timer.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/bottom_half.h>
#include <vmkapi/base/export.h>

static struct timer_cpu {
    vmk_SpinlockObject lock; /**< Rank TIMER, interrupts off. */
    vmk_TimerObject *heap VMK_GUARDED_BY(lock);
    vmk_TimerObject *running VMK_GUARDED_BY(lock); /**< Whose callback is being called; maybe freed by it. */
    vmk_uint64 slice_ns;         /**< End of the running world's slice. This CPU only, interrupts off. */
    vmk_uint64 programmed_ns;    /**< What the hardware timer stands at, likewise; */
    vmk_uint64 programmed_at_ns; /**< and when it was set. */
    vmk_uint64 worst_lateness_ns;
} VMK_ATTRIBUTE_ALIGN(VMK_L1_CACHELINE_SIZE) timer_cpus[VMK_MAX_PCPUS];

static vmk_BottomHalf timers_due;

/* Set the hardware if it stands later. If it stands earlier it fires for nothing, and is set again. */
static void program(struct timer_cpu *cpu, vmk_uint64 deadline_ns)
{
    if (deadline_ns < cpu->programmed_ns) {
        cpu->programmed_ns = deadline_ns;
        cpu->programmed_at_ns = clock_now_ns();
        arch_timer_set(deadline_ns);
    }
}

static void program_first(struct timer_cpu *cpu) VMK_REQUIRES(&cpu->lock)
{
    if (cpu->heap != NULL) {
        program(cpu, cpu->heap->deadline_ns);
    }
    program(cpu, cpu->slice_ns);
}

void timer_slice_set(vmk_uint64 deadline_ns)
{
    struct timer_cpu *cpu = &timer_cpus[vmk_GetPCPUNum()];

    cpu->slice_ns = deadline_ns;
    program(cpu, deadline_ns);
}

void timer_nap_begin(vmk_uint64 deadline_ns)
{
    program(&timer_cpus[vmk_GetPCPUNum()], deadline_ns);
}

/* Set later at once, for it would interrupt whatever runs then. */
void timer_nap_end(void)
{
    struct timer_cpu *cpu = &timer_cpus[vmk_GetPCPUNum()];

    vmk_SpinlockAcquire(&cpu->lock);
    cpu->programmed_ns = TIMER_NEVER;
    program_first(cpu);
    vmk_SpinlockRelease(&cpu->lock);
}

static void note_lateness(struct timer_cpu *cpu, vmk_uint64 now)
{
    vmk_uint64 due = cpu->programmed_ns > cpu->programmed_at_ns ? cpu->programmed_ns : cpu->programmed_at_ns;

    if (due <= now && now - due > cpu->worst_lateness_ns) {
        cpu->worst_lateness_ns = now - due;
    }
}

void timer_interrupt(void)
{
    struct timer_cpu *cpu = &timer_cpus[vmk_GetPCPUNum()];
    vmk_uint64 now = clock_now_ns(), flags;
    vmk_Bool due;

    vmk_SpinlockLockIRQ(&cpu->lock, &flags);
    note_lateness(cpu, now);
    cpu->programmed_ns = TIMER_NEVER;
    if (cpu->slice_ns <= now) {
        cpu->slice_ns = TIMER_NEVER;
        sched_kick(vmk_GetPCPUNum());
    }
    due = cpu->heap != NULL && cpu->heap->deadline_ns <= now;
    if (due) {
        /* The bottom half will look after the heap. It may have to wait for its world, and that for this
         * slice's end. */
        program(cpu, cpu->slice_ns);
    } else {
        program_first(cpu);
    }
    vmk_SpinlockUnlockIRQ(&cpu->lock, flags);
    if (due) {
        vmk_BottomHalfSchedule(timers_due, VMK_PCPU_THIS);
    }
}

/* Take the first timer if it is due; its callback is called with the lock released. */
static vmk_TimerObject *start_first(struct timer_cpu *cpu) VMK_REQUIRES(&cpu->lock)
{
    vmk_TimerObject *timer = cpu->heap;

    if (timer == NULL || timer->deadline_ns > clock_now_ns()) {
        return NULL;
    }
    timer_heap_remove(&cpu->heap, timer);
    timer->armed = VMK_FALSE;
    account_add(timer->module, ACCOUNT_TIMERS, -1);
    return timer;
}

/* The bottom half. */
static void run_due(vmk_AddrCookie data)
{
    struct timer_cpu *cpu = &timer_cpus[vmk_GetPCPUNum()];
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&cpu->lock, &flags);
    while ((cpu->running = start_first(cpu)) != NULL) {
        vmk_TimerCallback callback = cpu->running->callback;
        vmk_AddrCookie cookie = cpu->running->data;

        vmk_SpinlockUnlockIRQ(&cpu->lock, flags);
        callback(cookie);
        sched_stats_here()->timers_fired++;
        vmk_SpinlockLockIRQ(&cpu->lock, &flags);
    }
    program_first(cpu);
    vmk_SpinlockUnlockIRQ(&cpu->lock, flags);
}

void timer_init(void)
{
    vmk_BottomHalfProps props = {.moduleID = VMK_VMKERNEL_MODULE_ID, .name = {"timers"}, .callback = run_due};

    for (unsigned i = 0; i < VMK_MAX_PCPUS; i++) {
        vmk_SpinlockInit(&timer_cpus[i].lock, "timers", VMK_RANK_TIMER);
        timer_cpus[i].slice_ns = TIMER_NEVER;
        timer_cpus[i].programmed_ns = TIMER_NEVER;
    }
    VMK_VERIFY(vmk_BottomHalfRegister(&props, &timers_due) == VMK_OK);
}

vmk_uint64 timer_worst_lateness_ns(vmk_uint32 cpu)
{
    return timer_cpus[cpu].worst_lateness_ns;
}

/* The CPU that guards @p timer, unless it moves. */
static struct timer_cpu *cpu_of(const vmk_TimerObject *timer)
{
    return &timer_cpus[__atomic_load_n(&timer->cpu, __ATOMIC_RELAXED)];
}

/* Lock @p cpu if @p timer has not moved away. @return whether it is locked. */
static vmk_Bool lock_if_home(struct timer_cpu *cpu, const vmk_TimerObject *timer, vmk_uint64 *flags)
    VMK_TRY_ACQUIRE(1, &cpu->lock)
{
    vmk_SpinlockLockIRQ(&cpu->lock, flags);
    if (cpu_of(timer) == cpu) {
        return VMK_TRUE;
    }
    vmk_SpinlockUnlockIRQ(&cpu->lock, *flags);
    return VMK_FALSE;
}

/* The locked CPU's half of disarming. */
static vmk_Bool take_out(struct timer_cpu *cpu, vmk_TimerObject *timer) VMK_REQUIRES(&cpu->lock)
{
    if (!timer->armed) {
        return VMK_FALSE;
    }
    timer_heap_remove(&cpu->heap, timer);
    timer->armed = VMK_FALSE;
    account_add(timer->module, ACCOUNT_TIMERS, -1);
    return VMK_TRUE;
}

void vmk_TimerInit(vmk_TimerObject *timer, vmk_ModuleID module, vmk_TimerCallback callback,
                   vmk_AddrCookie data)
{
    *timer = (vmk_TimerObject){
        .callback = callback, .data = data, .module = module, .cpu = (vmk_uint16)vmk_GetPCPUNum()};
}
VMK_EXPORT_SYMBOL(vmk_TimerInit);

vmk_Bool vmk_TimerArm(vmk_TimerObject *timer, vmk_uint64 deadline_ns)
{
    vmk_uint64 outer = vmk_CPUSaveInterrupts(), flags;
    vmk_uint16 here = (vmk_uint16)vmk_GetPCPUNum();
    struct timer_cpu *cpu;
    vmk_Bool was_armed = VMK_FALSE;

    for (;;) {
        do {
            cpu = cpu_of(timer);
        } while (!lock_if_home(cpu, timer, &flags));
        was_armed |= take_out(cpu, timer);
        if (timer->cpu == here || cpu->running == timer) {
            break;
        }
        __atomic_store_n(&timer->cpu, here, __ATOMIC_RELAXED);
        vmk_SpinlockUnlockIRQ(&cpu->lock, flags);
    }
    timer->deadline_ns = deadline_ns;
    timer->armed = VMK_TRUE;
    account_add(timer->module, ACCOUNT_TIMERS, 1);
    timer_heap_insert(&cpu->heap, timer);
    /* Another CPU, being in the middle of its bottom half, looks again by itself. */
    if (timer->cpu == here) {
        program_first(cpu);
    }
    vmk_SpinlockUnlockIRQ(&cpu->lock, flags);
    vmk_CPURestoreInterrupts(outer);
    return was_armed;
}
VMK_EXPORT_SYMBOL(vmk_TimerArm);

vmk_Bool vmk_TimerDisarm(vmk_TimerObject *timer, vmk_Bool wait)
{
    vmk_Bool was_armed = VMK_FALSE, running;
    struct timer_cpu *cpu;
    vmk_uint64 flags;

    do {
        do {
            cpu = cpu_of(timer);
        } while (!lock_if_home(cpu, timer, &flags));
        was_armed |= take_out(cpu, timer);
        running = cpu->running == timer;
        vmk_SpinlockUnlockIRQ(&cpu->lock, flags);
        vmk_CPURelax();
    } while (wait && running);
    return was_armed;
}
VMK_EXPORT_SYMBOL(vmk_TimerDisarm);
