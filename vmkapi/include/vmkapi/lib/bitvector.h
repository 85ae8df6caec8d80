/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bitvector.h - sets of small numbers, over an array of words that is the caller's.
 *
 * A set of n bits takes VMK_BIT_WORDS(n) words; bits beyond n stay 0. Bit k is bit k % 64 of word k / 64.
 * Context: any. Locks: the caller's, except for the Atomic functions.
 */
#ifndef VMKAPI_LIB_BITVECTOR_H
#define VMKAPI_LIB_BITVECTOR_H

#include <vmkapi/base/types.h>

#define VMK_BITS_PER_WORD    64u
#define VMK_BIT_WORDS(nbits) (((nbits) + VMK_BITS_PER_WORD - 1) / VMK_BITS_PER_WORD)

VMK_ALWAYS_INLINE void vmk_BitVectorSet(vmk_uint64 *words, vmk_uint32 bit)
{
    words[bit / VMK_BITS_PER_WORD] |= 1ul << (bit % VMK_BITS_PER_WORD);
}

VMK_ALWAYS_INLINE void vmk_BitVectorClear(vmk_uint64 *words, vmk_uint32 bit)
{
    words[bit / VMK_BITS_PER_WORD] &= ~(1ul << (bit % VMK_BITS_PER_WORD));
}

VMK_ALWAYS_INLINE vmk_Bool vmk_BitVectorTest(const vmk_uint64 *words, vmk_uint32 bit)
{
    return words[bit / VMK_BITS_PER_WORD] >> (bit % VMK_BITS_PER_WORD) & 1;
}

/** Set a bit as one step for all CPUs. @return whether it was set before. */
VMK_ALWAYS_INLINE vmk_Bool vmk_BitVectorAtomicTestAndSet(vmk_uint64 *words, vmk_uint32 bit)
{
    vmk_uint64 mask = 1ul << (bit % VMK_BITS_PER_WORD);

    return (__atomic_fetch_or(&words[bit / VMK_BITS_PER_WORD], mask, __ATOMIC_ACQ_REL) & mask) != 0;
}

/** Clear a bit as one step for all CPUs. @return whether it was set before. */
VMK_ALWAYS_INLINE vmk_Bool vmk_BitVectorAtomicTestAndClear(vmk_uint64 *words, vmk_uint32 bit)
{
    vmk_uint64 mask = 1ul << (bit % VMK_BITS_PER_WORD);

    return (__atomic_fetch_and(&words[bit / VMK_BITS_PER_WORD], ~mask, __ATOMIC_ACQ_REL) & mask) != 0;
}

/** The first set, or clear, bit at or after @p from; @p nbits when there is none. */
vmk_uint32 vmk_BitVectorNextSet(const vmk_uint64 *words, vmk_uint32 nbits, vmk_uint32 from);
vmk_uint32 vmk_BitVectorNextClear(const vmk_uint64 *words, vmk_uint32 nbits, vmk_uint32 from);

/** Start of the first @p count clear bits in a row that begin at a multiple of @p align; @p nbits if none. */
vmk_uint32 vmk_BitVectorFindClearRun(const vmk_uint64 *words, vmk_uint32 nbits, vmk_uint32 count,
                                     vmk_uint32 align);

/** Set, or clear, @p count bits from @p from on. */
void vmk_BitVectorSetRun(vmk_uint64 *words, vmk_uint32 from, vmk_uint32 count);
void vmk_BitVectorClearRun(vmk_uint64 *words, vmk_uint32 from, vmk_uint32 count);

/** How many of the first @p nbits are set. */
vmk_uint32 vmk_BitVectorNumBitsSet(const vmk_uint64 *words, vmk_uint32 nbits);

#endif
