/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bitvector.c - searching and filling sets of bits a word at a time.
 */
#include <vmkapi/base/export.h>
#include <vmkapi/lib/bits.h>
#include <vmkapi/lib/bitvector.h>

/* The first bit at or after @from that is set once every word has been xored with @flip. */
static vmk_uint32 next_bit(const vmk_uint64 *words, vmk_uint32 nbits, vmk_uint32 from, vmk_uint64 flip)
{
    vmk_uint32 index = from / VMK_BITS_PER_WORD;
    vmk_uint64 mask = ~0ul << (from % VMK_BITS_PER_WORD);

    for (; index < VMK_BIT_WORDS(nbits); index++, mask = ~0ul) {
        vmk_uint64 word = (words[index] ^ flip) & mask;

        if (word != 0) {
            return VMK_MIN(nbits, index * VMK_BITS_PER_WORD + vmk_LowestBit(word));
        }
    }
    return nbits;
}

vmk_uint32 vmk_BitVectorNextSet(const vmk_uint64 *words, vmk_uint32 nbits, vmk_uint32 from)
{
    return next_bit(words, nbits, from, 0);
}
VMK_EXPORT_SYMBOL(vmk_BitVectorNextSet);

vmk_uint32 vmk_BitVectorNextClear(const vmk_uint64 *words, vmk_uint32 nbits, vmk_uint32 from)
{
    return next_bit(words, nbits, from, ~0ul);
}
VMK_EXPORT_SYMBOL(vmk_BitVectorNextClear);

vmk_uint32 vmk_BitVectorFindClearRun(const vmk_uint64 *words, vmk_uint32 nbits, vmk_uint32 count,
                                     vmk_uint32 align)
{
    vmk_uint32 start = 0;

    while ((vmk_uint64)start + count <= nbits) {
        vmk_uint32 obstacle = vmk_BitVectorNextSet(words, start + count, start);

        if (obstacle == start + count) {
            return start;
        }
        start = (obstacle / align + 1) * align;
    }
    return nbits;
}
VMK_EXPORT_SYMBOL(vmk_BitVectorFindClearRun);

/* The bits of word @index that belong to [@from, @to). */
static vmk_uint64 run_mask(vmk_uint32 index, vmk_uint32 from, vmk_uint32 to)
{
    vmk_uint32 first = index * VMK_BITS_PER_WORD;
    vmk_uint64 mask = ~0ul;

    if (from > first) {
        mask <<= from - first;
    }
    if (to < first + VMK_BITS_PER_WORD) {
        mask &= ~(~0ul << (to - first));
    }
    return mask;
}

void vmk_BitVectorSetRun(vmk_uint64 *words, vmk_uint32 from, vmk_uint32 count)
{
    for (vmk_uint32 i = from / VMK_BITS_PER_WORD; i < VMK_BIT_WORDS(from + count); i++) {
        words[i] |= run_mask(i, from, from + count);
    }
}
VMK_EXPORT_SYMBOL(vmk_BitVectorSetRun);

void vmk_BitVectorClearRun(vmk_uint64 *words, vmk_uint32 from, vmk_uint32 count)
{
    for (vmk_uint32 i = from / VMK_BITS_PER_WORD; i < VMK_BIT_WORDS(from + count); i++) {
        words[i] &= ~run_mask(i, from, from + count);
    }
}
VMK_EXPORT_SYMBOL(vmk_BitVectorClearRun);

vmk_uint32 vmk_BitVectorNumBitsSet(const vmk_uint64 *words, vmk_uint32 nbits)
{
    vmk_uint32 count = 0;

    for (vmk_uint32 i = 0; i < VMK_BIT_WORDS(nbits); i++) {
        count += vmk_CountBits(words[i] & run_mask(i, 0, nbits));
    }
    return count;
}
VMK_EXPORT_SYMBOL(vmk_BitVectorNumBitsSet);
