/* SPDX-License-Identifier: GPL-2.0-only */
/* bvec.h - a piece of memory, by page: of a frame, of a request. */
#ifndef VMKLINUX_LINUX_BVEC_H
#define VMKLINUX_LINUX_BVEC_H

#include <linux/mm.h>
#include <linux/types.h>

struct bio_vec {
    struct page *bv_page;
    unsigned int bv_len;    /* bytes; may go on into the pages behind bv_page */
    unsigned int bv_offset; /* of the first one in bv_page */
};

/* How far one has come in a bio. */
struct bvec_iter {
    sector_t bi_sector;        /* of 512 bytes, on the device */
    unsigned int bi_size;      /* bytes left */
    unsigned int bi_idx;       /* the piece one is in, */
    unsigned int bi_bvec_done; /* and how many bytes of it are done */
};

static inline void *bvec_virt(struct bio_vec *bvec)
{
    return (char *)page_address(bvec->bv_page) + bvec->bv_offset;
}

#endif
