/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * npt.c - nested page tables (AMD64 APM vol. 2, 15.25; Intel SDM vol. 3C, 28.3).
 */
#include "npt.h"

#include <vmkapi/base/assert.h>
#include <vmkapi/base/module.h>
#include <vmkapi/core/frame.h>

#define ENTRIES      512u
#define INDEX_BITS   9u
#define ADDRESS_BITS 0x000ffffffffff000ul

static vmk_uint64 load(const vmk_uint64 *entry)
{
    return __atomic_load_n(entry, __ATOMIC_ACQUIRE);
}

static void store(vmk_uint64 *entry, vmk_uint64 value)
{
    __atomic_store_n(entry, value, __ATOMIC_RELEASE);
}

static unsigned shift_of(unsigned level)
{
    return VMK_PAGE_SHIFT + level * INDEX_BITS;
}

static unsigned index_of(gpa_t at, unsigned level)
{
    return (unsigned)(at.value >> shift_of(level)) & (ENTRIES - 1);
}

static vmk_uint64 *table_of(vmk_uint64 entry)
{
    return vmk_MA2Ptr(entry & ADDRESS_BITS);
}

static bool is_leaf(const struct npt *npt, vmk_uint64 entry, unsigned level)
{
    return entry != 0 && (level == NPT_SMALL || (level == NPT_LARGE && (entry & npt->format->large) != 0));
}

static vmk_uint64 *make_table(struct npt *npt)
{
    vmk_MPN mpn;

    if (vmk_PageAlloc(
            (vmk_PageRequest){.module = VMK_VMKERNEL_MODULE_ID, .kind = VMK_PAGE_TABLE, .zero = VMK_TRUE},
            &mpn) != VMK_OK) {
        return NULL;
    }
    npt->table_pages++;
    return vmk_MPN2Ptr(mpn);
}

VMK_ReturnStatus npt_init(struct npt *npt, const struct npt_format *format)
{
    *npt = (struct npt){.format = format};
    npt->root = make_table(npt);
    return npt->root != NULL ? VMK_OK : VMK_NO_MEMORY;
}

static void free_table(const struct npt *npt, vmk_uint64 *table, unsigned level)
{
    for (unsigned i = 0; i < ENTRIES; i++) {
        if (is_leaf(npt, table[i], level)) {
            vmk_PageFree(vmk_MA2MPN(table[i] & ADDRESS_BITS));
        } else if (table[i] != 0) {
            free_table(npt, table_of(table[i]), level - 1);
        }
    }
    vmk_PageFree(vmk_Ptr2MPN(table));
}

void npt_free(struct npt *npt)
{
    free_table(npt, npt->root, NPT_LEVELS - 1);
    *npt = (struct npt){0};
}

/** Walk down to what maps @p at. @return the level it came to: mapping->entry is 0, or a leaf there. */
static unsigned walk(const struct npt *npt, gpa_t at, struct npt_mapping *mapping)
{
    vmk_uint64 *table = npt->root;
    unsigned level = NPT_LEVELS - 1;

    for (;; level--) {
        mapping->slot = &table[index_of(at, level)];
        mapping->entry = load(mapping->slot);
        if (mapping->entry == 0 || is_leaf(npt, mapping->entry, level)) {
            return level;
        }
        table = table_of(mapping->entry);
    }
}

bool npt_find(const struct npt *npt, gpa_t at, struct npt_mapping *mapping)
{
    mapping->level = (enum npt_level)walk(npt, at, mapping);
    return mapping->entry != 0;
}

bool npt_next(const struct npt *npt, gpa_t *at, struct npt_mapping *mapping)
{
    while (at->value < 1ul << shift_of(NPT_LEVELS)) {
        unsigned level = walk(npt, *at, mapping);
        vmk_uint64 bytes = 1ul << shift_of(level);

        at->value &= ~(bytes - 1);
        if (mapping->entry != 0) {
            mapping->level = (enum npt_level)level;
            return true;
        }
        at->value += bytes;
    }
    return false;
}

vmk_uint64 npt_bytes(enum npt_level level)
{
    return 1ul << shift_of(level);
}

VMK_ReturnStatus npt_map(struct npt *npt, gpa_t at, vmk_MA ma, enum npt_level level, bool writable)
{
    const struct npt_format *format = npt->format;
    vmk_uint64 *table = npt->root, *slot;

    for (unsigned l = NPT_LEVELS - 1; l > level; l--) {
        slot = &table[index_of(at, l)];
        if (is_leaf(npt, *slot, l)) {
            return VMK_EXISTS;
        }
        if (*slot == 0) {
            vmk_uint64 *below = make_table(npt);

            if (below == NULL) {
                return VMK_NO_MEMORY;
            }
            store(slot, vmk_Ptr2MA(below) | format->present);
        }
        table = table_of(*slot);
    }
    slot = &table[index_of(at, level)];
    if (*slot != 0) {
        return VMK_EXISTS;
    }
    store(slot,
          ma | format->leaf | (writable ? format->writable : 0) | (level == NPT_LARGE ? format->large : 0));
    npt->large_pages += level == NPT_LARGE;
    return VMK_OK;
}

VMK_ReturnStatus npt_split(struct npt *npt, vmk_uint64 *entry)
{
    vmk_uint64 large = *entry, *table = make_table(npt);

    if (table == NULL) {
        return VMK_NO_MEMORY;
    }
    for (unsigned i = 0; i < ENTRIES; i++) {
        table[i] = (large & ~npt->format->large) + ((vmk_uint64)i << VMK_PAGE_SHIFT);
    }
    /* From here on each is freed by itself. */
    vmk_PageSplit(vmk_MA2MPN(large & ADDRESS_BITS));
    store(entry, vmk_Ptr2MA(table) | npt->format->present);
    npt->large_pages--;
    return VMK_OK;
}

vmk_MA npt_machine(const struct npt_mapping *mapping, gpa_t at)
{
    return (mapping->entry & ADDRESS_BITS) + (at.value & (npt_bytes(mapping->level) - 1));
}

bool npt_is_writable(const struct npt *npt, vmk_uint64 entry)
{
    return (entry & npt->format->writable) == npt->format->writable;
}

void npt_set_writable(const struct npt *npt, vmk_uint64 *entry, bool writable)
{
    /* The processor may be setting accessed and dirty bits there. */
    if (writable) {
        __atomic_fetch_or(entry, npt->format->writable, __ATOMIC_RELEASE);
    } else {
        __atomic_fetch_and(entry, ~npt->format->writable, __ATOMIC_RELEASE);
    }
}
