/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bench.c - a lane a CPU: its requests are first submitted there, and so are completed and submitted again
 * there by drivers that have a queue for each CPU. What completions touch is the lane's own.
 */
#include "bench.h"

#include <core/heap.h>
#include <core/wait.h>
#include <vmkapi/base/time.h>
#include <vmkapi/base/world.h>
#include <vmkapi/core/frame.h>
#include <vmkapi/lib/bits.h>

struct bench;

/** Requests may come back on any CPU, hence the atomic counters. */
struct lane {
    struct bench *bench;
    vmk_uint64 left; /**< Requests that may still be submitted. */
    vmk_uint64 ended;
    vmk_uint64 position;
    vmk_uint32 under_way;
    vmk_BlockRequest *first; /**< All its requests, before they are submitted. */
    vmk_WorldID world;
} VMK_ATTRIBUTE_ALIGN(VMK_L1_CACHELINE_SIZE);

struct slot {
    vmk_BlockRequest request;
    vmk_SgElem elem;
    vmk_uint64 random;
    struct slot *next;
};

struct bench {
    const struct bench_options *options;
    vmk_uint64 positions; /**< Places on the disk. */
    vmk_StatusValue status;
    bool stop;
    vmk_uint32 running; /**< Lanes. */
    struct completion finished;
    struct slot *slots;
    struct lane *lanes;
};

/** The next place: behind the one before, or anywhere. */
static vmk_uint64 next_position(struct bench *bench, struct lane *lane, struct slot *slot)
{
    if (bench->options->sequential) {
        return __atomic_fetch_add(&lane->position, 1, __ATOMIC_RELAXED) % bench->positions;
    }
    slot->random = slot->random * 6364136223846793005ul + 1442695040888963407ul;
    return (slot->random >> 32) * bench->positions >> 32;
}

/** Take leave to submit one more. */
static bool may_go_on(struct bench *bench, struct lane *lane)
{
    return !__atomic_load_n(&bench->stop, __ATOMIC_RELAXED) &&
           (vmk_int64)__atomic_fetch_sub(&lane->left, 1, __ATOMIC_RELAXED) > 0;
}

static void retire(struct bench *bench, struct lane *lane)
{
    if (__atomic_sub_fetch(&lane->under_way, 1, __ATOMIC_ACQ_REL) == 0 &&
        __atomic_sub_fetch(&bench->running, 1, __ATOMIC_ACQ_REL) == 0) {
        completion_complete(&bench->finished);
    }
}

static void ended(vmk_BlockRequest *request)
{
    struct slot *slot = VMK_CONTAINER_OF(request, struct slot, request);
    struct lane *lane = request->cookie.ptr;
    struct bench *bench = lane->bench;

    __atomic_fetch_add(&lane->ended, 1, __ATOMIC_RELAXED);
    if (VMK_UNLIKELY(request->status != VMK_OK)) {
        bench->status = request->status;
        __atomic_store_n(&bench->stop, true, __ATOMIC_RELAXED);
    }
    if (may_go_on(bench, lane)) {
        request->block = next_position(bench, lane, slot) * bench->options->request_blocks;
        request->next = NULL;
        vmk_BlockSubmit(bench->options->handle, request);
    } else {
        retire(bench, lane);
    }
}

static vmk_StatusValue start_lane(void *data)
{
    struct lane *lane = data;

    vmk_BlockSubmit(lane->bench->options->handle, lane->first);
    return VMK_OK;
}

/* Making. */

static VMK_ReturnStatus make_slot(struct bench *bench, struct lane *lane, vmk_uint32 number)
{
    const struct bench_options *options = bench->options;
    struct slot *slot = &bench->slots[number];
    vmk_uint32 bytes = options->request_blocks * options->block_size;
    vmk_PageRequest pages = {.zero = VMK_TRUE, .module = VMK_VMKERNEL_MODULE_ID, .kind = VMK_PAGE_DATA};
    vmk_MPN mpn;
    vmk_StatusValue status = vmk_PageAllocRun(pages, (vmk_uint32)vmk_Bytes2Pages(bytes), &mpn);

    if (status != VMK_OK) {
        return status;
    }
    slot->elem = (vmk_SgElem){.addr = vmk_MPN2MA(mpn), .length = bytes};
    slot->random = number + 1;
    slot->request = (vmk_BlockRequest){.op = (vmk_uint8)options->op,
                                       .numBlocks = options->request_blocks,
                                       .block = next_position(bench, lane, slot) * options->request_blocks,
                                       .elems = &slot->elem,
                                       .numElems = 1,
                                       .done = ended,
                                       .cookie.ptr = lane,
                                       .next = lane->first};
    lane->first = &slot->request;
    lane->under_way++;
    lane->left--;
    return VMK_OK;
}

/** Lanes begin in different parts of the disk, and share the requests. */
static VMK_ReturnStatus make(struct bench *bench)
{
    const struct bench_options *options = bench->options;
    vmk_StatusValue status = VMK_OK;
    vmk_uint32 lane = 0;

    bench->slots = vmk_HeapZalloc(heap_kernel, options->depth * sizeof(*bench->slots));
    bench->lanes = vmk_HeapZalloc(heap_kernel, options->num_cpus * sizeof(*bench->lanes));
    if (!bench->slots || !bench->lanes) {
        return VMK_NO_MEMORY;
    }
    for (vmk_uint32 i = 0; i < options->num_cpus; i++) {
        bench->lanes[i] =
            (struct lane){.bench = bench,
                          .left = options->count == ~0ul ? ~0ul >> 1 : options->count / options->num_cpus,
                          .position = bench->positions / options->num_cpus * i};
    }
    for (vmk_uint32 i = 0; status == VMK_OK && i < options->depth; i++) {
        status = make_slot(bench, &bench->lanes[lane], i);
        lane = lane + 1 < options->num_cpus ? lane + 1 : 0;
    }
    return status;
}

static void unmake(struct bench *bench)
{
    vmk_uint32 pages = (vmk_uint32)vmk_Bytes2Pages((vmk_ByteCount)bench->options->request_blocks *
                                                   bench->options->block_size);

    for (vmk_uint32 i = 0; bench->slots && i < bench->options->depth && bench->slots[i].elem.length != 0;
         i++) {
        vmk_PageFreeRun(vmk_MA2MPN(bench->slots[i].elem.addr), pages);
    }
    vmk_HeapFree(heap_kernel, bench->lanes);
    vmk_HeapFree(heap_kernel, bench->slots);
}

/* Running. */

/** Start lanes; one whose world can't be had is started from here. */
static void start(struct bench *bench)
{
    for (vmk_uint32 i = 0; i < bench->options->num_cpus; i++) {
        vmk_WorldProps world = {.name = "storage-bench",
                                .moduleID = VMK_VMKERNEL_MODULE_ID,
                                .startFunction = start_lane,
                                .data = &bench->lanes[i],
                                .affinity = 1ul << i};

        if (vmk_WorldCreate(&world, &bench->lanes[i].world) != VMK_OK) {
            bench->lanes[i].world = VMK_INVALID_WORLD_ID;
            (void)start_lane(&bench->lanes[i]);
        }
    }
}

/** Wait until the time is up, then for what is under way. @return why it ended earlier, if it was stopped. */
static VMK_ReturnStatus wait(struct bench *bench)
{
    vmk_StatusValue status =
        completion_wait(&bench->finished, bench->options->seconds * VMK_NSEC_PER_SEC, WAITER_INTERRUPTIBLE);

    __atomic_store_n(&bench->stop, true, __ATOMIC_RELAXED);
    (void)!completion_wait(&bench->finished, WAIT_FOREVER, WAITER_UNINTERRUPTIBLE);
    for (vmk_uint32 i = 0; i < bench->options->num_cpus; i++) {
        while (bench->lanes[i].world != VMK_INVALID_WORLD_ID &&
               vmk_WorldWaitForDeath(bench->lanes[i].world) != VMK_OK) {
            (void)vmk_WorldYield();
        }
    }
    return status == VMK_TIMEOUT ? VMK_OK : status;
}

VMK_ReturnStatus bench_run(const struct bench_options *options, struct bench_result *result)
{
    struct bench bench = {.options = options,
                          .positions = options->num_blocks / options->request_blocks,
                          .running = options->num_cpus};
    vmk_StatusValue status;
    vmk_uint64 begin;

    *result = (struct bench_result){0};
    completion_init(&bench.finished, "storage-bench");
    status = make(&bench);
    if (status == VMK_OK) {
        begin = vmk_GetTimerCycles();
        start(&bench);
        status = wait(&bench);
        result->elapsed_ns = vmk_GetTimerCycles() - begin;
        for (vmk_uint32 i = 0; i < options->num_cpus; i++) {
            result->ended += bench.lanes[i].ended;
        }
        status = bench.status != VMK_OK ? bench.status : status;
    }
    unmake(&bench);
    return status;
}
