/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * retry.h - the retry policy: by status, how often a command is tried again, how long it waits before, and
 * whether another path is tried instead. Pure. Context: any.
 */
#ifndef CORE_STORAGE_RETRY_H
#define CORE_STORAGE_RETRY_H

#include <stdbool.h>

#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>

/** As a delay: not on the same path. */
#define RETRY_ELSEWHERE_ONLY ~0u
/** The longest wait before a command is tried again. */
#define RETRY_DELAY_MAX_MS 5000u

/** What is done about commands that ended with a status. */
struct retry_rule {
    vmk_StatusValue status;
    const char *counter; /**< Under which such ends are counted. */
    vmk_uint32 retries;  /**< How often a request is tried again at most, on each path. */
    vmk_uint32
        delay_ms;   /**< Before the first time on the same path; twice as long before each further one. */
    bool elsewhere; /**< Another path takes over if there is one: at once, unless all have been tried. */
};

/** The rule for @p status, which is not VMK_OK. */
const struct retry_rule *retry_rule_of(vmk_StatusValue status);

/** Its place in the table: storage_error_name() names it. */
vmk_uint32 retry_row(const struct retry_rule *rule);

/** How long to wait after @p attempts retries. */
vmk_uint32 retry_delay_ms(const struct retry_rule *rule, vmk_uint32 attempts);

#endif
