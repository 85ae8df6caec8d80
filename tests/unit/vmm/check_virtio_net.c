/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_virtio_net.c - what of a virtual NIC is not frames: commands, link, pairs of queues and which of them
 * a flow is received by.
 */
#include "run.h"

#include <string.h>

#include <core/pkt.h>
#include <vmkapi/core/frame.h>

#include "virtio_nic.h"

START_TEST(commands_are_obeyed)
{
    static const uint8_t on = 1, off, mac[] = {2, 0, 0, 0, 0, 7}, group[] = {3, 0, 0, 0, 0, 7};
    static const uint8_t table[4] = {1};

    nic_bring_up(NIC_ALL, 1);
    ck_assert_uint_eq(nic_command(0, 0, &on, 1), 0);
    ck_assert_int_eq(nic_promiscuous_last, 1);
    ck_assert_uint_eq(nic_command(0, 0, &off, 1), 0);
    ck_assert_int_eq(nic_promiscuous_last, 0);
    ck_assert_uint_eq(nic_command(1, 0, table, 4), 0);
    ck_assert_int_eq(nic_promiscuous_last, 1);
    ck_assert_int_eq(nic_promiscuous_calls, 3);
    ck_assert_uint_eq(nic_command(1, 1, mac, 6), 0);
    ck_assert_uint_eq(virtio_config_read(&nic->device, 5, 1), 7);
    ck_assert_uint_eq(nic_command(1, 1, group, 6), 1);
    ck_assert_uint_eq(nic_command(9, 0, mac, 6), 1);
    ck_assert_uint_eq(virtio_reg_read(&nic->device, REG_STATUS, 1), 0xf);
}
END_TEST

START_TEST(the_link_is_told)
{
    nic_bring_up(NIC_ALL, 1);
    ck_assert_uint_eq(virtio_config_read(&nic->device, 6, 2), 1);
    virtio_net_changed(nic, 9000, false);
    ck_assert_uint_eq(virtio_config_read(&nic->device, 6, 2), 0);
    ck_assert_uint_eq(virtio_config_read(&nic->device, 10, 2), 9000);
    ck_assert_uint_eq(virtio_function.messages[0], 1);
}
END_TEST

/* Pairs of queues. */

#define MQ (NIC_ALL | VIRTIO_NET_F_MQ)

static uint8_t use_pairs(uint16_t count)
{
    return nic_command(4, 0, &count, sizeof(count));
}

/** Have the guest send a frame of @p flow by @p pair; it arrives. */
static void send_flow(unsigned flow, unsigned pair)
{
    static const struct virtio_net_header plain;

    nic_flow = flow;
    nic_pair = pair;
    (void)nic_offer(NIC_TX_AT, &plain, 60, 1);
    ck_assert(nic_reap_tx());
    nic_expect_frame(nic_sent.first, 60);
    vmk_PktListReleaseAllPkts(&nic_sent);
}

static void swap(uint8_t *a, uint8_t *b, unsigned len)
{
    for (unsigned i = 0; i < len; i++) {
        uint8_t byte = a[i];

        a[i] = b[i];
        b[i] = byte;
    }
}

/** What the other end of @p flow sends. */
static vmk_PktHandle *reply(unsigned flow)
{
    vmk_PktHandle *pkt;

    nic_flow = flow;
    pkt = nic_packet(60);
    swap(pkt->frame + 26, pkt->frame + 30, 4);
    swap(pkt->frame + 34, pkt->frame + 36, 2);
    return pkt;
}

/** The pair that received the one frame there is. */
static unsigned received_by(void)
{
    uint32_t head, written;
    unsigned found = ~0u;

    for (unsigned i = 0; i < nic->config.max_pairs; i++) {
        if (driver_reap(&nic_rings[2 * i + NET_RX], &head, &written)) {
            ck_assert_uint_eq(found, ~0u);
            found = i;
        }
    }
    return found;
}

static void offer_to_all(unsigned count)
{
    for (nic_pair = 0; nic_pair < nic->config.max_pairs; nic_pair++) {
        nic_offer_buffers(0, count, 2048);
    }
}

START_TEST(pairs_are_offered_and_chosen)
{
    nic_bring_up(MQ, 4);
    ck_assert_uint_eq(virtio_config_read(&nic->device, 8, 2), 4);
    ck_assert_uint_eq(virtio_reg_read(&nic->device, REG_NUM_QUEUES, 2), 9);
    ck_assert_uint_eq(virtio_net_pairs_used(nic), 1);
    ck_assert_uint_eq(use_pairs(4), 0);
    ck_assert_uint_eq(virtio_net_pairs_used(nic), 4);
    ck_assert_uint_eq(use_pairs(0), 1);
    ck_assert_uint_eq(use_pairs(5), 1);
    ck_assert_uint_eq(use_pairs(0xffff), 1);
    ck_assert_uint_eq(virtio_net_pairs_used(nic), 4);
    virtio_reg_write(&nic->device, REG_STATUS, 1, 0);
    ck_assert_uint_eq(virtio_net_pairs_used(nic), 1);
    nic_bring_up(MQ & ~VIRTIO_NET_F_MQ, NET_PAIRS_MAX);
    ck_assert_uint_ne(nic->device.features_offered & VIRTIO_NET_F_MQ, 0);
    nic_bring_up(NIC_ALL, 1);
    ck_assert_uint_eq(nic->device.features_offered & VIRTIO_NET_F_MQ, 0);
}
END_TEST

START_TEST(a_driver_that_knows_of_one_pair_finds_its_control_queue)
{
    static const uint8_t on = 1;
    struct virtio_net_header header;
    uint8_t frame[100];

    nic_bring_up(NIC_ALL, 4);
    ck_assert_uint_eq(nic_control, 2);
    ck_assert_uint_eq(nic_command(0, 0, &on, 1), 0);
    ck_assert_int_eq(nic_promiscuous_last, 1);
    ck_assert_uint_eq(use_pairs(2), 1);
    ck_assert_uint_eq(virtio_net_pairs_used(nic), 1);
    nic_offer_buffers(0, 4, 2048);
    nic_deliver(reply(77));
    ck_assert_uint_eq(nic_receive(0, &header, frame), 60);
    for (unsigned queue = 3; queue < 12; queue++) {
        virtio_notify(&nic->device, queue);
    }
    ck_assert_uint_eq(virtio_reg_read(&nic->device, REG_STATUS, 1), 0xf);
    nic_expect_nothing_held();
}
END_TEST

START_TEST(a_flow_is_received_where_it_was_sent)
{
    nic_bring_up(MQ, 4);
    ck_assert_uint_eq(use_pairs(4), 0);
    offer_to_all(16);
    for (unsigned i = 0; i < 8; i++) {
        send_flow(1000 + i, i % 4);
        nic_deliver(reply(1000 + i));
        ck_assert_uint_eq(received_by(), i % 4);
        ck_assert_uint_eq(virtio_function.messages[2 * (i % 4) + NET_RX + 1], i / 4 + 1);
        driver_want_interrupt(&nic_rings[2 * (i % 4) + NET_RX], true);
    }
    send_flow(1000, 3); /* Its thread runs elsewhere now. */
    nic_deliver(reply(1000));
    ck_assert_uint_eq(received_by(), 3);
    ck_assert_uint_eq(nic->pairs[3].stats.rx_packets, 3);
    nic_expect_nothing_held();
}
END_TEST

START_TEST(flows_that_were_never_sent_are_spread)
{
    unsigned count[4] = {0};

    nic_bring_up(MQ, 4);
    ck_assert_uint_eq(use_pairs(3), 0);
    offer_to_all(200);
    for (unsigned i = 0; i < 150; i++) {
        unsigned by;

        nic_deliver(reply(40000 + i));
        by = received_by();
        CHECK_THAT(by < 3);
        count[by]++;
        if (i % 10 == 0) {
            nic_deliver(reply(40000 + i));
            CHECK_THAT(received_by() == by);
        }
    }
    for (unsigned i = 0; i < 3; i++) {
        ck_assert_uint_ge(count[i], 20);
    }
}
END_TEST

START_TEST(packets_that_come_together_part_in_order)
{
    VMK_PKTLIST_STACK_DEF_INIT(list);
    struct virtio_net_header header;
    uint8_t frame[2000];

    nic_bring_up(MQ, 2);
    ck_assert_uint_eq(use_pairs(2), 0);
    send_flow(1, 0);
    send_flow(2, 1);
    offer_to_all(40);
    for (unsigned i = 0; i < 40; i++) {
        nic_flow = 1 + i % 2;
        vmk_PktListAppendPkt(list, nic_packet(100 + i));
    }
    virtio_net_deliver(nic, list);
    for (unsigned i = 0; i < 40; i++) {
        nic_pair = i % 2;
        ck_assert_uint_eq(nic_receive(i / 2, &header, frame), 100 + i);
    }
    ck_assert_uint_eq(virtio_function.messages[NET_RX + 1], 1);
    ck_assert_uint_eq(virtio_function.messages[2 + NET_RX + 1], 1);
    nic_expect_nothing_held();
}
END_TEST

START_TEST(a_pair_given_up_holds_nothing)
{
    nic_bring_up(MQ, 4);
    ck_assert_uint_eq(use_pairs(4), 0);
    send_flow(9, 3);
    nic_deliver(reply(9)); /* No buffer: it waits. */
    ck_assert_uint_eq(nic->pairs[3].backlog.count, 1);
    ck_assert_uint_eq(use_pairs(2), 0);
    nic_expect_nothing_held();
    nic_pair = 3;
    nic_offer_buffers(0, 4, 2048);
    virtio_notify(&nic->device, 6);
    nic_pair = 0;
    nic_offer_buffers(0, 4, 2048);
    nic_pair = 1;
    nic_offer_buffers(0, 4, 2048);
    nic_deliver(reply(9));
    ck_assert_uint_lt(received_by(), 2);
    nic_expect_nothing_held();
}
END_TEST

START_TEST(what_has_no_ports_is_received_too)
{
    static const struct {
        unsigned at;
        uint8_t byte;
    } odd[] = {{12, 0x86}, {13, 0x06}, {14, 0x4f}, {14, 0x40}, {20, 0x20}, {21, 1}, {23, 1}, {23, 17}};

    nic_bring_up(MQ, 4);
    ck_assert_uint_eq(use_pairs(4), 0);
    offer_to_all(40);
    for (unsigned i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        vmk_PktHandle *pkt = reply(5);

        pkt->frame[odd[i].at] = odd[i].byte;
        nic_deliver(pkt);
        ck_assert_uint_lt(received_by(), 4);
    }
    for (unsigned len = 14; len < 60; len++) {
        vmk_PktHandle *pkt = reply(5);

        ck_assert_int_eq(vmk_PktFrameLenSet(pkt, len), VMK_OK);
        nic_deliver(pkt);
        CHECK_THAT(received_by() < 4);
    }
    nic_expect_nothing_held();
}
END_TEST

RUN_TESTS(commands_are_obeyed, the_link_is_told, pairs_are_offered_and_chosen,
          a_driver_that_knows_of_one_pair_finds_its_control_queue, a_flow_is_received_where_it_was_sent,
          flows_that_were_never_sent_are_spread, packets_that_come_together_part_in_order,
          a_pair_given_up_holds_nothing, what_has_no_ports_is_received_too)
