/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guest_memory.h - a virtual machine's RAM: lazily populated pages behind its nested page tables.
 *
 * RAM lies from 0 to GUEST_LOW_END and, what is more, from GUEST_HIGH_BASE up; 0xa0000 to 0xfffff is RAM like
 * any other. A page is populated, with zeroes, when it is first touched by the guest, a device model or a
 * device, and stays until the machine is destroyed: a machine range handed to a device is good as long as the
 * VM exists.
 *
 * Whatever writes to guest memory says so, so that tracking of dirty pages (guest_memory_track()) misses
 * nothing: the guest's own writes fault on write-protected entries; the functions below that write, mark.
 *
 * Every change of the tables that a processor may have cached the old entry of moves the generation; who
 * enters the guest checks in debug builds that he has flushed since (nested_tlb.h).
 *
 * Context: any but interrupt and NMI, unless said otherwise; nothing blocks. A range outside RAM is a status,
 * never an assert: addresses come from guests. Locks: memory->lock (rank GUEST_MEMORY) for populating and
 * changing tables; look-ups of what is there take none.
 */
#ifndef CORE_VMM_GUEST_MEMORY_H
#define CORE_VMM_GUEST_MEMORY_H

#include <stdbool.h>

#include <core/vmm/gpa.h>
#include <vmkapi/base/module.h>
#include <vmkapi/core/scatter_gather.h>

#define GUEST_LOW_END   0xc0000000ul  /**< RAM below 4 GiB ends here at most; devices follow. */
#define GUEST_HIGH_BASE 0x100000000ul /**< Where the rest of it begins. */

struct guest_memory;

/** What a nested page table looks like to the processor: AMD64's (long mode's own format) or EPT's. */
struct npt_format {
    vmk_uint64 present;  /**< Bits of an entry that points to a table. */
    vmk_uint64 leaf;     /**< Bits of every mapping: readable and executable by the guest, write-back. */
    vmk_uint64 writable; /**< What a mapping that can be written has besides. */
    vmk_uint64 large;    /**< What one of 2 MiB has besides. */
    vmk_uint64 accessed, dirty; /**< What the processor sets; 0: it does not. */
};

/** How much of a VM's memory is where. */
struct guest_memory_stats {
    vmk_uint64 bytes;       /**< RAM the guest sees. */
    vmk_uint64 populated;   /**< Bytes of it that have machine pages. */
    vmk_uint64 large_pages; /**< 2 MiB mappings. */
    vmk_uint64 table_pages; /**< 4 KiB pages of nested tables. */
    vmk_uint64 faults;      /**< Nested faults that populated or unprotected something. */
};

/**
 * Make a VM's memory, of which nothing is populated yet.
 *
 * @param bytes a multiple of 4 KiB, at least 1 MiB. @return VMK_OK, VMK_BAD_PARAM, VMK_NO_MEMORY. May block.
 */
VMK_ReturnStatus guest_memory_create(vmk_uint64 bytes, const struct npt_format *format,
                                     struct guest_memory **memory);

/** Free it with all its pages; no vCPU runs, no device has a range of it. May block. */
void guest_memory_destroy(struct guest_memory *memory);

/** Machine address of the root of the nested tables. */
vmk_MA guest_memory_root(const struct guest_memory *memory);

/** Moves with each change that needs a flush of what processors have cached. */
vmk_uint64 guest_memory_generation(const struct guest_memory *memory);

/** @return whether all of the range is RAM. An empty range is. */
bool guest_memory_is_ram(const struct guest_memory *memory, gpa_t at, vmk_uint64 len_bytes);

/**
 * Resolve a nested fault at @p at: populate the page (2 MiB where RAM and memory allow) or let it be written.
 *
 * @return VMK_OK: the guest may try again; VMK_NOT_FOUND: not RAM, so a device's or nobody's; VMK_NO_MEMORY.
 */
VMK_ReturnStatus guest_memory_fault(struct guest_memory *memory, gpa_t at, bool write);

/**
 * The bytes at @p at, as the host sees them, to the end of the page of 4 KiB; populates.
 *
 * @param write  they will be written: the page is marked dirty.
 * @return NULL: not RAM, or no memory.
 */
void *guest_memory_page(struct guest_memory *memory, gpa_t at, bool write);

/** The page at @p at was written once more, by a pointer from guest_memory_page(); behind a fence, if that is
 * not to be missed by whoever begins to track. */
void guest_memory_written(struct guest_memory *memory, gpa_t at);

/** Copy. Ranges may cross pages. @return VMK_OK, VMK_BAD_ADDR_RANGE (not all RAM: nothing was copied),
 *  VMK_NO_MEMORY. */
VMK_ReturnStatus guest_memory_read(struct guest_memory *memory, gpa_t at, void *to, vmk_ByteCount len_bytes);
VMK_ReturnStatus guest_memory_write(struct guest_memory *memory, gpa_t at, const void *from,
                                    vmk_ByteCount len_bytes);

/**
 * Append the machine ranges behind a guest's to a list, neighbours merged (also with the list's last).
 *
 * @param write  a device will write there: the pages are marked dirty.
 * @param elems  @p max of them; *count are in use, and on return so many more as it took.
 * @return VMK_OK, VMK_BAD_ADDR_RANGE, VMK_NO_MEMORY, VMK_LIMIT_EXCEEDED (the list is full; *count is as
 * before).
 */
VMK_ReturnStatus guest_memory_sg(struct guest_memory *memory, gpa_t at, vmk_uint64 len_bytes, bool write,
                                 vmk_SgElem *elems, vmk_uint32 max, vmk_uint32 *count);

/**
 * Begin to track which pages of 4 KiB are written (@p on), or stop. On return every vCPU that is entered
 * again sees the new tables (generation). @return VMK_OK, VMK_NO_MEMORY. May block.
 */
VMK_ReturnStatus guest_memory_track(struct guest_memory *memory, bool on);

/** Take the next dirty page from @p *at on: it is clean, and write-protected, from then. @return false: none.
 */
bool guest_memory_take_dirty(struct guest_memory *memory, gpa_t *at);

void guest_memory_stats_get(const struct guest_memory *memory, struct guest_memory_stats *stats);

#endif
