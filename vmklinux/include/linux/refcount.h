/* SPDX-License-Identifier: GPL-2.0-only */
/* refcount.h - reference counts that stick, with a warning, instead of wrapping. */
#ifndef VMKLINUX_LINUX_REFCOUNT_H
#define VMKLINUX_LINUX_REFCOUNT_H

#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/limits.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>

typedef struct refcount_struct {
    atomic_t refs;
} refcount_t;

#define REFCOUNT_INIT(n)                                                                                     \
    {                                                                                                        \
        .refs = ATOMIC_INIT(n)                                                                               \
    }
#define REFCOUNT_SATURATED (INT_MIN / 2)

static inline void refcount_set(refcount_t *r, int n)
{
    atomic_set(&r->refs, n);
}

static inline unsigned int refcount_read(const refcount_t *r)
{
    return (unsigned int)atomic_read(&r->refs);
}

static inline void refcount_inc(refcount_t *r)
{
    int old = atomic_fetch_add(1, &r->refs);

    if (WARN_ONCE(old <= 0, "refcount: increment on %d; use after free\n", old))
        atomic_set(&r->refs, REFCOUNT_SATURATED);
}

static inline bool refcount_dec_and_test(refcount_t *r)
{
    int now = atomic_dec_return(&r->refs);

    if (WARN_ONCE(now < 0, "refcount: underflow; use after free\n"))
        atomic_set(&r->refs, REFCOUNT_SATURATED);
    return now == 0;
}

static inline bool refcount_dec_not_one(refcount_t *r)
{
    return atomic_add_unless(&r->refs, -1, 1);
}

/* Drop a reference; when it was the last one, return true with the lock held. */
static inline bool refcount_dec_and_mutex_lock(refcount_t *r, struct mutex *lock) VMK_TRY_ACQUIRE(1, lock)
    VMK_NO_THREAD_SAFETY_ANALYSIS("holds it or not as it returns")
{
    if (refcount_dec_not_one(r))
        return false;
    mutex_lock(lock);
    if (refcount_dec_and_test(r))
        return true;
    mutex_unlock(lock);
    return false;
}

static inline bool refcount_dec_and_lock(refcount_t *r, spinlock_t *lock) VMK_TRY_ACQUIRE(1, lock)
    VMK_NO_THREAD_SAFETY_ANALYSIS("holds it or not as it returns")
{
    if (refcount_dec_not_one(r))
        return false;
    spin_lock(lock);
    if (refcount_dec_and_test(r))
        return true;
    spin_unlock(lock);
    return false;
}

static inline bool refcount_inc_not_zero(refcount_t *r)
{
    return atomic_inc_not_zero(&r->refs);
}

#endif
