/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * helper_queue.h - the requests of one helper queue, and the states they go through.
 *
 *     FREE -> TAKEN -> QUEUED -> RUNNING -> FREE
 *                \-> DELAYED -/
 *             QUEUED, DELAYED -> TAKEN -> FREE   when cancelled
 *
 * Pure data structure: the caller locks.
 */
#ifndef CORE_HELPER_QUEUE_H
#define CORE_HELPER_QUEUE_H

#include <vmkapi/base/helper.h>
#include <vmkapi/base/time.h>
#include <vmkapi/lib/list.h>

enum helper_state {
    HELPER_FREE,
    HELPER_TAKEN, /**< In no list: its user fills it in, or cleans up behind it. */
    HELPER_DELAYED,
    HELPER_QUEUED,
    HELPER_RUNNING,
};

struct helper_request {
    vmk_ListLinks links;
    enum helper_state state;
    vmk_HelperRequestFunc func;
    vmk_AddrCookie data;
    vmk_AddrCookie tag;
    vmk_HelperCancelFunc cancelled;
    vmk_uint64 sequence;   /**< Order of submission of those not delayed. */
    vmk_uint64 due_ns;     /**< DELAYED: when it is to be queued. */
    vmk_TimerObject timer; /**< The user's, to find out. */
    vmk_Helper helper;     /**< The user's. */
};

struct helper_queue {
    vmk_ListLinks free, delayed, queued, running;
    vmk_uint32 waiting;              /**< In delayed and queued. */
    vmk_uint64 sequence;             /**< Of the latest that was queued. */
    vmk_HelperTagComparator compare; /**< NULL: compare 64 bits. */
};

void helper_queue_init(struct helper_queue *queue, struct helper_request *requests, vmk_uint32 count,
                       vmk_HelperTagComparator compare);

/** @return a free request, TAKEN; NULL for none. */
struct helper_request *helper_queue_take(struct helper_queue *queue);

/** Submit a TAKEN request: to run as soon as possible, or not before @p due_ns. */
void helper_queue_submit(struct helper_queue *queue, struct helper_request *request);
void helper_queue_delay(struct helper_queue *queue, struct helper_request *request, vmk_uint64 due_ns);

/** Queue a DELAYED request if its time has come. @return whether it was queued; VMK_FALSE in other states. */
vmk_Bool helper_queue_due(struct helper_queue *queue, struct helper_request *request, vmk_uint64 now_ns);

/** @return the oldest QUEUED request, RUNNING now; NULL for none. */
struct helper_request *helper_queue_start(struct helper_queue *queue);

/** Make a RUNNING or TAKEN request FREE. */
void helper_queue_release(struct helper_queue *queue, struct helper_request *request);

/** @return a QUEUED or DELAYED request with @p tag (any, when it is NULL), TAKEN now; NULL for none. */
struct helper_request *helper_queue_cancel(struct helper_queue *queue, const vmk_AddrCookie *tag);

/** @return whether a request with @p tag is RUNNING. */
vmk_Bool helper_queue_runs(const struct helper_queue *queue, vmk_AddrCookie tag);

/** @return whether every request queued up to number @p sequence has been released. */
vmk_Bool helper_queue_settled(const struct helper_queue *queue, vmk_uint64 sequence);

#endif
