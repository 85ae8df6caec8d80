/* SPDX-License-Identifier: GPL-2.0-only */
/* bvec.h - a piece of memory, by page: of a frame, of a request. */
#ifndef VMKLINUX_LINUX_BVEC_H
#define VMKLINUX_LINUX_BVEC_H

struct page;

struct bio_vec {
    struct page *bv_page;
    unsigned int bv_len;    /* bytes; may go on into the pages behind bv_page */
    unsigned int bv_offset; /* of the first one in bv_page */
};

#endif
