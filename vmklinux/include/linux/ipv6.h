/* SPDX-License-Identifier: GPL-2.0-only */
/* ipv6.h - where an sk_buff has its IPV6 header. */
#ifndef VMKLINUX_LINUX_IPV6_H
#define VMKLINUX_LINUX_IPV6_H

#include <linux/skbuff.h>
#include <uapi/linux/ipv6.h>

static inline struct ipv6hdr *ipv6_hdr(const struct sk_buff *skb)
{
    return (struct ipv6hdr *)skb_network_header(skb);
}

#endif
