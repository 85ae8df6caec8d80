/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio_net_steer.c - which pair of queues a flow belongs to (virtio 1.2, 5.1.6.5.6).
 *
 * A flow is what has the same two ends, whichever of them sends: what both directions have in common is
 * hashed. The table has no collisions resolved: two flows at one place share a pair, which is slower at
 * worst.
 */
#include <vmkapi/lib/libc.h>

#include "virtio_net.h"

#define PROTOCOL_TCP     6
#define PROTOCOL_UDP     17
#define IPV4_PROTOCOL    9
#define IPV4_FRAGMENT    6 /* Flags and offset. */
#define IPV4_IS_FRAGMENT 0x3fff
#define IPV4_SOURCE      12
#define IPV4_MIN_LEN     20
#define IPV6_NEXT        6
#define IPV6_SOURCE      8
#define IPV6_LEN         40

static vmk_uint32 get16(const vmk_uint8 *at)
{
    return (vmk_uint32)at[0] << 8 | at[1];
}

static vmk_uint32 get32(const vmk_uint8 *at)
{
    return get16(at) << 16 | get16(at + 2);
}

/** Source and destination ports that lie behind @p header_len bytes of IP, together; 0: there are none. */
static vmk_uint32 ports(const vmk_PktHandle *pkt, vmk_uint32 header_len, vmk_uint8 protocol)
{
    vmk_uint32 at = VMK_ETH_HDR_LENGTH + header_len;

    if ((protocol != PROTOCOL_TCP && protocol != PROTOCOL_UDP) || at + 4 > pkt->mappedLen) {
        return 0;
    }
    return get16(pkt->frame + at) ^ get16(pkt->frame + at + 2);
}

static vmk_uint32 hash_ipv4(const vmk_PktHandle *pkt)
{
    const vmk_uint8 *ip = pkt->frame + VMK_ETH_HDR_LENGTH;
    bool whole;

    if (pkt->mappedLen < VMK_ETH_HDR_LENGTH + IPV4_MIN_LEN) {
        return 0;
    }
    whole = (get16(ip + IPV4_FRAGMENT) & IPV4_IS_FRAGMENT) == 0;
    return get32(ip + IPV4_SOURCE) ^ get32(ip + IPV4_SOURCE + 4) ^
           (whole ? ports(pkt, (ip[0] & 0xfu) * 4, ip[IPV4_PROTOCOL]) : 0);
}

static vmk_uint32 hash_ipv6(const vmk_PktHandle *pkt)
{
    const vmk_uint8 *ip = pkt->frame + VMK_ETH_HDR_LENGTH;
    vmk_uint32 hash;

    if (pkt->mappedLen < VMK_ETH_HDR_LENGTH + IPV6_LEN) {
        return 0;
    }
    hash = ports(pkt, IPV6_LEN, ip[IPV6_NEXT]);
    for (unsigned i = 0; i < 32; i += 4) {
        hash ^= get32(ip + IPV6_SOURCE + i);
    }
    return hash;
}

/** The flow's place in the table. What is not IP is one flow. */
static vmk_uint32 flow_of(const vmk_PktHandle *pkt)
{
    vmk_uint32 hash = 0;

    if (pkt->mappedLen >= VMK_ETH_HDR_LENGTH) {
        vmk_uint32 type = get16(pkt->frame + VMK_ETH_HDR_LENGTH - 2);

        hash = type == VMK_ETH_TYPE_IPV4 ? hash_ipv4(pkt) : type == VMK_ETH_TYPE_IPV6 ? hash_ipv6(pkt) : 0;
    }
    return hash * 0x9e3779b1u >> 22; /* Fibonacci hashing: the upper bits depend on all. */
}

VMK_STATIC_ASSERT(NET_FLOWS == 1u << (32 - 22), "as many places as the hash has");

void virtio_net_use_pairs(struct virtio_net *net, vmk_uint32 count)
{
    __atomic_store_n(&net->pairs_used, count, __ATOMIC_SEQ_CST);
    /* Whoever holds a lock has seen more of them, perhaps; who takes it after us has not. */
    for (vmk_uint32 i = count; i < net->config.max_pairs; i++) {
        virtio_net_rx_stop(&net->pairs[i]);
    }
}

void virtio_net_note_flows(struct virtio_net *net, const struct net_pair *pair, vmk_PktList list)
{
    vmk_uint8 number = (vmk_uint8)(pair - net->pairs + 1);

    for (const vmk_PktHandle *pkt = list->first; pkt; pkt = pkt->next) {
        vmk_uint8 *flow = &net->flows[flow_of(pkt)];

        if (__atomic_load_n(flow, __ATOMIC_RELAXED) != number) { /* The line may be others' too. */
            __atomic_store_n(flow, number, __ATOMIC_RELAXED);
        }
    }
}

vmk_uint32 virtio_net_pair_for(const struct virtio_net *net, const vmk_PktHandle *pkt)
{
    vmk_uint32 used = virtio_net_pairs_used(net), flow = flow_of(pkt);
    vmk_uint32 number = __atomic_load_n(&net->flows[flow], __ATOMIC_RELAXED);

    return number != 0 && number <= used ? number - 1 : flow % used;
}
