/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_disk_io.c - the user of a disk, and the storage core below, on a path that is nothing but memory: all
 * is well, and each thing that may go wrong is noticed.
 */
#include "block_medium.h"
#include "disk_io.h"

#include <hosted/machine.h>
#include <hosted/module.h>
#include <run.h>
#include <string.h>
#include <vmkapi/base/time.h>
#include <vmkapi/core/machine_memory.h>
#include <vmkapi/storage/block_segment.h>

#define PATH     "vmhba0:C0:T0:L0"
#define BLOCKS   8192
#define DELAY_NS 20000

/** What is wrong with the path. */
static enum { SOUND, CORRUPTS_READS, WRITES_BESIDE, TWICE, NEVER, CHANGES_DATA, FAILS } wrong;

static struct disk disk;
static struct block_medium medium;
static vmk_ModuleID module;
static vmk_StorageAdapter adapter;
static vmk_BlockPath path;
static vmk_BlockRequest *queue, **queue_end = &queue;
static vmk_TimerObject timer;
static unsigned unfit; /* Segments that break a limit. */

static vmk_BlockPathRegData reg = {
    .identity = {.model = "memory", .serial = "1"},
    .props = {.blockSize = 512,
              .physicalBlockSize = 512,
              .numBlocks = BLOCKS,
              .flags = VMK_BLOCK_PROP_WRITE_CACHE,
              .limits = {.maxBytes = 128 << 10, .maxSegments = 33, .virtBoundary = 4095, .dmaAlignment = 3}},
    .numQueues = 1,
    .queueDepth = 32,
};

static void move(vmk_BlockRequest *request, vmk_SgElem range, vmk_ByteCount at)
{
    vmk_uint8 *memory = vmk_MA2Ptr(range.addr), *stored = medium.now + request->block * 512 + at;

    unfit += (range.addr & 3) != 0 || (range.length & 3) != 0;
    if (request->op == VMK_BLOCK_WRITE) {
        memcpy(stored, memory, range.length);
        memory[0] ^= wrong == CHANGES_DATA;
    } else {
        memcpy(memory, stored, range.length);
        memory[0] ^= wrong == CORRUPTS_READS;
        if (wrong == WRITES_BESIDE) {
            memory[range.length] ^= 1;
        }
    }
}

/* Between two ranges addresses are multiples of a page. */
static vmk_Bool may_follow(vmk_SgElem last, vmk_SgElem range)
{
    vmk_uint64 mask = reg.props.limits.virtBoundary;

    return last.length == 0 || (((last.addr + last.length) | range.addr) & mask) == 0;
}

static void do_request(vmk_BlockRequest *request)
{
    vmk_BlockSegments walk;
    vmk_ByteCount at = 0;
    vmk_SgElem range, last = {.length = 0};
    unsigned count = 0;

    if (request->op == VMK_BLOCK_FLUSH) {
        medium_flush(&medium);
        return;
    }
    for (vmk_BlockSegmentsStart(&walk, request); vmk_BlockSegmentsNext(&walk, &reg.props.limits, &range);) {
        unfit += !may_follow(last, range);
        last = range;
        move(request, range, at);
        at += range.length;
        count++;
    }
    unfit += at > reg.props.limits.maxBytes || count > reg.props.limits.maxSegments;
}

static void on_timer(vmk_AddrCookie data)
{
    vmk_BlockRequest *request = queue, *next;

    queue = NULL;
    queue_end = &queue;
    for (; request != NULL; request = next) {
        vmk_BlockRequest copy = *request;

        next = request->next;
        do_request(request);
        vmk_BlockRequestDone(request, wrong == FAILS ? VMK_READ_ERROR : VMK_OK);
        if (wrong == TWICE) {
            *request = copy;
            vmk_BlockRequestDone(request, VMK_OK);
        }
    }
}

static void submit(vmk_AddrCookie data, vmk_BlockRequest *requests)
{
    *queue_end = requests;
    while (*queue_end != NULL) {
        queue_end = &(*queue_end)->next;
    }
    if (wrong != NEVER) {
        vmk_TimerArm(&timer, vmk_GetTimerCycles() + DELAY_NS);
    }
}

static void start(void)
{
    static const vmk_StorageAdapterOps adapter_ops;
    static const vmk_BlockPathOps ops = {.submit = submit};
    vmk_StorageAdapterRegData adapter_reg = {.ops = &adapter_ops, .driver = {"test"}, .busAddress = {"1"}};

    hosted_start();
    module = hosted_module_add("test");
    medium_init(&medium, BLOCKS, 512);
    vmk_TimerInit(&timer, module, on_timer, (vmk_AddrCookie){.ptr = NULL});
    adapter_reg.moduleID = reg.moduleID = module;
    ck_assert_int_eq(vmk_StorageAdapterRegister(&adapter_reg, &adapter), VMK_OK);
    reg.adapter = adapter;
    reg.ops = &ops;
    ck_assert_int_eq(vmk_BlockPathRegister(&reg, &path), VMK_OK);
    hosted_run_ms(100);
    ck_assert(disk_appears(module, PATH));
    ck_assert_int_eq(disk_open(&disk, module, PATH), VMK_OK);
}

static void stop(void)
{
    disk_close(&disk);
    vmk_BlockPathUnregister(path);
    vmk_StorageAdapterUnregister(adapter);
    hosted_run_ms(100);
    ck_assert(hosted_module_is_clear(module));
    medium_free(&medium);
}

static const struct disk_exercise all = {.requests = 3000,
                                         .depth = 64,
                                         .blocks_max = 2048,
                                         .ops = 1 << VMK_BLOCK_READ | 1 << VMK_BLOCK_WRITE |
                                                1 << VMK_BLOCK_FLUSH | 1 << VMK_BLOCK_WRITE_ZEROES};

/* Every shape and size, cut and bounced where the path's limits want it. */
START_TEST(all_is_well)
{
    start();
    disk_exercise(&disk, all);
    disk_compare(&disk);
    ck_assert_int_eq(memcmp(medium.now, disk_expected(&disk, 0), BLOCKS * 512), 0);
    ck_assert_uint_eq(unfit, 0);
    stop();
}
END_TEST

START_TEST(a_failure_is_told)
{
    start();
    wrong = FAILS;
    ck_assert_int_eq(disk_do_flags(&disk, VMK_BLOCK_READ, 0, 1, VMK_BLOCK_NO_RETRY), VMK_READ_ERROR);
    ck_assert_int_eq(disk_do_flags(&disk, VMK_BLOCK_WRITE, 0, 1, VMK_BLOCK_NO_RETRY), VMK_READ_ERROR);
    wrong = SOUND;
    ck_assert_int_eq(disk_do(&disk, VMK_BLOCK_READ, 0, 4), VMK_OK); /* Whatever block 0 is now. */
    ck_assert_uint_eq(disk.failed, 2);
    stop();
}
END_TEST

static void go_wrong(int how)
{
    start();
    wrong = how;
    for (vmk_BlockOp op = VMK_BLOCK_READ; op <= VMK_BLOCK_WRITE; op++) {
        ck_assert(disk_start(&disk, op, 0, 8, DISK_WHOLE, 0)); /* In one piece: the core leaves it alone. */
        ck_assert(disk_settle(&disk, 1000));
    }
}

START_TEST(notices_wrong_data)
{
    go_wrong(CORRUPTS_READS);
}
END_TEST

START_TEST(notices_a_stray_write)
{
    go_wrong(WRITES_BESIDE);
}
END_TEST

START_TEST(notices_changed_data)
{
    go_wrong(CHANGES_DATA);
}
END_TEST

START_TEST(notices_a_request_that_ends_twice)
{
    go_wrong(TWICE);
}
END_TEST

START_TEST(notices_a_request_that_never_ends)
{
    start();
    wrong = NEVER;
    disk_do(&disk, VMK_BLOCK_READ, 0, 8);
}
END_TEST

RUN_TESTS_AND_CRASHES(RUN_LIST(all_is_well, a_failure_is_told),
                      RUN_LIST(notices_wrong_data, notices_a_stray_write, notices_changed_data,
                               notices_a_request_that_ends_twice, notices_a_request_that_never_ends))
