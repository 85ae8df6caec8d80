/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bitops.h - single bits of long bitmaps, atomically, and bit searches within one word.
 *
 * set_bit() and clear_bit() are not ordered against other accesses, the test_and_ ones are, as in Linux.
 */
#ifndef VMKLINUX_ASM_BITOPS_H
#define VMKLINUX_ASM_BITOPS_H

#ifndef _LINUX_BITOPS_H
#error only <linux/bitops.h> can be included directly
#endif

#include <linux/compiler.h>
#include <asm/barrier.h>

static __always_inline void set_bit(long nr, volatile unsigned long *addr)
{
    asm volatile("lock; btsq %1,%0" : "+m"(*(volatile long *)addr) : "Ir"(nr) : "memory", "cc");
}

static __always_inline void clear_bit(long nr, volatile unsigned long *addr)
{
    asm volatile("lock; btrq %1,%0" : "+m"(*(volatile long *)addr) : "Ir"(nr) : "memory", "cc");
}

static __always_inline void change_bit(long nr, volatile unsigned long *addr)
{
    asm volatile("lock; btcq %1,%0" : "+m"(*(volatile long *)addr) : "Ir"(nr) : "memory", "cc");
}

#define VMKLINUX_TEST_AND_BIT(name, instruction)                                                             \
    static __always_inline bool name(long nr, volatile unsigned long *addr)                                  \
    {                                                                                                        \
        bool old;                                                                                            \
                                                                                                             \
        asm volatile(instruction " %2,%0"                                                                    \
                     : "+m"(*(volatile long *)addr), "=@ccc"(old)                                            \
                     : "Ir"(nr)                                                                              \
                     : "memory");                                                                            \
        return old;                                                                                          \
    }
VMKLINUX_TEST_AND_BIT(test_and_set_bit, "lock; btsq")
VMKLINUX_TEST_AND_BIT(test_and_clear_bit, "lock; btrq")
VMKLINUX_TEST_AND_BIT(test_and_change_bit, "lock; btcq")
#undef VMKLINUX_TEST_AND_BIT

static __always_inline bool test_and_set_bit_lock(long nr, volatile unsigned long *addr)
{
    return test_and_set_bit(nr, addr);
}

static __always_inline void clear_bit_unlock(long nr, volatile unsigned long *addr)
{
    barrier();
    clear_bit(nr, addr);
}

#include <asm-generic/bitops/generic-non-atomic.h>
#include <asm-generic/bitops/non-atomic.h>
#include <asm-generic/bitops/non-instrumented-non-atomic.h>
#include <asm-generic/bitops/builtin-__ffs.h>
#include <asm-generic/bitops/builtin-__fls.h>
#include <asm-generic/bitops/builtin-ffs.h>
#include <asm-generic/bitops/builtin-fls.h>
#include <asm-generic/bitops/ffz.h>
#include <asm-generic/bitops/fls64.h>
#include <asm-generic/bitops/sched.h>

#include <asm-generic/bitops/arch_hweight.h>
#include <asm-generic/bitops/const_hweight.h>
#include <asm-generic/bitops/le.h>

#endif
