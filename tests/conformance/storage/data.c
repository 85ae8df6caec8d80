/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * data.c - what is written is read, through any limits, by any list, at any depth.
 */
#include "storage.h"

#include <vmkapi/base/module.h>
#include <vmkapi/core/machine_memory.h>
#include <vmkapi/lib/libc.h>

static struct load load;

/* Names. */

static vmk_Bool opens(const char *name)
{
    vmk_BlockHandle handle;

    if (vmk_BlockOpen(vmk_ModuleCurrentID, name, VMK_BLOCK_OPEN_READ, &handle) != VMK_OK) {
        return VMK_FALSE;
    }
    vmk_BlockClose(handle);
    return VMK_TRUE;
}

#define MADE_UP "t10.OpenVMK_RAM_disk________________________________S-1"

/** Whether @p other, attached beside the rig's disk, is a device of its own. */
static vmk_Bool is_another(struct ramdisk *other)
{
    static vmk_uint8 data[512];
    vmk_BlockHandle handle;
    vmk_Name name;
    vmk_StatusValue status;

    if (ramdisk_attach(other, "test-storage-2") != VMK_OK) {
        return VMK_FALSE;
    }
    name = vmk_BlockPathNameGet(other->paths[0].path);
    *ramdisk_block(other, 0) = 0x5a;
    status = vmk_BlockOpen(vmk_ModuleCurrentID, name.string, VMK_BLOCK_OPEN_READ, &handle);
    if (status == VMK_OK) {
        status = vmk_BlockRead(handle, 0, 1, data);
        vmk_BlockClose(handle);
    }
    ramdisk_detach(other);
    return status == VMK_OK && data[0] == 0x5a && *ramdisk_block(&rig.disk, 0) == 0;
}

vmk_StatusValue test_names(void)
{
    static struct ramdisk other;

    /* Nothing to go by: the path. */
    rig_make(512, 64);
    KTAP_CHECK(rig_up() == VMK_OK);
    KTAP_CHECK(vmk_Strncmp(vmk_StorageAdapterNameGet(rig.disk.adapter).string, "vmhba", 5) == 0);
    KTAP_CHECK(vmk_Strstr(rig_name(), ":C0:T0:L0") != NULL);
    KTAP_CHECK(!opens("vmhba99:C0:T0:L0") && !opens("") && !opens(":1"));
    KTAP_CHECK(rig_down() == VMK_OK);

    /* Model and serial number, cleaned of blanks; another that claims them is another. */
    rig_make(512, 64);
    vmk_Strlcpy(rig.disk.identity.serial, "  S-1 ", sizeof(rig.disk.identity.serial));
    KTAP_CHECK(rig_up() == VMK_OK);
    KTAP_CHECK(opens(MADE_UP));
    ramdisk_init(&other, 512, 64);
    vmk_Strlcpy(other.identity.serial, "S-1", sizeof(other.identity.serial));
    KTAP_CHECK(is_another(&other));
    ramdisk_init(&other, 512, 64);
    vmk_Strlcpy(other.identity.uniqueID, MADE_UP, sizeof(other.identity.uniqueID));
    KTAP_CHECK(is_another(&other));
    KTAP_CHECK(opens(MADE_UP));
    KTAP_CHECK(rig_down() == VMK_OK);
    KTAP_CHECK(!opens(MADE_UP));

    /* A name that is told; who tells the same and is evidently another is another. */
    rig_make(512, 64);
    vmk_Strlcpy(rig.disk.identity.uniqueID, "naa.5000c500a1b2c3d4", sizeof(rig.disk.identity.uniqueID));
    KTAP_CHECK(rig_up() == VMK_OK);
    KTAP_CHECK(opens("naa.5000c500a1b2c3d4"));
    ramdisk_init(&other, 512, 65);
    other.identity = rig.disk.identity;
    KTAP_CHECK(is_another(&other));
    return rig_down();
}

vmk_StatusValue test_geometry(void)
{
    vmk_BlockGeometry geometry;

    rig_make(4096, 100);
    rig.disk.props.limits.maxSegments = 7;
    rig.disk.queue_depth = 31;
    KTAP_CHECK(rig_up() == VMK_OK);
    KTAP_CHECK(vmk_BlockGeometryGet(rig.handle, &geometry) == VMK_OK);
    KTAP_CHECK(geometry.blockSize == 4096 && geometry.numBlocks == 100 && geometry.firstBlock == 0 &&
               geometry.limits.maxSegments == 7 && geometry.queueDepth == 31);
    return rig_down();
}

/* Refusals. */

static vmk_StatusValue answer(vmk_uint8 op, vmk_uint64 block, vmk_uint32 blocks, vmk_uint32 bytes,
                              vmk_uint32 offset)
{
    vmk_uint8 *memory = vmk_HeapAlloc(heap, 4096);
    vmk_SgElem elem = {.addr = vmk_Ptr2MA(memory), .length = bytes};
    vmk_BlockRequest request = {.op = op,
                                .block = block,
                                .numBlocks = blocks,
                                .elems = &elem,
                                .numElems = bytes != 0,
                                .elemOffset = offset};
    vmk_StatusValue status;

    status = memory ? vmk_BlockExecute(rig.handle, &request) : VMK_NO_MEMORY;
    vmk_HeapFree(heap, memory);
    return status;
}

vmk_StatusValue test_refusals(void)
{
    vmk_BlockHandle reader;
    vmk_uint64 before;

    rig_make(512, 64);
    KTAP_CHECK(rig_up() == VMK_OK);
    KTAP_CHECK(vmk_BlockFlush(rig.handle) == VMK_OK); /* No cache: nothing to do. */
    before = ramdisk_commands(&rig.disk, VMK_BLOCK_READ);
    KTAP_CHECK(answer(VMK_BLOCK_OP_COUNT, 0, 1, 512, 0) == VMK_BAD_PARAM);
    KTAP_CHECK(answer(200, 0, 1, 512, 0) == VMK_BAD_PARAM);
    KTAP_CHECK(answer(VMK_BLOCK_READ, 0, 0, 512, 0) == VMK_BAD_PARAM);
    KTAP_CHECK(answer(VMK_BLOCK_READ, 64, 1, 512, 0) == VMK_BAD_ADDR_RANGE);
    KTAP_CHECK(answer(VMK_BLOCK_READ, 63, 2, 1024, 0) == VMK_BAD_ADDR_RANGE);
    KTAP_CHECK(answer(VMK_BLOCK_READ, ~0ul, 1, 512, 0) == VMK_BAD_ADDR_RANGE);
    KTAP_CHECK(answer(VMK_BLOCK_READ, ~0ul - 1, 4, 2048, 0) == VMK_BAD_ADDR_RANGE);
    KTAP_CHECK(answer(VMK_BLOCK_READ, 0, 2, 512, 0) == VMK_BAD_ADDR_RANGE);
    KTAP_CHECK(answer(VMK_BLOCK_READ, 0, 1, 512, 1) == VMK_BAD_ADDR_RANGE);
    KTAP_CHECK(answer(VMK_BLOCK_READ, 0, 1, 512, 4096) == VMK_BAD_ADDR_RANGE);
    KTAP_CHECK(answer(VMK_BLOCK_READ, 0, 1, 0, 0) == VMK_BAD_ADDR_RANGE);
    KTAP_CHECK(answer(VMK_BLOCK_DISCARD, 0, 1, 0, 0) == VMK_NOT_SUPPORTED);
    KTAP_CHECK(answer(VMK_BLOCK_READ, 63, 1, 512, 0) == VMK_OK);
    KTAP_CHECK(ramdisk_commands(&rig.disk, VMK_BLOCK_READ) == before + 1);
    KTAP_CHECK(ramdisk_commands(&rig.disk, VMK_BLOCK_FLUSH) == 0);

    KTAP_CHECK(vmk_BlockOpen(vmk_ModuleCurrentID, rig_name(), 0, &reader) == VMK_BAD_PARAM);
    KTAP_CHECK(vmk_BlockOpen(vmk_ModuleCurrentID, rig_name(), VMK_BLOCK_OPEN_READ, &reader) == VMK_OK);
    vmk_BlockClose(rig.handle);
    rig.handle = reader;
    KTAP_CHECK(answer(VMK_BLOCK_WRITE, 0, 1, 512, 0) == VMK_NO_PERMISSION);
    KTAP_CHECK(answer(VMK_BLOCK_WRITE_ZEROES, 0, 1, 0, 0) == VMK_NO_PERMISSION);
    KTAP_CHECK(answer(VMK_BLOCK_READ, 0, 1, 512, 0) == VMK_OK);
    KTAP_CHECK(vmk_BlockOpen(vmk_ModuleCurrentID, rig_name(), VMK_BLOCK_OPEN_WRITE, &reader) == VMK_OK);
    vmk_BlockClose(rig.handle);
    rig.handle = reader;
    KTAP_CHECK(answer(VMK_BLOCK_READ, 0, 1, 512, 0) == VMK_NO_PERMISSION);
    KTAP_CHECK(answer(VMK_BLOCK_WRITE, 0, 1, 512, 0) == VMK_OK);
    return rig_down();
}

/* Waiting and polling. */

vmk_StatusValue test_sync(void)
{
    static vmk_uint8 there[200 * 512], back[200 * 512 + 8];
    vmk_uint64 random = 1;

    rig_make(512, 2048);
    rig.disk.props.limits.maxBytes = 8192;
    KTAP_CHECK(rig_up() == VMK_OK);
    for (vmk_uint32 i = 0; i < sizeof(there); i++) {
        there[i] = (vmk_uint8)roll(&random);
    }
    KTAP_CHECK(vmk_BlockWrite(rig.handle, 17, 200, there, VMK_BLOCK_FUA) == VMK_OK);
    KTAP_CHECK(vmk_BlockRead(rig.handle, 17, 200, back) == VMK_OK);
    KTAP_CHECK(vmk_Memcmp(there, back, sizeof(there)) == 0);
    /* Module data is no direct map, and lies anywhere. */
    KTAP_CHECK(vmk_BlockRead(rig.handle, 18, 199, back + 4) == VMK_OK);
    KTAP_CHECK(vmk_Memcmp(there + 512, back + 4, 199 * 512) == 0);
    KTAP_CHECK(vmk_Memcmp(there, ramdisk_block(&rig.disk, 17), 512) == 0);
    KTAP_CHECK(vmk_BlockRead(rig.handle, 2000, 49, back) == VMK_BAD_ADDR_RANGE);
    KTAP_CHECK(vmk_BlockFlush(rig.handle) == VMK_OK);
    return rig_down();
}

vmk_StatusValue test_poll(void)
{
    void *block = vmk_HeapAlloc(heap, 512);
    vmk_SgElem elem = {.addr = vmk_Ptr2MA(block), .length = 512};
    vmk_BlockRequest request = {
        .op = VMK_BLOCK_READ, .flags = VMK_BLOCK_POLLED, .numBlocks = 1, .elems = &elem, .numElems = 1};

    rig_make(512, 64);
    rig.disk.polled = true;
    rig.disk.delay_us = 100;
    KTAP_CHECK(rig_up() == VMK_OK);
    KTAP_CHECK(block != NULL);
    for (unsigned i = 0; i < 50; i++) {
        request.block = i;
        KTAP_CHECK(vmk_BlockExecute(rig.handle, &request) == VMK_OK);
    }
    KTAP_CHECK(vmk_BlockPoll(rig.handle) == 0);
    vmk_HeapFree(heap, block);
    return rig_down();
}

/* Limits. */

struct kind {
    const char *name;
    vmk_uint32 block_size;
    vmk_uint32 granule;
    vmk_BlockLimits limits;
};

static const struct kind kinds[] = {
    {"none", 512, 4, {0}},
    {"like NVMe",
     512,
     4,
     {.maxBytes = 32768,
      .maxSegments = 8,
      .virtBoundary = 4095,
      .dmaAlignment = 3,
      .maxDiscardBlocks = 17,
      .maxZeroesBlocks = 9}},
    {"like AHCI",
     512,
     4,
     {.maxBytes = 65536,
      .maxSegments = 5,
      .maxSegmentBytes = 4096,
      .segmentBoundary = 0xffff,
      .dmaAlignment = 1,
      .maxDiscardBlocks = 1,
      .discardGranularity = 512}},
    {"one range", 512, 512, {.maxSegments = 1, .dmaAlignment = 511}},
    {"one block", 512, 4, {.maxBytes = 512, .dmaAlignment = 511, .maxDiscardBlocks = 8}},
    {"short ranges",
     4096,
     512,
     {.maxSegments = 8,
      .maxSegmentBytes = 512,
      .segmentBoundary = 511,
      .dmaAlignment = 511,
      .maxZeroesBlocks = 1000,
      .maxDiscardBlocks = 3,
      .discardGranularity = 8192}},
    {"4 KiB, like NVMe",
     4096,
     8,
     {.maxBytes = 16384, .maxSegments = 3, .virtBoundary = 4095, .dmaAlignment = 7}},
    {"64 KiB blocks", 65536, 64, {.maxSegments = 16, .maxSegmentBytes = 4096, .dmaAlignment = 63}},
};

static vmk_StatusValue run_kind(const struct kind *kind, vmk_uint32 slots, vmk_uint32 requests,
                                vmk_uint32 delay_us)
{
    vmk_StatusValue status;

    rig_make(kind->block_size, 32 * LOAD_REGION_BYTES / kind->block_size);
    rig.disk.props.limits = kind->limits;
    rig.disk.props.flags = VMK_BLOCK_PROP_WRITE_CACHE;
    rig.disk.delay_us = delay_us;
    status = rig_up();
    if (status != VMK_OK) {
        vmk_WarningMessage("# a disk with limits '%s': %s", kind->name, vmk_StatusToString(status));
        return status;
    }
    load = (struct load){.handle = rig.handle,
                         .slots = slots,
                         .requests = requests,
                         .granule = kind->granule,
                         .discards = kind->limits.maxDiscardBlocks != 0};
    status = load_start(&load);
    if (status == VMK_OK) {
        status = load_finish(&load);
    }
    if (status != VMK_OK) {
        vmk_WarningMessage("# limits '%s', %u requests at a time: %s", kind->name, slots,
                           vmk_StatusToString(status));
    }
    if (rig_down() != VMK_OK) {
        status = VMK_FAILURE;
    }
    return status;
}

vmk_StatusValue test_limits(void)
{
    struct kind shut = {.name = "nothing fits", .block_size = 4096, .limits = {.maxBytes = 512}};

    for (unsigned i = 0; i < VMK_ARRAY_SIZE(kinds); i++) {
        KTAP_CHECK(run_kind(&kinds[i], 1, 200, 0) == VMK_OK);
        KTAP_CHECK(run_kind(&kinds[i], 16, 60, 20) == VMK_OK);
    }
    rig_make(shut.block_size, 64);
    rig.disk.props.limits = shut.limits;
    KTAP_CHECK(ramdisk_attach(&rig.disk, "test-storage") == VMK_BAD_PARAM);
    rig_make(1000, 64);
    KTAP_CHECK(ramdisk_attach(&rig.disk, "test-storage") == VMK_BAD_PARAM);
    return VMK_OK;
}

vmk_StatusValue test_depths(void)
{
    for (vmk_uint32 slots = 1; slots <= LOAD_SLOTS_MAX; slots *= 2) {
        KTAP_CHECK(run_kind(&kinds[slots % 3], slots, 1000 / slots, 50) == VMK_OK);
    }
    return VMK_OK;
}

/* What a device does not do by itself. */

vmk_StatusValue test_fua(void)
{
    static vmk_uint8 data[8 * 512], back[8 * 512];

    rig_make(512, 64);
    rig.disk.props.flags = VMK_BLOCK_PROP_WRITE_CACHE;
    rig.disk.props.limits.maxBytes = 1024;
    KTAP_CHECK(rig_up() == VMK_OK);
    vmk_Memset(data, 0x11, sizeof(data));
    KTAP_CHECK(vmk_BlockWrite(rig.handle, 0, 8, data, VMK_BLOCK_FUA) == VMK_OK);
    KTAP_CHECK(ramdisk_commands(&rig.disk, VMK_BLOCK_FLUSH) == 1);
    ramdisk_lose_power(&rig.disk);
    KTAP_CHECK(vmk_BlockRead(rig.handle, 0, 8, back) == VMK_OK);
    KTAP_CHECK(vmk_Memcmp(data, back, sizeof(data)) == 0);
    /* What was not flushed is lost: the disk would show a flush that is missing. */
    vmk_Memset(data, 0x22, sizeof(data));
    KTAP_CHECK(vmk_BlockWrite(rig.handle, 0, 8, data, 0) == VMK_OK);
    ramdisk_lose_power(&rig.disk);
    KTAP_CHECK(vmk_BlockRead(rig.handle, 0, 8, back) == VMK_OK && back[0] == 0x11);
    KTAP_CHECK(vmk_BlockWrite(rig.handle, 0, 8, data, 0) == VMK_OK && vmk_BlockFlush(rig.handle) == VMK_OK);
    ramdisk_lose_power(&rig.disk);
    KTAP_CHECK(vmk_BlockRead(rig.handle, 0, 8, back) == VMK_OK && back[0] == 0x22);
    /* A flush that fails is not silent. */
    ramdisk_fail(&rig.disk, VMK_BLOCK_FLUSH, 0, 1, VMK_IO_ERROR);
    KTAP_CHECK(vmk_BlockWrite(rig.handle, 0, 1, data, VMK_BLOCK_FUA) == VMK_IO_ERROR);
    KTAP_CHECK(rig_down() == VMK_OK);

    rig_make(512, 64);
    rig.disk.props.flags = VMK_BLOCK_PROP_WRITE_CACHE | VMK_BLOCK_PROP_FUA;
    rig.disk.props.limits.maxBytes = 1024;
    KTAP_CHECK(rig_up() == VMK_OK);
    KTAP_CHECK(vmk_BlockWrite(rig.handle, 0, 8, data, VMK_BLOCK_FUA) == VMK_OK);
    KTAP_CHECK(ramdisk_commands(&rig.disk, VMK_BLOCK_FLUSH) == 0);
    ramdisk_lose_power(&rig.disk);
    KTAP_CHECK(vmk_BlockRead(rig.handle, 0, 8, back) == VMK_OK);
    KTAP_CHECK(vmk_Memcmp(data, back, sizeof(data)) == 0);
    return rig_down();
}

vmk_StatusValue test_zeroes(void)
{
    static vmk_uint8 data[2], zero[4];
    vmk_BlockRequest request = {.op = VMK_BLOCK_WRITE_ZEROES, .block = 1, .numBlocks = 1000};
    vmk_uint64 before;

    rig_make(512, 1024);
    rig.disk.props.limits.maxDiscardBlocks = 100;
    rig.disk.props.limits.discardGranularity = 8 * 512;
    KTAP_CHECK(rig_up() == VMK_OK);
    for (unsigned i = 0; i < 1024; i++) {
        vmk_Memset(ramdisk_block(&rig.disk, i), 0xee, 512);
    }
    KTAP_CHECK(vmk_BlockExecute(rig.handle, &request) == VMK_OK);
    KTAP_CHECK(request.block == 1 && request.numBlocks == 1000 && request.op == VMK_BLOCK_WRITE_ZEROES);
    data[0] = *ramdisk_block(&rig.disk, 0);
    data[1] = *ramdisk_block(&rig.disk, 1001);
    zero[0] = *ramdisk_block(&rig.disk, 1);
    zero[1] = ramdisk_block(&rig.disk, 1000)[511];
    KTAP_CHECK(data[0] == 0xee && data[1] == 0xee && zero[0] == 0 && zero[1] == 0);
    KTAP_CHECK(ramdisk_commands(&rig.disk, VMK_BLOCK_WRITE_ZEROES) == 0);
    request.op = VMK_BLOCK_DISCARD;
    KTAP_CHECK(vmk_BlockExecute(rig.handle, &request) == VMK_OK);
    /* 1 to 95 is the first: the others begin at multiples of 8. */
    KTAP_CHECK(ramdisk_commands(&rig.disk, VMK_BLOCK_DISCARD) == 11);
    KTAP_CHECK(rig_down() == VMK_OK);

    /* A device that says it can, and then can't: by one command, and by several. */
    for (vmk_uint32 most = 100; most <= 2000; most += 1900) {
        rig_make(512, 1024);
        rig.disk.props.limits.maxZeroesBlocks = most;
        KTAP_CHECK(rig_up() == VMK_OK);
        for (unsigned i = 0; i < 1024; i++) {
            vmk_Memset(ramdisk_block(&rig.disk, i), 0xee, 512);
        }
        ramdisk_fail(&rig.disk, VMK_BLOCK_WRITE_ZEROES, most == 100, 1000, VMK_NOT_SUPPORTED);
        request.op = VMK_BLOCK_WRITE_ZEROES;
        KTAP_CHECK(vmk_BlockExecute(rig.handle, &request) == VMK_OK);
        for (unsigned i = 0; i < 1024; i++) {
            KTAP_CHECK(ramdisk_block(&rig.disk, i)[i % 512] == (i == 0 || i > 1000 ? 0xee : 0));
        }
        before = ramdisk_commands(&rig.disk, VMK_BLOCK_WRITE_ZEROES);
        KTAP_CHECK(vmk_BlockExecute(rig.handle, &request) == VMK_OK);
        KTAP_CHECK(ramdisk_commands(&rig.disk, VMK_BLOCK_WRITE_ZEROES) == before);
        KTAP_CHECK(rig_down() == VMK_OK);
    }
    return VMK_OK;
}
