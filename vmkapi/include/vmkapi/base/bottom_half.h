/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bottom_half.h - work an interrupt leaves for a moment later, on a CPU, with interrupts on.
 *
 * A bottom half is one of 32 registered functions. Scheduled on a CPU it runs there once, soon: when the
 * outermost interrupt ends, or when preemption or bottom halves are allowed again. Scheduling it again before
 * it starts changes nothing; while it runs, makes it run again. It never runs twice at once on one CPU, but
 * may run on several CPUs. It must not block. When bottom halves take more than their share of a CPU, the
 * rest is done in that CPU's bottom-half world, among the other worlds.
 */
#ifndef VMKAPI_BASE_BOTTOM_HALF_H
#define VMKAPI_BASE_BOTTOM_HALF_H

#include <vmkapi/base/pcpu.h>
#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>

#define VMK_BOTTOM_HALVES_MAX 32

/** Bottom halves held off, for the annotations of who does that; never defined. */
extern struct VMK_CAPABILITY("bottom halves off") vmk_BottomHalvesOff vmk_bottomHalvesOff;

/** A registered bottom half. */
typedef vmk_uint32 vmk_BottomHalf;
#define VMK_INVALID_BOTTOM_HALF ((vmk_BottomHalf)~0u)

/** Schedule on the running CPU. */
#define VMK_PCPU_THIS ((vmk_uint32)~0u)

typedef void (*vmk_BottomHalfCallback)(vmk_AddrCookie data);

typedef struct vmk_BottomHalfProps {
    vmk_ModuleID moduleID; /**< Owner, charged with one bottom half. */
    vmk_Name name;
    vmk_BottomHalfCallback callback;
    vmk_AddrCookie data; /**< Passed to the callback. */
} vmk_BottomHalfProps;

/*
 * The bottom-half field of the preempt count: an odd number of ONE while one runs,
 * twice ONE for each vmk_BottomHalfDisable().
 */
#define VMK_BOTTOM_HALF_RUNNING  VMK_BOTTOM_HALF_ONE
#define VMK_BOTTOM_HALF_DISABLED (2u * VMK_BOTTOM_HALF_ONE)

/**
 * Register a bottom half.
 *
 * Context: world. @return VMK_OK; VMK_BAD_PARAM without a callback; VMK_NO_RESOURCES when all are in use.
 */
VMK_ReturnStatus vmk_BottomHalfRegister(const vmk_BottomHalfProps *props, vmk_BottomHalf *bh);

/**
 * Unregister a bottom half. Nobody may schedule it any more.
 *
 * Returns when it runs on no CPU and never will again; a run that was pending is dropped.
 * Context: may block.
 */
void vmk_BottomHalfUnregister(vmk_BottomHalf bh);

/**
 * Have @p bh run on CPU @p pcpu, or on this one for VMK_PCPU_THIS.
 *
 * Context: any but NMI. Never blocks; from a world that could be preempted it runs before the return.
 */
void vmk_BottomHalfSchedule(vmk_BottomHalf bh, vmk_uint32 pcpu);

/**
 * Run what is pending on this CPU, then let a better world run, if both are allowed here and now.
 *
 * Context: any. For vmk_BottomHalfEnable(); of use elsewhere only in a long loop.
 */
void vmk_BottomHalfCheck(void);

/** Hold bottom halves off on this CPU, and stay on it. Nests. Context: world or bottom half. */
VMK_ALWAYS_INLINE void vmk_BottomHalfDisable(void) VMK_ACQUIRE_SHARED(vmk_bottomHalvesOff)
    VMK_NO_THREAD_SAFETY_ANALYSIS("is what it says")
{
    VMK_THIS_PCPU->preempt_count += VMK_BOTTOM_HALF_DISABLED;
    vmk_CompilerBarrier();
}

/** Undo one vmk_BottomHalfDisable(); runs what became pending meanwhile. Interrupts on. */
VMK_ALWAYS_INLINE void vmk_BottomHalfEnable(void) VMK_RELEASE_SHARED(vmk_bottomHalvesOff)
    VMK_NO_THREAD_SAFETY_ANALYSIS("is what it says")
{
    vmk_CompilerBarrier();
    VMK_THIS_PCPU->preempt_count -= VMK_BOTTOM_HALF_DISABLED;
    /* An interrupt before this point leaves its bottom halves for us to see: look for them not earlier. */
    vmk_CompilerBarrier();
    if (VMK_UNLIKELY(VMK_THIS_PCPU->wishes != 0)) {
        vmk_BottomHalfCheck();
    }
}

/** @return whether a bottom half runs on this CPU now; vmk_InBottomHalf() is also true where they are held
 * off. */
VMK_ALWAYS_INLINE vmk_Bool vmk_RunningBottomHalf(void)
{
    return (VMK_THIS_PCPU->preempt_count & VMK_BOTTOM_HALF_RUNNING) != 0;
}

#endif
