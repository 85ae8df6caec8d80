/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuzz_virtio.c - a disk and a NIC under a hostile guest: any descriptors, indices, registers and frames, in
 * memory that changes between two reads.
 *
 * The guest's memory is the input's to write; the rings begin sound, so that the input gets further than
 * their set-up. Whatever it does, only its own memory is touched (ASan sees to that), what is under way ends,
 * and a reset finds the device idle.
 */
#include "fuzz.h"
#include "machine.h"

#include <core/account.h>
#include <core/pkt.h>
#include <vmkapi/base/bottom_half.h>
#include <vmkapi/core/frame.h>
#include <vmkapi/core/machine_memory.h>

#include "virtio/virtio_block.h"
#include "virtio/virtio_net.h"
#include "virtio_driver.h"

#define PAGES  16u
#define MEMORY (PAGES * VMK_PAGE_SIZE)
#define STEPS  400u
#define PAIRS  2u /**< Of the NIC's queues. */

enum step {
    STEP_WRITE, /**< Bytes of the input to guest memory. */
    STEP_DESC,  /**< A descriptor with a place in memory, more likely sound than bytes would be. */
    STEP_AVAIL, /**< A head, and the index behind it. */
    STEP_REGISTER,
    STEP_WINDOW, /**< The same through configuration space. */
    STEP_NOTIFY,
    STEP_COMPLETE, /**< The oldest I/O, or the first packet sent. */
    STEP_FLUSH,
    STEP_DELIVER,
    STEP_COUNT
};

static struct vm vm;
static struct virtio_block block;
static struct block_queue block_queue;
static struct virtio_net net;
static struct net_pair pairs[PAIRS];
static struct driver_ring rings[2 * PAIRS + 1];
static vmk_BlockRequest *submitted;
static struct vmk_PktListInt sent;
static struct fuzz_input changes; /* What other CPUs of the guest write meanwhile. */
static uint8_t *guest_pages;

/** A change every few reads: where, and what. */
static void change(const void *at, uint32_t bytes)
{
    struct {
        uint8_t when, near;
        uint16_t value;
    } c;
    size_t offset = (size_t)((const uint8_t *)at - vm.memory);

    if (changes.len < sizeof(c)) {
        return;
    }
    FUZZ_REQUIRE(offset < vm.memory_len && bytes <= vm.memory_len - offset);
    fuzz_take(&changes, &c, sizeof(c));
    offset = (offset + c.near) & (vm.memory_len - 2);
    if (c.when % 4 == 0) {
        memcpy(vm.memory + offset, &c.value, sizeof(c.value));
    }
}

static void require_within(uint64_t address, uint64_t len)
{
    FUZZ_REQUIRE(address >= vm.machine && address - vm.machine <= MEMORY &&
                 len <= MEMORY - (address - vm.machine));
}

static void submit(struct virtio_block *unused, vmk_BlockRequest *requests)
{
    vmk_BlockRequest **end = &submitted;

    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = requests;
    for (; requests != NULL; requests = requests->next) {
        FUZZ_REQUIRE(requests->op < VMK_BLOCK_OP_COUNT);
        for (uint32_t i = 0; requests->op <= VMK_BLOCK_WRITE && i < requests->numElems; i++) {
            require_within(requests->elems[i].addr, requests->elems[i].length);
        }
    }
}

static void send(struct virtio_net *unused, vmk_PktList list)
{
    for (const vmk_PktHandle *pkt = list->first; pkt != NULL; pkt = pkt->next) {
        FUZZ_REQUIRE(pkt->mappedLen >= VMK_ETH_HDR_LENGTH && pkt->mappedLen <= pkt->frameLen);
        FUZZ_REQUIRE(!vmk_PktIsMustCsum(pkt) || pkt->csumStart + pkt->csumOffset + 2u <= pkt->mappedLen);
        for (unsigned i = 0; (pkt->flags & VMK_PKT_FLAG_EXTERNAL) != 0 && i < pkt->numFrags; i++) {
            require_within(vmk_MPN2MA(pkt->frags[i].mpn) + pkt->frags[i].offset, pkt->frags[i].length);
        }
    }
    vmk_PktListAppend(&sent, list);
}

static void promiscuous(struct virtio_net *unused, bool on)
{
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    vmk_PageRequest request = {.zero = VMK_TRUE, .module = VMK_VMKERNEL_MODULE_ID, .kind = VMK_PAGE_DATA};
    vmk_MPN mpn;

    machine_describe(64);
    machine_start();
    account_init(vmk_NumPCPUs());
    pkt_init();
    FUZZ_REQUIRE(vmk_PageAllocRun(request, PAGES, &mpn) == VMK_OK);
    guest_pages = vmk_MPN2Ptr(mpn);
    return 0;
}

static struct virtio_device *make_block(void)
{
    static const vmk_BlockGeometry geometry = {
        .blockSize = 512, .physicalBlockSize = 512, .numBlocks = 1000, .limits = {.maxDiscardBlocks = 64}};

    memset(&block, 0, sizeof(block));
    memset(&block_queue, 0, sizeof(block_queue));
    block.queues[0] = &block_queue;
    block.submit = submit;
    virtio_block_init(&block, &(struct virtio_block_props){
                                  .vm = &vm, .geometry = &geometry, .serial = "fuzz", .queues = 1});
    return &block.device;
}

static struct virtio_device *make_net(void)
{
    static const vmk_EthAddress mac = {2, 0, 0, 0, 0, 1};

    memset(&net, 0, sizeof(net));
    net.send = send;
    net.promiscuous = promiscuous;
    memset(pairs, 0, sizeof(pairs));
    virtio_net_init(&net, &vm, mac, 1500, true, pairs, PAIRS);
    return &net.device;
}

static struct virtio_device *start(struct fuzz_input *input)
{
    struct virtio_device *device;
    uint64_t at = 0x100;
    uint64_t features;
    uint8_t choice[4];

    fuzz_take(input, choice, sizeof(choice));
    vm_host_init(&vm, 1);
    free(vm.memory);
    vm.memory = guest_pages;
    vm.memory_len = MEMORY;
    vm.machine = vmk_Ptr2MA(guest_pages);
    memset(guest_pages, 0, MEMORY);
    memset(&virtio_function, 0, sizeof(virtio_function));
    virtio_function.msix = choice[0] & 1;
    device = choice[0] & 2 ? make_block() : make_net();
    virtio_pci_init(device);
    for (unsigned i = 0; i < device->num_queues; i++) {
        at = driver_ring_init(&rings[i], &vm, at, 1u << (choice[1] % 7 + 2));
    }
    features = device->features_offered & ~((uint64_t)choice[2] << 28 | choice[3]);
    (void)driver_start(device, features, rings, device->num_queues);
    return device;
}

/* Steps. */

static void put_desc(struct fuzz_input *input, struct driver_ring *ring)
{
    struct {
        uint16_t index, address, len, flags, next;
    } d;
    uint64_t table;

    fuzz_take(input, &d, sizeof(d));
    /* In the ring, or in a table at the end of memory. */
    table = d.flags & 0x100 ? MEMORY - 0x1000 : ring->desc;
    driver_put_desc(&vm, table + 16ul * (d.index % (d.flags & 0x100 ? 64 : ring->size)),
                    d.flags & 4 ? MEMORY - 0x1000 : d.address, d.flags & 0x200 ? d.len * 16u : d.len % 4096,
                    d.flags & 7, d.next % (ring->size + 1));
}

static void put_avail(struct fuzz_input *input, struct driver_ring *ring)
{
    uint16_t head;

    fuzz_take(input, &head, sizeof(head));
    driver_make_available(ring, head % (ring->size + 1));
    (void)driver_publish(ring, 0);
}

static void complete_one(void)
{
    vmk_BlockRequest *request = submitted;
    vmk_PktHandle *pkt = vmk_PktListPopFirstPkt(&sent);

    if (request != NULL) {
        submitted = request->next;
        request->status = request->block % 3 == 0 ? VMK_IO_ERROR : VMK_OK;
        request->lengthBytes = request->op <= VMK_BLOCK_WRITE ? request->numBlocks * 512 : 0;
        request->done(request);
    }
    if (pkt != NULL) {
        vmk_PktRelease(pkt);
    }
}

static void deliver(struct fuzz_input *input)
{
    VMK_PKTLIST_STACK_DEF_INIT(list);
    struct {
        uint16_t len, flags, csum_start, csum_offset, mss;
    } p;
    vmk_PktHandle *pkt;

    fuzz_take(input, &p, sizeof(p));
    p.len = (uint16_t)(p.len % 9000 + 14);
    if (vmk_PktAllocForModule(VMK_VMKERNEL_MODULE_ID, p.len, &pkt) != VMK_OK) {
        return;
    }
    FUZZ_REQUIRE(vmk_PktFrameLenSet(pkt, p.len) == VMK_OK);
    memset(pkt->frame, 0x45, pkt->mappedLen);
    pkt->flags |= p.flags & (VMK_PKT_FLAG_MUST_CSUM | VMK_PKT_FLAG_CSUM_VFD | VMK_PKT_FLAG_VLAN |
                             VMK_PKT_FLAG_LARGE_TCP | VMK_PKT_FLAG_IPV6);
    pkt->vlanTag = p.mss;
    pkt->mss = p.mss;
    pkt->csumStart = p.csum_start % p.len;
    pkt->csumOffset = p.csum_offset % 32;
    vmk_PktListAppendPkt(list, pkt);
    vmk_BottomHalfDisable();
    virtio_net_deliver(&net, list);
    vmk_BottomHalfEnable();
}

static void write_register(struct fuzz_input *input, struct virtio_device *device)
{
    struct {
        uint16_t offset;
        uint8_t size, read;
        uint32_t value;
    } r;
    unsigned size;

    fuzz_take(input, &r, sizeof(r));
    size = 1u << r.size % 3;
    r.offset = (uint16_t)(r.offset % (r.read & 2 ? 0x40 : 0x400) & ~(size - 1));
    if (r.read & 1) {
        (void)virtio_reg_read(device, r.offset, size);
    } else {
        virtio_reg_write(device, r.offset, size, r.value);
    }
}

static void use_window(struct fuzz_input *input, struct virtio_device *device)
{
    struct vpci_function *function = &device->function;
    struct {
        uint8_t bar, read;
        uint16_t offset;
        uint8_t size;
        uint32_t value;
    } w;

    fuzz_take(input, &w, sizeof(w));
    vpci_config_put(function, function->window.at - 12, 1, w.bar);
    vpci_config_put(function, function->window.at - 8, 4, w.read & 2 ? w.offset % 0x40u : w.offset);
    vpci_config_put(function, function->window.at - 4, 4, w.read & 4 ? w.size : 1u << w.size % 3);
    vpci_config_put(function, function->window.at, 4, w.value);
    (w.read & 1 ? function->window.refresh : function->window.written)(function);
}

static void step(struct fuzz_input *input, struct virtio_device *device)
{
    struct {
        uint8_t what, queue;
        uint16_t at;
    } s;
    struct driver_ring *ring;

    fuzz_take(input, &s, sizeof(s));
    ring = &rings[s.queue % device->num_queues];
    switch (s.what % STEP_COUNT) {
    case STEP_WRITE:
        fuzz_take(input, vm.memory + s.at % (MEMORY - 64), 1u << s.queue % 7);
        break;
    case STEP_DESC:
        put_desc(input, ring);
        break;
    case STEP_AVAIL:
        put_avail(input, ring);
        break;
    case STEP_REGISTER:
        write_register(input, device);
        break;
    case STEP_WINDOW:
        use_window(input, device);
        break;
    case STEP_NOTIFY:
        virtio_notify(device, s.queue % (device->num_queues + 1));
        break;
    case STEP_COMPLETE:
        complete_one();
        break;
    case STEP_FLUSH:
        (void)virtio_flush_all();
        break;
    case STEP_DELIVER:
        if (device == &net.device) {
            deliver(input);
        }
        break;
    default:
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct fuzz_input input = {bytes, len * 3 / 4};
    struct virtio_device *device = start(&input);

    changes = (struct fuzz_input){bytes + len * 3 / 4, len - len * 3 / 4};
    virtio_fetch = change;
    for (unsigned i = 0; i < STEPS && input.len != 0; i++) {
        step(&input, device);
    }
    virtio_fetch = NULL;
    (void)virtio_device_try_reset(device);
    while (submitted != NULL || !vmk_PktListIsEmpty(&sent)) {
        complete_one();
    }
    (void)virtio_flush_all();
    FUZZ_REQUIRE(virtio_device_try_reset(device));
    FUZZ_REQUIRE(vmk_PktHeldByModule(VMK_VMKERNEL_MODULE_ID) == 0);
    return 0;
}
