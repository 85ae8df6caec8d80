/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * disk_load - a disk kept busy until the module goes: every slot writes its own blocks and reads them back,
 * again and again. A disk that goes away is waited for. Statistics under test/disk_load tell how it went.
 *
 * All of a slot happens in bottom halves, one operation after the other. A slot whose operation fails stops;
 * when all have, the disk is closed, opened again as soon as it is there, and the slots begin anew, with a
 * write.
 */
#include <vmkapi/base/assert.h>
#include <vmkapi/base/heap.h>
#include <vmkapi/base/modparam.h>
#include <vmkapi/base/module.h>
#include <vmkapi/base/sem.h>
#include <vmkapi/base/world.h>
#include <vmkapi/core/frame.h>
#include <vmkapi/core/machine_memory.h>
#include <vmkapi/core/stats.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/storage/block_device.h>

#include <core/storage_pattern.h>

VMK_MODULE_LICENSE("GPL");
VMK_MODULE_DESCRIPTION("A disk kept busy");

static char *disk = "vmhba0:C0:T0:L0";
VMK_MODPARAM(disk, VMK_MODPARAM_CHARP, "name of the device, or of a path to it");
static vmk_uint32 depth = 32;
VMK_MODPARAM(depth, VMK_MODPARAM_UINT, "operations under way at a time");
static vmk_uint32 first = 2048;
VMK_MODPARAM(first, VMK_MODPARAM_UINT, "the first block that is written");

#define DEPTH_MAX 256
#define BYTES     16384
#define DEVICE    0x6c6f6164u /* What the pattern says of its device. */
#define RETRY_US  5000

int init_module(void);
void cleanup_module(void);

struct slot {
    vmk_BlockRequest request;
    vmk_SgElem elem;
    vmk_uint64 generation;
    vmk_uint32 under_way; /* atomic: so that a second end is noticed */
};

struct load_stats {
    vmk_uint64 written, read; /* operations */
    vmk_uint64 failed;        /* that ended with an error other than the loss of the disk */
    vmk_uint64 lost;          /* that the disk's loss has ended */
    vmk_uint64 wrong;         /* blocks read that are not what was written */
    vmk_uint64 twice;         /* ends of operations that had ended */
    vmk_uint64 opened;        /* times */
};

static const vmk_StatField stat_fields[] = {
    VMK_STAT_FIELD(struct load_stats, written), VMK_STAT_FIELD(struct load_stats, read),
    VMK_STAT_FIELD(struct load_stats, failed),  VMK_STAT_FIELD(struct load_stats, lost),
    VMK_STAT_FIELD(struct load_stats, wrong),   VMK_STAT_FIELD(struct load_stats, twice),
    VMK_STAT_FIELD(struct load_stats, opened),
};

static struct {
    vmk_HeapID heap;
    struct slot *slots;
    vmk_uint8 *memory; /* BYTES a slot */
    vmk_BlockHandle handle;
    vmk_uint32 block_size;
    vmk_uint32 active; /* slots; atomic */
    vmk_SemaphoreObject all_stopped;
    vmk_Bool stopping;
    struct load_stats stats; /* atomic */
    vmk_StatGroup group;
    vmk_WorldID world;
} load;

static void count(vmk_uint64 *counter)
{
    __atomic_add_fetch(counter, 1, __ATOMIC_RELAXED);
}

static vmk_uint8 *memory_of(const struct slot *slot)
{
    return load.memory + (vmk_ByteCount)(slot - load.slots) * BYTES;
}

static struct pattern_header header_of(const struct slot *slot, vmk_uint32 i)
{
    return (struct pattern_header){
        .device = DEVICE, .block = slot->request.block + i, .generation = slot->generation, .seed = 1};
}

static void submit(struct slot *slot, vmk_BlockOp op)
{
    slot->request.op = (vmk_uint8)op;
    slot->request.next = NULL;
    __atomic_store_n(&slot->under_way, 1, __ATOMIC_RELEASE);
    vmk_BlockSubmit(load.handle, &slot->request);
}

static void write_next(struct slot *slot)
{
    slot->generation++;
    for (vmk_uint32 i = 0; i < slot->request.numBlocks; i++) {
        struct pattern_header header = header_of(slot, i);
        pattern_fill(memory_of(slot) + (vmk_ByteCount)i * load.block_size, load.block_size, &header);
    }
    submit(slot, VMK_BLOCK_WRITE);
}

static void check(const struct slot *slot)
{
    struct pattern_fault fault;

    for (vmk_uint32 i = 0; i < slot->request.numBlocks; i++) {
        struct pattern_header wants = header_of(slot, i);
        if (pattern_check(memory_of(slot) + (vmk_ByteCount)i * load.block_size, load.block_size, &wants,
                          &fault) != PATTERN_GOOD) {
            count(&load.stats.wrong);
        }
    }
}

static void stop_slot(void)
{
    if (__atomic_sub_fetch(&load.active, 1, __ATOMIC_ACQ_REL) == 0) {
        vmk_Semaphore sema = &load.all_stopped;
        vmk_SemaUnlock(&sema);
    }
}

static void operation_done(vmk_BlockRequest *request)
{
    struct slot *slot = VMK_CONTAINER_OF(request, struct slot, request);

    if (__atomic_exchange_n(&slot->under_way, 0, __ATOMIC_ACQ_REL) == 0) {
        count(&load.stats.twice);
        return;
    }
    if (request->status != VMK_OK) {
        count(request->status == VMK_PERM_DEV_LOSS ? &load.stats.lost : &load.stats.failed);
        stop_slot();
    } else if (request->op == VMK_BLOCK_WRITE) {
        count(&load.stats.written);
        vmk_Memset(memory_of(slot), 0, BYTES);
        submit(slot, VMK_BLOCK_READ);
    } else {
        count(&load.stats.read);
        check(slot);
        if (__atomic_load_n(&load.stopping, __ATOMIC_RELAXED)) {
            stop_slot();
        } else {
            write_next(slot);
        }
    }
}

static void start_slots(void)
{
    vmk_BlockGeometry geometry;

    if (vmk_BlockGeometryGet(load.handle, &geometry) != VMK_OK) {
        return;
    }
    load.block_size = geometry.blockSize;
    load.active = depth + 1;
    for (vmk_uint32 i = 0; i < depth; i++) {
        struct slot *slot = &load.slots[i];
        slot->elem = (vmk_SgElem){.addr = vmk_Ptr2MA(memory_of(slot)), .length = BYTES};
        slot->request = (vmk_BlockRequest){.numBlocks = BYTES / load.block_size,
                                           .block = first + i * (BYTES / load.block_size),
                                           .elems = &slot->elem,
                                           .numElems = 1,
                                           .done = operation_done};
        write_next(slot);
    }
    stop_slot(); /* Of those above, this one was only held until all had begun. */
    vmk_Semaphore sema = &load.all_stopped;
    vmk_SemaLock(&sema);
}

static vmk_StatusValue keep_busy(void *data)
{
    while (!__atomic_load_n(&load.stopping, __ATOMIC_RELAXED)) {
        if (vmk_BlockOpen(vmk_ModuleCurrentID, disk, VMK_BLOCK_OPEN_READ | VMK_BLOCK_OPEN_WRITE,
                          &load.handle) == VMK_OK) {
            count(&load.stats.opened);
            start_slots();
            vmk_BlockClose(load.handle);
        } else {
            (void)!vmk_WorldSleep(RETRY_US); /* Nobody tells when a disk comes. */
        }
    }
    return VMK_OK;
}

static VMK_ReturnStatus start(void)
{
    vmk_WorldProps props = {.name = "disk_load", .moduleID = vmk_ModuleCurrentID, .startFunction = keep_busy};
    vmk_PageRequest pages = {.module = (vmk_uint16)vmk_ModuleCurrentID, .kind = VMK_PAGE_DATA};
    vmk_StatusValue status;
    vmk_MPN mpn;

    load.slots = vmk_HeapZalloc(load.heap, depth * sizeof(*load.slots));
    status =
        load.slots != NULL ? vmk_PageAllocRun(pages, depth * (BYTES >> VMK_PAGE_SHIFT), &mpn) : VMK_NO_MEMORY;
    if (status != VMK_OK) {
        return status;
    }
    load.memory = vmk_MPN2Ptr(mpn);
    vmk_SemaInit(&load.all_stopped, "disk_load", 0);
    vmk_StatGroupInit(&load.group, vmk_ModuleCurrentID, stat_fields, VMK_ARRAY_SIZE(stat_fields),
                      "test/disk_load");
    load.group.base = &load.stats;
    status = vmk_StatGroupRegister(&load.group);
    if (status == VMK_OK) {
        status = vmk_WorldCreate(&props, &load.world);
        if (status != VMK_OK) {
            vmk_StatGroupUnregister(&load.group);
        }
    }
    return status;
}

static void free_all(void)
{
    if (load.memory != NULL) {
        vmk_PageFreeRun(vmk_Ptr2MPN(load.memory), depth * (BYTES >> VMK_PAGE_SHIFT));
    }
    vmk_HeapFree(load.heap, load.slots);
    VMK_VERIFY(vmk_HeapDestroy(load.heap) == VMK_OK);
}

int init_module(void)
{
    vmk_HeapCreateProps props = {.name = {"disk_load"}, .module = vmk_ModuleCurrentID};
    vmk_StatusValue status;

    if (depth == 0 || depth > DEPTH_MAX) {
        return VMK_BAD_PARAM;
    }
    status = vmk_HeapCreate(&props, &load.heap);
    if (status == VMK_OK) {
        status = start();
        if (status != VMK_OK) {
            free_all();
        }
    }
    return status;
}

void cleanup_module(void)
{
    __atomic_store_n(&load.stopping, VMK_TRUE, __ATOMIC_RELAXED);
    (void)!vmk_WorldWaitForDeath(load.world);
    vmk_StatGroupUnregister(&load.group);
    free_all();
}
