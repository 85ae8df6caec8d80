/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * timer_queue.c - timers by handle, each queue with a fixed number of them.
 *
 * A handle is the slot's address with the slot's generation in the upper 16 bits, which are all ones in the
 * address. A slot's generation moves on when it is freed, so an old handle finds nothing.
 */
#include <core/clock.h>
#include <core/timer.h>
#include <vmkapi/base/export.h>
#include <vmkapi/lib/list.h>

#define GENERATION_SHIFT 48
#define ADDRESS_MASK     ((1ul << GENERATION_SHIFT) - 1)

enum slot_state {
    SLOT_FREE,
    SLOT_SCHEDULED,
    SLOT_FIRING,    /**< The callback of a one-shot timer runs. */
    SLOT_CANCELLED, /**< Cancelled while the callback of a periodic one ran. */
};

struct timer_slot {
    vmk_ListLinks links VMK_GUARDED_BY(queue->lock); /**< In the queue's free list. */
    vmk_TimerObject timer;
    struct vmk_TimerQueueObject *queue;
    enum slot_state state VMK_GUARDED_BY(queue->lock);
    vmk_uint16 generation;
    vmk_TimerCallback callback;
    vmk_AddrCookie data;
    vmk_uint64 period_ns VMK_GUARDED_BY(queue->lock); /**< 0 is one-shot. */
};

struct vmk_TimerQueueObject {
    vmk_SpinlockObject lock; /**< Rank HELPER, interrupts off. */
    vmk_ListLinks free VMK_GUARDED_BY(lock);
    vmk_uint32 count;
    struct timer_slot slot[];
};

static vmk_Timer handle_of(const struct timer_slot *slot)
{
    return ((vmk_uint64)slot & ADDRESS_MASK) | (vmk_uint64)slot->generation << GENERATION_SHIFT;
}

static struct timer_slot *slot_of(vmk_Timer timer)
{
    return (struct timer_slot *)(timer | ~ADDRESS_MASK);
}

static void free_slot(struct timer_slot *slot) VMK_REQUIRES(&slot->queue->lock)
{
    slot->state = SLOT_FREE;
    slot->generation++;
    vmk_ListInsert(&slot->links, vmk_ListAtRear(&slot->queue->free));
}

/* Note that the callback starts. @return VMK_FALSE when the timer was cancelled just before. */
static vmk_Bool begin(struct timer_slot *slot)
{
    vmk_uint64 flags;
    vmk_Bool scheduled;

    vmk_SpinlockLockIRQ(&slot->queue->lock, &flags);
    scheduled = slot->state == SLOT_SCHEDULED;
    if (scheduled && slot->period_ns == 0) {
        slot->state = SLOT_FIRING;
    }
    vmk_SpinlockUnlockIRQ(&slot->queue->lock, flags);
    return scheduled;
}

/* The callback is done: once more later, or never again. */
static void end(struct timer_slot *slot)
{
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&slot->queue->lock, &flags);
    if (slot->state == SLOT_SCHEDULED) {
        vmk_TimerArm(&slot->timer, slot->timer.deadline_ns + slot->period_ns);
    } else {
        free_slot(slot);
    }
    vmk_SpinlockUnlockIRQ(&slot->queue->lock, flags);
}

static void fire(vmk_AddrCookie data)
{
    struct timer_slot *slot = data.ptr;

    if (begin(slot)) {
        slot->callback(slot->data);
    }
    end(slot);
}

VMK_ReturnStatus vmk_TimerQueueCreate(const vmk_TimerQueueProps *props, vmk_TimerQueue *queue) VMK_UNSHARED
{
    vmk_uint32 count = props->maxTimers == 0 ? VMK_TIMER_QUEUE_DEFAULT_TIMERS : props->maxTimers;
    struct vmk_TimerQueueObject *new;

    if (props->heapID == VMK_INVALID_HEAP_ID) {
        return VMK_BAD_PARAM;
    }
    new = vmk_HeapZalloc(props->heapID, sizeof(*new) + count * sizeof(new->slot[0]));
    if (new == NULL) {
        return VMK_NO_MEMORY;
    }
    vmk_SpinlockInit(&new->lock, "timer queue", VMK_RANK_HELPER);
    vmk_ListInit(&new->free);
    new->count = count;
    for (vmk_uint32 i = 0; i < count; i++) {
        vmk_AddrCookie self = {.ptr = &new->slot[i]};

        new->slot[i].queue = new;
        vmk_TimerInit(&new->slot[i].timer, props->moduleID, fire, self);
        free_slot(&new->slot[i]);
    }
    *queue = new;
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_TimerQueueCreate);

VMK_ReturnStatus vmk_TimerQueueDestroy(vmk_TimerQueue queue)
{
    for (vmk_uint32 i = 0; i < queue->count; i++) {
        vmk_TimerCancel(handle_of(&queue->slot[i]), VMK_TRUE);
        vmk_TimerDisarm(&queue->slot[i].timer, VMK_TRUE);
    }
    vmk_HeapFree(vmk_HeapOf(queue), queue);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_TimerQueueDestroy);

static struct timer_slot *take_slot(vmk_TimerQueue queue) VMK_REQUIRES(&queue->lock)
{
    struct timer_slot *slot = NULL;

    if (!vmk_ListIsEmpty(&queue->free)) {
        slot = VMK_LIST_ENTRY(vmk_ListFirst(&queue->free), struct timer_slot, links);
        vmk_SpinlockAssertHeldByWorld(&slot->queue->lock);
        vmk_ListRemove(&slot->links);
    }
    return slot;
}

VMK_ReturnStatus vmk_TimerSchedule(vmk_TimerQueue queue, vmk_TimerCallback callback, vmk_TimerCookie data,
                                   vmk_int64 timeout_us, vmk_int64 tolerance_us,
                                   vmk_TimerAttributes attributes, vmk_LockDomainID domain, vmk_LockRank rank,
                                   vmk_Timer *timer)
{
    vmk_uint64 timeout_ns = (vmk_uint64)timeout_us * CLOCK_NS_PER_US, flags;
    vmk_Bool periodic = (attributes & VMK_TIMER_ATTR_PERIODIC) != 0;
    struct timer_slot *slot;

    if (callback == NULL || timeout_us < 0 || (periodic && timeout_us == 0)) {
        return VMK_BAD_PARAM;
    }
    vmk_SpinlockLockIRQ(&queue->lock, &flags);
    slot = take_slot(queue);
    if (slot != NULL) {
        vmk_SpinlockAssertHeldByWorld(&slot->queue->lock);
        slot->state = SLOT_SCHEDULED;
        slot->callback = callback;
        slot->data = data;
        slot->period_ns = periodic ? timeout_ns : 0;
        *timer = handle_of(slot);
        vmk_TimerArm(&slot->timer, clock_now_ns() + timeout_ns);
    }
    vmk_SpinlockUnlockIRQ(&queue->lock, flags);
    return slot == NULL ? VMK_NO_RESOURCES : VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_TimerSchedule);

/* @p running: a callback of the slot has started and not ended. */
static vmk_StatusValue cancel(struct timer_slot *slot, vmk_uint16 generation, vmk_Bool *running)
    VMK_REQUIRES(&slot->queue->lock)
{
    *running = VMK_FALSE;
    if (slot->generation != generation || slot->state == SLOT_FREE) {
        return VMK_NOT_FOUND;
    }
    if (slot->state != SLOT_SCHEDULED) {
        *running = VMK_TRUE;
        return VMK_NOT_FOUND;
    }
    if (vmk_TimerDisarm(&slot->timer, VMK_FALSE)) {
        free_slot(slot);
    } else {
        *running = VMK_TRUE;
        slot->state = SLOT_CANCELLED; /* end() frees it. */
    }
    return VMK_OK;
}

vmk_StatusValue vmk_TimerCancel(vmk_Timer timer, vmk_Bool wait)
{
    struct timer_slot *slot = slot_of(timer);
    vmk_StatusValue status;
    vmk_Bool running;
    vmk_uint64 flags;

    if (timer == VMK_INVALID_TIMER) {
        return VMK_NOT_FOUND;
    }
    vmk_SpinlockLockIRQ(&slot->queue->lock, &flags);
    status = cancel(slot, timer >> GENERATION_SHIFT, &running);
    vmk_SpinlockUnlockIRQ(&slot->queue->lock, flags);
    /* Not vmk_TimerDisarm(): that would also take back what somebody schedules in this slot next. */
    while (wait && running) {
        vmk_CPURelax();
        running = __atomic_load_n(&slot->generation, __ATOMIC_ACQUIRE) == timer >> GENERATION_SHIFT;
    }
    return status;
}
VMK_EXPORT_SYMBOL(vmk_TimerCancel);

vmk_Bool vmk_TimerIsPending(vmk_Timer timer)
{
    struct timer_slot *slot = slot_of(timer);
    vmk_Bool pending;
    vmk_uint64 flags;

    if (timer == VMK_INVALID_TIMER) {
        return VMK_FALSE;
    }
    vmk_SpinlockLockIRQ(&slot->queue->lock, &flags);
    pending = slot->generation == timer >> GENERATION_SHIFT && slot->state == SLOT_SCHEDULED;
    vmk_SpinlockUnlockIRQ(&slot->queue->lock, flags);
    return pending;
}
VMK_EXPORT_SYMBOL(vmk_TimerIsPending);
