/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * retry.c - the retry policy: a table.
 */
#include "retry.h"

#include <core/storage.h>

static const struct retry_rule rules[] = {
    {VMK_READ_ERROR, "read_errors", 0, 0, false},
    {VMK_WRITE_ERROR, "write_errors", 0, 0, false},
    {VMK_IO_ERROR, "io_errors", 0, 0, false},
    {VMK_BUSY, "busy", 12, 10, false},
    {VMK_NO_RESOURCES, "no_resources", 12, 10, false},
    {VMK_NO_MEMORY, "no_memory", 12, 10, false},
    {VMK_DMA_MAPPING_FAILED, "dma_mapping_failed", 12, 10, false},
    {VMK_TIMEOUT, "timed_out", 3, 100, true},
    {VMK_ABORTED, "aborted", 5, 100, true},
    {VMK_NO_CONNECT, "no_connect", 8, 100, true},
    {VMK_PERM_DEV_LOSS, "lost", 1, RETRY_ELSEWHERE_ONLY, true},
    {VMK_READ_ONLY, "read_only", 0, 0, false},
    {VMK_NOT_SUPPORTED, "not_supported", 0, 0, false},
    {VMK_RESERVATION_CONFLICT, "reservation_conflicts", 0, 0, false},
    {VMK_NO_SPACE, "no_space", 0, 0, false},
    {VMK_FAILURE, "other_errors", 0, 0, false}, /* The last: whatever has no row of its own. */
};
VMK_STATIC_ASSERT(VMK_ARRAY_SIZE(rules) <= STORAGE_ERRORS_MAX, "each has a counter");

const struct retry_rule *retry_rule_of(vmk_StatusValue status)
{
    const struct retry_rule *rule = rules;

    while (rule->status != status && rule != &rules[VMK_ARRAY_SIZE(rules) - 1]) {
        rule++;
    }
    return rule;
}

vmk_uint32 retry_delay_ms(const struct retry_rule *rule, vmk_uint32 attempts)
{
    vmk_uint64 delay = rule->delay_ms;

    for (; attempts > 0 && delay < RETRY_DELAY_MAX_MS; attempts--) {
        delay *= 2;
    }
    return delay < RETRY_DELAY_MAX_MS ? (vmk_uint32)delay : RETRY_DELAY_MAX_MS;
}

vmk_uint32 retry_row(const struct retry_rule *rule)
{
    return (vmk_uint32)(rule - rules);
}

const char *storage_error_name(unsigned row)
{
    return row < VMK_ARRAY_SIZE(rules) ? rules[row].counter : NULL;
}
