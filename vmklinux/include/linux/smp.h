/* SPDX-License-Identifier: GPL-2.0-only */
/* smp.h - CPUs by number. */
#ifndef VMKLINUX_LINUX_SMP_H
#define VMKLINUX_LINUX_SMP_H

#include <linux/preempt.h>

#define NR_CPUS                CONFIG_NR_CPUS
#define smp_processor_id()     ((int)vmk_GetPCPUNum())
#define raw_smp_processor_id() smp_processor_id()
#define num_online_cpus()      vmk_NumPCPUs()
#define num_possible_cpus()    vmk_NumPCPUs()
#define num_present_cpus()     vmk_NumPCPUs()
#define nr_cpu_ids             vmk_NumPCPUs()

#define get_cpu()                                                                                            \
    ({                                                                                                       \
        preempt_disable();                                                                                   \
        smp_processor_id();                                                                                  \
    })
#define put_cpu()                  preempt_enable()

#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < (typeof(cpu))vmk_NumPCPUs(); (cpu)++)
#define for_each_online_cpu(cpu)   for_each_possible_cpu(cpu)

#endif
