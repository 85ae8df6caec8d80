/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pcpu.c - threads as CPUs: the first VMK_MAX_PCPUS threads of a process get a number of their own.
 */
#include <core/smp.h>
#include <vmkapi/base/pcpu.h>

#include <stdio.h>
#include <stdlib.h>

__thread vmk_uint64 hosted_flags = VMK_CPU_FLAG_INTERRUPTS;
vmk_Bool hosted_interrupt_waits;
vmk_uint64 hosted_tsc;

/* A CPU's data, and its storage. */
static union {
    vmk_PCPU head;
    vmk_uint8 bytes[VMK_PCPU_STORAGE_START + VMK_PCPU_STORAGE_SIZE];
} pcpus[VMK_MAX_PCPUS];
static vmk_uint32 npcpus;

struct vmk_PCPU *hosted_pcpu(void)
{
    static __thread struct vmk_PCPU *mine;

    if (mine == NULL) {
        vmk_uint32 num = __atomic_fetch_add(&npcpus, 1, __ATOMIC_RELAXED);

        if (num >= VMK_MAX_PCPUS) {
            fputs("hosted VMKAPI: more threads than VMK_MAX_PCPUS\n", stderr);
            abort();
        }
        mine = &pcpus[num].head;
        mine->self = mine;
        mine->num = num;
    }
    return mine;
}

void hosted_take_interrupts(void)
{
}

void hosted_relax(void)
{
    __builtin_ia32_pause();
}

vmk_PCPU *smp_pcpu(vmk_uint32 cpu)
{
    return &pcpus[cpu].head;
}

vmk_uint32 vmk_NumPCPUs(void)
{
    return VMK_MAX_PCPUS;
}

void vmk_PreemptCheck(void)
{
}
