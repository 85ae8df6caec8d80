/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_virtio_rng.c - buffers filled with what a source gives, which may run dry, and hostile buffers.
 */
#include "run.h"

#include <string.h>

#include "virtio/virtio_rng.h"
#include "virtio_driver.h"

#define MEMORY 0x20000u
#define BUFFER 0x8000u

static struct vm vm;
static struct virtio_rng rng;
static struct driver_ring ring;
static unsigned numbers_left, numbers_given;
static void (*during_random)(void); /**< What another of the guest's CPUs does meanwhile. */

/** 0x0101..., 0x0202... */
static bool random_number(vmk_uint64 *number)
{
    if (during_random != NULL) {
        during_random();
    }
    if (numbers_left == 0) {
        return false;
    }
    numbers_left--;
    numbers_given++;
    *number = 0x0101010101010101ul * (numbers_given % 255 + 1);
    return true;
}

static void bring_up(void)
{
    vm_host_free(&vm);
    vm_host_init(&vm, MEMORY);
    memset(&rng, 0, sizeof(rng));
    memset(&virtio_function, 0, sizeof(virtio_function));
    numbers_left = ~0u;
    numbers_given = 0;
    during_random = NULL;
    virtio_function.msix = true;
    rng.random = random_number;
    virtio_rng_init(&rng, &vm);
    virtio_pci_init(&rng.device);
    driver_ring_init(&ring, &vm, 0x100, 16);
    ck_assert_uint_eq(driver_start(&rng.device, 0, &ring, 1), 0xf);
}

static bool is_broken(void)
{
    return (virtio_reg_read(&rng.device, REG_STATUS, 1) & VIRTIO_STATUS_NEEDS_RESET) != 0;
}

static void ask(const struct driver_segment *segments, unsigned count)
{
    uint16_t before = ring.avail_index;
    int head = driver_add(&ring, segments, count, 0);

    ck_assert_int_ge(head, 0);
    driver_make_available(&ring, (unsigned)head);
    if (driver_publish(&ring, before)) {
        virtio_notify(&rng.device, 0);
    }
}

static void ask_for(uint64_t at, uint32_t len)
{
    struct driver_segment segment = {.at = at, .len = len, .write = true};

    ask(&segment, 1);
}

static void expect_bytes(uint32_t expected)
{
    uint32_t head, written;

    ck_assert(driver_reap(&ring, &head, &written));
    ck_assert_uint_eq(written, expected);
}

START_TEST(a_buffer_is_filled_and_not_overrun)
{
    bring_up();
    ask_for(BUFFER, 13);
    expect_bytes(13);
    ck_assert_mem_eq(vm.memory + BUFFER, "\2\2\2\2\2\2\2\2\3\3\3\3\3", 13);
    ck_assert_uint_eq(vm.memory[BUFFER + 13], 0);
    ck_assert_uint_eq(virtio_function.messages[1], 1);
    ck_assert_uint_eq(rng.bytes, 13);
}
END_TEST

START_TEST(a_buffer_in_pieces_is_filled_across_them)
{
    struct driver_segment pieces[] = {
        {BUFFER, 3, true}, {BUFFER + 0xffe, 4, true}, {BUFFER + 0x2000, 4, true}};

    bring_up();
    ask(pieces, 3);
    expect_bytes(11);
    ck_assert_mem_eq(vm.memory + BUFFER, "\2\2\2\0", 4);
    ck_assert_mem_eq(vm.memory + BUFFER + 0xffe, "\2\2\2\2\0", 5);
    ck_assert_mem_eq(vm.memory + BUFFER + 0x2000, "\2\3\3\3\0", 5);
}
END_TEST

START_TEST(much_is_given_in_portions)
{
    bring_up();
    ask_for(BUFFER, 0x8000);
    expect_bytes(RNG_BYTES_MAX);
    ck_assert_uint_eq(numbers_given, RNG_BYTES_MAX / 8);
    ck_assert_uint_eq(vm.memory[BUFFER + RNG_BYTES_MAX], 0);
}
END_TEST

START_TEST(a_source_that_runs_dry_gives_what_there_was)
{
    bring_up();
    numbers_left = 2;
    ask_for(BUFFER, 100);
    expect_bytes(16);
    ask_for(BUFFER, 100);
    expect_bytes(0);
    numbers_left = 1;
    ask_for(BUFFER, 4);
    expect_bytes(4);
    ck_assert(!is_broken());
}
END_TEST

START_TEST(a_buffer_that_cannot_be_written_is_given_back)
{
    struct driver_segment readable = {.at = BUFFER, .len = 8};

    bring_up();
    ask(&readable, 1);
    expect_bytes(0);
    ck_assert_uint_eq(numbers_given, 0);
    ck_assert(!is_broken());
}
END_TEST

START_TEST(a_buffer_outside_of_memory_breaks_the_queue)
{
    struct driver_segment pieces[] = {{BUFFER, 8, true}, {MEMORY - 4, 8, true}};
    uint32_t head, written;

    bring_up();
    ask(pieces, 2);
    ck_assert(is_broken());
    ck_assert(!driver_reap(&ring, &head, &written));
    ask_for(BUFFER + 0x100, 8);
    ck_assert_uint_eq(vm.memory[BUFFER + 0x100], 0);
    ck_assert(virtio_device_try_reset(&rng.device));
    ck_assert(!is_broken());
}
END_TEST

/** Another CPU asks for the same again while it is filled. */
static void ask_again(void)
{
    driver_make_available(&ring, 0);
    (void)driver_publish(&ring, ring.avail_index);
}

START_TEST(a_guest_that_never_has_enough_has_its_turns)
{
    bring_up();
    during_random = ask_again;
    ask_for(BUFFER, 8);
    ck_assert_uint_eq(numbers_given, VIRTIO_KICK_CHAINS);
    during_random = NULL;
    ck_assert_uint_ge(virtio_flush_all(), 1);
    ck_assert_uint_eq(numbers_given, VIRTIO_KICK_CHAINS + 1);
    ck_assert(virtio_device_try_reset(&rng.device));
}
END_TEST

RUN_TESTS(a_buffer_is_filled_and_not_overrun, a_buffer_in_pieces_is_filled_across_them,
          much_is_given_in_portions, a_source_that_runs_dry_gives_what_there_was,
          a_buffer_that_cannot_be_written_is_given_back, a_buffer_outside_of_memory_breaks_the_queue,
          a_guest_that_never_has_enough_has_its_turns)
