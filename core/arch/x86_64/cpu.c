/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cpu.c - the running CPU's control registers, and the table of all CPUs.
 */
#include "cpu.h"
#include "regs.h"

#include <core/arch.h>
#include <core/smp.h>
#include <vmkapi/base/export.h>

/* PAT entries: 0 write-back, 1 write-combining, 2 uncached-minus, 3 uncached; 4-7 the same as after reset.
 * Intel SDM vol. 3A, 12.12. */
#define PAT_KERNEL       0x0007040600070106ul

#define CPUID_7_EBX_SMEP (1u << 7)
#define CPUID_7_EBX_SMAP (1u << 20)
#define CPUID_7_ECX_UMIP (1u << 2)

extern char boot_stacks[];

static struct vector_slot boot_vectors[VECTOR_COUNT];

struct cpu boot_cpu = {
    .head = {.self = &boot_cpu.head},
    .stack_base = (vmk_VA)boot_stacks + CPU_STACKS_SIZE - KERNEL_STACK_SIZE,
    .ist_top = {(vmk_VA)boot_stacks + 1 * (PAGE_SIZE + IST_STACK_SIZE),
                (vmk_VA)boot_stacks + 2 * (PAGE_SIZE + IST_STACK_SIZE),
                (vmk_VA)boot_stacks + 3 * (PAGE_SIZE + IST_STACK_SIZE)},
    .vectors = boot_vectors,
};

struct cpu *cpus[VMK_MAX_PCPUS] = {&boot_cpu};

/* SSE stays off (no CR4.OSFXSR): code that slips it into the kernel faults instead of corrupting a guest's
 * state. */
static void set_control_registers(void)
{
    vmk_uint64 cr4 = CR4_DE | CR4_PAE | CR4_MCE;

    if (cpuid(0, 0).eax >= 7) {
        struct cpuid_result leaf7 = cpuid(7, 0);

        cr4 |= leaf7.ebx & CPUID_7_EBX_SMEP ? CR4_SMEP : 0;
        cr4 |= leaf7.ebx & CPUID_7_EBX_SMAP ? CR4_SMAP : 0;
        cr4 |= leaf7.ecx & CPUID_7_ECX_UMIP ? CR4_UMIP : 0;
    }
    write_cr4(cr4);
    write_cr0(CR0_KERNEL);
    wrmsr(MSR_PAT, PAT_KERNEL);
}

void cpu_load(struct cpu *cpu)
{
    gdt_load(cpu);
    wrmsr(MSR_GS_BASE, (vmk_VA)cpu);
    idt_load();
    set_control_registers();
}

vmk_uint32 vmk_NumPCPUs(void)
{
    return VMK_MAX_PCPUS - (vmk_uint32)__builtin_clzl(smp_online_mask());
}
VMK_EXPORT_SYMBOL(vmk_NumPCPUs);

vmk_PCPU *smp_pcpu(vmk_uint32 cpu)
{
    return &cpus[cpu]->head;
}

vmk_VA arch_boot_stack(vmk_ByteCount *bytes)
{
    *bytes = KERNEL_STACK_SIZE;
    return boot_cpu.stack_base;
}

void arch_idle_wait(void)
{
    /* One instruction's grace after sti: nothing comes between the two. */
    __asm__ volatile("sti; hlt" ::: "memory");
}
