/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * linux_blocks - reads or writes 4 KiB at random from within Linux, a window of operations between two marks:
 * the counterpart of bench_blocks.c. One load is one window.
 *
 * The cheapest way that Linux has: bios of the module's own, one page each, built anew in the same memory;
 * those that ended together are submitted together, under a plug, by the thread that their end has woken.
 * With one at a time there is nothing to plug, and each is followed by a mark.
 */
#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/llist.h>
#include <linux/module.h>
#include <linux/slab.h>

#define VMKAPI_BASE_TYPES_H /* Of mark.h the marks alone are wanted. */
#include <vmkapi/base/mark.h>

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("What an operation on a disk costs Linux");

static char *disk = "/dev/nvme0n1";
module_param(disk, charp, 0);
static bool writing;
module_param(writing, bool, 0);
static uint depth = 32;
module_param(depth, uint, 0);
static uint operations = 64000;
module_param(operations, uint, 0);

#define WARM_UP_PART 20
#define SECTORS_EACH (PAGE_SIZE / SECTOR_SIZE)

struct slot {
    struct bio bio;
    struct bio_vec range;
    struct llist_node ended;
    struct page *page;
};

static struct slot *slots;
static struct block_device *device;
static u64 places;
static u64 seed = 88172645463325252ull;
static LLIST_HEAD(ended);
static struct task_struct *waiting;
static blk_status_t failure;

/* Marsaglia's xorshift64. */
static u64 random_place(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % places;
}

static void operation_done(struct bio *bio)
{
    struct slot *slot = container_of(bio, struct slot, bio);

    if (bio->bi_status)
        failure = bio->bi_status;
    if (llist_add(&slot->ended, &ended))
        wake_up_process(waiting);
}

static void submit(struct slot *slot)
{
    bio_init(&slot->bio, device, &slot->range, 1, writing ? REQ_OP_WRITE : REQ_OP_READ);
    __bio_add_page(&slot->bio, slot->page, PAGE_SIZE, 0);
    slot->bio.bi_iter.bi_sector = random_place() * SECTORS_EACH;
    slot->bio.bi_end_io = operation_done;
    submit_bio(&slot->bio);
}

static struct llist_node *wait_for_some(void)
{
    struct llist_node *some;

    while ((some = llist_del_all(&ended)) == NULL) {
        set_current_state(TASK_UNINTERRUPTIBLE);
        if (llist_empty(&ended))
            io_schedule();
        __set_current_state(TASK_RUNNING);
    }
    return some;
}

/* Submit again what has ended, as long as there is something left. Says how many had ended. */
static uint go_on(struct llist_node *some, uint *left)
{
    struct slot *slot, *next;
    struct blk_plug plug;
    uint count = 0;

    if (depth > 1)
        blk_start_plug(&plug);
    llist_for_each_entry_safe(slot, next, some, ended)
    {
        count++;
        if (*left > 0) {
            --*left;
            submit(slot);
        }
    }
    if (depth > 1)
        blk_finish_plug(&plug);
    return count;
}

static void run(uint count, bool marked)
{
    uint left = count - min(count, depth), active = count - left;
    struct blk_plug plug;

    blk_start_plug(&plug);
    for (uint i = 0; i < active; i++)
        submit(&slots[i]);
    blk_finish_plug(&plug);
    for (uint done = 0; done < count;) {
        struct llist_node *some = wait_for_some();

        if (marked)
            vmk_Mark(VMK_MARK_OPERATION);
        done += go_on(some, &left);
    }
}

static int make_slots(void)
{
    slots = kcalloc(depth, sizeof(*slots), GFP_KERNEL);
    if (!slots)
        return -ENOMEM;
    for (uint i = 0; i < depth; i++) {
        slots[i].page = alloc_page(GFP_KERNEL);
        if (!slots[i].page)
            return -ENOMEM;
    }
    return 0;
}

static void free_slots(void)
{
    for (uint i = 0; slots && i < depth; i++)
        if (slots[i].page)
            __free_page(slots[i].page);
    kfree(slots);
}

static int __init blocks_init(void)
{
    fmode_t mode = writing ? FMODE_READ | FMODE_WRITE : FMODE_READ;
    int error;

    if (depth == 0 || operations == 0)
        return -EINVAL;
    device = blkdev_get_by_path(disk, mode, NULL);
    if (IS_ERR(device))
        return PTR_ERR(device);
    places = bdev_nr_sectors(device) / SECTORS_EACH;
    waiting = current;
    error = make_slots();
    if (!error) {
        run(max(operations / WARM_UP_PART, 4 * depth), false);
        vmk_Mark(VMK_MARK_WINDOW_START);
        run(operations, depth == 1);
        vmk_Mark(VMK_MARK_WINDOW_END);
        error = blk_status_to_errno(failure);
    }
    free_slots();
    blkdev_put(device, mode);
    return error;
}

static void __exit blocks_exit(void)
{
}

module_init(blocks_init);
module_exit(blocks_exit);
