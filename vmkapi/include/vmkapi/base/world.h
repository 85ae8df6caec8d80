/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * world.h - worlds: the threads of the kernel.
 *
 * A world runs its start function from creation until that returns, it calls vmk_WorldExit(), or notices that
 * its death is pending: vmk_WorldDestroy() never stops a world in the middle, it makes every wait of the
 * world return VMK_DEATH_PENDING from then on.
 *
 * The CPU goes to the ready world of the highest class; worlds of one class take turns.
 */
#ifndef VMKAPI_BASE_WORLD_H
#define VMKAPI_BASE_WORLD_H

#include <vmkapi/base/heap.h>
#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>
#include <vmkapi/core/spinlock.h>

/** A world's number. Not reused while the system is up. */
typedef vmk_int32 vmk_WorldID;
#define VMK_INVALID_WORLD_ID ((vmk_WorldID)0)

/** What a world waits for: by convention the address of the thing. */
typedef vmk_VA vmk_WorldEventID;
/** Wait for no event: only vmk_WorldForceWakeup(), a time-out or death end the wait. */
#define VMK_EVENT_NONE ((vmk_WorldEventID)0)

/** No time-out. */
#define VMK_TIMEOUT_UNLIMITED_MS ((vmk_uint32)-1)

/** The body of a world; its status is logged when it is not VMK_OK. */
typedef vmk_StatusValue (*vmk_WorldStartFunc)(void *data);

typedef enum vmk_WorldSchedClass {
    VMK_WORLD_SCHED_CLASS_DEFAULT = 0, /**< Right for almost everything. */
    VMK_WORLD_SCHED_CLASS_BACKGROUND,  /**< Runs when nothing else wants the CPU. */
    VMK_WORLD_SCHED_CLASS_QUICK,       /**< Runs before all others: for short work that must be prompt. */
} vmk_WorldSchedClass;

typedef struct vmk_WorldProps {
    const char *name;      /**< Copied, cut to VMK_MISC_NAME_MAX. */
    vmk_ModuleID moduleID; /**< Owner, charged with one world until it has ended. */
    vmk_WorldStartFunc startFunction;
    void *data; /**< Passed to startFunction. */
    vmk_WorldSchedClass schedClass;
    vmk_HeapID heapID;   /**< Ignored: worlds come from the kernel's own memory. */
    vmk_uint64 affinity; /**< CPUs it may run on, bit n for CPU n; 0 is all. */
} vmk_WorldProps;

/**
 * Create a world. It may run before this returns.
 *
 * Context: may block.
 * @return VMK_OK; VMK_BAD_PARAM (no name, no start function, unknown class, affinity with no running CPU);
 *         VMK_NO_MEMORY.
 */
VMK_ReturnStatus vmk_WorldCreate(const vmk_WorldProps *props, vmk_WorldID *id);

/**
 * Make a world's death pending, and end the wait it is in. Does not wait for its end.
 *
 * Context: any but NMI. @return VMK_OK; VMK_NOT_FOUND when it has ended already.
 */
VMK_ReturnStatus vmk_WorldDestroy(vmk_WorldID id);

/** End the calling world. Context: may block. */
VMK_ATTRIBUTE_NORETURN void vmk_WorldExit(vmk_StatusValue status);

/**
 * Wait until a world has ended; its function no longer runs on return. VMK_OK at once if it has already.
 *
 * Context: may block. @return VMK_OK; VMK_BAD_PARAM for the calling world; VMK_DEATH_PENDING when the caller
 *         itself is to die.
 */
VMK_ReturnStatus vmk_WorldWaitForDeath(vmk_WorldID id);

/** @return the calling world's ID. In an interrupt: that of the world it interrupted. */
vmk_WorldID vmk_WorldGetID(void);

/**
 * Copy a world's name.
 *
 * Context: any but NMI. @return VMK_OK; VMK_NOT_FOUND.
 */
VMK_ReturnStatus vmk_WorldGetName(vmk_WorldID id, vmk_Name *name);

/** @return whether vmk_WorldDestroy() was called for the calling world. */
vmk_Bool vmk_WorldIsDeathPending(void);

/** Crash unless the caller may block here; says which context it is in. */
void vmk_WorldAssertIsSafeToBlock(void);

/**
 * Sleep until @p event is woken.
 *
 * @param lock       a spinlock the caller holds, released once a wake-up can no longer be missed, and NOT
 *                   taken again; or VMK_LOCK_INVALID.
 * @param timeout_ms milliseconds, or VMK_TIMEOUT_UNLIMITED_MS.
 * @param reason     static text shown in the list of worlds.
 * Context: may block, with no other spinlock held.
 * @return VMK_OK: woken, look at the condition again; VMK_TIMEOUT; VMK_WAIT_INTERRUPTED by
 *         vmk_WorldForceWakeup(); VMK_DEATH_PENDING.
 */
VMK_ReturnStatus vmk_WorldWait(vmk_WorldEventID event, vmk_Lock lock, vmk_uint32 timeout_ms,
                               const char *reason) VMK_RELEASE(lock);

/** vmk_WorldWait() with a lock taken by vmk_SpinlockLockIRQ(), whose flags are put back. */
VMK_ReturnStatus vmk_WorldWaitIRQ(vmk_WorldEventID event, vmk_Lock lock, vmk_uint64 flags,
                                  vmk_uint32 timeout_ms, const char *reason) VMK_RELEASE(lock);

/**
 * Wake every world that waits for @p event.
 *
 * Context: any but NMI. @return VMK_OK; VMK_NOT_FOUND when none waits: often no error, may be ignored.
 */
vmk_StatusValue vmk_WorldWakeup(vmk_WorldEventID event);

/**
 * End the wait a world is in, or the next it enters, with VMK_WAIT_INTERRUPTED.
 *
 * Context: any but NMI. @return VMK_OK; VMK_NOT_FOUND for a world that has ended. May be ignored.
 */
vmk_StatusValue vmk_WorldForceWakeup(vmk_WorldID id);

/**
 * Sleep for at least @p delay_us microseconds.
 *
 * Context: may block. @return VMK_OK; VMK_DEATH_PENDING or VMK_WAIT_INTERRUPTED, earlier.
 */
VMK_ReturnStatus vmk_WorldSleep(vmk_uint64 delay_us);

/**
 * Let other ready worlds of the same class run first.
 *
 * Context: may block. @return VMK_OK; VMK_DEATH_PENDING. May be ignored.
 */
vmk_StatusValue vmk_WorldYield(void);

#endif
