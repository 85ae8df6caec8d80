/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * paths.c - paths that fail, come back, go for good, with and without load.
 */
#include "storage.h"

#include <vmkapi/base/command.h>
#include <vmkapi/base/module.h>
#include <vmkapi/base/world.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/lib/string.h>

static struct load load;
static vmk_uint8 block[512];

/** A disk with paths, whose name its driver tells. */
static void make_disk(vmk_uint32 blocks, vmk_uint32 paths)
{
    rig_make(512, blocks);
    vmk_Strlcpy(rig.disk.identity.uniqueID, "naa.5000c500a1b2c3d5", sizeof(rig.disk.identity.uniqueID));
    rig.disk.props.flags = VMK_BLOCK_PROP_WRITE_CACHE;
    rig.disk.num_paths = paths;
}

static void set_state(unsigned path, vmk_BlockPathState state)
{
    vmk_BlockPathStateSet(rig.disk.paths[path].path, state);
}

/** Whether the device has @p blocks, once path @p path says so many. */
static vmk_Bool has_size(unsigned path, vmk_uint64 says, vmk_uint64 blocks)
{
    vmk_BlockProps props = rig.disk.props;
    vmk_BlockGeometry geometry;

    props.numBlocks = says;
    return vmk_BlockPathUpdate(rig.disk.paths[path].path, &props) == VMK_OK &&
           vmk_BlockGeometryGet(rig.handle, &geometry) == VMK_OK && geometry.numBlocks == blocks;
}

vmk_StatusValue test_failover(void)
{
    vmk_uint64 first;

    make_disk(64, 2);
    KTAP_CHECK(rig_up() == VMK_OK);
    /* As large as all paths say that it is. */
    KTAP_CHECK(has_size(1, 32, 32) && has_size(0, 48, 32) && has_size(1, 64, 48) && has_size(0, 64, 64));
    rig_settle();
    first = ramdisk_path_commands(&rig.disk, 0);
    KTAP_CHECK(vmk_BlockWrite(rig.handle, 1, 1, block, 0) == VMK_OK);
    KTAP_CHECK(ramdisk_path_commands(&rig.disk, 0) > first && ramdisk_path_commands(&rig.disk, 1) == 0);
    /* The one in use fails: the other does it, at once, and what follows. */
    rig.disk.paths[0].broken = VMK_NO_CONNECT;
    first = ramdisk_path_commands(&rig.disk, 0);
    KTAP_CHECK(vmk_BlockWrite(rig.handle, 1, 1, block, 0) == VMK_OK);
    KTAP_CHECK(ramdisk_path_commands(&rig.disk, 0) == first + 1 && ramdisk_path_commands(&rig.disk, 1) == 1);
    KTAP_CHECK(vmk_BlockWrite(rig.handle, 1, 1, block, 0) == VMK_OK);
    KTAP_CHECK(ramdisk_path_commands(&rig.disk, 0) == first + 1 && ramdisk_path_commands(&rig.disk, 1) == 2);
    rig.disk.paths[0].broken = VMK_OK;
    /* The driver says that it is down. */
    set_state(1, VMK_BLOCK_PATH_DOWN);
    KTAP_CHECK(vmk_BlockWrite(rig.handle, 1, 1, block, 0) == VMK_OK);
    KTAP_CHECK(ramdisk_path_commands(&rig.disk, 1) == 2);
    /* One goes for good. */
    set_state(1, VMK_BLOCK_PATH_ACTIVE);
    ramdisk_path_remove(&rig.disk, 0);
    KTAP_CHECK(vmk_BlockWrite(rig.handle, 1, 1, block, 0) == VMK_OK);
    KTAP_CHECK(ramdisk_path_commands(&rig.disk, 1) == 3);
    /* It comes back, and is a path to the same device. */
    KTAP_CHECK(ramdisk_path_add(&rig.disk, 0) == VMK_OK);
    set_state(1, VMK_BLOCK_PATH_LOST);
    KTAP_CHECK(vmk_BlockWrite(rig.handle, 1, 1, block, 0) == VMK_OK);
    KTAP_CHECK(ramdisk_path_commands(&rig.disk, 1) == 3);
    return rig_down();
}

static vmk_SemaphoreObject ended;

static void tell(vmk_BlockRequest *request)
{
    vmk_Semaphore sema = &ended;

    vmk_SemaUnlock(&sema);
}

static void ignore(vmk_AddrCookie data, const char *text, vmk_ByteCount len)
{
}

vmk_StatusValue test_down(void)
{
    static const char patience[] = "system settings advanced set -o /Storage/AllPathsDownSeconds -v ";
    vmk_BlockRequest request = {.op = VMK_BLOCK_FLUSH, .done = tell};
    vmk_Semaphore sema = &ended;
    vmk_AddrCookie none = {0};
    char line[128];

    vmk_SemaInit(&ended, "ended", 0);
    make_disk(64, 2);
    KTAP_CHECK(rig_up() == VMK_OK);
    set_state(0, VMK_BLOCK_PATH_DOWN);
    set_state(1, VMK_BLOCK_PATH_DOWN);
    vmk_BlockSubmit(rig.handle, &request);
    KTAP_CHECK(vmk_SemaLockTimed(&sema, 300) == VMK_TIMEOUT);
    set_state(1, VMK_BLOCK_PATH_ACTIVE);
    KTAP_CHECK(vmk_SemaLockTimed(&sema, PATIENCE_MS) == VMK_OK && request.status == VMK_OK);
    KTAP_CHECK(ramdisk_path_commands(&rig.disk, 1) == 1);

    /* Patience ends: what waits fails, and what comes after at once; until a path is back. */
    vmk_Snprintf(line, sizeof(line), "%s1", patience);
    KTAP_CHECK(vmk_CommandRun(line, ignore, none) == VMK_OK);
    set_state(1, VMK_BLOCK_PATH_DOWN);
    KTAP_CHECK(vmk_BlockFlush(rig.handle) == VMK_NO_CONNECT);
    KTAP_CHECK(vmk_BlockFlush(rig.handle) == VMK_NO_CONNECT);
    KTAP_CHECK(ramdisk_path_commands(&rig.disk, 1) == 1);
    set_state(0, VMK_BLOCK_PATH_ACTIVE);
    KTAP_CHECK(vmk_BlockFlush(rig.handle) == VMK_OK);
    vmk_Snprintf(line, sizeof(line), "%s140", patience);
    KTAP_CHECK(vmk_CommandRun(line, ignore, none) == VMK_OK);
    return rig_down();
}

vmk_StatusValue test_loss(void)
{
    vmk_BlockRequest request = {.op = VMK_BLOCK_FLUSH, .done = tell};
    vmk_Semaphore sema = &ended;
    vmk_BlockGeometry geometry;
    vmk_BlockHandle other;

    vmk_SemaInit(&ended, "ended", 0);
    make_disk(64, 2);
    KTAP_CHECK(rig_up() == VMK_OK);
    /* What waits for a path learns that none will come. */
    set_state(0, VMK_BLOCK_PATH_DOWN);
    set_state(1, VMK_BLOCK_PATH_DOWN);
    vmk_BlockSubmit(rig.handle, &request);
    set_state(0, VMK_BLOCK_PATH_LOST);
    KTAP_CHECK(vmk_SemaLockTimed(&sema, 100) == VMK_TIMEOUT);
    ramdisk_path_remove(&rig.disk, 1);
    KTAP_CHECK(vmk_SemaLockTimed(&sema, PATIENCE_MS) == VMK_OK && request.status == VMK_PERM_DEV_LOSS);
    KTAP_CHECK(vmk_BlockFlush(rig.handle) == VMK_PERM_DEV_LOSS);
    KTAP_CHECK(vmk_BlockRead(rig.handle, 64, 1, block) == VMK_PERM_DEV_LOSS);
    KTAP_CHECK(vmk_BlockGeometryGet(rig.handle, &geometry) == VMK_PERM_DEV_LOSS);
    KTAP_CHECK(vmk_BlockOpen(vmk_ModuleCurrentID, "naa.5000c500a1b2c3d5", VMK_BLOCK_OPEN_READ, &other) ==
               VMK_PERM_DEV_LOSS);
    /* It is another device that comes under its name: whoever held this one has to look. */
    ramdisk_path_remove(&rig.disk, 0);
    KTAP_CHECK(vmk_BlockOpen(vmk_ModuleCurrentID, "naa.5000c500a1b2c3d5", VMK_BLOCK_OPEN_READ, &other) ==
               VMK_NOT_FOUND);
    KTAP_CHECK(ramdisk_path_add(&rig.disk, 0) == VMK_OK);
    KTAP_CHECK(vmk_BlockRead(rig.handle, 0, 1, block) == VMK_PERM_DEV_LOSS);
    KTAP_CHECK(vmk_BlockOpen(vmk_ModuleCurrentID, "naa.5000c500a1b2c3d5", VMK_BLOCK_OPEN_READ, &other) ==
               VMK_OK);
    KTAP_CHECK(vmk_BlockRead(other, 0, 1, block) == VMK_OK);
    vmk_BlockClose(other);
    return rig_down();
}

/* Under load. */

#define SLOTS    16u
#define REQUESTS 200u

static VMK_ReturnStatus start_load(vmk_Bool may_fail)
{
    load = (struct load){.handle = rig.handle,
                         .slots = SLOTS,
                         .requests = REQUESTS,
                         .granule = 4,
                         .may_fail = may_fail,
                         .discards = VMK_TRUE};
    return load_start(&load);
}

static void make_loaded_disk(vmk_uint32 paths)
{
    make_disk(SLOTS * LOAD_REGION_BYTES / 512, paths);
    rig.disk.delay_us = 200;
    rig.disk.props.limits = (vmk_BlockLimits){
        .maxBytes = 16384, .maxSegments = 8, .virtBoundary = 4095, .dmaAlignment = 3, .maxDiscardBlocks = 40};
}

static VMK_ReturnStatus wait_for_load(vmk_uint64 requests)
{
    vmk_StatusValue status = VMK_OK;

    while (load.done < requests && status == VMK_OK) {
        status = vmk_WorldSleep(VMK_USEC_PER_MSEC);
    }
    return status;
}

vmk_StatusValue test_hot_removal(void)
{
    for (unsigned round = 1; round <= 5; round++) {
        make_loaded_disk(1);
        KTAP_CHECK(rig_up() == VMK_OK);
        KTAP_CHECK(start_load(VMK_TRUE) == VMK_OK);
        KTAP_CHECK(wait_for_load(round * 150) == VMK_OK);
        ramdisk_path_remove(&rig.disk, 0);
        KTAP_CHECK(rig.disk.queued == 0);
        KTAP_CHECK(load_finish(&load) == VMK_OK);
        KTAP_CHECK(load.failed != 0 && load.failures[VMK_PERM_DEV_LOSS] == load.failed);
        KTAP_CHECK(rig_down() == VMK_OK);
    }
    return VMK_OK;
}

vmk_StatusValue test_flapping(void)
{
    make_loaded_disk(3);
    KTAP_CHECK(rig_up() == VMK_OK);
    KTAP_CHECK(start_load(VMK_FALSE) == VMK_OK);
    for (unsigned i = 0; load.done < SLOTS * REQUESTS; i++) {
        unsigned path = i % 3;

        switch (i / 3 % 4) {
        case 0:
            set_state(path, VMK_BLOCK_PATH_DOWN);
            break;
        case 1:
            set_state(path, VMK_BLOCK_PATH_ACTIVE);
            break;
        case 2:
            rig.disk.paths[path].broken = path == 0 ? VMK_OK : VMK_NO_CONNECT;
            break;
        default:
            rig.disk.paths[path].broken = VMK_OK;
            ramdisk_path_remove(&rig.disk, path);
            KTAP_CHECK(ramdisk_path_add(&rig.disk, path) == VMK_OK);
        }
        KTAP_CHECK(vmk_WorldSleep(2 * VMK_USEC_PER_MSEC) == VMK_OK);
    }
    KTAP_CHECK(load_finish(&load) == VMK_OK);
    for (unsigned path = 0; path < 3; path++) {
        KTAP_CHECK(ramdisk_path_commands(&rig.disk, path) != 0);
    }
    return rig_down();
}

/* Adapters. */

static struct {
    char text[256];
    vmk_ByteCount len;
} output;

static void keep(vmk_AddrCookie data, const char *text, vmk_ByteCount len)
{
    for (vmk_ByteCount i = 0; i < len && output.len + 1 < sizeof(output.text); i++) {
        output.text[output.len++] = text[i];
    }
    output.text[output.len] = '\0';
}

/** Read a counter of the statistics tree; ~0 when there is none. */
static vmk_uint64 counter(const char *path)
{
    vmk_AddrCookie none = {0};
    vmk_uint64 value = ~0ul;
    char line[256];

    output.len = 0;
    vmk_Snprintf(line, sizeof(line), "system stats get %s --formatter=csv", path);
    if (vmk_CommandRun(line, keep, none) == VMK_OK && vmk_Strrchr(output.text, ',') != NULL) {
        (void)!vmk_StringToUint64(vmk_Strrchr(output.text, ',') + 1, 10, &value);
    }
    return value;
}

vmk_StatusValue test_events(void)
{
    vmk_StorageAdapterRegData reg = {.moduleID = vmk_ModuleCurrentID};
    vmk_uint64 before, later = 0;
    vmk_StorageAdapter adapter;
    char path[96];

    make_disk(64, 1);
    KTAP_CHECK(rig_up() == VMK_OK);
    KTAP_CHECK(vmk_StorageAdapterRegister(&reg, &adapter) == VMK_BAD_PARAM);
    for (unsigned i = 0; i < 3; i++) {
        vmk_StorageEventReport(rig.disk.adapter, rig.disk.paths[0].path, VMK_STORAGE_EVENT_ABORT);
    }
    vmk_Snprintf(path, sizeof(path), "storage/adapter/%s/aborts",
                 vmk_StorageAdapterNameGet(rig.disk.adapter).string);
    KTAP_CHECK(counter(path) == 3);
    vmk_Snprintf(path, sizeof(path), "storage/path/%s/write_blocks", rig_name());
    KTAP_CHECK(vmk_BlockWrite(rig.handle, 0, 1, block, 0) == VMK_OK && counter(path) == 1);
    KTAP_CHECK(counter("storage/device/naa.5000c500a1b2c3d5/retries") == 0);
    ramdisk_fail(&rig.disk, VMK_BLOCK_WRITE, 0, 2, VMK_BUSY);
    KTAP_CHECK(vmk_BlockWrite(rig.handle, 0, 1, block, 0) == VMK_OK && counter(path) == 4);
    KTAP_CHECK(counter("storage/device/naa.5000c500a1b2c3d5/retries") == 2);
    KTAP_CHECK(counter("storage/device/naa.5000c500a1b2c3d5/failed") == 0);
    vmk_Snprintf(path, sizeof(path), "storage/path/%s/errors/busy", rig_name());
    KTAP_CHECK(counter(path) == 2);
    vmk_Snprintf(path, sizeof(path), "storage/path/%s/events/aborts", rig_name());
    KTAP_CHECK(counter(path) == 3);
    /* A command of 40 ms is in the step up to 65.536 ms; on a busy host in a later one. */
    vmk_Snprintf(path, sizeof(path), "storage/path/%s/latency/below_32768us", rig_name());
    before = counter(path);
    rig.disk.delay_us = 40000;
    KTAP_CHECK(vmk_BlockWrite(rig.handle, 0, 1, block, 0) == VMK_OK);
    KTAP_CHECK(counter(path) == before);
    for (unsigned step = 65536; step < 1u << 31 && later == 0; step *= 2) {
        vmk_Snprintf(path, sizeof(path), "storage/path/%s/latency/below_%uus", rig_name(), step);
        later = counter(path);
    }
    KTAP_CHECK(later == 1);
    return rig_down();
}
