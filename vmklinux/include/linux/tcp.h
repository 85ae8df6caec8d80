/* SPDX-License-Identifier: GPL-2.0-only */
/* tcp.h - where an sk_buff has its TCP header. */
#ifndef VMKLINUX_LINUX_TCP_H
#define VMKLINUX_LINUX_TCP_H

#include <linux/skbuff.h>
#include <uapi/linux/tcp.h>

static inline struct tcphdr *tcp_hdr(const struct sk_buff *skb)
{
    return (struct tcphdr *)skb_transport_header(skb);
}

static inline unsigned int tcp_hdrlen(const struct sk_buff *skb)
{
    return tcp_hdr(skb)->doff * 4u;
}

/* Length of everything before the TCP payload, from the Ethernet header on. */
static inline int skb_tcp_all_headers(const struct sk_buff *skb)
{
    return skb_transport_offset(skb) + (int)tcp_hdrlen(skb);
}

#endif
