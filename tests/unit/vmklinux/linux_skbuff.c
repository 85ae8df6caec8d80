/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * linux_skbuff.c - sk_buffs in packets, on the real packet pool over a hosted machine's pages: geometry,
 * padding, pulling, trimming, fragments; what goes in comes out; nothing leaks.
 */
#include "linux_test.h"
#include "packets.h"

#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <vmklinux/skb_pkt.h>

#define OWNER 5u

struct module __this_module = {.name = "test", .id = OWNER};

static struct net_device *const no_device = NULL;

void linux_test_start(void)
{
    packets_start();
}

static void expect_no_packets(void)
{
    EXPECT(vmk_PktHeldByModule(OWNER) == 0);
}

static u8 pattern(unsigned int i)
{
    return (u8)(i * 31 + (i >> 8));
}

/* A frame of @len bytes that count up, the first @mapped of them in the buffer, the rest in pages. */
static vmk_PktHandle *make_pkt(unsigned int len, unsigned int mapped)
{
    vmk_PktHandle *pkt;

    EXPECT(vmk_PktAllocForModule(OWNER, 0, &pkt) == VMK_OK);
    pkt->frameLen = pkt->mappedLen = mapped;
    for (unsigned int i = 0; i < mapped; i++)
        pkt->frame[i] = pattern(i);
    for (unsigned int done = mapped; done < len;) {
        unsigned int piece = min(len - done, 1000u);
        vmk_MPN mpn;
        u8 *bytes;

        EXPECT(vmk_PktAllocPage(&mpn) == VMK_OK);
        bytes = (u8 *)vmk_MPN2Ptr(mpn) + 100;
        for (unsigned int i = 0; i < piece; i++)
            bytes[i] = pattern(done + i);
        EXPECT(vmk_PktPageAppend(pkt, mpn, 100, piece) == VMK_OK);
        done += piece;
    }
    return pkt;
}

static void expect_bytes(const struct sk_buff *skb, unsigned int offset, unsigned int len, unsigned int from)
{
    u8 bytes[8192];

    EXPECT(skb_copy_bits(skb, (int)offset, bytes, (int)len) == 0);
    for (unsigned int i = 0; i < len; i++)
        EXPECT(bytes[i] == pattern(from + i));
}

static void test_geometry(void)
{
    struct sk_buff *skb = alloc_skb(1000, GFP_KERNEL);

    EXPECT(skb && skb->len == 0 && skb_headroom(skb) == 0 && skb_tailroom(skb) >= 1000);
    EXPECT(vmk_PktFromAddr(skb) == vmklinux_skb_pkt(skb) &&
           vmk_PktFromAddr(skb->data) == vmklinux_skb_pkt(skb));
    EXPECT((unsigned long)skb_shinfo(skb) >= (unsigned long)skb_end_pointer(skb));
    EXPECT(((unsigned long)skb_shinfo(skb) & 63) == 0 && ((unsigned long)skb->data & 63) == 0);
    skb_reserve(skb, 64);
    memset(skb_put(skb, 100), 0xaa, 100);
    EXPECT(skb->len == 100 && skb_headroom(skb) == 64 && skb_tail_pointer(skb) == skb->data + 100);
    skb_push(skb, 14);
    EXPECT(skb->len == 114 && skb_headroom(skb) == 50);
    EXPECT(skb_pull(skb, 14) == skb->data && skb->len == 100 && !skb_pull(skb, 101));
    skb_trim(skb, 60);
    EXPECT(skb->len == 60 && skb_tail_pointer(skb) == skb->data + 60);
    skb_trim(skb, 90);
    EXPECT(skb->len == 60);
    kfree_skb(skb);
    expect_no_packets();
}

/* DEVIATION-002 */
static void test_too_large(void)
{
    EXPECT(!alloc_skb(VMK_PKT_BUFFER_SIZE + 1, GFP_KERNEL));
    EXPECT(!netdev_alloc_frag(VMK_PAGE_SIZE));
    expect_no_packets();
}

/* DEVIATION-014 */
static void test_overrun(void)
{
    struct sk_buff *skb = napi_build_skb(netdev_alloc_frag(2000), 2000);

    skb_reserve(skb, NET_SKB_PAD);
    EXPECT(!skb_put(skb, 65535));
    EXPECT(skb_tail_pointer(skb) <= skb_end_pointer(skb) && skb_is_nonlinear(skb));
    kfree_skb(skb);
    expect_no_packets();
}

static void test_references(void)
{
    struct sk_buff *skb = alloc_skb(10, GFP_KERNEL);

    EXPECT(!skb_shared(skb));
    EXPECT(skb_get(skb) == skb && skb_shared(skb));
    kfree_skb(skb);
    EXPECT(vmk_PktHeldByModule(OWNER) == 1 && !skb_shared(skb));
    dev_kfree_skb_any(skb);
    kfree_skb(NULL);
    expect_no_packets();
}

static void test_build_skb(void)
{
    unsigned int size = SKB_DATA_ALIGN(1522 + NET_SKB_PAD) + SKB_DATA_ALIGN(sizeof(struct skb_shared_info));
    u8 *data = netdev_alloc_frag(size);
    struct sk_buff *skb;

    EXPECT(data);
    skb = napi_build_skb(data, size);
    EXPECT(skb && skb->data == data && skb->len == 0);
    skb_reserve(skb, NET_SKB_PAD);
    skb_put(skb, 1518);
    EXPECT(skb_tail_pointer(skb) <= (u8 *)skb_shinfo(skb));
    consume_skb(skb);
    skb_free_frag(netdev_alloc_frag(size));
    expect_no_packets();
}

/* DEVIATION-003 */
static void test_build_skb_from_elsewhere(void)
{
    u8 *data = netdev_alloc_frag(1000);

    EXPECT(!build_skb(data + 64, 900));
    skb_free_frag(data);
    expect_no_packets();
}

static void test_show_linear(void)
{
    vmk_PktHandle *pkt = make_pkt(1514, 1514);
    struct sk_buff *skb;

    pkt->frame[12] = 0x08;
    pkt->frame[13] = 0x00;
    skb = vmklinux_skb_for_tx(pkt, no_device, 0);
    EXPECT(skb->data == pkt->frame && skb->len == 1514 && !skb_is_nonlinear(skb));
    EXPECT(skb->protocol == htons(ETH_P_IP) && vlan_get_protocol(skb) == htons(ETH_P_IP));
    EXPECT(skb_network_offset(skb) == ETH_HLEN && skb_mac_header(skb) == skb->data);
    EXPECT(skb->ip_summed == CHECKSUM_NONE && !skb_vlan_tag_present(skb) && !skb_is_gso(skb));
    EXPECT(skb_shinfo(skb)->nr_frags == 0 && !skb_cloned(skb));
    consume_skb(skb);
    expect_no_packets();
}

static void test_show_offloads(void)
{
    vmk_PktHandle *pkt = make_pkt(4000, 54);
    struct sk_buff *skb;

    memset(pkt->frame, 0, 54);
    pkt->frame[12] = 0x08;
    pkt->frame[34 + 12] = 5 << 4; /* TCP header of 20 bytes */
    pkt->flags |= VMK_PKT_FLAG_VLAN | VMK_PKT_FLAG_MUST_CSUM | VMK_PKT_FLAG_LARGE_TCP;
    pkt->vlanTag = 0x2005;
    pkt->csumStart = 34;
    pkt->csumOffset = 16;
    pkt->mss = 1460;
    skb = vmklinux_skb_for_tx(pkt, no_device, 0);
    EXPECT(skb->ip_summed == CHECKSUM_PARTIAL && skb_checksum_start_offset(skb) == 34 &&
           skb->csum_offset == 16);
    EXPECT(skb_vlan_tag_present(skb) && skb_vlan_tag_get(skb) == 0x2005);
    EXPECT(skb_is_gso(skb) && !skb_is_gso_v6(skb) && skb_shinfo(skb)->gso_segs == 3);
    EXPECT(skb_transport_offset(skb) == 34 && skb_tcp_all_headers(skb) == 54);
    EXPECT(skb_headlen(skb) == 54 && skb->data_len == 3946 && skb_shinfo(skb)->nr_frags == 4);
    EXPECT(skb_cow_head(skb, 0) == 0);
    consume_skb(skb);
    expect_no_packets();
}

static void test_vlan_in_frame(void)
{
    vmk_PktHandle *pkt = make_pkt(100, 100);
    struct sk_buff *skb;

    memcpy(pkt->frame + 12, "\x81\x00\x00\x05\x86\xdd", 6);
    skb = vmklinux_skb_for_tx(pkt, no_device, 0);
    EXPECT(vlan_get_protocol(skb) == htons(ETH_P_IPV6));
    skb_trim(skb, 15);
    EXPECT(vlan_get_protocol(skb) == 0);
    consume_skb(skb);
    expect_no_packets();
}

static void test_pad(void)
{
    struct sk_buff *skb = vmklinux_skb_for_tx(make_pkt(42, 42), no_device, 0);

    EXPECT(eth_skb_pad(skb) == 0 && skb->len == ETH_ZLEN);
    expect_bytes(skb, 0, 42, 0);
    for (int i = 42; i < ETH_ZLEN; i++)
        EXPECT(skb->data[i] == 0);
    EXPECT(eth_skb_pad(skb) == 0 && skb->len == ETH_ZLEN);
    consume_skb(skb);
    expect_no_packets();
}

static void test_pull_tail(void)
{
    struct sk_buff *skb = vmklinux_skb_for_tx(make_pkt(3000, 500), no_device, 0);
    u8 bytes[10];

    EXPECT(__pskb_pull_tail(skb, 4) && skb_headlen(skb) == 504 && skb->len == 3000);
    expect_bytes(skb, 0, 3000, 0);
    EXPECT(pskb_may_pull(skb, 1600) && skb_headlen(skb) == 1600 && skb_shinfo(skb)->nr_frags == 2);
    expect_bytes(skb, 0, 3000, 0);
    expect_bytes(skb, 1590, 20, 1590);
    EXPECT(!pskb_may_pull(skb, 3001));
    EXPECT(skb_linearize(skb) == 0 && !skb_is_nonlinear(skb) && skb_shinfo(skb)->nr_frags == 0);
    expect_bytes(skb, 0, 3000, 0);
    EXPECT(skb_copy_bits(skb, 2991, bytes, 10) < 0 && skb_copy_bits(skb, 2990, bytes, 10) == 0);
    consume_skb(skb);
    expect_no_packets();
    expect_no_pages_leaked();
}

static void test_clone_is_not_written(void)
{
    vmk_PktHandle *pkt = make_pkt(200, 200), *clone;
    struct sk_buff *skb;

    EXPECT(vmk_PktClone(pkt, &clone) == VMK_OK);
    skb = vmklinux_skb_for_tx(clone, no_device, 0);
    EXPECT(skb_cloned(skb) && skb->data == pkt->frame);
    EXPECT(skb_cow_head(skb, 32) == 0 && skb->data != pkt->frame && skb_headroom(skb) >= 32);
    expect_bytes(skb, 0, 200, 0);
    skb->data[0] ^= 0xff;
    EXPECT(pkt->frame[0] == pattern(0));
    /* The original must not be moved while the clone shows its bytes. */
    EXPECT(pskb_expand_head(vmklinux_skb_for_tx(pkt, no_device, 0), 64, 0, GFP_ATOMIC) < 0);
    vmk_PktRelease(pkt);
    consume_skb(skb);
    expect_no_packets();
}

/* A received frame of page fragments, as jumbo drivers make them. */
static struct sk_buff *receive_frags(unsigned int count, unsigned int size)
{
    struct sk_buff *skb = alloc_skb(ETH_HLEN, GFP_ATOMIC);

    for (unsigned int i = 0; i < count; i++) {
        struct page *page;
        vmk_MPN mpn;

        EXPECT(vmk_PktAllocPage(&mpn) == VMK_OK);
        page = pfn_to_page(mpn);
        for (unsigned int j = 0; j < size; j++)
            ((u8 *)page_address(page))[j] = pattern(i * size + j);
        skb_add_rx_frag(skb, (int)i, page, 0, (int)size, PAGE_SIZE);
    }
    return skb;
}

static void test_receive_frags(void)
{
    struct sk_buff *skb = receive_frags(3, 2048);
    vmk_PktHandle *pkt;
    u8 bytes[6144];

    EXPECT(pskb_trim(skb, skb->len - 4) == 0 && skb->len == 6140);
    EXPECT(pskb_may_pull(skb, ETH_HLEN));
    skb_reset_mac_header(skb);
    __skb_pull(skb, ETH_HLEN);
    pkt = vmklinux_pkt_from_rx(skb);
    vmklinux_skb_take_more(skb, pkt);
    EXPECT(pkt->frameLen == 6140 && pkt->mappedLen == ETH_HLEN && pkt->numFrags == 3);
    EXPECT(vmk_PktCopyBytesOut(bytes, 6140, 0, pkt) == VMK_OK);
    for (unsigned int i = 0; i < 6140; i++)
        EXPECT(bytes[i] == pattern(i));
    vmk_PktRelease(pkt);
    expect_no_packets();
    expect_no_pages_leaked();
}

static void test_drop_frags(void)
{
    struct sk_buff *skb = receive_frags(4, 1000);

    EXPECT(pskb_trim(skb, 1500) == 0 && skb_shinfo(skb)->nr_frags == 2 && skb->data_len == 1500);
    expect_bytes(skb, 0, 1500, 0);
    EXPECT(pskb_may_pull(skb, 1200) && skb_shinfo(skb)->nr_frags == 1);
    EXPECT(pskb_trim(skb, 1100) == 0 && skb_shinfo(skb)->nr_frags == 0 && !skb_is_nonlinear(skb));
    kfree_skb(skb);
    expect_no_packets();
    expect_no_pages_leaked();
}

static void test_receive_linear(void)
{
    struct sk_buff *skb = napi_build_skb(netdev_alloc_frag(2000), 2000);
    vmk_PktHandle *pkt;

    skb_reserve(skb, NET_SKB_PAD);
    memset(skb_put(skb, 100), 0, 100);
    skb_reset_mac_header(skb);
    __skb_pull(skb, ETH_HLEN);
    skb->ip_summed = CHECKSUM_UNNECESSARY;
    __vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), 7);
    pkt = vmklinux_pkt_from_rx(skb);
    vmklinux_skb_take_more(skb, pkt);
    EXPECT(pkt->frame == (u8 *)pkt + VMK_PKT_BUFFER + NET_SKB_PAD && pkt->frameLen == 100 &&
           pkt->mappedLen == 100);
    EXPECT(vmk_PktGetCsumVfd(pkt) && vmk_PktVlanIDGet(pkt) == 7 && pkt->numFrags == 0);
    vmk_PktRelease(pkt);
    expect_no_packets();
}

const struct linux_case linux_cases[] = {
    {"geometry", test_geometry},
    {"too large", test_too_large},
    {"overrun", test_overrun},
    {"references", test_references},
    {"build_skb", test_build_skb},
    {"build_skb from elsewhere", test_build_skb_from_elsewhere},
    {"show a linear packet", test_show_linear},
    {"show offloads", test_show_offloads},
    {"VLAN in the frame", test_vlan_in_frame},
    {"pad", test_pad},
    {"pull", test_pull_tail},
    {"a clone is not written", test_clone_is_not_written},
    {"receive fragments", test_receive_frags},
    {"drop fragments", test_drop_frags},
    {"receive a linear frame", test_receive_linear},
    {NULL, NULL},
};
