/* SPDX-License-Identifier: GPL-2.0-only */
/* skb_pkt.c - the less frequent half of showing packets to drivers: offloads and fragments. */
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <vmklinux/skb_pkt.h>

static void show_segmentation(struct sk_buff *skb, const vmk_PktHandle *pkt)
{
    struct skb_shared_info *shinfo = skb_shinfo(skb);
    unsigned int payload = skb->len - (unsigned int)skb_tcp_all_headers(skb);

    shinfo->gso_size = pkt->mss;
    shinfo->gso_segs = (unsigned short)DIV_ROUND_UP(payload, pkt->mss);
    shinfo->gso_type = pkt->flags & VMK_PKT_FLAG_IPV6 ? SKB_GSO_TCPV6 : SKB_GSO_TCPV4;
}

static void show_frags(struct sk_buff *skb, const vmk_PktHandle *pkt)
{
    skb->data_len = pkt->frameLen - pkt->mappedLen;
    skb->tail -= skb->data_len;
    for (int i = 0; i < pkt->numFrags; i++) {
        const vmk_PktFrag *frag = &pkt->frags[i];

        vmklinux_skb_frag_set(skb, i, pfn_to_page(frag->mpn), frag->offset, frag->length);
    }
}

void vmklinux_skb_show_more(struct sk_buff *skb, vmk_PktHandle *pkt)
{
    if (pkt->flags & VMK_PKT_FLAG_CLONE)
        vmklinux_skb_set_bytes(skb, vmk_PktBuffer(pkt->storage), pkt->frame);
    if (pkt->flags & VMK_PKT_FLAG_FRAGS)
        show_frags(skb, pkt);
    if (pkt->flags & VMK_PKT_FLAG_VLAN)
        __vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), pkt->vlanTag);
    if (pkt->flags & (VMK_PKT_FLAG_MUST_CSUM | VMK_PKT_FLAG_LARGE_TCP)) {
        skb->ip_summed = CHECKSUM_PARTIAL;
        skb->csum_start = (__u16)(skb_headroom(skb) + pkt->csumStart);
        skb->csum_offset = pkt->csumOffset;
        skb->transport_header = skb->csum_start;
    }
    if (pkt->flags & VMK_PKT_FLAG_LARGE_TCP)
        show_segmentation(skb, pkt);
}

void vmklinux_skb_take_more(const struct sk_buff *skb, vmk_PktHandle *pkt)
{
    const struct skb_shared_info *shinfo = skb_shinfo(skb);

    pkt->mappedLen -= skb->data_len;
    if (skb->vlan_present) {
        pkt->flags |= VMK_PKT_FLAG_VLAN;
        pkt->vlanTag = skb->vlan_tci;
    }
    for (unsigned int i = 0; i < shinfo->nr_frags; i++) {
        const skb_frag_t *frag = &shinfo->frags[i];

        pkt->frags[i] = (vmk_PktFrag){.mpn = (vmk_uint32)page_to_pfn(skb_frag_page(frag)),
                                      .offset = (vmk_uint16)skb_frag_off(frag),
                                      .length = (vmk_uint16)skb_frag_size(frag)};
    }
    vmk_PktNumFragsSet(pkt, shinfo->nr_frags);
}
