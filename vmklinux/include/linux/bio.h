/* SPDX-License-Identifier: GPL-2.0-only */
/* bio.h - the range of blocks and the memory of a discard, or of a driver's own request. */
#ifndef VMKLINUX_LINUX_BIO_H
#define VMKLINUX_LINUX_BIO_H

#include <linux/blk_types.h>
#include <linux/mempool.h>

#define BIO_MAX_VECS     256U

#define bio_sectors(bio) ((bio)->bi_iter.bi_size >> SECTOR_SHIFT)

struct bio_list {
    struct bio *head;
    struct bio *tail;
};

static inline void bio_list_init(struct bio_list *bl)
{
    bl->head = bl->tail = NULL;
}

static inline void bio_set_flag(struct bio *bio, unsigned int bit)
{
    bio->bi_flags |= (1U << bit);
}

static inline void bio_set_dev(struct bio *bio, struct block_device *bdev)
{
    bio->bi_bdev = bdev;
}

#endif
