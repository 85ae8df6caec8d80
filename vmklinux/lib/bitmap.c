/* SPDX-License-Identifier: GPL-2.0-only */
#include <linux/bitmap.h>
#include <linux/export.h>

/* The bits of word @i that lie within the first @nbits bits. */
static unsigned long valid(unsigned int i, unsigned int nbits)
{
    return (i + 1) * BITS_PER_LONG <= nbits ? ~0UL : BITMAP_LAST_WORD_MASK(nbits);
}

void bitmap_set(unsigned long *map, unsigned int start, unsigned int nbits)
{
    for (unsigned int bit = start; bit < start + nbits; bit++)
        __set_bit(bit, map);
}
EXPORT_SYMBOL(bitmap_set);

void bitmap_clear(unsigned long *map, unsigned int start, unsigned int nbits)
{
    for (unsigned int bit = start; bit < start + nbits; bit++)
        __clear_bit(bit, map);
}
EXPORT_SYMBOL(bitmap_clear);

unsigned int bitmap_weight(const unsigned long *src, unsigned int nbits)
{
    unsigned int weight = 0;

    for (unsigned int i = 0; i < BITS_TO_LONGS(nbits); i++)
        weight += (unsigned int)hweight_long(src[i] & valid(i, nbits));
    return weight;
}
EXPORT_SYMBOL(bitmap_weight);

bool bitmap_equal(const unsigned long *src1, const unsigned long *src2, unsigned int nbits)
{
    for (unsigned int i = 0; i < BITS_TO_LONGS(nbits); i++) {
        if ((src1[i] ^ src2[i]) & valid(i, nbits))
            return false;
    }
    return true;
}
EXPORT_SYMBOL(bitmap_equal);

bool bitmap_and(unsigned long *dst, const unsigned long *src1, const unsigned long *src2, unsigned int nbits)
{
    unsigned long any = 0;

    for (unsigned int i = 0; i < BITS_TO_LONGS(nbits); i++)
        any |= dst[i] = src1[i] & src2[i] & valid(i, nbits);
    return any != 0;
}
EXPORT_SYMBOL(bitmap_and);

bool bitmap_andnot(unsigned long *dst, const unsigned long *src1, const unsigned long *src2,
                   unsigned int nbits)
{
    unsigned long any = 0;

    for (unsigned int i = 0; i < BITS_TO_LONGS(nbits); i++)
        any |= dst[i] = src1[i] & ~src2[i] & valid(i, nbits);
    return any != 0;
}
EXPORT_SYMBOL(bitmap_andnot);

void bitmap_or(unsigned long *dst, const unsigned long *src1, const unsigned long *src2, unsigned int nbits)
{
    for (unsigned int i = 0; i < BITS_TO_LONGS(nbits); i++)
        dst[i] = src1[i] | src2[i];
}
EXPORT_SYMBOL(bitmap_or);

bool bitmap_intersects(const unsigned long *src1, const unsigned long *src2, unsigned int nbits)
{
    for (unsigned int i = 0; i < BITS_TO_LONGS(nbits); i++) {
        if (src1[i] & src2[i] & valid(i, nbits))
            return true;
    }
    return false;
}
EXPORT_SYMBOL(bitmap_intersects);

bool bitmap_subset(const unsigned long *src1, const unsigned long *src2, unsigned int nbits)
{
    for (unsigned int i = 0; i < BITS_TO_LONGS(nbits); i++) {
        if (src1[i] & ~src2[i] & valid(i, nbits))
            return false;
    }
    return true;
}
EXPORT_SYMBOL(bitmap_subset);
