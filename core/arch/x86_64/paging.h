/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * paging.h - the page tables' inside; core/paging.h has their use.
 */
#ifndef ARCH_PAGING_H
#define ARCH_PAGING_H

#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>

#define PAGING_ENTRIES   512 /**< Of each table. */
#define PAGING_LEVEL_2M  2   /**< The level whose leaves are 2 MiB pages; 1 is that of 4 KiB pages. */
#define PAGING_LEVEL_1G  3
#define PAGING_LEVEL_TOP 4

struct paging_audit;

/** The table at the top. */
extern vmk_uint64 kernel_pml4[PAGING_ENTRIES];

/** @return bytes that one entry at @p level maps. */
vmk_ByteCount paging_size_at(unsigned level);

/** arch_map_page() for a page of any level, paging_lock held or only one CPU running. */
VMK_ReturnStatus paging_map_at(vmk_VA va, vmk_MA ma, unsigned level, unsigned flags);

/** Map all RAM, protect the image's alias in it, unmap address 0 and the boot stacks' guards. Context: boot
 * CPU. */
void paging_init(void);

/** arch_audit_mappings() from the table at the top on; says nothing of `enforced`. */
void paging_audit(const vmk_uint64 *root, struct paging_audit *audit);

/** @return what CR3 holds on every CPU; below 4 GiB. */
vmk_MA paging_root(void);

#endif
