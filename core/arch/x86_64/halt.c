/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * halt.c - the ways out that need no ACPI.
 */
#include "smp.h"

#include <core/arch.h>
#include <vmkapi/platform/x86/ioport.h>

#define DEBUG_EXIT_PORT      0xf4
#define KEYBOARD_COMMAND     0x64
#define KEYBOARD_PULSE_RESET 0xfe
#define RESET_PATIENCE       1000000

void arch_halt(void)
{
    smp_note_stopped();
    for (;;) {
        __asm__ volatile("cli; hlt" ::: "memory");
    }
}

void arch_debug_exit(vmk_uint8 value)
{
    vmk_IOPortWrite8(DEBUG_EXIT_PORT, value);
}

void arch_reset(void)
{
    const struct {
        vmk_uint16 limit;
        vmk_uint64 base;
    } VMK_ATTRIBUTE_PACKED no_idt = {0};

    vmk_IOPortWrite8(KEYBOARD_COMMAND, KEYBOARD_PULSE_RESET);
    for (unsigned i = 0; i < RESET_PATIENCE; i++) {
        vmk_CPURelax();
    }
    /* No gate for #BP, none for the #DF that follows: the processor shuts down, and the chipset resets it. */
    __asm__ volatile("lidt %0; int3" ::"m"(no_idt));
    arch_halt();
}
