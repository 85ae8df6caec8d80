/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * atomic.h - 32- and 64-bit counters and flags shared between CPUs.
 *
 * A plain read is an acquire, a plain write a release; everything that reads and writes is a full barrier.
 * Context: any, for all of them.
 */
#ifndef VMKAPI_BASE_ATOMIC_H
#define VMKAPI_BASE_ATOMIC_H

#include <vmkapi/base/types.h>

typedef volatile vmk_uint32 vmk_atomic32;
typedef volatile vmk_uint64 vmk_atomic64;

/*
 * One family per width:
 *   vmk_AtomicRead<N>(a)                 the value
 *   vmk_AtomicWrite<N>(a, v)             set it
 *   vmk_AtomicInc/Dec<N>(a)              one more, one less
 *   vmk_AtomicAdd/Sub/Or/And/Xor<N>(a,v) change it
 *   vmk_AtomicReadInc/ReadDec<N>(a), vmk_AtomicReadAdd/ReadSub/ReadOr/ReadAnd<N>(a, v)
 *                                        change it; return what it was before
 *   vmk_AtomicReadWrite<N>(a, v)         exchange; return what it was before
 *   vmk_AtomicReadIfEqualWrite<N>(a, old, v)
 *                                        write v if it is old; return what it was before
 */
#define VMK_ATOMIC_CHANGE(N, Name, builtin)                                                                  \
    VMK_ALWAYS_INLINE void vmk_Atomic##Name##N(vmk_atomic##N *atomic, vmk_uint##N value)                     \
    {                                                                                                        \
        (void)builtin(atomic, value, __ATOMIC_SEQ_CST);                                                      \
    }                                                                                                        \
    VMK_ALWAYS_INLINE vmk_uint##N vmk_AtomicRead##Name##N(vmk_atomic##N *atomic, vmk_uint##N value)          \
    {                                                                                                        \
        return builtin(atomic, value, __ATOMIC_SEQ_CST);                                                     \
    }

#define VMK_ATOMIC_FAMILY(N)                                                                                 \
    VMK_ALWAYS_INLINE vmk_uint##N vmk_AtomicRead##N(const vmk_atomic##N *atomic)                             \
    {                                                                                                        \
        return __atomic_load_n(atomic, __ATOMIC_ACQUIRE);                                                    \
    }                                                                                                        \
    VMK_ALWAYS_INLINE void vmk_AtomicWrite##N(vmk_atomic##N *atomic, vmk_uint##N value)                      \
    {                                                                                                        \
        __atomic_store_n(atomic, value, __ATOMIC_RELEASE);                                                   \
    }                                                                                                        \
    VMK_ATOMIC_CHANGE(N, Add, __atomic_fetch_add)                                                            \
    VMK_ATOMIC_CHANGE(N, Sub, __atomic_fetch_sub)                                                            \
    VMK_ATOMIC_CHANGE(N, Or, __atomic_fetch_or)                                                              \
    VMK_ATOMIC_CHANGE(N, And, __atomic_fetch_and)                                                            \
    VMK_ATOMIC_CHANGE(N, Xor, __atomic_fetch_xor)                                                            \
    VMK_ALWAYS_INLINE void vmk_AtomicInc##N(vmk_atomic##N *atomic)                                           \
    {                                                                                                        \
        vmk_AtomicAdd##N(atomic, 1);                                                                         \
    }                                                                                                        \
    VMK_ALWAYS_INLINE void vmk_AtomicDec##N(vmk_atomic##N *atomic)                                           \
    {                                                                                                        \
        vmk_AtomicSub##N(atomic, 1);                                                                         \
    }                                                                                                        \
    VMK_ALWAYS_INLINE vmk_uint##N vmk_AtomicReadInc##N(vmk_atomic##N *atomic)                                \
    {                                                                                                        \
        return vmk_AtomicReadAdd##N(atomic, 1);                                                              \
    }                                                                                                        \
    VMK_ALWAYS_INLINE vmk_uint##N vmk_AtomicReadDec##N(vmk_atomic##N *atomic)                                \
    {                                                                                                        \
        return vmk_AtomicReadSub##N(atomic, 1);                                                              \
    }                                                                                                        \
    VMK_ALWAYS_INLINE vmk_uint##N vmk_AtomicReadWrite##N(vmk_atomic##N *atomic, vmk_uint##N value)           \
    {                                                                                                        \
        return __atomic_exchange_n(atomic, value, __ATOMIC_SEQ_CST);                                         \
    }                                                                                                        \
    VMK_ALWAYS_INLINE vmk_uint##N vmk_AtomicReadIfEqualWrite##N(vmk_atomic##N *atomic, vmk_uint##N old,      \
                                                                vmk_uint##N value)                           \
    {                                                                                                        \
        __atomic_compare_exchange_n(atomic, &old, value, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);             \
        return old;                                                                                          \
    }

VMK_ATOMIC_FAMILY(32)
VMK_ATOMIC_FAMILY(64)

#undef VMK_ATOMIC_FAMILY
#undef VMK_ATOMIC_CHANGE

#endif
