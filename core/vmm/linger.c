/* SPDX-License-Identifier: GPL-2.0-only */
#include <core/vmm/linger.h>

#include <vmkapi/lib/bits.h>

void linger_init(struct linger *linger, vmk_uint64 longest_ns)
{
    *linger = (struct linger){.longest_ns = longest_ns, .left_ns = LINGER_BUDGET_NS};
}

static bool is_late(const struct linger *linger, vmk_uint64 now_ns)
{
    return now_ns - linger->since_ns >= linger->longest_ns;
}

bool linger_begin(struct linger *linger, vmk_uint64 now_ns)
{
    if (linger->let_go && is_late(linger, now_ns)) {
        linger->on = false; /* It has not halted since, so it had something to do. */
    }
    linger->since_ns = now_ns;
    linger->halted = false;
    linger->let_go = !linger->on || linger->left_ns == 0;
    if (linger->let_go) {
        linger->left_ns = LINGER_BUDGET_NS;
    }
    return !linger->let_go;
}

void linger_end(struct linger *linger, vmk_uint64 now_ns)
{
    linger->left_ns -= VMK_MIN(now_ns - linger->since_ns, linger->left_ns);
    linger->let_go = linger_is_under_way(linger);
    if (linger->let_go && is_late(linger, now_ns)) {
        linger->on = false;
    }
}

void linger_halt(struct linger *linger, vmk_uint64 now_ns)
{
    if (linger->let_go) {
        linger->let_go = false;
        linger->halted = linger_is_under_way(linger);
        linger->on = linger->on && !is_late(linger, now_ns);
    }
}

void linger_wake(struct linger *linger, vmk_uint64 now_ns)
{
    if (linger->halted) {
        linger->halted = false;
        linger->on = !linger_is_under_way(linger) && !is_late(linger, now_ns);
    }
}
