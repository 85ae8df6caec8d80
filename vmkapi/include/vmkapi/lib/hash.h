/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hash.h - well mixed numbers from keys, for tables that index by some of the bits. Context: any.
 */
#ifndef VMKAPI_LIB_HASH_H
#define VMKAPI_LIB_HASH_H

#include <vmkapi/base/types.h>

/** Mix a number; every bit of the result depends on every bit of @p key. */
VMK_ALWAYS_INLINE vmk_uint64 vmk_HashUint64(vmk_uint64 key)
{
    key ^= key >> 32;
    key *= 0xd6e8feb86659fd93ul;
    key ^= key >> 32;
    key *= 0xd6e8feb86659fd93ul;
    return key ^ (key >> 32);
}

/** Hash @p len bytes, going on from @p seed. */
vmk_uint64 vmk_HashBytes(const void *key, vmk_ByteCount len, vmk_uint64 seed);

/** Hash a string without its NUL; the same as vmk_HashBytes() over it with seed 0. */
vmk_uint64 vmk_HashString(const char *str);

#endif
