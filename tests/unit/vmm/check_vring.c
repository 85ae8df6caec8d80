/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_vring.c - split rings against a driver that plays by the rules, and drivers that don't.
 */
#include "run.h"

#include <stdlib.h>
#include <string.h>

#include "virtio_driver.h"

#define MEMORY 0x40000u
#define TABLE  0x20000u
#define BUFFER 0x30000u

static struct vm vm;
static struct driver_ring driver;
static struct vring ring;
static struct vring_chain chain;

static void start_at(uint64_t at, unsigned size, bool event_index)
{
    struct vring_setup setup;

    vm_host_free(&vm);
    vm_host_init(&vm, MEMORY);
    driver_ring_init(&driver, &vm, at, size);
    driver.event_index = event_index;
    setup = (struct vring_setup){.size = size,
                                 .desc = gpa(driver.desc),
                                 .avail = gpa(driver.avail),
                                 .used = gpa(driver.used),
                                 .event_index = event_index,
                                 .indirect = true};
    ck_assert_int_eq(vring_start(&ring, &vm, &setup), VMK_OK);
}

/** Add a chain of @p count segments, the last @p writable of them to be written, and make it available. */
static int offer(unsigned count, unsigned writable, uint64_t table)
{
    struct driver_segment segments[256];
    int head;

    for (unsigned i = 0; i < count; i++) {
        segments[i] =
            (struct driver_segment){.at = BUFFER + 64ul * i, .len = i + 1, .write = i >= count - writable};
    }
    head = driver_add(&driver, segments, count, table);
    if (head >= 0) {
        driver_make_available(&driver, (unsigned)head);
    }
    return head;
}

static void expect_chain(int head, unsigned count, unsigned writable)
{
    ck_assert_int_eq(vring_take(&ring, &chain), VRING_TAKEN);
    ck_assert_int_eq(chain.head, head);
    ck_assert_uint_eq(chain.readable, count - writable);
    ck_assert_uint_eq(chain.writable, writable);
    for (unsigned i = 0; i < count; i++) {
        ck_assert_uint_eq(chain.segments[i].at.value, BUFFER + 64ul * i);
        ck_assert_uint_eq(chain.segments[i].len, i + 1);
    }
}

static void expect_used(int head, uint32_t written)
{
    uint32_t got_head, got_written;

    ck_assert(driver_reap(&driver, &got_head, &got_written));
    ck_assert_int_eq((int)got_head, head);
    ck_assert_uint_eq(got_written, written);
}

static void exchange_chains(void)
{
    ck_assert_int_eq(vring_take(&ring, &chain), VRING_EMPTY);
    for (unsigned round = 0; round < 20; round++) {
        int direct = offer(3, 1, 0), table = offer(12, 5, TABLE), bare = offer(1, round % 2, 0);

        ck_assert_int_eq(vring_take(&ring, &chain), VRING_EMPTY);
        (void)driver_publish(&driver, 0);
        expect_chain(direct, 3, 1);
        expect_chain(table, 12, 5);
        expect_chain(bare, 1, round % 2);
        ck_assert_int_eq(vring_take(&ring, &chain), VRING_EMPTY);
        vring_put(&ring, (vmk_uint16)table, 7);
        vring_put(&ring, (vmk_uint16)direct, round);
        vring_put(&ring, (vmk_uint16)bare, 0);
        ck_assert_uint_eq(driver_get16(&vm, driver.used + 2), (uint16_t)(3 * round));
        (void)vring_publish(&ring);
        expect_used(table, 7);
        expect_used(direct, round);
        expect_used(bare, 0);
    }
}

START_TEST(chains_come_as_they_were_made)
{
    start_at(0x1000, 16, false);
    exchange_chains();
}
END_TEST

/* Each of the three areas begins in one page and ends in the next. */
START_TEST(pages_need_not_be_neighbours)
{
    for (uint64_t at = 0x1e00; at < 0x2000; at += 0x10) {
        start_at(at, 16, false);
        ck_assert_ptr_nonnull(ring.desc.whole);
        ring.desc.whole = ring.avail.whole = ring.used.whole = NULL;
        exchange_chains();
    }
}
END_TEST

START_TEST(indices_run_over)
{
    start_at(0x1000, 4, true);
    for (unsigned i = 0; i < 70000; i++) {
        int head = offer(1, 1, 0);

        CHECK_THAT(head >= 0);
        (void)driver_publish(&driver, 0);
        CHECK_THAT(vring_take(&ring, &chain) == VRING_TAKEN && chain.head == head);
        vring_put(&ring, chain.head, i);
        (void)vring_publish(&ring);
        expect_used(head, i);
    }
}
END_TEST

/* The used ring is aligned to 4 only: entries of 8 bytes lie across pages. */
START_TEST(rings_lie_across_pages)
{
    for (uint64_t at = 0x1000; at < 0x3000; at += 0x210) {
        start_at(at, 256, true);
        for (unsigned i = 0; i < 600; i++) {
            int head = offer(2, 1, 0);

            (void)driver_publish(&driver, 0);
            expect_chain(head, 2, 1);
            vring_put(&ring, chain.head, i);
            (void)vring_publish(&ring);
            expect_used(head, i);
        }
    }
}
END_TEST

START_TEST(what_was_untaken_comes_again)
{
    int first, second;

    start_at(0x1000, 8, false);
    first = offer(1, 0, 0);
    second = offer(2, 1, 0);
    (void)driver_publish(&driver, 0);
    expect_chain(first, 1, 0);
    expect_chain(second, 2, 1);
    vring_untake(&ring, 2);
    expect_chain(first, 1, 0);
    expect_chain(second, 2, 1);
    ck_assert_int_eq(vring_take(&ring, &chain), VRING_EMPTY);
}
END_TEST

/* 2.7.10: one interrupt when the index passes the driver's, however many were put. */
START_TEST(interrupts_follow_the_event_index)
{
    start_at(0x1000, 16, true);
    for (unsigned i = 0; i < 6; i++) {
        (void)offer(1, 1, 0);
    }
    (void)driver_publish(&driver, 0);
    for (unsigned i = 0; i < 6; i++) {
        ck_assert_int_eq(vring_take(&ring, &chain), VRING_TAKEN);
    }
    ck_assert(!vring_publish(&ring));
    driver_put16(&vm, driver.avail + 4 + 2 * 16, 2); /* Tell me of the third. */
    vring_put(&ring, 0, 0);
    ck_assert(!vring_publish(&ring));
    vring_put(&ring, 1, 0);
    ck_assert(!vring_publish(&ring));
    vring_put(&ring, 2, 0);
    vring_put(&ring, 3, 0);
    ck_assert(vring_publish(&ring));
    vring_put(&ring, 4, 0);
    ck_assert(!vring_publish(&ring));
}
END_TEST

START_TEST(interrupts_follow_the_flag)
{
    start_at(0x1000, 16, false);
    vring_put(&ring, 0, 0);
    ck_assert(vring_publish(&ring));
    ck_assert(!vring_publish(&ring));
    driver_want_interrupt(&driver, false);
    vring_put(&ring, 1, 0);
    ck_assert(!vring_publish(&ring));
}
END_TEST

START_TEST(kicks_are_asked_for)
{
    for (int event_index = 0; event_index < 2; event_index++) {
        start_at(0x1000, 16, event_index != 0);
        for (uint16_t i = 0; i < 5; i++) {
            ck_assert(!vring_want_kick(&ring));
            (void)offer(1, 1, 0);
            ck_assert(driver_publish(&driver, i));
            ck_assert(vring_want_kick(&ring)); /* It is there already. */
            ck_assert_int_eq(vring_take(&ring, &chain), VRING_TAKEN);
        }
        vring_no_kick(&ring);
        (void)offer(1, 1, 0);
        /* With an index, we are told of the first after the one asked for, and of no more. */
        (void)driver_publish(&driver, 5);
        (void)offer(1, 1, 0);
        ck_assert(!driver_publish(&driver, 6));
    }
}
END_TEST

START_TEST(set_up_is_checked)
{
    struct vring_setup setup = {.size = 16, .desc = gpa(0x1000), .avail = gpa(0x2000), .used = gpa(0x3000)};
    struct vring_setup bad;

    vm_host_init(&vm, MEMORY);
    ck_assert_int_eq(vring_start(&ring, &vm, &setup), VMK_OK);
#define REFUSED(field, value, status)                                                                        \
    do {                                                                                                     \
        bad = setup;                                                                                         \
        bad.field = value;                                                                                   \
        ck_assert_int_eq(vring_start(&ring, &vm, &bad), status);                                             \
        ck_assert(!ring.live && ring.why != NULL);                                                           \
        ck_assert_int_eq(vring_take(&ring, &chain), VRING_EMPTY);                                            \
        vring_put(&ring, 0, 0);                                                                              \
        ck_assert(!vring_publish(&ring) && !vring_want_kick(&ring));                                         \
    } while (0)
    REFUSED(size, 0, VMK_BAD_PARAM);
    REFUSED(size, 12, VMK_BAD_PARAM);
    REFUSED(size, 512, VMK_BAD_PARAM);
    REFUSED(desc, gpa(0x1008), VMK_BAD_PARAM);
    REFUSED(avail, gpa(0x2001), VMK_BAD_PARAM);
    REFUSED(used, gpa(0x3002), VMK_BAD_PARAM);
    REFUSED(desc, gpa(MEMORY), VMK_BAD_ADDR_RANGE);
    REFUSED(avail, gpa(~0xfffful), VMK_BAD_ADDR_RANGE);
    REFUSED(used, gpa(MEMORY - 4), VMK_BAD_ADDR_RANGE);
}
END_TEST

/* Drivers that don't play by the rules. */

static void expect_broken(void)
{
    vring_put(&ring, 0, 0);
    ck_assert_int_eq(vring_take(&ring, &chain), VRING_BROKEN);
    ck_assert(ring.why != NULL && !ring.live);
    ck_assert_int_eq(vring_take(&ring, &chain), VRING_EMPTY);
    ck_assert(!vring_publish(&ring));
}

/** A ring of 16 whose first chain begins at descriptor 0, which the caller spoils. */
static void spoil(uint64_t address, uint32_t len, uint16_t flags, uint16_t next)
{
    start_at(0x1000, 16, false);
    driver_put_desc(&vm, driver.desc, address, len, flags, next);
    driver_make_available(&driver, 0);
    (void)driver_publish(&driver, 0);
}

START_TEST(broken_chains_stop_the_ring)
{
    spoil(BUFFER, 1, 1, 16); /* Next is outside. */
    expect_broken();
    spoil(BUFFER, 1, 1, 0); /* A circle. */
    expect_broken();
    spoil(0, 0, 1, 0); /* A circle of nothing. */
    expect_broken();
    spoil(BUFFER, 1, 3, 1); /* To read behind to write. */
    driver_put_desc(&vm, driver.desc + 16, BUFFER, 1, 0, 0);
    expect_broken();
    start_at(0x1000, 16, false); /* A head outside. */
    driver_make_available(&driver, 16);
    (void)driver_publish(&driver, 0);
    expect_broken();
    start_at(0x1000, 16, false); /* More available than there can be. */
    driver.avail_index = 17;
    (void)driver_publish(&driver, 0);
    expect_broken();
}
END_TEST

START_TEST(broken_tables_stop_the_ring)
{
    spoil(TABLE, 0, 4, 0);
    expect_broken();
    spoil(TABLE, 17, 4, 0);
    expect_broken();
    spoil(TABLE, 17 * 16, 4, 0); /* Longer than the queue. */
    expect_broken();
    spoil(TABLE, 16, 5, 1); /* Something behind it. */
    expect_broken();
    spoil(MEMORY - 16, 32, 4, 0);
    expect_broken();
    spoil(TABLE, 32, 4, 0); /* Tables in tables. */
    driver_put_desc(&vm, TABLE, TABLE, 32, 4, 0);
    expect_broken();
    spoil(TABLE, 32, 4, 0); /* Out of the table. */
    driver_put_desc(&vm, TABLE, BUFFER, 1, 1, 2);
    expect_broken();
    spoil(TABLE, 32, 4, 0); /* Circles. */
    driver_put_desc(&vm, TABLE, BUFFER, 1, 1, 0);
    expect_broken();
    spoil(TABLE, 32, 4, 0); /* Of nothing. */
    driver_put_desc(&vm, TABLE, BUFFER, 0, 1, 0);
    expect_broken();
    spoil(TABLE, 16, 4, 0); /* Not negotiated. */
    ring.indirect = false;
    expect_broken();
}
END_TEST

START_TEST(a_table_may_follow_descriptors)
{
    struct driver_segment segments[2] = {{BUFFER, 1, false}, {BUFFER + 64, 2, false}};
    int head;

    start_at(0x1000, 16, false);
    head = driver_add(&driver, segments, 2, 0);
    driver_put_desc(&vm, TABLE, BUFFER + 64, 2, 1, 1);
    driver_put_desc(&vm, TABLE + 16, BUFFER + 128, 3, 2, 0);
    driver_put_desc(&vm, driver.desc + 16, TABLE, 32, 4 | 2, 0); /* WRITE says nothing here: 2.7.5.3.2. */
    driver_make_available(&driver, (unsigned)head);
    (void)driver_publish(&driver, 0);
    expect_chain(head, 3, 1);
}
END_TEST

/* A guest that changes what is being read: each read is the one that counts. */

static uint64_t spoil_at;
static unsigned fetches, spoil_after;

static void change(const void *at, uint32_t bytes)
{
    if (++fetches == spoil_after) {
        memset(vm.memory + spoil_at, 0xff, 16);
    }
}

START_TEST(nothing_is_read_twice)
{
    struct driver_segment segments[3] = {
        {BUFFER, 1, false}, {BUFFER + 64, 2, false}, {BUFFER + 128, 3, true}};

    for (spoil_after = 1; spoil_after < 12; spoil_after++) {
        for (unsigned what = 0; what < 4; what++) {
            enum vring_answer answer;

            start_at(0x1000, 16, false);
            driver_make_available(&driver, (unsigned)driver_add(&driver, segments, 3, 0));
            (void)driver_publish(&driver, 0);
            spoil_at = what < 3 ? driver.desc + 16 * what : driver.avail;
            fetches = 0;
            virtio_fetch = change;
            answer = vring_take(&ring, &chain);
            virtio_fetch = NULL;
            ck_assert(answer == VRING_TAKEN || answer == VRING_BROKEN);
            /* Index, head, then twice for each descriptor. */
            ck_assert_uint_le(fetches, 8);
            if (answer == VRING_TAKEN) {
                ck_assert_uint_le(chain.readable + chain.writable, 16);
                ck_assert_uint_lt(chain.head, 16);
            }
        }
    }
}
END_TEST

/* A chain's bytes. */

START_TEST(bytes_are_found_however_they_are_cut)
{
    uint8_t pattern[200], got[200];

    for (unsigned i = 0; i < sizeof(pattern); i++) {
        pattern[i] = (uint8_t)(i * 7);
    }
    for (unsigned first = 1; first < 100; first++) {
        struct driver_segment segments[4] = {{BUFFER, first, false},
                                             {BUFFER + 0x100, 150 - first, false},
                                             {BUFFER + 0x200, 100 - first, true},
                                             {BUFFER + 0x300, first, true}};
        struct vring_cursor from, to;

        start_at(0x1000, 16, false);
        memcpy(vm.memory + BUFFER, pattern, first);
        memcpy(vm.memory + BUFFER + 0x100, pattern + first, 150 - first);
        driver_make_available(&driver, (unsigned)driver_add(&driver, segments, 4, 0));
        (void)driver_publish(&driver, 0);
        ck_assert_int_eq(vring_take(&ring, &chain), VRING_TAKEN);
        ck_assert_uint_eq(chain.readable_bytes, 150);
        ck_assert_uint_eq(chain.writable_bytes, 100);
        from = vring_readable(&chain);
        ck_assert_int_eq(vring_cursor_read(&from, &vm, got, 16), VMK_OK);
        ck_assert_int_eq(vring_cursor_read(&from, &vm, got + 16, 134), VMK_OK);
        ck_assert_int_eq(memcmp(got, pattern, 150), 0);
        ck_assert_int_eq(vring_cursor_read(&from, &vm, got, 1), VMK_BUF_TOO_SMALL);
        to = vring_writable(&chain);
        ck_assert_int_eq(vring_cursor_write(&to, &vm, pattern, 100), VMK_OK);
        ck_assert_int_eq(memcmp(vm.memory + BUFFER + 0x200, pattern, 100 - first), 0);
        ck_assert_int_eq(memcmp(vm.memory + BUFFER + 0x300, pattern + 100 - first, first), 0);
        ck_assert_int_eq(vring_cursor_write(&to, &vm, pattern, 1), VMK_BUF_TOO_SMALL);
    }
}
END_TEST

RUN_TESTS(chains_come_as_they_were_made, pages_need_not_be_neighbours, indices_run_over,
          rings_lie_across_pages, what_was_untaken_comes_again, interrupts_follow_the_event_index,
          interrupts_follow_the_flag, kicks_are_asked_for, set_up_is_checked, broken_chains_stop_the_ring,
          broken_tables_stop_the_ring, a_table_may_follow_descriptors, nothing_is_read_twice,
          bytes_are_found_however_they_are_cut)
