/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_virtio_net.c - a virtual NIC against a driver's model: frames out of the guest's pages and into its
 * buffers, what is asked of a NIC, commands, and frames that make no sense. Nothing leaks.
 */
#include "machine.h"
#include "run.h"

#include <stdlib.h>
#include <string.h>

#include <core/account.h>
#include <core/pkt.h>
#include <vmkapi/base/bottom_half.h>
#include <vmkapi/core/frame.h>
#include <vmkapi/core/machine_memory.h>
#include <vmkapi/net/net_csum.h>

#include "virtio/virtio_net.h"
#include "virtio_driver.h"

#define PAGES  512u
#define MEMORY (PAGES * VMK_PAGE_SIZE)
#define TX_AT  0x20000ul
#define RX_AT  0x100000ul
#define HEADER 12u
#define ALL                                                                                                  \
    (VIRTIO_F_EVENT_IDX | VIRTIO_F_INDIRECT_DESC | VIRTIO_NET_F_CSUM | VIRTIO_NET_F_GUEST_CSUM |             \
     VIRTIO_NET_F_GUEST_TSO4 | VIRTIO_NET_F_GUEST_TSO6 | VIRTIO_NET_F_HOST_TSO4 | VIRTIO_NET_F_HOST_TSO6 |   \
     VIRTIO_NET_F_MRG_RXBUF | VIRTIO_NET_F_CTRL_VQ | VIRTIO_NET_F_CTRL_RX | VIRTIO_NET_F_CTRL_MAC_ADDR)

static struct vm vm;
static struct virtio_net *net;
static struct driver_ring rings[NET_QUEUES];
static struct vmk_PktListInt sent;
static int promiscuous_calls, promiscuous_last;
static uint32_t unused_head, unused_written;

static void send(struct virtio_net *unused, vmk_PktList list)
{
    vmk_PktListAppend(&sent, list);
}

static void promiscuous(struct virtio_net *unused, bool on)
{
    promiscuous_calls++;
    promiscuous_last = on;
}

static void start_machine(void)
{
    vmk_PageRequest request = {.zero = VMK_TRUE, .module = VMK_VMKERNEL_MODULE_ID, .kind = VMK_PAGE_DATA};
    vmk_MPN mpn;

    machine_describe(64);
    machine_start();
    account_init(vmk_NumPCPUs());
    pkt_init();
    ck_assert_int_eq(vmk_PageAllocRun(request, PAGES, &mpn), VMK_OK);
    vm_host_init(&vm, 16);
    free(vm.memory);
    vm.memory = vmk_MPN2Ptr(mpn);
    vm.memory_len = MEMORY;
    vm.machine = vmk_MPN2MA(mpn);
}

static void bring_up(uint64_t features)
{
    static const vmk_EthAddress mac = {2, 0, 0, 0, 0, 1};
    uint64_t at = 0x1000;

    if (net == NULL) {
        start_machine();
    }
    free(net);
    net = calloc(1, sizeof(*net));
    memset(&virtio_function, 0, sizeof(virtio_function));
    memset(vm.memory, 0, MEMORY);
    virtio_function.msix = true;
    net->send = send;
    net->promiscuous = promiscuous;
    virtio_net_init(net, &vm, mac, 1500, true);
    virtio_pci_init(&net->device);
    for (unsigned i = 0; i < NET_QUEUES; i++) {
        at = driver_ring_init(&rings[i], &vm, at, 256);
    }
    ck_assert_uint_eq(driver_start(&net->device, features, rings, NET_QUEUES), 0xf);
    for (unsigned i = 0; i < NET_QUEUES; i++) {
        driver_want_interrupt(&rings[i], true);
    }
}

static void expect_nothing_held(void)
{
    ck_assert_uint_eq(vmk_PktHeldByModule(VMK_VMKERNEL_MODULE_ID), 0);
    ck_assert_uint_eq(net->queues[NET_TX].in_flight, 0);
}

static uint8_t pattern(unsigned i)
{
    return (uint8_t)(i * 31 + (i >> 8));
}

static void put16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

/** An IPv4 TCP frame of @p len bytes with a pattern as payload. */
static void make_frame(uint8_t *frame, unsigned len)
{
    for (unsigned i = 0; i < len; i++) {
        frame[i] = pattern(i);
    }
    memset(frame, 0, 54);
    frame[0] = 2, frame[5] = 9, frame[6] = 2, frame[11] = 1;
    put16(frame + 12, 0x0800);
    frame[14] = 0x45, frame[23] = 6, frame[26] = 10, frame[29] = 1, frame[30] = 10, frame[33] = 2;
    put16(frame + 16, len - 14);
    frame[46] = 0x50;
}

/* Sending. */

/** Offer a frame in @p pieces pieces. @return its head. */
static unsigned offer(uint64_t at, const struct virtio_net_header *header, unsigned len, unsigned pieces)
{
    struct driver_segment segments[64] = {{at, HEADER, false}};
    unsigned each = len / pieces;
    int head;

    memcpy(vm.memory + at, header, HEADER);
    make_frame(vm.memory + at + 0x100, len);
    for (unsigned i = 0; i < pieces; i++) {
        segments[i + 1] = (struct driver_segment){at + 0x100 + (uint64_t)each * i,
                                                  i + 1 < pieces ? each : len - each * (pieces - 1), false};
    }
    head = driver_add(&rings[NET_TX], segments, pieces + 1, pieces > 4 ? 0x18000 : 0);
    ck_assert_int_ge(head, 0);
    driver_make_available(&rings[NET_TX], (unsigned)head);
    if (driver_publish(&rings[NET_TX], (uint16_t)(rings[NET_TX].avail_index - 1))) {
        virtio_notify(&net->device, NET_TX);
    }
    return (unsigned)head;
}

static bool reap_tx(void)
{
    return driver_reap(&rings[NET_TX], &unused_head, &unused_written);
}

static void expect_frame(const vmk_PktHandle *pkt, unsigned len)
{
    uint8_t *want = malloc(len), *got = malloc(len);

    make_frame(want, len);
    ck_assert_uint_eq(pkt->frameLen, len);
    ck_assert_int_eq(vmk_PktCopyBytesOut(got, len, 0, pkt), VMK_OK);
    ck_assert_int_eq(memcmp(got, want, len), 0);
    free(want);
    free(got);
}

START_TEST(frames_are_sent_from_the_guests_pages)
{
    static const struct virtio_net_header plain;
    vmk_PktHandle *pkt;

    bring_up(ALL);
    (void)offer(TX_AT, &plain, 1514, 2);
    pkt = vmk_PktListPopFirstPkt(&sent);
    ck_assert_ptr_nonnull(pkt);
    expect_frame(pkt, 1514);
    ck_assert_uint_eq(pkt->mappedLen, NET_HEAD_BYTES);
    ck_assert_ptr_eq((uint8_t *)vmk_MPN2Ptr(pkt->frags[0].mpn) + pkt->frags[0].offset,
                     vm.memory + TX_AT + 0x100 + NET_HEAD_BYTES);
    ck_assert(!reap_tx());
    ck_assert_uint_eq(net->queues[NET_TX].in_flight, 1);
    vmk_PktRelease(pkt);
    ck_assert_uint_eq(virtio_flush_all(), 1);
    ck_assert(reap_tx());
    ck_assert_uint_eq(virtio_function.messages[NET_TX + 1], 1);

    (void)offer(TX_AT, &plain, NET_HEAD_BYTES, 1); /* All head: the chain is free at once. */
    ck_assert(reap_tx());
    memset(vm.memory + TX_AT, 0xff, 0x1000);
    pkt = vmk_PktListPopFirstPkt(&sent);
    expect_frame(pkt, NET_HEAD_BYTES);
    vmk_PktRelease(pkt);
    expect_nothing_held();
}
END_TEST

START_TEST(a_clone_holds_the_chain)
{
    static const struct virtio_net_header plain;
    vmk_PktHandle *pkt, *clone;

    bring_up(ALL);
    (void)offer(TX_AT, &plain, 1000, 1);
    pkt = vmk_PktListPopFirstPkt(&sent);
    ck_assert_int_eq(vmk_PktClone(pkt, &clone), VMK_OK);
    vmk_PktRelease(pkt);
    ck_assert_uint_eq(virtio_flush_all(), 0);
    virtio_reg_write(&net->device, REG_STATUS, 1, 0);
    ck_assert_uint_ne(virtio_reg_read(&net->device, REG_STATUS, 1), 0);
    expect_frame(clone, 1000);
    vmk_PktRelease(clone);
    ck_assert_uint_eq(virtio_flush_all(), 1);
    ck_assert_uint_eq(virtio_reg_read(&net->device, REG_STATUS, 1), 0);
    expect_nothing_held();
}
END_TEST

/* Where a packet has no place for so many pieces, it is copied. The host's pages lie in a row here, so that
 * pieces with gaps between are needed. */
START_TEST(too_many_pieces_are_copied)
{
    struct driver_segment segments[40] = {{TX_AT, HEADER, false}};
    vmk_PktHandle *pkt;
    uint8_t frame[1200];

    bring_up(ALL);
    make_frame(frame, sizeof(frame));
    for (unsigned i = 0; i < 30; i++) {
        memcpy(vm.memory + TX_AT + 0x1000 * (i + 1ul), frame + 40 * i, 40);
        segments[i + 1] = (struct driver_segment){TX_AT + 0x1000 * (i + 1ul), 40, false};
    }
    driver_make_available(&rings[NET_TX], (unsigned)driver_add(&rings[NET_TX], segments, 31, 0x18000));
    (void)driver_publish(&rings[NET_TX], 0);
    virtio_notify(&net->device, NET_TX);
    pkt = vmk_PktListPopFirstPkt(&sent);
    expect_frame(pkt, sizeof(frame));
    ck_assert_uint_eq(net->stats.tx_copied, 1);
    ck_assert(reap_tx());
    vmk_PktRelease(pkt);
    expect_nothing_held();
}
END_TEST

/** Whether a frame of @p len bytes with that header is sent, and with which flags. */
static uint32_t flags_sent(struct virtio_net_header header, unsigned len)
{
    vmk_PktHandle *pkt;
    uint32_t flags;

    (void)offer(TX_AT, &header, len, 1);
    pkt = vmk_PktListPopFirstPkt(&sent);
    if (pkt == NULL) {
        ck_assert(reap_tx());
        return ~0u;
    }
    flags = pkt->flags & (VMK_PKT_FLAG_MUST_CSUM | VMK_PKT_FLAG_LARGE_TCP);
    vmk_PktRelease(pkt);
    (void)virtio_flush_all();
    ck_assert(reap_tx());
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

    bring_up(ALL);
    ck_assert_uint_eq(flags_sent(sum, 1000), VMK_PKT_FLAG_MUST_CSUM);
    ck_assert_uint_eq(flags_sent(large, 40000), both);
    ck_assert_uint_eq(flags_sent(large, 1000), VMK_PKT_FLAG_MUST_CSUM); /* One segment is no large packet. */
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
    ck_assert_uint_eq(net->stats.tx_dropped, 14);
    expect_nothing_held();
}
END_TEST

START_TEST(busy_nics_need_no_kicks)
{
    static const struct virtio_net_header plain;
    unsigned before;

    bring_up(ALL);
    for (unsigned i = 0; i < 40; i++) {
        (void)offer(TX_AT + 0x1000ul * i, &plain, 600, 1);
    }
    before = (unsigned)net->queues[NET_TX].stats.kicks;
    ck_assert_uint_eq(before, 16);
    ck_assert_uint_eq(sent.count, 16);
    for (unsigned i = 0; i < 40; i++) {
        vmk_PktRelease(vmk_PktListPopFirstPkt(&sent));
        (void)virtio_flush_all();
    }
    ck_assert_uint_eq(net->stats.tx_packets, 40);
    ck_assert_uint_eq(net->queues[NET_TX].stats.kicks, before);
    expect_nothing_held();
    (void)offer(TX_AT, &plain, 60, 1);
    ck_assert_uint_eq(net->queues[NET_TX].stats.kicks, before + 1);
    vmk_PktRelease(vmk_PktListPopFirstPkt(&sent));
}
END_TEST

/* Receiving. */

static void offer_buffers(unsigned first, unsigned count, uint32_t len)
{
    for (unsigned i = 0; i < count; i++) {
        struct driver_segment segment = {RX_AT + 0x1000ul * (first + i), len, true};
        int head = driver_add(&rings[NET_RX], &segment, 1, 0);

        ck_assert_int_ge(head, 0);
        driver_make_available(&rings[NET_RX], (unsigned)head);
    }
    if (driver_publish(&rings[NET_RX], (uint16_t)(rings[NET_RX].avail_index - count))) {
        virtio_notify(&net->device, NET_RX);
    }
}

static vmk_PktHandle *packet(unsigned len)
{
    uint8_t *frame = malloc(len);
    vmk_PktHandle *pkt;

    make_frame(frame, len);
    ck_assert_int_eq(vmk_PktAllocForModule(VMK_VMKERNEL_MODULE_ID, len, &pkt), VMK_OK);
    ck_assert_int_eq(vmk_PktFrameLenSet(pkt, len), VMK_OK);
    ck_assert_int_eq(vmk_PktCopyBytesIn(frame, len, 0, pkt), VMK_OK);
    free(frame);
    return pkt;
}

static void deliver(vmk_PktHandle *pkt)
{
    VMK_PKTLIST_STACK_DEF_INIT(list);

    vmk_PktListAppendPkt(list, pkt);
    vmk_BottomHalfDisable();
    virtio_net_deliver(net, list);
    vmk_BottomHalfEnable();
    ck_assert(vmk_PktListIsEmpty(list));
}

/** Take a frame out of buffers of @p len bytes, the first of which is number @p first. @return its length. */
static unsigned receive(unsigned first, struct virtio_net_header *header, uint8_t *frame)
{
    uint32_t head, written, at = HEADER;
    unsigned len = 0, count = 1;

    for (unsigned i = 0; i < count; i++) {
        const uint8_t *buffer = vm.memory + RX_AT + 0x1000ul * (first + i);

        ck_assert(driver_reap(&rings[NET_RX], &head, &written));
        if (i == 0) {
            memcpy(header, buffer, HEADER);
            count = header->num_buffers;
        }
        memcpy(frame + len, buffer + at, written - at);
        len += written - at;
        at = 0;
    }
    return len;
}

START_TEST(frames_are_received_into_as_many_buffers_as_they_need)
{
    struct virtio_net_header header;
    uint8_t frame[9014], want[9014];

    for (unsigned size = 64; size <= 4096; size *= 4) {
        bring_up(ALL);
        offer_buffers(0, 200, size);
        make_frame(want, 9014);
        deliver(packet(9014));
        ck_assert_uint_eq(receive(0, &header, frame), 9014);
        ck_assert_uint_eq(header.num_buffers, (9014 + HEADER + size - 1) / size);
        ck_assert_int_eq(memcmp(frame, want, 9014), 0);
        ck_assert_uint_eq(virtio_function.messages[NET_RX + 1], 1);
        ck_assert_uint_eq(header.flags, 0);
        expect_nothing_held();
    }
}
END_TEST

START_TEST(what_waits_is_bounded_by_bytes)
{
    enum { LEN = 60000, FIT = NET_BACKLOG_BYTES / LEN, BUFFERS = LEN / 0x1000 + 1 };
    static uint8_t frame[LEN];
    struct virtio_net_header header;

    bring_up(ALL);
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < FIT + 5; i++) {
            deliver(packet(LEN));
        }
        ck_assert_uint_eq(net->stats.rx_waited, (round + 1) * FIT);
        ck_assert_uint_eq(net->stats.rx_dropped, (round + 1) * 5);
        for (unsigned i = 0; i < FIT; i++) {
            offer_buffers(0, BUFFERS, 0x1000);
            ck_assert_uint_eq(receive(0, &header, frame), LEN);
        }
        expect_nothing_held();
    }
}
END_TEST

START_TEST(without_merging_a_buffer_must_suffice)
{
    struct virtio_net_header header;
    uint8_t frame[1514];

    bring_up(VIRTIO_NET_F_GUEST_CSUM);
    offer_buffers(0, 1, 1000);
    offer_buffers(1, 1, 1526);
    deliver(packet(900));
    ck_assert_uint_eq(receive(0, &header, frame), 900);
    deliver(packet(1514));
    ck_assert_uint_eq(receive(1, &header, frame), 1514);
    ck_assert_uint_eq(header.num_buffers, 1);
    expect_nothing_held();
}
END_TEST

/* What lies in others' pages waits as a copy, and they have theirs back at once. */
START_TEST(frames_wait_for_buffers_but_not_at_others_cost)
{
    struct virtio_net_header header;
    vmk_PktHandle *pkt, *clone;
    uint8_t frame[1514], want[1514];

    bring_up(ALL);
    pkt = packet(200);
    ck_assert_int_eq(vmk_PktClone(pkt, &clone), VMK_OK);
    deliver(clone);
    ck_assert(vmk_PktIsWritable(pkt));
    ck_assert_uint_eq(net->stats.rx_copied, 1);
    memset(pkt->frame, 0, 200);
    vmk_PktRelease(pkt);
    for (unsigned i = 1; i < NET_BACKLOG + 10; i++) {
        deliver(packet(100 + i));
    }
    ck_assert_uint_eq(net->stats.rx_waited, NET_BACKLOG);
    ck_assert_uint_eq(net->stats.rx_copied, 1);
    ck_assert_uint_eq(net->stats.rx_dropped, 10);
    ck_assert_uint_eq(virtio_function.messages[NET_RX + 1], 0);
    offer_buffers(0, 100, 2048);
    make_frame(want, 200);
    ck_assert_uint_eq(receive(0, &header, frame), 200);
    ck_assert_int_eq(memcmp(frame, want, 200), 0);
    for (unsigned i = 1; i < 100; i++) {
        ck_assert_uint_eq(receive(i, &header, frame), 100 + i);
    }
    ck_assert_uint_eq(virtio_function.messages[NET_RX + 1], 1);
    /* Too little for one is kept for later. */
    offer_buffers(100, 1, 64);
    ck_assert(!driver_reap(&rings[NET_RX], &unused_head, &unused_written));
    offer_buffers(101, 3, 64);
    ck_assert_uint_eq(receive(100, &header, frame), 200);
    ck_assert_uint_eq(header.num_buffers, 4);
    virtio_reg_write(&net->device, REG_STATUS, 1, 0);
    ck_assert_uint_eq(virtio_reg_read(&net->device, REG_STATUS, 1), 0);
    expect_nothing_held();
    deliver(packet(100));
    expect_nothing_held();
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
    vmk_PktHandle *pkt = packet(len);
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

    bring_up(ALL);
    offer_buffers(0, 16, 4096);
    deliver(unfinished(1000, 0));
    ck_assert_uint_eq(receive(0, &header, frame), 1000);
    ck_assert_uint_eq(header.flags, NET_NEEDS_CSUM);
    ck_assert_uint_eq(header.csum_start, 34);
    ck_assert_uint_eq(header.csum_offset, 16);
    ck_assert(!tcp_sum_is_right(frame, 1000));
    deliver(unfinished(10000, 1400));
    ck_assert_uint_eq(receive(1, &header, frame), 10000);
    ck_assert_uint_eq(header.gso_type, NET_GSO_TCPV4);
    ck_assert_uint_eq(header.gso_size, 1400);
    ck_assert_uint_eq(header.hdr_len, 54);

    bring_up(VIRTIO_NET_F_MRG_RXBUF);
    offer_buffers(0, 16, 4096);
    deliver(unfinished(1000, 0));
    ck_assert_uint_eq(receive(0, &header, frame), 1000);
    ck_assert_uint_eq(header.flags, 0);
    ck_assert(tcp_sum_is_right(frame, 1000));
    deliver(unfinished(54 + 3000, 1400));
    for (unsigned i = 0; i < 3; i++) {
        unsigned len = receive(1 + i, &header, frame);

        ck_assert_uint_eq(len, i < 2 ? 1454 : 254);
        ck_assert_uint_eq(header.flags | header.gso_type, 0);
        ck_assert(tcp_sum_is_right(frame, len));
    }
    expect_nothing_held();
}
END_TEST

START_TEST(tags_are_put_into_frames)
{
    struct virtio_net_header header;
    vmk_PktHandle *pkt = NULL;
    uint8_t frame[1000], want[1000];

    bring_up(ALL);
    offer_buffers(0, 16, 256);
    pkt = unfinished(500, 0);
    vmk_PktVlanIDSet(pkt, 100);
    deliver(pkt);
    make_frame(want, 500);
    ck_assert_uint_eq(receive(0, &header, frame), 504);
    ck_assert_uint_eq(header.csum_start, 38);
    ck_assert_int_eq(memcmp(frame, want, 12), 0);
    ck_assert_int_eq(memcmp(frame + 12, "\x81\x00\x00\x64", 4), 0);
    ck_assert_int_eq(memcmp(frame + 54 + 4, want + 54, 446), 0);
    expect_nothing_held();
}
END_TEST

/* Commands. */

static uint8_t command(uint8_t class, uint8_t number, const void *data, unsigned len)
{
    struct driver_segment segments[] = {
        {TX_AT, 2, false}, {TX_AT + 0x100, len, false}, {TX_AT + 0x200, 1, true}};

    vm.memory[TX_AT] = class;
    vm.memory[TX_AT + 1] = number;
    memcpy(vm.memory + TX_AT + 0x100, data, len);
    vm.memory[TX_AT + 0x200] = 0xee;
    driver_make_available(&rings[NET_CONTROL], (unsigned)driver_add(&rings[NET_CONTROL], segments, 3, 0));
    (void)driver_publish(&rings[NET_CONTROL], 0);
    virtio_notify(&net->device, NET_CONTROL);
    (void)virtio_flush_all();
    ck_assert(driver_reap(&rings[NET_CONTROL], &unused_head, &unused_written));
    return vm.memory[TX_AT + 0x200];
}

START_TEST(commands_are_obeyed)
{
    static const uint8_t on = 1, off, mac[] = {2, 0, 0, 0, 0, 7}, group[] = {3, 0, 0, 0, 0, 7};
    static const uint8_t table[4] = {1};

    bring_up(ALL);
    ck_assert_uint_eq(command(0, 0, &on, 1), 0);
    ck_assert_int_eq(promiscuous_last, 1);
    ck_assert_uint_eq(command(0, 0, &off, 1), 0);
    ck_assert_int_eq(promiscuous_last, 0);
    ck_assert_uint_eq(command(1, 0, table, 4), 0);
    ck_assert_int_eq(promiscuous_last, 1);
    ck_assert_int_eq(promiscuous_calls, 3);
    ck_assert_uint_eq(command(1, 1, mac, 6), 0);
    ck_assert_uint_eq(virtio_config_read(&net->device, 5, 1), 7);
    ck_assert_uint_eq(command(1, 1, group, 6), 1);
    ck_assert_uint_eq(command(9, 0, mac, 6), 1);
    ck_assert_uint_eq(virtio_reg_read(&net->device, REG_STATUS, 1), 0xf);
}
END_TEST

START_TEST(the_link_is_told)
{
    bring_up(ALL);
    ck_assert_uint_eq(virtio_config_read(&net->device, 6, 2), 1);
    virtio_net_changed(net, 9000, false);
    ck_assert_uint_eq(virtio_config_read(&net->device, 6, 2), 0);
    ck_assert_uint_eq(virtio_config_read(&net->device, 10, 2), 9000);
    ck_assert_uint_eq(virtio_function.messages[0], 1);
}
END_TEST

START_TEST(buffers_that_are_none_break_the_queue)
{
    struct driver_segment readable = {RX_AT, 100, false}, outside = {MEMORY, 2000, true};

    for (unsigned i = 0; i < 2; i++) {
        bring_up(ALL);
        driver_make_available(&rings[NET_RX],
                              (unsigned)driver_add(&rings[NET_RX], i == 0 ? &readable : &outside, 1, 0));
        (void)driver_publish(&rings[NET_RX], 0);
        deliver(packet(100));
        ck_assert_uint_ne(virtio_reg_read(&net->device, REG_STATUS, 1) & VIRTIO_STATUS_NEEDS_RESET, 0);
        ck_assert_uint_eq(net->stats.rx_dropped, 1);
        expect_nothing_held();
    }
}
END_TEST

START_TEST(what_is_beyond_a_limit_waits_in_the_ring)
{
    static const struct virtio_rates rates = {.requests = 100};
    struct virtio_net_header none = {0};
    struct virtio_queue *queue;

    bring_up(ALL);
    queue = &net->queues[NET_TX];
    queue->limit = virtio_limit_init(&net->device.limit, &rates);
    for (unsigned i = 0; i < 30; i++) {
        (void)offer(0x40000 + 0x1000ul * i, &none, 100, 1);
    }
    ck_assert_uint_eq(net->stats.tx_packets, 10);
    ck_assert_uint_eq(net->device.limit.waits, 1);
    for (unsigned i = 0; i < 1000; i++) {
        vm_host_advance(&vm, 1000000);
        virtio_flush_all();
    }
    ck_assert_uint_eq(net->stats.tx_packets, 30);
    ck_assert_uint_eq(net->stats.tx_dropped, 0);
    ck_assert_uint_eq(net->device.limit.waits, 20); /* Each further one came by itself. */
    vmk_PktListReleaseAllPkts(&sent);
    virtio_flush_all();
    expect_nothing_held();
}
END_TEST

RUN_TESTS(frames_are_sent_from_the_guests_pages, a_clone_holds_the_chain, too_many_pieces_are_copied,
          offloads_are_asked_for_and_checked, busy_nics_need_no_kicks,
          frames_are_received_into_as_many_buffers_as_they_need, what_waits_is_bounded_by_bytes,
          without_merging_a_buffer_must_suffice, frames_wait_for_buffers_but_not_at_others_cost,
          what_another_guest_left_open_is_told_or_done, tags_are_put_into_frames, commands_are_obeyed,
          the_link_is_told, buffers_that_are_none_break_the_queue, what_is_beyond_a_limit_waits_in_the_ring)
