/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rcu.h - reading a shared structure without a lock while others replace parts of it.
 *
 * A reader holds preemption off between vmk_RCUReadLock() and vmk_RCUReadUnlock(), so every CPU passing
 * through the scheduler means that every reader of before is done: that is a grace period. Bottom halves,
 * interrupt handlers and spinlock holders are readers too. An updater unlinks, waits a grace period, frees.
 */
#ifndef VMKAPI_BASE_RCU_H
#define VMKAPI_BASE_RCU_H

#include <vmkapi/base/pcpu.h>
#include <vmkapi/base/types.h>

/** A read section, for the annotations of who begins and ends one; never defined. */
extern struct VMK_CAPABILITY("RCU read section") vmk_RCUReaders vmk_rcuReaders;

/** Embedded in what is to be freed. */
typedef struct vmk_RCUHead {
    struct vmk_RCUHead *next;
    void (*callback)(struct vmk_RCUHead *head);
} vmk_RCUHead;

/** Begin and end a read section. Nests; must not block inside. Context: any. */
VMK_ALWAYS_INLINE void vmk_RCUReadLock(void) VMK_ACQUIRE_SHARED(vmk_rcuReaders)
    VMK_NO_THREAD_SAFETY_ANALYSIS("is what it says")
{
    vmk_PreemptDisable();
}

VMK_ALWAYS_INLINE void vmk_RCUReadUnlock(void) VMK_RELEASE_SHARED(vmk_rcuReaders)
    VMK_NO_THREAD_SAFETY_ANALYSIS("is what it says")
{
    vmk_PreemptEnable();
}

/** Load a pointer that is published by VMK_RCU_ASSIGN, inside a read section. */
#define VMK_RCU_DEREFERENCE(pointer) __atomic_load_n(&(pointer), __ATOMIC_CONSUME)

/** Publish a pointer to an object that is now complete. */
#define VMK_RCU_ASSIGN(pointer, value) __atomic_store_n(&(pointer), (value), __ATOMIC_RELEASE)

/** Wait for a grace period: every read section under way now has ended on return. Context: may block. */
void vmk_RCUSynchronize(void) VMK_EXCLUDES(vmk_rcuReaders);

/**
 * Call @p callback with @p head after a grace period, in a bottom half.
 *
 * @p head is RCU's until then. Context: any but NMI. Never fails.
 */
void vmk_RCUCall(vmk_RCUHead *head, void (*callback)(vmk_RCUHead *head));

/** Wait until every vmk_RCUCall() made before has run: for a module on its way out. Context: may block. */
void vmk_RCUBarrier(void) VMK_EXCLUDES(vmk_rcuReaders);

#endif
