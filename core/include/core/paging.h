/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * paging.h - the kernel's one set of page tables.
 *
 * No mapping is ever both writable and executable: asking for one is VMK_BAD_PARAM.
 * Locks: paging_lock (interrupts off, a leaf but for the page allocator). Changing or removing a mapping does
 * not flush: call arch_tlb_shootdown() once for the whole range, before its pages are used for something
 * else.
 */
#ifndef CORE_PAGING_H
#define CORE_PAGING_H

#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>

#define ARCH_LARGE_PAGE_SIZE (2ul << 20)

enum arch_map_flags {
    ARCH_MAP_READ = 0, /**< Every mapping can be read. */
    ARCH_MAP_WRITE = 1u << 0,
    ARCH_MAP_EXEC = 1u << 1,
    ARCH_MAP_UNCACHED = 1u << 2,        /**< Device registers. */
    ARCH_MAP_WRITE_COMBINING = 1u << 3, /**< Frame buffers. */
    ARCH_MAP_LARGE = 1u << 4,           /**< One 2 MiB page; va and ma aligned to it. */
};

/**
 * Map one page (4 KiB, or 2 MiB with ARCH_MAP_LARGE) of machine memory.
 *
 * @return VMK_OK, VMK_BAD_PARAM (writable and executable, misaligned), VMK_EXISTS (something is mapped
 * there), VMK_NO_MEMORY (no page for a table). Context: any but NMI.
 */
VMK_ReturnStatus arch_map_page(vmk_VA va, vmk_MA ma, unsigned flags);

/** Map a range page by page (4 KiB each); all or nothing. Statuses and context as arch_map_page(). */
VMK_ReturnStatus arch_map_range(vmk_VA va, vmk_MA ma, vmk_ByteCount len_bytes, unsigned flags);

/** Remove the 4 KiB or 2 MiB mapping of @p va; nothing mapped is fine. No flush. Context: any but NMI. */
void arch_unmap_page(vmk_VA va);

/**
 * Give the 4 KiB pages of a range other rights (ARCH_MAP_WRITE, ARCH_MAP_EXEC) and the same address and
 * caching, stopping at the first failure.
 *
 * A 2 MiB or 1 GiB mapping is split, so that only the range changes. No flush.
 * @return VMK_OK, VMK_BAD_PARAM, VMK_NOT_FOUND (nothing mapped), VMK_NO_MEMORY (no page for a split).
 * Context: any but NMI.
 */
VMK_ReturnStatus arch_protect_range(vmk_VA va, vmk_ByteCount len_bytes, unsigned flags);

/**
 * Look a virtual address up.
 *
 * @param ma     out: the machine address it maps to; may be NULL.
 * @param flags  out: its arch_map_flags; may be NULL.
 * @return VMK_OK or VMK_NOT_FOUND. Context: any; takes no lock.
 */
VMK_ReturnStatus arch_query_page(vmk_VA va, vmk_MA *ma, unsigned *flags);

/**
 * See to it that a range the firmware does not call RAM can be read at its place in the direct map.
 *
 * @return VMK_OK or VMK_NO_MEMORY. Context: any but NMI.
 */
VMK_ReturnStatus paging_see_direct(vmk_MA ma, vmk_ByteCount len_bytes);

/** From now on take page tables from the page allocator. Context: boot CPU, right after page_alloc_init(). */
void paging_use_page_alloc(void);

/**
 * Make every CPU forget what it cached of a range's mappings; returns when all have.
 *
 * Context: any but NMI; may be called with interrupts off.
 */
void arch_tlb_shootdown(vmk_VA va, vmk_ByteCount len_bytes);

#endif
