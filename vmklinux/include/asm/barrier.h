/* SPDX-License-Identifier: GPL-2.0-only */
/* barrier.h - memory order on x86-64: stores stay in order, loads stay in order, a store may pass a later
 * load. */
#ifndef VMKLINUX_ASM_BARRIER_H
#define VMKLINUX_ASM_BARRIER_H

#include <linux/compiler.h>

#define mb()      asm volatile("mfence" ::: "memory")
#define rmb()     asm volatile("lfence" ::: "memory")
#define wmb()     asm volatile("sfence" ::: "memory")
#define dma_rmb() barrier()
#define dma_wmb() barrier()

#define smp_mb()  asm volatile("lock; addl $0,-4(%%rsp)" ::: "memory", "cc")
#define smp_rmb() barrier()
#define smp_wmb() barrier()

#define smp_store_mb(var, value)                                                                             \
    do {                                                                                                     \
        (void)xchg(&var, value);                                                                             \
    } while (0)

#define smp_store_release(p, v)                                                                              \
    do {                                                                                                     \
        barrier();                                                                                           \
        WRITE_ONCE(*p, v);                                                                                   \
    } while (0)

#define smp_load_acquire(p)                                                                                  \
    ({                                                                                                       \
        typeof(*p) ___p1 = READ_ONCE(*p);                                                                    \
        barrier();                                                                                           \
        ___p1;                                                                                               \
    })

/* Locked instructions order everything already. */
#define smp_mb__before_atomic() barrier()
#define smp_mb__after_atomic()  barrier()

#endif
