/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * skb_pkt.h - a packet shown to a driver as an sk_buff, and taken back.
 *
 * Inline, once per packet each way.
 */
#ifndef VMKLINUX_SKB_PKT_H
#define VMKLINUX_SKB_PKT_H

#include <linux/if_ether.h>
#include <linux/if_vlan.h>
#include <linux/skbuff.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/net/net_pkt.h>

/* The flags of packets that an sk_buff shows more of than one piece of bytes. */
#define VMKLINUX_PKT_FLAGS_MORE                                                                              \
    (VMK_PKT_FLAG_MUST_CSUM | VMK_PKT_FLAG_LARGE_TCP | VMK_PKT_FLAG_VLAN | VMK_PKT_FLAG_FRAGS)

/* Show offloads and fragments too: the rest of vmklinux_skb_for_tx(). */
void vmklinux_skb_show_more(struct sk_buff *skb, vmk_PktHandle *pkt);
void vmklinux_skb_take_frags(struct sk_buff *skb, vmk_PktHandle *pkt);

/* Show @pkt, a whole frame to be sent by queue @queue, as an sk_buff of @dev. */
static __always_inline struct sk_buff *vmklinux_skb_for_tx(vmk_PktHandle *pkt, struct net_device *dev,
                                                           unsigned int queue)
{
    struct sk_buff *skb = vmklinux_pkt_skb(pkt);
    unsigned char *frame = pkt->frame;
    /* A clone's bytes lie in another packet's page. */
    unsigned char *head = vmk_PktBuffer(vmk_PktFromAddr(frame));
    unsigned int headroom = (unsigned int)(frame - head), len = pkt->frameLen;

    vmklinux_skb_clear(skb, dev, queue);
    skb->head = head;
    skb->data = frame;
    skb->len = len;
    skb->tail = headroom + len;
    skb->vmklinux_protocol = (__force u16)((const struct ethhdr *)frame)->h_proto;
    skb->network_header = (__u16)(headroom + ETH_HLEN);
    skb->mac_header = (__u16)headroom;
    if (unlikely(pkt->flags & VMKLINUX_PKT_FLAGS_MORE))
        vmklinux_skb_show_more(skb, pkt);
    return skb;
}

/* Take back a received frame; @skb->data is behind the Ethernet header. The packet is whole afterwards. */
static __always_inline vmk_PktHandle *vmklinux_pkt_from_rx(struct sk_buff *skb)
{
    vmk_PktHandle *pkt = vmklinux_skb_pkt(skb);
    unsigned char *frame = skb_mac_header(skb);
    unsigned int len = skb->len + (unsigned int)(skb->data - frame);

    pkt->frame = frame;
    pkt->frameLen = len;
    pkt->mappedLen = len - skb->data_len;
    pkt->flags = skb->ip_summed == CHECKSUM_UNNECESSARY ? VMK_PKT_FLAG_CSUM_VFD : 0;
    if (unlikely(skb->vlan_present)) {
        pkt->flags |= VMK_PKT_FLAG_VLAN;
        pkt->vlanTag = skb->vlan_tci;
    }
    if (unlikely(skb_shinfo(skb)->nr_frags))
        vmklinux_skb_take_frags(skb, pkt);
    return pkt;
}

#endif
