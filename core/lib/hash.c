/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hash.c - hashing bytes: FNV-1a, mixed at the end so that the low bits are as good as the high ones.
 */
#include <vmkapi/base/export.h>
#include <vmkapi/lib/hash.h>
#include <vmkapi/lib/libc.h>

#define FNV_OFFSET 0xcbf29ce484222325ul
#define FNV_PRIME  0x100000001b3ul

vmk_uint64 vmk_HashBytes(const void *key, vmk_ByteCount len, vmk_uint64 seed)
{
    vmk_uint64 hash = FNV_OFFSET ^ seed;

    for (const vmk_uint8 *byte = key; len != 0; byte++, len--) {
        hash = (hash ^ *byte) * FNV_PRIME;
    }
    return vmk_HashUint64(hash);
}
VMK_EXPORT_SYMBOL(vmk_HashBytes);

vmk_uint64 vmk_HashString(const char *str)
{
    return vmk_HashBytes(str, vmk_Strlen(str), 0);
}
VMK_EXPORT_SYMBOL(vmk_HashString);
