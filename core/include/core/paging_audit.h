/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * paging_audit.h - what the page tables in use allow: that nothing can be written and executed, as it is.
 */
#ifndef CORE_PAGING_AUDIT_H
#define CORE_PAGING_AUDIT_H

#include <vmkapi/base/types.h>

/** Counts of 4 KiB pages, but for the last. */
struct paging_audit {
    vmk_uint64 mapped;     /**< Mappings; a page of memory may have several. */
    vmk_uint64 writable;   /**< Of these. */
    vmk_uint64 executable; /**< Of these. */
    vmk_uint64 both;       /**< Writable and executable by one mapping... */
    vmk_uint64 aliased;    /**< ...or by two: executable by one, writable by another. */
    vmk_Bool enforced;     /**< This CPU heeds both rights, in the kernel too. */
};

/**
 * Walk all that the running CPU's CR3 leads to.
 *
 * What is mapped or unmapped meanwhile may be counted or not. Takes milliseconds. Context: may be preempted.
 */
void arch_audit_mappings(struct paging_audit *audit);

#endif
