/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nested_tlb.c - the model of a TLB that forgets nothing by itself.
 */
#include <core/vmm/nested_tlb.h>

void nested_tlb_flush(struct nested_tlb *tlb)
{
    *tlb = (struct nested_tlb){0};
}

bool nested_tlb_enter(struct nested_tlb *tlb, vmk_uint32 tag, vmk_uint64 tables, vmk_uint64 generation)
{
    bool empty, same;

    if (tag >= NESTED_TLB_TAGS) {
        return false;
    }
    empty = tlb->tags[tag].tables == 0;
    same = tlb->tags[tag].tables == tables && tlb->tags[tag].generation == generation;
    tlb->tags[tag].tables = tables;
    tlb->tags[tag].generation = generation;
    return empty || same;
}
