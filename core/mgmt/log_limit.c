/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * log_limit.c - the generic cell rate algorithm, one 64-bit time per call site.
 */
#include "log_limit.h"

#include <vmkapi/base/logging.h>
#include <vmkapi/lib/libc.h>

#define NS_PER_S    1000000000ul
#define INTERVAL_NS (NS_PER_S / VMK_LOG_PER_SECOND)
#define BURST_NS    (INTERVAL_NS * (VMK_LOG_BURST - 1))
#define SITES       512
#define PROBES      8

bool log_limit_pass(struct log_limit *limit, vmk_uint64 now_ns, vmk_uint32 *suppressed)
{
    vmk_uint64 owed = __atomic_load_n(&limit->owed_until_ns, __ATOMIC_RELAXED);
    vmk_uint64 start;

    do {
        start = owed > now_ns ? owed : now_ns;
        if (start - now_ns > BURST_NS) {
            __atomic_fetch_add(&limit->suppressed, 1, __ATOMIC_RELAXED);
            return false;
        }
    } while (!__atomic_compare_exchange_n(&limit->owed_until_ns, &owed, start + INTERVAL_NS, true,
                                          __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    *suppressed = __atomic_exchange_n(&limit->suppressed, 0, __ATOMIC_RELAXED);
    return true;
}

/* FNV-1a; that two texts, or a text and a format, meet is as unlikely as it is harmless. */
const void *log_limit_site(const char *fmt, const char *text)
{
    vmk_uint64 hash = 0xcbf29ce484222325ul;

    if (vmk_Strcmp(fmt, "%s") != 0) {
        return fmt;
    }
    for (; *text != '\0'; text++) {
        if (!vmk_IsDigit(*text)) {
            hash = (hash ^ (unsigned char)*text) * 0x100000001b3ul;
        }
    }
    return (const void *)hash;
}

struct log_limit *log_limit_find(const void *site)
{
    static struct log_limit limits[SITES];
    vmk_uint64 hash = ((vmk_uint64)site * 0x9e3779b97f4a7c15ul) >> 32;
    unsigned i;

    for (i = 0; i < PROBES; i++) {
        struct log_limit *limit = &limits[(hash + i) % SITES];
        const void *owner = NULL;

        if (__atomic_compare_exchange_n(&limit->site, &owner, site, false, __ATOMIC_RELAXED,
                                        __ATOMIC_RELAXED) ||
            owner == site) {
            return limit;
        }
    }
    return NULL;
}
