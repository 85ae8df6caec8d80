/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gdt.c - segments: flat code and data, and the task state segment that names the IST stacks.
 */
#include "cpu.h"

/* Intel SDM vol. 3A, 3.4.5 and 8.2.3. */
#define DESCRIPTOR_CODE64   0x00af9b000000fffful
#define DESCRIPTOR_DATA     0x00cf93000000fffful
#define DESCRIPTOR_TSS_TYPE 0x0000890000000000ul

struct table_register {
    vmk_uint16 limit;
    vmk_uint64 base;
} VMK_ATTRIBUTE_PACKED;

static void fill_tss_descriptor(vmk_uint64 descriptor[2], const struct tss *tss)
{
    vmk_VA base = (vmk_VA)tss;

    descriptor[0] =
        DESCRIPTOR_TSS_TYPE | (sizeof(*tss) - 1) | (base & 0xffffff) << 16 | (base >> 24 & 0xff) << 56;
    descriptor[1] = base >> 32;
}

void gdt_load(struct cpu *cpu)
{
    struct table_register gdtr = {.limit = sizeof(cpu->gdt) - 1, .base = (vmk_VA)&cpu->gdt};

    cpu->tss = (struct tss){.io_map_base = sizeof(struct tss)};
    for (unsigned i = 0; i < IST_COUNT; i++) {
        cpu->tss.ist[i] = cpu->ist_top[i];
    }
    cpu->gdt = (struct gdt){.entry = {0, DESCRIPTOR_CODE64, DESCRIPTOR_DATA}};
    fill_tss_descriptor(&cpu->gdt.entry[SELECTOR_TSS / 8], &cpu->tss);

    /* CS needs no reload: boot and trampoline code already run in the same descriptor of their own tables. */
    __asm__ volatile("lgdt %0\n\t"
                     "ltr %w1"
                     :
                     : "m"(gdtr), "r"(SELECTOR_TSS)
                     : "memory");
}
