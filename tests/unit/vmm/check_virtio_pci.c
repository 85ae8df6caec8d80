/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_virtio_pci.c - registers, negotiation, interrupts and resets, of a device that completes its chains
 * when the test says so.
 */
#include "run.h"

#include <stdlib.h>
#include <string.h>

#include "virtio_driver.h"

#define MEMORY 0x40000u
#define OWN    (1ul << 3) /* A feature of the device's own. */

static struct vm vm;
static struct virtio_device device;
static struct virtio_queue queues[2];
static struct virtio_slot slots[16];
static struct driver_ring rings[2];
static unsigned kicks, starts, stops;
static const char config[10] = "0123456789";

/* Takes all there is, and leaves it under way. */
static void kick(struct virtio_queue *queue)
{
    kicks++;
    virtio_queue_lock(queue);
    do {
        while (virtio_queue_take(queue)) {
            if (virtio_queue_hold(queue, &slots[queue->chain.head])) {
                slots[queue->chain.head].written = 0;
            }
        }
    } while (virtio_queue_rest(queue, false));
    virtio_queue_unlock(queue);
}

static void start(struct virtio_device *unused)
{
    starts++;
}

static void stop(struct virtio_device *unused)
{
    stops++;
}

static const struct virtio_device_ops ops = {
    .kind = "test", .id = VIRTIO_ID_ENTROPY, .kick = kick, .start = start, .stop = stop};

static void make(void)
{
    vm_host_free(&vm);
    vm_host_init(&vm, MEMORY);
    memset(&device, 0, sizeof(device));
    memset(queues, 0, sizeof(queues));
    memset(slots, 0, sizeof(slots));
    memset(&virtio_function, 0, sizeof(virtio_function));
    kicks = starts = stops = 0;
    virtio_device_init(
        &device,
        &(struct virtio_device_props){
            .vm = &vm, .ops = &ops, .features = OWN, .config = config, .config_len = sizeof(config)});
    for (unsigned i = 0; i < 2; i++) {
        vmk_SpinlockInit(&queues[i].lock, "queue", VMK_RANK_VM_QUEUE);
        virtio_queue_init(&queues[i], &device, 16);
    }
    virtio_pci_init(&device);
    driver_ring_init(&rings[0], &vm, 0x1000, 16);
    driver_ring_init(&rings[1], &vm, 0x4000, 8);
}

static void bring_up(uint64_t features)
{
    make();
    virtio_function.msix = true;
    ck_assert_uint_eq(driver_start(&device, features, rings, 2), 0xf);
}

static unsigned offer(unsigned ring)
{
    struct driver_segment segment = {.at = 0x8000, .len = 8, .write = true};
    uint16_t before = rings[ring].avail_index;
    int head = driver_add(&rings[ring], &segment, 1, 0);

    ck_assert_int_ge(head, 0);
    driver_make_available(&rings[ring], (unsigned)head);
    if (driver_publish(&rings[ring], before)) {
        virtio_notify(&device, ring);
    }
    return (unsigned)head;
}

static void complete(unsigned head)
{
    virtio_slot_complete(&slots[head], head + 100);
}

static void expect_used(unsigned ring, unsigned head)
{
    uint32_t got, written;

    ck_assert(driver_reap(&rings[ring], &got, &written));
    ck_assert_uint_eq(got, head);
    ck_assert_uint_eq(written, head + 100);
}

START_TEST(capabilities_tell_where_things_are)
{
    unsigned seen = 0, at = 0x40;

    make();
    while (at < device.function.capabilities_end) {
        const uint8_t *capability = device.function.config + at;
        uint32_t offset, length;

        ck_assert_uint_eq(capability[0], 9);
        ck_assert_uint_ge(capability[2], 16);
        memcpy(&offset, capability + 8, 4);
        memcpy(&length, capability + 12, 4);
        ck_assert_uint_le(offset + length, device.function.bars[capability[4]].size);
        ck_assert(capability[3] == 5 || device.function.bars[capability[4]].io == (capability[3] == 2));
        seen |= 1u << capability[3];
        at += (capability[2] + 3u) & ~3u;
    }
    ck_assert_uint_eq(seen, 0x3e);
    ck_assert_uint_eq(device.function.msix.count, 3);
}
END_TEST

START_TEST(features_are_negotiated)
{
    uint64_t offered = 0;

    make();
    for (unsigned half = 0; half < 3; half++) {
        virtio_reg_write(&device, REG_DEVICE_FEATURE_SELECT, 4, half);
        if (half < 2) {
            offered |= virtio_reg_read(&device, REG_DEVICE_FEATURE, 4) << (32 * half);
        } else {
            ck_assert_uint_eq(virtio_reg_read(&device, REG_DEVICE_FEATURE, 4), 0);
        }
    }
    ck_assert_uint_eq(offered, OWN | VIRTIO_F_VERSION_1 | VIRTIO_F_INDIRECT_DESC | VIRTIO_F_EVENT_IDX |
                                   VIRTIO_F_RING_RESET);
    ck_assert_uint_eq(driver_start(&device, OWN << 1, rings, 2) & VIRTIO_STATUS_FEATURES_OK, 0);
    ck_assert_uint_eq(starts, 0);
    ck_assert_uint_eq(driver_start(&device, OWN, rings, 2), 0xf);
    ck_assert_uint_eq(starts, 1);
    /* Without VERSION_1 there is no agreement, and without that no going on. */
    virtio_reg_write(&device, REG_STATUS, 1, 0);
    virtio_reg_write(&device, REG_STATUS, 1, 0xf);
    ck_assert_uint_eq(virtio_reg_read(&device, REG_STATUS, 1), 3);
    ck_assert_uint_eq(starts, 1);
}
END_TEST

START_TEST(registers_answer_their_own_size)
{
    make();
    ck_assert_uint_eq(virtio_reg_read(&device, REG_NUM_QUEUES, 2), 2);
    ck_assert_uint_eq(virtio_reg_read(&device, REG_NUM_QUEUES, 4), 0);
    ck_assert_uint_eq(virtio_reg_read(&device, REG_QUEUE_SIZE, 2), 16);
    virtio_reg_write(&device, REG_QUEUE_SELECT, 2, 2);
    ck_assert_uint_eq(virtio_reg_read(&device, REG_QUEUE_SIZE, 2), 0); /* 4.1.4.3.1: there is none. */
    virtio_reg_write(&device, REG_QUEUE_SIZE, 2, 4);
    virtio_reg_write(&device, REG_QUEUE_SELECT, 2, 1);
    ck_assert_uint_eq(virtio_reg_read(&device, REG_QUEUE_NOTIFY_OFF, 2), 1);
    virtio_reg_write(&device, REG_QUEUE_DESC, 4, 0x11223344);
    virtio_reg_write(&device, REG_QUEUE_DESC + 4, 4, 0x5566);
    ck_assert_uint_eq(virtio_reg_read(&device, REG_QUEUE_DESC, 4), 0x11223344);
    ck_assert_uint_eq(virtio_reg_read(&device, REG_QUEUE_DESC + 4, 4), 0x5566);
    virtio_reg_write(&device, REG_QUEUE_VECTOR, 2, 3); /* One too many. */
    ck_assert_uint_eq(virtio_reg_read(&device, REG_QUEUE_VECTOR, 2), 0xffff);
    virtio_reg_write(&device, REG_QUEUE_VECTOR, 2, 2);
    ck_assert_uint_eq(virtio_reg_read(&device, REG_QUEUE_VECTOR, 2), 2);
    ck_assert_uint_eq(virtio_config_read(&device, 3, 1), '3');
    ck_assert_uint_eq(virtio_config_read(&device, 8, 2), '8' | '9' << 8);
    ck_assert_uint_eq(virtio_config_read(&device, 8, 4), 0);
    ck_assert_uint_eq(virtio_reg_read(&device, 0x3ff, 1), 0);
}
END_TEST

START_TEST(a_batch_costs_one_interrupt)
{
    for (int event_index = 0; event_index < 2; event_index++) {
        unsigned heads[5];

        bring_up(event_index ? VIRTIO_F_EVENT_IDX : 0);
        for (unsigned i = 0; i < 5; i++) {
            heads[i] = offer(0);
        }
        ck_assert_uint_eq(queues[0].in_flight, 5);
        ck_assert_uint_eq(queues[0].stats.kicks, kicks);
        driver_want_interrupt(&rings[0], true);
        complete(heads[3]);
        complete(heads[0]);
        complete(heads[4]);
        ck_assert_uint_eq(virtio_flush_all(), 1);
        ck_assert_uint_eq(virtio_function.messages[1], 1);
        expect_used(0, heads[3]);
        expect_used(0, heads[0]);
        expect_used(0, heads[4]);
        driver_want_interrupt(&rings[0], false);
        complete(heads[1]);
        ck_assert_uint_eq(virtio_flush_all(), 1);
        ck_assert_uint_eq(virtio_function.messages[1], 1);
        expect_used(0, heads[1]);
        ck_assert_uint_eq(queues[0].in_flight, 1);
        ck_assert_uint_eq(virtio_function.messages[2], 0);
    }
}
END_TEST

START_TEST(without_messages_there_is_a_line)
{
    unsigned head;

    bring_up(0);
    virtio_function.msix = false;
    head = offer(1);
    complete(head);
    (void)virtio_flush_all();
    ck_assert(virtio_function.intx);
    ck_assert_uint_eq(virtio_reg_read(&device, REG_ISR, 1), 1);
    ck_assert(!virtio_function.intx);
    ck_assert_uint_eq(virtio_reg_read(&device, REG_ISR, 1), 0);
    virtio_config_change_begin(&device);
    virtio_config_change_end(&device);
    ck_assert_uint_eq(virtio_reg_read(&device, REG_ISR, 1), 2);
    ck_assert_uint_eq(virtio_reg_read(&device, REG_GENERATION, 1), 1);
    ck_assert_uint_eq(virtio_function.messages[0] + virtio_function.messages[2], 0);
}
END_TEST

START_TEST(a_reset_waits_for_what_is_under_way)
{
    unsigned head;

    bring_up(0);
    head = offer(0);
    stops = 0;
    virtio_reg_write(&device, REG_STATUS, 1, 0);
    ck_assert_uint_eq(stops, 1);
    ck_assert_uint_ne(virtio_reg_read(&device, REG_STATUS, 1), 0);
    virtio_reg_write(&device, REG_STATUS, 1, 1); /* Too early: not heard. */
    virtio_reg_write(&device, REG_QUEUE_SELECT, 2, 0);
    ck_assert_uint_eq(virtio_reg_read(&device, REG_QUEUE_SELECT, 2), 1);
    ck_assert_uint_eq(virtio_function.idle_wakes, 0);
    complete(head);
    (void)virtio_flush_all();
    ck_assert_uint_eq(virtio_function.idle_wakes, 1);
    ck_assert_uint_eq(driver_get16(&vm, rings[0].used + 2), 0); /* Nothing is written after the reset. */
    ck_assert_uint_eq(virtio_function.messages[1], 0);
    ck_assert_uint_eq(virtio_reg_read(&device, REG_STATUS, 1), 0);
    ck_assert_uint_eq(virtio_reg_read(&device, REG_QUEUE_ENABLE, 2), 0);
    ck_assert_uint_eq(virtio_reg_read(&device, REG_QUEUE_VECTOR, 2), 0xffff);
    driver_ring_init(&rings[0], &vm, 0x1000, 16);
    ck_assert_uint_eq(driver_start(&device, 0, rings, 2), 0xf);
    complete(offer(0));
    (void)virtio_flush_all();
    ck_assert_uint_eq(virtio_function.messages[1], 1);
}
END_TEST

START_TEST(a_queue_is_reset_alone)
{
    unsigned head;

    bring_up(VIRTIO_F_RING_RESET);
    head = offer(0);
    virtio_reg_write(&device, REG_QUEUE_SELECT, 2, 0);
    virtio_reg_write(&device, REG_QUEUE_RESET, 2, 1);
    ck_assert_uint_eq(virtio_reg_read(&device, REG_QUEUE_RESET, 2), 1);
    virtio_reg_write(&device, REG_QUEUE_ENABLE, 2, 1); /* Not yet. */
    ck_assert_uint_eq(virtio_reg_read(&device, REG_QUEUE_ENABLE, 2), 0);
    complete(head);
    (void)virtio_flush_all();
    ck_assert_uint_eq(virtio_reg_read(&device, REG_QUEUE_RESET, 2), 0);
    driver_ring_init(&rings[0], &vm, 0x1000, 16);
    virtio_reg_write(&device, REG_QUEUE_ENABLE, 2, 1);
    ck_assert_uint_eq(virtio_reg_read(&device, REG_QUEUE_ENABLE, 2), 1);
    complete(offer(0));
    (void)virtio_flush_all();
    ck_assert_uint_eq(virtio_function.messages[1], 1);
    ck_assert_uint_eq(virtio_reg_read(&device, REG_STATUS, 1), 0xf);
}
END_TEST

START_TEST(nothing_moves_before_the_driver_is_ready)
{
    make();
    virtio_notify(&device, 0);
    ck_assert_uint_eq(kicks, 0);
    bring_up(0);
    virtio_notify(&device, 0);
    vm_host_write(&vm, &device.function.bars[0].region, 2 * 4, 4, 0); /* There is no third queue. */
    ck_assert_uint_eq(kicks, 1);
}
END_TEST

/* A driver that breaks the rules loses its queue, and is told. */

static void expect_needs_reset(unsigned queue)
{
    ck_assert_uint_eq(virtio_reg_read(&device, REG_STATUS, 1) & VIRTIO_STATUS_NEEDS_RESET,
                      VIRTIO_STATUS_NEEDS_RESET);
    ck_assert(!queues[queue].ring.live);
    ck_assert_uint_ge(virtio_function.messages[0], 1);
}

START_TEST(rules_are_kept_or_the_queue_stops)
{
    unsigned head;

    bring_up(0);
    head = offer(0);
    driver_make_available(&rings[0], head); /* Which is under way. */
    (void)driver_publish(&rings[0], 0);
    virtio_notify(&device, 0);
    expect_needs_reset(0);
    ck_assert(queues[1].ring.live);
    complete(head);
    (void)virtio_flush_all();
    virtio_reg_write(&device, REG_STATUS, 1, 0);
    ck_assert_uint_eq(virtio_reg_read(&device, REG_STATUS, 1), 0);

    make();
    rings[1].used = MEMORY;
    virtio_function.msix = true;
    ck_assert_uint_eq(driver_start(&device, 0, rings, 2) & VIRTIO_STATUS_NEEDS_RESET,
                      VIRTIO_STATUS_NEEDS_RESET);
    virtio_notify(&device, 1);
}
END_TEST

/* Chains without end don't keep a CPU: the rest comes in a flush of its own. */
START_TEST(a_kick_takes_no_more_than_its_share)
{
    bring_up(0);
    queues[0].budget = 3;
    for (unsigned i = 0; i < 5; i++) {
        struct driver_segment segment = {.at = 0x8000, .len = 8, .write = true};

        driver_make_available(&rings[0], (unsigned)driver_add(&rings[0], &segment, 1, 0));
    }
    (void)driver_publish(&rings[0], 0);
    virtio_notify(&device, 0);
    ck_assert_uint_eq(queues[0].stats.chains, 3);
    ck_assert(queues[0].polled);
    ck_assert_uint_eq(virtio_flush_all(), 1);
    ck_assert_uint_eq(queues[0].stats.chains, 5);
    ck_assert_uint_eq(queues[0].in_flight, 5);
    ck_assert_uint_eq(driver_get16(&vm, rings[0].used + 2), 0);
}
END_TEST

RUN_TESTS(capabilities_tell_where_things_are, features_are_negotiated, registers_answer_their_own_size,
          a_batch_costs_one_interrupt, without_messages_there_is_a_line, a_reset_waits_for_what_is_under_way,
          a_queue_is_reset_alone, nothing_moves_before_the_driver_is_ready, rules_are_kept_or_the_queue_stops,
          a_kick_takes_no_more_than_its_share)
