/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ramdisk.c - a disk of pages that looks closely at what it is given.
 */
#include "ramdisk.h"

#include <vmkapi/base/logging.h>
#include <vmkapi/base/module.h>
#include <vmkapi/core/frame.h>
#include <vmkapi/core/machine_memory.h>
#include <vmkapi/lib/bits.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/storage/block_segment.h>

static vmk_HeapID heap;
static unsigned disks; /* Whose memory is from the heap. */

/* Memory. */

static void free_pages(vmk_uint8 **pages, vmk_uint32 count)
{
    for (vmk_uint32 i = 0; pages && i < count; i++) {
        if (pages[i]) {
            vmk_PageFree(vmk_Ptr2MPN(pages[i]));
        }
    }
    vmk_HeapFree(heap, pages);
}

static vmk_uint8 **alloc_pages(vmk_uint32 count)
{
    const vmk_PageRequest request = {
        .module = (vmk_uint16)vmk_ModuleCurrentID, .kind = VMK_PAGE_DATA, .zero = VMK_TRUE};
    vmk_uint8 **pages = vmk_HeapZalloc(heap, count * sizeof(*pages));
    vmk_MPN mpn;

    for (vmk_uint32 i = 0; pages && i < count; i++) {
        if (vmk_PageAlloc(request, &mpn) != VMK_OK) {
            free_pages(pages, count);
            return NULL;
        }
        pages[i] = vmk_MPN2Ptr(mpn);
    }
    return pages;
}

static VMK_ReturnStatus make_heap(void)
{
    const vmk_HeapCreateProps props = {
        .type = VMK_HEAP_TYPE_SIMPLE,
        .name = {"ramdisk"},
        .module = vmk_ModuleCurrentID,
    };

    return disks++ != 0 ? VMK_OK : vmk_HeapCreate(&props, &heap);
}

vmk_uint8 *ramdisk_block(struct ramdisk *disk, vmk_uint64 block)
{
    vmk_uint64 at = block * disk->props.blockSize;

    return disk->pages[at / VMK_PAGE_SIZE] + at % VMK_PAGE_SIZE;
}

/** Move @p bytes at @p at of the disk's pages from or to a machine address; NULL pages: nowhere. */
static void move(vmk_uint8 **pages, vmk_uint64 at, vmk_uint8 *memory, vmk_uint32 bytes, bool to_disk)
{
    while (bytes != 0) {
        vmk_uint32 here = (vmk_uint32)VMK_MIN(bytes, VMK_PAGE_SIZE - at % VMK_PAGE_SIZE);
        vmk_uint8 *page = pages[at / VMK_PAGE_SIZE] + at % VMK_PAGE_SIZE;

        if (!memory) {
            vmk_Memset(page, 0, here);
        } else {
            vmk_Memcpy(to_disk ? page : memory, to_disk ? memory : page, here);
            memory += here;
        }
        at += here;
        bytes -= here;
    }
}

static void transfer(struct ramdisk *disk, const vmk_BlockRequest *request)
{
    vmk_uint64 at = request->block * disk->props.blockSize;
    bool write = request->op == VMK_BLOCK_WRITE;
    bool through = write && (request->flags & VMK_BLOCK_FUA) != 0 &&
                   (disk->props.flags & VMK_BLOCK_PROP_FUA) != 0 && disk->stable;
    vmk_BlockSegments walk;
    vmk_SgElem range;

    vmk_BlockSegmentsStart(&walk, request);
    while (vmk_BlockSegmentsNext(&walk, &disk->props.limits, &range)) {
        move(disk->pages, at, vmk_MA2Ptr(range.addr), range.length, write);
        if (through) {
            move(disk->stable, at, vmk_MA2Ptr(range.addr), range.length, true);
        }
        at += range.length;
    }
}

static void copy_all(vmk_uint8 **to, vmk_uint8 **from, vmk_uint32 count)
{
    for (vmk_uint32 i = 0; i < count; i++) {
        vmk_Memcpy(to[i], from[i], VMK_PAGE_SIZE);
    }
}

static void do_command(struct ramdisk *disk, const vmk_BlockRequest *request)
{
    switch (request->op) {
    case VMK_BLOCK_FLUSH:
        if (disk->stable) {
            copy_all(disk->stable, disk->pages, disk->num_pages);
        }
        break;
    case VMK_BLOCK_DISCARD:
    case VMK_BLOCK_WRITE_ZEROES:
        for (vmk_uint32 i = 0; i < request->numBlocks; i++) {
            move(disk->pages, (request->block + i) * disk->props.blockSize, NULL, disk->props.blockSize,
                 true);
        }
        break;
    default:
        transfer(disk, request);
    }
}

void ramdisk_lose_power(struct ramdisk *disk)
{
    if (disk->stable) {
        copy_all(disk->pages, disk->stable, disk->num_pages);
    }
}

/* What a request must be. */

static bool ranges_are_right(const struct ramdisk *disk, const vmk_BlockRequest *request)
{
    const vmk_BlockLimits *limits = &disk->props.limits;
    vmk_uint32 count = 0, bytes = 0;
    vmk_BlockSegments walk;
    vmk_MA end = 0;
    vmk_SgElem range;

    vmk_BlockSegmentsStart(&walk, request);
    while (vmk_BlockSegmentsNext(&walk, limits, &range)) {
        if (((range.addr | range.length) & limits->dmaAlignment) != 0 ||
            (limits->maxSegmentBytes != 0 && range.length > limits->maxSegmentBytes) ||
            (limits->segmentBoundary != 0 &&
             ((range.addr ^ (range.addr + range.length - 1)) & ~limits->segmentBoundary) != 0) ||
            (count != 0 && ((end | range.addr) & limits->virtBoundary) != 0)) {
            return false;
        }
        count++;
        bytes += range.length;
        end = range.addr + range.length;
    }
    return bytes == request->lengthBytes && count == request->numSegments &&
           (limits->maxSegments == 0 || count <= limits->maxSegments) &&
           (limits->maxBytes == 0 || bytes <= limits->maxBytes);
}

static bool is_right(const struct ramdisk_path *path, const vmk_BlockRequest *request)
{
    const struct ramdisk *disk = path->disk;
    const vmk_BlockProps *props = &disk->props;
    bool data = request->op == VMK_BLOCK_READ || request->op == VMK_BLOCK_WRITE;

    if (request->op >= VMK_BLOCK_OP_COUNT || request->path != path->path) {
        return false;
    }
    if (request->op == VMK_BLOCK_FLUSH) {
        return request->lengthBytes == 0 && (props->flags & VMK_BLOCK_PROP_WRITE_CACHE) != 0;
    }
    if (request->op != VMK_BLOCK_READ && (props->flags & VMK_BLOCK_PROP_READ_ONLY) != 0) {
        return false;
    }
    if (request->numBlocks == 0 || request->block >= props->numBlocks ||
        request->numBlocks > props->numBlocks - request->block) {
        return false;
    }
    if (!data) {
        return request->lengthBytes == 0 &&
               request->numBlocks <= (request->op == VMK_BLOCK_DISCARD ? props->limits.maxDiscardBlocks
                                                                       : props->limits.maxZeroesBlocks);
    }
    return request->lengthBytes == request->numBlocks * props->blockSize && ranges_are_right(disk, request);
}

/* Commands. */

/** A command carries the time at which it ends. */
static vmk_uint64 due_at(const vmk_BlockRequest *request)
{
    return (vmk_uint64)request->driverData;
}

static struct ramdisk_path *path_of(struct ramdisk *disk, const vmk_BlockRequest *request)
{
    struct ramdisk_path *path = disk->paths;

    while (path->path != request->path) {
        path++;
    }
    return path;
}

static vmk_StatusValue outcome(struct ramdisk *disk, const vmk_BlockRequest *request)
    VMK_REQUIRES(&disk->lock)
{
    struct ramdisk_path *path = path_of(disk, request);
    struct ramdisk_fault *fault = &disk->faults[request->op];

    if (path->broken != VMK_OK) {
        return path->broken;
    }
    if (fault->count != 0 && fault->skip == 0) {
        fault->count--;
        return fault->status;
    }
    if (fault->count != 0) {
        fault->skip--;
    }
    if (request->op == VMK_BLOCK_READ && disk->bad_first <= disk->bad_last &&
        request->block <= disk->bad_last && request->block + request->numBlocks > disk->bad_first) {
        return VMK_READ_ERROR;
    }
    return VMK_OK;
}

/** Take the commands whose time has come. @return them, with what they end with; when the next is due. */
static vmk_BlockRequest *take_due(struct ramdisk *disk, vmk_uint64 now, vmk_uint64 *next)
    VMK_REQUIRES(&disk->lock)
{
    vmk_BlockRequest *first = disk->first, **link = &first;

    *next = ~0ul;
    while (!disk->held && *link && due_at(*link) <= now) {
        (*link)->status = outcome(disk, *link);
        disk->queued--;
        link = &(*link)->next;
    }
    if (!disk->held && *link) {
        *next = due_at(*link);
    }
    disk->first = *link;
    *link = NULL;
    if (!disk->first) {
        disk->end = &disk->first;
    }
    return first;
}

/** End what is due, and have the timer see to the rest unless somebody @p polls. @return how many commands.
 * Context: bottom halves off. */
static vmk_uint32 work(struct ramdisk *disk, bool polls)
{
    vmk_uint64 now = vmk_GetTimerCycles(), next;
    vmk_BlockRequest *requests;
    vmk_uint32 count = 0;

    vmk_SpinlockLock(&disk->lock);
    requests = take_due(disk, now, &next);
    if (next != ~0ul && !polls) {
        (void)vmk_TimerArm(&disk->timer, next);
    }
    vmk_SpinlockUnlock(&disk->lock);
    for (; requests; count++) {
        vmk_BlockRequest *request = requests;

        requests = request->next;
        if (request->status == VMK_OK && !disk->empty) {
            do_command(disk, request);
        }
        vmk_BlockRequestDone(request, request->status);
    }
    return count;
}

static void work_later(vmk_AddrCookie data)
{
    (void)work(data.ptr, false);
}

static void submit(vmk_AddrCookie data, vmk_BlockRequest *requests)
{
    struct ramdisk_path *path = data.ptr;
    struct ramdisk *disk = path->disk;
    vmk_uint64 due = vmk_GetTimerCycles() + disk->delay_us * VMK_NSEC_PER_USEC;
    bool polled = disk->polled;

    vmk_SpinlockLock(&disk->lock);
    *disk->end = requests;
    for (vmk_BlockRequest *request = requests; request; request = request->next) {
        disk->violations += !disk->empty && !is_right(path, request);
        polled = polled && (request->flags & VMK_BLOCK_POLLED) != 0;
        disk->commands[request->op]++;
        path->commands++;
        request->driverData = (void *)due;
        disk->end = &request->next;
        disk->queued++;
    }
    disk->max_queued = VMK_MAX(disk->max_queued, disk->queued);
    vmk_SpinlockUnlock(&disk->lock);
    if (!polled) {
        vmk_BottomHalfSchedule(disk->bh, VMK_PCPU_THIS);
    }
}

static vmk_uint32 poll(vmk_AddrCookie data)
{
    struct ramdisk_path *path = data.ptr;

    return work(path->disk, true);
}

static VMK_ReturnStatus scsi(vmk_AddrCookie data, vmk_ScsiCommand *command)
{
    /* TEST UNIT READY; anything else is an invalid command operation code (SPC-4, 4.5). */
    command->deviceStatus = command->cdb[0] == 0 ? 0 : 2;
    command->senseLen = command->cdb[0] == 0 ? 0 : 18;
    if (command->senseLen != 0) {
        vmk_Memset(command->senseData, 0, command->senseLen);
        command->senseData[0] = 0x70;
        command->senseData[2] = 5;
        command->senseData[12] = 0x20;
    }
    return VMK_OK;
}

static const vmk_BlockPathOps path_ops = {.submit = submit, .scsiCommand = scsi};
static const vmk_BlockPathOps polled_ops = {.submit = submit, .poll = poll, .scsiCommand = scsi};

static VMK_ReturnStatus rescan(vmk_AddrCookie data)
{
    struct ramdisk *disk = data.ptr;

    disk->rescans++;
    return VMK_OK;
}

static VMK_ReturnStatus reset(vmk_AddrCookie data)
{
    struct ramdisk *disk = data.ptr;

    vmk_StorageEventReport(disk->adapter, NULL, VMK_STORAGE_EVENT_HOST_RESET);
    disk->resets++;
    return VMK_OK;
}

static const vmk_StorageAdapterOps adapter_ops = {.rescan = rescan, .reset = reset};

/* Coming and going. */

void ramdisk_init(struct ramdisk *disk, vmk_uint32 block_size, vmk_uint64 num_blocks)
{
    vmk_Memset(disk, 0, sizeof(*disk));
    disk->props.blockSize = disk->props.physicalBlockSize = block_size;
    disk->props.numBlocks = num_blocks;
    disk->num_paths = 1;
    disk->queue_depth = 64;
    disk->end = &disk->first;
    disk->bad_first = 1;
    vmk_Strlcpy(disk->identity.vendor, "OpenVMK", sizeof(disk->identity.vendor));
    vmk_Strlcpy(disk->identity.model, "RAM disk", sizeof(disk->identity.model));
    vmk_Strlcpy(disk->identity.revision, "1", sizeof(disk->identity.revision));
    vmk_SpinlockInit(&disk->lock, "ramdisk", VMK_RANK_DRIVER);
}

VMK_ReturnStatus ramdisk_path_add(struct ramdisk *disk, vmk_uint32 number)
{
    struct ramdisk_path *path = &disk->paths[number];
    const vmk_BlockPathRegData reg = {
        .moduleID = vmk_ModuleCurrentID,
        .adapter = disk->adapter,
        .target = number,
        .ops = disk->polled ? &polled_ops : &path_ops,
        .driverData = {.ptr = path},
        .identity = disk->identity,
        .props = disk->props,
        .numQueues = 1,
        .queueDepth = disk->queue_depth,
        .numPollQueues = disk->polled,
    };

    path->disk = disk;
    path->number = number;
    return vmk_BlockPathRegister(&reg, &path->path);
}

void ramdisk_path_remove(struct ramdisk *disk, vmk_uint32 number)
{
    vmk_BlockPathUnregister(disk->paths[number].path);
    disk->paths[number].path = NULL;
}

static VMK_ReturnStatus prepare(struct ramdisk *disk)
{
    const vmk_BottomHalfProps props = {
        .moduleID = vmk_ModuleCurrentID,
        .name = {"ramdisk"},
        .callback = work_later,
        .data = {.ptr = disk},
    };
    vmk_StatusValue status = make_heap();

    if (status != VMK_OK) {
        return status;
    }
    disk->bh = VMK_INVALID_BOTTOM_HALF;
    disk->num_pages =
        (vmk_uint32)((disk->props.numBlocks * disk->props.blockSize + VMK_PAGE_MASK) >> VMK_PAGE_SHIFT);
    disk->pages = alloc_pages(disk->num_pages);
    if ((disk->props.flags & VMK_BLOCK_PROP_WRITE_CACHE) != 0) {
        disk->stable = alloc_pages(disk->num_pages);
    }
    if (!disk->pages || (!disk->stable && (disk->props.flags & VMK_BLOCK_PROP_WRITE_CACHE) != 0)) {
        return VMK_NO_MEMORY;
    }
    vmk_TimerInit(&disk->timer, vmk_ModuleCurrentID, work_later, (vmk_AddrCookie){.ptr = disk});
    return vmk_BottomHalfRegister(&props, &disk->bh);
}

static void release_all(struct ramdisk *disk)
{
    if (disk->bh != VMK_INVALID_BOTTOM_HALF) {
        vmk_BottomHalfUnregister(disk->bh);
        (void)vmk_TimerDisarm(&disk->timer, VMK_TRUE);
    }
    free_pages(disk->pages, disk->num_pages);
    free_pages(disk->stable, disk->num_pages);
    if (--disks == 0 && heap != VMK_INVALID_HEAP_ID) {
        (void)!vmk_HeapDestroy(heap);
        heap = VMK_INVALID_HEAP_ID;
    }
}

VMK_ReturnStatus ramdisk_attach(struct ramdisk *disk, const char *address)
{
    vmk_StorageAdapterRegData reg = {
        .moduleID = vmk_ModuleCurrentID,
        .ops = &adapter_ops,
        .driverData = {.ptr = disk},
        .driver = {"ramdisk"},
        .transport = {"memory"},
        .description = {"disks of pages"},
    };
    vmk_StatusValue status;

    disk->bh = VMK_INVALID_BOTTOM_HALF;
    disk->adapter = NULL;
    vmk_Strlcpy(reg.busAddress.string, address, sizeof(reg.busAddress.string));
    status = prepare(disk);
    if (status != VMK_OK) {
        release_all(disk);
        return status;
    }
    status = vmk_StorageAdapterRegister(&reg, &disk->adapter);
    for (vmk_uint32 i = 0; status == VMK_OK && i < disk->num_paths; i++) {
        status = ramdisk_path_add(disk, i);
    }
    if (status != VMK_OK) {
        ramdisk_detach(disk);
    }
    return status;
}

void ramdisk_detach(struct ramdisk *disk)
{
    ramdisk_release(disk);
    for (vmk_uint32 i = 0; i < RAMDISK_PATHS_MAX; i++) {
        if (disk->paths[i].path) {
            ramdisk_path_remove(disk, i);
        }
    }
    if (disk->adapter) {
        vmk_StorageAdapterUnregister(disk->adapter);
        disk->adapter = NULL;
    }
    release_all(disk);
}

/* Faults. */

static void lock(struct ramdisk *disk) VMK_ACQUIRE(&disk->lock) VMK_ACQUIRE_SHARED(vmk_bottomHalvesOff)
{
    vmk_BottomHalfDisable();
    vmk_SpinlockLock(&disk->lock);
}

static void unlock(struct ramdisk *disk) VMK_RELEASE(&disk->lock) VMK_RELEASE_SHARED(vmk_bottomHalvesOff)
{
    vmk_SpinlockUnlock(&disk->lock);
    vmk_BottomHalfEnable();
}

void ramdisk_hold(struct ramdisk *disk)
{
    lock(disk);
    disk->held = true;
    unlock(disk);
}

void ramdisk_release(struct ramdisk *disk)
{
    lock(disk);
    disk->held = false;
    unlock(disk);
    if (disk->bh != VMK_INVALID_BOTTOM_HALF) {
        vmk_BottomHalfSchedule(disk->bh, VMK_PCPU_THIS);
    }
}

void ramdisk_fail(struct ramdisk *disk, vmk_BlockOp op, vmk_uint32 skip, vmk_uint32 count,
                  vmk_StatusValue status)
{
    lock(disk);
    disk->faults[op] = (struct ramdisk_fault){.skip = skip, .count = count, .status = status};
    unlock(disk);
}

vmk_uint64 ramdisk_path_commands(struct ramdisk *disk, vmk_uint32 number)
{
    vmk_uint64 count;

    lock(disk);
    count = disk->paths[number].commands;
    unlock(disk);
    return count;
}

vmk_uint64 ramdisk_commands(struct ramdisk *disk, vmk_BlockOp op)
{
    vmk_uint64 count;

    lock(disk);
    count = disk->commands[op];
    unlock(disk);
    return count;
}
