/* SPDX-License-Identifier: GPL-2.0-only */
/* blk-mq-map.c - which CPU uses which hardware queue. */
#include "blk.h"

#include <linux/blk-mq-pci.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/pci.h>
#include <linux/slab.h>

/* CPUs in turn; where there are more of them than queues, neighbours share one. */
void blk_mq_map_queues(struct blk_mq_queue_map *qmap)
{
    unsigned int cpus = num_possible_cpus(), queues = qmap->nr_queues;

    for (unsigned int cpu = 0; cpu < cpus; cpu++)
        qmap->mq_map[cpu] = qmap->queue_offset + (queues >= cpus ? cpu : cpu * queues / cpus);
}
EXPORT_SYMBOL(blk_mq_map_queues);

void blk_mq_pci_map_queues(struct blk_mq_queue_map *qmap, struct pci_dev *pdev, int offset)
{
    for (unsigned int queue = 0; queue < qmap->nr_queues; queue++) {
        const struct cpumask *mask = pci_irq_get_affinity(pdev, (int)queue + offset);
        unsigned int cpu;

        if (!mask) {
            blk_mq_map_queues(qmap);
            return;
        }
        for_each_cpu(cpu, mask) qmap->mq_map[cpu] = qmap->queue_offset + queue;
    }
}
EXPORT_SYMBOL(blk_mq_pci_map_queues);

/* The table of one map: each CPU's hardware context. */
static struct blk_mq_hw_ctx **make_table(struct request_queue *q, enum hctx_type type)
{
    struct blk_mq_tag_set *set = q->tag_set;
    struct blk_mq_queue_map *map = &set->map[type];
    struct blk_mq_hw_ctx **table =
        vmklinux_kmalloc(set->module, num_possible_cpus() * sizeof(*table), GFP_KERNEL);

    if (type >= set->nr_maps || map->nr_queues == 0)
        map = &set->map[HCTX_TYPE_DEFAULT];
    for (unsigned int cpu = 0; table && cpu < num_possible_cpus(); cpu++)
        table[cpu] = q->hctxs[min(map->mq_map[cpu], q->nr_hw_queues - 1)];
    return table;
}

/* What the maps say of each hardware context. */
static void describe_hctxs(struct request_queue *q)
{
    struct blk_mq_tag_set *set = q->tag_set;

    for (unsigned int i = 0; i < q->nr_hw_queues; i++) {
        struct blk_mq_hw_ctx *hctx = q->hctxs[i];

        cpumask_clear(hctx->cpumask);
        hctx->type = HCTX_TYPE_DEFAULT;
        for (unsigned int type = 0; type < set->nr_maps; type++) {
            if (i - set->map[type].queue_offset < set->map[type].nr_queues)
                hctx->type = (unsigned short)type;
        }
        for (unsigned int cpu = 0; cpu < num_possible_cpus(); cpu++) {
            if (set->map[hctx->type].mq_map[cpu] == i)
                cpumask_set_cpu(cpu, hctx->cpumask);
        }
        hctx->nr_ctx = (unsigned short)cpumask_weight(hctx->cpumask);
    }
}

int blk_mq_map_swqueue(struct request_queue *q)
{
    struct blk_mq_hw_ctx **tables[HCTX_MAX_TYPES], **old;
    unsigned int type;

    for (type = 0; type < HCTX_MAX_TYPES; type++) {
        tables[type] = make_table(q, (enum hctx_type)type);
        if (!tables[type])
            break;
    }
    if (type < HCTX_MAX_TYPES) {
        while (type-- > 0)
            kfree(tables[type]);
        return -ENOMEM;
    }
    describe_hctxs(q);
    q->has_maps = q->tag_set->nr_maps > 1;
    for (type = 0; type < HCTX_MAX_TYPES; type++) {
        old = q->cpu_hctx[type];
        smp_store_release(&q->cpu_hctx[type], tables[type]);
        tables[type] = old;
    }
    synchronize_rcu();
    for (type = 0; type < HCTX_MAX_TYPES; type++)
        kfree(tables[type]);
    return 0;
}

void blk_mq_unmap_swqueue(struct request_queue *q)
{
    for (unsigned int type = 0; type < HCTX_MAX_TYPES; type++)
        kfree(q->cpu_hctx[type]);
}
