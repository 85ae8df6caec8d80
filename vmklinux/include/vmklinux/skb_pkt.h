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
    (VMK_PKT_FLAG_MUST_CSUM | VMK_PKT_FLAG_LARGE_TCP | VMK_PKT_FLAG_VLAN | VMK_PKT_FLAG_FRAGS |              \
     VMK_PKT_FLAG_CLONE)

/* Show offloads, fragments and foreign bytes too: the rest of vmklinux_skb_for_tx(). */
void vmklinux_skb_show_more(struct sk_buff *skb, vmk_PktHandle *pkt);

/* Say that the bytes of @skb, len of them, begin at @frame, within the buffer at @head. */
static __always_inline void vmklinux_skb_set_bytes(struct sk_buff *skb, unsigned char *head,
                                                   unsigned char *frame)
{
    unsigned int headroom = (unsigned int)(frame - head);

    skb->head = head;
    skb->data = frame;
    skb->tail = headroom + skb->len;
    skb->network_header = (__u16)(headroom + ETH_HLEN);
    skb->mac_header = (__u16)headroom;
}

/* Show @pkt, a whole frame to be sent by queue @queue, as an sk_buff of @dev. */
static __always_inline struct sk_buff *vmklinux_skb_for_tx(vmk_PktHandle *pkt, struct net_device *dev,
                                                           unsigned int queue)
{
    struct sk_buff *skb = vmklinux_pkt_skb(pkt);
    unsigned char *frame = pkt->frame;

    vmklinux_skb_clear(skb, dev, queue);
    skb->len = pkt->frameLen;
    skb->vmklinux_protocol = (__force u16)((const struct ethhdr *)frame)->h_proto;
    vmklinux_skb_set_bytes(skb, vmk_PktBuffer(pkt), frame);
    if (unlikely(pkt->flags & VMKLINUX_PKT_FLAGS_MORE))
        vmklinux_skb_show_more(skb, pkt);
    return skb;
}

/* Take back a received frame; @skb->data is behind the Ethernet header. */
static __always_inline vmk_PktHandle *vmklinux_pkt_from_rx(struct sk_buff *skb)
{
    vmk_PktHandle *pkt = vmklinux_skb_pkt(skb);
    unsigned char *frame = skb_mac_header(skb);
    unsigned int len = skb->len + (unsigned int)(skb->data - frame);

    pkt->frame = frame;
    pkt->frameLen = len;
    pkt->mappedLen = len;
    pkt->flags = skb->ip_summed == CHECKSUM_UNNECESSARY ? VMK_PKT_FLAG_CSUM_VFD : 0;
    return pkt;
}

/* The same with fragments and a tag: after vmklinux_pkt_from_rx(). The page references change hands. */
void vmklinux_skb_take_more(const struct sk_buff *skb, vmk_PktHandle *pkt);

#endif
