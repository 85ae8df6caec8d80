/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_ahci_cd.c - Linux's ahci, unmodified, with a CD drive, which takes one command at a time: media that
 * come and go, and the drive asked of them beside commands of others.
 */
#include "ahci_stack.h"

#include <hosted/machine.h>
#include <run.h>
#include <vmkapi/core/frame.h>

#define CD_PORT         3
#define CD_BLOCKS       500
#define TEST_UNIT_READY 0x00
#define INQUIRY         0x12
#define ASKED_EVERY_MS  2000

static struct atapi_device cd;
static struct vmk_BlockPathInt *path;

static struct vmk_BlockPathInt *find_cd(void)
{
    struct vmk_BlockPathInt *at = storage_path_next(NULL);

    while (at != NULL && at->reg.identity.type != VMK_BLOCK_TYPE_CDROM) {
        at = storage_path_next(at);
    }
    return at;
}

static void start(void)
{
    subject.machine_start(512);
    atapi_init(&cd, CD_BLOCKS);
    ahci_plug(&hba, CD_PORT, &cd.device);
    storage_load();
    hosted_run_ms(10000);
    path = find_cd();
    ck_assert_ptr_nonnull(path);
}

static void stop(void)
{
    storage_path_put(path);
    subject_stop();
}

/* That is noticed when the drive is asked next, and looked into at once. */
static void change_medium(vmk_Bool loaded)
{
    atapi_load(&cd, loaded);
    hosted_run_ms(2 * ASKED_EVERY_MS);
    ck_assert_uint_eq(path->reg.props.numBlocks, loaded ? CD_BLOCKS : 0);
}

START_TEST(media_come_and_go)
{
    start();
    for (unsigned i = 0; i < 5; i++) {
        change_medium(VMK_FALSE);
        change_medium(VMK_TRUE);
    }
    stop();
}
END_TEST

/* While a command takes long, the drive would be asked again: that waits, and then is done. */
START_TEST(one_command_waits_for_another)
{
    vmk_ScsiCommand inquiry = {.cdb = {INQUIRY, 0, 0, 0, 36},
                               .cdbLen = 6,
                               .dataDirection = VMK_SCSI_COMMAND_DIRECTION_READ,
                               .dataLen = 36};
    vmk_PageRequest request = {.kind = VMK_PAGE_DATA};
    vmk_uint64 asked;
    vmk_MPN mpn;

    start();
    request.module = (vmk_uint16)test_id;
    ck_assert_int_eq(vmk_PageAlloc(request, &mpn), VMK_OK);
    inquiry.data = vmk_MPN2Ptr(mpn);
    ahci_misbehave(&hba, (struct ahci_rule){.lie = AHCI_LATE,
                                            .port = CD_PORT,
                                            .command = ATA_PACKET,
                                            .packet = INQUIRY,
                                            .argument = 3 * ASKED_EVERY_MS,
                                            .times = 1});
    asked = cd.packets[TEST_UNIT_READY];
    ck_assert_int_eq(storage_path_scsi(path, &inquiry), VMK_OK);
    ck_assert_uint_eq(inquiry.deviceStatus, 0);
    ck_assert_uint_eq(cd.packets[TEST_UNIT_READY], asked);
    hosted_run_ms(2 * ASKED_EVERY_MS);
    ck_assert_uint_gt(cd.packets[TEST_UNIT_READY], asked);
    change_medium(VMK_FALSE);
    vmk_PageFree(mpn);
    stop();
}
END_TEST

/* Somebody who reads without a pause. */
static struct reader {
    vmk_BlockHandle handle;
    vmk_BlockRequest request[4];
    unsigned reads, under_way;
    vmk_Bool ends;
} reader;

static void read_again(vmk_BlockRequest *request)
{
    ck_assert_int_eq(request->status, VMK_OK);
    reader.reads++;
    reader.under_way--;
    if (!reader.ends) {
        reader.under_way++;
        request->next = NULL;
        vmk_BlockSubmit(reader.handle, request);
    }
}

static void start_to_read(vmk_SgElem *page)
{
    ck_assert_int_eq(vmk_BlockOpen(test_id, path->name.string, VMK_BLOCK_OPEN_READ, &reader.handle), VMK_OK);
    for (unsigned i = 0; i < VMK_ARRAY_SIZE(reader.request); i++) {
        reader.request[i] = (vmk_BlockRequest){.op = VMK_BLOCK_READ,
                                               .numBlocks = 1,
                                               .block = i,
                                               .elems = page,
                                               .numElems = 1,
                                               .done = read_again};
        reader.under_way++;
        vmk_BlockSubmit(reader.handle, &reader.request[i]);
    }
}

/* The drive is asked all the same. */
START_TEST(asks_a_drive_that_is_busy)
{
    vmk_SgElem page = {.length = VMK_PAGE_SIZE};
    vmk_PageRequest request = {.kind = VMK_PAGE_DATA};
    vmk_uint64 asked;
    vmk_MPN mpn;

    start();
    hba.port[CD_PORT].latency_us = 10000;
    request.module = (vmk_uint16)test_id;
    ck_assert_int_eq(vmk_PageAlloc(request, &mpn), VMK_OK);
    page.addr = vmk_MPN2MA(mpn);
    start_to_read(&page);
    asked = cd.packets[TEST_UNIT_READY];
    hosted_run_ms(10 * ASKED_EVERY_MS);
    ck_assert_uint_gt(reader.reads, 1000);
    ck_assert_uint_ge(cd.packets[TEST_UNIT_READY] - asked, 9);
    reader.ends = VMK_TRUE;
    hosted_run_ms(1000);
    ck_assert_uint_eq(reader.under_way, 0);
    vmk_BlockClose(reader.handle);
    vmk_PageFree(mpn);
    stop();
}
END_TEST

RUN_TESTS(media_come_and_go, one_command_waits_for_another, asks_a_drive_that_is_busy)
