/* SPDX-License-Identifier: GPL-2.0-only */
/* if_vlan.h - 802.1Q tags, in the frame and beside it. */
#ifndef VMKLINUX_LINUX_IF_VLAN_H
#define VMKLINUX_LINUX_IF_VLAN_H

#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <uapi/linux/if_vlan.h>

#define VLAN_HLEN          4
#define VLAN_ETH_HLEN      18
#define VLAN_ETH_ZLEN      64
#define VLAN_ETH_FRAME_LEN 1518

#define VLAN_PRIO_MASK     0xe000
#define VLAN_PRIO_SHIFT    13
#define VLAN_CFI_MASK      0x1000
#define VLAN_VID_MASK      0x0fff
#define VLAN_N_VID         4096

struct vlan_hdr {
    __be16 h_vlan_TCI;
    __be16 h_vlan_encapsulated_proto;
};

struct vlan_ethhdr {
    struct_group(addrs, unsigned char h_dest[ETH_ALEN]; unsigned char h_source[ETH_ALEN];);
    __be16 h_vlan_proto;
    __be16 h_vlan_TCI;
    __be16 h_vlan_encapsulated_proto;
};

static inline struct vlan_ethhdr *vlan_eth_hdr(const struct sk_buff *skb)
{
    return (struct vlan_ethhdr *)skb_mac_header(skb);
}

#define skb_vlan_tag_present(__skb) ((__skb)->vlan_present)
#define skb_vlan_tag_get(__skb)     ((__skb)->vlan_tci)
#define skb_vlan_tag_get_id(__skb)  ((__skb)->vlan_tci & VLAN_VID_MASK)

static inline bool eth_type_vlan(__be16 ethertype)
{
    return ethertype == htons(ETH_P_8021Q) || ethertype == htons(ETH_P_8021AD);
}

static inline void __vlan_hwaccel_put_tag(struct sk_buff *skb, __be16 vlan_proto, u16 vlan_tci)
{
    skb->vlan_proto = vlan_proto;
    skb->vlan_tci = vlan_tci;
    skb->vlan_present = 1;
}

static inline void __vlan_hwaccel_clear_tag(struct sk_buff *skb)
{
    skb->vlan_present = 0;
}

/* The protocol behind the tags in the frame; 0 for a frame that ends within them. @depth: where its header
 * starts. */
__be16 __vlan_get_protocol(const struct sk_buff *skb, __be16 type, int *depth);

static inline __be16 vlan_get_protocol(const struct sk_buff *skb)
{
    return unlikely(eth_type_vlan(skb->protocol)) ? __vlan_get_protocol(skb, skb->protocol, NULL)
                                                  : skb->protocol;
}

#endif
