/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tlb.c - making all CPUs forget translations (Intel SDM vol. 3A, 4.10.4 and 4.10.5).
 */
#include "regs.h"

#include <core/paging.h>
#include <core/smp.h>

#define SINGLE_PAGES 32 /* Up to here, pages are flushed one by one. */

struct flush {
    vmk_VA va;
    vmk_ByteCount len;
};

static void flush_here(void *arg)
{
    const struct flush *flush = arg;

    if (flush->len > SINGLE_PAGES * VMK_PAGE_SIZE) {
        write_cr3(read_cr3());
        return;
    }
    for (vmk_ByteCount done = 0; done < flush->len; done += VMK_PAGE_SIZE) {
        invlpg(flush->va + done);
    }
}

void arch_tlb_shootdown(vmk_VA va, vmk_ByteCount len_bytes)
{
    struct flush flush = {.va = va, .len = len_bytes};

    smp_call(smp_online_mask(), flush_here, &flush, VMK_TRUE);
}
