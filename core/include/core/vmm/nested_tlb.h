/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nested_tlb.h - a model of what a CPU's TLB may hold of nested tables, to find missing flushes.
 *
 * Emulators forget all translations at each exit, so a flush that is missing shows on real hardware only.
 * The model forgets nothing but what it is told to: under each tag (ASID, VPID) it keeps whose tables were
 * entered last, and in which generation (guest_memory_generation()). To enter under a tag with other tables,
 * or with the same ones changed since, would be to run on stale translations.
 *
 * Hardware-free; debug builds use it. Context: the CPU whose it is, interrupts off.
 */
#ifndef CORE_VMM_NESTED_TLB_H
#define CORE_VMM_NESTED_TLB_H

#include <stdbool.h>

#include <vmkapi/base/types.h>

#define NESTED_TLB_TAGS 64 /**< Tags above are not used. */

struct nested_tlb {
    struct {
        vmk_uint64 tables; /**< Address of their root; 0: nothing is cached. */
        vmk_uint64 generation;
    } tags[NESTED_TLB_TAGS];
};

/** The processor was told to forget everything. */
void nested_tlb_flush(struct nested_tlb *tlb);

/** A guest is entered. @return whether nothing stale can be cached under @p tag. */
bool nested_tlb_enter(struct nested_tlb *tlb, vmk_uint32 tag, vmk_uint64 tables, vmk_uint64 generation);

#endif
