/* SPDX-License-Identifier: GPL-2.0-only */
/* if_ether.h - Ethernet headers, and where an sk_buff has its. */
#ifndef VMKLINUX_LINUX_IF_ETHER_H
#define VMKLINUX_LINUX_IF_ETHER_H

#include <uapi/linux/if_ether.h>

struct sk_buff;
#define eth_hdr(skb) ((struct ethhdr *)skb_mac_header(skb))

#endif
