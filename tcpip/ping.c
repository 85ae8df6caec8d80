/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ping.c - one echo request at a time per caller, each with a raw endpoint of its own.
 */
#include "ping.h"

#include <lwip/icmp.h>
#include <lwip/inet_chksum.h>
#include <lwip/ip4.h>
#include <lwip/prot/ip4.h>
#include <lwip/raw.h>

#include <vmkapi/base/time.h>

#include "stack.h"

#define SIZE_MAX_BYTES 65000

struct ping {
    vmk_IPv4Address address;
    vmk_uint16 sequence;
    vmk_uint16 id;
    vmk_uint32 size;
    struct raw_pcb *pcb;
    vmk_uint64 sent_ns;
    vmk_uint64 answered_ns;
    vmk_uint8 ttl;
    vmk_StatusValue status;
    vmk_SemaphoreObject answered;
};

/** Called by lwIP for every ICMP packet. @return 1 when it was ours, and has been freed. */
static u8_t receive(void *arg, struct raw_pcb *pcb, struct pbuf *p, const ip_addr_t *from)
{
    struct ping *ping = arg;
    vmk_Semaphore answered = &ping->answered;
    struct icmp_echo_hdr echo;
    struct ip_hdr ip;
    u16_t header;

    if (pbuf_copy_partial(p, &ip, sizeof(ip), 0) != sizeof(ip)) {
        return 0;
    }
    header = IPH_HL_BYTES(&ip);
    if (pbuf_copy_partial(p, &echo, sizeof(echo), header) != sizeof(echo) || ICMPH_TYPE(&echo) != ICMP_ER ||
        echo.id != ping->id || echo.seqno != lwip_htons(ping->sequence) || from->addr != ping->address) {
        return 0;
    }
    if (ping->answered_ns == 0) {
        ping->answered_ns = vmk_GetTimerCycles();
        ping->ttl = IPH_TTL(&ip);
        vmk_SemaUnlock(&answered);
    }
    pbuf_free(p);
    return 1;
}

static struct pbuf *make_request(const struct ping *ping)
{
    struct pbuf *p = pbuf_alloc(PBUF_IP, (u16_t)(sizeof(struct icmp_echo_hdr) + ping->size), PBUF_RAM);
    struct icmp_echo_hdr *echo;

    if (!p) {
        return NULL;
    }
    echo = p->payload;
    ICMPH_TYPE_SET(echo, ICMP_ECHO);
    ICMPH_CODE_SET(echo, 0);
    echo->id = ping->id;
    echo->seqno = lwip_htons(ping->sequence);
    echo->chksum = 0;
    for (vmk_uint32 i = 0; i < ping->size; i++) {
        ((vmk_uint8 *)(echo + 1))[i] = (vmk_uint8)i;
    }
    echo->chksum = inet_chksum(echo, p->len);
    return p;
}

static vmk_StatusValue to_status(err_t error)
{
    switch (error) {
    case ERR_OK:
        return VMK_OK;
    case ERR_RTE:
        return VMK_NO_ROUTE;
    case ERR_MEM:
        return VMK_NO_MEMORY;
    default:
        return VMK_FAILURE;
    }
}

static void start(void *arg)
{
    struct ping *ping = arg;
    ip_addr_t to = {ping->address};
    struct pbuf *p = make_request(ping);

    ping->status = VMK_NO_MEMORY;
    ping->pcb = raw_new(IP_PROTO_ICMP);
    if (p && ping->pcb) {
        raw_recv(ping->pcb, receive, ping);
        raw_bind(ping->pcb, IP_ADDR_ANY);
        ping->sent_ns = vmk_GetTimerCycles();
        ping->status = to_status(raw_sendto(ping->pcb, p, &to));
    }
    if (p) {
        pbuf_free(p);
    }
}

static void finish(void *arg)
{
    struct ping *ping = arg;

    if (ping->pcb) {
        raw_remove(ping->pcb);
    }
}

VMK_ReturnStatus ping_send(vmk_AddrCookie data, vmk_IPv4Address address, vmk_uint16 sequence, vmk_uint32 size,
                           vmk_uint32 timeout_ms, vmk_uint64 *round_trip_ns, vmk_uint8 *ttl)
{
    struct ping ping = {
        .address = address, .sequence = sequence, .size = size, .id = (vmk_uint16)vmk_GetRandSeed()};
    vmk_Semaphore answered = &ping.answered;
    vmk_StatusValue status;

    if (size > SIZE_MAX_BYTES) {
        return VMK_BAD_PARAM;
    }
    vmk_SemaInit(answered, "ping", 0);
    stack_call(start, &ping);
    status = ping.status;
    if (status == VMK_OK) {
        status = vmk_SemaLockTimed(&answered, timeout_ms);
    }
    stack_call(finish, &ping);
    if (ping.answered_ns != 0) {
        status = VMK_OK; /* Perhaps between time-out and finish. */
        *round_trip_ns = ping.answered_ns - ping.sent_ns;
        *ttl = ping.ttl;
    }
    return status;
}
