/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * resolve.c - asking lwIP's DNS client.
 *
 * lwIP can't take back a query, so one whose caller has gone stays until it is answered or given up.
 */
#include "resolve.h"

#include <lwip/dns.h>

#include "stack.h"

struct query {
    const char *host; /**< The caller's; read at the start only. */
    vmk_IPv4Address address;
    vmk_StatusValue status; /**< VMK_WOULD_BLOCK while it is under way. */
    bool abandoned;
    vmk_SemaphoreObject answered;
};

static void answer(const char *host, const ip_addr_t *found, void *arg)
{
    struct query *query = arg;
    vmk_Semaphore answered = &query->answered;

    if (query->abandoned) {
        vmk_HeapFree(stack_heap, query);
        return;
    }
    query->status = found ? VMK_OK : VMK_NOT_FOUND;
    query->address = found ? found->addr : 0;
    vmk_SemaUnlock(&answered);
}

static void start(void *arg)
{
    struct query *query = arg;
    ip_addr_t found;
    err_t error = dns_gethostbyname(query->host, &found, answer, query);

    query->status = VMK_WOULD_BLOCK;
    if (error != ERR_INPROGRESS) {
        answer(query->host, error == ERR_OK ? &found : NULL, query);
    }
}

static void finish(void *arg)
{
    struct query *query = arg;

    query->abandoned = query->status == VMK_WOULD_BLOCK;
}

VMK_ReturnStatus resolve_host(vmk_AddrCookie data, const char *host, vmk_uint32 timeout_ms,
                              vmk_IPv4Address *address)
{
    struct query *query = vmk_HeapZalloc(stack_heap, sizeof(*query));
    vmk_Semaphore answered;
    vmk_StatusValue status;

    if (!query) {
        return VMK_NO_MEMORY;
    }
    answered = &query->answered;
    vmk_SemaInit(answered, "resolve", 0);
    query->host = host;
    stack_call(start, query);
    status = vmk_SemaLockTimed(&answered, timeout_ms);
    stack_call(finish, query);
    if (query->abandoned) {
        return status;
    }
    status = query->status;
    *address = query->address;
    vmk_HeapFree(stack_heap, query);
    return status;
}
