/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_virtio_net_tx.c - frames out of the guest's pages, what is asked of a NIC for them, and frames that
 * make no sense. Nothing leaks.
 */
#include "run.h"

#include <string.h>

#include <core/pkt.h>
#include <vmkapi/core/frame.h>
#include <vmkapi/core/machine_memory.h>

#include "virtio_nic.h"

START_TEST(frames_are_sent_from_the_guests_pages)
{
    static const struct virtio_net_header plain;
    vmk_PktHandle *pkt;

    nic_bring_up(NIC_ALL, 1);
    (void)nic_offer(NIC_TX_AT, &plain, 1514, 2);
    pkt = vmk_PktListPopFirstPkt(&nic_sent);
    ck_assert_ptr_nonnull(pkt);
    nic_expect_frame(pkt, 1514);
    ck_assert_uint_eq(pkt->mappedLen, NET_HEAD_BYTES);
    ck_assert_ptr_eq((uint8_t *)vmk_MPN2Ptr(pkt->frags[0].mpn) + pkt->frags[0].offset,
                     nic_vm.memory + NIC_TX_AT + 0x100 + NET_HEAD_BYTES);
    ck_assert(!nic_reap_tx());
    ck_assert_uint_eq(nic->pairs[0].tx.in_flight, 1);
    vmk_PktRelease(pkt);
    ck_assert_uint_eq(virtio_flush_all(), 1);
    ck_assert(nic_reap_tx());
    ck_assert_uint_eq(virtio_function.messages[NET_TX + 1], 1);

    (void)nic_offer(NIC_TX_AT, &plain, NET_HEAD_BYTES, 1); /* All head: the chain is free at once. */
    ck_assert(nic_reap_tx());
    memset(nic_vm.memory + NIC_TX_AT, 0xff, 0x1000);
    pkt = vmk_PktListPopFirstPkt(&nic_sent);
    nic_expect_frame(pkt, NET_HEAD_BYTES);
    vmk_PktRelease(pkt);
    nic_expect_nothing_held();
}
END_TEST

START_TEST(a_clone_holds_the_chain)
{
    static const struct virtio_net_header plain;
    vmk_PktHandle *pkt, *clone;

    nic_bring_up(NIC_ALL, 1);
    (void)nic_offer(NIC_TX_AT, &plain, 1000, 1);
    pkt = vmk_PktListPopFirstPkt(&nic_sent);
    ck_assert_int_eq(vmk_PktClone(pkt, &clone), VMK_OK);
    vmk_PktRelease(pkt);
    ck_assert_uint_eq(virtio_flush_all(), 0);
    virtio_reg_write(&nic->device, REG_STATUS, 1, 0);
    ck_assert_uint_ne(virtio_reg_read(&nic->device, REG_STATUS, 1), 0);
    nic_expect_frame(clone, 1000);
    vmk_PktRelease(clone);
    ck_assert_uint_eq(virtio_flush_all(), 1);
    ck_assert_uint_eq(virtio_reg_read(&nic->device, REG_STATUS, 1), 0);
    nic_expect_nothing_held();
}
END_TEST

/* Where a nic_packet has no place for so many pieces, it is copied. The host's pages lie in a row here, so
 * that pieces with gaps between are needed. */
START_TEST(too_many_pieces_are_copied)
{
    struct driver_segment segments[40] = {{NIC_TX_AT, NIC_HEADER, false}};
    vmk_PktHandle *pkt;
    uint8_t frame[1200];

    nic_bring_up(NIC_ALL, 1);
    nic_make_frame(frame, sizeof(frame));
    for (unsigned i = 0; i < 30; i++) {
        memcpy(nic_vm.memory + NIC_TX_AT + 0x1000 * (i + 1ul), frame + 40 * i, 40);
        segments[i + 1] = (struct driver_segment){NIC_TX_AT + 0x1000 * (i + 1ul), 40, false};
    }
    driver_make_available(&nic_rings[NET_TX],
                          (unsigned)driver_add(&nic_rings[NET_TX], segments, 31, 0x18000));
    (void)driver_publish(&nic_rings[NET_TX], 0);
    virtio_notify(&nic->device, NET_TX);
    pkt = vmk_PktListPopFirstPkt(&nic_sent);
    nic_expect_frame(pkt, sizeof(frame));
    ck_assert_uint_eq(nic->pairs[0].stats.tx_copied, 1);
    ck_assert(nic_reap_tx());
    vmk_PktRelease(pkt);
    nic_expect_nothing_held();
}
END_TEST

/** Whether a frame of @p len bytes with that header is nic_sent, and with which flags. */
static uint32_t flags_sent(struct virtio_net_header header, unsigned len)
{
    vmk_PktHandle *pkt;
    uint32_t flags;

    (void)nic_offer(NIC_TX_AT, &header, len, 1);
    pkt = vmk_PktListPopFirstPkt(&nic_sent);
    if (pkt == NULL) {
        ck_assert(nic_reap_tx());
        return ~0u;
    }
    flags = pkt->flags & (VMK_PKT_FLAG_MUST_CSUM | VMK_PKT_FLAG_LARGE_TCP);
    vmk_PktRelease(pkt);
    (void)virtio_flush_all();
    ck_assert(nic_reap_tx());
    return flags;
}

START_TEST(offloads_are_asked_for_and_checked)
{
    const struct virtio_net_header sum = {.flags = NET_NEEDS_CSUM, .csum_start = 34, .csum_offset = 16};
    const struct virtio_net_header large = {.flags = NET_NEEDS_CSUM,
                                            .gso_type = 1,
                                            .gso_size = 1460,
                                            .hdr_len = 54,
                                            .csum_start = 34,
                                            .csum_offset = 16};
    const uint32_t both = VMK_PKT_FLAG_MUST_CSUM | VMK_PKT_FLAG_LARGE_TCP;
    struct virtio_net_header header;

    nic_bring_up(NIC_ALL, 1);
    ck_assert_uint_eq(flags_sent(sum, 1000), VMK_PKT_FLAG_MUST_CSUM);
    ck_assert_uint_eq(flags_sent(large, 40000), both);
    ck_assert_uint_eq(flags_sent(large, 1000),
                      VMK_PKT_FLAG_MUST_CSUM); /* One segment is no large nic_packet. */
#define REFUSED(base, field, value)                                                                          \
    do {                                                                                                     \
        header = base;                                                                                       \
        header.field = value;                                                                                \
        ck_assert_uint_eq(flags_sent(header, 40000), ~0u);                                                   \
    } while (0)
    REFUSED(sum, csum_start, 13);
    REFUSED(sum, csum_start, 111);
    REFUSED(sum, csum_start, 0xffff);
    REFUSED(sum, csum_offset, 0xffff);
    REFUSED(sum, csum_offset, 93);
    REFUSED(large, gso_size, 0);
    REFUSED(large, gso_size, 63);
    REFUSED(large, gso_type, 4); /* It is not IPv6. */
    REFUSED(large, gso_type, 3); /* UDP was not offered. */
    REFUSED(large, flags, 0);
    REFUSED(large, csum_start, 38);
    REFUSED(large, csum_offset, 6);
    ck_assert_uint_eq(flags_sent(sum, 13), ~0u);
    ck_assert_uint_eq(flags_sent(sum, NET_FRAME_MAX + 1), ~0u);
    ck_assert_uint_eq(nic->pairs[0].stats.tx_dropped, 14);
    nic_expect_nothing_held();
}
END_TEST

START_TEST(busy_nics_need_no_kicks)
{
    static const struct virtio_net_header plain;
    unsigned before;

    nic_bring_up(NIC_ALL, 1);
    for (unsigned i = 0; i < 40; i++) {
        (void)nic_offer(NIC_TX_AT + 0x1000ul * i, &plain, 600, 1);
    }
    before = (unsigned)nic->pairs[0].tx.stats.kicks;
    ck_assert_uint_eq(before, 16);
    ck_assert_uint_eq(nic_sent.count, 16);
    for (unsigned i = 0; i < 40; i++) {
        vmk_PktRelease(vmk_PktListPopFirstPkt(&nic_sent));
        (void)virtio_flush_all();
    }
    ck_assert_uint_eq(nic->pairs[0].stats.tx_packets, 40);
    ck_assert_uint_eq(nic->pairs[0].tx.stats.kicks, before);
    nic_expect_nothing_held();
    (void)nic_offer(NIC_TX_AT, &plain, 60, 1);
    ck_assert_uint_eq(nic->pairs[0].tx.stats.kicks, before + 1);
    vmk_PktRelease(vmk_PktListPopFirstPkt(&nic_sent));
}
END_TEST

START_TEST(what_is_beyond_a_limit_waits_in_the_ring)
{
    static const struct virtio_rates rates = {.requests = 100};
    struct virtio_net_header none = {0};
    struct virtio_queue *queue;

    nic_bring_up(NIC_ALL, 1);
    queue = &nic->pairs[0].tx;
    queue->limit = virtio_limit_init(&nic->device.limit, &rates);
    for (unsigned i = 0; i < 30; i++) {
        (void)nic_offer(0x40000 + 0x1000ul * i, &none, 100, 1);
    }
    ck_assert_uint_eq(nic->pairs[0].stats.tx_packets, 10);
    ck_assert_uint_eq(nic->device.limit.waits, 1);
    for (unsigned i = 0; i < 1000; i++) {
        vm_host_advance(&nic_vm, 1000000);
        virtio_flush_all();
    }
    ck_assert_uint_eq(nic->pairs[0].stats.tx_packets, 30);
    ck_assert_uint_eq(nic->pairs[0].stats.tx_dropped, 0);
    ck_assert_uint_eq(nic->device.limit.waits, 20); /* Each further one came by itself. */
    vmk_PktListReleaseAllPkts(&nic_sent);
    virtio_flush_all();
    nic_expect_nothing_held();
}
END_TEST

RUN_TESTS(frames_are_sent_from_the_guests_pages, a_clone_holds_the_chain, too_many_pieces_are_copied,
          offloads_are_asked_for_and_checked, busy_nics_need_no_kicks,
          what_is_beyond_a_limit_waits_in_the_ring)
