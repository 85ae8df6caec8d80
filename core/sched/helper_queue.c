/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * helper_queue.c - the requests of one helper queue, and the states they go through.
 */
#include <core/helper_queue.h>
#include <vmkapi/base/assert.h>

static struct helper_request *request_of(vmk_ListLinks *links)
{
    return VMK_LIST_ENTRY(links, struct helper_request, links);
}

static void push(vmk_ListLinks *list, struct helper_request *request, enum helper_state state)
{
    request->state = state;
    vmk_ListInsert(&request->links, vmk_ListAtRear(list));
}

static struct helper_request *pop(vmk_ListLinks *list)
{
    struct helper_request *request;

    if (vmk_ListIsEmpty(list)) {
        return NULL;
    }
    request = request_of(vmk_ListFirst(list));
    vmk_ListRemove(&request->links);
    request->state = HELPER_TAKEN;
    return request;
}

void helper_queue_init(struct helper_queue *queue, struct helper_request *requests, vmk_uint32 count,
                       vmk_HelperTagComparator compare)
{
    vmk_ListInit(&queue->free);
    vmk_ListInit(&queue->delayed);
    vmk_ListInit(&queue->queued);
    vmk_ListInit(&queue->running);
    queue->waiting = 0;
    queue->sequence = 0;
    queue->compare = compare;
    for (vmk_uint32 i = 0; i < count; i++) {
        push(&queue->free, &requests[i], HELPER_FREE);
    }
}

struct helper_request *helper_queue_take(struct helper_queue *queue)
{
    return pop(&queue->free);
}

void helper_queue_submit(struct helper_queue *queue, struct helper_request *request)
{
    VMK_ASSERT(request->state == HELPER_TAKEN);
    request->sequence = ++queue->sequence;
    queue->waiting++;
    push(&queue->queued, request, HELPER_QUEUED);
}

void helper_queue_delay(struct helper_queue *queue, struct helper_request *request, vmk_uint64 due_ns)
{
    VMK_ASSERT(request->state == HELPER_TAKEN);
    request->due_ns = due_ns;
    queue->waiting++;
    push(&queue->delayed, request, HELPER_DELAYED);
}

vmk_Bool helper_queue_due(struct helper_queue *queue, struct helper_request *request, vmk_uint64 now_ns)
{
    if (request->state != HELPER_DELAYED || now_ns < request->due_ns) {
        return VMK_FALSE;
    }
    vmk_ListRemove(&request->links);
    request->sequence = ++queue->sequence;
    push(&queue->queued, request, HELPER_QUEUED);
    return VMK_TRUE;
}

struct helper_request *helper_queue_start(struct helper_queue *queue)
{
    struct helper_request *request = pop(&queue->queued);

    if (request != NULL) {
        queue->waiting--;
        push(&queue->running, request, HELPER_RUNNING);
    }
    return request;
}

void helper_queue_release(struct helper_queue *queue, struct helper_request *request)
{
    if (request->state == HELPER_RUNNING) {
        vmk_ListRemove(&request->links);
    }
    push(&queue->free, request, HELPER_FREE);
}

static vmk_Bool equal(const struct helper_queue *queue, vmk_AddrCookie a, vmk_AddrCookie b)
{
    return queue->compare == NULL ? a.u64 == b.u64 : queue->compare(a, b);
}

static struct helper_request *find(const struct helper_queue *queue, const vmk_ListLinks *list,
                                   const vmk_AddrCookie *tag)
{
    vmk_ListLinks *links;

    VMK_LIST_FORALL (list, links) {
        if (tag == NULL || equal(queue, request_of(links)->tag, *tag)) {
            return request_of(links);
        }
    }
    return NULL;
}

struct helper_request *helper_queue_cancel(struct helper_queue *queue, const vmk_AddrCookie *tag)
{
    struct helper_request *request = find(queue, &queue->queued, tag);

    if (request == NULL) {
        request = find(queue, &queue->delayed, tag);
    }
    if (request != NULL) {
        vmk_ListRemove(&request->links);
        request->state = HELPER_TAKEN;
        queue->waiting--;
    }
    return request;
}

vmk_Bool helper_queue_runs(const struct helper_queue *queue, vmk_AddrCookie tag)
{
    return find(queue, &queue->running, &tag) != NULL;
}

static vmk_Bool has_up_to(const vmk_ListLinks *list, vmk_uint64 sequence)
{
    vmk_ListLinks *links;

    VMK_LIST_FORALL (list, links) {
        if (request_of(links)->sequence <= sequence) {
            return VMK_TRUE;
        }
    }
    return VMK_FALSE;
}

vmk_Bool helper_queue_settled(const struct helper_queue *queue, vmk_uint64 sequence)
{
    return !has_up_to(&queue->queued, sequence) && !has_up_to(&queue->running, sequence);
}
