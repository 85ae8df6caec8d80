/* SPDX-License-Identifier: GPL-2.0-only */
/* blk-mq.c - tag sets, and the hardware contexts of the queues on them. */
#include "blk.h"

#include <linux/errno.h>
#include <linux/export.h>
#include <linux/slab.h>

/* Hardware contexts. */

static struct blk_mq_hw_ctx *alloc_hctx(struct request_queue *q, unsigned int index)
{
    struct blk_mq_tag_set *set = q->tag_set;
    struct blk_mq_hw_ctx *hctx = vmklinux_kmalloc(set->module, sizeof(*hctx), GFP_KERNEL | __GFP_ZERO);

    if (!hctx)
        return NULL;
    hctx->queue = q;
    hctx->tags = set->tags[index];
    hctx->queue_num = index;
    hctx->flags = set->flags;
    hctx->numa_node = 0;
    blk_mq_hctx_init_dispatch(hctx);
    if (set->ops->init_hctx && set->ops->init_hctx(hctx, set->driver_data, index)) {
        kfree(hctx);
        return NULL;
    }
    return hctx;
}

static void free_hctx(struct blk_mq_hw_ctx *hctx)
{
    const struct blk_mq_ops *ops = hctx->queue->mq_ops;

    cancel_delayed_work_sync(&hctx->run_work);
    if (ops->exit_hctx)
        ops->exit_hctx(hctx, hctx->queue_num);
    kfree(hctx);
}

/* Have hardware contexts for as many hardware queues as the set has. Those too many stay till they are
 * trimmed. */
static int grow_hctxs(struct request_queue *q)
{
    unsigned int count = q->tag_set->nr_hw_queues;
    struct blk_mq_hw_ctx **hctxs;

    if (count <= q->nr_hw_queues)
        return 0;
    hctxs = vmklinux_kmalloc(q->tag_set->module, count * sizeof(*hctxs), GFP_KERNEL | __GFP_ZERO);
    if (!hctxs)
        return -ENOMEM;
    for (unsigned int i = 0; i < count; i++) {
        hctxs[i] = i < q->nr_hw_queues ? q->hctxs[i] : alloc_hctx(q, i);
        if (!hctxs[i]) {
            while (i-- > q->nr_hw_queues)
                free_hctx(hctxs[i]);
            kfree(hctxs);
            return -ENOMEM;
        }
    }
    swap(q->hctxs, hctxs);
    q->nr_hw_queues = count;
    kfree(hctxs);
    return 0;
}

/* Let go of hardware contexts that no map leads to any more. The queue is frozen. */
static void trim_hctxs(struct request_queue *q)
{
    unsigned int count = q->tag_set->nr_hw_queues;

    if (count >= q->nr_hw_queues)
        return;
    for (unsigned int i = count; i < q->nr_hw_queues; i++)
        blk_mq_move_waiting(q->hctxs[i], q->hctxs[0]);
    blk_mq_synchronize(q);
    for (unsigned int i = count; i < q->nr_hw_queues; i++)
        free_hctx(q->hctxs[i]);
    q->nr_hw_queues = count;
}

/* Queues. */

struct request_queue *blk_mq_init_queue(struct blk_mq_tag_set *set)
{
    struct request_queue *q = blk_alloc_queue(set);
    int err = -ENOMEM;

    if (!q)
        return ERR_PTR(-ENOMEM);
    mutex_lock(&set->tag_list_lock);
    err = grow_hctxs(q);
    if (!err)
        err = blk_mq_map_swqueue(q);
    if (!err)
        list_add_tail(&q->tag_set_list, &set->tag_list);
    mutex_unlock(&set->tag_list_lock);
    if (!err) {
        if (set->nr_maps > HCTX_TYPE_POLL && set->map[HCTX_TYPE_POLL].nr_queues)
            blk_queue_flag_set(QUEUE_FLAG_POLL, q);
        return q;
    }
    for (unsigned int i = 0; i < q->nr_hw_queues; i++)
        free_hctx(q->hctxs[i]);
    kfree(q->hctxs);
    blk_put_queue(q);
    return ERR_PTR(err);
}
EXPORT_SYMBOL(blk_mq_init_queue);

void blk_mq_destroy_queue(struct request_queue *q)
{
    struct blk_mq_tag_set *set = q->tag_set;

    blk_queue_flag_set(QUEUE_FLAG_DYING, q);
    blk_freeze_queue_start(q);
    wake_up_all(&q->freeze_wait);
    blk_mq_freeze_queue_wait(q);
    cancel_delayed_work_sync(&q->requeue_work);
    blk_mq_synchronize(q);
    mutex_lock(&set->tag_list_lock);
    list_del(&q->tag_set_list);
    mutex_unlock(&set->tag_list_lock);
    for (unsigned int i = 0; i < q->nr_hw_queues; i++)
        free_hctx(q->hctxs[i]);
    blk_mq_unmap_swqueue(q);
    kfree(q->hctxs);
    q->hctxs = NULL;
    q->nr_hw_queues = 0;
}
EXPORT_SYMBOL(blk_mq_destroy_queue);

/* Sets. */

static void update_maps(struct blk_mq_tag_set *set)
{
    if (set->ops->map_queues) {
        set->ops->map_queues(set);
    } else {
        set->map[HCTX_TYPE_DEFAULT].nr_queues = set->nr_hw_queues;
        blk_mq_map_queues(&set->map[HCTX_TYPE_DEFAULT]);
    }
}

static int alloc_maps(struct blk_mq_tag_set *set)
{
    for (unsigned int type = 0; type < set->nr_maps; type++) {
        set->map[type].mq_map = vmklinux_kmalloc(set->module, num_possible_cpus() * sizeof(unsigned int),
                                                 GFP_KERNEL | __GFP_ZERO);
        if (!set->map[type].mq_map)
            return -ENOMEM;
        set->map[type].nr_queues = set->nr_hw_queues;
    }
    return 0;
}

static void free_maps(struct blk_mq_tag_set *set)
{
    for (unsigned int type = 0; type < HCTX_MAX_TYPES; type++) {
        kfree(set->map[type].mq_map);
        set->map[type].mq_map = NULL;
    }
}

/* Have tags for @count hardware queues. */
static int grow_tags(struct blk_mq_tag_set *set, unsigned int count)
{
    struct blk_mq_tags **tags;

    if (count <= set->nr_tags)
        return 0;
    tags = vmklinux_kmalloc(set->module, count * sizeof(*tags), GFP_KERNEL | __GFP_ZERO);
    if (!tags)
        return -ENOMEM;
    for (unsigned int i = 0; i < count; i++) {
        tags[i] = i < set->nr_tags ? set->tags[i] : blk_mq_alloc_rqs(set, i);
        if (!tags[i]) {
            while (i-- > set->nr_tags)
                blk_mq_free_rqs(set, tags[i], i);
            kfree(tags);
            return -ENOMEM;
        }
    }
    swap(set->tags, tags);
    set->nr_tags = count;
    synchronize_rcu();
    kfree(tags);
    return 0;
}

static void free_tags(struct blk_mq_tag_set *set)
{
    for (unsigned int i = 0; i < set->nr_tags; i++)
        blk_mq_free_rqs(set, set->tags[i], i);
    kfree(set->tags);
    set->tags = NULL;
    set->nr_tags = 0;
}

int vmklinux_blk_mq_alloc_tag_set(struct module *module, struct blk_mq_tag_set *set)
{
    int err;

    if (!set->nr_hw_queues || !set->queue_depth || set->queue_depth <= set->reserved_tags ||
        !set->ops->queue_rq || set->queue_depth > BLK_MQ_MAX_DEPTH || WARN_ON(set->flags & BLK_MQ_F_BLOCKING))
        return -EINVAL;
    if (!set->nr_maps)
        set->nr_maps = 1;
    else if (set->nr_maps > HCTX_MAX_TYPES)
        return -EINVAL;
    set->module = module;
    mutex_init(&set->tag_list_lock);
    INIT_LIST_HEAD(&set->tag_list);
    err = alloc_maps(set);
    if (!err)
        err = grow_tags(set, set->nr_hw_queues);
    if (err) {
        free_maps(set);
        return err;
    }
    update_maps(set);
    blk_timeout_start(set);
    return 0;
}
EXPORT_SYMBOL(vmklinux_blk_mq_alloc_tag_set);

void blk_mq_free_tag_set(struct blk_mq_tag_set *set)
{
    blk_timeout_stop(set);
    free_tags(set);
    free_maps(set);
}
EXPORT_SYMBOL(blk_mq_free_tag_set);

static int remap_queues(struct blk_mq_tag_set *set) VMK_REQUIRES(&set->tag_list_lock)
{
    struct request_queue *q;
    int err = 0;

    list_for_each_entry (q, &set->tag_list, tag_set_list) {
        if (!err)
            err = grow_hctxs(q);
        if (!err)
            err = blk_mq_map_swqueue(q);
        if (!err)
            trim_hctxs(q);
    }
    return err;
}

void blk_mq_update_nr_hw_queues(struct blk_mq_tag_set *set, int nr_hw_queues)
{
    unsigned int before = set->nr_hw_queues;
    struct request_queue *q;

    if (nr_hw_queues < 1 || (set->nr_maps == 1 && (unsigned int)nr_hw_queues == before))
        return;
    mutex_lock(&set->tag_list_lock);
    list_for_each_entry (q, &set->tag_list, tag_set_list)
        blk_mq_freeze_queue(q);
    if (grow_tags(set, (unsigned int)nr_hw_queues) == 0) {
        set->nr_hw_queues = (unsigned int)nr_hw_queues;
        update_maps(set);
        if (remap_queues(set)) {
            pr_warn("Increasing nr_hw_queues to %d fails, fallback to %u\n", nr_hw_queues, before);
            set->nr_hw_queues = before;
            blk_mq_map_queues(&set->map[HCTX_TYPE_DEFAULT]);
            (void)remap_queues(set);
        }
    }
    list_for_each_entry (q, &set->tag_list, tag_set_list)
        blk_mq_unfreeze_queue(q);
    mutex_unlock(&set->tag_list_lock);
}
EXPORT_SYMBOL(blk_mq_update_nr_hw_queues);
