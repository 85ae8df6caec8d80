/* SPDX-License-Identifier: GPL-2.0-only */
#include "cpus.h"

#define TRAMPOLINE  0x8000u /* Below 1 MiB, a page of its own. */
#define STACK_BYTES 4096

/* Real mode, then flat protected mode in the kernel's own segments, on a stack of its own. */
__asm__(".pushsection .data\n"
        ".globl trampoline, trampoline_end, trampoline_gdtr\n"
        ".code16\n"
        "trampoline:\n"
        "    cli\n"
        "    movw %cs, %ax\n"
        "    movw %ax, %ds\n"
        "    lgdtl trampoline_gdtr - trampoline\n"
        "    movl %cr0, %eax\n"
        "    orl $1, %eax\n"
        "    movl %eax, %cr0\n"
        "    ljmpl $8, $cpus_entry\n"
        ".balign 4\n"
        "trampoline_gdtr: .skip 8\n"
        "trampoline_end:\n"
        ".popsection\n"
        ".text\n"
        ".code32\n"
        "cpus_entry:\n"
        "    movw $16, %ax\n"
        "    movw %ax, %ds\n"
        "    movw %ax, %es\n"
        "    movw %ax, %ss\n"
        "    movl cpus_stack, %esp\n"
        "    lidt cpus_idtr\n"
        "    call cpus_begin\n");

extern char trampoline[], trampoline_end[], trampoline_gdtr[];
uint32_t cpus_stack;
struct {
    uint16_t limit;
    uint32_t base;
} __attribute__((packed)) cpus_idtr;
void cpus_begin(void);

static uint8_t stacks[CPUS_MAX][STACK_BYTES] __attribute__((aligned(16)));
static void (*volatile begin)(void);
static volatile uint32_t begun;

uint32_t cpus_this(void)
{
    return APIC(APIC_ID) >> 24;
}

void cpus_send(uint32_t destination, uint32_t command)
{
    APIC(APIC_ICR_HIGH) = destination << 24;
    APIC(APIC_ICR_LOW) = command;
    while (APIC(APIC_ICR_LOW) & ICR_PENDING) {
    }
}

void cpus_begin(void)
{
    APIC(APIC_SVR) = SVR_ON;
    begun++;
    begin();
}

void cpus_start(uint32_t id, void (*main)(void))
{
    uint32_t before = begun;
    char *to = (char *)TRAMPOLINE;

    __asm__ volatile("sgdt %0" : "=m"(*(char(*)[6])(trampoline_gdtr)) : : "memory");
    __asm__ volatile("sidt %0" : "=m"(cpus_idtr));
    for (const char *from = trampoline; from < trampoline_end; from++) {
        *to++ = *from;
    }
    begin = main;
    cpus_stack = (uint32_t)stacks[id] + STACK_BYTES;
    APIC(APIC_SVR) = SVR_ON;
    cpus_send(id, ICR_INIT | ICR_ASSERT);
    cpus_send(id, ICR_STARTUP | ICR_ASSERT | TRAMPOLINE >> 12);
    while (begun == before) {
        __asm__ volatile("pause");
    }
}
