/* SPDX-License-Identifier: GPL-2.0-only */
/* ip6_checksum.h - checksums over the IPv6 pseudo header (RFC 8200, 8.1). */
#ifndef VMKLINUX_NET_IP6_CHECKSUM_H
#define VMKLINUX_NET_IP6_CHECKSUM_H

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <net/checksum.h>

static inline __sum16 csum_ipv6_magic(const struct in6_addr *saddr, const struct in6_addr *daddr, __u32 len,
                                      __u8 proto, __wsum sum)
{
    return csum_fold(csum_add(sum, (__force __wsum)vmk_NetCsumIPv6Pseudo(saddr, daddr, proto, len)));
}

static inline __sum16 tcp_v6_check(int len, const struct in6_addr *saddr, const struct in6_addr *daddr,
                                   __wsum base)
{
    return csum_ipv6_magic(saddr, daddr, (__u32)len, IPPROTO_TCP, base);
}

/* Prepare the headers for hardware that fills in each segment's length: IPv6's is 0, TCP's sum leaves it out.
 */
static inline void tcp_v6_gso_csum_prep(struct sk_buff *skb)
{
    struct ipv6hdr *ipv6h = ipv6_hdr(skb);

    ipv6h->payload_len = 0;
    tcp_hdr(skb)->check = (__force __sum16)~tcp_v6_check(0, &ipv6h->saddr, &ipv6h->daddr, 0);
}

#endif
