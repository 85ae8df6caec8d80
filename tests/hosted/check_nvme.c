/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_nvme.c - Linux's nvme, unmodified, with a controller that does what it should: disks, their data, and
 * coming and going.
 */
#include "nvme_stack.h"

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
    ck_assert_str_eq(identity->model, nvme.model);
    ck_assert_str_eq(identity->serial, nvme.serial);
    ck_assert_str_eq(identity->revision, nvme.firmware);
    ck_assert_str_eq(path->device->name, "eui.5254000200000001");
    ck_assert_uint_eq(disk.blocks, NVME_BLOCKS);
    ck_assert_uint_eq(disk.block_bytes, 512);
    ck_assert(path->reg.props.flags & VMK_BLOCK_PROP_WRITE_CACHE);
    storage_path_put(path);
    subject_stop();
}
END_TEST

START_TEST(works_by_its_pin)
{
    nvme.no_messages = VMK_TRUE;
    subject.machine_start(512);
    storage_load();
    disk_exercise(
        &disk, (struct disk_exercise){.requests = 3000, .depth = 32, .blocks_max = 300, .ops = subject.ops});
    subject_stop();
}
END_TEST

START_TEST(flushes_when_it_goes)
{
    subject_start(512);
    ck_assert_int_eq(disk_do(&disk, VMK_BLOCK_WRITE, 0, 64), VMK_OK);
    ck_assert_uint_ne(medium_unstable(&nvme.ns[0].medium), 0);
    subject_stop();
    ck_assert_uint_eq(nvme.shutdowns, 1);
    ck_assert_uint_eq(medium_unstable(&nvme.ns[0].medium), 0);
}
END_TEST

START_TEST(discards)
{
    subject_start(512);
    ck_assert_int_eq(disk_do(&disk, VMK_BLOCK_WRITE, 0, 256), VMK_OK);
    ck_assert_int_eq(disk_do(&disk, VMK_BLOCK_DISCARD, 16, 100), VMK_OK);
    ck_assert_uint_eq(nvme.commands[1][NVME_DATASET_MANAGEMENT], 1);
    disk_compare(&disk);
    subject_stop();
}
END_TEST

/* Namespaces. */

static const char *const paths[NVME_NAMESPACES] = {
    "vmhba0:C0:T0:L0", "vmhba0:C0:T0:L1", "vmhba0:C0:T0:L2", "vmhba0:C0:T0:L3",
    "vmhba0:C0:T0:L4", "vmhba0:C0:T0:L5", "vmhba0:C0:T0:L6", "vmhba0:C0:T0:L7",
};

START_TEST(shows_each_namespace)
{
    static struct disk disks[NVME_NAMESPACES];

    subject.machine_start(512);
    for (unsigned i = 1; i < NVME_NAMESPACES; i++) {
        nvme_attach(&nvme, i + 1, 1024 * (i + 1), i % 2 ? 4096 : 512);
    }
    ck_assert(stack_load());
    for (unsigned i = 0; i < NVME_NAMESPACES; i++) {
        ck_assert(disk_appears(test_id, paths[i]));
        ck_assert_int_eq(disk_open(&disks[i], test_id, paths[i]), VMK_OK);
        ck_assert_uint_eq(disks[i].blocks, i == 0 ? NVME_BLOCKS : 1024 * (i + 1));
        disk_exercise(&disks[i], (struct disk_exercise){
                                     .requests = 300, .depth = 16, .blocks_max = 64, .ops = subject.ops});
    }
    for (unsigned i = 0; i < NVME_NAMESPACES; i++) {
        disk_compare(&disks[i]);
        disk_close(&disks[i]);
    }
    ck_assert(stack_unload());
}
END_TEST

START_TEST(follows_namespaces_that_come_and_go)
{
    subject_start(512);
    for (unsigned i = 0; i < 5; i++) {
        nvme_attach(&nvme, 3, 1000, 4096);
        ck_assert(disk_appears(test_id, paths[2]));
        nvme_detach(&nvme, 3);
        hosted_run_ms(1000);
        ck_assert(!storage_is_there(paths[2]));
        ck_assert_int_eq(disk_do(&disk, VMK_BLOCK_WRITE, i, 1), VMK_OK);
    }
    subject_stop();
}
END_TEST

START_TEST(follows_a_namespace_that_grows)
{
    vmk_BlockGeometry geometry;

    subject_start(512);
    nvme_resize(&nvme, 1, 2 * NVME_BLOCKS);
    hosted_run_ms(1000);
    ck_assert_int_eq(vmk_BlockGeometryGet(disk.handle, &geometry), VMK_OK);
    ck_assert_uint_eq(geometry.numBlocks, 2 * NVME_BLOCKS);
    subject_stop();
}
END_TEST

START_TEST(protects_a_namespace)
{
    vmk_BlockHandle handle;

    subject.machine_start(512);
    nvme.ns[0].read_only = VMK_TRUE;
    ck_assert(stack_load());
    ck_assert(disk_appears(test_id, DISK_PATH));
    ck_assert_int_eq(vmk_BlockOpen(test_id, DISK_PATH, VMK_BLOCK_OPEN_WRITE, &handle), VMK_READ_ONLY);
    ck_assert(stack_unload());
}
END_TEST

/* One that becomes so while it is open for writing, and tells. */
START_TEST(protects_a_namespace_in_use)
{
    vmk_BlockGeometry geometry;

    subject_start(512);
    ck_assert_int_eq(disk_do(&disk, VMK_BLOCK_WRITE, 0, 1), VMK_OK);
    nvme.ns[0].read_only = VMK_TRUE;
    nvme_resize(&nvme, 1, NVME_BLOCKS);
    hosted_run_ms(1000);
    ck_assert_int_eq(vmk_BlockGeometryGet(disk.handle, &geometry), VMK_OK);
    ck_assert_uint_ne(geometry.flags & VMK_BLOCK_PROP_READ_ONLY, 0);
    ck_assert_int_eq(disk_do(&disk, VMK_BLOCK_WRITE, 0, 1), VMK_READ_ONLY);
    ck_assert_int_eq(disk_do(&disk, VMK_BLOCK_READ, 0, 1), VMK_OK);
    subject_stop();
}
END_TEST

START_TEST(passes_commands_through)
{
    struct vmk_BlockPathInt *path;
    vmk_NvmeCommand smart = {
        .admin = VMK_TRUE, .opcode = NVME_GET_LOG, .nsid = ~0u, .cdw10 = 0x02 | 127u << 16};
    vmk_NvmeCommand bad = {.admin = VMK_TRUE, .opcode = 0x7f};
    vmk_PageRequest request = {.kind = VMK_PAGE_DATA};
    vmk_MPN mpn;

    subject_start(512);
    request.module = (vmk_uint16)test_id;
    ck_assert_int_eq(vmk_PageAlloc(request, &mpn), VMK_OK);
    smart.data = vmk_MPN2Ptr(mpn);
    smart.dataLen = 512;
    path = storage_path_find(DISK_PATH);
    ck_assert_int_eq(storage_path_nvme(path, &smart), VMK_OK);
    ck_assert_uint_eq(smart.nvmeStatus, 0);
    ck_assert_int_eq(memcmp(smart.data, "\0\x2c\1\x64\x0a\1", 6), 0);
    ck_assert_int_eq(storage_path_nvme(path, &bad), VMK_OK);
    ck_assert_uint_eq(bad.nvmeStatus & 0x7ff, NVME_INVALID_OPCODE);
    storage_path_put(path);
    vmk_PageFree(mpn);
    subject_stop();
}
END_TEST

int main(void)
{
    const TTest *tests[] = {shows_the_disk,
                            works_by_its_pin,
                            flushes_when_it_goes,
                            discards,
                            shows_each_namespace,
                            follows_namespaces_that_come_and_go,
                            follows_a_namespace_that_grows,
                            protects_a_namespace,
                            protects_a_namespace_in_use,
                            passes_commands_through};
    Suite *suite = suite_create("nvme");

    run_add(suite, "nvme", tests, VMK_ARRAY_SIZE(tests), 0);
    return run_suite(suite);
}
