/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_heap.c - heaps: no two allocations overlap, limits hold, every byte is accounted for, misuse is
 * named.
 */
#include "machine.h"
#include "run.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <core/account.h>
#include <core/heap.h>
#include <core/page_alloc.h>
#include <vmkapi/base/heap.h>
#include <vmkapi/core/frame.h>

#define MODULE 9u
#define NLIVE  500

static vmk_HeapID create(vmk_ByteCount max)
{
    vmk_HeapCreateProps props = {.name = {"test"}, .module = MODULE, .max = max};
    vmk_HeapID heap = VMK_INVALID_HEAP_ID;

    machine_describe(64);
    machine_start();
    ck_assert_int_eq(vmk_HeapCreate(&props, &heap), VMK_OK);
    return heap;
}

static vmk_HeapGetProps props_of(vmk_HeapID heap)
{
    vmk_HeapGetProps props;

    CHECK_THAT(vmk_HeapGetProperties(heap, &props) == VMK_OK);
    return props;
}

static vmk_uint64 heap_kind_pages(void)
{
    struct memory_stats stats;

    memory_stats_get(&stats);
    return stats.used[VMK_PAGE_HEAP];
}

struct live {
    unsigned char *mem;
    size_t size;
    unsigned char tag;
};

static vmk_Bool is_filled(const struct live *live)
{
    for (size_t i = 0; i < live->size; i++) {
        if (live->mem[i] != live->tag) {
            return VMK_FALSE;
        }
    }
    return VMK_TRUE;
}

static size_t random_size(unsigned *seed)
{
    return (size_t)rand_r(seed) % 20 == 0 ? (size_t)rand_r(seed) % 40000 : (size_t)rand_r(seed) % 600;
}

/* Allocate, fill, check and free at random. @return a complaint or NULL. */
static const char *churn(vmk_HeapID heap, unsigned seed, int rounds)
{
    struct live *live = calloc(NLIVE, sizeof(*live));
    const char *complaint = NULL;

    for (int round = 0; round < rounds && complaint == NULL; round++) {
        struct live *one = &live[(unsigned)rand_r(&seed) % NLIVE];

        if (one->mem != NULL) {
            complaint = is_filled(one) ? NULL : "an allocation was overwritten";
            vmk_HeapFree(heap, one->mem);
            one->mem = NULL;
        } else {
            size_t align = rand_r(&seed) % 4 == 0 ? 1ul << rand_r(&seed) % 14 : 0;

            one->size = random_size(&seed);
            one->tag = (unsigned char)rand_r(&seed);
            one->mem = vmk_HeapAlign(heap, one->size, align);
            if (one->mem == NULL) {
                continue;
            }
            if ((vmk_VA)one->mem % (align < 16 ? 16 : align) != 0) {
                complaint = "an allocation is not aligned";
            }
            if (vmk_HeapOf(one->mem) != heap || vmk_HeapUsableSize(one->mem) < one->size) {
                complaint = "an allocation is not known";
            }
            memset(one->mem, one->tag, one->size);
        }
    }
    for (int i = 0; i < NLIVE; i++) {
        vmk_HeapFree(heap, live[i].mem);
    }
    free(live);
    return complaint;
}

START_TEST(random_allocations_never_overlap)
{
    vmk_HeapID heap = create(0);
    vmk_uint64 pages = heap_kind_pages();

    ck_assert_ptr_null(churn(heap, 1, 200000));
    ck_assert_int_eq(account_read(MODULE, ACCOUNT_HEAP_BYTES), 0);
    ck_assert_uint_eq(props_of(heap).used, 0);
    ck_assert_uint_eq(props_of(heap).allocations, 0);
    ck_assert_uint_le(props_of(heap).cur, 14 * 2 * VMK_PAGE_SIZE); /* one chunk of each class is kept */
    ck_assert_int_eq(vmk_HeapDestroy(heap), VMK_OK);
    ck_assert_uint_le(heap_kind_pages(), pages);
    ck_assert_int_eq(account_read(MODULE, ACCOUNT_PAGES), 0);
    ck_assert_int_eq(account_read(MODULE, ACCOUNT_HEAPS), 0);
}
END_TEST

static void *churn_thread(void *arg)
{
    static int seed;

    return (void *)churn(arg, (unsigned)__atomic_add_fetch(&seed, 1, __ATOMIC_RELAXED), 40000);
}

START_TEST(cpus_share_a_heap)
{
    vmk_HeapID heap = create(0);
    pthread_t threads[4];

    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, churn_thread, heap), 0);
    }
    for (int i = 0; i < 4; i++) {
        void *complaint;

        pthread_join(threads[i], &complaint);
        ck_assert_ptr_null(complaint);
    }
    ck_assert_int_eq(vmk_HeapDestroy(heap), VMK_OK);
    ck_assert_int_eq(account_read(MODULE, ACCOUNT_PAGES), 0);
}
END_TEST

START_TEST(powers_of_two_are_aligned_to_themselves)
{
    vmk_HeapID heap = create(0);

    for (size_t size = 16; size <= VMK_PAGE_SIZE; size *= 2) {
        for (int i = 0; i < 40; i++) {
            void *mem = vmk_HeapAlloc(heap, size);

            ck_assert_uint_eq((vmk_VA)mem % size, 0);
        }
    }
    for (size_t align = 1; align <= VMK_HEAP_MAX_ALLOC; align *= 2) {
        void *mem = vmk_HeapAlign(heap, 24, align);

        ck_assert_ptr_nonnull(mem);
        ck_assert_uint_eq((vmk_VA)mem % align, 0);
        vmk_HeapFree(heap, mem);
    }
}
END_TEST

START_TEST(little_is_wasted)
{
    vmk_HeapID heap = create(0);

    for (size_t size = 1; size <= 2048; size++) {
        void *mem = vmk_HeapAlloc(heap, size);
        size_t usable = vmk_HeapUsableSize(mem);

        CHECK_THAT(usable >= size);
        CHECK_THAT(usable <= size + (size < 48 ? 15 : size / 2));
        CHECK_THAT(props_of(heap).used == usable);
        vmk_HeapFree(heap, mem);
    }
    for (size_t size = 2049; size <= VMK_HEAP_MAX_ALLOC; size += size / 5) {
        void *mem = vmk_HeapAlloc(heap, size);

        ck_assert_ptr_nonnull(mem);
        CHECK_THAT(vmk_HeapUsableSize(mem) < size + VMK_PAGE_SIZE);
        vmk_HeapFree(heap, mem);
    }
}
END_TEST

START_TEST(odd_requests)
{
    vmk_HeapID heap = create(0);
    void *a = vmk_HeapAlloc(heap, 0), *b = vmk_HeapAlloc(heap, 0);
    volatile vmk_ByteCount huge = ~0ul - 10;
    unsigned char *zeroed;

    ck_assert_ptr_nonnull(a);
    ck_assert_ptr_nonnull(b);
    CHECK_THAT(a != b);
    ck_assert_ptr_null(vmk_HeapAlloc(heap, VMK_HEAP_MAX_ALLOC + 1));
    ck_assert_ptr_null(vmk_HeapAlloc(heap, huge));
    ck_assert_ptr_null(vmk_HeapAlign(heap, 16, 24));
    ck_assert_ptr_null(vmk_HeapAlign(heap, 16, VMK_HEAP_MAX_ALLOC * 2));
    vmk_HeapFree(heap, NULL);
    zeroed = vmk_HeapZalloc(heap, 100);
    for (int i = 0; i < 100; i++) {
        CHECK_THAT(zeroed[i] == 0);
    }
    CHECK_THAT(vmk_HeapOf(&heap) == VMK_INVALID_HEAP_ID);
    CHECK_THAT(vmk_HeapOf((void *)VMK_DIRECT_MAP_BASE) == VMK_INVALID_HEAP_ID);
}
END_TEST

START_TEST(limits_hold)
{
    vmk_HeapID heap = create(10 * VMK_PAGE_SIZE);
    void *mem[11];

    for (int i = 0; i < 10; i++) {
        mem[i] = vmk_HeapAlloc(heap, 3000);
        ck_assert_ptr_nonnull(mem[i]);
    }
    ck_assert_ptr_null(vmk_HeapAlloc(heap, 3000));
    ck_assert_ptr_null(vmk_HeapAlloc(heap, 8));
    ck_assert_uint_eq(props_of(heap).failures, 2);
    vmk_HeapFree(heap, mem[4]);
    ck_assert_ptr_nonnull(vmk_HeapAlloc(heap, 8));
    ck_assert_uint_le(props_of(heap).cur, props_of(heap).max);
}
END_TEST

START_TEST(budgets_suffice)
{
    static const vmk_HeapAllocationDescriptor wanted[] = {
        {.size = 40, .count = 333}, {.size = 1000, .alignment = 64, .count = 17}, {.size = 9000, .count = 5}};
    vmk_HeapAllocationDescriptor bad = {.size = 10, .alignment = 3, .count = 1};
    vmk_ByteCount max;
    vmk_HeapID heap;

    ck_assert_int_eq(vmk_HeapDetermineMaxSize(wanted, 3, &max), VMK_OK);
    heap = create(max);
    for (int d = 0; d < 3; d++) {
        for (unsigned i = 0; i < wanted[d].count; i++) {
            ck_assert_ptr_nonnull(vmk_HeapAlign(heap, wanted[d].size, wanted[d].alignment));
        }
    }
    ck_assert_int_eq(vmk_HeapDetermineMaxSize(&bad, 1, &max), VMK_BAD_PARAM);
}
END_TEST

START_TEST(runs_out_of_memory_and_recovers)
{
    vmk_HeapID heap = create(0);
    void *first = NULL, *mem;

    while ((mem = vmk_HeapAlloc(heap, 50000)) != NULL) {
        *(void **)mem = first;
        first = mem;
    }
    while ((mem = vmk_HeapAlloc(heap, 100)) != NULL) {
        *(void **)mem = first;
        first = mem;
    }
    while (first != NULL) {
        mem = first;
        first = *(void **)mem;
        vmk_HeapFree(heap, mem);
    }
    ck_assert_int_eq(vmk_HeapDestroy(heap), VMK_OK);
}
END_TEST

START_TEST(busy_heaps_stay)
{
    vmk_HeapID heap = create(0);
    void *mem = vmk_HeapAlloc(heap, 33);
    vmk_HeapCreateProps bad = {.name = {""}};
    vmk_HeapCreateProps tight = {.name = {"x"}, .initial = 2, .max = 1};
    vmk_HeapID other;

    ck_assert_int_eq(vmk_HeapDestroy(heap), VMK_BUSY);
    vmk_HeapFree(heap, mem);
    ck_assert_int_eq(vmk_HeapDestroy(heap), VMK_OK);
    ck_assert_int_eq(vmk_HeapCreate(&bad, &other), VMK_BAD_PARAM);
    ck_assert_int_eq(vmk_HeapCreate(&tight, &other), VMK_BAD_PARAM);
}
END_TEST

START_TEST(heaps_are_listed)
{
    vmk_HeapID heap = create(0);
    vmk_HeapGetProps props;

    ck_assert_int_eq(heap_get_nth(0, &props), VMK_OK);
    ck_assert_str_eq(props.name.string, "vmkernel");
    ck_assert_int_eq(heap_get_nth(1, &props), VMK_OK);
    ck_assert_str_eq(props.name.string, "test");
    ck_assert_uint_eq(props.module, MODULE);
    ck_assert_int_eq(heap_get_nth(2, &props), VMK_NOT_FOUND);
    ck_assert_int_eq(vmk_HeapDestroy(heap), VMK_OK);
    ck_assert_int_eq(heap_get_nth(1, &props), VMK_NOT_FOUND);
}
END_TEST

START_TEST(double_free_crashes)
{
    vmk_HeapID heap = create(0);
    void *mem = vmk_HeapAlloc(heap, 100);

    (void)vmk_HeapAlloc(heap, 100);
    vmk_HeapFree(heap, mem);
    vmk_HeapFree(heap, mem);
}
END_TEST

START_TEST(double_free_of_pages_crashes)
{
    vmk_HeapID heap = create(0);
    void *mem = vmk_HeapAlloc(heap, 10000);

    vmk_HeapFree(heap, mem);
    vmk_HeapFree(heap, mem);
}
END_TEST

START_TEST(free_inside_an_allocation_crashes)
{
    vmk_HeapID heap = create(0);
    char *mem = vmk_HeapAlloc(heap, 100);

    vmk_HeapFree(heap, mem + 16);
}
END_TEST

START_TEST(free_to_another_heap_crashes)
{
    vmk_HeapID heap = create(0);

    vmk_HeapFree(heap_kernel, vmk_HeapAlloc(heap, 100));
}
END_TEST

START_TEST(free_of_what_no_heap_gave_crashes)
{
    vmk_HeapID heap = create(0);

    vmk_HeapFree(heap, &heap);
}
END_TEST

START_TEST(write_beyond_the_end_crashes)
{
    vmk_HeapID heap = create(0);
    char *volatile mem = vmk_HeapAlloc(heap, 100); /* volatile: the compiler forgets how large it is */

    mem[100] = 1;
    vmk_HeapFree(heap, mem);
}
END_TEST

START_TEST(write_far_beyond_the_end_crashes)
{
    vmk_HeapID heap = create(0);
    char *volatile mem = vmk_HeapAlloc(heap, 100); /* volatile: the compiler forgets how large it is */

    mem[127] = 1;
    vmk_HeapFree(heap, mem);
}
END_TEST

START_TEST(write_after_free_crashes)
{
    vmk_HeapID heap = create(0);
    volatile char *mem = vmk_HeapAlloc(heap, 100);

    vmk_HeapFree(heap, (void *)mem);
    mem[50] = 1;
    (void)vmk_HeapAlloc(heap, 100);
}
END_TEST

RUN_TESTS_AND_CRASHES(RUN_LIST(random_allocations_never_overlap, cpus_share_a_heap,
                               powers_of_two_are_aligned_to_themselves, little_is_wasted, odd_requests,
                               limits_hold, budgets_suffice, runs_out_of_memory_and_recovers, busy_heaps_stay,
                               heaps_are_listed),
                      RUN_LIST(double_free_crashes, double_free_of_pages_crashes,
                               free_inside_an_allocation_crashes, free_to_another_heap_crashes,
                               free_of_what_no_heap_gave_crashes, write_beyond_the_end_crashes,
                               write_far_beyond_the_end_crashes, write_after_free_crashes))
