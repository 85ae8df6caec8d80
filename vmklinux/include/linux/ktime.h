/* SPDX-License-Identifier: GPL-2.0-only */
/* ktime.h - nanoseconds, signed. */
#ifndef VMKLINUX_LINUX_KTIME_H
#define VMKLINUX_LINUX_KTIME_H

#include <linux/time64.h>
#include <linux/types.h>

typedef s64 ktime_t;

/* Monotonic time since boot. Context: any. */
extern ktime_t ktime_get(void);

/*
 * DEVIATION-034 (ktime_get_real): time since boot, as nothing here knows the date. An NVMe controller that is
 * told has its log entries in that time.
 */
static inline ktime_t ktime_get_real(void)
{
    return ktime_get();
}

#define ktime_get_ns()         ((u64)ktime_get())
#define ktime_to_ns(kt)        (kt)
#define ktime_to_us(kt)        ((kt) / NSEC_PER_USEC)
#define ktime_to_ms(kt)        ((kt) / NSEC_PER_MSEC)
#define ns_to_ktime(ns)        ((ktime_t)(ns))
#define ms_to_ktime(ms)        ((ktime_t)(ms)*NSEC_PER_MSEC)
#define ktime_add(lhs, rhs)    ((lhs) + (rhs))
#define ktime_sub(lhs, rhs)    ((lhs) - (rhs))
#define ktime_add_us(kt, usec) ((kt) + (s64)(usec)*NSEC_PER_USEC)
#define ktime_add_ms(kt, msec) ((kt) + (s64)(msec)*NSEC_PER_MSEC)
#define ktime_compare(a, b)    ((a) < (b) ? -1 : (a) > (b))

static inline bool ktime_after(const ktime_t cmp1, const ktime_t cmp2)
{
    return cmp1 > cmp2;
}

static inline bool ktime_before(const ktime_t cmp1, const ktime_t cmp2)
{
    return cmp1 < cmp2;
}

#endif
