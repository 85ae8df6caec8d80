/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_storage_faults.c - what is asked of every driver for disks, short of everything in turn (conformance
 * check C2): each acquisition of a resource fails once while it is loaded, while its disk is used, and while
 * it is reset.
 */
#include "storage_subject.h"

#include <hosted/fault.h>
#include <hosted/machine.h>
#include <run.h>
#include <sys/mman.h>

#define PARTS            8 /* Of the acquisitions, in a process each: every eighth. */
#define SETTLE_MS        20000
#define GRACE_MS         1000 /* After which what waited for a grace period is free, too. */
#define ACQUISITIONS_MAX 6000

static const struct disk_exercise few = {
    .requests = 20, .depth = 8, .blocks_max = 300, .ops = READ_WRITE_FLUSH, .may_fail = VMK_TRUE};

static void use_disk(void)
{
    if (disk_open(&disk, test_id, DISK_PATH) == VMK_OK) {
        disk_distrust(&disk); /* What the last run wrote is still there. */
        disk_exercise(&disk, few);
        disk_close(&disk);
    }
}

/* Load, use the disk if there is one, unload. @return acquisitions on the way to the disk. */
static unsigned load_with_fault(unsigned nth)
{
    vmk_Bool loaded;
    unsigned acquisitions;

    hosted_fault_arm(nth);
    loaded = stack_load();
    hosted_run_ms(SETTLE_MS);
    acquisitions = hosted_fault_count();
    hosted_fault_arm(0);
    if (loaded) {
        use_disk();
    }
    (void)!stack_unload(); /* What it leaves is compared. */
    hosted_run_ms(GRACE_MS);
    return acquisitions;
}

/* What is held by the modules, and by the kernel on their behalf. */
static const enum account_kind on_behalf[] = {ACCOUNT_HEAP_BYTES, ACCOUNT_PAGES, ACCOUNT_DMA_ENGINES,
                                              ACCOUNT_INTERRUPTS, ACCOUNT_TIMERS};
struct holdings {
    vmk_int64 modules[ACCOUNT_KIND_COUNT];
    vmk_int64 kernel[VMK_ARRAY_SIZE(on_behalf)];
};

static struct holdings holdings(void)
{
    struct holdings now;

    for (unsigned i = 0; i < ACCOUNT_KIND_COUNT; i++) {
        now.modules[i] = stack_holds((enum account_kind)i);
    }
    for (unsigned i = 0; i < VMK_ARRAY_SIZE(on_behalf); i++) {
        now.kernel[i] = account_read(VMK_VMKERNEL_MODULE_ID, on_behalf[i]);
    }
    return now;
}

static void expect_no_more(struct holdings before, unsigned nth)
{
    struct holdings after = holdings();

    for (unsigned i = 0; i < ACCOUNT_KIND_COUNT; i++) {
        ck_assert_msg(after.modules[i] == before.modules[i],
                      "acquisition %u failed: of kind %u, modules hold %ld, not %ld", nth, i,
                      after.modules[i], before.modules[i]);
    }
    for (unsigned i = 0; i < VMK_ARRAY_SIZE(on_behalf); i++) {
        ck_assert_msg(after.kernel[i] == before.kernel[i],
                      "acquisition %u failed: of kind %u, the kernel holds %ld, not %ld", nth, on_behalf[i],
                      after.kernel[i], before.kernel[i]);
    }
}

static unsigned *kept; /* How often the driver kept its device; all processes see it. */

START_TEST(survives_each_acquisition_failing)
{
    struct holdings before;
    unsigned nth = (unsigned)_i + 1;

    subject.machine_start(512);
    load_with_fault(0); /* What is made once is there afterwards. */
    before = holdings();
    for (; load_with_fault(nth) >= nth; nth += PARTS) {
        if (stack_holds(ACCOUNT_DMA_ENGINES) != before.modules[ACCOUNT_DMA_ENGINES]) {
            (*kept)++;
            before = holdings();
        }
        expect_no_more(before, nth);
        ck_assert_uint_lt(nth, ACQUISITIONS_MAX);
    }
    ck_assert_uint_gt(nth, 50);
    storage_load();
    disk_close(&disk);
    (void)!stack_unload();
    hosted_run_ms(GRACE_MS);
    expect_no_more(before, 0);
}
END_TEST

/* A driver whose own error path forgets a reference cannot be unloaded; no other may be that. */
START_TEST(keeps_no_more_than_is_known)
{
    ck_assert_uint_eq(*kept, subject.keeps_itself);
}
END_TEST

/* A request may fail, nothing else. */
START_TEST(survives_each_acquisition_failing_in_use)
{
    unsigned nth = 0;

    subject_start(512);
    do {
        hosted_fault_arm(++nth);
        disk_exercise(&disk, few);
    } while (hosted_fault_count() >= nth);
    hosted_fault_arm(0);
    disk_compare(&disk);
    subject_stop();
}
END_TEST

/* Reset the adapter with requests under way. @return acquisitions till all have ended. */
static unsigned reset_with_fault(unsigned nth)
{
    struct vmk_StorageAdapterInt *adapter;
    unsigned acquisitions;

    storage_load();
    disk_distrust(&disk);
    for (unsigned n = 0; n < 20; n++) {
        ck_assert(disk_start(&disk, VMK_BLOCK_READ, n * 100, 10, DISK_PAGES, 0));
    }
    adapter = storage_adapter_find("vmhba0");
    hosted_fault_arm(nth);
    (void)!storage_adapter_reset(adapter);
    ck_assert(disk_settle(&disk, 600000));
    hosted_run_ms(SETTLE_MS);
    acquisitions = hosted_fault_count();
    hosted_fault_arm(0);
    storage_adapter_put(adapter);
    disk_close(&disk);
    ck_assert(stack_unload());
    hosted_run_ms(GRACE_MS);
    return acquisitions;
}

/* The disk may be lost. */
START_TEST(survives_each_acquisition_failing_in_a_reset)
{
    struct holdings before;

    subject.machine_start(512);
    reset_with_fault(0);
    before = holdings();
    for (unsigned nth = 1; reset_with_fault(nth) >= nth; nth++) {
        expect_no_more(before, nth);
    }
}
END_TEST

int main(void)
{
    const TTest *tests[] = {survives_each_acquisition_failing_in_use,
                            survives_each_acquisition_failing_in_a_reset};
    const TTest *sums[] = {keeps_no_more_than_is_known};
    Suite *suite = suite_create(subject.name);

    kept = mmap(NULL, sizeof(*kept), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    VMK_VERIFY(kept != MAP_FAILED);
    tcase_add_loop_test(run_add(suite, "faults", tests, VMK_ARRAY_SIZE(tests), 0),
                        survives_each_acquisition_failing, 0, PARTS);
    run_add(suite, "sums", sums, VMK_ARRAY_SIZE(sums), 0);
    return run_suite(suite);
}
