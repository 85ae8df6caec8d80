/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_ahci.c - Linux's ahci, unmodified, with an adapter and disks that do what they should: disks, their
 * data, and coming and going.
 */
#include "ahci_stack.h"

#include <hosted/machine.h>
#include <hosted/module.h>
#include <run.h>
#include <string.h>
#include <vmkapi/core/frame.h>

START_TEST(shows_the_disk)
{
    struct vmk_BlockPathInt *path;
    const vmk_BlockIdentity *identity;

    subject_start(512);
    path = storage_path_find(DISK_PATH);
    ck_assert_ptr_nonnull(path);
    identity = &path->reg.identity;
    ck_assert_ptr_nonnull(strstr(identity->model, "OpenVMK SATA mod"));
    ck_assert_str_eq(identity->serial, sata.serial);
    ck_assert_uint_eq(disk.blocks, AHCI_BLOCKS);
    ck_assert_uint_eq(disk.block_bytes, 512);
    ck_assert(path->reg.props.flags & VMK_BLOCK_PROP_WRITE_CACHE);
    ck_assert(!(path->reg.props.flags & VMK_BLOCK_PROP_ROTATIONAL));
    storage_path_put(path);
    subject_stop();
}
END_TEST

START_TEST(queues_its_commands)
{
    subject_start(512);
    disk_exercise(
        &disk, (struct disk_exercise){.requests = 1000, .depth = 31, .blocks_max = 64, .ops = subject.ops});
    ck_assert_uint_gt(hba.port[0].commands[ATA_READ_FPDMA], 100);
    ck_assert_uint_gt(hba.port[0].commands[ATA_WRITE_FPDMA], 100);
    subject_stop();
}
END_TEST

START_TEST(discards)
{
    subject_start(512);
    ck_assert_int_eq(disk_do(&disk, VMK_BLOCK_WRITE, 0, 256), VMK_OK);
    ck_assert_int_eq(disk_do(&disk, VMK_BLOCK_DISCARD, 16, 100), VMK_OK);
    ck_assert_uint_eq(hba.port[0].commands[ATA_DATA_SET_MANAGEMENT], 1);
    disk_compare(&disk);
    subject_stop();
}
END_TEST

/* Port n is target 0 of channel n, as in Linux each has a host of its own; but it is one adapter. */
START_TEST(serves_each_port)
{
    static struct ata_disk second;
    static struct atapi_device cd;
    static struct disk more;
    struct vmk_BlockPathInt *path;
    unsigned disks = 0, cds = 0;

    subject.machine_start(512);
    ata_disk_init(&second, "DISK2", 2000, 4096);
    atapi_init(&cd, 500);
    ahci_plug(&hba, 1, &second.device);
    ahci_plug(&hba, 3, &cd.device);
    storage_load();
    hosted_run_ms(10000);
    for (path = storage_path_next(NULL); path != NULL; path = storage_path_next(path)) {
        disks += path->reg.identity.type == VMK_BLOCK_TYPE_DISK;
        cds += path->reg.identity.type == VMK_BLOCK_TYPE_CDROM;
        if (strcmp(path->reg.identity.serial, "DISK2") == 0) {
            ck_assert_int_eq(disk_open(&more, test_id, path->name.string), VMK_OK);
        }
        if (path->reg.identity.type == VMK_BLOCK_TYPE_CDROM) {
            ck_assert_uint_eq(path->reg.props.numBlocks, 500);
            ck_assert_uint_eq(path->reg.props.blockSize, 2048);
        }
    }
    ck_assert_uint_eq(disks, 2);
    ck_assert_uint_eq(cds, 1);
    ck_assert_uint_eq(more.block_bytes, 4096);
    disk_exercise(&more,
                  (struct disk_exercise){.requests = 300, .depth = 31, .blocks_max = 64, .ops = subject.ops});
    disk_exercise(&disk,
                  (struct disk_exercise){.requests = 300, .depth = 31, .blocks_max = 64, .ops = subject.ops});
    disk_compare(&more);
    disk_compare(&disk);
    disk_close(&more);
    subject_stop();
}
END_TEST

/* Hot plug. */
START_TEST(follows_a_disk_that_comes_and_goes)
{
    subject_start(512);
    for (unsigned i = 0; i < 3; i++) {
        ck_assert_int_eq(disk_do(&disk, VMK_BLOCK_WRITE, 10, 10), VMK_OK);
        disk_close(&disk);
        ahci_plug(&hba, 0, NULL);
        hosted_run_ms(60000);
        ck_assert(!storage_is_there(DISK_PATH));
        ahci_plug(&hba, 0, &sata.device);
        ck_assert(disk_appears(test_id, DISK_PATH));
        memset(sata.medium.now, 0, AHCI_BLOCKS * 512);
        ck_assert_int_eq(disk_open(&disk, test_id, DISK_PATH), VMK_OK);
    }
    subject_stop();
}
END_TEST

START_TEST(passes_commands_through)
{
    struct vmk_BlockPathInt *path;
    vmk_uint8 *data;
    vmk_ScsiCommand inquiry = {.cdb = {0x12, 0, 0, 0, 36},
                               .cdbLen = 6,
                               .dataDirection = VMK_SCSI_COMMAND_DIRECTION_READ,
                               .dataLen = 36};
    vmk_ScsiCommand bad = {.cdb = {0xc7}, .cdbLen = 10};
    vmk_PageRequest request = {.kind = VMK_PAGE_DATA};
    vmk_MPN mpn;

    subject_start(512);
    request.module = (vmk_uint16)test_id;
    ck_assert_int_eq(vmk_PageAlloc(request, &mpn), VMK_OK);
    inquiry.data = data = vmk_MPN2Ptr(mpn);
    path = storage_path_find(DISK_PATH);
    ck_assert_int_eq(storage_path_scsi(path, &inquiry), VMK_OK);
    ck_assert_uint_eq(inquiry.deviceStatus, 0);
    ck_assert_int_eq(memcmp(data + 8, "ATA     OpenVMK SATA mod", 24), 0);
    ck_assert_int_eq(storage_path_scsi(path, &bad), VMK_OK);
    ck_assert_uint_eq(bad.deviceStatus, 2);
    ck_assert_uint_eq(bad.senseData[2] & 15, 5);
    storage_path_put(path);
    vmk_PageFree(mpn);
    subject_stop();
}
END_TEST

int main(void)
{
    const TTest *tests[] = {shows_the_disk,
                            queues_its_commands,
                            discards,
                            serves_each_port,
                            follows_a_disk_that_comes_and_goes,
                            passes_commands_through};
    Suite *suite = suite_create("ahci");

    run_add(suite, "ahci", tests, VMK_ARRAY_SIZE(tests), 0);
    return run_suite(suite);
}
