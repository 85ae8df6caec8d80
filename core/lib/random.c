/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * random.c - numbers that look like chance; good for spreading load, no good for secrets.
 */
#include <vmkapi/base/export.h>
#include <vmkapi/base/platform.h>
#include <vmkapi/lib/hash.h>
#include <vmkapi/lib/libc.h>

vmk_uint32 vmk_Rand(vmk_uint32 seed)
{
    /* Marsaglia's xorshift, period 2^32 - 1; 0 would stay 0. */
    seed = seed == 0 ? 1 : seed;
    seed ^= seed << 13;
    seed ^= seed >> 17;
    return seed ^ seed << 5;
}
VMK_EXPORT_SYMBOL(vmk_Rand);

vmk_uint32 vmk_GetRandSeed(void)
{
    static vmk_uint64 calls;
    vmk_uint64 call = __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
    vmk_uint32 seed = (vmk_uint32)vmk_HashUint64(vmk_CPUReadTSC() + (call << 48));

    return seed == 0 ? 1 : seed;
}
VMK_EXPORT_SYMBOL(vmk_GetRandSeed);
