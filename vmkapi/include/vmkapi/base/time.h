/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * time.h - the monotonic clock, and functions called at a time.
 *
 * One timer cycle is one nanosecond. A timer's callback runs in a bottom half on the CPU that armed it, never
 * before its deadline. Two kinds: vmk_TimerObject is embedded in the caller's structure and never fails;
 * vmk_TimerSchedule() takes its timer from a queue made for a number of them.
 */
#ifndef VMKAPI_BASE_TIME_H
#define VMKAPI_BASE_TIME_H

#include <vmkapi/base/heap.h>
#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>
#include <vmkapi/core/spinlock.h>

#define VMK_USEC_PER_MSEC 1000ul
#define VMK_NSEC_PER_USEC 1000ul
#define VMK_MSEC_PER_SEC  1000ul
#define VMK_NSEC_PER_MSEC 1000000ul
#define VMK_USEC_PER_SEC  1000000ul
#define VMK_NSEC_PER_SEC  1000000000ul

typedef vmk_uint64 vmk_TimerCycles;

typedef struct vmk_TimeVal {
    vmk_int64 sec;
    vmk_int64 usec;
} vmk_TimeVal;

/** @return nanoseconds since boot; never goes back, on any CPU. Context: any. */
vmk_TimerCycles vmk_GetTimerCycles(void);

/** @return timer cycles in a second: VMK_NSEC_PER_SEC. */
vmk_uint64 vmk_TimerCyclesPerSecond(void);

/** Time since boot. Context: any. */
void vmk_GetUptime(vmk_TimeVal *time);

/** Spin for at least @p us microseconds. Context: any; a world rather sleeps. */
void vmk_DelayUsecs(vmk_uint32 us);

VMK_ALWAYS_INLINE vmk_uint64 vmk_TimerUnsignedTCToNS(vmk_TimerCycles cycles)
{
    return cycles;
}

VMK_ALWAYS_INLINE vmk_uint64 vmk_TimerUnsignedTCToUS(vmk_TimerCycles cycles)
{
    return cycles / VMK_NSEC_PER_USEC;
}

VMK_ALWAYS_INLINE vmk_uint64 vmk_TimerUnsignedTCToMS(vmk_TimerCycles cycles)
{
    return cycles / VMK_NSEC_PER_MSEC;
}

/* Timers embedded in their user's structure. */

typedef void (*vmk_TimerCallback)(vmk_AddrCookie data);
typedef vmk_AddrCookie vmk_TimerCookie;

/** A timer. Only the functions below touch its fields. */
typedef struct vmk_TimerObject {
    struct vmk_TimerObject *child; /**< Pairing heap of the CPU's timers: first child, */
    struct vmk_TimerObject *next;  /**< next sibling, */
    struct vmk_TimerObject *prev;  /**< previous sibling, or parent of the first one. */
    vmk_uint64 deadline_ns;
    vmk_TimerCallback callback;
    vmk_AddrCookie data;
    vmk_ModuleID module;
    vmk_uint16 cpu; /**< Whose structure it is in, or was last; changes under that CPU's timer lock. */
    vmk_uint8 armed;
} vmk_TimerObject;

/** Initialise a timer: @p module is charged with one timer while it is armed. Context: any. */
void vmk_TimerInit(vmk_TimerObject *timer, vmk_ModuleID module, vmk_TimerCallback callback,
                   vmk_AddrCookie data);

/**
 * Call the timer's function at @p deadline_ns of vmk_GetTimerCycles(), or as soon as possible if that is
 * past.
 *
 * An armed timer is moved to the new deadline; one whose callback is running, even by that callback, is armed
 * again. The callback may free the timer.
 * Context: any but NMI. @return whether it was armed before.
 */
vmk_Bool vmk_TimerArm(vmk_TimerObject *timer, vmk_uint64 deadline_ns);

/**
 * Take back vmk_TimerArm().
 *
 * @param wait  also wait until the callback, if it has started, is done: not from the callback itself, from
 *              an interrupt, or with a lock the callback takes.
 * Context: any but NMI. Spins while waiting. @return whether it was armed: then the callback was not called.
 */
vmk_Bool vmk_TimerDisarm(vmk_TimerObject *timer, vmk_Bool wait);

/** @return whether the timer is armed, at this moment. Context: any. */
VMK_ALWAYS_INLINE vmk_Bool vmk_TimerIsArmed(const vmk_TimerObject *timer)
{
    return __atomic_load_n(&timer->armed, __ATOMIC_RELAXED) != 0;
}

/* Timers by handle. */

typedef struct vmk_TimerQueueObject *vmk_TimerQueue;
#define VMK_INVALID_TIMER_QUEUE ((vmk_TimerQueue)NULL)

/** A scheduled timer; stale once it has fired or been cancelled, and harmless then. */
typedef vmk_uint64 vmk_Timer;
#define VMK_INVALID_TIMER ((vmk_Timer)0)

typedef enum vmk_TimerAttributes {
    VMK_TIMER_ATTR_NONE = 0,
    VMK_TIMER_ATTR_PERIODIC = 1, /**< Fires every timeout until cancelled. */
} vmk_TimerAttributes;

#define VMK_TIMER_DEFAULT_TOLERANCE 0

/** Accepted as the published signature has it; ranks here are one order for the whole system. */
typedef vmk_uint32 vmk_LockDomainID;
#define VMK_LOCKDOMAIN_INVALID         ((vmk_LockDomainID)0)

#define VMK_TIMER_QUEUE_DEFAULT_TIMERS 64

typedef struct vmk_TimerQueueProps {
    vmk_ModuleID moduleID;
    vmk_HeapID heapID;    /**< Where the queue's memory comes from. */
    vmk_uint32 maxTimers; /**< How many may be scheduled at once; 0 is VMK_TIMER_QUEUE_DEFAULT_TIMERS. */
} vmk_TimerQueueProps;

/** Create a timer queue. Context: may block. @return VMK_OK; VMK_BAD_PARAM without a heap; VMK_NO_MEMORY. */
VMK_ReturnStatus vmk_TimerQueueCreate(const vmk_TimerQueueProps *props, vmk_TimerQueue *queue);

/** Cancel all timers of the queue, wait for running callbacks, destroy it. Context: may block. @return
 * VMK_OK. */
VMK_ReturnStatus vmk_TimerQueueDestroy(vmk_TimerQueue queue);

/**
 * Call @p callback with @p data in @p timeout_us microseconds.
 *
 * @param tolerance_us how much later is as good; a hint.
 * @param domain,rank  accepted, not used.
 * Context: any but NMI. @return VMK_OK; VMK_BAD_PARAM (negative time-out, no callback, periodic with 0);
 *         VMK_NO_RESOURCES when the queue's timers are all scheduled.
 */
VMK_ReturnStatus vmk_TimerSchedule(vmk_TimerQueue queue, vmk_TimerCallback callback, vmk_TimerCookie data,
                                   vmk_int64 timeout_us, vmk_int64 tolerance_us,
                                   vmk_TimerAttributes attributes, vmk_LockDomainID domain, vmk_LockRank rank,
                                   vmk_Timer *timer);

/**
 * Cancel a scheduled timer.
 *
 * @param wait  as for vmk_TimerDisarm().
 * Context: any but NMI.
 * @return VMK_OK: it will not fire any more; VMK_NOT_FOUND: it has fired (one-shot), was cancelled, or is
 *         VMK_INVALID_TIMER. May be ignored.
 */
vmk_StatusValue vmk_TimerCancel(vmk_Timer timer, vmk_Bool wait);

/** @return whether it is scheduled: not fired yet, or periodic and not cancelled. Context: any but NMI. */
vmk_Bool vmk_TimerIsPending(vmk_Timer timer);

#endif
