/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * log_limit.h - how often one call site may speak.
 *
 * Context: any; lock-free.
 */
#ifndef CORE_MGMT_LOG_LIMIT_H
#define CORE_MGMT_LOG_LIMIT_H

#include <stdbool.h>

#include <vmkapi/base/types.h>

/** One call site; zeroed it has never spoken. */
struct log_limit {
    const void *site;
    vmk_uint64 owed_until_ns; /**< When all lines so far will have been paid for. */
    vmk_uint32 suppressed;    /**< Lines held back since the last that passed. */
};

/**
 * Account for a line at @p now_ns: VMK_LOG_BURST at once, then VMK_LOG_PER_SECOND.
 *
 * @param suppressed on true: lines held back before this one.
 * @return whether the line may pass.
 */
bool log_limit_pass(struct log_limit *limit, vmk_uint64 now_ns, vmk_uint32 *suppressed);

/**
 * What stands for a call site: its format, or, where that is a bare "%s" and tells nothing, the text without
 * its digits.
 */
const void *log_limit_site(const char *fmt, const char *text);

/** The limiter of @p site, found or made; NULL when the table is full: the site is not limited then. */
struct log_limit *log_limit_find(const void *site);

#endif
