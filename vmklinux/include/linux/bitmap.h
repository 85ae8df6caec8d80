/* SPDX-License-Identifier: GPL-2.0-only */
/* bitmap.h - whole bitmaps: arrays of long, bit 0 first. */
#ifndef __LINUX_BITMAP_H
#define __LINUX_BITMAP_H

#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/find.h>
#include <linux/limits.h>
#include <linux/string.h>
#include <linux/types.h>

#define BITMAP_FIRST_WORD_MASK(start) (~0UL << ((start) & (BITS_PER_LONG - 1)))
#define BITMAP_LAST_WORD_MASK(nbits)  (~0UL >> (-(nbits) & (BITS_PER_LONG - 1)))

static inline void bitmap_zero(unsigned long *dst, unsigned int nbits)
{
    memset(dst, 0, BITS_TO_LONGS(nbits) * sizeof(long));
}

static inline void bitmap_fill(unsigned long *dst, unsigned int nbits)
{
    memset(dst, 0xff, BITS_TO_LONGS(nbits) * sizeof(long));
}

static inline void bitmap_copy(unsigned long *dst, const unsigned long *src, unsigned int nbits)
{
    memcpy(dst, src, BITS_TO_LONGS(nbits) * sizeof(long));
}

extern void bitmap_set(unsigned long *map, unsigned int start, unsigned int nbits);
extern void bitmap_clear(unsigned long *map, unsigned int start, unsigned int nbits);
extern unsigned int bitmap_weight(const unsigned long *src, unsigned int nbits);
extern bool bitmap_equal(const unsigned long *src1, const unsigned long *src2, unsigned int nbits);
extern bool bitmap_and(unsigned long *dst, const unsigned long *src1, const unsigned long *src2,
                       unsigned int nbits);
extern void bitmap_or(unsigned long *dst, const unsigned long *src1, const unsigned long *src2,
                      unsigned int nbits);
extern bool bitmap_andnot(unsigned long *dst, const unsigned long *src1, const unsigned long *src2,
                          unsigned int nbits);
extern bool bitmap_intersects(const unsigned long *src1, const unsigned long *src2, unsigned int nbits);
extern bool bitmap_subset(const unsigned long *src1, const unsigned long *src2, unsigned int nbits);

static inline bool bitmap_empty(const unsigned long *src, unsigned int nbits)
{
    return find_first_bit(src, nbits) == nbits;
}

static inline bool bitmap_full(const unsigned long *src, unsigned int nbits)
{
    return find_first_zero_bit(src, nbits) == nbits;
}

/* The 8 bits at @start, a multiple of 8. */
static inline unsigned long bitmap_get_value8(const unsigned long *map, unsigned long start)
{
    return (map[BIT_WORD(start)] >> (start % BITS_PER_LONG)) & 0xff;
}

#endif
