/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * arch.h - what generic code asks of the processor; core/arch/<arch> answers at link time. The interrupt flag
 * and fences are vmkapi/base/platform.h's.
 */
#ifndef CORE_ARCH_H
#define CORE_ARCH_H

#include <vmkapi/base/platform.h>
#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>

/** Enable interrupts and sleep until one came: no wake-up between the two is lost. Enter with them off. */
void arch_idle_wait(void);

/** Stop this CPU for good, interrupts off. Context: any. */
VMK_ATTRIBUTE_NORETURN void arch_halt(void);

/* Worlds. */

/** The stack the boot CPU has run on so far; for its idle world or whatever the scheduler makes of it. */
vmk_VA arch_boot_stack(vmk_ByteCount *bytes);

/** A world that is not running: everything else the switch needs lies on its stack. */
struct arch_context {
    vmk_uint64 rsp;
};

/**
 * Lay out a fresh stack so that the first switch to @p context calls entry(arg).
 *
 * @param stack_top  one past the stack's highest byte, 16-byte aligned.
 * The entry starts with interrupts off, as every world resumes inside a switch, and must not return.
 * Context: any.
 */
void arch_context_init(struct arch_context *context, void *stack_top, void (*entry)(void *), void *arg);

/**
 * Save the running world in @p from and go on with @p to.
 *
 * Keeps the callee-saved registers only: SysV callers expect no more. Interrupts off, stays on this CPU's
 * data; the caller changes VMK_THIS_PCPU->current_world. Returns when somebody switches back to @p from, on
 * any CPU.
 */
void arch_context_switch(struct arch_context *from, struct arch_context *to);

/* The crash path. */

/** Return addresses of a stack, innermost first, by frame pointers; follows kernel stacks only. */
unsigned arch_backtrace(vmk_uint64 rbp, vmk_uint64 *addresses, unsigned max);

/** @return the caller's frame pointer, for arch_backtrace(). */
VMK_ALWAYS_INLINE vmk_uint64 arch_frame_pointer(void)
{
    return (vmk_uint64)__builtin_frame_address(0);
}

/** Leave the emulator through isa-debug-exit at port 0xf4; returns when there is none. Context: any. */
void arch_debug_exit(vmk_uint8 value);

/** Reset the machine by the keyboard controller, then by a triple fault. For when ACPI cannot. Context: any.
 */
VMK_ATTRIBUTE_NORETURN void arch_reset(void);

#endif
