/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guest_walk.h - a guest's own page tables, walked as its processor would (AMD64 APM vol. 2, chapter 5; Intel
 * SDM vol. 3A, chapter 4).
 *
 * None, 32-bit, PAE and 4-level paging, with CR0.WP, CR4.PSE, PGE, SMEP, SMAP, EFER.NXE and reserved bits.
 * 5-level paging and protection keys are not offered to guests. Hardware-free: the machine answers through
 * `struct guest_ram`.
 *
 * Context: any in which the machine's answer may be asked; nothing is kept.
 */
#ifndef CORE_VMM_GUEST_WALK_H
#define CORE_VMM_GUEST_WALK_H

#include <stdbool.h>

#include <core/vmm/gpa.h>
#include <core/vmm/registers.h>
#include <vmkapi/base/status.h>

/** A guest's RAM, as the walker and the emulator reach it. */
struct guest_ram {
    /**
     * Find the bytes at @p at, good to the end of their page of 4 KiB.
     *
     * @param write they will be written.
     * @return VMK_OK, VMK_NOT_FOUND (no RAM there: a device's or nobody's), VMK_NO_MEMORY.
     */
    VMK_ReturnStatus (*page)(void *machine, gpa_t at, bool write, void **bytes);
    void *machine;
};

/** A page fault's error code; the last four also say what an access is (APM vol. 2, 8.4.2). */
enum page_fault_code {
    PAGE_FAULT_PRESENT = 1u << 0, /**< A right was missing; else an entry. */
    PAGE_FAULT_WRITE = 1u << 1,
    PAGE_FAULT_USER = 1u << 2, /**< At CPL 3. */
    PAGE_FAULT_RESERVED = 1u << 3,
    PAGE_FAULT_FETCH = 1u << 4, /**< Of an instruction. */
};

/** How a processor translates just now. */
struct guest_paging {
    vmk_uint64 cr0, cr3, cr4, efer;
    bool ac;                /**< RFLAGS.AC: lets a supervisor reach user pages in spite of SMAP. */
    unsigned physical_bits; /**< Of guest-physical addresses, 32 to 52: CPUID 80000008. */
    struct guest_ram ram;
};

/**
 * Translate a linear address for an access, and set the accessed and dirty bits the access sets, atomically.
 * A walk that ends in a fault sets none.
 *
 * @param access PAGE_FAULT_WRITE, _USER, _FETCH. @param at good for the rest of the 4 KiB page.
 * @param error_code set for VMK_INVALID_ADDRESS: the page fault's.
 * @return VMK_OK; VMK_INVALID_ADDRESS: the guest takes a page fault; VMK_BAD_ADDR_RANGE: a table lies outside
 *  RAM; VMK_NO_MEMORY; VMK_BUSY: other processors keep changing the entries, so let the guest try again.
 */
VMK_ReturnStatus guest_walk(const struct guest_paging *paging, vmk_uint64 address, unsigned access, gpa_t *at,
                            vmk_uint32 *error_code);

#endif
