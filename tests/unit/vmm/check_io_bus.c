/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_io_bus.c - who answers: ranges against a model, accesses over edges, pieces, locks, and look-ups
 * while ranges move.
 */
#include "run.h"

#include <pthread.h>
#include <stdlib.h>

#include <core/vmm/io_bus.h>
#include <vmkapi/base/bottom_half.h>

#define LIMIT 0x10000u

/** A device that notes what it was asked. */
struct probe {
    struct io_region region;
    unsigned calls, size;
    vmk_uint64 offset, value;
    bool locked;
};

static struct io_bus bus;

static void note(struct probe *probe, vmk_uint64 offset, unsigned size)
{
    probe->calls++;
    probe->offset = offset;
    probe->size = size;
    probe->locked = probe->region.lock != VMK_LOCK_INVALID && vmk_SpinlockIsLocked(probe->region.lock);
}

/* Byte n reads as n. */
static vmk_uint64 probe_read(void *device, vmk_uint64 offset, unsigned size)
{
    vmk_uint64 value = 0;

    note(device, offset, size);
    for (unsigned i = 0; i < size; i++) {
        value |= ((offset + i) & 0xff) << (8 * i);
    }
    return value;
}

static void probe_write(void *device, vmk_uint64 offset, unsigned size, vmk_uint64 value)
{
    note(device, offset, size);
    ((struct probe *)device)->value = value;
}

static const struct io_ops any_size = {.read = probe_read, .write = probe_write};
static const struct io_ops words = {.read = probe_read, .write = probe_write, .max_size = 2};

static void place(struct probe *probe, vmk_uint64 base, vmk_uint64 len, const struct io_ops *ops)
{
    *probe =
        (struct probe){.region = {.name = "probe", .base = base, .len = len, .ops = ops, .device = probe}};
}

static void attach(struct probe *probe, vmk_uint64 base, vmk_uint64 len, const struct io_ops *ops)
{
    place(probe, base, len, ops);
    ck_assert_int_eq(io_bus_attach(&bus, &probe->region), VMK_OK);
}

static void setup(void)
{
    io_bus_init(&bus, LIMIT);
}

START_TEST(nobody_reads_as_ones)
{
    ck_assert_uint_eq(io_bus_read(&bus, 0x60, 1), 0xff);
    ck_assert_uint_eq(io_bus_read(&bus, 0x60, 4), 0xffffffff);
    ck_assert_uint_eq(io_bus_read(&bus, 0x60, 8), ~0ul);
    io_bus_write(&bus, 0x60, 4, 1);
    ck_assert_uint_eq(bus.unclaimed, 4);
    ck_assert(!io_bus_claims(&bus, 0x60));
}
END_TEST

START_TEST(ranges_that_do_not_fit_are_refused)
{
    struct probe a, b;

    attach(&a, 0x100, 0x10, &any_size);
    place(&b, 0x100, 0, &any_size);
    ck_assert_int_eq(io_bus_attach(&bus, &b.region), VMK_BAD_PARAM);
    place(&b, LIMIT - 1, 2, &any_size);
    ck_assert_int_eq(io_bus_attach(&bus, &b.region), VMK_BAD_PARAM);
    place(&b, 8, ~0ul - 4, &any_size);
    ck_assert_int_eq(io_bus_attach(&bus, &b.region), VMK_BAD_PARAM);
    place(&b, 0xf8, 9, &any_size);
    ck_assert_int_eq(io_bus_attach(&bus, &b.region), VMK_BUSY);
    place(&b, 0x10f, 1, &any_size);
    ck_assert_int_eq(io_bus_attach(&bus, &b.region), VMK_BUSY);
    place(&b, 0, LIMIT, &any_size);
    ck_assert_int_eq(io_bus_attach(&bus, &b.region), VMK_BUSY);
    io_bus_detach(&bus, &b.region);
    io_bus_detach(&bus, &a.region);
    ck_assert_int_eq(io_bus_attach(&bus, &b.region), VMK_OK);
}
END_TEST

START_TEST(a_full_bus_says_so)
{
    static struct probe probes[IO_BUS_REGIONS_MAX + 1];

    for (unsigned i = 0; i < IO_BUS_REGIONS_MAX; i++) {
        attach(&probes[i], i * 2, 1, &any_size);
    }
    place(&probes[IO_BUS_REGIONS_MAX], 0x8000, 1, &any_size);
    ck_assert_int_eq(io_bus_attach(&bus, &probes[IO_BUS_REGIONS_MAX].region), VMK_NO_RESOURCES);
    io_bus_detach(&bus, &probes[7].region);
    ck_assert_int_eq(io_bus_attach(&bus, &probes[IO_BUS_REGIONS_MAX].region), VMK_OK);
}
END_TEST

START_TEST(an_access_over_an_edge_goes_byte_by_byte)
{
    struct probe a, b;

    attach(&a, 0x100, 2, &any_size);
    attach(&b, 0x103, 8, &any_size);
    ck_assert_uint_eq(io_bus_read(&bus, 0xff, 8), 0x020100ff0100fful | 0x03ul << 56);
    ck_assert_uint_eq(a.calls, 2);
    ck_assert_uint_eq(b.calls, 4);
    ck_assert_uint_eq(bus.unclaimed, 2);
    io_bus_write(&bus, 0x101, 4, 0x44332211);
    ck_assert_uint_eq(a.value, 0x11);
    ck_assert_uint_eq(b.value, 0x44);
    ck_assert_uint_eq(b.offset, 1);
}
END_TEST

START_TEST(wide_accesses_come_in_pieces)
{
    struct probe a;

    attach(&a, 0x100, 0x10, &words);
    ck_assert_uint_eq(io_bus_read(&bus, 0x104, 4), 0x07060504);
    ck_assert_uint_eq(a.calls, 2);
    ck_assert_uint_eq(a.size, 2);
    io_bus_write(&bus, 0x108, 4, 0x44332211);
    ck_assert_uint_eq(a.value, 0x4433);
    ck_assert_uint_eq(a.offset, 0xa);
    ck_assert_uint_eq(io_bus_read(&bus, 0x109, 1), 9);
    ck_assert_uint_eq(a.size, 1);
    ck_assert_uint_eq(a.region.accesses, 3);
}
END_TEST

START_TEST(the_lock_is_held_meanwhile)
{
    vmk_SpinlockObject lock = VMK_SPINLOCK_INITIALIZER("device", VMK_RANK_VM_DEVICE);
    struct probe a;

    place(&a, 0x100, 4, &any_size);
    a.region.lock = &lock;
    ck_assert_int_eq(io_bus_attach(&bus, &a.region), VMK_OK);
    (void)io_bus_read(&bus, 0x100, 1);
    ck_assert(a.locked);
    ck_assert(!vmk_SpinlockIsLocked(&lock));
    a.locked = false;
    io_bus_write(&bus, 0x100, 1, 0);
    ck_assert(a.locked);
    ck_assert(!vmk_SpinlockIsLocked(&lock));
}
END_TEST

START_TEST(ranges_are_those_of_a_model)
{
    static struct probe probes[100];
    static struct probe *owner[0x1000];
    static bool attached[100];

    for (int round = 0; round < 20000; round++) {
        unsigned i = (unsigned)rand() % 100, at = (unsigned)rand() % 0x1000, len = 1 + (unsigned)rand() % 64;
        bool overlaps = false;

        if (attached[i]) {
            io_bus_detach(&bus, &probes[i].region);
            for (unsigned n = 0; n < 0x1000; n++) {
                owner[n] = owner[n] == &probes[i] ? NULL : owner[n];
            }
            attached[i] = false;
        } else {
            len = len < 0x1000 - at ? len : 0x1000 - at;
            for (unsigned n = at; n < at + len; n++) {
                overlaps = overlaps || owner[n] != NULL;
            }
            place(&probes[i], at, len, &any_size);
            CHECK_THAT(io_bus_attach(&bus, &probes[i].region) == (overlaps ? VMK_BUSY : VMK_OK));
            for (unsigned n = at; n < at + len && !overlaps; n++) {
                owner[n] = &probes[i];
            }
            attached[i] = !overlaps;
        }
        at = (unsigned)rand() % 0x1000;
        CHECK_THAT(io_bus_claims(&bus, at) == (owner[at] != NULL));
        if (owner[at] != NULL) {
            unsigned calls = owner[at]->calls;

            CHECK_THAT(io_bus_read(&bus, at, 1) == ((at - owner[at]->region.base) & 0xff));
            CHECK_THAT(owner[at]->calls == calls + 1);
        }
    }
}
END_TEST

static bool stop;

static void *move_ranges(void *arg)
{
    struct probe *probe = arg;

    for (unsigned i = 0; !__atomic_load_n(&stop, __ATOMIC_RELAXED); i++) {
        io_bus_detach(&bus, &probe->region);
        probe->region.base = 0x200 + i % 16 * 0x100;
        CHECK_THAT(io_bus_attach(&bus, &probe->region) == VMK_OK);
    }
    return NULL;
}

/* What stands still is found whatever moves around it, and no offset leaves its region. */
START_TEST(a_range_that_moves_hides_no_other)
{
    static const struct io_ops bytes = {.read = probe_read, .write = probe_write, .max_size = 1};
    struct probe fixed[2], moving;
    pthread_t thread;

    attach(&fixed[0], 0x100, 0x10, &bytes);
    attach(&fixed[1], 0x2000, 0x10, &bytes);
    attach(&moving, 0x200, 0x80, &bytes);
    ck_assert_int_eq(pthread_create(&thread, NULL, move_ranges, &moving), 0);
    for (unsigned i = 0; i < 300000; i++) {
        CHECK_THAT(io_bus_read(&bus, i % 2 == 0 ? 0x105 : 0x2005, 1) == 5);
        (void)io_bus_read(&bus, 0x200 + i % 0x1000, 1);
        CHECK_THAT(moving.offset < 0x80);
    }
    __atomic_store_n(&stop, true, __ATOMIC_RELAXED);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

RUN_TESTS_AFTER(setup, nobody_reads_as_ones, ranges_that_do_not_fit_are_refused, a_full_bus_says_so,
                an_access_over_an_edge_goes_byte_by_byte, wide_accesses_come_in_pieces,
                the_lock_is_held_meanwhile, ranges_are_those_of_a_model, a_range_that_moves_hides_no_other)
