/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * idt.c - the interrupt descriptor table, one for all CPUs.
 */
#include "cpu.h"

#define VECTOR_NMI           2
#define VECTOR_DOUBLE_FAULT  8
#define VECTOR_MACHINE_CHECK 18
#define STUB_SIZE            16

/* Present, 64-bit interrupt gate: interrupts go off. Intel SDM vol. 3A, 6.14.1. */
#define GATE_INTERRUPT 0x8e00

struct gate {
    vmk_uint16 offset_low;
    vmk_uint16 selector;
    vmk_uint16 type_and_ist;
    vmk_uint16 offset_middle;
    vmk_uint32 offset_high;
    vmk_uint32 reserved;
};
VMK_STATIC_ASSERT(sizeof(struct gate) == 16, "fixed by the processor");

extern const char trap_stubs[]; /* trap_entry.S: STUB_SIZE bytes per vector. */

static struct gate idt[VECTOR_COUNT] VMK_ATTRIBUTE_ALIGN(16);

static vmk_uint16 ist_number(unsigned vector)
{
    switch (vector) {
    case VECTOR_NMI:
        return IST_NMI + 1;
    case VECTOR_DOUBLE_FAULT:
        return IST_DOUBLE_FAULT + 1;
    case VECTOR_MACHINE_CHECK:
        return IST_MACHINE_CHECK + 1;
    default:
        return 0;
    }
}

void idt_init(void)
{
    for (unsigned vector = 0; vector < VECTOR_COUNT; vector++) {
        vmk_VA stub = (vmk_VA)trap_stubs + vector * STUB_SIZE;

        idt[vector] = (struct gate){
            .offset_low = (vmk_uint16)stub,
            .selector = SELECTOR_CODE,
            .type_and_ist = GATE_INTERRUPT | ist_number(vector),
            .offset_middle = (vmk_uint16)(stub >> 16),
            .offset_high = (vmk_uint32)(stub >> 32),
        };
    }
}

void idt_load(void)
{
    struct {
        vmk_uint16 limit;
        vmk_uint64 base;
    } VMK_ATTRIBUTE_PACKED idtr = {.limit = sizeof(idt) - 1, .base = (vmk_VA)idt};

    __asm__ volatile("lidt %0" ::"m"(idtr) : "memory");
}
