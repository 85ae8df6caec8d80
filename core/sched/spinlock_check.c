/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * spinlock_check.c - the debug builds' checks of spinlocks: each CPU's stack of held locks.
 *
 * The functions are there in every build: a module may have been built for debug.
 */
#include <core/clock.h>
#include <core/crash.h>
#include <core/lock_rank.h>
#include <core/spinlock.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/export.h>
#include <vmkapi/core/spinlock.h>

static struct lock_rank_stack rank_stacks[VMK_MAX_PCPUS];

static enum lock_context context_now(void)
{
    if (vmk_InInterrupt()) {
        return LOCK_CONTEXT_INTERRUPT;
    }
    return VMK_THIS_PCPU->preempt_count & VMK_BOTTOM_HALF_ONE ? LOCK_CONTEXT_BOTTOM_HALF : LOCK_CONTEXT_WORLD;
}

static unsigned open_now(vmk_uint64 flags)
{
    unsigned open = vmk_InBottomHalf() ? 0 : LOCK_OPEN_BOTTOM_HALVES;

    return flags & VMK_CPU_FLAG_INTERRUPTS ? open | LOCK_OPEN_INTERRUPTS : open;
}

static void note(vmk_SpinlockObject *lock, vmk_Bool waits)
{
    vmk_uint64 flags = vmk_CPUSaveInterrupts();
    struct lock_rank_stack *stack = &rank_stacks[vmk_GetPCPUNum()];
    enum lock_rank_result result = LOCK_RANK_OK;
    const vmk_SpinlockObject *conflict = NULL;

    if (waits) {
        result = lock_rank_check(stack, lock, context_now(), open_now(flags), &conflict);
    }
    if (result == LOCK_RANK_OK && !lock_rank_push(stack, lock, context_now(), clock_now_ns())) {
        result = LOCK_RANK_DEEP;
    }
    vmk_CPURestoreInterrupts(flags);
    if (result != LOCK_RANK_OK && !crash_in_progress()) {
        vmk_Panic("Spinlock %s (rank %u): %s%s%s", lock->name, lock->rank, lock_rank_text(result),
                  conflict == NULL ? "" : ", holding ", conflict == NULL ? "" : conflict->name);
    }
}

void vmk_SpinlockNoteAcquire(vmk_SpinlockObject *lock)
{
    note(lock, VMK_TRUE);
}
VMK_EXPORT_SYMBOL(vmk_SpinlockNoteAcquire);

void vmk_SpinlockNoteTryAcquire(vmk_SpinlockObject *lock)
{
    note(lock, VMK_FALSE);
}
VMK_EXPORT_SYMBOL(vmk_SpinlockNoteTryAcquire);

void vmk_SpinlockNoteRelease(vmk_SpinlockObject *lock)
{
    vmk_uint64 flags = vmk_CPUSaveInterrupts();
    vmk_Bool held = lock_rank_pop(&rank_stacks[vmk_GetPCPUNum()], lock, clock_now_ns());

    vmk_CPURestoreInterrupts(flags);
    if (!held && !crash_in_progress()) {
        vmk_Panic("Spinlock %s: released by a CPU that does not hold it", lock->name);
    }
}
VMK_EXPORT_SYMBOL(vmk_SpinlockNoteRelease);

vmk_Bool vmk_SpinlockIsHeldHere(const vmk_SpinlockObject *lock)
{
    vmk_uint64 flags = vmk_CPUSaveInterrupts();
    vmk_Bool held = lock_rank_holds(&rank_stacks[vmk_GetPCPUNum()], lock);

    vmk_CPURestoreInterrupts(flags);
    return held;
}
VMK_EXPORT_SYMBOL(vmk_SpinlockIsHeldHere);

vmk_uint64 spinlock_longest_ns(vmk_uint32 cpu)
{
    return rank_stacks[cpu].longest_ns;
}
