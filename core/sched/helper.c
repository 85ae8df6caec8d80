/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * helper.c - helper queues: the worlds, locks and waits around a helper_queue.
 */
#include <core/account.h>
#include <core/clock.h>
#include <core/helper_queue.h>
#include <core/sched.h>
#include <core/wait.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/export.h>

struct vmk_HelperObject {
    vmk_SpinlockObject lock; /**< Rank HELPER, interrupts off. */
    struct helper_queue queue VMK_GUARDED_BY(lock);
    vmk_ListLinks idle VMK_GUARDED_BY(lock);     /**< Waiters: worlds with nothing to do, */
    vmk_ListLinks full VMK_GUARDED_BY(lock);     /**< submitters without a request, */
    vmk_ListLinks watching VMK_GUARDED_BY(lock); /**< whoever waits for requests to end. */
    vmk_Bool dying VMK_GUARDED_BY(lock);
    vmk_HelperProps props; /**< Constant, as all that follows. */
    vmk_uint32 worlds;
    vmk_WorldID *world;
    struct helper_request request[];
};

static void wake_first(vmk_ListLinks *waiters)
{
    if (!vmk_ListIsEmpty(waiters)) {
        waiter_wake(VMK_LIST_ENTRY(vmk_ListFirst(waiters), struct waiter, links));
    }
}

static void wake_all(vmk_ListLinks *waiters)
{
    while (!vmk_ListIsEmpty(waiters)) {
        wake_first(waiters);
    }
}

/* Sleep in @p list with the lock released; it is held again on return. */
static VMK_ReturnStatus sleep(struct vmk_HelperObject *helper, vmk_ListLinks *list, enum waiter_mode mode,
                              vmk_uint64 *flags) VMK_REQUIRES(&helper->lock)
{
    struct waiter waiter;
    vmk_StatusValue status;

    waiter_add(&waiter, list, 0);
    vmk_SpinlockUnlockIRQ(&helper->lock, *flags);
    status = waiter_sleep(&waiter, &helper->lock, WAIT_FOREVER, mode);
    vmk_SpinlockLockIRQ(&helper->lock, flags);
    return status;
}

/* A request has run or was cancelled: its memory and whoever cares. */
static void release(struct vmk_HelperObject *helper, struct helper_request *request)
    VMK_REQUIRES(&helper->lock)
{
    helper_queue_release(&helper->queue, request);
    wake_first(&helper->full);
    wake_all(&helper->watching);
}

/* The body of a helper world: run requests until the queue dies. */
static vmk_StatusValue helper_main(void *data)
{
    struct vmk_HelperObject *helper = data;
    struct helper_request *request;
    vmk_StatusValue status;
    vmk_uint64 flags;

    if (helper->props.constructor != NULL) {
        helper->props.constructor(helper->props.constructorArg);
    }
    vmk_SpinlockLockIRQ(&helper->lock, &flags);
    while (!helper->dying) {
        request = helper_queue_start(&helper->queue);
        if (request == NULL) {
            status = sleep(helper, &helper->idle, WAITER_UNINTERRUPTIBLE, &flags);
            VMK_ASSERT(status == VMK_OK);
            continue;
        }
        vmk_SpinlockUnlockIRQ(&helper->lock, flags);
        request->func(request->data);
        vmk_SpinlockLockIRQ(&helper->lock, &flags);
        release(helper, request);
    }
    vmk_SpinlockUnlockIRQ(&helper->lock, flags);
    return VMK_OK;
}

/* The time of a delayed request has come, or that of an earlier user of the same memory. */
static void delay_over(vmk_AddrCookie data)
{
    struct helper_request *request = data.ptr;
    struct vmk_HelperObject *helper = request->helper;
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&helper->lock, &flags);
    if (helper_queue_due(&helper->queue, request, clock_now_ns())) {
        wake_first(&helper->idle);
    }
    vmk_SpinlockUnlockIRQ(&helper->lock, flags);
}

/* Start the queue's worlds. @return the first failure. */
static VMK_ReturnStatus start_worlds(struct vmk_HelperObject *helper, vmk_uint32 worlds)
{
    vmk_WorldProps props = {.name = helper->props.name.string,
                            .moduleID = helper->props.moduleID,
                            .startFunction = helper_main,
                            .data = helper,
                            .schedClass = helper->props.schedClass};
    vmk_StatusValue status = VMK_OK;

    while (helper->worlds < worlds && status == VMK_OK) {
        status = vmk_WorldCreate(&props, &helper->world[helper->worlds]);
        if (status == VMK_OK) {
            helper->worlds++;
        }
    }
    return status;
}

static void init(struct vmk_HelperObject *helper, const vmk_HelperProps *props,
                 vmk_uint32 requests) VMK_UNSHARED
{
    helper->props = *props;
    vmk_SpinlockInit(&helper->lock, helper->props.name.string, VMK_RANK_HELPER);
    vmk_ListInit(&helper->idle);
    vmk_ListInit(&helper->full);
    vmk_ListInit(&helper->watching);
    for (vmk_uint32 i = 0; i < requests; i++) {
        vmk_AddrCookie self = {.ptr = &helper->request[i]};

        helper->request[i].helper = helper;
        vmk_TimerInit(&helper->request[i].timer, props->moduleID, delay_over, self);
    }
    helper_queue_init(&helper->queue, helper->request, requests, props->tagCompare);
    account_add(props->moduleID, ACCOUNT_HELPERS, 1);
}

VMK_ReturnStatus vmk_HelperCreate(const vmk_HelperProps *props, vmk_Helper *helper)
{
    vmk_uint32 requests = props->maxRequests == 0 ? VMK_HELPER_DEFAULT_REQUESTS : props->maxRequests;
    vmk_uint32 worlds = props->mutables.maxWorlds <= 0 ? 1 : (vmk_uint32)props->mutables.maxWorlds;
    struct vmk_HelperObject *new;
    vmk_ByteCount requests_bytes = requests * sizeof(new->request[0]);
    vmk_StatusValue status;

    if (props->name.string[0] == '\0' || props->heap == VMK_INVALID_HEAP_ID) {
        return VMK_BAD_PARAM;
    }
    new = vmk_HeapZalloc(props->heap, sizeof(*new) + requests_bytes + worlds * sizeof(new->world[0]));
    if (new == NULL) {
        return VMK_NO_MEMORY;
    }
    new->world = (vmk_WorldID *)((char *)new->request + requests_bytes);
    init(new, props, requests);
    status = start_worlds(new, worlds);
    if (status != VMK_OK) {
        VMK_VERIFY(vmk_HelperDestroy(new) == VMK_OK);
        return status;
    }
    *helper = new;
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_HelperCreate);

/* Cancel what has not started and has @p tag, or all. @return how many. */
static vmk_uint32 cancel(struct vmk_HelperObject *helper, const vmk_AddrCookie *tag)
{
    struct helper_request *request;
    vmk_uint32 cancelled = 0;
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&helper->lock, &flags);
    while ((request = helper_queue_cancel(&helper->queue, tag)) != NULL) {
        vmk_SpinlockUnlockIRQ(&helper->lock, flags);
        /* Without waiting: delay_over() recognises that it comes for nobody. */
        vmk_TimerDisarm(&request->timer, VMK_FALSE);
        if (request->cancelled != NULL) {
            request->cancelled(request->data);
        }
        cancelled++;
        vmk_SpinlockLockIRQ(&helper->lock, &flags);
        release(helper, request);
    }
    vmk_SpinlockUnlockIRQ(&helper->lock, flags);
    return cancelled;
}

static vmk_uint32 request_count(const struct vmk_HelperObject *helper)
{
    return (vmk_uint32)((struct helper_request *)helper->world - helper->request);
}

VMK_ReturnStatus vmk_HelperDestroy(vmk_Helper helper)
{
    vmk_uint64 flags;

    cancel(helper, NULL);
    vmk_SpinlockLockIRQ(&helper->lock, &flags);
    helper->dying = VMK_TRUE;
    wake_all(&helper->idle);
    vmk_SpinlockUnlockIRQ(&helper->lock, flags);
    for (vmk_uint32 i = 0; i < helper->worlds; i++) {
        VMK_VERIFY(world_wait_for_death(helper->world[i], WAITER_UNINTERRUPTIBLE) == VMK_OK);
    }
    for (vmk_uint32 i = 0; i < request_count(helper); i++) {
        vmk_TimerDisarm(&helper->request[i].timer, VMK_TRUE);
    }
    account_add(helper->props.moduleID, ACCOUNT_HELPERS, -1);
    vmk_HeapFree(vmk_HeapOf(helper), helper);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_HelperDestroy);

void vmk_HelperRequestPropsInit(vmk_HelperRequestProps *props)
{
    *props = (vmk_HelperRequestProps){.worldToBill = VMK_INVALID_WORLD_ID};
}
VMK_EXPORT_SYMBOL(vmk_HelperRequestPropsInit);

/* Get a request to fill in, waiting for one if that is wanted. */
static VMK_ReturnStatus take(struct vmk_HelperObject *helper, vmk_Bool may_block, vmk_uint64 *flags,
                             struct helper_request **request) VMK_REQUIRES(&helper->lock)
{
    vmk_StatusValue status = VMK_OK;

    while ((*request = helper_queue_take(&helper->queue)) == NULL) {
        if (!may_block) {
            return VMK_NO_RESOURCES;
        }
        status = sleep(helper, &helper->full, WAITER_INTERRUPTIBLE, flags);
        if (status == VMK_DEATH_PENDING) {
            return status;
        }
    }
    return VMK_OK;
}

/* Hand a filled-in request in. */
static void hand_in(struct vmk_HelperObject *helper, struct helper_request *request, vmk_uint32 timeout_ms)
    VMK_REQUIRES(&helper->lock)
{
    if (timeout_ms == 0) {
        helper_queue_submit(&helper->queue, request);
        wake_first(&helper->idle);
    } else {
        helper_queue_delay(&helper->queue, request, clock_now_ns() + timeout_ms * CLOCK_NS_PER_MS);
        vmk_TimerArm(&request->timer, request->due_ns);
    }
}

VMK_ReturnStatus vmk_HelperSubmitDelayedRequest(vmk_Helper helper, vmk_HelperRequestFunc func,
                                                vmk_AddrCookie data, vmk_uint32 timeout_ms,
                                                const vmk_HelperRequestProps *props)
{
    const vmk_HelperRequestProps defaults = {.requestMayBlock = helper->props.blockingSubmit};
    struct helper_request *request;
    vmk_StatusValue status;
    vmk_uint64 flags;

    if (props == VMK_HELPER_DEFAULT_REQ_PROPS) {
        props = &defaults;
    }
    if (func == NULL || (props->cancelFunc != NULL && props->tag.u64 == 0)) {
        return VMK_BAD_PARAM;
    }
    vmk_SpinlockLockIRQ(&helper->lock, &flags);
    status = take(helper, props->requestMayBlock, &flags, &request);
    if (status == VMK_OK) {
        request->func = func;
        request->data = data;
        request->tag = props->tag;
        request->cancelled = props->cancelFunc;
        hand_in(helper, request, timeout_ms);
    }
    vmk_SpinlockUnlockIRQ(&helper->lock, flags);
    return status;
}
VMK_EXPORT_SYMBOL(vmk_HelperSubmitDelayedRequest);

VMK_ReturnStatus vmk_HelperSubmitRequest(vmk_Helper helper, vmk_HelperRequestFunc func, vmk_AddrCookie data,
                                         const vmk_HelperRequestProps *props)
{
    return vmk_HelperSubmitDelayedRequest(helper, func, data, 0, props);
}
VMK_EXPORT_SYMBOL(vmk_HelperSubmitRequest);

vmk_StatusValue vmk_HelperCancelRequest(vmk_Helper helper, vmk_AddrCookie tag, vmk_uint32 *cancelled)
{
    vmk_uint32 count = cancel(helper, &tag);

    if (cancelled != NULL) {
        *cancelled = count;
    }
    return count == 0 ? VMK_NOT_FOUND : VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_HelperCancelRequest);

vmk_StatusValue vmk_HelperCancelRequestSync(vmk_Helper helper, vmk_AddrCookie tag, vmk_uint32 *cancelled)
{
    vmk_StatusValue status = vmk_HelperCancelRequest(helper, tag, cancelled), slept = VMK_OK;
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&helper->lock, &flags);
    while (helper_queue_runs(&helper->queue, tag)) {
        slept = sleep(helper, &helper->watching, WAITER_UNINTERRUPTIBLE, &flags);
        VMK_ASSERT(slept == VMK_OK);
    }
    vmk_SpinlockUnlockIRQ(&helper->lock, flags);
    return status;
}
VMK_EXPORT_SYMBOL(vmk_HelperCancelRequestSync);

VMK_ReturnStatus vmk_HelperFlush(vmk_Helper helper)
{
    vmk_StatusValue status = VMK_OK;
    vmk_uint64 flags, last;

    vmk_SpinlockLockIRQ(&helper->lock, &flags);
    last = helper->queue.sequence;
    while (status != VMK_DEATH_PENDING && !helper_queue_settled(&helper->queue, last)) {
        status = sleep(helper, &helper->watching, WAITER_INTERRUPTIBLE, &flags);
    }
    vmk_SpinlockUnlockIRQ(&helper->lock, flags);
    return status == VMK_DEATH_PENDING ? status : VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_HelperFlush);

vmk_uint32 vmk_HelperCurrentRequestCount(vmk_Helper helper)
{
    vmk_uint64 flags;
    vmk_uint32 waiting;

    vmk_SpinlockLockIRQ(&helper->lock, &flags);
    waiting = helper->queue.waiting;
    vmk_SpinlockUnlockIRQ(&helper->lock, flags);
    return waiting;
}
VMK_EXPORT_SYMBOL(vmk_HelperCurrentRequestCount);
