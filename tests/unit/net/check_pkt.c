/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_pkt.c - packets: geometry, pool, lists, clones and copies, fragments, segmentation; nothing leaks.
 */
#include "machine.h"
#include "run.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <core/account.h>
#include <core/page_alloc.h>
#include <core/pkt.h>
#include <vmkapi/base/bottom_half.h>
#include <vmkapi/core/frame.h>
#include <vmkapi/net/net_csum.h>
#include <vmkapi/net/net_pktlist.h>

#define MODULE 5u

static void start(void)
{
    machine_describe(64);
    machine_start();
    account_init(vmk_NumPCPUs());
    pkt_init();
}

static vmk_PktHandle *alloc(vmk_uint32 len)
{
    vmk_PktHandle *pkt;

    CHECK_THAT(vmk_PktAllocForModule(MODULE, len, &pkt) == VMK_OK);
    return pkt;
}

/** A packet of @p len bytes that count up from @p seed. */
static vmk_PktHandle *filled(vmk_uint32 len, unsigned seed)
{
    vmk_PktHandle *pkt = alloc(len);
    vmk_uint8 *bytes = malloc(len);

    for (vmk_uint32 i = 0; i < len; i++) {
        bytes[i] = (vmk_uint8)(seed + i * 31 + (i >> 8));
    }
    CHECK_THAT(vmk_PktFrameLenSet(pkt, len) == VMK_OK);
    CHECK_THAT(vmk_PktCopyBytesIn(bytes, len, 0, pkt) == VMK_OK);
    free(bytes);
    return pkt;
}

static void check_filled(const vmk_PktHandle *pkt, vmk_uint32 len, unsigned seed)
{
    vmk_uint8 *bytes = malloc(len);

    ck_assert_uint_eq(pkt->frameLen, len);
    ck_assert_int_eq(vmk_PktCopyBytesOut(bytes, len, 0, pkt), VMK_OK);
    for (vmk_uint32 i = 0; i < len; i++) {
        CHECK_THAT(bytes[i] == (vmk_uint8)(seed + i * 31 + (i >> 8)));
    }
    free(bytes);
}

static vmk_uint64 packet_pages(void)
{
    struct memory_stats stats;

    memory_stats_get(&stats);
    return stats.used[VMK_PAGE_PACKET];
}

START_TEST(a_packet_is_one_page)
{
    vmk_PktHandle *pkt;

    start();
    pkt = alloc(1514);
    ck_assert_uint_eq((vmk_VA)pkt & VMK_PAGE_MASK, 0);
    ck_assert_ptr_eq(vmk_PktFromAddr(pkt->frame + 1000), pkt);
    ck_assert_ptr_eq(vmk_PktFromAddr(vmk_PktDriverArea(pkt)), pkt);
    ck_assert_ptr_eq(vmk_PktFromAddr((vmk_uint8 *)vmk_PktDriverTail(pkt) + VMK_PKT_DRIVER_TAIL_SIZE - 1),
                     pkt);
    ck_assert_uint_eq((vmk_VA)vmk_PktDriverArea(pkt) % VMK_L1_CACHELINE_SIZE, 0);
    ck_assert_uint_eq((vmk_VA)vmk_PktDriverTail(pkt) % VMK_L1_CACHELINE_SIZE, 0);
    ck_assert_uint_eq(vmk_PktGetHeadroomLen(pkt), VMK_PKT_HEADROOM);
    ck_assert_int_eq(vmk_PktFrameLenSet(pkt, VMK_PKT_MAX_MAPPED), VMK_OK);
    ck_assert_int_eq(vmk_PktFrameLenSet(pkt, VMK_PKT_MAX_MAPPED + 1), VMK_BAD_PARAM);
    ck_assert(vmk_PktIsFullyMapped(pkt));
    vmk_PktRelease(pkt);
}
END_TEST

START_TEST(metadata_starts_clear)
{
    vmk_PktHandle *pkt;

    start();
    pkt = alloc(100);
    memset(pkt, 0xff, sizeof(*pkt));
    pkt->flags = ~VMK_PKT_FLAGS_PARTS;
    pkt->refs = 1;
    pkt->holder = MODULE;
    vmk_PktRelease(pkt);
    ck_assert_ptr_eq(alloc(100), pkt); /* recycled at once */
    ck_assert_uint_eq(pkt->flags | pkt->queueID, 0);
    ck_assert_uint_eq(pkt->frameLen | pkt->mappedLen | pkt->numFrags, 0);
    ck_assert(vmk_PktIsWritable(pkt));
    vmk_PktVlanIDSet(pkt, 100);
    pkt->vlanTag |= 5 << 13;
    vmk_PktVlanIDSet(pkt, 200);
    ck_assert_uint_eq(vmk_PktVlanIDGet(pkt), 200);
    ck_assert_uint_eq(pkt->vlanTag >> 13, 5);
    vmk_PktVlanIDClear(pkt);
    ck_assert_uint_eq(vmk_PktVlanIDGet(pkt), VMK_VLAN_ID_NONE);
    vmk_PktRelease(pkt);
}
END_TEST

START_TEST(packets_are_charged_to_who_holds_them)
{
    vmk_PktHandle *pkt[100];
    VMK_PKTLIST_STACK_DEF_INIT(list);

    start();
    for (unsigned i = 0; i < 100; i++) {
        pkt[i] = alloc(60);
        vmk_PktListAppendPkt(list, pkt[i]);
    }
    ck_assert_uint_eq(vmk_PktHeldByModule(MODULE), 100);
    pkt_list_hold(list, MODULE + 1);
    ck_assert_uint_eq(vmk_PktHeldByModule(MODULE), 0);
    ck_assert_uint_eq(vmk_PktHeldByModule(MODULE + 1), 100);
    vmk_PktListReleaseAllPkts(list);
    ck_assert(vmk_PktListIsEmpty(list));
    ck_assert_uint_eq(vmk_PktHeldByModule(MODULE + 1), 0);
}
END_TEST

/* However many packets come and go, the pool keeps a bounded number. */
START_TEST(the_pool_gives_pages_back)
{
    VMK_PKTLIST_STACK_DEF_INIT(list);

    start();
    for (unsigned i = 0; i < 5000; i++) {
        vmk_PktListAppendPkt(list, alloc(60));
    }
    ck_assert_uint_ge(packet_pages(), 5000);
    vmk_PktListReleaseAllPkts(list);
    ck_assert_uint_le(packet_pages(), 256);
}
END_TEST

START_TEST(memory_may_run_out)
{
    VMK_PKTLIST_STACK_DEF_INIT(list);
    vmk_PktHandle *pkt;
    vmk_StatusValue status;

    start();
    while ((status = vmk_PktAllocForModule(MODULE, 60, &pkt)) == VMK_OK) {
        vmk_PktListAppendPkt(list, pkt);
    }
    ck_assert_int_eq(status, VMK_NO_MEMORY);
    pkt = vmk_PktListPopFirstPkt(list);
    ck_assert_int_eq(vmk_PktFrameLenSet(pkt, 60), VMK_OK);
    ck_assert_int_eq(vmk_PktClone(pkt, &pkt), VMK_NO_MEMORY);
    vmk_PktRelease(pkt);
    vmk_PktListReleaseAllPkts(list);
    ck_assert_uint_eq(vmk_PktHeldByModule(MODULE), 0);
    vmk_PktRelease(alloc(9000));
}
END_TEST

START_TEST(large_frames_continue_in_pages)
{
    static const vmk_uint32 sizes[] = {VMK_PKT_MAX_MAPPED, VMK_PKT_MAX_MAPPED + 1, 9014, 65536};
    vmk_PktHandle *pkt;

    start();
    for (unsigned i = 0; i < VMK_ARRAY_SIZE(sizes); i++) {
        pkt = filled(sizes[i], i);
        check_filled(pkt, sizes[i], i);
        ck_assert_int_eq(vmk_PktFrameLenSet(pkt, sizes[i] / 2), VMK_OK);
        check_filled(pkt, sizes[i] / 2, i);
        ck_assert_int_eq(vmk_PktCopyBytesOut(&i, 1, sizes[i] / 2, pkt), VMK_BAD_PARAM);
        vmk_PktRelease(pkt);
    }
    ck_assert_uint_le(packet_pages(), 256);
    ck_assert_int_eq(vmk_PktAlloc(1 << 20, &pkt), VMK_LIMIT_EXCEEDED);
    ck_assert_uint_le(packet_pages(), 256);
}
END_TEST

START_TEST(clones_show_the_same_bytes)
{
    vmk_PktHandle *pkt, *clone, *second;

    start();
    pkt = filled(5000, 1);
    vmk_PktVlanIDSet(pkt, 7);
    ck_assert_int_eq(vmk_PktClone(pkt, &clone), VMK_OK);
    ck_assert_int_eq(vmk_PktClone(clone, &second), VMK_OK);
    ck_assert(!vmk_PktIsWritable(pkt) && !vmk_PktIsWritable(clone));
    ck_assert_uint_eq(vmk_PktGetHeadroomLen(clone), 0);
    ck_assert_int_eq(vmk_PktPadFrame(clone, 6000), VMK_BUF_TOO_SMALL);
    ck_assert_uint_eq(vmk_PktVlanIDGet(second), 7);
    ck_assert_ptr_ne(vmk_PktDriverArea(clone), vmk_PktDriverArea(pkt));
    vmk_PktRelease(pkt);
    check_filled(clone, 5000, 1);
    vmk_PktRelease(clone);
    check_filled(second, 5000, 1);
    vmk_PktRelease(second);
    ck_assert_uint_eq(vmk_PktHeldByModule(MODULE) + vmk_PktHeldByModule(VMK_VMKERNEL_MODULE_ID), 0);
    pkt = filled(100, 2);
    ck_assert_int_eq(vmk_PktClone(pkt, &clone), VMK_OK);
    vmk_PktRelease(clone);
    ck_assert(vmk_PktIsWritable(pkt));
    vmk_PktRelease(pkt);
}
END_TEST

START_TEST(copies_are_independent)
{
    static const vmk_uint32 headroom[] = {0, 64, 200, 3000};
    vmk_PktHandle *pkt, *copy;

    start();
    for (unsigned i = 0; i < VMK_ARRAY_SIZE(headroom); i++) {
        pkt = filled(4000, i);
        ck_assert_int_eq(vmk_PktCopyWithHeadroom(pkt, headroom[i], &copy), VMK_OK);
        vmk_PktRelease(pkt);
        ck_assert_uint_eq(vmk_PktGetHeadroomLen(copy), headroom[i]);
        ck_assert(vmk_PktIsWritable(copy));
        check_filled(copy, 4000, i);
        ck_assert_int_eq(vmk_PktPushHeadroom(copy, headroom[i]), VMK_OK);
        ck_assert_int_eq(vmk_PktPushHeadroom(copy, 1), VMK_BUF_TOO_SMALL);
        vmk_PktRelease(copy);
    }
    pkt = filled(100, 1);
    ck_assert_int_eq(vmk_PktCopyWithHeadroom(pkt, 5000, &copy), VMK_LIMIT_EXCEEDED);
    vmk_PktRelease(pkt);
}
END_TEST

START_TEST(short_frames_are_padded_with_zeroes)
{
    vmk_PktHandle *pkt;

    start();
    pkt = filled(42, 3);
    memset(pkt->frame + 42, 0xee, 100);
    ck_assert_int_eq(vmk_PktPadFrame(pkt, 60), VMK_OK);
    ck_assert_uint_eq(pkt->frameLen, 60);
    for (unsigned i = 42; i < 60; i++) {
        ck_assert_uint_eq(pkt->frame[i], 0);
    }
    ck_assert_int_eq(vmk_PktPadFrame(pkt, 30), VMK_OK);
    ck_assert_uint_eq(pkt->frameLen, 60);
    vmk_PktRelease(pkt);
}
END_TEST

static unsigned releases;

static void count_release(vmk_PktHandle *pkt)
{
    ck_assert_ptr_eq(pkt->releaseData, &releases);
    releases++;
}

START_TEST(foreign_pages_go_back_to_their_owner)
{
    vmk_PktHandle *pkt, *clone;
    vmk_MPN mpn;

    start();
    ck_assert_int_eq(vmk_PktAllocPage(&mpn), VMK_OK);
    pkt = alloc(0);
    pkt->flags |= VMK_PKT_FLAG_EXTERNAL;
    pkt->released = count_release;
    pkt->releaseData = &releases;
    ck_assert_int_eq(vmk_PktPageAppend(pkt, mpn, 100, 1000), VMK_OK);
    ck_assert_int_eq(vmk_PktClone(pkt, &clone), VMK_OK);
    vmk_PktRelease(pkt);
    ck_assert_uint_eq(releases, 0);
    vmk_PktRelease(clone);
    ck_assert_uint_eq(releases, 1);
    vmk_PktFreePage(mpn);
}
END_TEST

/* A packet without fragments tells its owner too: that is how a ring learns that there is room again. */
START_TEST(external_flat_packet_is_given_back)
{
    vmk_PktHandle *pkt;

    start();
    ck_assert_int_eq(vmk_PktAlloc(100, &pkt), VMK_OK);
    pkt->flags |= VMK_PKT_FLAG_EXTERNAL;
    pkt->released = count_release;
    pkt->releaseData = &releases;
    vmk_PktRelease(pkt);
    ck_assert_uint_eq(releases, 1);
}
END_TEST

START_TEST(lists_keep_order_and_count)
{
    VMK_PKTLIST_STACK_DEF_INIT(a);
    VMK_PKTLIST_STACK_DEF_INIT(b);
    VMK_PKTLIST_ITER_STACK_DEF(iter);
    vmk_PktHandle *pkt[6], *gone;

    start();
    for (unsigned i = 0; i < 6; i++) {
        pkt[i] = alloc(0);
        vmk_PktListAppendPkt(i < 3 ? a : b, pkt[i]);
    }
    vmk_PktListPrepend(b, a);
    ck_assert(vmk_PktListIsEmpty(a));
    ck_assert_uint_eq(vmk_PktListGetCount(b), 6);
    ck_assert_ptr_eq(vmk_PktListGetFirstPkt(b), pkt[0]);
    ck_assert_ptr_eq(vmk_PktListGetLastPkt(b), pkt[5]);
    vmk_PktListIterStart(iter, b);
    for (unsigned i = 0; i < 6; i++) {
        ck_assert_ptr_eq(vmk_PktListIterGetPkt(iter), pkt[i]);
        if (i % 2 == 1) {
            vmk_PktListIterRemovePkt(iter, &gone);
            ck_assert_ptr_eq(gone, pkt[i]);
            vmk_PktListAppendPkt(a, gone);
        } else {
            vmk_PktListIterMove(iter);
        }
    }
    ck_assert(vmk_PktListIterIsAtEnd(iter));
    ck_assert_ptr_eq(vmk_PktListGetLastPkt(b), pkt[4]);
    vmk_PktListIterInsertPktBefore(iter, vmk_PktListPopFirstPkt(a));
    ck_assert_ptr_eq(vmk_PktListGetLastPkt(b), pkt[1]);
    vmk_PktListAppend(a, b);
    ck_assert_uint_eq(vmk_PktListGetCount(a), 6);
    vmk_PktListPrependPkt(b, vmk_PktListPopFirstPkt(a));
    vmk_PktListAppend(b, a);
    ck_assert_uint_eq(vmk_PktListGetCount(b), 6);
    vmk_PktListReleaseAllPkts(b);
    ck_assert_ptr_null(vmk_PktListPopFirstPkt(b));
    ck_assert_uint_eq(vmk_PktHeldByModule(MODULE), 0);
}
END_TEST

START_TEST(a_list_is_allocated_whole_or_not_at_all)
{
    VMK_PKTLIST_STACK_DEF_INIT(list);
    vmk_PktHandle *first;
    unsigned seen = 0;

    start();
    first = alloc(60);
    vmk_PktListAppendPkt(list, first);
    ck_assert_int_eq(vmk_PktListAlloc(MODULE, 60, 0, list), VMK_OK);
    ck_assert_int_eq(vmk_PktListAlloc(MODULE, VMK_PKT_MAX_MAPPED + 1, 1, list), VMK_LIMIT_EXCEEDED);
    ck_assert_int_eq(vmk_PktListAlloc(MODULE, 60, 1, list), VMK_OK);
    ck_assert_int_eq(vmk_PktListAlloc(MODULE, 60, 500, list), VMK_OK);
    ck_assert_uint_eq(list->count, 502);
    ck_assert_ptr_eq(list->first, first);
    for (vmk_PktHandle *pkt = list->first; pkt; pkt = pkt->next, seen++) {
        ck_assert(vmk_PktIsWritable(pkt) && pkt->holder == MODULE && pkt->frameLen == 0);
        memset(pkt->frame, 0x5a, VMK_PKT_MAX_MAPPED);
        ck_assert(pkt->next || pkt == list->last);
    }
    ck_assert_uint_eq(seen, 502);
    ck_assert_uint_eq(vmk_PktHeldByModule(MODULE), 502);
    ck_assert_int_eq(vmk_PktListAlloc(MODULE, 60, ~0u, list), VMK_NO_MEMORY);
    ck_assert_uint_eq(list->count, 502);
    ck_assert_uint_eq(vmk_PktHeldByModule(MODULE), 502);
    vmk_PktListReleaseAllPkts(list);
    ck_assert_uint_eq(vmk_PktHeldByModule(MODULE), 0);
}
END_TEST

START_TEST(release_waits_for_a_bottom_half_when_interrupts_are_off)
{
    vmk_PktHandle *pkt;

    start();
    pkt = alloc(0);
    vmk_CPUDisableInterrupts();
    vmk_PktReleaseIRQ(pkt);
    ck_assert_uint_eq(vmk_PktHeldByModule(MODULE), 1);
    vmk_CPUEnableInterrupts();
    vmk_BottomHalfCheck();
    ck_assert_uint_eq(vmk_PktHeldByModule(MODULE), 0);
}
END_TEST

static void *exchange(void *arg)
{
    for (unsigned round = 0; round < 4000; round++) {
        vmk_PktHandle *pkt, *clone;

        CHECK_THAT(vmk_PktAllocForModule(MODULE, 60, &pkt) == VMK_OK);
        if (vmk_PktClone(pkt, &clone) == VMK_OK) {
            vmk_PktRelease(round & 1 ? pkt : clone);
            vmk_PktRelease(round & 1 ? clone : pkt);
        }
    }
    return NULL;
}

START_TEST(cpus_do_not_disturb_each_other)
{
    pthread_t threads[4];

    start();
    for (unsigned i = 0; i < 4; i++) {
        pthread_create(&threads[i], NULL, exchange, NULL);
    }
    for (unsigned i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    ck_assert_uint_eq(vmk_PktHeldByModule(MODULE), 0);
}
END_TEST

START_TEST(releasing_twice_is_caught)
{
    vmk_PktHandle *pkt;

    start();
    pkt = alloc(0);
    vmk_PktRelease(pkt);
    vmk_PktRelease(pkt);
}
END_TEST

/* Segmentation. */

#define HEADERS (14 + 20 + 32)

/** A TCP packet over IPv4 with @p payload bytes and twelve bytes of options. */
static vmk_PktHandle *tcp_packet(vmk_uint32 payload)
{
    static const vmk_uint8 headers[HEADERS] = {
        2,    0,    0,  0,  0,    1,    2,    0, 0,  0, 0, 2, 8,    0, /* Ethernet */
        0x45, 0,    0,  0,  1,    0,    0x40, 0, 64, 6, 0, 0, 10,   0,
        0,    1,    10, 0,  0,    2, /* IPv4, id 256 */
        0x12, 0x34, 0,  80, 0xff, 0xff, 0xff, 0, 1,  2, 3, 4, 0x80, 0x99,
        0x20, 0,    0,  0,  0,    0, /* TCP: CWR ACK PSH FIN */
        1,    1,    8,  10, 1,    2,    3,    4, 5,  6, 7, 8};
    vmk_PktHandle *pkt = filled(HEADERS + payload, 9);

    CHECK_THAT(vmk_PktCopyBytesIn(headers, HEADERS, 0, pkt) == VMK_OK);
    vmk_PktSetLargeTcpPacket(pkt, 1448);
    return pkt;
}

static void check_segment(const vmk_PktHandle *pkt, unsigned index, bool last)
{
    const vmk_uint8 *ip = pkt->frame + 14, *tcp = ip + 20;
    vmk_uint32 len = pkt->frameLen - 34, seq, saddr, daddr;
    vmk_uint8 flags = tcp[13];

    memcpy(&seq, tcp + 4, 4);
    memcpy(&saddr, ip + 12, 4);
    memcpy(&daddr, ip + 16, 4);
    ck_assert_uint_eq(vmk_NetCsumDataFinal(ip, 20), 0);
    ck_assert_uint_eq(vmk_NetCsumFold(vmk_NetCsumDataPartial(
                          vmk_NetCsumIPv4Pseudo(saddr, daddr, 6, (vmk_uint16)len), tcp, len)),
                      0);
    ck_assert_uint_eq(ip[2] << 8 | ip[3], pkt->frameLen - 14);
    ck_assert_uint_eq(ip[4] << 8 | ip[5], 256 + index);
    ck_assert_uint_eq(ntohl(seq), 0xffffff00u + index * 1448);
    ck_assert_uint_eq(flags & 0x09, last ? 0x09 : 0);
    ck_assert_uint_eq(flags & 0x80, index == 0 ? 0x80 : 0);
    ck_assert_uint_eq(flags & 0x10, 0x10);
}

START_TEST(large_packets_are_segmented)
{
    static const vmk_uint32 sizes[] = {1, 1448, 1449, 14480, 60000};
    VMK_PKTLIST_STACK_DEF_INIT(list);
    vmk_PktHandle *pkt, *segment;

    start();
    for (unsigned i = 0; i < VMK_ARRAY_SIZE(sizes); i++) {
        vmk_uint32 done = 0;
        vmk_uint8 whole[60000], part[1448];

        pkt = tcp_packet(sizes[i]);
        ck_assert_int_eq(vmk_PktTcpSegmentation(pkt, list), VMK_OK);
        ck_assert_int_eq(vmk_PktCopyBytesOut(whole, sizes[i], HEADERS, pkt), VMK_OK);
        for (unsigned n = 0; (segment = vmk_PktListPopFirstPkt(list)) != NULL; n++) {
            vmk_uint32 payload = segment->frameLen - HEADERS;

            ck_assert_uint_eq(payload, sizes[i] - done < 1448 ? sizes[i] - done : 1448);
            check_segment(segment, n, done + payload == sizes[i]);
            ck_assert_int_eq(vmk_PktCopyBytesOut(part, payload, HEADERS, segment), VMK_OK);
            ck_assert_mem_eq(part, whole + done, payload);
            done += payload;
            vmk_PktRelease(segment);
        }
        ck_assert_uint_eq(done, sizes[i]);
        vmk_PktRelease(pkt);
    }
}
END_TEST

/* Whatever is in a packet, segmentation answers with a status. */
START_TEST(nonsense_is_not_segmented)
{
    VMK_PKTLIST_STACK_DEF_INIT(list);

    start();
    srand(3);
    for (unsigned round = 0; round < 4000; round++) {
        vmk_PktHandle *pkt = tcp_packet((unsigned)rand() % 4000);
        vmk_StatusValue status;

        for (unsigned i = 0; i < 3; i++) {
            vmk_uint8 byte = (vmk_uint8)rand();

            CHECK_THAT(vmk_PktCopyBytesIn(&byte, 1, (unsigned)rand() % HEADERS, pkt) == VMK_OK);
        }
        pkt->mss = (vmk_uint16)(rand() % 5000);
        CHECK_THAT(vmk_PktFrameLenSet(pkt, (unsigned)rand() % (pkt->frameLen + 1)) == VMK_OK);
        status = vmk_PktTcpSegmentation(pkt, list);
        CHECK_THAT(status == VMK_OK || (status == VMK_BAD_FORMAT && vmk_PktListIsEmpty(list)));
        vmk_PktListReleaseAllPkts(list);
        vmk_PktRelease(pkt);
    }
    ck_assert_uint_eq(vmk_PktHeldByModule(MODULE) + vmk_PktHeldByModule(VMK_VMKERNEL_MODULE_ID), 0);
}
END_TEST

RUN_TESTS_AND_CRASHES(RUN_LIST(a_packet_is_one_page, metadata_starts_clear,
                               packets_are_charged_to_who_holds_them, the_pool_gives_pages_back,
                               memory_may_run_out, large_frames_continue_in_pages, clones_show_the_same_bytes,
                               copies_are_independent, short_frames_are_padded_with_zeroes,
                               foreign_pages_go_back_to_their_owner, external_flat_packet_is_given_back,
                               lists_keep_order_and_count, a_list_is_allocated_whole_or_not_at_all,
                               release_waits_for_a_bottom_half_when_interrupts_are_off,
                               cpus_do_not_disturb_each_other, large_packets_are_segmented,
                               nonsense_is_not_segmented),
                      RUN_LIST(releasing_twice_is_caught))
