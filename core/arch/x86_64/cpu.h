/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cpu.h - everything the processor layer keeps for one CPU.
 */
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

#include "layout.h"

#include <core/irq_vector.h>
#include <core/pcpu.h>
#include <vmkapi/base/pcpu.h>
#include <vmkapi/core/stats.h>

#define VECTOR_COUNT 256

/** Stacks the processor switches to by itself. Index + 1 is the IST number in a gate. */
enum ist_stack {
    IST_DOUBLE_FAULT,
    IST_NMI,
    IST_MACHINE_CHECK,
    IST_COUNT,
};

/** Intel SDM vol. 3A, 8.7. */
struct tss {
    vmk_uint32 reserved0;
    vmk_uint64 rsp[3];
    vmk_uint64 reserved1;
    vmk_uint64 ist[7];
    vmk_uint64 reserved2;
    vmk_uint16 reserved3;
    vmk_uint16 io_map_base;
} VMK_ATTRIBUTE_PACKED;
VMK_STATIC_ASSERT(sizeof(struct tss) == 104, "fixed by the processor");

/** Null, code, data, and the TSS descriptor that takes two entries. */
struct gdt {
    vmk_uint64 entry[5];
};

struct vector_slot {
    irq_vector_handler handler; /**< NULL: the vector is free. */
    void *arg;
};

/** What a CPU has counted; under "interrupts/cpuN" of the statistics tree. Written by that CPU only. */
struct interrupt_stats {
    vmk_uint64 all;
    vmk_uint64 timer;
    vmk_uint64 reschedule;
    vmk_uint64 call;       /**< Asked to run something by another CPU. */
    vmk_uint64 calls_made; /**< Asked others. */
    vmk_uint64 stray;      /**< On a vector that nobody has. */
};

/** One CPU. The GS base of the CPU points at it. */
struct cpu {
    vmk_PCPU head;
    vmk_uint32 apic_id;
    vmk_uint64 started_tsc; /**< Its time-stamp counter when it started. */
    vmk_VA stack_base;      /**< The stack it boots and idles on, KERNEL_STACK_SIZE bytes. */
    vmk_VA ist_top[IST_COUNT];
    struct vector_slot *vectors; /**< VECTOR_COUNT of them; only vector.c looks inside. */
    struct interrupt_stats stats;
    vmk_StatGroup stat_group;
    struct cpu_info info;
    struct gdt gdt;
    struct tss tss;
    vmk_uint8 storage[VMK_PCPU_STORAGE_SIZE] VMK_ATTRIBUTE_ALIGN(VMK_PCPU_STORAGE_START);
};
VMK_STATIC_ASSERT(__builtin_offsetof(struct cpu, head) == 0, "the GS base is both");
VMK_STATIC_ASSERT(__builtin_offsetof(struct cpu, storage) == VMK_PCPU_STORAGE_START, "modules know where");

/** The boot CPU, ready before any code in C runs. */
extern struct cpu boot_cpu;

/** Every CPU by number; NULL beyond those that were started. */
extern struct cpu *cpus[VMK_MAX_PCPUS];

/** @return the running CPU. Context: any, while the CPU cannot change. */
VMK_ALWAYS_INLINE struct cpu *cpu_this(void)
{
    return (struct cpu *)VMK_THIS_PCPU->self;
}

/** Make @p cpu the running CPU: descriptor tables, GS base, control registers. Context: on that CPU, first.
 */
void cpu_load(struct cpu *cpu);

/** Load GDT, segments and TSS of @p cpu. */
void gdt_load(struct cpu *cpu);

/** Build the interrupt descriptor table. Context: boot CPU, once. */
void idt_init(void);

/** Point the running CPU at the interrupt descriptor table. */
void idt_load(void);

/** Fill cpu->info by CPUID on the running CPU. */
void cpu_info_read(struct cpu *cpu);

#endif
