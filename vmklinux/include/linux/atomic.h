/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * atomic.h - integers changed by one CPU at a time.
 *
 * As in Linux, what returns a value orders all accesses around it; what returns nothing orders none.
 */
#ifndef VMKLINUX_LINUX_ATOMIC_H
#define VMKLINUX_LINUX_ATOMIC_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <asm/barrier.h>

#define ATOMIC64_INIT(i)                                                                                     \
    {                                                                                                        \
        (i)                                                                                                  \
    }
#define ATOMIC_LONG_INIT(i)                                                                                  \
    {                                                                                                        \
        (i)                                                                                                  \
    }

#define VMKLINUX_ATOMIC(prefix, type, number)                                                                \
    static __always_inline number prefix##_read(const type *v)                                               \
    {                                                                                                        \
        return __atomic_load_n(&v->counter, __ATOMIC_RELAXED);                                               \
    }                                                                                                        \
    static __always_inline void prefix##_set(type *v, number i)                                              \
    {                                                                                                        \
        __atomic_store_n(&v->counter, i, __ATOMIC_RELAXED);                                                  \
    }                                                                                                        \
    static __always_inline void prefix##_add(number i, type *v)                                              \
    {                                                                                                        \
        (void)__atomic_add_fetch(&v->counter, i, __ATOMIC_RELAXED);                                          \
    }                                                                                                        \
    static __always_inline void prefix##_sub(number i, type *v)                                              \
    {                                                                                                        \
        (void)__atomic_sub_fetch(&v->counter, i, __ATOMIC_RELAXED);                                          \
    }                                                                                                        \
    static __always_inline void prefix##_inc(type *v)                                                        \
    {                                                                                                        \
        prefix##_add(1, v);                                                                                  \
    }                                                                                                        \
    static __always_inline void prefix##_dec(type *v)                                                        \
    {                                                                                                        \
        prefix##_sub(1, v);                                                                                  \
    }                                                                                                        \
    static __always_inline number prefix##_add_return(number i, type *v)                                     \
    {                                                                                                        \
        return __atomic_add_fetch(&v->counter, i, __ATOMIC_SEQ_CST);                                         \
    }                                                                                                        \
    static __always_inline number prefix##_sub_return(number i, type *v)                                     \
    {                                                                                                        \
        return __atomic_sub_fetch(&v->counter, i, __ATOMIC_SEQ_CST);                                         \
    }                                                                                                        \
    static __always_inline number prefix##_fetch_add(number i, type *v)                                      \
    {                                                                                                        \
        return __atomic_fetch_add(&v->counter, i, __ATOMIC_SEQ_CST);                                         \
    }                                                                                                        \
    static __always_inline number prefix##_inc_return(type *v)                                               \
    {                                                                                                        \
        return prefix##_add_return(1, v);                                                                    \
    }                                                                                                        \
    static __always_inline number prefix##_dec_return(type *v)                                               \
    {                                                                                                        \
        return prefix##_sub_return(1, v);                                                                    \
    }                                                                                                        \
    static __always_inline bool prefix##_inc_and_test(type *v)                                               \
    {                                                                                                        \
        return prefix##_add_return(1, v) == 0;                                                               \
    }                                                                                                        \
    static __always_inline bool prefix##_dec_and_test(type *v)                                               \
    {                                                                                                        \
        return prefix##_sub_return(1, v) == 0;                                                               \
    }                                                                                                        \
    static __always_inline number prefix##_xchg(type *v, number i)                                           \
    {                                                                                                        \
        return __atomic_exchange_n(&v->counter, i, __ATOMIC_SEQ_CST);                                        \
    }                                                                                                        \
    static __always_inline number prefix##_cmpxchg(type *v, number old, number new)                          \
    {                                                                                                        \
        (void)__atomic_compare_exchange_n(&v->counter, &old, new, false, __ATOMIC_SEQ_CST,                   \
                                          __ATOMIC_SEQ_CST);                                                 \
        return old;                                                                                          \
    }                                                                                                        \
    static __always_inline bool prefix##_add_unless(type *v, number a, number u)                             \
    {                                                                                                        \
        number c = prefix##_read(v);                                                                         \
                                                                                                             \
        while (c != u) {                                                                                     \
            number was = prefix##_cmpxchg(v, c, c + a);                                                      \
                                                                                                             \
            if (was == c)                                                                                    \
                return true;                                                                                 \
            c = was;                                                                                         \
        }                                                                                                    \
        return false;                                                                                        \
    }                                                                                                        \
    static __always_inline bool prefix##_inc_not_zero(type *v)                                               \
    {                                                                                                        \
        return prefix##_add_unless(v, 1, 0);                                                                 \
    }

VMKLINUX_ATOMIC(atomic, atomic_t, int)
VMKLINUX_ATOMIC(atomic64, atomic64_t, s64)
#undef VMKLINUX_ATOMIC

typedef atomic64_t atomic_long_t;
#define atomic_long_read(v)          ((long)atomic64_read(v))
#define atomic_long_set(v, i)        atomic64_set(v, i)
#define atomic_long_inc(v)           atomic64_inc(v)
#define atomic_long_dec(v)           atomic64_dec(v)
#define atomic_long_add(i, v)        atomic64_add(i, v)
#define atomic_long_cmpxchg(v, o, n) ((long)atomic64_cmpxchg(v, o, n))
#define atomic_long_xchg(v, i)       ((long)atomic64_xchg(v, i))

#define xchg(ptr, v)                 __atomic_exchange_n(ptr, v, __ATOMIC_SEQ_CST)

#define cmpxchg(ptr, o, n)                                                                                   \
    ({                                                                                                       \
        typeof(*(ptr)) __old = (o);                                                                          \
        (void)__atomic_compare_exchange_n(ptr, &__old, n, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);        \
        __old;                                                                                               \
    })

#define try_cmpxchg(ptr, oldp, n)                                                                            \
    __atomic_compare_exchange_n(ptr, oldp, n, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)

#endif
