/* SPDX-License-Identifier: GPL-2.0-only */
/* linux_scsi.c - sense data, what is done about it, commands for disks, and what units say of themselves. */
#include "linux_test.h"

#include <linux/string.h>
#include <asm/unaligned.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_eh.h>

#include "../../../vmklinux/scsi/scsi_priv.h"
#include "../../../vmklinux/scsi/scsi_vpd.h"
#include "../../../vmklinux/scsi/sd_cdb.h"

static struct scsi_device unit;
static struct {
    struct request rq;
    struct scsi_cmnd cmd;
} command;
static u8 sense[SCSI_SENSE_BUFFERSIZE];
static enum scsi_device_event event;

void sdev_evt_send_simple(struct scsi_device *sdev, enum scsi_device_event evt_type, gfp_t gfpflags)
{
    event = evt_type;
}

void linux_test_start(void)
{
    memset(&unit, 0, sizeof(unit));
    memset(&command, 0, sizeof(command));
    memset(sense, 0, sizeof(sense));
    unit.sdev_state = SDEV_RUNNING;
    command.cmd.device = &unit;
    command.cmd.sense_buffer = sense;
    command.cmd.allowed = 3;
    event = 0;
}

static void fixed_sense_is_understood(void)
{
    static const u8 data[] = {0xf0, 0, 3, 0, 0, 0x12, 0x34, 10, 0, 0, 0, 0, 0x11, 0x04, 0, 0, 0, 0};
    struct scsi_sense_hdr sshdr;
    u64 info;

    EXPECT(scsi_normalize_sense(data, sizeof(data), &sshdr));
    EXPECT(sshdr.sense_key == 3 && sshdr.asc == 0x11 && sshdr.ascq == 0x04);
    EXPECT(scsi_get_sense_info_fld(data, sizeof(data), &info) && info == 0x1234);
    EXPECT(!scsi_get_sense_info_fld(data, 6, &info));
    /* Cut off before the additional codes, or saying so: they are 0. */
    EXPECT(scsi_normalize_sense(data, 12, &sshdr) && sshdr.sense_key == 3 && sshdr.asc == 0);
    EXPECT(scsi_normalize_sense(data, 13, &sshdr) && sshdr.asc == 0x11 && sshdr.ascq == 0);
    EXPECT(scsi_normalize_sense(data, 1, &sshdr) && sshdr.sense_key == 0);
    EXPECT(!scsi_normalize_sense(data, 0, &sshdr) && !scsi_normalize_sense(NULL, 18, &sshdr));
    EXPECT(!scsi_normalize_sense((const u8[]){0x60, 0, 3}, 3, &sshdr));
}

static void descriptor_sense_is_understood(void)
{
    static const u8 data[] = {0x72, 5,    0x24, 0, 0,    0, 0, 20,              /* header, 20 bytes follow */
                              0x02, 6,    0,    0, 0xc8, 0, 4, 0,               /* field pointer */
                              0x00, 0x0a, 0x80, 0, 0,    0, 0, 1,  2, 3, 4, 5}; /* information */
    struct scsi_sense_hdr sshdr;
    u64 info;

    EXPECT(scsi_normalize_sense(data, sizeof(data), &sshdr));
    EXPECT(sshdr.sense_key == 5 && sshdr.asc == 0x24 && sshdr.additional_length == 20);
    EXPECT(scsi_sense_desc_find(data, sizeof(data), 2) == data + 8);
    EXPECT(scsi_sense_desc_find(data, sizeof(data), 0) == data + 16);
    EXPECT(!scsi_sense_desc_find(data, sizeof(data), 9));
    EXPECT(scsi_get_sense_info_fld(data, sizeof(data), &info) && info == 0x0102030405ull);
    /* A descriptor that reaches beyond what was received is none. */
    for (int len = 0; len < (int)sizeof(data); len++)
        EXPECT(!scsi_sense_desc_find(data, len, 0));
}

static void sense_is_built(void)
{
    struct scsi_sense_hdr sshdr;
    u64 info;

    for (int desc = 0; desc <= 1; desc++) {
        memset(sense, 0, sizeof(sense));
        scsi_build_sense_buffer(desc, sense, MEDIUM_ERROR, 0x11, 4);
        EXPECT(scsi_set_sense_information(sense, sizeof(sense), 0xabcdef) == 0);
        EXPECT(scsi_normalize_sense(sense, sizeof(sense), &sshdr));
        EXPECT(sshdr.sense_key == MEDIUM_ERROR && sshdr.asc == 0x11 && sshdr.ascq == 4);
        EXPECT(scsi_get_sense_info_fld(sense, sizeof(sense), &info) && info == 0xabcdef);
        EXPECT(scsi_set_sense_field_pointer(sense, sizeof(sense), 0x102, 3, true) == 0);
        EXPECT(scsi_set_sense_information(sense, 7, 1) == -EINVAL);
    }
    /* No room for the descriptor. */
    scsi_build_sense_buffer(1, sense, MEDIUM_ERROR, 0, 0);
    EXPECT(scsi_set_sense_information(sense, 19, 1) == -EINVAL);
    EXPECT(scsi_set_sense_field_pointer(sense, 15, 0, 0, true) == -EINVAL);
}

static enum scsi_disposition decide(int result, u8 key, u8 asc, u8 ascq)
{
    command.cmd.result = result;
    scsi_build_sense_buffer(0, sense, key, asc, ascq);
    return scsi_decide_disposition(&command.cmd);
}

static void each_end_has_its_consequence(void)
{
    const int check = SAM_STAT_CHECK_CONDITION;

    EXPECT(decide(0, 0, 0, 0) == SUCCESS);
    EXPECT(decide(SAM_STAT_BUSY, 0, 0, 0) == ADD_TO_MLQUEUE);
    EXPECT(decide(SAM_STAT_TASK_SET_FULL, 0, 0, 0) == ADD_TO_MLQUEUE);
    EXPECT(decide(SAM_STAT_RESERVATION_CONFLICT, 0, 0, 0) == SUCCESS);
    EXPECT(decide(0xfe, 0, 0, 0) == FAILED);
    EXPECT(decide(check, NO_SENSE, 0, 0) == SUCCESS);
    EXPECT(decide(check, RECOVERED_ERROR, 0x17, 0) == SUCCESS);
    EXPECT(decide(check, MEDIUM_ERROR, 0x11, 0) == SUCCESS); /* lost: asking again is no use */
    EXPECT(decide(check, ILLEGAL_REQUEST, 0x24, 0) == SUCCESS);
    EXPECT(decide(check, DATA_PROTECT, 0x27, 0) == SUCCESS);
    EXPECT(decide(check, HARDWARE_ERROR, 0x44, 0) == SUCCESS);
    EXPECT(decide(check, NOT_READY, 0x3a, 0) == SUCCESS);
    EXPECT(decide(DID_NO_CONNECT << 16, 0, 0, 0) == SUCCESS);
    EXPECT(decide(DID_REQUEUE << 16, 0, 0, 0) == ADD_TO_MLQUEUE);
    EXPECT(decide(DID_IMM_RETRY << 16, 0, 0, 0) == NEEDS_RETRY);
    EXPECT(decide(DID_TIME_OUT << 16, 0, 0, 0) == FAILED);
    /* No sense data at all. */
    memset(sense, 0, sizeof(sense));
    command.cmd.result = check;
    EXPECT(scsi_decide_disposition(&command.cmd) == FAILED);
}

static void tries_end(void)
{
    const int check = SAM_STAT_CHECK_CONDITION;

    for (int tries = 0; tries < 3; tries++)
        EXPECT(decide(check, ABORTED_COMMAND, 0, 0) == NEEDS_RETRY);
    EXPECT(decide(check, ABORTED_COMMAND, 0, 0) == SUCCESS);
    command.cmd.retries = 0;
    command.rq.cmd_flags = REQ_FAILFAST_MASK;
    EXPECT(decide(DID_SOFT_ERROR << 16, 0, 0, 0) == SUCCESS);
    EXPECT(decide(check, NOT_READY, 4, 1) == SUCCESS);
}

static void attention_is_told(void)
{
    const int check = SAM_STAT_CHECK_CONDITION;

    EXPECT(decide(check, UNIT_ATTENTION, 0x2a, 0x09) == NEEDS_RETRY);
    EXPECT(event == SDEV_EVT_CAPACITY_CHANGE_REPORTED);
    unit.removable = 1;
    EXPECT(decide(check, UNIT_ATTENTION, 0x28, 0) == SUCCESS);
    EXPECT(event == SDEV_EVT_MEDIA_CHANGE && unit.changed);
    /* After a reset of ours it is no news, once. */
    unit.expecting_cc_ua = 1;
    EXPECT(decide(check, UNIT_ATTENTION, 0x29, 0) == NEEDS_RETRY && !unit.expecting_cc_ua);
    unit.sdev_state = SDEV_OFFLINE;
    EXPECT(decide(DID_TIME_OUT << 16, 0, 0, 0) == SUCCESS);
}

static void commands_are_built(void)
{
    u8 cdb[16];

    EXPECT(sd_cdb_rw(cdb, false, false, 0x12345678, 0x9abc, true) == 10);
    EXPECT(!memcmp(cdb, ((u8[]){0x28, 0, 0x12, 0x34, 0x56, 0x78, 0, 0x9a, 0xbc, 0}), 10));
    EXPECT(sd_cdb_rw(cdb, true, true, U32_MAX, U16_MAX, true) == 10 && cdb[0] == 0x2a && cdb[1] == 8);
    /* Whatever does not fit ten bytes takes sixteen. */
    EXPECT(sd_cdb_rw(cdb, false, false, 1ull << 32, 1, true) == 16 && cdb[0] == 0x88);
    EXPECT(get_unaligned_be64(&cdb[2]) == 1ull << 32 && get_unaligned_be32(&cdb[10]) == 1);
    EXPECT(sd_cdb_rw(cdb, true, true, 7, 0x10000, true) == 16 && cdb[0] == 0x8a && cdb[1] == 8);
    EXPECT(sd_cdb_rw(cdb, true, false, 7, 1, false) == 16 && cdb[1] == 0);
    EXPECT(sd_cdb_flush(cdb) == 10 && cdb[0] == 0x35 && cdb[1] == 0 && cdb[9] == 0);
    EXPECT(sd_cdb_write_same_16(cdb, 5, 6, true) == 16 && cdb[0] == 0x93 && cdb[1] == 8 && cdb[9] == 5 &&
           cdb[13] == 6);
    EXPECT(sd_cdb_unmap(cdb, 24) == 10 && cdb[0] == 0x42 && cdb[8] == 24);
}

/* A page 0x83 with the designators given. */
static u8 page[128];

static int add_designator(int at, u8 code_set, u8 type, const void *data, u8 len)
{
    page[at] = code_set;
    page[at + 1] = type;
    page[at + 3] = len;
    memcpy(&page[at + 4], data, len);
    return at + 4 + len;
}

static void units_are_named_by_their_best_name(void)
{
    static const u8 naa[] = {0x50, 1, 2, 3, 4, 5, 6, 7}, eui[] = {0xaa, 1, 2, 3, 4, 5, 6, 0xff};
    static const char ata[] = "ATA     QEMU HARDDISK                           QM00001             ";
    char id[VMK_BLOCK_ID_LENGTH], model[48];
    int len = add_designator(4, 2, 1, ata, 68);

    EXPECT(scsi_vpd_identity(page, len, id));
    EXPECT(!strcmp(id, "t10.ATA_____QEMU_HARDDISK___________________________QM00001_____________"));
    EXPECT(scsi_vpd_ata_model(page, len, model, sizeof(model)) && !strcmp(model, "QEMU HARDDISK"));
    len = add_designator(len, 1, 2, eui, 8);
    EXPECT(scsi_vpd_identity(page, len, id) && !strcmp(id, "eui.aa010203040506ff"));
    len = add_designator(len, 1, 3, naa, 8);
    EXPECT(scsi_vpd_identity(page, len, id) && !strcmp(id, "naa.5001020304050607"));
    /* A port's name is not the unit's; one that is cut off is none. */
    page[len - 11] |= 0x10;
    EXPECT(scsi_vpd_identity(page, len, id) && !strcmp(id, "eui.aa010203040506ff"));
    EXPECT(!scsi_vpd_identity(page, 4, id) && !scsi_vpd_identity(page, 20, id));
}

static void texts_are_trimmed(void)
{
    char text[8];

    scsi_copy_text(text, sizeof(text), (const u8 *)"  a b   ", 8);
    EXPECT(!strcmp(text, "a b"));
    scsi_copy_text(text, sizeof(text), (const u8 *)"\x01\xffz\0tail", 8);
    EXPECT(!strcmp(text, "??z"));
    scsi_copy_text(text, sizeof(text), (const u8 *)"0123456789", 10);
    EXPECT(!strcmp(text, "0123456"));
    scsi_copy_text(text, sizeof(text), (const u8 *)"    ", 4);
    EXPECT(!strcmp(text, ""));
}

static void sizes_make_sense_or_are_refused(void)
{
    struct scsi_capacity capacity;
    u8 data[32] = {0};

    put_unaligned_be64(999, data);
    put_unaligned_be32(512, &data[8]);
    data[13] = 3;
    data[14] = 0xc0;
    EXPECT(scsi_parse_capacity_16(data, 32, &capacity));
    EXPECT(capacity.blocks == 1000 && capacity.block_size == 512 && capacity.physical_block_size == 4096);
    EXPECT(capacity.provisioned && capacity.reads_zeroes);
    EXPECT(scsi_parse_capacity_16(data, 12, &capacity) && !capacity.provisioned);
    EXPECT(!scsi_parse_capacity_16(data, 11, &capacity));
    data[13] = 15; /* larger than any: not believed */
    EXPECT(scsi_parse_capacity_16(data, 32, &capacity) && capacity.physical_block_size == 512);
    put_unaligned_be32(520, &data[8]);
    EXPECT(!scsi_parse_capacity_16(data, 32, &capacity));
    put_unaligned_be32(0, &data[8]);
    EXPECT(!scsi_parse_capacity_16(data, 32, &capacity));
    put_unaligned_be32(4096, &data[8]);
    put_unaligned_be64(U64_MAX / 4096, data);
    EXPECT(!scsi_parse_capacity_16(data, 32, &capacity));
    put_unaligned_be64(U64_MAX, data);
    EXPECT(!scsi_parse_capacity_16(data, 32, &capacity));

    put_unaligned_be32(U32_MAX, data);
    put_unaligned_be32(2048, &data[4]);
    EXPECT(scsi_parse_capacity_10(data, 8, &capacity) && capacity.blocks == 1ull << 32);
    EXPECT(!scsi_parse_capacity_10(data, 7, &capacity));
}

static void caching_pages_are_found(void)
{
    /* Header of four, a page of another kind, a sub-page, the caching page. */
    u8 data[] = {0, 0, 0, 0, 0x01, 2, 0, 0, 0x41, 1, 0, 2, 9, 9, 0x08, 0x12, 0x04, 0};
    bool write_cache = false;

    EXPECT(scsi_parse_caching_page(data, sizeof(data), 4, &write_cache) && write_cache);
    data[16] = 0;
    EXPECT(scsi_parse_caching_page(data, sizeof(data), 4, &write_cache) && !write_cache);
    EXPECT(!scsi_parse_caching_page(data, 16, 4, &write_cache));
    EXPECT(!scsi_parse_caching_page(data, sizeof(data), 1000, &write_cache));
    EXPECT(!scsi_parse_caching_page(data, 0, 4, &write_cache));
}

static void limits_are_taken_as_far_as_they_go(void)
{
    struct scsi_provisioning provisioning;
    struct scsi_block_limits limits;
    u8 data[64] = {0};

    put_unaligned_be32(256, &data[8]);
    put_unaligned_be32(77, &data[20]);
    put_unaligned_be64(4096, &data[36]);
    scsi_vpd_block_limits(data, 64, &limits);
    EXPECT(limits.max_transfer_blocks == 256 && limits.max_unmap_blocks == 77 &&
           limits.max_write_same_blocks == 4096);
    scsi_vpd_block_limits(data, 16, &limits);
    EXPECT(limits.max_transfer_blocks == 256 && limits.max_unmap_blocks == 0);
    scsi_vpd_block_limits(data, 4, &limits);
    EXPECT(limits.max_transfer_blocks == 0);
    data[5] = 0x40;
    scsi_vpd_provisioning(data, 8, &provisioning);
    EXPECT(provisioning.write_same_16 && !provisioning.unmap && !provisioning.write_same_10);
    scsi_vpd_provisioning(data, 7, &provisioning);
    EXPECT(!provisioning.write_same_16);
    data[4] = 0;
    data[5] = 1;
    EXPECT(scsi_vpd_is_non_rotational(data, 6) && !scsi_vpd_is_non_rotational(data, 5));
}

static void units_have_numbers(void)
{
    static const u64 luns[] = {0, 1, 255, 256, 0x4001, 0x123456789abcdefull};

    for (size_t i = 0; i < ARRAY_SIZE(luns); i++) {
        struct scsi_lun lun;

        int_to_scsilun(luns[i], &lun);
        EXPECT(scsilun_to_int(&lun) == luns[i]);
    }
}

const struct linux_case linux_cases[] = {
    {"fixed sense is understood", fixed_sense_is_understood},
    {"descriptor sense is understood", descriptor_sense_is_understood},
    {"sense is built", sense_is_built},
    {"each end has its consequence", each_end_has_its_consequence},
    {"tries end", tries_end},
    {"attention is told", attention_is_told},
    {"commands are built", commands_are_built},
    {"units are named by their best name", units_are_named_by_their_best_name},
    {"texts are trimmed", texts_are_trimmed},
    {"sizes make sense or are refused", sizes_make_sense_or_are_refused},
    {"caching pages are found", caching_pages_are_found},
    {"limits are taken as far as they go", limits_are_taken_as_far_as_they_go},
    {"units have numbers", units_have_numbers},
    {NULL, NULL}};
