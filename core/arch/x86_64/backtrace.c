/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * backtrace.c - return addresses by frame pointers (System V ABI, AMD64 supplement, 3.2.2).
 */
#include <core/arch.h>
#include <core/paging.h>

struct stack_frame {
    vmk_uint64 caller_rbp;
    vmk_uint64 return_address;
};

/* A stack is aligned memory that can be written and not executed; a damaged chain must not fault again. */
static vmk_Bool is_stack(vmk_VA va)
{
    unsigned flags;

    return va % 8 == 0 && arch_query_page(va, NULL, &flags) == VMK_OK &&
           arch_query_page(va + sizeof(struct stack_frame) - 1, NULL, &flags) == VMK_OK &&
           (flags & (ARCH_MAP_WRITE | ARCH_MAP_EXEC | ARCH_MAP_UNCACHED)) == ARCH_MAP_WRITE;
}

unsigned arch_backtrace(vmk_uint64 rbp, vmk_uint64 *addresses, unsigned max)
{
    unsigned n = 0;

    while (n < max && is_stack(rbp)) {
        const struct stack_frame *frame = (const struct stack_frame *)rbp;

        if (frame->return_address == 0) {
            break;
        }
        addresses[n++] = frame->return_address;
        /* Callers lie higher; anything else is a loop. */
        if (frame->caller_rbp <= rbp) {
            break;
        }
        rbp = frame->caller_rbp;
    }
    return n;
}
