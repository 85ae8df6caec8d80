/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_virtio_net_rx.c - frames into the guest's buffers, what waits for some, what another guest has left
 * open. Nothing leaks.
 */
#include "run.h"

#include <string.h>

#include <core/pkt.h>
#include <vmkapi/core/frame.h>
#include <vmkapi/net/net_csum.h>

#include "virtio_nic.h"

START_TEST(frames_are_received_into_as_many_buffers_as_they_need)
{
    struct virtio_net_header header;
    uint8_t frame[9014], want[9014];

    for (unsigned size = 64; size <= 4096; size *= 4) {
        nic_bring_up(NIC_ALL, 1);
        nic_offer_buffers(0, 200, size);
        nic_make_frame(want, 9014);
        nic_deliver(nic_packet(9014));
        ck_assert_uint_eq(nic_receive(0, &header, frame), 9014);
        ck_assert_uint_eq(header.num_buffers, (9014 + NIC_HEADER + size - 1) / size);
        ck_assert_int_eq(memcmp(frame, want, 9014), 0);
        ck_assert_uint_eq(virtio_function.messages[NET_RX + 1], 1);
        ck_assert_uint_eq(header.flags, 0);
        nic_expect_nothing_held();
    }
}
END_TEST

START_TEST(what_waits_is_bounded_by_bytes)
{
    enum { LEN = 60000, FIT = NET_BACKLOG_BYTES / LEN, BUFFERS = LEN / 0x1000 + 1 };
    static uint8_t frame[LEN];
    struct virtio_net_header header;

    nic_bring_up(NIC_ALL, 1);
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < FIT + 5; i++) {
            nic_deliver(nic_packet(LEN));
        }
        ck_assert_uint_eq(nic->pairs[0].stats.rx_waited, (round + 1) * FIT);
        ck_assert_uint_eq(nic->pairs[0].stats.rx_dropped, (round + 1) * 5);
        for (unsigned i = 0; i < FIT; i++) {
            nic_offer_buffers(0, BUFFERS, 0x1000);
            ck_assert_uint_eq(nic_receive(0, &header, frame), LEN);
        }
        nic_expect_nothing_held();
    }
}
END_TEST

START_TEST(without_merging_a_buffer_must_suffice)
{
    struct virtio_net_header header;
    uint8_t frame[1514];

    nic_bring_up(VIRTIO_NET_F_GUEST_CSUM, 1);
    nic_offer_buffers(0, 1, 1000);
    nic_offer_buffers(1, 1, 1526);
    nic_deliver(nic_packet(900));
    ck_assert_uint_eq(nic_receive(0, &header, frame), 900);
    nic_deliver(nic_packet(1514));
    ck_assert_uint_eq(nic_receive(1, &header, frame), 1514);
    ck_assert_uint_eq(header.num_buffers, 1);
    nic_expect_nothing_held();
}
END_TEST

/* What lies in others' pages waits as a copy, and they have theirs back at once. */
START_TEST(frames_wait_for_buffers_but_not_at_others_cost)
{
    struct virtio_net_header header;
    vmk_PktHandle *pkt, *clone;
    uint8_t frame[1514], want[1514];
    uint32_t head, written;

    nic_bring_up(NIC_ALL, 1);
    pkt = nic_packet(200);
    ck_assert_int_eq(vmk_PktClone(pkt, &clone), VMK_OK);
    nic_deliver(clone);
    ck_assert(vmk_PktIsWritable(pkt));
    ck_assert_uint_eq(nic->pairs[0].stats.rx_copied, 1);
    memset(pkt->frame, 0, 200);
    vmk_PktRelease(pkt);
    for (unsigned i = 1; i < NET_BACKLOG + 10; i++) {
        nic_deliver(nic_packet(100 + i));
    }
    ck_assert_uint_eq(nic->pairs[0].stats.rx_waited, NET_BACKLOG);
    ck_assert_uint_eq(nic->pairs[0].stats.rx_copied, 1);
    ck_assert_uint_eq(nic->pairs[0].stats.rx_dropped, 10);
    ck_assert_uint_eq(virtio_function.messages[NET_RX + 1], 0);
    nic_offer_buffers(0, 100, 2048);
    nic_make_frame(want, 200);
    ck_assert_uint_eq(nic_receive(0, &header, frame), 200);
    ck_assert_int_eq(memcmp(frame, want, 200), 0);
    for (unsigned i = 1; i < 100; i++) {
        ck_assert_uint_eq(nic_receive(i, &header, frame), 100 + i);
    }
    ck_assert_uint_eq(virtio_function.messages[NET_RX + 1], 1);
    /* Too little for one is kept for later. */
    nic_offer_buffers(100, 1, 64);
    ck_assert(!driver_reap(&nic_rings[NET_RX], &head, &written));
    nic_offer_buffers(101, 3, 64);
    ck_assert_uint_eq(nic_receive(100, &header, frame), 200);
    ck_assert_uint_eq(header.num_buffers, 4);
    virtio_reg_write(&nic->device, REG_STATUS, 1, 0);
    ck_assert_uint_eq(virtio_reg_read(&nic->device, REG_STATUS, 1), 0);
    nic_expect_nothing_held();
    nic_deliver(nic_packet(100));
    nic_expect_nothing_held();
}
END_TEST

static bool tcp_sum_is_right(const uint8_t *frame, unsigned len)
{
    uint32_t saddr, daddr, sum;

    memcpy(&saddr, frame + 26, 4);
    memcpy(&daddr, frame + 30, 4);
    sum = vmk_NetCsumIPv4Pseudo(saddr, daddr, 6, (uint16_t)(len - 34));
    return vmk_NetCsumFold(vmk_NetCsumDataPartial(sum, frame + 34, len - 34)) == 0;
}

/** A frame as another guest sends it, its checksum still to be computed. */
static vmk_PktHandle *unfinished(unsigned len, unsigned mss)
{
    vmk_PktHandle *pkt = nic_packet(len);
    uint16_t sum;
    uint32_t saddr, daddr;

    memcpy(&saddr, pkt->frame + 26, 4);
    memcpy(&daddr, pkt->frame + 30, 4);
    sum = (uint16_t)~vmk_NetCsumFold(vmk_NetCsumIPv4Pseudo(saddr, daddr, 6, (uint16_t)(len - 34)));
    memcpy(pkt->frame + 50, &sum, sizeof(sum));
    vmk_PktSetMustCsum(pkt, 34, 16);
    if (mss != 0) {
        vmk_PktSetLargeTcpPacket(pkt, (uint16_t)mss);
    }
    return pkt;
}

START_TEST(what_another_guest_left_open_is_told_or_done)
{
    struct virtio_net_header header;
    uint8_t frame[20000];

    nic_bring_up(NIC_ALL, 1);
    nic_offer_buffers(0, 16, 4096);
    nic_deliver(unfinished(1000, 0));
    ck_assert_uint_eq(nic_receive(0, &header, frame), 1000);
    ck_assert_uint_eq(header.flags, NET_NEEDS_CSUM);
    ck_assert_uint_eq(header.csum_start, 34);
    ck_assert_uint_eq(header.csum_offset, 16);
    ck_assert(!tcp_sum_is_right(frame, 1000));
    nic_deliver(unfinished(10000, 1400));
    ck_assert_uint_eq(nic_receive(1, &header, frame), 10000);
    ck_assert_uint_eq(header.gso_type, NET_GSO_TCPV4);
    ck_assert_uint_eq(header.gso_size, 1400);
    ck_assert_uint_eq(header.hdr_len, 54);

    nic_bring_up(VIRTIO_NET_F_MRG_RXBUF, 1);
    nic_offer_buffers(0, 16, 4096);
    nic_deliver(unfinished(1000, 0));
    ck_assert_uint_eq(nic_receive(0, &header, frame), 1000);
    ck_assert_uint_eq(header.flags, 0);
    ck_assert(tcp_sum_is_right(frame, 1000));
    nic_deliver(unfinished(54 + 3000, 1400));
    for (unsigned i = 0; i < 3; i++) {
        unsigned len = nic_receive(1 + i, &header, frame);

        ck_assert_uint_eq(len, i < 2 ? 1454 : 254);
        ck_assert_uint_eq(header.flags | header.gso_type, 0);
        ck_assert(tcp_sum_is_right(frame, len));
    }
    nic_expect_nothing_held();
}
END_TEST

START_TEST(tags_are_put_into_frames)
{
    struct virtio_net_header header;
    vmk_PktHandle *pkt = NULL;
    uint8_t frame[1000], want[1000];

    nic_bring_up(NIC_ALL, 1);
    nic_offer_buffers(0, 16, 256);
    pkt = unfinished(500, 0);
    vmk_PktVlanIDSet(pkt, 100);
    nic_deliver(pkt);
    nic_make_frame(want, 500);
    ck_assert_uint_eq(nic_receive(0, &header, frame), 504);
    ck_assert_uint_eq(header.csum_start, 38);
    ck_assert_int_eq(memcmp(frame, want, 12), 0);
    ck_assert_int_eq(memcmp(frame + 12, "\x81\x00\x00\x64", 4), 0);
    ck_assert_int_eq(memcmp(frame + 54 + 4, want + 54, 446), 0);
    nic_expect_nothing_held();
}
END_TEST

START_TEST(buffers_that_are_none_break_the_queue)
{
    struct driver_segment readable = {NIC_RX_AT, 100, false}, outside = {NIC_MEMORY, 2000, true};

    for (unsigned i = 0; i < 2; i++) {
        nic_bring_up(NIC_ALL, 1);
        driver_make_available(&nic_rings[NET_RX],
                              (unsigned)driver_add(&nic_rings[NET_RX], i == 0 ? &readable : &outside, 1, 0));
        (void)driver_publish(&nic_rings[NET_RX], 0);
        nic_deliver(nic_packet(100));
        ck_assert_uint_ne(virtio_reg_read(&nic->device, REG_STATUS, 1) & VIRTIO_STATUS_NEEDS_RESET, 0);
        ck_assert_uint_eq(nic->pairs[0].stats.rx_dropped, 1);
        nic_expect_nothing_held();
    }
}
END_TEST

RUN_TESTS(frames_are_received_into_as_many_buffers_as_they_need, what_waits_is_bounded_by_bytes,
          without_merging_a_buffer_must_suffice, frames_wait_for_buffers_but_not_at_others_cost,
          what_another_guest_left_open_is_told_or_done, tags_are_put_into_frames,
          buffers_that_are_none_break_the_queue)
