/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_virtio_console.c - bytes out and bytes in, and what a driver's mistakes lead to.
 */
#include "run.h"

#include <string.h>

#include "virtio/virtio_console.h"
#include "virtio_driver.h"

#define MEMORY 0x20000u
#define TEXT   0x8000u
#define TYPED  0xa000u

static struct vm vm;
static struct virtio_console console;
static struct driver_ring rings[CONSOLE_QUEUES];
static char shown[4096];
static size_t shown_len;
static unsigned longest, outputs;
static void (*during_output)(void); /**< What another of the guest's CPUs does meanwhile. */

static void output(void *data, const vmk_uint8 *bytes, vmk_uint32 count)
{
    ck_assert_ptr_eq(data, &vm);
    if (shown_len + count < sizeof(shown)) {
        memcpy(shown + shown_len, bytes, count);
        shown_len += count;
    }
    longest = count > longest ? count : longest;
    outputs++;
    if (during_output != NULL) {
        during_output();
    }
}

static void bring_up(uint64_t features)
{
    const struct virtio_console_options options = {.output = output, .data = &vm};
    uint64_t at = 0x100;

    vm_host_free(&vm);
    vm_host_init(&vm, MEMORY);
    memset(&console, 0, sizeof(console));
    memset(&virtio_function, 0, sizeof(virtio_function));
    memset(shown, 0, sizeof(shown));
    shown_len = longest = outputs = 0;
    during_output = NULL;
    virtio_function.msix = true;
    virtio_console_init(&console, &vm, &options);
    virtio_pci_init(&console.device);
    for (unsigned i = 0; i < CONSOLE_QUEUES; i++) {
        at = driver_ring_init(&rings[i], &vm, at, 16);
    }
    ck_assert_uint_eq(driver_start(&console.device, features, rings, CONSOLE_QUEUES), 0xf);
}

static bool is_broken(void)
{
    return (virtio_reg_read(&console.device, REG_STATUS, 1) & VIRTIO_STATUS_NEEDS_RESET) != 0;
}

/** Make a chain available and kick. @return its head. */
static unsigned give(enum console_queue queue, const struct driver_segment *segments, unsigned count)
{
    struct driver_ring *ring = &rings[queue];
    uint16_t before = ring->avail_index;
    int head = driver_add(ring, segments, count, 0);

    ck_assert_int_ge(head, 0);
    driver_make_available(ring, (unsigned)head);
    if (driver_publish(ring, before)) {
        virtio_notify(&console.device, queue);
    }
    return (unsigned)head;
}

static unsigned give_text(const char *text)
{
    struct driver_segment segment = {.at = TEXT, .len = (uint32_t)strlen(text)};

    memcpy(vm.memory + TEXT, text, segment.len);
    return give(CONSOLE_OUT, &segment, 1);
}

static void give_room(uint64_t at, uint32_t len)
{
    struct driver_segment segment = {.at = at, .len = len, .write = true};

    (void)give(CONSOLE_IN, &segment, 1);
}

static uint32_t type(const char *text)
{
    return virtio_console_input(&console.device, (const vmk_uint8 *)text, (vmk_uint32)strlen(text));
}

static void expect_used(enum console_queue queue, uint32_t expected)
{
    uint32_t head, written;

    ck_assert(driver_reap(&rings[queue], &head, &written));
    ck_assert_uint_eq(written, expected);
}

static void expect_nothing_used(enum console_queue queue)
{
    uint32_t head, written;

    ck_assert(!driver_reap(&rings[queue], &head, &written));
}

START_TEST(text_comes_out_in_order)
{
    struct driver_segment pieces[] = {{TEXT, 3, false}, {TEXT + 0xffe, 4, false}, {TYPED, 8, true}};

    bring_up(0);
    ck_assert_str_eq((give_text("Linux"), shown), "Linux");
    expect_used(CONSOLE_OUT, 0);
    ck_assert_uint_eq(virtio_function.messages[CONSOLE_OUT + 1], 1);
    memcpy(vm.memory + TEXT, " is", 3);
    memcpy(vm.memory + TEXT + 0xffe, " up.", 4); /* Across a page. */
    (void)give(CONSOLE_OUT, pieces, 3);
    ck_assert_str_eq(shown, "Linux is up.");
    expect_used(CONSOLE_OUT, 0); /* The room it offered besides is not used. */
    ck_assert_uint_eq(console.stats.bytes_out, 12);
}
END_TEST

START_TEST(long_text_comes_in_pieces)
{
    struct driver_segment segment = {.at = TEXT, .len = 3000};

    bring_up(0);
    memset(vm.memory + TEXT, 'x', 3000);
    (void)give(CONSOLE_OUT, &segment, 1);
    ck_assert_uint_eq(shown_len, 3000);
    ck_assert_uint_le(longest, 64); /* What lies on the stack meanwhile. */
    expect_used(CONSOLE_OUT, 0);
}
END_TEST

START_TEST(what_is_typed_fills_the_guests_buffers)
{
    bring_up(0);
    ck_assert_uint_eq(type("early"), 0); /* No room yet. */
    give_room(TYPED, 4);
    give_room(TYPED + 0x100, 4);
    ck_assert_uint_eq(virtio_function.messages[CONSOLE_IN + 1], 0);
    ck_assert_uint_eq(type("abcdef"), 6);
    ck_assert_mem_eq(vm.memory + TYPED, "abcd", 4);
    ck_assert_mem_eq(vm.memory + TYPED + 0x100, "ef", 2);
    expect_used(CONSOLE_IN, 4);
    expect_used(CONSOLE_IN, 2);
    ck_assert_uint_eq(virtio_function.messages[CONSOLE_IN + 1], 1);
    give_room(TYPED, 2);
    ck_assert_uint_eq(type("ghi"), 2); /* The rest is the caller's to keep. */
    ck_assert_uint_eq(console.stats.bytes_in, 8);
    ck_assert_uint_eq(type(""), 0);
}
END_TEST

START_TEST(typing_goes_on_for_ever)
{
    bring_up(0);
    for (unsigned i = 0; i < 2 * VIRTIO_KICK_CHAINS; i++) {
        give_room(TYPED, 4);
        CHECK_THAT(type("a") == 1);
        expect_used(CONSOLE_IN, 1);
    }
}
END_TEST

START_TEST(nobody_types_to_a_driver_that_is_not_there)
{
    bring_up(0);
    give_room(TYPED, 16);
    console.device.status &= (uint8_t)~VIRTIO_STATUS_DRIVER_OK; /* Its rings are there, it is not ready. */
    ck_assert_uint_eq(type("early"), 0);
    virtio_reg_write(&console.device, REG_STATUS, 1, 0);
    ck_assert_uint_eq(virtio_reg_read(&console.device, REG_STATUS, 1), 0);
    ck_assert_uint_eq(type("gone"), 0);
    ck_assert_uint_eq(vm.memory[TYPED], 0);
    virtio_notify(&console.device, CONSOLE_OUT);
    ck_assert_uint_eq(outputs, 0);
}
END_TEST

/* However much there is of it, others have their turn. */
START_TEST(a_kick_takes_so_much_text_and_no_more)
{
    struct driver_segment most = {.at = TEXT, .len = CONSOLE_TEXT_MAX}, few = {.at = TEXT, .len = 4};
    struct driver_ring *ring = &rings[CONSOLE_OUT];

    bring_up(0);
    driver_make_available(ring, (unsigned)driver_add(ring, &most, 1, 0));
    driver_make_available(ring, (unsigned)driver_add(ring, &few, 1, 0));
    if (driver_publish(ring, 0)) {
        virtio_notify(&console.device, CONSOLE_OUT);
    }
    ck_assert_uint_eq(console.stats.bytes_out, CONSOLE_TEXT_MAX);
    (void)virtio_flush_all();
    ck_assert_uint_eq(console.stats.bytes_out, CONSOLE_TEXT_MAX + 4);
    ck_assert(!is_broken());
}
END_TEST

START_TEST(too_much_text_breaks_the_queue)
{
    struct driver_segment segment = {.at = TEXT, .len = CONSOLE_TEXT_MAX + 1};

    bring_up(0);
    (void)give(CONSOLE_OUT, &segment, 1);
    ck_assert(is_broken());
    ck_assert_uint_eq(console.stats.bytes_out, CONSOLE_TEXT_MAX);
    expect_nothing_used(CONSOLE_OUT);
}
END_TEST

START_TEST(text_outside_of_memory_breaks_the_queue)
{
    struct driver_segment pieces[] = {{TEXT, 2, false}, {MEMORY - 1, 2, false}};

    bring_up(0);
    memcpy(vm.memory + TEXT, "ok", 2);
    (void)give(CONSOLE_OUT, pieces, 2);
    ck_assert(is_broken());
    ck_assert_str_eq(shown, "ok");
    expect_nothing_used(CONSOLE_OUT);
    ck_assert_str_eq((give_text("more"), shown), "ok");
    give_room(TYPED, 4);
    ck_assert_uint_eq(type("in"), 2); /* The other queue goes on. */
}
END_TEST

START_TEST(room_outside_of_memory_breaks_the_queue)
{
    bring_up(0);
    give_room(MEMORY, 4);
    ck_assert_uint_eq(type("ab"), 0);
    ck_assert(is_broken());
    give_room(TYPED, 4);
    ck_assert_uint_eq(type("ab"), 0);
    ck_assert_str_eq((give_text("out"), shown), "out");
}
END_TEST

START_TEST(buffers_of_no_use_are_given_back)
{
    struct driver_segment readable = {.at = TYPED, .len = 8},
                          writable = {.at = TEXT, .len = 8, .write = true};

    bring_up(0);
    (void)give(CONSOLE_IN, &readable, 1);
    give_room(TYPED, 4);
    ck_assert_uint_eq(type("ab"), 2);
    expect_used(CONSOLE_IN, 0);
    expect_used(CONSOLE_IN, 2);
    (void)give(CONSOLE_OUT, &writable, 1);
    expect_used(CONSOLE_OUT, 0);
    ck_assert_uint_eq(outputs, 0);
    ck_assert(!is_broken());
}
END_TEST

START_TEST(a_chain_without_end_breaks_the_queue)
{
    bring_up(0);
    driver_put_desc(&vm, rings[CONSOLE_OUT].desc, TEXT, 1, 1, 1);
    driver_put_desc(&vm, rings[CONSOLE_OUT].desc + 16, TEXT, 1, 1, 0);
    driver_make_available(&rings[CONSOLE_OUT], 0);
    (void)driver_publish(&rings[CONSOLE_OUT], 0);
    virtio_notify(&console.device, CONSOLE_OUT);
    ck_assert(is_broken());
    ck_assert_uint_eq(outputs, 0);
}
END_TEST

/** Another CPU makes the same chain available again while it is shown. */
static void offer_again(void)
{
    driver_make_available(&rings[CONSOLE_OUT], 0);
    (void)driver_publish(&rings[CONSOLE_OUT], rings[CONSOLE_OUT].avail_index);
}

START_TEST(a_guest_that_never_stops_writing_has_its_turns)
{
    bring_up(0);
    during_output = offer_again;
    (void)give_text("y");
    ck_assert_uint_eq(outputs, VIRTIO_KICK_CHAINS);
    during_output = NULL;
    ck_assert_uint_ge(virtio_flush_all(), 1); /* The rest comes when others have had theirs. */
    ck_assert_uint_eq(outputs, VIRTIO_KICK_CHAINS + 1);
    ck_assert(virtio_device_try_reset(&console.device));
}
END_TEST

RUN_TESTS(text_comes_out_in_order, long_text_comes_in_pieces, a_kick_takes_so_much_text_and_no_more,
          too_much_text_breaks_the_queue, what_is_typed_fills_the_guests_buffers, typing_goes_on_for_ever,
          nobody_types_to_a_driver_that_is_not_there, text_outside_of_memory_breaks_the_queue,
          room_outside_of_memory_breaks_the_queue, buffers_of_no_use_are_given_back,
          a_chain_without_end_breaks_the_queue, a_guest_that_never_stops_writing_has_its_turns)
