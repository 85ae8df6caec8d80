/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bottom_half.c - functions that run after interrupts, and the worlds that run them when there is too much.
 *
 * A CPU's pending bits are set by anybody and taken by the CPU itself. While its bottom-half world has taken
 * over, interrupts leave the bits to it.
 */
#include <core/account.h>
#include <core/bottom_half.h>
#include <core/clock.h>
#include <core/ipi.h>
#include <core/sched.h>
#include <core/smp.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/export.h>
#include <vmkapi/base/rcu.h>
#include <vmkapi/core/spinlock.h>
#include <vmkapi/lib/libc.h>

/* Guards slots against each other's registration. */
static vmk_SpinlockObject slots_lock = VMK_SPINLOCK_INITIALIZER("bottom halves", VMK_RANK_HELPER);

static struct {
    vmk_BottomHalfProps props;
    vmk_BottomHalfCallback callback; /**< NULL: not registered. Read without the lock. */
    vmk_Bool used VMK_GUARDED_BY(slots_lock);
} slots[VMK_BOTTOM_HALVES_MAX];

static struct {
    struct world *world;  /**< NULL until there is one. */
    vmk_Bool handed_over; /**< The world is to run them. Changed by this CPU, interrupts off. */
} bh_cpus[VMK_MAX_PCPUS];

VMK_ReturnStatus vmk_BottomHalfRegister(const vmk_BottomHalfProps *props, vmk_BottomHalf *bh)
{
    vmk_StatusValue status = VMK_NO_RESOURCES;

    if (props->callback == NULL) {
        return VMK_BAD_PARAM;
    }
    vmk_SpinlockLock(&slots_lock);
    for (vmk_BottomHalf i = 0; i < VMK_BOTTOM_HALVES_MAX && status != VMK_OK; i++) {
        if (!slots[i].used) {
            slots[i].used = VMK_TRUE;
            slots[i].props = *props;
            __atomic_store_n(&slots[i].callback, props->callback, __ATOMIC_RELEASE);
            *bh = i;
            status = VMK_OK;
        }
    }
    vmk_SpinlockUnlock(&slots_lock);
    if (status == VMK_OK) {
        account_add(props->moduleID, ACCOUNT_BOTTOM_HALVES, 1);
    }
    return status;
}
VMK_EXPORT_SYMBOL(vmk_BottomHalfRegister);

void vmk_BottomHalfUnregister(vmk_BottomHalf bh)
{
    VMK_VERIFY(bh < VMK_BOTTOM_HALVES_MAX && slots[bh].callback != NULL);
    __atomic_store_n(&slots[bh].callback, NULL, __ATOMIC_SEQ_CST);
    for (smp_mask online = smp_online_mask(); online != 0; online &= online - 1) {
        __atomic_fetch_and(&smp_pcpu((vmk_uint32)__builtin_ctzl(online))->bh_pending, ~(1u << bh),
                           __ATOMIC_RELAXED);
    }
    /* Bottom halves hold preemption off: one that runs now is done after a grace period. */
    vmk_RCUSynchronize();
    account_add(slots[bh].props.moduleID, ACCOUNT_BOTTOM_HALVES, -1);
    vmk_SpinlockLock(&slots_lock);
    slots[bh].used = VMK_FALSE;
    vmk_SpinlockUnlock(&slots_lock);
}
VMK_EXPORT_SYMBOL(vmk_BottomHalfUnregister);

/* Set bits of a CPU. @return whether one was new. */
static vmk_Bool set_pending(vmk_PCPU *pcpu, vmk_uint32 bits)
{
    return (__atomic_fetch_or(&pcpu->bh_pending, bits, __ATOMIC_SEQ_CST) & bits) != bits;
}

/* Make sure that this CPU gets to its pending bottom halves. Preemption is held off. */
static void run_soon(void)
{
    vmk_uint32 count = VMK_THIS_PCPU->preempt_count;

    if ((count & ~VMK_PREEMPT_MASK) == 0 && !bh_cpus[vmk_GetPCPUNum()].handed_over) {
        /* vmk_PreemptEnable() looks at nothing else. */
        sched_kick(vmk_GetPCPUNum());
    }
}

void vmk_BottomHalfSchedule(vmk_BottomHalf bh, vmk_uint32 pcpu)
{
    if (pcpu == VMK_PCPU_THIS && (VMK_THIS_PCPU->preempt_count & ~VMK_PREEMPT_MASK) != 0) {
        /* The common case: whoever handles an interrupt stays on its CPU, and looks for more at the end. */
        (void)set_pending(VMK_THIS_PCPU->self, 1u << bh);
        return;
    }
    vmk_PreemptDisable();
    if (pcpu == VMK_PCPU_THIS || pcpu == vmk_GetPCPUNum()) {
        if (set_pending(VMK_THIS_PCPU->self, 1u << bh)) {
            run_soon();
        }
    } else if (set_pending(smp_pcpu(pcpu), 1u << bh)) {
        arch_send_ipi(pcpu, IPI_RESCHEDULE);
    }
    vmk_PreemptEnable();
}
VMK_EXPORT_SYMBOL(vmk_BottomHalfSchedule);

vmk_Bool bottom_half_is_due(void)
{
    return VMK_THIS_PCPU->bh_pending != 0 && !bh_cpus[vmk_GetPCPUNum()].handed_over;
}

/* Run everything that is pending now, once. Interrupts off; on meanwhile. */
static void run_round(void)
{
    vmk_uint32 pending = __atomic_exchange_n(&VMK_THIS_PCPU->self->bh_pending, 0, __ATOMIC_SEQ_CST);

    vmk_CPUEnableInterrupts();
    for (; pending != 0; pending &= pending - 1) {
        unsigned bh = (unsigned)__builtin_ctz(pending);
        vmk_BottomHalfCallback callback = __atomic_load_n(&slots[bh].callback, __ATOMIC_ACQUIRE);

        if (callback != NULL) {
            callback(slots[bh].props.data);
            sched_stats_here()->bh_runs++;
        }
    }
    vmk_CPUDisableInterrupts();
}

static void hand_over(vmk_uint32 cpu)
{
    bh_cpus[cpu].handed_over = VMK_TRUE;
    sched_stats_here()->bh_handovers++;
    world_wake(bh_cpus[cpu].world);
}

void bottom_half_run(void)
{
    vmk_uint32 cpu = vmk_GetPCPUNum();
    vmk_uint64 end = clock_now_ns() + BOTTOM_HALF_BUDGET_NS;
    vmk_Bool more;

    VMK_THIS_PCPU->preempt_count += VMK_BOTTOM_HALF_RUNNING;
    do {
        run_round();
        more = VMK_THIS_PCPU->bh_pending != 0;
    } while (more && (clock_now_ns() < end || bh_cpus[cpu].world == NULL));
    if (more) {
        hand_over(cpu);
    }
    VMK_THIS_PCPU->preempt_count -= VMK_BOTTOM_HALF_RUNNING;
}

/* One round in the bottom-half world. @return whether that was all, so that interrupts do it again. */
static vmk_Bool relieve(vmk_uint32 cpu)
{
    vmk_Bool done;

    vmk_CPUDisableInterrupts();
    VMK_THIS_PCPU->preempt_count += VMK_BOTTOM_HALF_RUNNING;
    run_round();
    done = VMK_THIS_PCPU->bh_pending == 0;
    bh_cpus[cpu].handed_over = !done;
    VMK_THIS_PCPU->preempt_count -= VMK_BOTTOM_HALF_RUNNING;
    vmk_CPUEnableInterrupts();
    return done;
}

static vmk_StatusValue bottom_half_main(void *data)
{
    vmk_uint32 cpu = (vmk_uint32)(vmk_uint64)data;

    for (;;) {
        world_wait_announce();
        if (!__atomic_load_n(&bh_cpus[cpu].handed_over, __ATOMIC_SEQ_CST)) {
            world_block();
            continue;
        }
        world_wait_cancel();
        while (!relieve(cpu)) {
            vmk_WorldYield();
        }
    }
    return VMK_OK;
}

void bottom_half_start(vmk_uint32 cpu)
{
    char name[VMK_MISC_NAME_MAX];
    vmk_WorldProps props = {.name = name,
                            .moduleID = VMK_VMKERNEL_MODULE_ID,
                            .startFunction = bottom_half_main,
                            .data = (void *)(vmk_uint64)cpu,
                            .affinity = 1ul << cpu};
    vmk_WorldID id;

    vmk_Snprintf(name, sizeof(name), "bottom-half-%u", cpu);
    VMK_VERIFY(vmk_WorldCreate(&props, &id) == VMK_OK);
    bh_cpus[cpu].world = world_get(id);
}
