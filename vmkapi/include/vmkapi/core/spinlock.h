/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * spinlock.h - mutual exclusion between CPUs for short stretches that do not sleep.
 *
 * A lock is a 16-byte public object, embedded in what it guards (vmk_SpinlockInit) or created apart
 * (vmk_SpinlockCreate). Holding one keeps the world on its CPU: preemption is off, interrupts and bottom
 * halves are not. Data shared with a bottom half needs vmk_BottomHalfDisable() too, data shared with an
 * interrupt handler the IRQ variants.
 *
 * Uncontended, locking is one locked instruction and a raised preempt count, inline. Under contention
 * waiters queue first-come first-served, each spinning on its own cache line (but not on virtual CPUs).
 *
 * Debug builds verify at each acquisition: rank order (lock_ranks.def) within the context, no second
 * acquisition on the same CPU, and that a lock taken by interrupt handlers is never taken with interrupts on.
 * Sleeping with a lock held is caught in every build.
 */
#ifndef VMKAPI_CORE_SPINLOCK_H
#define VMKAPI_CORE_SPINLOCK_H

#include <vmkapi/base/assert.h>
#include <vmkapi/base/heap.h>
#include <vmkapi/base/pcpu.h>
#include <vmkapi/base/platform.h>
#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>

/** A lock's place in the nesting order; greater is taken later. See lock_ranks.def. */
typedef vmk_uint16 vmk_LockRank;

enum vmk_LockRankValue {
    VMK_SPINLOCK_UNRANKED = 0, /**< Order not checked: for locks whose order is foreign (ported drivers). */
#define VMK_LOCK_RANK(name, value) name = value,
#include <vmkapi/core/lock_ranks.def>
#undef VMK_LOCK_RANK
};

/** A spinlock. Only the functions below touch its fields; zero plus a name is a free, unranked lock. */
typedef struct VMK_CAPABILITY("spinlock") vmk_SpinlockObject {
    vmk_uint32 word; /**< 0 free; bit 0 held; bits 16-31 the last waiter in the queue. */
    vmk_LockRank rank;
    vmk_uint16 usage; /**< Debug builds: contexts it was taken in, VMK_SPINLOCK_USED_*. */
    const char *name; /**< Static text, or the copy behind a created lock. */
} vmk_SpinlockObject;

VMK_STATIC_ASSERT(sizeof(vmk_SpinlockObject) == 16, "embedded in public structures: its size is ABI");

/** A lock by handle. */
typedef vmk_SpinlockObject *vmk_Lock;
#define VMK_LOCK_INVALID  ((vmk_Lock)NULL)

#define VMK_SPINLOCK_HELD 1u

/** Initialiser for a static lock; @p lock_name is static text. */
#define VMK_SPINLOCK_INITIALIZER(lock_name, lock_rank)                                                       \
    {                                                                                                        \
        .word = 0, .rank = (lock_rank), .usage = 0, .name = (lock_name)                                      \
    }

typedef enum vmk_SpinlockType {
    VMK_SPINLOCK = 1,
} vmk_SpinlockType;

typedef struct vmk_SpinlockCreateProps {
    vmk_ModuleID moduleID; /**< Owner, charged with one lock. */
    vmk_HeapID heapID;     /**< Where the lock's memory comes from. */
    vmk_Name name;
    vmk_SpinlockType type; /**< VMK_SPINLOCK. */
    vmk_LockRank rank;     /**< Place in the order, or VMK_SPINLOCK_UNRANKED. */
} vmk_SpinlockCreateProps;

/**
 * Create a lock outside any structure of the caller's.
 *
 * Context: may block. Ownership: the caller destroys it with vmk_SpinlockDestroy().
 * @return VMK_OK; VMK_BAD_PARAM for an unknown type or no heap; VMK_NO_MEMORY.
 */
VMK_ReturnStatus vmk_SpinlockCreate(const vmk_SpinlockCreateProps *props, vmk_Lock *lock);

/** Destroy a lock made by vmk_SpinlockCreate(). It must be free. Context: any but interrupt. */
void vmk_SpinlockDestroy(vmk_Lock lock);

/** Bytes of memory one vmk_SpinlockCreate() takes. */
vmk_ByteCountSmall vmk_SpinlockAllocSize(vmk_SpinlockType type);

/** Initialise an embedded lock; @p name is static text and is kept, not copied. */
VMK_ALWAYS_INLINE void vmk_SpinlockInit(vmk_SpinlockObject *lock, const char *name, vmk_LockRank rank)
{
    *lock = (vmk_SpinlockObject)VMK_SPINLOCK_INITIALIZER(name, rank);
}

/** Queue for a lock that is taken, and return owning it. For the inlines below. */
void vmk_SpinlockLockContended(vmk_SpinlockObject *lock);

/**
 * Check, then record, that this CPU takes @p lock; called before it spins. Crashes on a violation.
 * For the inlines below, in debug builds.
 */
void vmk_SpinlockNoteAcquire(vmk_SpinlockObject *lock);

/** Record that this CPU took @p lock without waiting, so that no order has to hold. */
void vmk_SpinlockNoteTryAcquire(vmk_SpinlockObject *lock);

/** Record that this CPU is about to release @p lock, in any order. */
void vmk_SpinlockNoteRelease(vmk_SpinlockObject *lock);

/** Whether this CPU holds @p lock; only debug builds record it, so only assertions may ask. */
vmk_Bool vmk_SpinlockIsHeldHere(const vmk_SpinlockObject *lock);

#ifdef VMK_DEBUG
#define VMK_SPINLOCK_NOTE(what, lock) vmk_SpinlockNote##what(lock)
#else
#define VMK_SPINLOCK_NOTE(what, lock) ((void)(lock))
#endif

VMK_ALWAYS_INLINE vmk_Bool vmk_SpinlockTryWord(vmk_SpinlockObject *lock)
{
    vmk_uint32 unlocked = 0;

    return __atomic_compare_exchange_n(&lock->word, &unlocked, VMK_SPINLOCK_HELD, 0, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
}

/* Lock and unlock without touching the preempt count: under the public pairs below. */
VMK_ALWAYS_INLINE void vmk_SpinlockAcquire(vmk_SpinlockObject *lock) VMK_ACQUIRE(lock)
    VMK_NO_THREAD_SAFETY_ANALYSIS("is the lock")
{
    VMK_SPINLOCK_NOTE(Acquire, lock);
    if (VMK_UNLIKELY(!vmk_SpinlockTryWord(lock))) {
        vmk_SpinlockLockContended(lock);
    }
}

VMK_ALWAYS_INLINE void vmk_SpinlockRelease(vmk_SpinlockObject *lock) VMK_RELEASE(lock)
    VMK_NO_THREAD_SAFETY_ANALYSIS("is the lock")
{
    VMK_SPINLOCK_NOTE(Release, lock);
    /* Only the low byte is the holder's: the queue in the upper half is the waiters'. */
    __atomic_store_n((vmk_uint8 *)&lock->word, 0, __ATOMIC_RELEASE);
}

/**
 * Take a lock, waiting while another CPU holds it.
 *
 * Context: any; but a lock that interrupt handlers take needs vmk_SpinlockLockIRQ(). Raises the preempt
 * count.
 * @return VMK_OK, always: there as the published signature has it, and may be ignored.
 */
VMK_ALWAYS_INLINE vmk_StatusValue vmk_SpinlockLock(vmk_Lock lock) VMK_ACQUIRE(lock)
    VMK_NO_THREAD_SAFETY_ANALYSIS("is the lock")
{
    vmk_PreemptDisable();
    vmk_SpinlockAcquire(lock);
    return VMK_OK;
}

/** Take a lock if that needs no waiting. @return VMK_TRUE when taken: unlock it. Context: as
 * vmk_SpinlockLock(). */
VMK_ALWAYS_INLINE vmk_Bool vmk_SpinlockTryLock(vmk_Lock lock) VMK_TRY_ACQUIRE(1, lock)
    VMK_NO_THREAD_SAFETY_ANALYSIS("is the lock")
{
    vmk_PreemptDisable();
    if (VMK_LIKELY(vmk_SpinlockTryWord(lock))) {
        VMK_SPINLOCK_NOTE(TryAcquire, lock);
        return VMK_TRUE;
    }
    vmk_PreemptEnable();
    return VMK_FALSE;
}

/** Release a lock this CPU holds. May switch to another world if a wake-up is pending. */
VMK_ALWAYS_INLINE void vmk_SpinlockUnlock(vmk_Lock lock) VMK_RELEASE(lock)
    VMK_NO_THREAD_SAFETY_ANALYSIS("is the lock")
{
    vmk_SpinlockRelease(lock);
    vmk_PreemptEnable();
}

/**
 * Turn this CPU's interrupts off, then take a lock.
 *
 * @param[out] flags what vmk_SpinlockUnlockIRQ() needs to put the interrupt state back.
 * Context: any. @return VMK_OK, always.
 */
VMK_ALWAYS_INLINE vmk_StatusValue vmk_SpinlockLockIRQ(vmk_Lock lock, vmk_uint64 *flags) VMK_ACQUIRE(lock)
    VMK_NO_THREAD_SAFETY_ANALYSIS("is the lock")
{
    *flags = vmk_CPUSaveInterrupts();
    return vmk_SpinlockLock(lock);
}

/** vmk_SpinlockLockIRQ() if that needs no waiting; interrupts are as they were when it returns VMK_FALSE. */
VMK_ALWAYS_INLINE vmk_Bool vmk_SpinlockTryLockIRQ(vmk_Lock lock, vmk_uint64 *flags) VMK_TRY_ACQUIRE(1, lock)
    VMK_NO_THREAD_SAFETY_ANALYSIS("is the lock")
{
    *flags = vmk_CPUSaveInterrupts();
    if (vmk_SpinlockTryLock(lock)) {
        return VMK_TRUE;
    }
    vmk_CPURestoreInterrupts(*flags);
    return VMK_FALSE;
}

/** Release a lock taken by vmk_SpinlockLockIRQ() and put the interrupt state back. */
VMK_ALWAYS_INLINE void vmk_SpinlockUnlockIRQ(vmk_Lock lock, vmk_uint64 flags) VMK_RELEASE(lock)
    VMK_NO_THREAD_SAFETY_ANALYSIS("is the lock")
{
    vmk_SpinlockRelease(lock);
    /* Interrupts first: the preemption point behind the count needs them on. */
    vmk_CPURestoreInterrupts(flags);
    vmk_PreemptEnable();
}

/** Whether anybody holds the lock now; for statistics and sanity checks only. */
VMK_ALWAYS_INLINE vmk_Bool vmk_SpinlockIsLocked(const vmk_SpinlockObject *lock)
{
    return __atomic_load_n(&lock->word, __ATOMIC_RELAXED) != 0;
}

/** What vmk_SpinlockAssertHeldByWorld() tells clang's analysis. */
VMK_ALWAYS_INLINE void vmk_SpinlockNoteHeld(const vmk_SpinlockObject *lock) VMK_ASSERT_CAPABILITY(lock)
{
}

/**
 * Crash, in debug builds, unless this CPU holds @p lock.
 *
 * Tells clang's analysis too that it is held: for where the lock was taken by another name.
 */
#ifdef VMK_DEBUG
#define vmk_SpinlockAssertHeldByWorld(lock)                                                                  \
    do {                                                                                                     \
        VMK_ASSERT(vmk_SpinlockIsHeldHere(lock));                                                            \
        vmk_SpinlockNoteHeld(lock);                                                                          \
    } while (0)
#else
#define vmk_SpinlockAssertHeldByWorld(lock) vmk_SpinlockNoteHeld(lock)
#endif

#endif
