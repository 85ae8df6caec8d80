/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trap.c - exceptions. The kernel expects none: each is a bug, and ends on the crash screen.
 */
#include "cpu.h"
#include "regs.h"
#include "trap.h"

#include <core/crash.h>

enum {
    VECTOR_NMI = 2,
    VECTOR_PAGE_FAULT = 14,
};

/* Intel SDM vol. 3A, 4.7: the page fault's error code. */
#define FAULT_PRESENT 0x01
#define FAULT_WRITE   0x02
#define FAULT_FETCH   0x10

static const char *const names[32] = {
    [0] = "divide error (#DE)",
    [1] = "debug exception (#DB)",
    [2] = "non-maskable interrupt",
    [3] = "breakpoint (#BP)",
    [4] = "overflow (#OF)",
    [5] = "bound range exceeded (#BR)",
    [6] = "invalid opcode (#UD)",
    [7] = "floating point in the kernel (#NM)",
    [8] = "double fault (#DF), a kernel stack overflow most likely",
    [10] = "invalid TSS (#TS)",
    [11] = "segment not present (#NP)",
    [12] = "stack segment fault (#SS)",
    [13] = "general protection fault (#GP)",
    [14] = "page fault (#PF)",
    [16] = "floating point error (#MF)",
    [17] = "alignment check (#AC)",
    [18] = "machine check (#MC)",
    [19] = "SIMD floating point error (#XM)",
    [20] = "virtualization exception (#VE)",
    [21] = "control protection (#CP)",
    [28] = "hypervisor injection (#HV)",
    [29] = "VMM communication (#VC)",
    [30] = "security exception (#SX)",
};

static const char *name_of(vmk_uint64 vector)
{
    if (vector >= VMK_ARRAY_SIZE(names)) {
        return "interrupt";
    }
    return names[vector] != NULL ? names[vector] : "reserved exception";
}

static void handle_nmi(const struct trap_frame *frame)
{
    VMK_THIS_PCPU->preempt_count += VMK_NMI_ONE;
    if (!crash_nmi(frame)) {
        crash_enter(frame, "non-maskable interrupt: a hardware error, or somebody pressed the button");
    }
    VMK_THIS_PCPU->preempt_count -= VMK_NMI_ONE;
}

static VMK_ATTRIBUTE_NORETURN void crash_on_page_fault(const struct trap_frame *frame)
{
    const char *what = frame->error_code & FAULT_FETCH   ? "execute"
                       : frame->error_code & FAULT_WRITE ? "write"
                                                         : "read";

    crash_enter(frame, "page fault: %s of 0x%lx, %s", what, read_cr2(),
                frame->error_code & FAULT_PRESENT ? "which its page forbids" : "where nothing is mapped");
}

void trap_dispatch(const struct trap_frame *frame)
{
    switch (frame->vector) {
    case VECTOR_NMI:
        handle_nmi(frame);
        break;
    case VECTOR_PAGE_FAULT:
        crash_on_page_fault(frame);
    default:
        crash_enter(frame, "%s, error code 0x%lx", name_of(frame->vector), frame->error_code);
    }
}
