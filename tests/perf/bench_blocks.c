/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bench_blocks - reads or writes 4 KiB at random, a window of operations between two marks. One load is one
 * window, and is over when init_module() returns.
 *
 * With a depth of 1 a world does one operation after the other and waits for each, and sets a mark after
 * each. With more, whatever has ended is submitted again, elsewhere on the disk, by the bottom half that says
 * so: that is how the storage core is meant to be kept busy.
 */
#include <vmkapi/base/assert.h>
#include <vmkapi/base/heap.h>
#include <vmkapi/base/mark.h>
#include <vmkapi/base/modparam.h>
#include <vmkapi/base/module.h>
#include <vmkapi/base/sem.h>
#include <vmkapi/core/frame.h>
#include <vmkapi/core/machine_memory.h>
#include <vmkapi/lib/bits.h>
#include <vmkapi/storage/block_device.h>

VMK_MODULE_LICENSE("GPL");
VMK_MODULE_DESCRIPTION("What an operation on a disk costs");

static char *disk = "vmhba0:C0:T0:L0";
VMK_MODPARAM(disk, VMK_MODPARAM_CHARP, "name of the device, or of a path to it");
static vmk_Bool write = VMK_FALSE;
VMK_MODPARAM(write, VMK_MODPARAM_BOOL, "write instead of reading");
static vmk_uint32 depth = 32;
VMK_MODPARAM(depth, VMK_MODPARAM_UINT, "operations under way at a time");
static vmk_uint32 operations = 64000;
VMK_MODPARAM(operations, VMK_MODPARAM_UINT, "operations in the window");

#define DEPTH_MAX    1024
#define BYTES        VMK_PAGE_SIZE
#define WARM_UP_PART 20 /* Of the window's operations, before the window. */
#define TIMEOUT_MS   120000

int init_module(void);
void cleanup_module(void);

struct slot {
    vmk_BlockRequest request;
    vmk_SgElem elem;
};

static struct slot *slots;
static vmk_uint8 *memory; /* BYTES, a page, a slot */
static vmk_BlockHandle handle;
static vmk_uint32 blocks_each; /* of the device, in an operation */
static vmk_uint64 places;      /* for an operation, on the device */
static vmk_uint64 seed = 88172645463325252ul;

/* Marsaglia's xorshift64. */
static vmk_uint64 random_place(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % places;
}

static void aim(struct slot *slot)
{
    slot->request.block = random_place() * blocks_each;
}

/* --- one at a time --- */

static VMK_ReturnStatus run_one_by_one(vmk_uint32 count)
{
    vmk_StatusValue status = VMK_OK;

    for (; count > 0 && status == VMK_OK; count--) {
        aim(slots);
        status = vmk_BlockExecute(handle, &slots->request);
        vmk_Mark(VMK_MARK_OPERATION);
    }
    return status;
}

static VMK_ReturnStatus run_waiting(vmk_uint32 warm_up)
{
    vmk_StatusValue status = run_one_by_one(warm_up);

    if (status == VMK_OK) {
        vmk_Mark(VMK_MARK_WINDOW_START);
        status = run_one_by_one(operations);
        vmk_Mark(VMK_MARK_WINDOW_END);
    }
    return status;
}

/* --- many at a time: all counted by bottom halves, of the one CPU there is --- */

static vmk_uint32 left;   /* to be submitted */
static vmk_uint32 active; /* submitted, and not ended */
static vmk_uint32 ended, window_start, window_end;
static vmk_StatusValue failure;
static vmk_SemaphoreObject all_ended;

static void operation_done(vmk_BlockRequest *request)
{
    ended++;
    if (ended == window_start) {
        vmk_Mark(VMK_MARK_WINDOW_START);
    } else if (ended == window_end) {
        vmk_Mark(VMK_MARK_WINDOW_END);
    }
    if (request->status != VMK_OK) {
        failure = request->status;
        left = 0;
    }
    if (left > 0) {
        left--;
        aim(VMK_CONTAINER_OF(request, struct slot, request));
        request->next = NULL;
        vmk_BlockSubmit(handle, request);
    } else if (--active == 0) {
        vmk_Semaphore sema = &all_ended;
        vmk_SemaUnlock(&sema);
    }
}

static VMK_ReturnStatus run_busy(vmk_uint32 warm_up)
{
    vmk_Semaphore sema = &all_ended;
    vmk_StatusValue status;

    vmk_SemaInit(sema, "bench_blocks", 0);
    window_start = warm_up;
    window_end = warm_up + operations;
    /* Beside those under way at first: at the window's end as many are as at its beginning. */
    left = window_end;
    active = depth;
    for (vmk_uint32 i = 0; i < depth; i++) {
        aim(&slots[i]);
        slots[i].request.done = operation_done;
        slots[i].request.next = i + 1 < depth ? &slots[i + 1].request : NULL;
    }
    vmk_BlockSubmit(handle, &slots->request);
    status = vmk_SemaLockTimed(&sema, TIMEOUT_MS);
    VMK_VERIFY(status == VMK_OK); /* What is under way is in this module's memory. */
    return failure;
}

/* --- around it --- */

static void fill_slots(vmk_uint32 block_size)
{
    blocks_each = BYTES / block_size;
    for (vmk_uint32 i = 0; i < depth; i++) {
        slots[i].elem = (vmk_SgElem){.addr = vmk_Ptr2MA(memory + i * BYTES), .length = BYTES};
        slots[i].request = (vmk_BlockRequest){.op = write ? VMK_BLOCK_WRITE : VMK_BLOCK_READ,
                                              .numBlocks = blocks_each,
                                              .elems = &slots[i].elem,
                                              .numElems = 1};
    }
}

static VMK_ReturnStatus run(void)
{
    vmk_uint32 warm_up = VMK_MAX(operations / WARM_UP_PART, 4 * depth);
    vmk_BlockGeometry geometry;
    vmk_StatusValue status = vmk_BlockGeometryGet(handle, &geometry);

    if (status != VMK_OK) {
        return status;
    }
    if (geometry.blockSize > BYTES || geometry.numBlocks < BYTES / geometry.blockSize) {
        return VMK_NOT_SUPPORTED;
    }
    fill_slots(geometry.blockSize);
    places = geometry.numBlocks / blocks_each;
    return depth == 1 ? run_waiting(warm_up) : run_busy(warm_up);
}

static VMK_ReturnStatus open_and_run(void)
{
    vmk_uint32 flags = VMK_BLOCK_OPEN_READ | (write ? VMK_BLOCK_OPEN_WRITE : 0u);
    vmk_StatusValue status = vmk_BlockOpen(vmk_ModuleCurrentID, disk, flags, &handle);

    if (status == VMK_OK) {
        status = run();
        vmk_BlockClose(handle);
    }
    return status;
}

int init_module(void)
{
    vmk_HeapCreateProps props = {.name = {"bench_blocks"}, .module = vmk_ModuleCurrentID};
    vmk_PageRequest pages = {.module = (vmk_uint16)vmk_ModuleCurrentID, .kind = VMK_PAGE_DATA};
    vmk_HeapID heap;
    vmk_MPN mpn;
    vmk_StatusValue status;

    if (depth == 0 || depth > DEPTH_MAX || operations == 0) {
        return VMK_BAD_PARAM;
    }
    status = vmk_HeapCreate(&props, &heap);
    if (status != VMK_OK) {
        return status;
    }
    slots = vmk_HeapAlloc(heap, depth * sizeof(*slots));
    status = slots != NULL ? vmk_PageAllocRun(pages, depth, &mpn) : VMK_NO_MEMORY;
    if (status == VMK_OK) {
        memory = vmk_MPN2Ptr(mpn);
        status = open_and_run();
        vmk_PageFreeRun(mpn, depth);
    }
    vmk_HeapFree(heap, slots);
    VMK_VERIFY(vmk_HeapDestroy(heap) == VMK_OK);
    return status;
}

void cleanup_module(void)
{
}
