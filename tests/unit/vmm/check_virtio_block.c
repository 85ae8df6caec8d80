/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_virtio_block.c - a virtual disk against a driver's model: what becomes of its requests, and of those
 * that make no sense. The storage core is a list here, which the test ends.
 */
#include "run.h"

#include <stdlib.h>
#include <string.h>

#include "virtio/virtio_block.h"
#include "virtio_driver.h"

#define MEMORY  0x200000ul
#define HEADERS 0x40000ul /* Of 16 bytes; the status byte is 16 bytes behind. */
#define DATA    0x80000ul
#define BLOCKS  10000u

static struct vm vm;
static struct virtio_block block;
static struct driver_ring ring;
static vmk_BlockRequest *submitted; /* In order. */
static unsigned lists, num_submitted;

static void submit(struct virtio_block *unused, vmk_BlockRequest *requests)
{
    vmk_BlockRequest **end = &submitted;

    lists++;
    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = requests;
    for (; requests != NULL; requests = requests->next) {
        num_submitted++;
    }
}

static void make(uint32_t block_size, bool read_only, uint64_t features)
{
    vmk_BlockGeometry geometry = {.blockSize = block_size,
                                  .physicalBlockSize = 4096,
                                  .numBlocks = BLOCKS,
                                  .limits = {.maxDiscardBlocks = 64, .discardGranularity = 4096}};

    vm_host_free(&vm);
    vm_host_init(&vm, MEMORY);
    free(block.queues[0]);
    memset(&block, 0, sizeof(block));
    memset(&virtio_function, 0, sizeof(virtio_function));
    virtio_function.msix = true;
    submitted = NULL;
    lists = num_submitted = 0;
    block.submit = submit;
    block.queues[0] = calloc(1, sizeof(*block.queues[0]));
    virtio_block_init(&block, &(struct virtio_block_props){.vm = &vm,
                                                           .geometry = &geometry,
                                                           .serial = "a serial number that is too long",
                                                           .read_only = read_only,
                                                           .queues = 1});
    virtio_pci_init(&block.device);
    driver_ring_init(&ring, &vm, 0x1000, 256);
    ck_assert_uint_eq(driver_start(&block.device, features, &ring, 1), 0xf);
    driver_want_interrupt(&ring, true);
}

static uint64_t header_at(unsigned n)
{
    return HEADERS + 32ul * n;
}

/** Make request @p n available: header, @p count pieces of data, status. @return its head. */
static unsigned offer(unsigned n, uint32_t type, uint64_t sector, const struct driver_segment *data,
                      unsigned count)
{
    struct virtio_block_header header = {.type = type, .sector = sector};
    struct driver_segment segments[200] = {{header_at(n), 16, false}};
    int head;

    memcpy(vm.memory + header_at(n), &header, sizeof(header));
    vm.memory[header_at(n) + 16] = 0xee;
    for (unsigned i = 0; i < count; i++) {
        segments[i + 1] = data[i];
    }
    segments[count + 1] = (struct driver_segment){header_at(n) + 16, 1, true};
    head = driver_add(&ring, segments, count + 2, count > 3 ? 0x10000 + 0x1000ul * (n % 40) : 0);
    ck_assert_int_ge(head, 0);
    driver_make_available(&ring, (unsigned)head);
    return (unsigned)head;
}

static void publish(void)
{
    if (driver_publish(&ring, 0)) {
        virtio_notify(&block.device, 0);
    }
}

static void end_first(vmk_StatusValue status)
{
    vmk_BlockRequest *request = submitted;

    ck_assert_ptr_nonnull(request);
    submitted = request->next;
    request->status = status;
    request->lengthBytes =
        request->op <= VMK_BLOCK_WRITE ? request->numBlocks << (9 + block.sector_shift) : 0;
    request->done(request);
}

static void expect(unsigned n, unsigned head, uint8_t status, uint32_t written)
{
    uint32_t got, got_written;

    ck_assert(driver_reap(&ring, &got, &got_written));
    ck_assert_uint_eq(got, head);
    ck_assert_uint_eq(got_written, written);
    ck_assert_uint_eq(vm.memory[header_at(n) + 16], status);
}

/** A request that is answered without the storage core. */
static void expect_at_once(uint32_t type, uint64_t sector, const struct driver_segment *data, unsigned count,
                           uint8_t status, uint32_t written)
{
    unsigned head = offer(0, type, sector, data, count), before = num_submitted;

    publish();
    ck_assert_uint_eq(num_submitted, before);
    expect(0, head, status, written);
}

START_TEST(reads_and_writes_use_the_guests_memory)
{
    struct driver_segment in[] = {{DATA, 512, true}, {DATA + 0x2000, 1024, true}};
    struct driver_segment out[] = {{DATA + 0x4000, 4096, false}};
    unsigned heads[2];

    make(512, false, VIRTIO_F_EVENT_IDX | VIRTIO_F_INDIRECT_DESC | VIRTIO_BLK_F_FLUSH);
    heads[0] = offer(0, VIRTIO_BLK_T_IN, 77, in, 2);
    heads[1] = offer(1, VIRTIO_BLK_T_OUT, 99, out, 1);
    publish();
    ck_assert_uint_eq(lists, 1);
    ck_assert_uint_eq(num_submitted, 2);
    ck_assert_uint_eq(submitted->op, VMK_BLOCK_READ);
    ck_assert_uint_eq(submitted->block, 77);
    ck_assert_uint_eq(submitted->numBlocks, 3);
    ck_assert_uint_eq(submitted->numElems, 2);
    ck_assert_uint_eq(submitted->elems[0].addr, (uintptr_t)vm.memory + DATA);
    ck_assert_uint_eq(submitted->elems[1].addr, (uintptr_t)vm.memory + DATA + 0x2000);
    ck_assert_uint_eq(submitted->next->op, VMK_BLOCK_WRITE);
    ck_assert_uint_eq(submitted->next->flags, 0);
    ck_assert_uint_eq(submitted->next->block, 99);
    ck_assert_uint_eq(submitted->next->elems[0].length, 4096);
    end_first(VMK_OK);
    end_first(VMK_WRITE_ERROR);
    ck_assert_uint_eq(virtio_flush_all(), 1);
    ck_assert_uint_eq(virtio_function.messages[1], 1);
    expect(0, heads[0], VIRTIO_BLK_S_OK, 1537);
    expect(1, heads[1], VIRTIO_BLK_S_IOERR, 1);
    ck_assert_uint_eq(block.stats.errors, 1);
}
END_TEST

/* 2.7.4: a driver may cut header, data and status as it likes. */
START_TEST(framing_is_the_drivers_affair)
{
    struct virtio_block_header header = {.type = VIRTIO_BLK_T_OUT, .sector = 5};

    for (unsigned cut = 1; cut < 16; cut++) {
        struct driver_segment segments[] = {{HEADERS, cut, false},
                                            {HEADERS + 0x1000, 16 - cut + 100, false},
                                            {DATA, 412, false},
                                            {DATA + 0x1000, 1, true}};

        make(512, false, VIRTIO_F_INDIRECT_DESC);
        memcpy(vm.memory + HEADERS, &header, cut);
        memcpy(vm.memory + HEADERS + 0x1000, (uint8_t *)&header + cut, 16 - cut);
        driver_make_available(&ring, (unsigned)driver_add(&ring, segments, 4, 0));
        publish();
        ck_assert_uint_eq(num_submitted, 1);
        ck_assert_uint_eq(submitted->block, 5);
        ck_assert_uint_eq(submitted->numElems, 2);
        ck_assert_uint_eq(submitted->elems[0].addr, (uintptr_t)vm.memory + HEADERS + 0x1000 + 16 - cut);
        ck_assert_uint_eq(submitted->elems[0].length, 100);
        end_first(VMK_OK);
        (void)virtio_flush_all();
        ck_assert_uint_eq(vm.memory[DATA + 0x1000], VIRTIO_BLK_S_OK);
    }
}
END_TEST

START_TEST(blocks_may_be_larger_than_sectors)
{
    struct driver_segment in[] = {{DATA, 8192, true}};

    make(4096, false, 0);
    ck_assert_uint_eq(virtio_config_read(&block.device, 0, 4), BLOCKS * 8);
    ck_assert_uint_eq(virtio_config_read(&block.device, 20, 4), 4096);
    (void)offer(0, VIRTIO_BLK_T_IN, 80, in, 1);
    publish();
    ck_assert_uint_eq(submitted->block, 10);
    ck_assert_uint_eq(submitted->numBlocks, 2);
    end_first(VMK_OK);
    (void)virtio_flush_all();
    (void)driver_reap(&ring, &(uint32_t){0}, &(uint32_t){0});
    expect_at_once(VIRTIO_BLK_T_IN, 81, in, 1, VIRTIO_BLK_S_IOERR, 1);
    in[0].len = 512;
    expect_at_once(VIRTIO_BLK_T_IN, 80, in, 1, VIRTIO_BLK_S_IOERR, 1);
}
END_TEST

START_TEST(writes_are_stable_without_flushes)
{
    struct driver_segment out[] = {{DATA, 512, false}};

    make(512, false, 0);
    (void)offer(0, VIRTIO_BLK_T_OUT, 0, out, 1);
    publish();
    ck_assert_uint_eq(submitted->flags, VMK_BLOCK_FUA);
}
END_TEST

START_TEST(flush_discard_and_zeroes)
{
    struct virtio_block_range range = {.sector = 64, .num_sectors = 32};
    struct driver_segment data[] = {{DATA, sizeof(range), false}};
    unsigned head;

    make(512, false, VIRTIO_BLK_F_FLUSH | VIRTIO_BLK_F_DISCARD | VIRTIO_BLK_F_WRITE_ZEROES);
    memcpy(vm.memory + DATA, &range, sizeof(range));
    (void)offer(0, VIRTIO_BLK_T_FLUSH, 0, NULL, 0);
    head = offer(1, VIRTIO_BLK_T_DISCARD, 0, data, 1);
    (void)offer(2, VIRTIO_BLK_T_WRITE_ZEROES, 0, data, 1);
    publish();
    ck_assert_uint_eq(num_submitted, 3);
    ck_assert_uint_eq(submitted->op, VMK_BLOCK_FLUSH);
    end_first(VMK_OK);
    ck_assert_uint_eq(submitted->op, VMK_BLOCK_DISCARD);
    ck_assert_uint_eq(submitted->block, 64);
    ck_assert_uint_eq(submitted->numBlocks, 32);
    end_first(VMK_NOT_SUPPORTED);
    ck_assert_uint_eq(submitted->op, VMK_BLOCK_WRITE_ZEROES);
    ck_assert_uint_eq(submitted->flags, VMK_BLOCK_NO_UNMAP);
    end_first(VMK_OK);
    (void)virtio_flush_all();
    (void)driver_reap(&ring, &(uint32_t){0}, &(uint32_t){0});
    expect(1, head, VIRTIO_BLK_S_UNSUPP, 1);
    (void)driver_reap(&ring, &(uint32_t){0}, &(uint32_t){0});

    range.flags = 1; /* Unmap: for zeroes, not for discards. */
    memcpy(vm.memory + DATA, &range, sizeof(range));
    expect_at_once(VIRTIO_BLK_T_DISCARD, 0, data, 1, VIRTIO_BLK_S_UNSUPP, 1);
    range = (struct virtio_block_range){.sector = 0, .num_sectors = 65};
    memcpy(vm.memory + DATA, &range, sizeof(range));
    expect_at_once(VIRTIO_BLK_T_DISCARD, 0, data, 1, VIRTIO_BLK_S_IOERR, 1);
    data[0].len = 2 * sizeof(range);
    expect_at_once(VIRTIO_BLK_T_DISCARD, 0, data, 1, VIRTIO_BLK_S_IOERR, 1);
}
END_TEST

START_TEST(what_needs_no_disk_is_answered_at_once)
{
    struct driver_segment id[] = {{DATA, 20, true}}, out[] = {{DATA, 512, false}};

    make(512, true, VIRTIO_BLK_F_RO);
    expect_at_once(VIRTIO_BLK_T_GET_ID, 0, id, 1, VIRTIO_BLK_S_OK, 21);
    ck_assert_int_eq(memcmp(vm.memory + DATA, "a serial number that is too long", 20), 0);
    expect_at_once(VIRTIO_BLK_T_OUT, 0, out, 1, VIRTIO_BLK_S_IOERR, 1);
    expect_at_once(99, 0, NULL, 0, VIRTIO_BLK_S_UNSUPP, 1);
    expect_at_once(VIRTIO_BLK_T_IN, 0, NULL, 0, VIRTIO_BLK_S_IOERR, 1);
    id[0].at = MEMORY;
    id[0].len = 512;
    expect_at_once(VIRTIO_BLK_T_IN, 0, id, 1, VIRTIO_BLK_S_IOERR, 1);
    ck_assert_uint_eq(virtio_function.messages[1], 5);
}
END_TEST

/* Buffers may overlap, so that a guest with little memory asks for much. */
START_TEST(requests_are_of_so_many_bytes_and_no_more)
{
    struct driver_segment data[BLOCK_SEG_MAX];

    for (unsigned i = 0; i < BLOCK_SEG_MAX; i++) {
        data[i] = (struct driver_segment){DATA, BLOCK_BYTES_MAX / 64, true};
    }
    make(512, false, VIRTIO_F_INDIRECT_DESC);
    expect_at_once(VIRTIO_BLK_T_IN, 0, data, 65, VIRTIO_BLK_S_IOERR, 1);
    (void)offer(0, VIRTIO_BLK_T_IN, 0, data, 64);
    publish();
    ck_assert_uint_eq(num_submitted, 1);
    end_first(VMK_OK);
    (void)virtio_flush_all();
}
END_TEST

/* Long lists are few: chains wait in the ring for them, and lose nothing by that. */
START_TEST(requests_of_many_pieces_wait_for_a_list)
{
    struct driver_segment data[BLOCK_SEG_MAX];
    unsigned ended = 0;

    for (unsigned i = 0; i < BLOCK_SEG_MAX; i++) {
        data[i] = (struct driver_segment){DATA + 0x1000ul * i, 512, true};
    }
    make(512, false, VIRTIO_F_EVENT_IDX | VIRTIO_F_INDIRECT_DESC);
    for (unsigned i = 0; i < 40; i++) {
        (void)offer(i, VIRTIO_BLK_T_IN, i, data, BLOCK_SEG_MAX);
    }
    publish();
    ck_assert_uint_eq(num_submitted, BLOCK_LONG_LISTS);
    ck_assert_uint_eq(block.stats.no_list, 1);
    while (submitted != NULL) {
        ck_assert_uint_eq(submitted->numElems, BLOCK_SEG_MAX);
        ck_assert_uint_eq(submitted->block, ended);
        end_first(VMK_OK);
        (void)virtio_flush_all();
        ended++;
    }
    ck_assert_uint_eq(ended, 40);
    ck_assert_uint_eq(block.queues[0]->queue.stats.kicks, 1);
    ck_assert_uint_eq(block.queues[0]->queue.in_flight, 0);
    /* All lists are back. */
    for (unsigned i = 0; i < 40; i++) {
        (void)driver_reap(&ring, &(uint32_t){0}, &(uint32_t){0});
    }
    for (unsigned i = 0; i < BLOCK_LONG_LISTS; i++) {
        (void)offer(i, VIRTIO_BLK_T_IN, 0, data, BLOCK_SEG_MAX);
    }
    publish();
    ck_assert_uint_eq(num_submitted, 40 + BLOCK_LONG_LISTS);
}
END_TEST

/* Under load nobody kicks: the end of one request looks for the next. */
START_TEST(deep_queues_need_no_kicks)
{
    struct driver_segment in[] = {{DATA, 512, true}};
    unsigned kicks, done = 0;
    uint32_t head, written;

    make(512, false, VIRTIO_F_EVENT_IDX);
    for (unsigned i = 0; i < 32; i++) {
        (void)offer(i, VIRTIO_BLK_T_IN, i, in, 1);
    }
    publish();
    kicks = (unsigned)block.queues[0]->queue.stats.kicks;
    while (done < 1000) {
        unsigned batch = 1 + done % 7;
        uint16_t before = ring.avail_index;

        for (unsigned i = 0; i < batch; i++) {
            end_first(VMK_OK);
        }
        (void)virtio_flush_all();
        while (driver_reap(&ring, &head, &written)) {
            (void)offer(done % 64, VIRTIO_BLK_T_IN, done, in, 1);
            done++;
        }
        if (driver_publish(&ring, before)) {
            virtio_notify(&block.device, 0);
        }
        driver_want_interrupt(&ring, true);
    }
    ck_assert_uint_le(block.queues[0]->queue.stats.kicks - kicks, done / 10);
    /* And when the load ends, the last ones are not forgotten. */
    while (submitted != NULL) {
        end_first(VMK_OK);
        (void)virtio_flush_all();
    }
    while (driver_reap(&ring, &head, &written)) {
    }
    (void)offer(0, VIRTIO_BLK_T_IN, 1, in, 1);
    ck_assert(driver_publish(&ring, (uint16_t)(ring.avail_index - 1)));
}
END_TEST

START_TEST(requests_without_header_or_status_break_the_queue)
{
    static const struct driver_segment shapes[][2] = {
        {{HEADERS, 15, false}, {DATA, 1, true}},   {{HEADERS, 16, false}, {DATA, 512, false}},
        {{HEADERS, 16, false}, {MEMORY, 1, true}}, {{MEMORY - 8, 16, false}, {DATA, 1, true}},
        {{DATA, 512, true}, {DATA, 1, true}},      {{DATA, 0, false}, {DATA, 0, true}},
    };

    for (unsigned i = 0; i < VMK_ARRAY_SIZE(shapes); i++) {
        make(512, false, 0);
        driver_make_available(&ring, (unsigned)driver_add(&ring, shapes[i], 2, 0));
        publish();
        ck_assert_uint_eq(num_submitted, 0);
        ck_assert_uint_ne(virtio_reg_read(&block.device, REG_STATUS, 1) & VIRTIO_STATUS_NEEDS_RESET, 0);
        virtio_reg_write(&block.device, REG_STATUS, 1, 0);
        ck_assert_uint_eq(virtio_reg_read(&block.device, REG_STATUS, 1), 0);
    }
}
END_TEST

/* Limits. */

static void limit(uint64_t requests, uint64_t bytes)
{
    const struct virtio_rates rates = {.requests = requests, .bytes = bytes};

    make(512, false, VIRTIO_F_EVENT_IDX | VIRTIO_F_INDIRECT_DESC);
    block.queues[0]->queue.limit = virtio_limit_init(&block.device.limit, &rates);
    ck_assert_ptr_eq(block.queues[0]->queue.limit, &block.device.limit);
}

static void end_all(void)
{
    while (submitted != NULL) {
        end_first(VMK_OK);
    }
    virtio_flush_all();
}

static void offer_reads(unsigned count, uint32_t bytes)
{
    struct driver_segment data[] = {{DATA, bytes, true}};

    for (unsigned i = 0; i < count; i++) {
        (void)offer(i, VIRTIO_BLK_T_IN, i, data, 1);
    }
    publish();
}

/** Let time pass, one look at the ring after the other. */
static void pass_ms(unsigned ms)
{
    for (unsigned i = 0; i < ms; i++) {
        vm_host_advance(&vm, 1000000);
        virtio_flush_all();
        end_all();
    }
}

START_TEST(what_is_beyond_a_limit_waits_in_the_ring)
{
    limit(100, 0);
    offer_reads(60, 512);
    ck_assert_uint_eq(num_submitted, 10); /* What a tenth of a second brings. */
    ck_assert_uint_eq(block.device.limit.waits, 1);
    end_all();
    ck_assert_uint_eq(num_submitted, 10);
    /* Meanwhile no kick is wanted, and one changes nothing. */
    (void)offer(60, VIRTIO_BLK_T_FLUSH, 0, NULL, 0);
    ck_assert(!driver_publish(&ring, (uint16_t)(ring.avail_index - 1)));
    virtio_notify(&block.device, 0);
    ck_assert_uint_eq(num_submitted, 10);
    pass_ms(105);
    ck_assert_uint_eq(num_submitted, 21);
    pass_ms(100);
    ck_assert_uint_eq(num_submitted, 31);
    pass_ms(1000);
    ck_assert_uint_eq(num_submitted, 61);
    ck_assert_uint_eq(block.queues[0]->queue.in_flight, 0);
    /* Then one is wanted again. */
    (void)offer(0, VIRTIO_BLK_T_FLUSH, 0, NULL, 0);
    ck_assert(driver_publish(&ring, (uint16_t)(ring.avail_index - 1)));
    virtio_notify(&block.device, 0);
    ck_assert_uint_eq(num_submitted, 62);
}
END_TEST

START_TEST(bytes_are_limited_whatever_the_requests)
{
    limit(0, 1000000);
    offer_reads(50, 4096);
    ck_assert_uint_eq(num_submitted, 25);
    end_all();
    pass_ms(100);
    ck_assert_uint_ge(num_submitted, 48);
    ck_assert_uint_le(num_submitted, 49);
    pass_ms(100);
    ck_assert_uint_eq(num_submitted, 50);
}
END_TEST

START_TEST(requests_that_are_answered_at_once_count_too)
{
    struct driver_segment room[] = {{DATA, 20, true}};

    limit(100, 0);
    for (unsigned i = 0; i < 30; i++) {
        (void)offer(i, VIRTIO_BLK_T_GET_ID, 0, room, 1);
    }
    publish();
    ck_assert_uint_eq(block.queues[0]->queue.stats.chains, 10);
    pass_ms(1000);
    ck_assert_uint_eq(block.queues[0]->queue.stats.chains, 30);
}
END_TEST

START_TEST(a_reset_does_not_wait_for_a_limit)
{
    limit(1, 0);
    offer_reads(5, 512);
    ck_assert_uint_eq(num_submitted, 1);
    end_all();
    ck_assert_uint_eq(block.queues[0]->queue.in_flight, 1);
    virtio_reg_write(&block.device, REG_STATUS, 1, 0);
    virtio_flush_all();
    ck_assert_uint_eq(virtio_reg_read(&block.device, REG_STATUS, 1), 0);
    /* The timer that is still there wakes nobody. */
    pass_ms(5000);
    ck_assert_uint_eq(num_submitted, 1);
    ck_assert_uint_eq(block.queues[0]->queue.in_flight, 0);
}
END_TEST

RUN_TESTS(reads_and_writes_use_the_guests_memory, requests_are_of_so_many_bytes_and_no_more,
          framing_is_the_drivers_affair, blocks_may_be_larger_than_sectors, writes_are_stable_without_flushes,
          flush_discard_and_zeroes, what_needs_no_disk_is_answered_at_once,
          requests_of_many_pieces_wait_for_a_list, deep_queues_need_no_kicks,
          requests_without_header_or_status_break_the_queue, what_is_beyond_a_limit_waits_in_the_ring,
          bytes_are_limited_whatever_the_requests, requests_that_are_answered_at_once_count_too,
          a_reset_does_not_wait_for_a_limit)
