/* SPDX-License-Identifier: GPL-2.0-only */
/* ip.h - where an sk_buff has its IP header. */
#ifndef VMKLINUX_LINUX_IP_H
#define VMKLINUX_LINUX_IP_H

#include <linux/skbuff.h>
#include <uapi/linux/ip.h>

static inline struct iphdr *ip_hdr(const struct sk_buff *skb)
{
    return (struct iphdr *)skb_network_header(skb);
}

#endif
