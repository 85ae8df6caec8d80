/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pcpu.h - the running CPU: its number, its preemption count, what it may do right now.
 *
 * preempt_count says in which context the CPU is. It has one field per kind of context:
 *
 *   bits 0-7    preemption held off: spinlocks, RCU read sections, vmk_PreemptDisable()
 *   bits 8-15   bottom halves held off or running
 *   bits 16-19  hard interrupt
 *   bit  20     NMI
 *
 * A world can be preempted, and may block, only when the whole count is 0.
 */
#ifndef VMKAPI_BASE_PCPU_H
#define VMKAPI_BASE_PCPU_H

#include <vmkapi/base/platform.h>
#include <vmkapi/base/types.h>

#define VMK_PREEMPT_ONE         0x00000001u
#define VMK_PREEMPT_MASK        0x000000ffu
#define VMK_BOTTOM_HALF_ONE     0x00000100u
#define VMK_BOTTOM_HALF_MASK    0x0000ff00u
#define VMK_HARD_INTERRUPT_ONE  0x00010000u
#define VMK_HARD_INTERRUPT_MASK 0x000f0000u
#define VMK_NMI_ONE             0x00100000u

/** The public head of a CPU's own data, at the GS base. Only the CPU itself writes it, except as noted. */
typedef struct vmk_PCPU {
    struct vmk_PCPU *self;    /**< This structure in the direct map. */
    vmk_uint32 num;           /**< 0 is the boot CPU. */
    vmk_uint32 preempt_count; /**< See above. */
    void *current_world;      /**< The running struct world. */
    union {
        struct {
            /** Bottom halves to run, one bit each. Any CPU sets them, atomically. */
            volatile vmk_uint32 bh_pending;
            /** A better world waits. Other CPUs set it, then send a reschedule IPI. */
            volatile vmk_uint8 need_resched;
            vmk_uint8 zero[3];
        };
        volatile vmk_uint64 wishes; /**< All of these in one look: 0 when there are none. */
    };
} vmk_PCPU;

/** Each CPU's storage (pcpu_storage.h) begins a page behind its vmk_PCPU. */
#define VMK_PCPU_STORAGE_START 4096u
#define VMK_PCPU_STORAGE_SIZE  4096u

VMK_STATIC_ASSERT(__builtin_offsetof(vmk_PCPU, preempt_count) == 12, "modules and assembly know this layout");
VMK_STATIC_ASSERT(__builtin_offsetof(vmk_PCPU, current_world) == 16, "modules and assembly know this layout");

/** @return how many CPUs run; they are numbered from 0 without gaps. Constant after boot. Context: any. */
vmk_uint32 vmk_NumPCPUs(void);

/**
 * Let a better world run now, if one waits and this CPU is in a world that can be preempted.
 *
 * Does nothing when preemption is held off: its release looks again. With interrupts off it has this CPU
 * interrupted as soon as they are on.
 * Context: any. Called by vmk_PreemptEnable() when it has to.
 */
void vmk_PreemptCheck(void);

/** @return the running CPU's number; stale at once unless preemption is held off. Context: any. */
VMK_ALWAYS_INLINE vmk_uint32 vmk_GetPCPUNum(void)
{
    return VMK_THIS_PCPU->num;
}

/** Keep the running world on this CPU, and running, until vmk_PreemptEnable(). Nests. Context: any. */
VMK_ALWAYS_INLINE void vmk_PreemptDisable(void)
{
    VMK_THIS_PCPU->preempt_count += VMK_PREEMPT_ONE;
    vmk_CompilerBarrier();
}

/** Undo one vmk_PreemptDisable() without looking for a better world: the caller is about to. Context: any. */
VMK_ALWAYS_INLINE void vmk_PreemptEnableNoCheck(void)
{
    vmk_CompilerBarrier();
    VMK_THIS_PCPU->preempt_count -= VMK_PREEMPT_ONE;
}

/** Undo one vmk_PreemptDisable(); may switch to a better world. Context: any. */
VMK_ALWAYS_INLINE void vmk_PreemptEnable(void)
{
    vmk_PreemptEnableNoCheck();
    /* An interrupt before this point leaves its wish for us to see: look for it not earlier. */
    vmk_CompilerBarrier();
    if (VMK_UNLIKELY(VMK_THIS_PCPU->need_resched) && VMK_THIS_PCPU->preempt_count == 0) {
        vmk_PreemptCheck();
    }
}

/** @return true in a hard interrupt or NMI. Context: any. */
VMK_ALWAYS_INLINE vmk_Bool vmk_InInterrupt(void)
{
    return (VMK_THIS_PCPU->preempt_count & (VMK_HARD_INTERRUPT_MASK | VMK_NMI_ONE)) != 0;
}

/** @return true in a bottom half, or where bottom halves are held off. Context: any. */
VMK_ALWAYS_INLINE vmk_Bool vmk_InBottomHalf(void)
{
    return (VMK_THIS_PCPU->preempt_count & VMK_BOTTOM_HALF_MASK) != 0;
}

/** @return true where a call may block: a world, preemption not held off, interrupts on. Context: any. */
VMK_ALWAYS_INLINE vmk_Bool vmk_CanBlock(void)
{
    return VMK_THIS_PCPU->preempt_count == 0 && vmk_CPUHasIntsEnabled();
}

#endif
