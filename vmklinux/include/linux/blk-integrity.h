/* SPDX-License-Identifier: GPL-2.0-only */
/* blk-integrity.h - as without CONFIG_BLK_DEV_INTEGRITY: no checksums beside the blocks. */
#ifndef VMKLINUX_LINUX_BLK_INTEGRITY_H
#define VMKLINUX_LINUX_BLK_INTEGRITY_H

#include <linux/blk-mq.h>
#include <linux/err.h>

struct blk_integrity;

struct bio_integrity_payload {
    struct bvec_iter bip_iter;
};

static inline struct bio_integrity_payload *bio_integrity_alloc(struct bio *bio, gfp_t gfp, unsigned int nr)
{
    return ERR_PTR(-EINVAL);
}

static inline int bio_integrity_add_page(struct bio *bio, struct page *page, unsigned int len,
                                         unsigned int offset)
{
    return 0;
}

static inline struct blk_integrity *blk_get_integrity(struct gendisk *disk)
{
    return NULL;
}

static inline void blk_integrity_unregister(struct gendisk *d)
{
}

static inline bool blk_integrity_rq(struct request *rq)
{
    return false;
}

static inline struct bio_vec rq_integrity_vec(struct request *rq)
{
    return (struct bio_vec){};
}

#endif
