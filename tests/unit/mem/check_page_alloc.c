/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_page_alloc.c - zones, per-CPU caches, references and accounting on a hosted machine.
 */
#include "machine.h"
#include "run.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <core/account.h>
#include <core/page_alloc.h>
#include <vmkapi/core/frame.h>

#define MODULE 7u

static vmk_PageRequest request(unsigned order, vmk_MemPhysAddrConstraint constraint)
{
    return (vmk_PageRequest){.module = MODULE,
                             .order = (vmk_uint8)order,
                             .kind = VMK_PAGE_DATA,
                             .constraint = (vmk_uint8)constraint};
}

static void start(unsigned mib)
{
    machine_describe(mib);
    machine_start();
}

/* Every page is somewhere: nothing is lost, nothing counted twice. */
static struct memory_stats check_sums(void)
{
    struct memory_stats stats;
    vmk_uint64 sum;

    memory_stats_get(&stats);
    sum = stats.free;
    for (unsigned kind = 0; kind < VMK_PAGE_KIND_COUNT; kind++) {
        sum += stats.used[kind];
    }
    CHECK_THAT(sum == stats.total);
    CHECK_THAT(stats.used[VMK_PAGE_FREE] == 0);
    return stats;
}

static void check_machine(unsigned mib)
{
    struct memory_stats stats = check_sums();

    ck_assert_uint_eq(stats.total, (vmk_uint64)mib * 256);
    ck_assert_uint_eq(stats.used[VMK_PAGE_FRAMES], (mib + 3) / 4 * 4);
    ck_assert_uint_le(stats.used[VMK_PAGE_RESERVED], 512 + 1);
}

START_TEST(boots_on_machines_of_any_size)
{
    static const unsigned sizes[] = {8, 64, 509, 512, 2048, 3072, 3073, 6000};

    start(sizes[_i]);
    check_machine(sizes[_i]);
    ck_assert(vmk_MPNHasFrame(0));
    ck_assert_uint_eq(vmk_MachMemMaxAddr(), sizes[_i] <= 3072
                                                ? (vmk_MA)sizes[_i] << 20
                                                : (4ul << 30) + ((vmk_MA)(sizes[_i] - 3072) << 20));
    ck_assert_int_eq(vmk_MPNHasFrame(vmk_MA2MPN(3500ul << 20)), VMK_FALSE);
    ck_assert_int_eq(vmk_MPNHasFrame(vmk_MA2MPN(1ul << 50)), VMK_FALSE);
}
END_TEST

START_TEST(descriptors_say_whose_a_page_is)
{
    vmk_MPN mpn;
    vmk_PageFrame *frame;

    start(64);
    ck_assert_int_eq(vmk_PageAlloc(request(0, VMK_PHYS_ADDR_ANY), &mpn), VMK_OK);
    frame = vmk_MPN2Frame(mpn);
    ck_assert_uint_eq(vmk_Frame2MPN(frame), mpn);
    ck_assert_ptr_eq(vmk_Frame2Ptr(frame), vmk_MPN2Ptr(mpn));
    ck_assert_uint_eq(frame->module, MODULE);
    ck_assert_uint_eq(frame->kind, VMK_PAGE_DATA);
    ck_assert_int_eq(vmk_PageRefCount(frame), 1);
    ck_assert_int_eq(account_read(MODULE, ACCOUNT_PAGES), 1);
    vmk_PageGet(frame);
    vmk_PagePut(frame);
    ck_assert_int_eq(account_read(MODULE, ACCOUNT_PAGES), 1);
    vmk_PagePut(frame);
    ck_assert_int_eq(account_read(MODULE, ACCOUNT_PAGES), 0);
    ck_assert_uint_eq(frame->kind, VMK_PAGE_FREE);
}
END_TEST

START_TEST(zeroes_on_demand)
{
    vmk_PageRequest zeroed = request(2, VMK_PHYS_ADDR_ANY);
    vmk_MPN mpn;
    char *bytes;

    start(8);
    zeroed.zero = VMK_TRUE;
    for (int round = 0; round < 50; round++) {
        CHECK_THAT(vmk_PageAlloc(zeroed, &mpn) == VMK_OK);
        bytes = vmk_MPN2Ptr(mpn);
        for (unsigned i = 0; i < 4 * VMK_PAGE_SIZE; i++) {
            CHECK_THAT(bytes[i] == 0);
        }
        memset(bytes, 0xff, 4 * VMK_PAGE_SIZE);
        vmk_PageFree(mpn);
    }
}
END_TEST

START_TEST(keeps_constraints)
{
    static const vmk_MA limits[] = {[VMK_PHYS_ADDR_ANY] = ~0ul,
                                    [VMK_PHYS_ADDR_BELOW_4GB] = 4ul << 30,
                                    [VMK_PHYS_ADDR_BELOW_16MB] = 16ul << 20};
    vmk_MPN mpn;
    int above = 0;

    start(6000);
    for (int round = 0; round < 3000; round++) {
        unsigned order = (unsigned)rand() % 3;
        unsigned constraint = (unsigned)rand() % VMK_PHYS_ADDR_CONSTRAINT_COUNT;

        if (vmk_PageAlloc(request(order, (vmk_MemPhysAddrConstraint)constraint), &mpn) == VMK_OK) {
            CHECK_THAT(vmk_MPN2MA(mpn + (1ul << order)) <= limits[constraint]);
            above += mpn >= vmk_MA2MPN(4ul << 30);
            if (rand() % 2) {
                vmk_PageFree(mpn);
            }
        } else {
            CHECK_THAT((int)constraint == VMK_PHYS_ADDR_BELOW_16MB);
        }
    }
    CHECK_THAT(above > 900);
    check_sums();
}
END_TEST

START_TEST(small_machines_have_low_memory_only)
{
    vmk_MPN mpn;

    start(8);
    ck_assert_int_eq(vmk_PageAlloc(request(0, VMK_PHYS_ADDR_ANY), &mpn), VMK_OK);
    ck_assert_int_eq(vmk_PageAlloc(request(0, VMK_PHYS_ADDR_BELOW_4GB), &mpn), VMK_OK);
    ck_assert_int_eq(vmk_PageAlloc(request(0, VMK_PHYS_ADDR_BELOW_16MB), &mpn), VMK_OK);
}
END_TEST

START_TEST(gives_every_page_and_takes_it_back)
{
    struct memory_stats before, stats;
    vmk_MPN mpn, list = 0;
    vmk_uint64 count = 0;

    start(64);
    before = check_sums();
    while (vmk_PageAlloc(request(0, VMK_PHYS_ADDR_ANY), &mpn) == VMK_OK) {
        CHECK_THAT(*(char *)vmk_MPN2Ptr(mpn) == 0); /* nobody had it before */
        *(char *)vmk_MPN2Ptr(mpn) = 1;
        vmk_MPN2Frame(mpn)->private = list;
        list = mpn;
        count++;
    }
    CHECK_THAT(count == before.free);
    stats = check_sums();
    CHECK_THAT(stats.free == 0);
    while (list != 0) {
        mpn = list;
        list = vmk_MPN2Frame(mpn)->private;
        vmk_PageFree(mpn);
    }
    stats = check_sums();
    CHECK_THAT(stats.free == before.free);
    CHECK_THAT(account_read(MODULE, ACCOUNT_PAGES) == 0);
    /* And they have joined: the largest blocks are there again. */
    for (int i = 0; i < 12; i++) {
        CHECK_THAT(vmk_PageAlloc(request(VMK_PAGE_MAX_ORDER, VMK_PHYS_ADDR_ANY), &mpn) == VMK_OK);
    }
}
END_TEST

START_TEST(large_blocks_come_out_of_the_cache)
{
    vmk_MPN pages[2000], mpn;
    unsigned count = 0;

    start(8);
    while (vmk_PageAlloc(request(0, VMK_PHYS_ADDR_ANY), &pages[count]) == VMK_OK) {
        count++;
    }
    /* Two neighbours stay in this CPU's cache until a block of two is asked for. */
    for (unsigned i = 0; i < count; i++) {
        if (pages[i] / 2 == pages[count / 2] / 2) {
            vmk_PageFree(pages[i]);
        }
    }
    ck_assert_int_eq(vmk_PageAlloc(request(1, VMK_PHYS_ADDR_ANY), &mpn), VMK_OK);
    ck_assert_uint_eq(mpn / 2, pages[count / 2] / 2);
    ck_assert_int_eq(vmk_PageAlloc(request(0, VMK_PHYS_ADDR_ANY), &mpn), VMK_NO_MEMORY);
    ck_assert_int_eq(vmk_PageAlloc(request(VMK_PAGE_MAX_ORDER + 1, VMK_PHYS_ADDR_ANY), &mpn), VMK_BAD_PARAM);
}
END_TEST

START_TEST(runs_are_not_rounded_up)
{
    struct memory_stats before, stats;
    vmk_MPN mpn;

    start(64);
    before = check_sums();
    for (vmk_uint32 n = 1; n <= 1u << VMK_PAGE_MAX_ORDER; n += 1 + n / 3) {
        CHECK_THAT(vmk_PageAllocRun(request(0, VMK_PHYS_ADDR_ANY), n, &mpn) == VMK_OK);
        stats = check_sums();
        CHECK_THAT(stats.used[VMK_PAGE_DATA] == n);
        CHECK_THAT(account_read(MODULE, ACCOUNT_PAGES) == n);
        for (vmk_uint32 i = 0; i < n; i++) {
            CHECK_THAT(vmk_PageRefCount(vmk_MPN2Frame(mpn + i)) == 1);
            CHECK_THAT(vmk_MPN2Frame(mpn + i)->order == 0);
        }
        vmk_PageFreeRun(mpn, n);
    }
    CHECK_THAT(vmk_PageAllocRun(request(0, VMK_PHYS_ADDR_ANY), 0, &mpn) == VMK_BAD_PARAM);
    CHECK_THAT(vmk_PageAllocRun(request(0, VMK_PHYS_ADDR_ANY), 1025, &mpn) == VMK_BAD_PARAM);
    CHECK_THAT(check_sums().free == before.free);
}
END_TEST

static void *hammer(void *arg)
{
    struct {
        vmk_MPN mpn;
        unsigned char tag;
        unsigned order;
    } held[64] = {0};
    unsigned seed = (unsigned)(unsigned long)arg;

    for (int round = 0; round < 60000; round++) {
        unsigned slot = (unsigned)rand_r(&seed) % 64;
        unsigned char *bytes = vmk_MPN2Ptr(held[slot].mpn);

        if (held[slot].mpn != 0) {
            /* The page's last byte is still what this thread wrote: nobody else was given it. */
            if (bytes[(VMK_PAGE_SIZE << held[slot].order) - 1] != held[slot].tag) {
                return "a page was given to two";
            }
            vmk_PageFree(held[slot].mpn);
            held[slot].mpn = 0;
            continue;
        }
        held[slot].order = rand_r(&seed) % 8 == 0 ? (unsigned)rand_r(&seed) % 4 : 0;
        if (vmk_PageAlloc(request(held[slot].order, VMK_PHYS_ADDR_ANY), &held[slot].mpn) != VMK_OK) {
            held[slot].mpn = 0;
            continue;
        }
        held[slot].tag = (unsigned char)rand_r(&seed);
        bytes = vmk_MPN2Ptr(held[slot].mpn);
        bytes[(VMK_PAGE_SIZE << held[slot].order) - 1] = held[slot].tag;
    }
    for (unsigned slot = 0; slot < 64; slot++) {
        if (held[slot].mpn != 0) {
            vmk_PageFree(held[slot].mpn);
        }
    }
    return NULL;
}

START_TEST(cpus_do_not_disturb_each_other)
{
    pthread_t threads[4];
    vmk_uint64 free_before;

    start(8);
    free_before = check_sums().free;
    for (unsigned long i = 0; i < 4; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, hammer, (void *)(i + 1)), 0);
    }
    for (unsigned i = 0; i < 4; i++) {
        void *complaint;

        pthread_join(threads[i], &complaint);
        ck_assert_ptr_null(complaint);
    }
    ck_assert_uint_eq(check_sums().free, free_before);
    ck_assert_int_eq(account_read(MODULE, ACCOUNT_PAGES), 0);
}
END_TEST

START_TEST(double_free_crashes)
{
    vmk_MPN mpn;

    start(8);
    ck_assert_int_eq(vmk_PageAlloc(request(0, VMK_PHYS_ADDR_ANY), &mpn), VMK_OK);
    vmk_PageFree(mpn);
    vmk_PageFree(mpn);
}
END_TEST

START_TEST(free_of_a_block_s_middle_crashes)
{
    vmk_MPN mpn;

    start(8);
    ck_assert_int_eq(vmk_PageAlloc(request(3, VMK_PHYS_ADDR_ANY), &mpn), VMK_OK);
    vmk_PageFree(mpn + 1);
}
END_TEST

START_TEST(free_of_a_freed_block_s_middle_crashes)
{
    vmk_MPN mpn;

    start(8);
    ck_assert_int_eq(vmk_PageAllocRun(request(0, VMK_PHYS_ADDR_ANY), 8, &mpn), VMK_OK);
    vmk_PageFreeRun(mpn, 8);
    vmk_PageFree(mpn + 3);
}
END_TEST

START_TEST(free_of_reserved_memory_crashes)
{
    start(8);
    vmk_PageFree(5);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {descriptors_say_whose_a_page_is,
                            zeroes_on_demand,
                            keeps_constraints,
                            small_machines_have_low_memory_only,
                            gives_every_page_and_takes_it_back,
                            large_blocks_come_out_of_the_cache,
                            runs_are_not_rounded_up,

                            cpus_do_not_disturb_each_other};
    const TTest *crashes[] = {double_free_crashes, free_of_a_block_s_middle_crashes,
                              free_of_a_freed_block_s_middle_crashes, free_of_reserved_memory_crashes};
    Suite *suite = suite_create("page_alloc");
    TCase *sizes = tcase_create("sizes");

    tcase_add_loop_test(sizes, boots_on_machines_of_any_size, 0, 8);
    suite_add_tcase(suite, sizes);
    run_add(suite, "tests", tests, sizeof(tests) / sizeof(tests[0]), 0);
    run_add(suite, "crashes", crashes, sizeof(crashes) / sizeof(crashes[0]), SIGABRT);
    return run_suite(suite);
}
