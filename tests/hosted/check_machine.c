/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_machine.c - the hosted machine itself: what it promises, and that what it forbids is noticed.
 */
#include <hosted/fault.h>
#include <hosted/machine.h>
#include <hosted/module.h>
#include <run.h>
#include <vmkapi/base/heap.h>
#include <vmkapi/base/pcpu.h>
#include <vmkapi/base/time.h>
#include <vmkapi/base/world.h>
#include <vmkapi/core/frame.h>
#include <vmkapi/core/mapping.h>

#define ASAN_EXIT 1

static vmk_ModuleID module;

static vmk_HeapID new_heap(vmk_ByteCount max)
{
    vmk_HeapCreateProps props = {.name = {"test"}, .module = module, .max = max};
    vmk_HeapID heap;

    ck_assert_int_eq(vmk_HeapCreate(&props, &heap), VMK_OK);
    return heap;
}

static vmk_MPN new_page(void)
{
    vmk_PageRequest request = {.module = module, .kind = VMK_PAGE_DATA, .zero = VMK_TRUE};
    vmk_MPN mpn;

    ck_assert_int_eq(vmk_PageAlloc(request, &mpn), VMK_OK);
    return mpn;
}

static void start(void)
{
    hosted_start();
    module = hosted_module_add("test");
}

static struct {
    unsigned rounds;
    vmk_uint64 woke_at_ns;
} sleeper;

static vmk_StatusValue sleeper_main(void *data)
{
    for (sleeper.rounds = 0; sleeper.rounds < 100; sleeper.rounds++) {
        ck_assert_int_eq(vmk_WorldSleep(1000), VMK_OK);
    }
    sleeper.woke_at_ns = vmk_GetTimerCycles();
    return VMK_OK;
}

START_TEST(worlds_share_the_cpu_and_its_time)
{
    start();
    vmk_WorldProps props = {.name = "sleeper", .moduleID = module, .startFunction = sleeper_main};
    vmk_uint64 from = vmk_GetTimerCycles();
    vmk_WorldID id;

    ck_assert_int_eq(vmk_WorldCreate(&props, &id), VMK_OK);
    hosted_run_ms(50);
    ck_assert_uint_ge(sleeper.rounds, 45);
    ck_assert_uint_le(sleeper.rounds, 50);
    ck_assert_int_eq(vmk_WorldWaitForDeath(id), VMK_OK);
    ck_assert_uint_ge(sleeper.woke_at_ns - from, 100 * VMK_NSEC_PER_MSEC);
    ck_assert_uint_lt(sleeper.woke_at_ns - from, 110 * VMK_NSEC_PER_MSEC);
    hosted_run_ms(1);
    ck_assert(hosted_module_is_clear(module));
}
END_TEST

static void on_timer(vmk_AddrCookie data)
{
    ck_assert(vmk_InBottomHalf() && !vmk_InInterrupt() && !vmk_CanBlock());
    *(unsigned *)data.ptr += 1;
}

START_TEST(timers_strike_spinning_worlds)
{
    start();
    unsigned struck = 0;
    vmk_TimerObject timer;

    vmk_TimerInit(&timer, module, on_timer, (vmk_AddrCookie){.ptr = &struck});
    vmk_TimerArm(&timer, vmk_GetTimerCycles() + VMK_NSEC_PER_MSEC);
    vmk_DelayUsecs(900);
    ck_assert_uint_eq(struck, 0);
    vmk_CPUDisableInterrupts();
    vmk_DelayUsecs(200);
    ck_assert_uint_eq(struck, 0);
    vmk_CPUEnableInterrupts();
    ck_assert_uint_eq(struck, 1);
    ck_assert(hosted_module_is_clear(module));
}
END_TEST

START_TEST(heaps_charge_and_keep_their_limit)
{
    start();
    vmk_HeapID heap = new_heap(1000);
    void *first = vmk_HeapAlloc(heap, 600);

    ck_assert_ptr_nonnull(first);
    ck_assert(vmk_HeapOf(first) == heap);
    ck_assert_ptr_null(vmk_HeapAlloc(heap, 401));
    ck_assert_int_eq(vmk_HeapDestroy(heap), VMK_BUSY);
    ck_assert(!hosted_module_is_clear(module));
    vmk_HeapFree(heap, first);
    for (vmk_ByteCount size = 16; size <= 512; size *= 2) {
        void *mem = vmk_HeapAlloc(heap, size);

        ck_assert_uint_eq((vmk_VA)mem % size, 0);
        vmk_HeapFree(heap, mem);
    }
    ck_assert_int_eq(vmk_HeapDestroy(heap), VMK_OK);
    ck_assert(hosted_module_is_clear(module));
}
END_TEST

START_TEST(pages_are_seen_wherever_they_are_mapped)
{
    start();
    vmk_MPN mpn = new_page();
    vmk_MpnRange range = {mpn, 1};
    vmk_MapRequest request = {.mapAttrs = VMK_MAPATTRS_READWRITE, .numElements = 1, .mpnRanges = &range};
    vmk_VA va;

    ck_assert_int_eq(vmk_Map(module, &request, &va), VMK_OK);
    ck_assert(vmk_VAIsMapArea(va));
    *(unsigned *)va = 42;
    ck_assert_uint_eq(*(unsigned *)vmk_MPN2Ptr(mpn), 42);
    vmk_Unmap(va);
    vmk_PageFree(mpn);
    ck_assert(hosted_module_is_clear(module));
}
END_TEST

START_TEST(the_nth_acquisition_fails)
{
    start();
    vmk_HeapID heap = new_heap(0);
    void *first, *third;

    hosted_fault_arm(2);
    first = vmk_HeapAlloc(heap, 10);
    ck_assert(first != NULL && vmk_HeapAlloc(heap, 10) == NULL);
    third = vmk_HeapAlloc(heap, 10);
    ck_assert_ptr_nonnull(third);
    ck_assert_uint_eq(hosted_fault_count(), 3);
    vmk_HeapFree(heap, first);
    vmk_HeapFree(heap, third);
    ck_assert_int_eq(vmk_HeapDestroy(heap), VMK_OK);
}
END_TEST

START_TEST(notices_a_byte_too_many)
{
    start();
    volatile char *mem = vmk_HeapAlloc(new_heap(0), 10);

    mem[10] = 1;
}
END_TEST

START_TEST(notices_a_page_used_after_it_is_freed)
{
    start();
    vmk_MPN mpn = new_page();

    vmk_PageFree(mpn);
    *(volatile char *)vmk_MPN2Ptr(mpn) = 1;
}
END_TEST

START_TEST(notices_a_double_free)
{
    start();
    vmk_HeapID heap = new_heap(0);
    void *mem = vmk_HeapAlloc(heap, 10);

    vmk_HeapFree(heap, mem);
    vmk_HeapFree(heap, mem);
}
END_TEST

START_TEST(notices_that_nothing_can_happen_any_more)
{
    start();
    (void)!vmk_WorldWait(1, VMK_LOCK_INVALID, VMK_TIMEOUT_UNLIMITED_MS, "nothing");
}
END_TEST

START_TEST(notices_a_sleep_with_preemption_off)
{
    start();
    vmk_PreemptDisable();
    (void)!vmk_WorldSleep(1);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {worlds_share_the_cpu_and_its_time, timers_strike_spinning_worlds,
                            heaps_charge_and_keep_their_limit, pages_are_seen_wherever_they_are_mapped,
                            the_nth_acquisition_fails};
    const TTest *crashes[] = {notices_a_double_free, notices_that_nothing_can_happen_any_more,
                              notices_a_sleep_with_preemption_off};
    Suite *suite = suite_create("machine");
    TCase *tcase = tcase_create("sanitizer");

    run_add(suite, "tests", tests, sizeof(tests) / sizeof(tests[0]), 0);
    run_add(suite, "crashes", crashes, sizeof(crashes) / sizeof(crashes[0]), SIGABRT);
    tcase_add_exit_test(tcase, notices_a_byte_too_many, ASAN_EXIT);
    tcase_add_exit_test(tcase, notices_a_page_used_after_it_is_freed, ASAN_EXIT);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
