/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * linux_block.c - a block driver that does as it is told: what becomes of requests between the storage core
 * and it, and of its own.
 */
#include "../unit/vmklinux/linux_test.h"

#include <linux/blk-mq.h>
#include <linux/cdev.h>
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/sed-opal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <vmkapi/storage/block_device.h>

MODULE_LICENSE("GPL v2");

#define PATH       "vmhba0:C0:T0:L0"
#define BLOCKS     2048
#define BLOCK_SIZE 512
#define DEPTH      5
#define RESERVED   1
#define TAGS       (DEPTH - RESERVED) /* for all but reserved requests */
#define FIRST      100                /* The blocks before are read by whoever looks for partitions. */

/* What the driver keeps in each request. */
struct pdu {
    unsigned int made; /* times init_request was called for it */
    blk_status_t status;
};

/* What becomes of requests for blocks from FIRST on. */
static enum { DO, HOLD, NO_ROOM, REFUSE } manner;
static struct request *held[16];
static unsigned int num_held;
static bool lasts[16]; /* `last`, of those that came */
static unsigned int came, ended, commits, inits, timeouts, never;
static blk_status_t status_to_be; /* how they end */
static unsigned int requeues_to_be;
static enum blk_eh_timer_return timeout_answer;
static unsigned long last_timeout, between_timeouts;
static struct bio bio_seen;
static bool had_bio;
static blk_opf_t flags_seen;
static unsigned short segments_seen;
static bool was_prepared; /* the driver has had it before, and it is as it left it */

static struct pci_dev *function;
static struct blk_mq_tag_set set;
static struct gendisk *disk;
static u8 *medium;
static vmk_BlockHandle handle;

static void transfer(struct request *rq)
{
    u8 *at = medium + blk_rq_pos(rq) * SECTOR_SIZE;
    struct req_iterator iter;
    struct bio_vec bv;

    rq_for_each_segment(bv, rq, iter)
    {
        EXPECT(bv.bv_offset + bv.bv_len <= PAGE_SIZE);
        if (rq_data_dir(rq) == WRITE)
            memcpy(at, bvec_virt(&bv), bv.bv_len);
        else
            memcpy(bvec_virt(&bv), at, bv.bv_len);
        at += bv.bv_len;
    }
}

static void finish(struct request *rq)
{
    ended++;
    ((struct pdu *)blk_mq_rq_to_pdu(rq))->status = status_to_be;
    if (!status_to_be && (req_op(rq) == REQ_OP_READ || req_op(rq) == REQ_OP_WRITE))
        transfer(rq);
    blk_mq_complete_request(rq);
}

static blk_status_t queue_rq(struct blk_mq_hw_ctx *hctx, const struct blk_mq_queue_data *bd)
{
    struct request *rq = bd->rq;

    EXPECT(in_interrupt() && hctx->driver_data == &set);
    if (blk_rq_is_passthrough(rq) || blk_rq_pos(rq) < FIRST) {
        blk_mq_start_request(rq);
        ((struct pdu *)blk_mq_rq_to_pdu(rq))->status = BLK_STS_OK;
        if (!blk_rq_is_passthrough(rq))
            transfer(rq);
        blk_mq_complete_request(rq);
        return BLK_STS_OK;
    }
    if (manner == NO_ROOM) {
        manner = DO;
        return BLK_STS_RESOURCE;
    }
    if (manner == REFUSE)
        return BLK_STS_IOERR;
    had_bio = rq->bio != NULL;
    flags_seen = rq->cmd_flags & ~(__force blk_opf_t)REQ_OP_MASK;
    segments_seen = rq->nr_phys_segments;
    was_prepared = rq->rq_flags & RQF_DONTPREP;
    rq->rq_flags |= RQF_DONTPREP;
    if (rq->bio)
        bio_seen = *rq->bio;
    lasts[came++ % ARRAY_SIZE(lasts)] = bd->last;
    blk_mq_start_request(rq);
    if (manner == HOLD)
        held[num_held++] = rq;
    else
        finish(rq);
    return BLK_STS_OK;
}

static void commit_rqs(struct blk_mq_hw_ctx *hctx)
{
    commits++;
}

static void complete_rq(struct request *rq)
{
    EXPECT(in_interrupt());
    if (requeues_to_be) {
        requeues_to_be--;
        blk_mq_requeue_request(rq, true);
        return;
    }
    blk_mq_end_request(rq, ((struct pdu *)blk_mq_rq_to_pdu(rq))->status);
}

static int init_request(struct blk_mq_tag_set *tag_set, struct request *rq, unsigned int hctx_idx,
                        unsigned int node)
{
    inits++;
    ((struct pdu *)blk_mq_rq_to_pdu(rq))->made++;
    return 0;
}

static int init_hctx(struct blk_mq_hw_ctx *hctx, void *data, unsigned int index)
{
    hctx->driver_data = data;
    return 0;
}

static enum blk_eh_timer_return timed_out(struct request *rq)
{
    EXPECT(!in_interrupt());
    timeouts++;
    between_timeouts = jiffies - last_timeout;
    last_timeout = jiffies;
    if (timeout_answer == BLK_EH_DONE) {
        num_held = 0;
        finish(rq);
    }
    return timeout_answer;
}

/* DEVIATION-022 */
static void never_list(struct request **rqlist)
{
    never++;
}

static const struct blk_mq_ops mq_ops = {.queue_rq = queue_rq,
                                         .queue_rqs = never_list,
                                         .commit_rqs = commit_rqs,
                                         .complete = complete_rq,
                                         .init_request = init_request,
                                         .init_hctx = init_hctx,
                                         .timeout = timed_out};

/* DEVIATION-024 */
static int never_geometry(struct block_device *bdev, struct hd_geometry *geometry)
{
    return (int)++never;
}

static int never_compat(struct block_device *bdev, fmode_t mode, unsigned int cmd, unsigned long arg)
{
    return (int)++never;
}

static const struct block_device_operations fops = {
    .owner = THIS_MODULE, .getgeo = never_geometry, .compat_ioctl = never_compat};

/* DEVIATION-025 */
static void never_tolerance(struct device *dev, s32 value)
{
    never++;
}

static int probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
    if (function)
        return -ENODEV;
    function = pdev;
    pdev->dev.power.set_latency_tolerance = never_tolerance;
    medium = kzalloc(BLOCKS * BLOCK_SIZE, GFP_KERNEL);
    set = (struct blk_mq_tag_set){.ops = &mq_ops,
                                  .nr_hw_queues = 1,
                                  .queue_depth = DEPTH,
                                  .reserved_tags = RESERVED,
                                  .cmd_size = sizeof(struct pdu),
                                  .timeout = 2 * HZ,
                                  .driver_data = &set};
    EXPECT(medium && blk_mq_alloc_tag_set(&set) == 0 && inits == DEPTH);
    disk = blk_mq_alloc_disk(&set, NULL);
    EXPECT(!IS_ERR(disk));
    disk->fops = &fops;
    strscpy(disk->disk_name, "test0", sizeof(disk->disk_name));
    blk_queue_max_hw_sectors(disk->queue, 256);
    blk_queue_max_discard_sectors(disk->queue, 1024);
    blk_queue_max_write_zeroes_sectors(disk->queue, 1024);
    blk_queue_dma_alignment(disk->queue, 3);
    set_capacity(disk, BLOCKS);
    return device_add_disk(&pdev->dev, disk, NULL);
}

static void remove(struct pci_dev *pdev)
{
    del_gendisk(disk);
    put_disk(disk);
    blk_mq_free_tag_set(&set);
    kfree(medium);
    function = NULL;
}

static const struct pci_device_id ids[] = {{PCI_DEVICE(PCI_ANY_ID, PCI_ANY_ID)}, {}};
/* DEVIATION-027 */
static struct pci_driver driver = {.name = "test",
                                   .id_table = ids,
                                   .probe = probe,
                                   .remove = remove,
                                   .sriov_configure = pci_sriov_configure_simple};

static int start(void)
{
    return pci_register_driver(&driver);
}
module_init(start);

static void stop(void)
{
    pci_unregister_driver(&driver);
}
module_exit(stop);

static void open_disk(void)
{
    EXPECT(vmk_BlockOpen(THIS_MODULE->id, PATH, VMK_BLOCK_OPEN_READ | VMK_BLOCK_OPEN_WRITE, &handle) ==
           VMK_OK);
    /* Whoever reads its partitions is done. */
    msleep(10);
    came = ended = commits = 0;
}

static void close_disk(void)
{
    vmk_BlockClose(handle);
    stop();
    EXPECT(never == 0);
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

static void let_one_go(void)
{
    struct request *rq = held[0];

    memmove(&held[0], &held[1], --num_held * sizeof(held[0]));
    finish(rq);
    msleep(1);
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
    EXPECT(vmk_BlockExecute(handle, &request) == VMK_OK && came == 1 && !had_bio);
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
    EXPECT(vmk_BlockExecute(handle, &discard) == VMK_OK && had_bio);
    EXPECT(bio_seen.bi_iter.bi_sector == FIRST + 8 && bio_seen.bi_iter.bi_size == 16 * BLOCK_SIZE);
    EXPECT(bio_op(&bio_seen) == REQ_OP_DISCARD && !bio_seen.bi_next && segments_seen == 1);
    EXPECT(vmk_BlockExecute(handle, &zeroes) == VMK_OK && !had_bio && came == 2);
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
    came = 0;
    EXPECT(vmk_BlockExecute(handle, &request) == VMK_OK && came == 1);
    return flags_seen;
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
    manner = HOLD;
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
    EXPECT(came == 3 && !lasts[0] && !lasts[1] && lasts[2]);
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
    came = commits = 0;
    manner = HOLD;
    ask(0, 3, 0);
    for (unsigned int i = 0; i < 3; i++)
        asked[i].request.done = ask_again;
    manner = DO;
    local_bh_disable();
    finish(held[0]);
    finish(held[1]);
    finish(held[2]);
    num_held = 0;
    came = commits = 0;
    local_bh_enable();
    msleep(1);
    EXPECT(came == 3 && !lasts[0] && !lasts[1] && !lasts[2] && count_done() == 3);
    EXPECT(commits >= 1 && commits <= 2);
    close_disk();
}

static void no_room_is_for_a_while(void)
{
    open_disk();
    manner = NO_ROOM;
    ask(0, 1, 0);
    msleep(50);
    EXPECT(came == 1 && count_done() == 1 && asked[0].request.status == VMK_OK);
    close_disk();
}

static void a_quiet_queue_gets_nothing(void)
{
    open_disk();
    blk_mq_quiesce_queue(disk->queue);
    blk_mq_quiesce_queue(disk->queue);
    ask(0, 6, 0);
    EXPECT(came == 0);
    blk_mq_unquiesce_queue(disk->queue);
    msleep(1);
    EXPECT(came == 0);
    blk_mq_unquiesce_queue(disk->queue);
    msleep(1);
    EXPECT(came == 6 && count_done() == 6);
    close_disk();
}

static void freezing_waits_for_what_is_under_way(void)
{
    open_disk();
    manner = HOLD;
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
    manner = DO;
    blk_mq_unfreeze_queue(disk->queue);
    msleep(1);
    EXPECT(count_done() == 4);
    close_disk();
}

static void the_driver_says_what_late_requests_get(void)
{
    open_disk();
    manner = HOLD;
    timeout_answer = BLK_EH_RESET_TIMER;
    ask(0, 1, 0);
    msleep(1500);
    EXPECT(timeouts == 0);
    msleep(2000);
    EXPECT(timeouts == 1 && count_done() == 0 && num_held == 1);
    timeout_answer = BLK_EH_DONE;
    msleep(3500);
    EXPECT(timeouts == 2 && count_done() == 1);
    /* It had all its time again. */
    EXPECT(between_timeouts >= set.timeout);
    msleep(5000);
    EXPECT(timeouts == 2);
    close_disk();
}

static void what_is_put_back_comes_again(void)
{
    open_disk();
    requeues_to_be = 3;
    ask(0, 1, 0);
    msleep(20);
    EXPECT(came == 4 && count_done() == 1 && requeues_to_be == 0 && was_prepared);
    close_disk();
}

/* DEVIATION-035. As nvme does in a reset: the queue is frozen first, then everything under way put back. What
 * the driver did not complete begins anew once it says so, and not before. */
static void what_is_put_back_while_frozen_lets_go(void)
{
    open_disk();
    manner = HOLD;
    ask(0, 2, 0);
    blk_freeze_queue_start(disk->queue);
    blk_mq_quiesce_queue(disk->queue);
    requeues_to_be = 2;
    let_one_go();
    let_one_go();
    EXPECT(blk_mq_freeze_queue_wait_timeout(disk->queue, 20) != 0);
    manner = DO;
    blk_mq_unquiesce_queue(disk->queue);
    msleep(1);
    EXPECT(came == 2 && requeues_to_be == 0);
    blk_mq_unfreeze_queue(disk->queue);
    msleep(1);
    EXPECT(came == 4 && count_done() == 2 && !was_prepared);
    close_disk();
}

/* Have a request put back for being late, while the queue is frozen. */
static void put_back_a_late_one(void)
{
    manner = HOLD;
    timeout_answer = BLK_EH_DONE;
    ask(0, 1, VMK_BLOCK_NO_RETRY);
    blk_freeze_queue_start(disk->queue);
    requeues_to_be = 1;
    msleep(3500);
    EXPECT(timeouts == 1 && requeues_to_be == 0);
    EXPECT(blk_mq_freeze_queue_wait_timeout(disk->queue, 20) != 0);
    manner = DO;
    EXPECT(came == 1);
}

/* The driver counts the tries of such a one in what it keeps beside it. */
static void what_is_put_back_late_keeps_its_tag(void)
{
    open_disk();
    put_back_a_late_one();
    blk_mq_unfreeze_queue(disk->queue);
    msleep(1);
    EXPECT(came == 2 && count_done() == 1 && was_prepared);
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
    EXPECT(came == 1 && count_done() == 1 && asked[0].request.status != VMK_OK);
    blk_mq_unfreeze_queue(disk->queue);
    close_disk();
}

static void nothing_ends_twice(void)
{
    struct request *rq;

    open_disk();
    manner = HOLD;
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
        status_to_be = failures[i].status;
        ask(0, 1, VMK_BLOCK_NO_RETRY);
        EXPECT(count_done() == 1 && asked[0].request.status == failures[i].meaning);
    }
    manner = REFUSE;
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
    unsigned int count = 0;

    open_disk();
    manner = HOLD;
    ask(0, 8, 0);
    blk_mq_tagset_busy_iter(&set, count_started, &count);
    EXPECT(count == TAGS);
    manner = DO;
    while (num_held)
        let_one_go();
    count = 0;
    blk_mq_tagset_wait_completed_request(&set);
    blk_mq_tagset_busy_iter(&set, count_started, &count);
    EXPECT(count == 0 && count_done() == 8);
    close_disk();
}

static void a_dead_disk_ends_what_waits(void)
{
    open_disk();
    manner = HOLD;
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
    return (long)++never;
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
    {"no drive is unlocked", no_drive_is_unlocked},
    {"nobody knows the date", nobody_knows_the_date},
    {NULL, NULL}};
