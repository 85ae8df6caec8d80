/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kernel_stats.c - "memory" and "log" of the statistics tree.
 */
#include <core/stats.h>

#include <core/log.h>
#include <core/page_alloc.h>
#include <vmkapi/base/assert.h>

static vmk_uint64 read_total(vmk_AddrCookie cookie)
{
    struct memory_stats stats;

    memory_stats_get(&stats);
    return stats.total << VMK_PAGE_SHIFT;
}

static vmk_uint64 read_free(vmk_AddrCookie cookie)
{
    struct memory_stats stats;

    memory_stats_get(&stats);
    return stats.free << VMK_PAGE_SHIFT;
}

static vmk_uint64 read_used(vmk_AddrCookie cookie)
{
    return read_total(cookie) - read_free(cookie);
}

static const vmk_StatField memory_fields[] = {VMK_STAT_READ("total_bytes", read_total),
                                              VMK_STAT_READ("free_bytes", read_free),
                                              VMK_STAT_READ("used_bytes", read_used)};

static const vmk_StatField log_fields[] = {VMK_STAT_FIELD(struct log_stats, lines),
                                           VMK_STAT_FIELD(struct log_stats, suppressed),
                                           VMK_STAT_FIELD(struct log_stats, lost)};

void stats_register_kernel(void)
{
    static vmk_StatGroup memory, log;

    vmk_StatGroupInit(&memory, VMK_VMKERNEL_MODULE_ID, memory_fields, VMK_ARRAY_SIZE(memory_fields),
                      "memory");
    vmk_StatGroupInit(&log, VMK_VMKERNEL_MODULE_ID, log_fields, VMK_ARRAY_SIZE(log_fields), "log");
    log.base = &log_stats;
    VMK_VERIFY(vmk_StatGroupRegister(&memory) == VMK_OK && vmk_StatGroupRegister(&log) == VMK_OK);
}
