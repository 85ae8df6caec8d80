/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * linux_block.c - what becomes of requests between the storage core and a block driver, and of the driver's
 * own.
 */
#include "linux_block_driver.h"

#include "../unit/vmklinux/linux_test.h"

#include <linux/cdev.h>
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/sed-opal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <vmkapi/storage/block_device.h>

#define PATH "vmhba0:C0:T0:L0"
#define TAGS (DEPTH - RESERVED) /* for all but reserved requests */

static vmk_BlockHandle handle;

static void open_disk(void)
{
    EXPECT(vmk_BlockOpen(THIS_MODULE->id, PATH, VMK_BLOCK_OPEN_READ | VMK_BLOCK_OPEN_WRITE, &handle) ==
           VMK_OK);
    /* Whoever reads its partitions is done. */
    msleep(10);
    seen.came = seen.commits = 0;
}

static void close_disk(void)
{
    vmk_BlockClose(handle);
    block_driver_stop();
    EXPECT(seen.never == 0);
}

/* Requests that are under way. */
static struct {
    vmk_BlockRequest request;
    vmk_SgElem elem;
    unsigned int done;
} asked[16];
static u8 *buffer;

static void request_done(vmk_BlockRequest *request)
{
    EXPECT(in_interrupt());
    asked[request->cookie.u64].done++;
}

/* Ask for blocks number FIRST + n, of @count requests, as one list. */
static void ask(unsigned int from, unsigned int count, vmk_uint16 flags)
{
    if (!buffer)
        buffer = kzalloc(ARRAY_SIZE(asked) * BLOCK_SIZE, GFP_KERNEL);
    for (unsigned int i = from; i < from + count; i++) {
        asked[i].done = 0;
        asked[i].elem = (vmk_SgElem){.addr = virt_to_phys(buffer + i * BLOCK_SIZE), .length = BLOCK_SIZE};
        asked[i].request = (vmk_BlockRequest){.op = VMK_BLOCK_READ,
                                              .flags = flags,
                                              .block = FIRST + i,
                                              .numBlocks = 1,
                                              .elems = &asked[i].elem,
                                              .numElems = 1,
                                              .done = request_done,
                                              .cookie.u64 = i,
                                              .next = i + 1 < from + count ? &asked[i + 1].request : NULL};
    }
    vmk_BlockSubmit(handle, &asked[from].request);
    msleep(1);
}

static unsigned int count_done(void)
{
    unsigned int count = 0;

    for (unsigned int i = 0; i < ARRAY_SIZE(asked); i++) {
        EXPECT(asked[i].done <= 1);
        count += asked[i].done;
    }
    return count;
}

/* DEVIATION-021 */
static void memory_is_the_storage_cores(void)
{
    u8 *page = (u8 *)get_zeroed_page(GFP_KERNEL);
    vmk_SgElem elems[] = {{.addr = virt_to_phys(page + 4), .length = 0},
                          {.addr = virt_to_phys(page + 12), .length = 500},
                          {.addr = virt_to_phys(page + 2048), .length = 600}};
    vmk_BlockRequest request = {
        .op = VMK_BLOCK_WRITE, .block = FIRST, .numBlocks = 2, .elems = elems, .numElems = 3};

    open_disk();
    for (unsigned int i = 0; i < PAGE_SIZE; i++)
        page[i] = (u8)(i * 7 + i / 256);
    EXPECT(vmk_BlockExecute(handle, &request) == VMK_OK && seen.came == 1 && !seen.had_bio);
    EXPECT(memcmp(medium + FIRST * BLOCK_SIZE, page + 12, 500) == 0);
    EXPECT(memcmp(medium + FIRST * BLOCK_SIZE + 500, page + 2048, 524) == 0);
    free_page((unsigned long)page);
    close_disk();
}

static void a_discard_has_its_range(void)
{
    vmk_BlockRequest discard = {.op = VMK_BLOCK_DISCARD, .block = FIRST + 8, .numBlocks = 16};
    vmk_BlockRequest zeroes = {.op = VMK_BLOCK_WRITE_ZEROES, .block = FIRST, .numBlocks = 3};

    open_disk();
    EXPECT(vmk_BlockExecute(handle, &discard) == VMK_OK && seen.had_bio);
    EXPECT(seen.bio.bi_iter.bi_sector == FIRST + 8 && seen.bio.bi_iter.bi_size == 16 * BLOCK_SIZE);
    EXPECT(bio_op(&seen.bio) == REQ_OP_DISCARD && !seen.bio.bi_next && seen.segments == 1);
    EXPECT(vmk_BlockExecute(handle, &zeroes) == VMK_OK && !seen.had_bio && seen.came == 2);
    close_disk();
}

static blk_opf_t flags_of(enum vmk_BlockOp op, vmk_uint16 flags)
{
    static u8 page[BLOCK_SIZE] __aligned(BLOCK_SIZE);
    vmk_SgElem elem = {.addr = virt_to_phys(page), .length = BLOCK_SIZE};
    vmk_BlockRequest request = {.op = op, .flags = flags, .block = FIRST, .numBlocks = 1};

    if (op == VMK_BLOCK_READ || op == VMK_BLOCK_WRITE) {
        request.elems = &elem;
        request.numElems = 1;
    }
    seen.came = 0;
    EXPECT(vmk_BlockExecute(handle, &request) == VMK_OK && seen.came == 1);
    return seen.flags;
}

static void flags_reach_the_driver(void)
{
    open_disk();
    EXPECT(flags_of(VMK_BLOCK_WRITE, 0) == 0);
    EXPECT(flags_of(VMK_BLOCK_WRITE, VMK_BLOCK_FUA) == REQ_FUA);
    EXPECT(flags_of(VMK_BLOCK_READ, VMK_BLOCK_NO_RETRY) == REQ_FAILFAST_MASK);
    EXPECT(flags_of(VMK_BLOCK_WRITE_ZEROES, 0) == 0);
    EXPECT(flags_of(VMK_BLOCK_WRITE_ZEROES, VMK_BLOCK_NO_UNMAP) == REQ_NOUNMAP);
    close_disk();
}

static void who_finds_no_tag_waits(void)
{
    open_disk();
    orders.manner = HOLD;
    ask(0, 10, 0);
    EXPECT(num_held == TAGS && count_done() == 0);
    for (unsigned int i = 1; i <= 10; i++) {
        let_one_go();
        EXPECT(count_done() == i && num_held == min(TAGS, 10 - (int)i));
    }
    close_disk();
}

static void a_list_ends_with_its_last(void)
{
    open_disk();
    ask(0, 3, 0);
    EXPECT(seen.came == 3 && !seen.lasts[0] && !seen.lasts[1] && seen.lasts[2]);
    close_disk();
}

/* Asked for again from within the end of the first ones. */
static void ask_again(vmk_BlockRequest *request)
{
    request->done = request_done;
    request->next = NULL;
    vmk_BlockSubmit(handle, request);
}

static void the_device_is_told_once_a_bottom_half(void)
{
    open_disk();
    ask(0, 3, 0);
    seen.came = seen.commits = 0;
    orders.manner = HOLD;
    ask(0, 3, 0);
    for (unsigned int i = 0; i < 3; i++)
        asked[i].request.done = ask_again;
    orders.manner = DO;
    local_bh_disable();
    finish(held[0]);
    finish(held[1]);
    finish(held[2]);
    num_held = 0;
    seen.came = seen.commits = 0;
    local_bh_enable();
    msleep(1);
    EXPECT(seen.came == 3 && !seen.lasts[0] && !seen.lasts[1] && !seen.lasts[2] && count_done() == 3);
    EXPECT(seen.commits >= 1 && seen.commits <= 2);
    close_disk();
}

static void no_room_is_for_a_while(void)
{
    open_disk();
    orders.manner = NO_ROOM;
    ask(0, 1, 0);
    msleep(50);
    EXPECT(seen.came == 1 && count_done() == 1 && asked[0].request.status == VMK_OK);
    close_disk();
}

static void a_quiet_queue_gets_nothing(void)
{
    open_disk();
    blk_mq_quiesce_queue(disk->queue);
    blk_mq_quiesce_queue(disk->queue);
    ask(0, 6, 0);
    EXPECT(seen.came == 0);
    blk_mq_unquiesce_queue(disk->queue);
    msleep(1);
    EXPECT(seen.came == 0);
    blk_mq_unquiesce_queue(disk->queue);
    msleep(1);
    EXPECT(seen.came == 6 && count_done() == 6);
    close_disk();
}

static void freezing_waits_for_what_is_under_way(void)
{
    open_disk();
    orders.manner = HOLD;
    ask(0, 2, 0);
    blk_freeze_queue_start(disk->queue);
    ask(2, 2, 0);
    EXPECT(num_held == 2);
    EXPECT(blk_mq_freeze_queue_wait_timeout(disk->queue, 2) == 0);
    EXPECT(PTR_ERR(blk_mq_alloc_request(disk->queue, REQ_OP_DRV_IN, BLK_MQ_REQ_NOWAIT)) == -EAGAIN);
    let_one_go();
    EXPECT(blk_mq_freeze_queue_wait_timeout(disk->queue, 2) == 0);
    let_one_go();
    blk_mq_freeze_queue_wait(disk->queue);
    EXPECT(count_done() == 2 && num_held == 0);
    orders.manner = DO;
    blk_mq_unfreeze_queue(disk->queue);
    msleep(1);
    EXPECT(count_done() == 4);
    close_disk();
}

static void the_driver_says_what_late_requests_get(void)
{
    open_disk();
    orders.manner = HOLD;
    orders.on_timeout = BLK_EH_RESET_TIMER;
    ask(0, 1, 0);
    msleep(1500);
    EXPECT(seen.timeouts == 0);
    msleep(2000);
    EXPECT(seen.timeouts == 1 && count_done() == 0 && num_held == 1);
    orders.on_timeout = BLK_EH_DONE;
    msleep(3500);
    EXPECT(seen.timeouts == 2 && count_done() == 1);
    /* It had all its time again. */
    EXPECT(seen.between_timeouts >= set.timeout);
    msleep(5000);
    EXPECT(seen.timeouts == 2);
    close_disk();
}

static void what_is_put_back_comes_again(void)
{
    open_disk();
    orders.requeues = 3;
    ask(0, 1, 0);
    msleep(20);
    EXPECT(seen.came == 4 && count_done() == 1 && orders.requeues == 0 && seen.prepared);
    close_disk();
}

/* DEVIATION-035. As nvme does in a reset: the queue is frozen first, then everything under way put back. What
 * the driver did not complete begins anew once it says so, and not before. */
static void what_is_put_back_while_frozen_lets_go(void)
{
    open_disk();
    orders.manner = HOLD;
    ask(0, 2, 0);
    blk_freeze_queue_start(disk->queue);
    blk_mq_quiesce_queue(disk->queue);
    orders.requeues = 2;
    let_one_go();
    let_one_go();
    EXPECT(blk_mq_freeze_queue_wait_timeout(disk->queue, 20) != 0);
    orders.manner = DO;
    blk_mq_unquiesce_queue(disk->queue);
    msleep(1);
    EXPECT(seen.came == 2 && orders.requeues == 0);
    blk_mq_unfreeze_queue(disk->queue);
    msleep(1);
    EXPECT(seen.came == 4 && count_done() == 2 && !seen.prepared);
    close_disk();
}

/* Have a request put back for being late, while the queue is frozen. */
static void put_back_a_late_one(void)
{
    orders.manner = HOLD;
    orders.on_timeout = BLK_EH_DONE;
    ask(0, 1, VMK_BLOCK_NO_RETRY);
    blk_freeze_queue_start(disk->queue);
    orders.requeues = 1;
    msleep(3500);
    EXPECT(seen.timeouts == 1 && orders.requeues == 0);
    EXPECT(blk_mq_freeze_queue_wait_timeout(disk->queue, 20) != 0);
    orders.manner = DO;
    EXPECT(seen.came == 1);
}

/* The driver counts the tries of such a one in what it keeps beside it. */
static void what_is_put_back_late_keeps_its_tag(void)
{
    open_disk();
    put_back_a_late_one();
    blk_mq_unfreeze_queue(disk->queue);
    msleep(1);
    EXPECT(seen.came == 2 && count_done() == 1 && seen.prepared);
    /* It is counted as before. */
    blk_mq_freeze_queue(disk->queue);
    blk_mq_unfreeze_queue(disk->queue);
    close_disk();
}

static void what_is_put_back_late_ends_with_its_disk(void)
{
    open_disk();
    put_back_a_late_one();
    blk_mark_disk_dead(disk);
    msleep(1);
    EXPECT(seen.came == 1 && count_done() == 1 && asked[0].request.status == VMK_PERM_DEV_LOSS);
    blk_mq_unfreeze_queue(disk->queue);
    close_disk();
}

static void nothing_ends_twice(void)
{
    struct request *rq;

    open_disk();
    orders.manner = HOLD;
    ask(0, 1, 0);
    rq = held[0];
    let_one_go();
    EXPECT(count_done() == 1);
    /* The device completes what is free, and what never was under way. */
    blk_mq_complete_request(rq);
    for (unsigned int tag = 0; tag < DEPTH; tag++)
        blk_mq_complete_request(blk_mq_tag_to_rq(set.tags[0], tag));
    EXPECT(blk_mq_tag_to_rq(set.tags[0], DEPTH) == NULL);
    msleep(1);
    EXPECT(count_done() == 1);
    close_disk();
}

static void failures_keep_their_meaning(void)
{
    static const struct {
        blk_status_t status;
        vmk_StatusValue meaning;
    } failures[] = {
        {BLK_STS_MEDIUM, VMK_READ_ERROR},         {BLK_STS_IOERR, VMK_IO_ERROR},
        {BLK_STS_NOTSUPP, VMK_NOT_SUPPORTED},     {BLK_STS_TRANSPORT, VMK_NO_CONNECT},
        {BLK_STS_TIMEOUT, VMK_TIMEOUT},           {BLK_STS_NEXUS, VMK_RESERVATION_CONFLICT},
        {BLK_STS_PROTECTION, VMK_READ_ERROR},     {BLK_STS_NOSPC, VMK_NO_SPACE},
        {(__force blk_status_t)77, VMK_IO_ERROR},
    };

    open_disk();
    for (unsigned int i = 0; i < ARRAY_SIZE(failures); i++) {
        orders.status = failures[i].status;
        ask(0, 1, VMK_BLOCK_NO_RETRY);
        EXPECT(count_done() == 1 && asked[0].request.status == failures[i].meaning);
    }
    orders.manner = REFUSE;
    ask(0, 3, VMK_BLOCK_NO_RETRY);
    EXPECT(count_done() == 3 && asked[2].request.status == VMK_IO_ERROR);
    EXPECT(blk_status_to_errno(BLK_STS_MEDIUM) == -ENODATA &&
           errno_to_blk_status(-ETIMEDOUT) == BLK_STS_TIMEOUT);
    EXPECT(errno_to_blk_status(-E2BIG) == BLK_STS_IOERR);
    close_disk();
}

static void a_driver_asks_for_itself(void)
{
    struct request *rqs[TAGS], *rq;
    static u8 from[64] __aligned(8), odd[64];

    open_disk();
    for (unsigned int i = 0; i < TAGS; i++) {
        rqs[i] = blk_mq_alloc_request(disk->queue, REQ_OP_DRV_OUT, 0);
        EXPECT(!IS_ERR(rqs[i]) && rqs[i]->tag >= RESERVED && blk_rq_is_passthrough(rqs[i]));
    }
    EXPECT(PTR_ERR(blk_mq_alloc_request(disk->queue, REQ_OP_DRV_OUT, BLK_MQ_REQ_NOWAIT)) == -EWOULDBLOCK);
    rq = blk_mq_alloc_request(disk->queue, REQ_OP_DRV_OUT, BLK_MQ_REQ_RESERVED);
    EXPECT(!IS_ERR(rq) && rq->tag == 0 && blk_mq_is_reserved_rq(rq));
    EXPECT(PTR_ERR(blk_mq_alloc_request(disk->queue, REQ_OP_DRV_OUT,
                                        BLK_MQ_REQ_RESERVED | BLK_MQ_REQ_NOWAIT)) == -EWOULDBLOCK);
    blk_mq_free_request(rq);
    EXPECT(blk_rq_map_kern(disk->queue, rqs[0], from, sizeof(from), GFP_KERNEL) == 0);
    EXPECT(rqs[0]->bio && blk_rq_bytes(rqs[0]) == sizeof(from) && blk_rq_nr_phys_segments(rqs[0]) == 1);
    EXPECT(blk_execute_rq(rqs[0], false) == BLK_STS_OK);
    /* The device wants addresses that are multiples of four: a copy is. */
    EXPECT(blk_rq_map_kern(disk->queue, rqs[1], odd + 1, 6, GFP_KERNEL) == 0);
    EXPECT(((u64)rqs[1]->elems->addr & 3) == 0 && rqs[1]->elems->addr != virt_to_phys(odd + 1));
    EXPECT(blk_rq_map_kern(disk->queue, rqs[2], from, 0, GFP_KERNEL) == -EINVAL);
    for (unsigned int i = 0; i < TAGS; i++)
        blk_mq_free_request(rqs[i]);
    close_disk();
}

static bool count_started(struct request *rq, void *data)
{
    EXPECT(blk_mq_request_started(rq));
    (*(unsigned int *)data)++;
    return true;
}

static void only_what_the_driver_has_is_shown(void)
{
    struct blk_mq_tag_set never_made = {.nr_hw_queues = 1};
    unsigned int count = 0;

    open_disk();
    orders.manner = HOLD;
    ask(0, 8, 0);
    blk_mq_tagset_busy_iter(&set, count_started, &count);
    EXPECT(count == TAGS);
    orders.manner = DO;
    while (num_held)
        let_one_go();
    count = 0;
    blk_mq_tagset_wait_completed_request(&set);
    blk_mq_tagset_busy_iter(&set, count_started, &count);
    blk_mq_tagset_busy_iter(&never_made, count_started, &count);
    EXPECT(count == 0 && count_done() == 8);
    close_disk();
}

static void a_dead_disk_ends_what_waits(void)
{
    open_disk();
    orders.manner = HOLD;
    ask(0, 8, VMK_BLOCK_NO_RETRY);
    EXPECT(num_held == TAGS);
    blk_mark_disk_dead(disk);
    msleep(1);
    EXPECT(count_done() == 8 - TAGS);
    while (num_held)
        let_one_go();
    EXPECT(count_done() == 8);
    close_disk();
}

static void a_disk_changes(void)
{
    vmk_BlockGeometry geometry;

    open_disk();
    EXPECT(set_capacity_and_notify(disk, BLOCKS / 2));
    EXPECT(vmk_BlockGeometryGet(handle, &geometry) == VMK_OK && geometry.numBlocks == BLOCKS / 2);
    blk_mq_freeze_queue(disk->queue);
    blk_queue_max_hw_sectors(disk->queue, 8);
    blk_mq_unfreeze_queue(disk->queue);
    EXPECT(vmk_BlockGeometryGet(handle, &geometry) == VMK_OK && geometry.limits.maxBytes == 4096);
    set_disk_ro(disk, true);
    EXPECT(vmk_BlockGeometryGet(handle, &geometry) == VMK_OK && geometry.flags & VMK_BLOCK_PROP_READ_ONLY);
    close_disk();
}

/* DEVIATION-023 */
static long never_asked(struct file *file, unsigned int cmd, unsigned long arg)
{
    return (long)++seen.never;
}

static void release_nothing(struct device *dev)
{
}

static void nobody_opens_a_character_device(void)
{
    static const struct file_operations operations = {.unlocked_ioctl = never_asked,
                                                      .compat_ioctl = never_asked};
    static struct device dev;
    static struct cdev cdev;

    open_disk();
    EXPECT(alloc_chrdev_region(&dev.devt, 0, 1, "test") == 0);
    device_initialize(&dev);
    dev.release = release_nothing;
    dev_set_name(&dev, "test");
    dev.parent = &function->dev;
    cdev_init(&cdev, &operations);
    EXPECT(cdev_device_add(&cdev, &dev) == 0);
    EXPECT(vmk_BlockFlush(handle) == VMK_OK);
    cdev_device_del(&cdev, &dev);
    put_device(&dev);
    unregister_chrdev_region(dev.devt, 1);
    close_disk();
}

/* As nvme does when it could not have the number for it. */
static void what_was_not_added_is_not_taken_off(void)
{
    static struct device dev;
    static struct cdev cdev;
    unsigned int before;

    open_disk();
    before = kref_read(&function->dev.kobj.kref);
    dev.parent = &function->dev;
    cdev_device_del(&cdev, &dev);
    EXPECT(kref_read(&function->dev.kobj.kref) == before);
    close_disk();
}

/* DEVIATION-026 */
static void no_drive_is_unlocked(void)
{
    EXPECT(init_opal_dev(NULL, NULL) == NULL);
}

/* DEVIATION-034 */
static void nobody_knows_the_date(void)
{
    ktime_t before = ktime_get(), now = ktime_get_real();

    EXPECT(before <= now && now <= ktime_get());
}

const struct linux_case linux_cases[] = {
    {"memory is the storage core's", memory_is_the_storage_cores},
    {"a discard has its range", a_discard_has_its_range},
    {"flags reach the driver", flags_reach_the_driver},
    {"who finds no tag waits", who_finds_no_tag_waits},
    {"a list ends with its last", a_list_ends_with_its_last},
    {"the device is told once a bottom half", the_device_is_told_once_a_bottom_half},
    {"no room is for a while", no_room_is_for_a_while},
    {"a quiet queue gets nothing", a_quiet_queue_gets_nothing},
    {"freezing waits for what is under way", freezing_waits_for_what_is_under_way},
    {"the driver says what late requests get", the_driver_says_what_late_requests_get},
    {"what is put back comes again", what_is_put_back_comes_again},
    {"what is put back while frozen lets go of its tag", what_is_put_back_while_frozen_lets_go},
    {"what is put back late keeps its tag", what_is_put_back_late_keeps_its_tag},
    {"what is put back late ends with its disk", what_is_put_back_late_ends_with_its_disk},
    {"nothing ends twice", nothing_ends_twice},
    {"failures keep their meaning", failures_keep_their_meaning},
    {"a driver asks for itself", a_driver_asks_for_itself},
    {"only what the driver has is shown", only_what_the_driver_has_is_shown},
    {"a dead disk ends what waits", a_dead_disk_ends_what_waits},
    {"a disk changes", a_disk_changes},
    {"nobody opens a character device", nobody_opens_a_character_device},
    {"what was not added is not taken off", what_was_not_added_is_not_taken_off},
    {"no drive is unlocked", no_drive_is_unlocked},
    {"nobody knows the date", nobody_knows_the_date},
    {NULL, NULL}};
