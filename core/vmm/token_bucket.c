/* SPDX-License-Identifier: GPL-2.0-only */
#include <core/vmm/token_bucket.h>

#include <vmkapi/base/assert.h>

#define PARTS    1000000000l /* Of a token: a nanosecond brings per_s of them. */
#define BURST_NS 100000000ul /* What so much time brings, and no less than a token, may be saved up. */

VMK_STATIC_ASSERT(TOKENS_PER_S_MAX < ~0ul / 2 / BURST_NS, "a full bucket fits its level");

void token_bucket_init(struct token_bucket *bucket, vmk_uint64 per_s)
{
    vmk_int64 burst = (vmk_int64)(per_s * BURST_NS);

    *bucket = (struct token_bucket){.per_s = per_s, .burst = burst > PARTS ? burst : PARTS};
    bucket->level = bucket->burst;
}

static void fill(struct token_bucket *bucket, vmk_uint64 now_ns)
{
    /* A clock that was put back began anew: nothing came in before that. */
    vmk_uint64 passed_ns = now_ns > bucket->filled_ns ? now_ns - bucket->filled_ns : 0;
    __int128 level = bucket->level + (__int128)passed_ns * bucket->per_s;

    bucket->level = level < bucket->burst ? (vmk_int64)level : bucket->burst;
    bucket->filled_ns = now_ns;
}

vmk_uint64 token_bucket_wait_ns(struct token_bucket *bucket, vmk_uint64 now_ns)
{
    if (bucket->per_s == 0) {
        return 0;
    }
    fill(bucket, now_ns);
    return bucket->level > 0 ? 0 : (vmk_uint64)-bucket->level / bucket->per_s + 1;
}

void token_bucket_take(struct token_bucket *bucket, vmk_uint64 tokens)
{
    __int128 level = bucket->level - (__int128)tokens * PARTS;

    /* Who asks too seldom whether he may take has a debt that does not grow beyond the numbers. */
    bucket->level = level > -(__int128)(~0ul >> 1) ? (vmk_int64)level : -(vmk_int64)(~0ul >> 1);
}
