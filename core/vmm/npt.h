/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * npt.h - nested page tables: four levels from guest-physical to machine pages of 4 KiB and 2 MiB.
 *
 * They own the pages they map: what npt_map() is given came from vmk_PageAlloc() and is freed with the
 * tables. A table, once made, stays until then, so look-ups take no lock; who changes anything holds the
 * owner's. Context: any but interrupt; nothing blocks.
 */
#ifndef VMM_NPT_H
#define VMM_NPT_H

#include <core/vmm/guest_memory.h>

#define NPT_LARGE_BYTES (2ul << 20)

enum npt_level { NPT_SMALL, NPT_LARGE, NPT_LEVELS = 4 };

struct npt {
    const struct npt_format *format;
    vmk_uint64 *root;
    vmk_uint64 table_pages, large_pages;
};

/** @return VMK_OK, VMK_NO_MEMORY. */
VMK_ReturnStatus npt_init(struct npt *npt, const struct npt_format *format);

/** Free the tables and every page they map. */
void npt_free(struct npt *npt);

/** What a look-up found. */
struct npt_mapping {
    vmk_uint64 *slot; /**< Where its entry is, */
    vmk_uint64 entry; /**< and what was in it. */
    enum npt_level level;
};

/** Find what maps @p at. @return false: nothing does. */
bool npt_find(const struct npt *npt, gpa_t at, struct npt_mapping *mapping);

/** Find the first mapping that ends past @p *at, which becomes its start. @return false: there is none. */
bool npt_next(const struct npt *npt, gpa_t *at, struct npt_mapping *mapping);

/** Map a page that is not mapped. @return VMK_OK; VMK_EXISTS: something is mapped there, or for a large one,
 * has been; VMK_NO_MEMORY. */
VMK_ReturnStatus npt_map(struct npt *npt, gpa_t at, vmk_MA ma, enum npt_level level, bool writable);

/** Map the 2 MiB behind @p entry by pages of 4 KiB, with the same rights. @return VMK_OK, VMK_NO_MEMORY. */
VMK_ReturnStatus npt_split(struct npt *npt, vmk_uint64 *entry);

/** Bytes a mapping of this level has. */
vmk_uint64 npt_bytes(enum npt_level level);

/** The machine address of @p at, which lies in the mapping. */
vmk_MA npt_machine(const struct npt_mapping *mapping, gpa_t at);

bool npt_is_writable(const struct npt *npt, vmk_uint64 entry);
void npt_set_writable(const struct npt *npt, vmk_uint64 *entry, bool writable);

#endif
