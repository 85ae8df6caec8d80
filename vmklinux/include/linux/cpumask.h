/* SPDX-License-Identifier: GPL-2.0-only */
/* cpumask.h - sets of CPUs. Those that run are numbered from 0 without gaps, and none comes or goes. */
#ifndef VMKLINUX_LINUX_CPUMASK_H
#define VMKLINUX_LINUX_CPUMASK_H

#include <linux/bitmap.h>
#include <linux/smp.h>

typedef struct cpumask {
    unsigned long bits[BITS_TO_LONGS(NR_CPUS)];
} cpumask_t;
typedef struct cpumask cpumask_var_t[1];

#define cpumask_bits(maskp) ((maskp)->bits)

static inline void cpumask_set_cpu(unsigned int cpu, struct cpumask *dstp)
{
    set_bit(cpu, cpumask_bits(dstp));
}

static inline void cpumask_clear_cpu(int cpu, struct cpumask *dstp)
{
    clear_bit(cpu, cpumask_bits(dstp));
}

static inline bool cpumask_test_cpu(int cpu, const struct cpumask *cpumask)
{
    return test_bit(cpu, cpumask_bits(cpumask));
}

static inline void cpumask_clear(struct cpumask *dstp)
{
    bitmap_zero(cpumask_bits(dstp), NR_CPUS);
}

static inline void cpumask_copy(struct cpumask *dstp, const struct cpumask *srcp)
{
    bitmap_copy(cpumask_bits(dstp), cpumask_bits(srcp), NR_CPUS);
}

static inline bool cpumask_empty(const struct cpumask *srcp)
{
    return bitmap_empty(cpumask_bits(srcp), NR_CPUS);
}

static inline unsigned int cpumask_weight(const struct cpumask *srcp)
{
    return bitmap_weight(cpumask_bits(srcp), NR_CPUS);
}

static inline unsigned int cpumask_first(const struct cpumask *srcp)
{
    return find_first_bit(cpumask_bits(srcp), NR_CPUS);
}

static inline unsigned int cpumask_next(int n, const struct cpumask *srcp)
{
    return find_next_bit(cpumask_bits(srcp), NR_CPUS, n + 1);
}

#define for_each_cpu(cpu, mask) for_each_set_bit(cpu, cpumask_bits(mask), NR_CPUS)

#endif
