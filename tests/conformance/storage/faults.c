/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * faults.c - handles that exclude each other, disks that change, commands that fail.
 */
#include "storage.h"

#include <vmkapi/base/module.h>

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
