/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_uplink.c - transmitting through a pretended driver: back-pressure, backlog, closing, software
 * offload.
 */
#include "machine.h"
#include "run.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <core/account.h>
#include <core/pkt.h>
#include <core/uplink.h>
#include <vmkapi/base/bottom_half.h>
#include <vmkapi/net/net_csum.h>

#define MODULE 5u
#define QUEUES 2

static struct vmk_UplinkInt *uplink;

/* The driver: a ring of some size. */
static unsigned ring_room;
static unsigned calls;
static struct vmk_PktListInt sent;

static VMK_ReturnStatus ring_tx(vmk_AddrCookie data, vmk_PktList list)
{
    vmk_PktHandle *pkt;

    calls++;
    ck_assert(!vmk_PktListIsEmpty(list));
    ck_assert_uint_ne(VMK_THIS_PCPU->preempt_count & VMK_BOTTOM_HALF_MASK, 0);
    while (ring_room > 0 && (pkt = vmk_PktListPopFirstPkt(list)) != NULL) {
        ck_assert_uint_eq(pkt->holder, MODULE);
        vmk_PktListAppendPkt(&sent, pkt);
        ring_room--;
    }
    if (ring_room == 0) {
        vmk_UplinkQueueStop(uplink, 0);
    }
    return vmk_PktListIsEmpty(list) ? VMK_OK : VMK_BUSY;
}

static VMK_ReturnStatus failing_tx(vmk_AddrCookie data, vmk_PktList list)
{
    return VMK_FAILURE;
}

static vmk_UplinkOps ops = {.uplinkTx = ring_tx};

/* What uplink_tx.c needs of uplink.c: kicks are answered from a bottom half. */

static vmk_BottomHalf kick_bh;
static unsigned kicks;

static void drain(vmk_AddrCookie data)
{
    uplink_drain(uplink);
}

void uplink_kick(struct vmk_UplinkInt *kicked)
{
    kicks++;
    vmk_BottomHalfSchedule(kick_bh, VMK_PCPU_THIS);
}

static void start(vmk_uint64 caps)
{
    static const vmk_BottomHalfProps bh = {.callback = drain};

    machine_describe(64);
    machine_start();
    account_init(vmk_NumPCPUs());
    pkt_init();
    ck_assert_int_eq(vmk_BottomHalfRegister(&bh, &kick_bh), VMK_OK);
    uplink = aligned_alloc(64, sizeof(*uplink) + QUEUES * sizeof(struct uplink_txq));
    memset(uplink, 0, sizeof(*uplink) + QUEUES * sizeof(struct uplink_txq));
    uplink->reg = (vmk_UplinkRegData){.moduleID = MODULE, .ops = &ops, .numTxQueues = 1};
    uplink->enabled = caps;
    for (unsigned i = 0; i < QUEUES; i++) {
        vmk_SpinlockInit(&uplink->txq[i].lock, "txq", VMK_RANK_UPLINK);
    }
    uplink_offload_update(uplink);
    uplink_tx_open(uplink, true);
    ring_room = ~0u;
}

#define ALL_CAPS ((1ul << VMK_UPLINK_CAP_FIRST_WITH_OPS) - 1)

static vmk_PktHandle *packet(unsigned len)
{
    vmk_PktHandle *pkt;

    ck_assert_int_eq(vmk_PktAlloc(len, &pkt), VMK_OK);
    ck_assert_int_eq(vmk_PktFrameLenSet(pkt, len), VMK_OK);
    for (unsigned i = 0; i < len; i++) {
        vmk_uint8 byte = (vmk_uint8)i;

        ck_assert_int_eq(vmk_PktCopyBytesIn(&byte, 1, i, pkt), VMK_OK);
    }
    return pkt;
}

static void transmit(vmk_PktList list)
{
    vmk_uint32 flags = 0;

    for (const vmk_PktHandle *pkt = list->first; pkt; pkt = pkt->next) {
        flags |= pkt->flags;
    }
    vmk_BottomHalfDisable();
    pkt_list_hold(list, MODULE);
    uplink_tx(uplink, list, flags);
    vmk_BottomHalfEnable();
    ck_assert(vmk_PktListIsEmpty(list));
}

/** Send @p count packets numbered from @p first in their second byte on. */
static void transmit_numbered(unsigned first, unsigned count)
{
    VMK_PKTLIST_STACK_DEF_INIT(list);

    for (unsigned i = 0; i < count; i++) {
        vmk_PktHandle *pkt = packet(60);

        memcpy(pkt->frame + 1, &(unsigned){first + i}, sizeof(unsigned));
        vmk_PktListAppendPkt(list, pkt);
    }
    transmit(list);
}

/** Expect packets @p first .. @p first + @p count - 1 to have been sent, in that order. */
static void expect_numbered(unsigned first, unsigned count)
{
    vmk_PktHandle *pkt;

    ck_assert_uint_eq(sent.count, count);
    for (unsigned i = 0; (pkt = vmk_PktListPopFirstPkt(&sent)) != NULL; i++) {
        ck_assert_mem_eq(pkt->frame + 1, &(unsigned){first + i}, sizeof(unsigned));
        vmk_PktRelease(pkt);
    }
}

static void expect_nothing_held(void)
{
    ck_assert_uint_eq(vmk_PktHeldByModule(MODULE) + vmk_PktHeldByModule(VMK_VMKERNEL_MODULE_ID), 0);
}

START_TEST(a_batch_is_one_call)
{
    start(ALL_CAPS);
    transmit_numbered(0, 32);
    ck_assert_uint_eq(calls, 1);
    expect_numbered(0, 32);
    expect_nothing_held();
}
END_TEST

START_TEST(what_the_ring_cannot_take_waits_in_order)
{
    start(ALL_CAPS);
    ring_room = 10;
    transmit_numbered(0, 32);
    transmit_numbered(32, 32);
    expect_numbered(0, 10);
    ck_assert_uint_eq(uplink->txq[0].backlog.count, 54);
    ck_assert_uint_eq(uplink->txq[0].tx_busy, 1);
    for (unsigned first = 10; first < 64; first += 9) {
        ring_room = 9;
        vmk_UplinkQueueStart(uplink, 0);
        expect_numbered(first, 9);
    }
    ck_assert(vmk_PktListIsEmpty(&uplink->txq[0].backlog));
    ring_room = 100;
    vmk_UplinkQueueStart(uplink, 0);
    transmit_numbered(0, 5);
    expect_numbered(0, 5);
    ck_assert_uint_eq(uplink->txq[0].tx_dropped, 0);
    expect_nothing_held();
}
END_TEST

START_TEST(the_backlog_is_bounded)
{
    start(ALL_CAPS);
    ring_room = 0;
    vmk_UplinkQueueStop(uplink, 0);
    transmit_numbered(0, UPLINK_BACKLOG_MAX + 100);
    ck_assert_uint_eq(uplink->txq[0].backlog.count, UPLINK_BACKLOG_MAX);
    ck_assert_uint_eq(uplink->txq[0].tx_dropped, 100);
    ring_room = ~0u;
    vmk_UplinkQueueStart(uplink, 0);
    expect_numbered(0, UPLINK_BACKLOG_MAX);
    expect_nothing_held();
}
END_TEST

START_TEST(a_queue_started_again_at_once_is_not_forgotten)
{
    start(ALL_CAPS);
    ring_room = 3;
    vmk_BottomHalfDisable();
    transmit_numbered(0, 8);
    ring_room = 100;
    vmk_UplinkQueueStart(uplink, 0); /* as if by the driver's interrupt: its kick is pending */
    ck_assert_uint_eq(kicks, 1);
    vmk_BottomHalfEnable();
    expect_numbered(0, 8);
}
END_TEST

START_TEST(a_closed_uplink_drops)
{
    start(ALL_CAPS);
    ring_room = 1;
    transmit_numbered(0, 8);
    uplink_tx_open(uplink, false);
    ck_assert_uint_eq(uplink->txq[0].tx_dropped, 7);
    transmit_numbered(8, 8);
    ck_assert_uint_eq(uplink->txq[0].tx_dropped, 15);
    expect_numbered(0, 1);
    expect_nothing_held();
}
END_TEST

START_TEST(without_link_nothing_is_sent_nor_kept)
{
    start(ALL_CAPS);
    ring_room = 1;
    transmit_numbered(0, 8);
    uplink_tx_link(uplink, false);
    ck_assert_uint_eq(uplink->txq[0].tx_dropped, 7);
    ring_room = ~0u;
    vmk_UplinkQueueStart(uplink, 0);
    transmit_numbered(8, 8);
    ck_assert_uint_eq(uplink->txq[0].tx_dropped, 15);
    expect_numbered(0, 1);
    uplink_tx_open(uplink, true); /* A NIC that is started has no link yet. */
    transmit_numbered(16, 8);
    expect_numbered(16, 0);
    uplink_tx_link(uplink, true);
    transmit_numbered(24, 8);
    expect_numbered(24, 8);
    expect_nothing_held();
}
END_TEST

START_TEST(a_failing_driver_loses_packets_not_memory)
{
    start(ALL_CAPS);
    ops.uplinkTx = failing_tx;
    transmit_numbered(0, 8);
    ck_assert_uint_eq(uplink->txq[0].tx_dropped, 8);
    expect_nothing_held();
}
END_TEST

/* Software offload. */

/** Send one packet and give back what the driver got. */
static vmk_PktHandle *through(vmk_PktHandle *pkt)
{
    VMK_PKTLIST_STACK_DEF_INIT(list);

    vmk_PktListAppendPkt(list, pkt);
    transmit(list);
    ck_assert_uint_le(sent.count, 1);
    return vmk_PktListPopFirstPkt(&sent);
}

START_TEST(a_capable_nic_gets_packets_as_they_are)
{
    vmk_PktHandle *pkt;

    start(ALL_CAPS);
    pkt = packet(5000);
    vmk_PktVlanIDSet(pkt, 5);
    vmk_PktSetMustCsum(pkt, 34, 16);
    ck_assert_ptr_eq(through(pkt), pkt);
    ck_assert(vmk_PktIsMustCsum(pkt) && vmk_PktMustVlanTag(pkt) && pkt->numFrags != 0);
    vmk_PktRelease(pkt);
}
END_TEST

START_TEST(tags_are_put_into_frames)
{
    vmk_PktHandle *pkt, *clone;

    start(ALL_CAPS & ~(1ul << VMK_UPLINK_CAP_VLAN_TX_INSERT));
    for (unsigned shared = 0; shared < 2; shared++) {
        pkt = packet(60);
        vmk_PktVlanIDSet(pkt, 0x123);
        if (shared) {
            ck_assert_int_eq(vmk_PktClone(pkt, &clone), VMK_OK);
        }
        pkt = through(pkt);
        ck_assert_uint_eq(pkt->frameLen, 64);
        ck_assert(!vmk_PktMustVlanTag(pkt));
        ck_assert_mem_eq(pkt->frame,
                         ((vmk_uint8[]){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0x81, 0, 1, 0x23, 12, 13}), 18);
        vmk_PktRelease(pkt);
        if (shared) {
            ck_assert_uint_eq(clone->frame[12], 12);
            vmk_PktRelease(clone);
        }
    }
    expect_nothing_held();
}
END_TEST

START_TEST(checksums_are_computed)
{
    vmk_PktHandle *pkt;
    vmk_uint16 sum;

    start(ALL_CAPS & ~(1ul << VMK_UPLINK_CAP_IPV4_CSO));
    for (unsigned len = 60; len < 3000; len += 77) {
        pkt = packet(len);
        vmk_PktSetMustCsum(pkt, 34, 16);
        pkt = through(pkt);
        ck_assert(!vmk_PktIsMustCsum(pkt));
        /* What was in the field (the pseudo header's sum) is part of the sum: it must come out as that again.
         */
        memcpy(&sum, pkt->frame + 50, 2);
        memcpy(pkt->frame + 50, ((vmk_uint8[]){50, 51}), 2);
        ck_assert_uint_eq(sum, vmk_NetCsumDataFinal(pkt->frame + 34, len - 34));
        vmk_PktRelease(pkt);
    }
    pkt = packet(60);
    pkt->flags |= VMK_PKT_FLAG_IPV6;
    vmk_PktSetMustCsum(pkt, 34, 16);
    ck_assert_ptr_eq(through(pkt), pkt);
    ck_assert(vmk_PktIsMustCsum(pkt)); /* IPv6 it can */
    vmk_PktRelease(pkt);
    pkt = packet(60);
    vmk_PktSetMustCsum(pkt, 50, 10); /* beyond the end */
    ck_assert_ptr_null(through(pkt));
    ck_assert_uint_eq(uplink->txq[0].tx_dropped, 1);
    expect_nothing_held();
}
END_TEST

START_TEST(fragments_are_joined)
{
    vmk_PktHandle *pkt;
    vmk_MPN mpn;

    start(ALL_CAPS & ~(1ul << VMK_UPLINK_CAP_SG_TX));
    pkt = packet(100);
    ck_assert_int_eq(vmk_PktAllocPage(&mpn), VMK_OK);
    ck_assert_int_eq(vmk_PktPageAppend(pkt, mpn, 10, 500), VMK_OK);
    pkt = through(pkt);
    ck_assert_uint_eq(pkt->numFrags, 0);
    ck_assert_uint_eq(pkt->frameLen, 600);
    vmk_PktRelease(pkt);
    ck_assert_ptr_null(through(packet(5000))); /* no room for it in one piece */
    expect_nothing_held();
}
END_TEST

/** A TCP packet of @p payload bytes, to be cut into segments of 1000. */
static vmk_PktHandle *large_packet(unsigned payload)
{
    static const vmk_uint8 headers[54] = {[12] = 8, [14] = 0x45, [23] = 6, [46] = 0x50};
    vmk_PktHandle *pkt = packet(54 + payload);

    ck_assert_int_eq(vmk_PktCopyBytesIn(headers, sizeof(headers), 0, pkt), VMK_OK);
    vmk_PktSetLargeTcpPacket(pkt, 1000);
    return pkt;
}

START_TEST(segments_go_to_the_queue_of_the_cpu)
{
    VMK_PKTLIST_STACK_DEF_INIT(list);

    start(ALL_CAPS & ~(1ul << VMK_UPLINK_CAP_IPV4_TSO));
    uplink->reg.numTxQueues = QUEUES;
    VMK_THIS_PCPU->num = 1;
    vmk_PktListAppendPkt(list, large_packet(3001));
    vmk_PktListAppendPkt(list, packet(60));
    transmit(list);
    ck_assert_uint_eq(sent.count, 5);
    for (const vmk_PktHandle *pkt = sent.first; pkt; pkt = pkt->next) {
        ck_assert_uint_eq(pkt->queueID, 1);
    }
    vmk_PktListReleaseAllPkts(&sent);
    expect_nothing_held();
}
END_TEST

START_TEST(large_packets_are_segmented_in_their_place)
{
    VMK_PKTLIST_STACK_DEF_INIT(list);

    start(ALL_CAPS & ~(1ul << VMK_UPLINK_CAP_IPV4_TSO));
    vmk_PktListAppendPkt(list, packet(60));
    vmk_PktListAppendPkt(list, large_packet(3001));
    vmk_PktListAppendPkt(list, packet(61));
    transmit(list);
    ck_assert_uint_eq(sent.count, 6);
    ck_assert_uint_eq(sent.first->frameLen, 60);
    ck_assert_uint_eq(sent.first->next->frameLen, 1054);
    ck_assert_uint_eq(sent.first->next->next->next->next->frameLen, 55);
    ck_assert_uint_eq(sent.last->frameLen, 61);
    vmk_PktListReleaseAllPkts(&sent);
    expect_nothing_held();
}
END_TEST

RUN_TESTS(a_batch_is_one_call, what_the_ring_cannot_take_waits_in_order, the_backlog_is_bounded,
          a_queue_started_again_at_once_is_not_forgotten, a_closed_uplink_drops,
          without_link_nothing_is_sent_nor_kept, a_failing_driver_loses_packets_not_memory,
          a_capable_nic_gets_packets_as_they_are, tags_are_put_into_frames, checksums_are_computed,
          fragments_are_joined, large_packets_are_segmented_in_their_place,
          segments_go_to_the_queue_of_the_cpu)
