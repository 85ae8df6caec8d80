/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_nvme_errors.c - Linux's nvme, unmodified, with a controller whose commands fail, hang, or get lost:
 * each request ends once, and as it should.
 */
#include "nvme_stack.h"

#include <hosted/machine.h>
#include <run.h>

#define NVME_RETRIES 5 /* nvme_core.max_retries */

static const struct disk_exercise load = {
    .requests = 500, .depth = 16, .blocks_max = 300, .ops = READ_WRITE_FLUSH};

static void misbehave(enum nvme_lie lie, vmk_uint16 opcode, vmk_uint32 argument, unsigned times)
{
    nvme_misbehave(&nvme,
                   (struct nvme_rule){.lie = lie, .opcode = opcode, .argument = argument, .times = times});
}

/* Statuses. */

static const struct {
    vmk_uint16 opcode;
    vmk_uint16 nvme;
    vmk_StatusValue status;
} statuses[] = {
    {NVME_READ, NVME_UNRECOVERED_READ | NVME_DO_NOT_RETRY, VMK_READ_ERROR},
    {NVME_READ, NVME_UNRECOVERED_READ, VMK_READ_ERROR},
    {NVME_WRITE, NVME_WRITE_FAULT | NVME_DO_NOT_RETRY, VMK_WRITE_ERROR},
    {NVME_WRITE, NVME_CAPACITY_EXCEEDED | NVME_DO_NOT_RETRY, VMK_NO_SPACE},
    {NVME_WRITE, NVME_READ_ONLY_RANGE | NVME_DO_NOT_RETRY, VMK_WRITE_ERROR},
    {NVME_READ, NVME_INVALID_OPCODE | NVME_DO_NOT_RETRY, VMK_NOT_SUPPORTED},
    {NVME_READ, NVME_INTERNAL | NVME_DO_NOT_RETRY, VMK_IO_ERROR},
    {NVME_FLUSH, NVME_INTERNAL | NVME_DO_NOT_RETRY, VMK_IO_ERROR},
};

START_TEST(tells_what_failed)
{
    vmk_BlockOp op = statuses[_i].opcode == NVME_READ    ? VMK_BLOCK_READ
                     : statuses[_i].opcode == NVME_WRITE ? VMK_BLOCK_WRITE
                                                         : VMK_BLOCK_FLUSH;
    vmk_StatusValue status;

    subject_start(512);
    ck_assert_int_eq(disk_do(&disk, VMK_BLOCK_WRITE, 0, 8), VMK_OK);
    misbehave(NVME_FAILS, statuses[_i].opcode, statuses[_i].nvme, 0);
    status = disk_do(&disk, op, 0, op == VMK_BLOCK_FLUSH ? 0 : 8);
    ck_assert_msg(status == statuses[_i].status, "status 0x%x became %s", statuses[_i].nvme,
                  vmk_StatusToString(status));
    nvme_behave(&nvme);
    ck_assert_int_eq(disk_do(&disk, VMK_BLOCK_READ, 0, 16), VMK_OK);
    subject_stop();
}
END_TEST

/* One bad block: whatever touches it fails, nothing else does. */
START_TEST(leaves_neighbours_alone)
{
    subject_start(512);
    nvme_misbehave(&nvme, (struct nvme_rule){.lie = NVME_FAILS,
                                             .opcode = NVME_ANY_OPCODE,
                                             .argument = NVME_UNRECOVERED_READ | NVME_DO_NOT_RETRY,
                                             .first_lba = 4000,
                                             .blocks = 1});
    disk.bad_first = 4000;
    disk.bad_blocks = 1;
    disk_exercise(&disk, (struct disk_exercise){.requests = 3000,
                                                .depth = 32,
                                                .blocks_max = 1000,
                                                .ops = 1 << VMK_BLOCK_READ | 1 << VMK_BLOCK_WRITE,
                                                .may_fail = VMK_TRUE});
    ck_assert_uint_gt(disk.failed, 20);
    nvme_behave(&nvme);
    disk.bad_blocks = 0;
    disk_compare(&disk);
    subject_stop();
}
END_TEST

/* What fails now and then is done again, and nobody hears of it. */
START_TEST(tries_again)
{
    subject_start(512);
    nvme_misbehave(
        &nvme,
        (struct nvme_rule){
            .lie = NVME_FAILS, .opcode = NVME_READ, .argument = NVME_INTERNAL, .skip = 20, .times = 5});
    disk_exercise(&disk, load);
    ck_assert_uint_ge(storage_events(VMK_STORAGE_EVENT_REQUEUE), 5);
    subject_stop();
}
END_TEST

/* Commands that hang. */

START_TEST(aborts_a_command_that_hangs)
{
    subject_start(512);
    misbehave(NVME_STUCK, NVME_READ, 0, 1);
    disk_exercise(&disk, load);
    ck_assert_uint_eq(nvme.aborts, 1);
    ck_assert_uint_eq(nvme.enables, 1);
    ck_assert_uint_eq(storage_events(VMK_STORAGE_EVENT_TIMEOUT), 1);
    ck_assert_uint_eq(storage_events(VMK_STORAGE_EVENT_ABORT), 1);
    ck_assert_uint_eq(storage_events(VMK_STORAGE_EVENT_HOST_RESET), 0);
    subject_stop();
}
END_TEST

/* The abort does not help: the controller is reset, and everything done again. */
START_TEST(resets_a_controller_that_hangs)
{
    subject_start(512);
    misbehave(NVME_NEVER, NVME_WRITE, 0, 1);
    disk_exercise(&disk, load);
    ck_assert_uint_eq(nvme.aborts, 1);
    ck_assert_uint_eq(nvme.enables, 2);
    ck_assert_uint_eq(storage_events(VMK_STORAGE_EVENT_TIMEOUT), 2);
    ck_assert_uint_eq(storage_events(VMK_STORAGE_EVENT_ABORT), 1);
    ck_assert_uint_eq(storage_events(VMK_STORAGE_EVENT_HOST_RESET), 1);
    disk_compare(&disk);
    subject_stop();
}
END_TEST

/* What is issued before the controller is told of doorbells in memory leaves their event index behind, so
 * that the driver rings no more: nothing may be, not even what was late. */
START_TEST(goes_on_after_a_reset_with_doorbells_in_memory)
{
    subject.machine_start(512);
    nvme.has_shadow = VMK_TRUE;
    storage_load();
    for (unsigned i = 0; i < 3; i++) {
        ck_assert_uint_eq(nvme.commands[0][NVME_DOORBELL_BUFFER], i + 1);
        nvme_behave(&nvme);
        misbehave(NVME_NEVER, NVME_WRITE, 0, 1 + i * 3);
        disk_exercise(&disk, load);
        ck_assert_uint_eq(nvme.enables, i + 2);
    }
    disk_compare(&disk);
    subject_stop();
}
END_TEST

/* A command that hangs, and whenever it is tried again: the driver has counted, and gives it up. */
START_TEST(gives_up_a_command_that_hangs_each_time)
{
    subject_start(512);
    nvme_misbehave(
        &nvme, (struct nvme_rule){.lie = NVME_NEVER, .opcode = NVME_READ, .first_lba = 4000, .blocks = 8});
    ck_assert(disk_start(&disk, VMK_BLOCK_READ, 4000, 8, DISK_WHOLE, 0));
    ck_assert(disk_settle(&disk, 600000));
    ck_assert_uint_eq(disk.failed, 1);
    ck_assert_int_eq(disk.failure, VMK_IO_ERROR);
    nvme_behave(&nvme);
    disk_exercise(&disk, load);
    ck_assert_uint_eq(nvme.enables, 1 + 1 + NVME_RETRIES);
    subject_stop();
}
END_TEST

/* Many at a time, and the aborts hang too. */
START_TEST(resets_a_controller_that_hangs_for_good)
{
    subject_start(512);
    misbehave(NVME_NEVER, NVME_READ, 0, 10);
    nvme_misbehave(
        &nvme, (struct nvme_rule){.lie = NVME_NEVER, .admin = VMK_TRUE, .opcode = NVME_ABORT, .times = 1});
    disk_exercise(&disk, load);
    ck_assert_uint_ge(nvme.enables, 2);
    disk_compare(&disk);
    subject_stop();
}
END_TEST

/* A command of the driver's own, of which there is no path: the adapter tells. */
START_TEST(counts_what_the_admin_queue_does_not_answer)
{
    struct vmk_StorageAdapterInt *adapter;

    subject_start(512);
    nvme_misbehave(
        &nvme, (struct nvme_rule){.lie = NVME_NEVER, .admin = VMK_TRUE, .opcode = NVME_IDENTIFY, .times = 1});
    adapter = storage_adapter_find("vmhba0");
    ck_assert_int_eq(storage_adapter_rescan(adapter), VMK_OK);
    storage_adapter_put(adapter);
    hosted_run_ms(1000);
    ck_assert_uint_eq(nvme.enables, 2);
    ck_assert_uint_eq(storage_events(VMK_STORAGE_EVENT_TIMEOUT), 1);
    ck_assert_uint_eq(storage_events(VMK_STORAGE_EVENT_HOST_RESET), 1);
    disk_exercise(&disk, load);
    subject_stop();
}
END_TEST

/* Whatever failed was told that the disk is gone for good. */
static void assert_lost(void)
{
    ck_assert_uint_gt(disk.failed, 0);
    ck_assert_uint_eq(disk.lost, disk.failed);
}

START_TEST(gives_up_a_controller_that_never_gets_ready)
{
    subject_start(512);
    misbehave(NVME_NEVER, NVME_WRITE, 0, 0);
    for (unsigned i = 0; i < 20; i++) {
        ck_assert(disk_start(&disk, VMK_BLOCK_WRITE, i * 100, 10, DISK_WHOLE, 0));
    }
    hosted_run_ms(1000);
    nvme.ready_ms = NVME_NEVER_READY;
    ck_assert(disk_settle(&disk, 600000));
    ck_assert_uint_eq(disk.failed, 20);
    assert_lost();
    ck_assert_int_eq(disk_do(&disk, VMK_BLOCK_READ, 0, 1), VMK_PERM_DEV_LOSS);
    disk_close(&disk);
    ck_assert(stack_unload());
}
END_TEST

START_TEST(resets_a_controller_that_failed)
{
    subject_start(512);
    for (unsigned i = 0; i < 3; i++) {
        for (unsigned n = 0; n < 20; n++) {
            ck_assert(
                disk_start(&disk, n % 2 ? VMK_BLOCK_WRITE : VMK_BLOCK_READ, n * 100, 10, DISK_DWORDS, 0));
        }
        nvme_fail(&nvme);
        ck_assert(disk_settle(&disk, 600000));
        ck_assert_uint_eq(disk.failed, 0);
        ck_assert_uint_eq(nvme.enables, i + 2);
    }
    disk_compare(&disk);
    subject_stop();
}
END_TEST

/* Interrupts. */

START_TEST(finds_what_no_interrupt_told)
{
    subject_start(512);
    nvme.mute = VMK_TRUE;
    for (unsigned n = 0; n < 10; n++) {
        ck_assert(disk_start(&disk, VMK_BLOCK_WRITE, n * 100, 10, DISK_WHOLE, 0));
    }
    ck_assert(disk_settle(&disk, 120000));
    ck_assert_uint_eq(disk.failed, 0);
    ck_assert_uint_eq(nvme.enables, 1);
    nvme.mute = VMK_FALSE;
    disk_exercise(&disk, load);
    subject_stop();
}
END_TEST

START_TEST(takes_interrupts_for_nothing)
{
    subject_start(512);
    for (unsigned n = 0; n < 1000; n++) {
        nvme_interrupt(&nvme, n % 2);
    }
    disk_exercise(&disk, load);
    subject_stop();
}
END_TEST

/* With fewer interrupts than completions, none stays behind for long. */
START_TEST(reaps_all_there_are)
{
    subject_start(512);
    nvme.interrupt_nth = 2;
    disk_exercise(&disk, (struct disk_exercise){
                             .requests = 200, .depth = 16, .blocks_max = 8, .ops = READ_WRITE_FLUSH});
    nvme.interrupt_nth = 0;
    subject_stop();
}
END_TEST

/* Coming up. */

START_TEST(waits_for_a_slow_controller)
{
    subject.machine_start(512);
    nvme.ready_ms = 8000;
    storage_load();
    disk_exercise(&disk, load);
    subject_stop();
}
END_TEST

START_TEST(refuses_a_controller_that_never_gets_ready)
{
    subject.machine_start(512);
    nvme.ready_ms = NVME_NEVER_READY;
    ck_assert(stack_load());
    ck_assert(!disk_appears(test_id, DISK_PATH));
    ck_assert(stack_unload());
    nvme.ready_ms = 1;
    hosted_run_ms(1000);
    nvme.csts = 0;
    storage_load();
    subject_stop();
}
END_TEST

/* Each admin command on the way to the disk fails, hangs, comes twice or not as asked for: there is a disk,
 * or there is none; nothing is left behind. */
static const enum nvme_lie admin_lies[] = {NVME_FAILS, NVME_NEVER, NVME_STUCK, NVME_TWICE, NVME_SHORT};

START_TEST(survives_each_admin_command)
{
    unsigned nth = 0, reached;

    subject.machine_start(512);
    do {
        struct nvme_rule rule = {.lie = admin_lies[_i],
                                 .admin = VMK_TRUE,
                                 .opcode = NVME_ANY_OPCODE,
                                 .argument = NVME_INTERNAL | NVME_DO_NOT_RETRY,
                                 .skip = nth,
                                 .times = 1};

        nvme_behave(&nvme);
        nvme_misbehave(&nvme, rule);
        ck_assert(stack_load());
        if (disk_appears(test_id, DISK_PATH) && disk_open(&disk, test_id, DISK_PATH) == VMK_OK) {
            disk_distrust(&disk); /* What the last round wrote is still there. */
            disk_exercise(&disk, (struct disk_exercise){.requests = 20,
                                                        .depth = 4,
                                                        .blocks_max = 8,
                                                        .ops = READ_WRITE_FLUSH,
                                                        .may_fail = VMK_TRUE});
            disk_close(&disk);
        }
        hosted_run_ms(1000);
        reached = nvme.rule[0].matched;
        ck_assert_msg(stack_unload(), "admin command %u, and something is left", nth);
    } while (reached > nth++);
    ck_assert_uint_gt(nth, 8);
    nvme_behave(&nvme);
    storage_load();
    subject_stop();
}
END_TEST

int main(void)
{
    const TTest *tests[] = {leaves_neighbours_alone,
                            tries_again,
                            aborts_a_command_that_hangs,
                            resets_a_controller_that_hangs,
                            goes_on_after_a_reset_with_doorbells_in_memory,
                            gives_up_a_command_that_hangs_each_time,
                            resets_a_controller_that_hangs_for_good,
                            counts_what_the_admin_queue_does_not_answer,
                            gives_up_a_controller_that_never_gets_ready,
                            resets_a_controller_that_failed,
                            finds_what_no_interrupt_told,
                            takes_interrupts_for_nothing,
                            reaps_all_there_are,
                            waits_for_a_slow_controller,
                            refuses_a_controller_that_never_gets_ready};
    Suite *suite = suite_create("nvme-errors");
    TCase *tcase = run_add(suite, "tests", tests, VMK_ARRAY_SIZE(tests), 0);

    tcase_add_loop_test(tcase, tells_what_failed, 0, VMK_ARRAY_SIZE(statuses));
    tcase_add_loop_test(tcase, survives_each_admin_command, 0, VMK_ARRAY_SIZE(admin_lies));
    return run_suite(suite);
}
