/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * faults.c - handles that exclude each other, disks that change, commands that fail.
 */
#include "storage.h"

#include <vmkapi/base/module.h>
#include <vmkapi/base/world.h>
#include <vmkapi/lib/libc.h>

static vmk_uint8 block[512];

static VMK_ReturnStatus open_another(vmk_uint32 flags, vmk_BlockHandle *handle)
{
    return vmk_BlockOpen(vmk_ModuleCurrentID, rig_name(), flags, handle);
}

/* Handles. */

vmk_StatusValue test_exclusion(void)
{
    const vmk_uint32 writer = VMK_BLOCK_OPEN_WRITE, reader = VMK_BLOCK_OPEN_READ;
    vmk_BlockHandle first, second;

    rig_make(512, 64);
    KTAP_CHECK(rig_up() == VMK_OK);
    KTAP_CHECK(open_another(reader | VMK_BLOCK_OPEN_EXCLUSIVE, &first) == VMK_BUSY);
    vmk_BlockClose(rig.handle);
    rig.handle = NULL;
    KTAP_CHECK(open_another(writer | VMK_BLOCK_OPEN_EXCLUSIVE, &first) == VMK_OK);
    KTAP_CHECK(open_another(writer, &second) == VMK_BUSY);
    KTAP_CHECK(open_another(reader | VMK_BLOCK_OPEN_EXCLUSIVE, &second) == VMK_BUSY);
    KTAP_CHECK(open_another(reader, &second) == VMK_OK);
    vmk_BlockClose(second);
    vmk_BlockClose(first);
    KTAP_CHECK(open_another(writer, &first) == VMK_OK);
    vmk_BlockClose(first);
    return rig_down();
}

static vmk_SemaphoreObject closed;

static vmk_StatusValue close_it(void *data)
{
    vmk_Semaphore sema = &closed;

    vmk_BlockClose(data);
    vmk_SemaUnlock(&sema);
    return VMK_OK;
}

static void end_quietly(vmk_BlockRequest *request)
{
    request->cookie.u64++;
}

/** Of one command, and of several. */
vmk_StatusValue test_close(void)
{
    static vmk_BlockRequest requests[2];
    vmk_WorldProps props = {.name = "closer", .moduleID = vmk_ModuleCurrentID, .startFunction = close_it};
    vmk_Semaphore sema = &closed;
    vmk_WorldID world;

    vmk_SemaInit(&closed, "closed", 0);
    rig_make(512, 2048);
    rig.disk.props.flags = VMK_BLOCK_PROP_WRITE_CACHE;
    KTAP_CHECK(rig_up() == VMK_OK);
    ramdisk_hold(&rig.disk);
    requests[0] = (vmk_BlockRequest){.op = VMK_BLOCK_FLUSH, .done = end_quietly, .next = &requests[1]};
    requests[1] = (vmk_BlockRequest){.op = VMK_BLOCK_WRITE_ZEROES, .numBlocks = 2000, .done = end_quietly};
    vmk_BlockSubmit(rig.handle, requests);
    props.data = rig.handle;
    rig.handle = NULL;
    KTAP_CHECK(vmk_WorldCreate(&props, &world) == VMK_OK);
    KTAP_CHECK(vmk_SemaLockTimed(&sema, 200) == VMK_TIMEOUT);
    ramdisk_release(&rig.disk);
    KTAP_CHECK(vmk_SemaLockTimed(&sema, PATIENCE_MS) == VMK_OK);
    KTAP_CHECK(requests[0].cookie.u64 == 1 && requests[1].cookie.u64 == 1);
    KTAP_CHECK(requests[0].status == VMK_OK && requests[1].status == VMK_OK);
    return rig_down();
}

static vmk_uint64 size_now(void)
{
    vmk_BlockGeometry geometry;

    return vmk_BlockGeometryGet(rig.handle, &geometry) == VMK_OK ? geometry.numBlocks : 0;
}

vmk_StatusValue test_changes(void)
{
    vmk_BlockProps props;
    vmk_BlockHandle other;

    rig_make(512, 64);
    KTAP_CHECK(rig_up() == VMK_OK);
    props = rig.disk.props;
    props.numBlocks = 32;
    KTAP_CHECK(vmk_BlockPathUpdate(rig.disk.paths[0].path, &props) == VMK_OK);
    KTAP_CHECK(size_now() == 32);
    KTAP_CHECK(vmk_BlockRead(rig.handle, 32, 1, block) == VMK_BAD_ADDR_RANGE);
    props.numBlocks = 64;
    KTAP_CHECK(vmk_BlockPathUpdate(rig.disk.paths[0].path, &props) == VMK_OK);
    KTAP_CHECK(vmk_BlockRead(rig.handle, 63, 1, block) == VMK_OK);

    props.flags |= VMK_BLOCK_PROP_READ_ONLY;
    KTAP_CHECK(vmk_BlockPathUpdate(rig.disk.paths[0].path, &props) == VMK_OK);
    KTAP_CHECK(vmk_BlockWrite(rig.handle, 0, 1, block, 0) == VMK_READ_ONLY);
    KTAP_CHECK(vmk_BlockRead(rig.handle, 0, 1, block) == VMK_OK);
    KTAP_CHECK(open_another(VMK_BLOCK_OPEN_WRITE, &other) == VMK_READ_ONLY);
    props.flags &= ~(vmk_uint32)VMK_BLOCK_PROP_READ_ONLY;
    KTAP_CHECK(vmk_BlockPathUpdate(rig.disk.paths[0].path, &props) == VMK_OK);
    KTAP_CHECK(vmk_BlockWrite(rig.handle, 0, 1, block, 0) == VMK_OK);

    /* Another block size would make nonsense of what handles say. */
    props.blockSize = props.physicalBlockSize = 4096;
    KTAP_CHECK(vmk_BlockPathUpdate(rig.disk.paths[0].path, &props) == VMK_BUSY);
    props.blockSize = 1000;
    KTAP_CHECK(vmk_BlockPathUpdate(rig.disk.paths[0].path, &props) == VMK_BAD_PARAM);
    return rig_down();
}

/* Partitions. */

static void put32(vmk_uint8 *at, vmk_uint32 value)
{
    for (unsigned i = 0; i < 4; i++) {
        at[i] = (vmk_uint8)(value >> 8 * i);
    }
}

/** Write an MBR of two partitions: 8 blocks from 16 on, and 20 from 24 on. */
static void make_table(vmk_uint8 *mbr)
{
    static const vmk_uint32 ranges[][2] = {{16, 8}, {24, 20}};

    vmk_Memset(mbr, 0, 512);
    for (unsigned i = 0; i < VMK_ARRAY_SIZE(ranges); i++) {
        vmk_uint8 *entry = mbr + 446 + 16 * i;

        entry[4] = 0x83;
        put32(entry + 8, ranges[i][0]);
        put32(entry + 12, ranges[i][1]);
    }
    mbr[510] = 0x55;
    mbr[511] = 0xaa;
}

static VMK_ReturnStatus open_partition(unsigned number, vmk_uint32 flags, vmk_BlockHandle *handle)
{
    char name[64];

    vmk_Snprintf(name, sizeof(name), "%s:%u", rig_name(), number);
    return vmk_BlockOpen(vmk_ModuleCurrentID, name, flags, handle);
}

vmk_StatusValue test_partitions(void)
{
    const vmk_uint32 both = VMK_BLOCK_OPEN_READ | VMK_BLOCK_OPEN_WRITE,
                     alone = both | VMK_BLOCK_OPEN_EXCLUSIVE;
    vmk_BlockHandle first, second, whole;
    vmk_BlockGeometry geometry;
    vmk_BlockProps props;

    rig_make(512, 64);
    KTAP_CHECK(rig_up() == VMK_OK);
    KTAP_CHECK(open_partition(1, both, &first) == VMK_NOT_FOUND);
    make_table(ramdisk_block(&rig.disk, 0));
    /* They are read again when the size changes. */
    props = rig.disk.props;
    props.numBlocks = 60;
    KTAP_CHECK(vmk_BlockPathUpdate(rig.disk.paths[0].path, &props) == VMK_OK);
    KTAP_CHECK(open_partition(2, both, &second) == VMK_OK);
    KTAP_CHECK(vmk_BlockGeometryGet(second, &geometry) == VMK_OK);
    KTAP_CHECK(geometry.firstBlock == 24 && geometry.numBlocks == 20);
    /* Blocks count from its beginning, and end at its end. */
    vmk_Memset(block, 0x77, sizeof(block));
    KTAP_CHECK(vmk_BlockWrite(second, 19, 1, block, 0) == VMK_OK);
    KTAP_CHECK(*ramdisk_block(&rig.disk, 43) == 0x77 && *ramdisk_block(&rig.disk, 44) == 0);
    KTAP_CHECK(vmk_BlockWrite(second, 20, 1, block, 0) == VMK_BAD_ADDR_RANGE);
    KTAP_CHECK(vmk_BlockWrite(second, ~0ul - 23, 1, block, 0) == VMK_BAD_ADDR_RANGE);
    /* One that shrinks with its device. */
    props.numBlocks = 40;
    KTAP_CHECK(vmk_BlockPathUpdate(rig.disk.paths[0].path, &props) == VMK_OK);
    KTAP_CHECK(vmk_BlockWrite(second, 15, 1, block, 0) == VMK_OK);
    KTAP_CHECK(vmk_BlockWrite(second, 16, 1, block, 0) == VMK_BAD_ADDR_RANGE);
    props.numBlocks = 64;
    KTAP_CHECK(vmk_BlockPathUpdate(rig.disk.paths[0].path, &props) == VMK_OK);
    /* Neighbours do not exclude each other; the whole excludes both, and they it. */
    KTAP_CHECK(open_partition(1, alone, &first) == VMK_BUSY); /* rig.handle writes. */
    vmk_BlockClose(rig.handle);
    rig.handle = NULL;
    KTAP_CHECK(open_partition(1, alone, &first) == VMK_OK);
    KTAP_CHECK(open_another(VMK_BLOCK_OPEN_WRITE, &whole) == VMK_BUSY);
    KTAP_CHECK(open_partition(1, VMK_BLOCK_OPEN_WRITE, &whole) == VMK_BUSY);
    KTAP_CHECK(open_partition(3, both, &whole) == VMK_NOT_FOUND);
    vmk_BlockClose(first);
    vmk_BlockClose(second);
    KTAP_CHECK(open_another(alone, &whole) == VMK_OK);
    KTAP_CHECK(open_partition(1, both, &first) == VMK_BUSY);
    vmk_BlockClose(whole);
    return rig_down();
}

/* Failures. */

vmk_StatusValue test_retries(void)
{
    static const vmk_StatusValue mend[] = {VMK_BUSY, VMK_TIMEOUT, VMK_ABORTED, VMK_NO_CONNECT, VMK_NO_MEMORY};
    vmk_uint64 before;

    rig_make(512, 64);
    KTAP_CHECK(rig_up() == VMK_OK);
    for (unsigned i = 0; i < VMK_ARRAY_SIZE(mend); i++) {
        before = ramdisk_commands(&rig.disk, VMK_BLOCK_WRITE);
        ramdisk_fail(&rig.disk, VMK_BLOCK_WRITE, 0, 2, mend[i]);
        KTAP_CHECK(vmk_BlockWrite(rig.handle, 5, 1, block, 0) == VMK_OK);
        KTAP_CHECK(ramdisk_commands(&rig.disk, VMK_BLOCK_WRITE) == before + 3);
        /* Unless that is not wanted. */
        ramdisk_fail(&rig.disk, VMK_BLOCK_WRITE, 0, 1, mend[i]);
        KTAP_CHECK(vmk_BlockWrite(rig.handle, 5, 1, block, VMK_BLOCK_NO_RETRY) == mend[i]);
    }
    /* They have an end. */
    before = ramdisk_commands(&rig.disk, VMK_BLOCK_WRITE);
    ramdisk_fail(&rig.disk, VMK_BLOCK_WRITE, 0, 1000, VMK_TIMEOUT);
    KTAP_CHECK(vmk_BlockWrite(rig.handle, 5, 1, block, 0) == VMK_TIMEOUT);
    KTAP_CHECK(ramdisk_commands(&rig.disk, VMK_BLOCK_WRITE) == before + 4);
    return rig_down();
}

vmk_StatusValue test_failures_reach(void)
{
    static const vmk_StatusValue final[] = {VMK_READ_ERROR,           VMK_IO_ERROR, VMK_NOT_SUPPORTED,
                                            VMK_RESERVATION_CONFLICT, VMK_NO_SPACE, VMK_PERM_DEV_LOSS};
    static vmk_uint8 many[16 * 512];
    vmk_uint64 before;

    rig_make(512, 2048);
    rig.disk.props.limits.maxBytes = 1024;
    KTAP_CHECK(rig_up() == VMK_OK);
    for (unsigned i = 0; i < VMK_ARRAY_SIZE(final); i++) {
        before = ramdisk_commands(&rig.disk, VMK_BLOCK_READ);
        ramdisk_fail(&rig.disk, VMK_BLOCK_READ, 0, 1, final[i]);
        KTAP_CHECK(vmk_BlockRead(rig.handle, 5, 1, block) == final[i]);
        KTAP_CHECK(ramdisk_commands(&rig.disk, VMK_BLOCK_READ) == before + 1);
    }
    /* A bad block fails what touches it, of a request that is cut too, and nothing else. */
    rig.disk.bad_first = rig.disk.bad_last = 700;
    KTAP_CHECK(vmk_BlockRead(rig.handle, 690, 16, many) == VMK_READ_ERROR);
    KTAP_CHECK(vmk_BlockRead(rig.handle, 700, 1, block) == VMK_READ_ERROR);
    KTAP_CHECK(vmk_BlockRead(rig.handle, 684, 16, many) == VMK_OK);
    KTAP_CHECK(vmk_BlockRead(rig.handle, 701, 16, many) == VMK_OK);
    rig.disk.bad_first = 1;
    rig.disk.bad_last = 0;
    return rig_down();
}
