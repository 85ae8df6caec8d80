/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trap.h - what the processor and the entry code leave on the stack when an exception or interrupt comes.
 */
#ifndef CORE_TRAP_H
#define CORE_TRAP_H

#include <vmkapi/base/types.h>

/** Intel SDM vol. 3A, 6.14.2 for the part from error_code up. */
struct trap_frame {
    vmk_uint64 r15, r14, r13, r12, r11, r10, r9, r8;
    vmk_uint64 rbp, rdi, rsi, rdx, rcx, rbx, rax;
    vmk_uint64 vector;
    vmk_uint64 error_code; /**< 0 where the exception has none. */
    vmk_uint64 rip, cs, rflags, rsp, ss;
};

VMK_STATIC_ASSERT(sizeof(struct trap_frame) == 22 * 8, "trap_entry.S pushes exactly this");

#endif
