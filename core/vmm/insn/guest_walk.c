/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guest_walk.c - a guest's page tables, from CR3 to the page (AMD64 APM vol. 2, chapter 5).
 *
 * A walk reads every entry first, judges the access, and only then sets accessed and dirty bits: each by
 * compare-and-exchange against what was judged, so that an entry another processor of the guest has changed
 * meanwhile sends the walk back to its beginning.
 */
#include <core/vmm/guest_walk.h>

#define CR0_WP         (1ul << 16)
#define CR0_PG         (1ul << 31)
#define CR4_PSE        (1ul << 4)
#define CR4_PAE        (1ul << 5)
#define CR4_SMEP       (1ul << 20)
#define CR4_SMAP       (1ul << 21)
#define EFER_LMA       (1ul << 10)
#define EFER_NXE       (1ul << 11)

#define ENTRY_PRESENT  (1ul << 0)
#define ENTRY_WRITABLE (1ul << 1)
#define ENTRY_USER     (1ul << 2)
#define ENTRY_ACCESSED (1ul << 5)
#define ENTRY_DIRTY    (1ul << 6)
#define ENTRY_LARGE    (1ul << 7)
#define ENTRY_NX       (1ul << 63)
#define ENTRY_ADDRESS  0x000ffffffffff000ul

#define LEVELS_MAX     4u
/** How often a walk begins again for entries that change under it. */
#define ATTEMPTS_MAX 16u

/** A format of page tables. */
struct format {
    unsigned levels, entry_bytes, index_bits;
    unsigned large_levels; /**< Bit n: an entry of level n (1: the page table) may be a page itself. */
    bool pae_directory;    /**< The root's four entries have no rights, and are not marked accessed. */
};

static const struct format format_32 = {
    .levels = 2, .entry_bytes = 4, .index_bits = 10, .large_levels = 1u << 2};
static const struct format format_pae = {
    .levels = 3, .entry_bytes = 8, .index_bits = 9, .large_levels = 1u << 2, .pae_directory = true};
static const struct format format_long = {
    .levels = 4, .entry_bytes = 8, .index_bits = 9, .large_levels = 1u << 2 | 1u << 3};

/** An entry on the way. */
struct step {
    gpa_t at;
    vmk_uint64 value;
};

struct walk {
    const struct guest_paging *paging;
    const struct format *format;
    vmk_uint64 address;
    struct step steps[LEVELS_MAX]; /**< By level less one. */
    unsigned leaf_level;
    vmk_uint64 rights; /**< WRITABLE and USER that all entries have; NX that one has. */
    vmk_uint64 base;   /**< Of the page. */
    vmk_uint32 error_code;
};

static const struct format *format_of(const struct guest_paging *paging)
{
    if ((paging->cr4 & CR4_PAE) == 0) {
        return &format_32;
    }
    return paging->efer & EFER_LMA ? &format_long : &format_pae;
}

/** Bits of the address below an entry of @p level: the size of what it maps. */
static unsigned shift_of(const struct format *format, unsigned level)
{
    return VMK_PAGE_SHIFT + (level - 1) * format->index_bits;
}

static vmk_uint64 load(const struct format *format, const void *entry)
{
    return format->entry_bytes == 4 ? __atomic_load_n((const vmk_uint32 *)entry, __ATOMIC_RELAXED)
                                    : __atomic_load_n((const vmk_uint64 *)entry, __ATOMIC_RELAXED);
}

/** Replace an entry that still is what it was. @return false: it is not. */
static bool exchange(const struct format *format, void *entry, vmk_uint64 was, vmk_uint64 wanted)
{
    if (format->entry_bytes == 4) {
        vmk_uint32 was_32 = (vmk_uint32)was;

        return __atomic_compare_exchange_n((vmk_uint32 *)entry, &was_32, (vmk_uint32)wanted, false,
                                           __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
    }
    return __atomic_compare_exchange_n((vmk_uint64 *)entry, &was, wanted, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_RELAXED);
}

static bool is_leaf(const struct walk *walk, unsigned level, vmk_uint64 entry)
{
    if (level == 1) {
        return true;
    }
    return (walk->format->large_levels >> level & 1) != 0 && (entry & ENTRY_LARGE) != 0 &&
           (walk->format != &format_32 || (walk->paging->cr4 & CR4_PSE) != 0);
}

/** Bits that must be zero in an entry of 8 bytes (APM vol. 2, 5.3 and 5.4). */
static vmk_uint64 reserved_bits(const struct walk *walk, unsigned level, bool leaf)
{
    vmk_uint64 reserved = ENTRY_ADDRESS & ~((1ul << walk->paging->physical_bits) - 1);

    if ((walk->paging->efer & EFER_NXE) == 0) {
        reserved |= ENTRY_NX;
    }
    if (walk->format->pae_directory) {
        reserved |= 0x7ff0000000000000ul; /* PAE has no bits for software there. */
        if (level == 3) { /* Bit 5 too, but QEMU marks it accessed, and it was judged when CR3 was loaded. */
            return reserved | ENTRY_NX | 0x1c6;
        }
    }
    if (leaf && level > 1) { /* Bit 12 is PAT. */
        reserved |= ((1ul << shift_of(walk->format, level)) - 1) & ~0x1ffful;
    } else if (!leaf && level > 1 && (walk->format->large_levels >> level & 1) == 0) {
        reserved |= ENTRY_LARGE;
    }
    return reserved;
}

/**
 * 32-bit paging: an entry of 4 MiB has address bits 32 to 39 in bits 13 to 20 (PSE-36), as far as the
 * processor has them; the others and bit 21 must be zero.
 */
static vmk_uint64 reserved_bits_32(const struct walk *walk, bool large)
{
    unsigned high = walk->paging->physical_bits < 40 ? walk->paging->physical_bits - 32 : 8;

    return large ? (1ul << 22) - (1ul << (13 + high)) : 0;
}

static bool is_reserved(const struct walk *walk, unsigned level, vmk_uint64 entry)
{
    bool leaf = is_leaf(walk, level, entry);

    if (walk->format == &format_32) {
        return entry & reserved_bits_32(walk, leaf && level > 1);
    }
    return entry & reserved_bits(walk, level, leaf);
}

static vmk_uint64 page_base(const struct walk *walk, unsigned level, vmk_uint64 entry)
{
    if (walk->format == &format_32) {
        return level == 1 ? entry & 0xfffff000 : (entry & 0xffc00000) | (entry >> 13 & 0xff) << 32;
    }
    return entry & ENTRY_ADDRESS & ~((1ul << shift_of(walk->format, level)) - 1);
}

/** Where the entry of @p level for the address lies in the table at @p table. */
static gpa_t entry_at(const struct walk *walk, unsigned level, vmk_uint64 table)
{
    unsigned bits = walk->format->pae_directory && level == 3 ? 2 : walk->format->index_bits;
    vmk_uint64 index = walk->address >> shift_of(walk->format, level) & ((1ul << bits) - 1);

    return gpa(table + index * walk->format->entry_bytes);
}

static vmk_uint64 root(const struct walk *walk)
{
    if (walk->format == &format_long) {
        return walk->paging->cr3 & ENTRY_ADDRESS;
    }
    return walk->paging->cr3 & (walk->format->pae_directory ? 0xffffffe0 : 0xfffff000);
}

static void gather_rights(struct walk *walk, unsigned level, vmk_uint64 entry)
{
    if (walk->format->pae_directory && level == 3) {
        return;
    }
    walk->rights &= entry | ~(ENTRY_WRITABLE | ENTRY_USER);
    if (walk->format != &format_32) {
        walk->rights |= entry & ENTRY_NX;
    }
}

/** The entry at @p at in the guest's RAM. @return VMK_OK, VMK_BAD_ADDR_RANGE, VMK_NO_MEMORY. */
static VMK_ReturnStatus find_entry(const struct walk *walk, gpa_t at, bool write, void **entry)
{
    const struct guest_ram *ram = &walk->paging->ram;
    vmk_StatusValue status = ram->page(ram->machine, at, write, entry);

    return status == VMK_NOT_FOUND ? VMK_BAD_ADDR_RANGE : status;
}

/** Read the entries down to the page. @return as guest_walk(), without judging rights. */
static VMK_ReturnStatus descend(struct walk *walk)
{
    vmk_uint64 table = root(walk);

    walk->rights = ENTRY_WRITABLE | ENTRY_USER;
    for (unsigned level = walk->format->levels;; level--) {
        struct step *step = &walk->steps[level - 1];
        vmk_StatusValue status;
        void *entry;

        step->at = entry_at(walk, level, table);
        status = find_entry(walk, step->at, false, &entry);
        if (status != VMK_OK) {
            return status;
        }
        step->value = load(walk->format, entry);
        if ((step->value & ENTRY_PRESENT) == 0) {
            return VMK_INVALID_ADDRESS;
        }
        if (is_reserved(walk, level, step->value)) {
            walk->error_code |= PAGE_FAULT_PRESENT | PAGE_FAULT_RESERVED;
            return VMK_INVALID_ADDRESS;
        }
        gather_rights(walk, level, step->value);
        if (is_leaf(walk, level, step->value)) {
            walk->leaf_level = level;
            walk->base = page_base(walk, level, step->value);
            return VMK_OK;
        }
        table = step->value & (walk->format == &format_32 ? 0xfffff000 : ENTRY_ADDRESS);
    }
}

/** Whether the rights of all entries together let the access through (APM vol. 2, 5.6; SMEP, SMAP: 5.6.5). */
static bool allowed(const struct walk *walk, unsigned access)
{
    const struct guest_paging *paging = walk->paging;
    bool user_page = walk->rights & ENTRY_USER;

    if ((access & PAGE_FAULT_FETCH) != 0 && (walk->rights & ENTRY_NX) != 0) {
        return false;
    }
    if ((access & PAGE_FAULT_USER) != 0) {
        return user_page && ((access & PAGE_FAULT_WRITE) == 0 || (walk->rights & ENTRY_WRITABLE) != 0);
    }
    if (user_page && (access & PAGE_FAULT_FETCH) != 0 && (paging->cr4 & CR4_SMEP) != 0) {
        return false;
    }
    if (user_page && (access & PAGE_FAULT_FETCH) == 0 && (paging->cr4 & CR4_SMAP) != 0 && !paging->ac) {
        return false;
    }
    return (access & PAGE_FAULT_WRITE) == 0 || (walk->rights & ENTRY_WRITABLE) != 0 ||
           (paging->cr0 & CR0_WP) == 0;
}

/** Mark the entries accessed and the page dirty. @return VMK_OK; VMK_BUSY: one has changed; as find_entry().
 */
static VMK_ReturnStatus mark(const struct walk *walk, bool write)
{
    for (unsigned level = walk->format->levels; level >= walk->leaf_level; level--) {
        const struct step *step = &walk->steps[level - 1];
        vmk_uint64 wanted = step->value | ENTRY_ACCESSED;
        vmk_StatusValue status;
        void *entry;

        if (level == walk->leaf_level && write) {
            wanted |= ENTRY_DIRTY;
        }
        if (wanted == step->value || (walk->format->pae_directory && level == 3)) {
            continue;
        }
        status = find_entry(walk, step->at, true, &entry);
        if (status != VMK_OK) {
            return status;
        }
        if (!exchange(walk->format, entry, step->value, wanted)) {
            return VMK_BUSY;
        }
    }
    return VMK_OK;
}

/** The bits of an access that a fault's code repeats: of fetches only where they can be forbidden. */
static vmk_uint32 code_of(const struct guest_paging *paging, unsigned access)
{
    bool fetches_told =
        ((paging->cr4 & CR4_PAE) != 0 && (paging->efer & EFER_NXE) != 0) || (paging->cr4 & CR4_SMEP) != 0;

    return fetches_told ? access : access & ~(unsigned)PAGE_FAULT_FETCH;
}

VMK_ReturnStatus guest_walk(const struct guest_paging *paging, vmk_uint64 address, unsigned access, gpa_t *at,
                            vmk_uint32 *error_code)
{
    struct walk walk = {.paging = paging, .format = format_of(paging), .address = address, .leaf_level = 1};

    if ((paging->cr0 & CR0_PG) == 0) {
        *at = gpa(address & 0xffffffff);
        return VMK_OK;
    }
    for (unsigned attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
        vmk_StatusValue status;

        walk.error_code = code_of(paging, access);
        status = descend(&walk);
        if (status == VMK_OK && !allowed(&walk, access)) {
            walk.error_code |= PAGE_FAULT_PRESENT;
            status = VMK_INVALID_ADDRESS;
        }
        if (status == VMK_OK) {
            status = mark(&walk, access & PAGE_FAULT_WRITE);
        }
        if (status != VMK_BUSY) {
            *at = gpa(walk.base | (address & ((1ul << shift_of(walk.format, walk.leaf_level)) - 1)));
            *error_code = walk.error_code;
            return status;
        }
    }
    return VMK_BUSY;
}
