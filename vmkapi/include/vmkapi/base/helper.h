/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * helper.h - queues of work done by worlds of their own.
 *
 * A request is a function and a cookie; it runs once, in one of the queue's worlds, and may block there.
 * With one world (the default) requests run one after the other in the order they were submitted.
 * Requests with a tag can be cancelled as long as they have not started.
 */
#ifndef VMKAPI_BASE_HELPER_H
#define VMKAPI_BASE_HELPER_H

#include <vmkapi/base/heap.h>
#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>
#include <vmkapi/base/world.h>

typedef struct vmk_HelperObject *vmk_Helper;
#define VMK_HELPER_INVALID_ID ((vmk_Helper)NULL)

/** Pass for the default request properties: no tag, may not block. */
#define VMK_HELPER_DEFAULT_REQ_PROPS ((const vmk_HelperRequestProps *)NULL)

#define VMK_HELPER_DEFAULT_REQUESTS  128

/** Whether two tags name the same requests. Called under the queue's lock: must not block or lock. */
typedef vmk_Bool (*vmk_HelperTagComparator)(vmk_AddrCookie tag1, vmk_AddrCookie tag2);
/** Called first in each world of the queue. */
typedef void (*vmk_HelperConstructor)(vmk_AddrCookie arg);
/** Called with the cookie of a request that was cancelled instead of run; in the cancelling context. */
typedef void (*vmk_HelperCancelFunc)(vmk_AddrCookie data);
/** The work. Runs in a world; may block. */
typedef void (*vmk_HelperRequestFunc)(vmk_AddrCookie data);

typedef struct vmk_HelperMutableProps {
    vmk_int32 maxWorlds; /**< Worlds that serve the queue, all started at creation; 0 or less is 1. */
} vmk_HelperMutableProps;

typedef struct vmk_HelperProps {
    vmk_Name name;           /**< Also the name of its worlds. */
    vmk_ModuleID moduleID;   /**< Owner, charged with one helper queue and its worlds. */
    vmk_HeapID heap;         /**< Where the queue and its requests come from. */
    vmk_Bool blockingSubmit; /**< Default for requestMayBlock. */
    vmk_uint32 maxRequests;  /**< Requests that may be queued at once; 0 is VMK_HELPER_DEFAULT_REQUESTS. */
    vmk_HelperMutableProps mutables;
    vmk_HelperTagComparator tagCompare; /**< NULL: tags are equal when their 64 bits are. */
    vmk_HelperConstructor constructor;  /**< Or NULL. */
    vmk_AddrCookie constructorArg;
    vmk_WorldSchedClass schedClass; /**< Of its worlds. */
} vmk_HelperProps;

typedef struct vmk_HelperRequestProps {
    vmk_Bool requestMayBlock;        /**< With the queue full: sleep until there is room. */
    vmk_AddrCookie tag;              /**< Names the request for cancelling; 0 is no tag. */
    vmk_HelperCancelFunc cancelFunc; /**< Or NULL; only with a tag. */
    vmk_WorldID worldToBill;         /**< Accepted, not used. */
} vmk_HelperRequestProps;

/**
 * Create a queue and its worlds; all memory it will need is allocated now.
 *
 * Context: may block. @return VMK_OK; VMK_BAD_PARAM (no name, no heap); VMK_NO_MEMORY.
 */
VMK_ReturnStatus vmk_HelperCreate(const vmk_HelperProps *props, vmk_Helper *helper);

/**
 * Destroy a queue: cancels what has not started, delayed requests too, and waits for what has.
 *
 * Nobody may submit any more. Context: may block; not from one of its requests. @return VMK_OK.
 */
VMK_ReturnStatus vmk_HelperDestroy(vmk_Helper helper);

/** Fill in the default request properties. */
void vmk_HelperRequestPropsInit(vmk_HelperRequestProps *props);

/**
 * Have @p func(@p data) called in one of the queue's worlds.
 *
 * Context: any but NMI, unless it may block.
 * @return VMK_OK; VMK_BAD_PARAM (no function, cancelFunc without tag); VMK_NO_RESOURCES: the queue is full
 * and the request may not block; VMK_DEATH_PENDING while blocked.
 */
VMK_ReturnStatus vmk_HelperSubmitRequest(vmk_Helper helper, vmk_HelperRequestFunc func, vmk_AddrCookie data,
                                         const vmk_HelperRequestProps *props);

/** The same, but not before @p timeout_ms milliseconds have passed. */
VMK_ReturnStatus vmk_HelperSubmitDelayedRequest(vmk_Helper helper, vmk_HelperRequestFunc func,
                                                vmk_AddrCookie data, vmk_uint32 timeout_ms,
                                                const vmk_HelperRequestProps *props);

/**
 * Cancel every request with @p tag that has not started, delayed ones included; tag 0 stands for those
 * without.
 *
 * @param[out] cancelled  how many there were; may be NULL.
 * Context: any but NMI. @return VMK_OK; VMK_NOT_FOUND when there was none. May be ignored.
 */
vmk_StatusValue vmk_HelperCancelRequest(vmk_Helper helper, vmk_AddrCookie tag, vmk_uint32 *cancelled);

/**
 * vmk_HelperCancelRequest(), then wait until no request with @p tag is running.
 *
 * Context: may block; not from one of these requests. @return as vmk_HelperCancelRequest().
 */
vmk_StatusValue vmk_HelperCancelRequestSync(vmk_Helper helper, vmk_AddrCookie tag, vmk_uint32 *cancelled);

/** Wait until every request submitted before this call has run or been cancelled, delayed ones excepted.
 *  Context: may block; not from one of its requests. @return VMK_OK; VMK_DEATH_PENDING. */
VMK_ReturnStatus vmk_HelperFlush(vmk_Helper helper);

/** @return how many requests wait to be started, delayed ones included. Context: any but NMI. */
vmk_uint32 vmk_HelperCurrentRequestCount(vmk_Helper helper);

#endif
