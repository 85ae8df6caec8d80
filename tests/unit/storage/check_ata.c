/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_ata.c - ATA commands in SCSI commands, and registers in sense data that is anything at all.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "ata_passthrough.h"
#include "run.h"

/* The path answers what the test says. */

static vmk_ScsiCommand sent, answer;
static vmk_StatusValue answer_status;

VMK_ReturnStatus storage_path_scsi(struct vmk_BlockPathInt *path, vmk_ScsiCommand *command)
{
    sent = *command;
    command->deviceStatus = answer.deviceStatus;
    command->senseLen = answer.senseLen;
    memcpy(command->senseData, answer.senseData, sizeof(answer.senseData));
    return answer_status;
}

/** Descriptor sense data with an ATA status return descriptor behind another one. */
static const vmk_uint8 sense[] = {0x72, 0x01, 0x00, 0x1d, 0, 0,    0,    18, 0x80, 2, 1,    2,    0x09,
                                  12,   0,    0x04, 0,    1, 0x11, 0x33, 0,  0x4f, 0, 0xc2, 0x40, 0x50};

static void set_answer(vmk_uint8 status, const vmk_uint8 *bytes, size_t len)
{
    memset(&answer, 0, sizeof(answer));
    answer.deviceStatus = status;
    answer.senseLen = (vmk_uint32)len;
    memcpy(answer.senseData, bytes, len);
    answer_status = VMK_OK;
}

static const struct ata_command smart_status = {
    .command = 0xb0, .feature = 0xda, .lba_mid = 0x4f, .lba_high = 0xc2, .want_registers = true};

START_TEST(commands_are_laid_out_as_sat_has_them)
{
    static const vmk_uint8 none[16] = {0x85, 3 << 1, 0x20, 0, 0xda, 0, 0, 0, 0, 0, 0x4f, 0, 0xc2, 0, 0xb0, 0};
    static const vmk_uint8 in[16] = {0x85, 4 << 1, 0x0e, 0, 0xd0, 0, 1, 0, 7, 0, 0x4f, 0, 0xc2, 0, 0xb0, 0};
    struct ata_command read = smart_status;
    vmk_uint8 cdb[16], data[512];

    ata_pass_through_cdb(&smart_status, cdb);
    ck_assert_mem_eq(cdb, none, 16);
    read.feature = 0xd0;
    read.count = 1;
    read.lba_low = 7;
    read.data = data;
    read.data_len = sizeof(data);
    read.want_registers = false;
    ata_pass_through_cdb(&read, cdb);
    ck_assert_mem_eq(cdb, in, 16);
}
END_TEST

START_TEST(registers_are_found_behind_other_descriptors)
{
    struct ata_registers registers;

    ata_registers_find(sense, sizeof(sense), &registers);
    ck_assert(registers.valid);
    ck_assert_uint_eq(registers.error, 0x04);
    ck_assert_uint_eq(registers.count, 1);
    ck_assert_uint_eq(registers.lba_low, 0x33);
    ck_assert_uint_eq(registers.lba_mid, 0x4f);
    ck_assert_uint_eq(registers.lba_high, 0xc2);
    ck_assert_uint_eq(registers.status, 0x50);
}
END_TEST

START_TEST(a_short_descriptor_has_no_registers)
{
    vmk_uint8 changed[sizeof(sense) + 8] = {0};
    struct ata_registers registers;

    memcpy(changed, sense, sizeof(sense));
    changed[13] = 11;
    ata_registers_find(changed, sizeof(changed), &registers);
    ck_assert(!registers.valid);
}
END_TEST

/* Each allocation is exactly as long as what it holds: a byte too many ends the test. */
START_TEST(sense_data_may_be_anything)
{
    struct ata_registers registers;

    for (size_t len = 0; len < sizeof(sense); len++) {
        vmk_uint8 *cut = malloc(len);

        memcpy(cut, sense, len);
        ata_registers_find(cut, (vmk_uint32)len, &registers);
        ck_assert(!registers.valid);
        free(cut);
    }
    for (unsigned seed = 0; seed < 20000; seed++) {
        size_t len = seed % 40;
        vmk_uint8 *random = malloc(len);

        srand(seed);
        for (size_t i = 0; i < len; i++) {
            random[i] = i < 8 ? sense[i] : (vmk_uint8)(rand() % (rand() % 2 ? 256 : 14));
        }
        ata_registers_find(random, (vmk_uint32)len, &registers);
        free(random);
    }
}
END_TEST

START_TEST(what_the_device_says_is_told)
{
    static const vmk_uint8 aborted[] = {0x72, 0x0b, 0, 0, 0, 0, 0, 14, 9, 12,   0,
                                        4,    0,    0, 0, 0, 0, 0, 0,  0, 0x40, 0x51};
    struct ata_registers registers;

    set_answer(2, sense, sizeof(sense));
    ck_assert_int_eq(ata_pass_through(NULL, &smart_status, &registers), VMK_OK);
    ck_assert_uint_eq(registers.lba_mid, 0x4f);
    ck_assert_uint_eq(sent.cdbLen, 16);
    ck_assert_int_eq(sent.dataDirection, VMK_SCSI_COMMAND_DIRECTION_NONE);
    set_answer(2, aborted, sizeof(aborted));
    ck_assert_int_eq(ata_pass_through(NULL, &smart_status, &registers), VMK_IO_ERROR);
    set_answer(0, sense, 0);
    ck_assert_int_eq(ata_pass_through(NULL, &smart_status, &registers), VMK_BAD_FORMAT);
    set_answer(8, sense, 0); /* BUSY */
    ck_assert_int_eq(ata_pass_through(NULL, &smart_status, &registers), VMK_IO_ERROR);
    set_answer(0, sense, 1);
    answer.senseLen = 0xffffffff; /* a driver that counts wrong */
    ck_assert_int_eq(ata_pass_through(NULL, &smart_status, &registers), VMK_BAD_FORMAT);
    answer_status = VMK_TIMEOUT;
    ck_assert_int_eq(ata_pass_through(NULL, &smart_status, &registers), VMK_TIMEOUT);
}
END_TEST

RUN_TESTS(commands_are_laid_out_as_sat_has_them, registers_are_found_behind_other_descriptors,
          a_short_descriptor_has_no_registers, sense_data_may_be_anything, what_the_device_says_is_told)
