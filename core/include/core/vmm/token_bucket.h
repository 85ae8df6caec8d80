/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * token_bucket.h - a rate that is kept in the long run, with a burst: tokens come in at the rate, up to what
 * a tenth of a second brings, and are taken by what is done.
 *
 * What is begun is done whole: it may take more than there are, and what follows waits until the debt is
 * paid. So a request of any size passes, and the rate is kept all the same, without a rounding error.
 *
 * Pure: the caller locks, and tells the time, by a clock of nanoseconds that may begin anew.
 */
#ifndef CORE_VMM_TOKEN_BUCKET_H
#define CORE_VMM_TOKEN_BUCKET_H

#include <vmkapi/base/types.h>

#define TOKENS_PER_S_MAX 64000000000ul

struct token_bucket {
    vmk_uint64 per_s; /**< 0: no limit. */
    vmk_int64 level;  /**< What there is, in billionths of a token; below 0: debt. */
    vmk_int64 burst;  /**< The most there can be. */
    vmk_uint64 filled_ns;
};

/** Make a full one. @p per_s up to TOKENS_PER_S_MAX; 0: it never keeps anybody waiting. */
void token_bucket_init(struct token_bucket *bucket, vmk_uint64 per_s);

/** @return how long from @p now_ns on there is nothing to take; 0: something may be done now. */
vmk_uint64 token_bucket_wait_ns(struct token_bucket *bucket, vmk_uint64 now_ns);

/** Take @p tokens, be there as many or not; up to 2^32. */
void token_bucket_take(struct token_bucket *bucket, vmk_uint64 tokens);

#endif
