/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bits.h - byte order, single bits and powers of two. Context: any.
 */
#ifndef VMKAPI_LIB_BITS_H
#define VMKAPI_LIB_BITS_H

#include <vmkapi/base/types.h>

VMK_ALWAYS_INLINE vmk_uint16 vmk_CPUToBE16(vmk_uint16 value)
{
    return __builtin_bswap16(value);
}

VMK_ALWAYS_INLINE vmk_uint32 vmk_CPUToBE32(vmk_uint32 value)
{
    return __builtin_bswap32(value);
}

VMK_ALWAYS_INLINE vmk_uint64 vmk_CPUToBE64(vmk_uint64 value)
{
    return __builtin_bswap64(value);
}

#define vmk_BE16ToCPU vmk_CPUToBE16
#define vmk_BE32ToCPU vmk_CPUToBE32
#define vmk_BE64ToCPU vmk_CPUToBE64

/** Number of the lowest set bit; @p value must not be 0. */
VMK_ALWAYS_INLINE vmk_uint32 vmk_LowestBit(vmk_uint64 value)
{
    return (vmk_uint32)__builtin_ctzl(value);
}

/** Number of the highest set bit, which is log2 rounded down; @p value must not be 0. */
VMK_ALWAYS_INLINE vmk_uint32 vmk_HighestBit(vmk_uint64 value)
{
    return 63u - (vmk_uint32)__builtin_clzl(value);
}

/** log2 rounded up; @p value must not be 0. */
VMK_ALWAYS_INLINE vmk_uint32 vmk_Log2Ceil(vmk_uint64 value)
{
    return value == 1 ? 0 : vmk_HighestBit(value - 1) + 1;
}

/** How many bits are set. */
VMK_ALWAYS_INLINE vmk_uint32 vmk_CountBits(vmk_uint64 value)
{
    value -= (value >> 1) & 0x5555555555555555ul;
    value = (value & 0x3333333333333333ul) + ((value >> 2) & 0x3333333333333333ul);
    value = (value + (value >> 4)) & 0x0f0f0f0f0f0f0f0ful;
    return (vmk_uint32)((value * 0x0101010101010101ul) >> 56);
}

VMK_ALWAYS_INLINE vmk_Bool vmk_IsPowerOfTwo(vmk_uint64 value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

/** @p value rounded up, or down, to a multiple of @p align, a power of two. */
VMK_ALWAYS_INLINE vmk_uint64 vmk_RoundUp(vmk_uint64 value, vmk_uint64 align)
{
    return (value + align - 1) & ~(align - 1);
}

VMK_ALWAYS_INLINE vmk_uint64 vmk_RoundDown(vmk_uint64 value, vmk_uint64 align)
{
    return value & ~(align - 1);
}

#define VMK_MIN(a, b) ((a) < (b) ? (a) : (b)) /**< Evaluates one argument twice. */
#define VMK_MAX(a, b) ((a) > (b) ? (a) : (b)) /**< Evaluates one argument twice. */

#endif
