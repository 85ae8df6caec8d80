/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_ahci_errors.c - Linux's ahci, unmodified, with disks whose commands fail or hang, and an adapter that
 * lies: each request ends once, and as it should; nothing is touched that should not be.
 */
#include "ahci_stack.h"

#include <hosted/machine.h>
#include <run.h>

static const struct disk_exercise load = {
    .requests = 300, .depth = 16, .blocks_max = 300, .ops = READ_WRITE_FLUSH};

static void misbehave(enum ahci_lie lie, vmk_uint8 command, vmk_uint32 argument, unsigned times)
{
    ahci_misbehave(&hba,
                   (struct ahci_rule){.lie = lie, .command = command, .argument = argument, .times = times});
}

/* One bad block: whatever touches it fails, nothing else does. The log says which of the queued ones it was.
 */
START_TEST(leaves_neighbours_alone)
{
    subject_start(512);
    ahci_misbehave(&hba, (struct ahci_rule){.lie = AHCI_FAILS,
                                            .command = ATA_READ_FPDMA,
                                            .argument = ATA_UNC,
                                            .first_lba = 4000,
                                            .blocks = 1});
    disk.bad_first = 4000;
    disk.bad_blocks = 1;
    disk_exercise(&disk, (struct disk_exercise){.requests = 2000,
                                                .depth = 31,
                                                .blocks_max = 1000,
                                                .ops = 1 << VMK_BLOCK_READ,
                                                .may_fail = VMK_TRUE});
    ck_assert_uint_gt(disk.failed, 10);
    ck_assert_int_eq(disk.failure, VMK_READ_ERROR);
    ck_assert_uint_gt(hba.port[0].commands[ATA_READ_LOG_EXT], 10);
    ahci_behave(&hba);
    disk.bad_blocks = 0;
    disk_compare(&disk);
    subject_stop();
}
END_TEST

static const struct {
    vmk_uint8 command;
    vmk_uint32 error;
    vmk_BlockOp op;
    vmk_StatusValue status;
} failures[] = {
    {ATA_READ_FPDMA, ATA_UNC, VMK_BLOCK_READ, VMK_READ_ERROR},
    {ATA_READ_FPDMA, ATA_IDNF, VMK_BLOCK_READ, VMK_IO_ERROR},
    {ATA_WRITE_FPDMA, ATA_IDNF, VMK_BLOCK_WRITE, VMK_IO_ERROR},
    {ATA_FLUSH, ATA_ABORTED, VMK_BLOCK_FLUSH, VMK_IO_ERROR},
};

START_TEST(tells_what_failed)
{
    vmk_BlockOp op = failures[_i].op;
    vmk_uint32 blocks = op == VMK_BLOCK_FLUSH ? 0 : 8;

    subject_start(512);
    ck_assert_int_eq(disk_do(&disk, VMK_BLOCK_WRITE, 0, 8), VMK_OK);
    misbehave(AHCI_FAILS, failures[_i].command, failures[_i].error, 0);
    ck_assert_int_eq(disk_do(&disk, op, 0, blocks), failures[_i].status);
    ahci_behave(&hba);
    ck_assert_int_eq(disk_do(&disk, op, 0, blocks), VMK_OK);
    subject_stop();
}
END_TEST

/* What is aborted along with one that failed is done again, and nobody hears of it. */
START_TEST(tries_again)
{
    subject_start(512);
    ahci_misbehave(
        &hba,
        (struct ahci_rule){
            .lie = AHCI_FAILS, .command = ATA_READ_FPDMA, .argument = ATA_ABORTED, .skip = 20, .times = 2});
    disk_exercise(&disk, load);
    disk_compare(&disk);
    subject_stop();
}
END_TEST

/* Nobody hears of it, whoever waited for it included: a flush is put off until queued commands have ended. */
static const vmk_uint8 hanging[] = {ATA_FLUSH, ATA_READ_FPDMA, ATA_WRITE_FPDMA};

START_TEST(resets_a_disk_that_hangs)
{
    subject_start(512);
    misbehave(AHCI_NEVER, hanging[_i], 0, 1);
    disk_exercise(&disk, load);
    ck_assert_uint_ge(storage_events(VMK_STORAGE_EVENT_TIMEOUT), 1);
    ck_assert_uint_ge(hba.port[0].link_resets + hba.port[0].soft_resets, 1);
    disk_compare(&disk);
    subject_stop();
}
END_TEST

START_TEST(recovers_a_link_that_was_lost)
{
    subject_start(512);
    for (unsigned i = 0; i < 3; i++) {
        ahci_behave(&hba);
        ahci_misbehave(&hba, (struct ahci_rule){
                                 .lie = AHCI_LINK_LOST, .command = ATA_READ_FPDMA, .skip = 5, .times = 1});
        disk_exercise(&disk, load);
    }
    disk_compare(&disk);
    subject_stop();
}
END_TEST

START_TEST(gives_up_a_disk_that_stays_busy)
{
    subject_start(512);
    misbehave(AHCI_NEVER, ATA_READ_FPDMA, 0, 0);
    hba.port[0].mute = VMK_TRUE;
    for (unsigned i = 0; i < 10; i++) {
        ck_assert(disk_start(&disk, VMK_BLOCK_READ, i * 100, 10, DISK_WHOLE, 0));
    }
    ck_assert(disk_settle(&disk, 1800000));
    ck_assert_uint_eq(disk.failed, 10);
    disk_close(&disk);
    ck_assert(stack_unload());
}
END_TEST

START_TEST(loses_a_disk_under_load)
{
    subject_start(512);
    for (unsigned i = 0; i < 20; i++) {
        ck_assert(disk_start(&disk, VMK_BLOCK_READ, i * 100, 10, DISK_WHOLE, 0));
    }
    ahci_plug(&hba, 0, NULL);
    ck_assert(disk_settle(&disk, 1800000));
    ck_assert_uint_gt(disk.failed, 0);
    disk_close(&disk);
    ck_assert(stack_unload());
}
END_TEST

/* Lies under load: data stays right, requests end once. */
static const struct {
    enum ahci_lie lie;
    vmk_uint32 argument;
} lies[] = {
    {AHCI_FOREIGN_TAGS, 0x80000000}, {AHCI_FOREIGN_TAGS, 0xffff0000}, {AHCI_UNASKED_D2H, ATA_GOOD},
    {AHCI_UNASKED_D2H, 0},           {AHCI_WRONG_COUNT, 0},           {AHCI_WRONG_COUNT, ~0u},
    {AHCI_WRONG_FIS, 0x39},          {AHCI_WRONG_FIS, 0xff},
};

START_TEST(survives_lies)
{
    subject_start(512);
    ahci_misbehave(&hba, (struct ahci_rule){.lie = lies[_i].lie,
                                            .command = ATA_READ_FPDMA,
                                            .argument = lies[_i].argument,
                                            .skip = 10,
                                            .times = 20});
    disk_exercise(&disk, (struct disk_exercise){
                             .requests = 300, .depth = 8, .blocks_max = 64, .ops = READ_WRITE_FLUSH});
    ahci_behave(&hba);
    disk_compare(&disk);
    subject_stop();
}
END_TEST

START_TEST(takes_interrupts_for_nothing)
{
    subject_start(512);
    for (unsigned i = 0; i < 200; i++) {
        ahci_interrupt(&hba);
        ahci_send_bits(&hba.port[0], ~0u);
        ahci_send_register(&hba.port[i % AHCI_PORTS], ATA_GOOD);
        hosted_run_ms(1);
    }
    disk_exercise(&disk, load);
    subject_stop();
}
END_TEST

START_TEST(moves_less_than_it_says)
{
    subject_start(512);
    misbehave(AHCI_SHORT, ATA_READ_FPDMA, 0, 0);
    disk_distrust(&disk);
    disk_exercise(&disk, load);
    subject_stop();
}
END_TEST

START_TEST(refuses_an_adapter_that_cannot_be_reset)
{
    subject.machine_start(512);
    hba.reset_stuck = VMK_TRUE;
    ck_assert(stack_load());
    ck_assert(!disk_appears(test_id, DISK_PATH));
    ck_assert(stack_unload());
    hba.reset_stuck = VMK_FALSE;
    hba.ghc = 1u << 31; /* As after power-on. */
    storage_load();
    subject_stop();
}
END_TEST

/* Identify data: a word that is another. */
static const struct statement {
    unsigned word;
    vmk_uint16 value;
} statements[] = {
    {0, 0xffff},   {0, 0x848a},   {10, 0x0000},  {10, 0xffff},  {27, 0x0102},  {49, 0},       {53, 0},
    {60, 0},       {61, 0xffff},  {63, 0xffff},  {75, 0},       {75, 0xffff},  {76, 0},       {76, 0xffff},
    {78, 0xffff},  {80, 0},       {80, 0xffff},  {82, 0xffff},  {83, 0},       {83, 0xffff},  {84, 0xffff},
    {88, 0},       {93, 0xffff},  {100, 0},      {103, 0xffff}, {103, 0x7fff}, {106, 0x7fff}, {106, 0x5000},
    {117, 0xffff}, {118, 0xffff}, {119, 0xffff}, {128, 0xffff}, {169, 0xffff}, {206, 0xffff}, {217, 0xffff},
};

static const struct statement *statement;

static void state(struct ata_disk *device, vmk_uint16 *words)
{
    words[statement->word] = statement->value;
}

START_TEST(survives_what_a_disk_says)
{
    subject.machine_start(512);
    statement = &statements[_i];
    sata.tamper = state;
    ck_assert(stack_load());
    hosted_run_ms(60000);
    if (disk_open(&disk, test_id, DISK_PATH) == VMK_OK) {
        disk_distrust(&disk);
        disk_exercise(
            &disk,
            (struct disk_exercise){
                .requests = 40, .depth = 8, .blocks_max = 64, .ops = READ_WRITE_FLUSH, .may_fail = VMK_TRUE});
        disk_close(&disk);
    }
    ck_assert(stack_unload());
    sata.tamper = NULL;
    storage_load();
    subject_stop();
}
END_TEST

int main(void)
{
    const TTest *tests[] = {leaves_neighbours_alone,       tries_again,
                            recovers_a_link_that_was_lost, gives_up_a_disk_that_stays_busy,
                            loses_a_disk_under_load,       takes_interrupts_for_nothing,
                            moves_less_than_it_says,       refuses_an_adapter_that_cannot_be_reset};
    Suite *suite = suite_create("ahci-errors");
    TCase *tcase = run_add(suite, "ahci", tests, VMK_ARRAY_SIZE(tests), 0);

    tcase_add_loop_test(tcase, tells_what_failed, 0, VMK_ARRAY_SIZE(failures));
    tcase_add_loop_test(tcase, resets_a_disk_that_hangs, 0, VMK_ARRAY_SIZE(hanging));
    tcase_add_loop_test(tcase, survives_lies, 0, VMK_ARRAY_SIZE(lies));
    tcase_add_loop_test(tcase, survives_what_a_disk_says, 0, VMK_ARRAY_SIZE(statements));
    return run_suite(suite);
}
