/* SPDX-License-Identifier: GPL-2.0-only */
#include "virtio_nic.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <core/account.h>
#include <core/pkt.h>
#include <vmkapi/base/bottom_half.h>
#include <vmkapi/core/frame.h>
#include <vmkapi/core/machine_memory.h>

#include "machine.h"

#define PAGES 512u

VMK_STATIC_ASSERT(PAGES *VMK_PAGE_SIZE == NIC_MEMORY, "all of it");

struct vm nic_vm;
struct virtio_net *nic;
struct driver_ring nic_rings[2 * NET_PAIRS_MAX + 1];
struct vmk_PktListInt nic_sent;
unsigned nic_pair, nic_flow, nic_control;
int nic_promiscuous_calls, nic_promiscuous_last;
static struct net_pair pairs[NET_PAIRS_MAX];
static uint32_t unused_head, unused_written;

static void send(struct virtio_net *unused, vmk_PktList list)
{
    vmk_PktListAppend(&nic_sent, list);
}

static void promiscuous(struct virtio_net *unused, bool on)
{
    nic_promiscuous_calls++;
    nic_promiscuous_last = on;
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
    vm_host_init(&nic_vm, 16);
    free(nic_vm.memory);
    nic_vm.memory = vmk_MPN2Ptr(mpn);
    nic_vm.memory_len = NIC_MEMORY;
    nic_vm.machine = vmk_MPN2MA(mpn);
}

void nic_bring_up(uint64_t features, unsigned num_pairs)
{
    static const vmk_EthAddress mac = {2, 0, 0, 0, 0, 1};
    uint64_t at = 0x1000;

    if (nic == NULL) {
        start_machine();
    }
    free(nic);
    nic = calloc(1, sizeof(*nic));
    memset(&virtio_function, 0, sizeof(virtio_function));
    memset(nic_vm.memory, 0, NIC_MEMORY);
    virtio_function.msix = true;
    nic->send = send;
    nic->promiscuous = promiscuous;
    memset(pairs, 0, sizeof(pairs));
    nic_pair = nic_flow = 0;
    nic_control = features & VIRTIO_NET_F_MQ ? 2 * num_pairs : NET_CONTROL;
    virtio_net_init(nic, &nic_vm, mac, 1500, true, pairs, num_pairs);
    virtio_pci_init(&nic->device);
    for (unsigned i = 0; i <= nic_control; i++) {
        at = driver_ring_init(&nic_rings[i], &nic_vm, at, 256);
    }
    ck_assert_uint_eq(driver_start(&nic->device, features, nic_rings, nic_control + 1), 0xf);
    for (unsigned i = 0; i <= nic_control; i++) {
        driver_want_interrupt(&nic_rings[i], true);
    }
}

void nic_expect_nothing_held(void)
{
    ck_assert_uint_eq(vmk_PktHeldByModule(VMK_VMKERNEL_MODULE_ID), 0);
    for (unsigned i = 0; i < nic->config.max_pairs; i++) {
        ck_assert_uint_eq(nic->pairs[i].tx.in_flight, 0);
    }
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

void nic_make_frame(uint8_t *frame, unsigned len)
{
    for (unsigned i = 0; i < len; i++) {
        frame[i] = pattern(i);
    }
    memset(frame, 0, 54);
    frame[0] = 2, frame[5] = 9, frame[6] = 2, frame[11] = 1;
    put16(frame + 12, 0x0800);
    frame[14] = 0x45, frame[23] = 6, frame[26] = 10, frame[29] = 1, frame[30] = 10, frame[33] = 2;
    put16(frame + 16, len - 14);
    put16(frame + 34, nic_flow);
    frame[46] = 0x50;
}

unsigned nic_offer(uint64_t at, const struct virtio_net_header *header, unsigned len, unsigned pieces)
{
    struct driver_segment segments[64] = {{at, NIC_HEADER, false}};
    unsigned each = len / pieces;
    int head;

    memcpy(nic_vm.memory + at, header, NIC_HEADER);
    nic_make_frame(nic_vm.memory + at + 0x100, len);
    for (unsigned i = 0; i < pieces; i++) {
        segments[i + 1] = (struct driver_segment){at + 0x100 + (uint64_t)each * i,
                                                  i + 1 < pieces ? each : len - each * (pieces - 1), false};
    }
    head = driver_add(&nic_rings[2 * nic_pair + NET_TX], segments, pieces + 1, pieces > 4 ? 0x18000 : 0);
    ck_assert_int_ge(head, 0);
    driver_make_available(&nic_rings[2 * nic_pair + NET_TX], (unsigned)head);
    if (driver_publish(&nic_rings[2 * nic_pair + NET_TX],
                       (uint16_t)(nic_rings[2 * nic_pair + NET_TX].avail_index - 1))) {
        virtio_notify(&nic->device, 2 * nic_pair + NET_TX);
    }
    return (unsigned)head;
}

bool nic_reap_tx(void)
{
    return driver_reap(&nic_rings[2 * nic_pair + NET_TX], &unused_head, &unused_written);
}

void nic_expect_frame(const vmk_PktHandle *pkt, unsigned len)
{
    uint8_t *want = malloc(len), *got = malloc(len);

    nic_make_frame(want, len);
    ck_assert_uint_eq(pkt->frameLen, len);
    ck_assert_int_eq(vmk_PktCopyBytesOut(got, len, 0, pkt), VMK_OK);
    ck_assert_int_eq(memcmp(got, want, len), 0);
    free(want);
    free(got);
}

void nic_offer_buffers(unsigned first, unsigned count, uint32_t len)
{
    for (unsigned i = 0; i < count; i++) {
        struct driver_segment segment = {NIC_RX_AT + 0x1000ul * (first + i), len, true};
        int head = driver_add(&nic_rings[2 * nic_pair + NET_RX], &segment, 1, 0);

        ck_assert_int_ge(head, 0);
        driver_make_available(&nic_rings[2 * nic_pair + NET_RX], (unsigned)head);
    }
    if (driver_publish(&nic_rings[2 * nic_pair + NET_RX],
                       (uint16_t)(nic_rings[2 * nic_pair + NET_RX].avail_index - count))) {
        virtio_notify(&nic->device, 2 * nic_pair + NET_RX);
    }
}

vmk_PktHandle *nic_packet(unsigned len)
{
    uint8_t *frame = malloc(len);
    vmk_PktHandle *pkt;

    nic_make_frame(frame, len);
    ck_assert_int_eq(vmk_PktAllocForModule(VMK_VMKERNEL_MODULE_ID, len, &pkt), VMK_OK);
    ck_assert_int_eq(vmk_PktFrameLenSet(pkt, len), VMK_OK);
    ck_assert_int_eq(vmk_PktCopyBytesIn(frame, len, 0, pkt), VMK_OK);
    free(frame);
    return pkt;
}

void nic_deliver(vmk_PktHandle *pkt)
{
    VMK_PKTLIST_STACK_DEF_INIT(list);

    vmk_PktListAppendPkt(list, pkt);
    vmk_BottomHalfDisable();
    virtio_net_deliver(nic, list);
    vmk_BottomHalfEnable();
    ck_assert(vmk_PktListIsEmpty(list));
}

unsigned nic_receive(unsigned first, struct virtio_net_header *header, uint8_t *frame)
{
    uint32_t head, written, at = NIC_HEADER;
    unsigned len = 0, count = 1;

    for (unsigned i = 0; i < count; i++) {
        const uint8_t *buffer = nic_vm.memory + NIC_RX_AT + 0x1000ul * (first + i);

        ck_assert(driver_reap(&nic_rings[2 * nic_pair + NET_RX], &head, &written));
        if (i == 0) {
            memcpy(header, buffer, NIC_HEADER);
            count = header->num_buffers;
        }
        memcpy(frame + len, buffer + at, written - at);
        len += written - at;
        at = 0;
    }
    return len;
}

uint8_t nic_command(uint8_t class, uint8_t number, const void *data, unsigned len)
{
    struct driver_segment segments[] = {
        {NIC_TX_AT, 2, false}, {NIC_TX_AT + 0x100, len, false}, {NIC_TX_AT + 0x200, 1, true}};

    nic_vm.memory[NIC_TX_AT] = class;
    nic_vm.memory[NIC_TX_AT + 1] = number;
    memcpy(nic_vm.memory + NIC_TX_AT + 0x100, data, len);
    nic_vm.memory[NIC_TX_AT + 0x200] = 0xee;
    driver_make_available(&nic_rings[nic_control],
                          (unsigned)driver_add(&nic_rings[nic_control], segments, 3, 0));
    (void)driver_publish(&nic_rings[nic_control], 0);
    virtio_notify(&nic->device, nic_control);
    (void)virtio_flush_all();
    ck_assert(driver_reap(&nic_rings[nic_control], &unused_head, &unused_written));
    return nic_vm.memory[NIC_TX_AT + 0x200];
}
