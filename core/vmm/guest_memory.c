/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guest_memory.c - populating, copying, tracking.
 *
 * While writes are tracked all mappings are of 4 KiB, and a page is dirty if it can be written.
 */
#include <core/vmm/guest_memory.h>

#include <vmkapi/base/assert.h>
#include <vmkapi/base/bottom_half.h>
#include <vmkapi/core/frame.h>
#include <vmkapi/core/machine_memory.h>
#include <vmkapi/core/spinlock.h>
#include <vmkapi/lib/libc.h>

#include "npt.h"

#define LARGE_ORDER 9u
#define HINTS       128u
#define NO_HINT     (~0ul)
#define NOINLINE    __attribute__((noinline)) /* Off the common way, which saves no registers for it. */
#define BYTES_MIN   (1ul << 20)

struct guest_memory {
    vmk_SpinlockObject lock; /**< Of the tables; bottom halves off. */
    struct npt npt;
    bool tracking; /**< Changes under the lock. */
    vmk_uint64 bytes;
    vmk_uint64 generation; /**< Atomic. */
    vmk_uint64 populated;  /**< Changes under the lock. */
    vmk_uint64 faults;     /**< Atomic. */
    /** Large mappings used last, for who needs no table: 1 + the number of the guest's 2 MiB above the number
     * of the machine's, at the former's place. They stay right, pages do not move; atomic. */
    vmk_uint64 hints[HINTS];
};

VMK_STATIC_ASSERT(sizeof(struct guest_memory) <= VMK_PAGE_SIZE, "it has a page of its own");

static void lock(struct guest_memory *memory) VMK_ACQUIRE(memory->lock)
    VMK_ACQUIRE_SHARED(vmk_bottomHalvesOff)
{
    vmk_BottomHalfDisable();
    vmk_SpinlockLock(&memory->lock);
}

static void unlock(struct guest_memory *memory) VMK_RELEASE(memory->lock)
    VMK_RELEASE_SHARED(vmk_bottomHalvesOff)
{
    vmk_SpinlockUnlock(&memory->lock);
    vmk_BottomHalfEnable();
}

static void tables_changed(struct guest_memory *memory)
{
    __atomic_fetch_add(&memory->generation, 1, __ATOMIC_RELEASE);
}

static VMK_ReturnStatus allocate(unsigned order, vmk_MPN *mpn)
{
    return vmk_PageAlloc((vmk_PageRequest){.module = VMK_VMKERNEL_MODULE_ID,
                                           .kind = VMK_PAGE_GUEST,
                                           .order = (vmk_uint8)order,
                                           .zero = VMK_TRUE},
                         mpn);
}

VMK_ReturnStatus guest_memory_create(vmk_uint64 bytes, const struct npt_format *format,
                                     struct guest_memory **memory)
{
    struct guest_memory *made;
    vmk_StatusValue status;
    vmk_MPN mpn;

    if (bytes < BYTES_MIN || bytes % VMK_PAGE_SIZE != 0) {
        return VMK_BAD_PARAM;
    }
    status = vmk_PageAlloc((vmk_PageRequest){.module = VMK_VMKERNEL_MODULE_ID, .kind = VMK_PAGE_DATA}, &mpn);
    if (status != VMK_OK) {
        return status;
    }
    made = vmk_MPN2Ptr(mpn);
    *made = (struct guest_memory){.bytes = bytes, .generation = 1};
    vmk_SpinlockInit(&made->lock, "guest memory", VMK_RANK_GUEST_MEMORY);
    status = npt_init(&made->npt, format);
    if (status != VMK_OK) {
        vmk_PageFree(mpn);
        return status;
    }
    *memory = made;
    return VMK_OK;
}

void guest_memory_destroy(struct guest_memory *memory)
{
    npt_free(&memory->npt);
    vmk_PageFree(vmk_Ptr2MPN(memory));
}

vmk_MA guest_memory_root(const struct guest_memory *memory)
{
    return vmk_Ptr2MA(memory->npt.root);
}

vmk_uint64 guest_memory_generation(const struct guest_memory *memory)
{
    return __atomic_load_n(&memory->generation, __ATOMIC_ACQUIRE);
}

bool guest_memory_is_ram(const struct guest_memory *memory, gpa_t at, vmk_uint64 len_bytes)
{
    vmk_uint64 low = memory->bytes < GUEST_LOW_END ? memory->bytes : GUEST_LOW_END;
    vmk_uint64 high = memory->bytes - low;

    if (at.value >= GUEST_HIGH_BASE) {
        return at.value - GUEST_HIGH_BASE <= high && len_bytes <= high - (at.value - GUEST_HIGH_BASE);
    }
    return at.value <= low && len_bytes <= low - at.value;
}

/* Populating: pages are cleared before the lock is taken, and given back if somebody was quicker. */

static VMK_ReturnStatus map_page(struct guest_memory *memory, gpa_t at, enum npt_level level, bool write)
{
    vmk_StatusValue status;
    vmk_MPN mpn;

    status = allocate(level == NPT_LARGE ? LARGE_ORDER : 0, &mpn);
    if (status != VMK_OK) {
        return status;
    }
    lock(memory);
    if (level == NPT_LARGE && memory->tracking) {
        status = VMK_EXISTS;
    } else {
        status = npt_map(&memory->npt, at, vmk_MPN2MA(mpn), level, write || !memory->tracking);
    }
    if (status == VMK_OK) {
        memory->populated += level == NPT_LARGE ? NPT_LARGE_BYTES : VMK_PAGE_SIZE;
    }
    unlock(memory);
    if (status != VMK_OK) {
        vmk_PageFree(mpn);
    }
    return status;
}

static VMK_ReturnStatus populate(struct guest_memory *memory, gpa_t at, bool write)
{
    gpa_t large = gpa(at.value & ~(NPT_LARGE_BYTES - 1));
    vmk_StatusValue status;

    if (!memory->tracking && guest_memory_is_ram(memory, large, NPT_LARGE_BYTES) &&
        map_page(memory, large, NPT_LARGE, write) == VMK_OK) {
        return VMK_OK;
    }
    status = map_page(memory, gpa(at.value & ~VMK_PAGE_MASK), NPT_SMALL, write);
    return status == VMK_EXISTS ? VMK_OK : status;
}

static void allow_write(struct guest_memory *memory, vmk_uint64 *entry)
{
    lock(memory);
    npt_set_writable(&memory->npt, entry, true);
    unlock(memory);
}

VMK_ReturnStatus guest_memory_fault(struct guest_memory *memory, gpa_t at, bool write)
{
    struct npt_mapping mapping;

    if (!guest_memory_is_ram(memory, at, 1)) {
        return VMK_NOT_FOUND;
    }
    __atomic_fetch_add(&memory->faults, 1, __ATOMIC_RELAXED);
    if (!npt_find(&memory->npt, at, &mapping)) {
        return populate(memory, at, write);
    }
    if (write && !npt_is_writable(&memory->npt, mapping.entry)) {
        allow_write(memory, mapping.slot);
    }
    return VMK_OK;
}

/** @return where @p at is in the machine; NO_HINT: perhaps nowhere. While writes are tracked, the tables say
 * whether a page is dirty: no hint will do. */
VMK_ALWAYS_INLINE vmk_MA find_hint(const struct guest_memory *memory, gpa_t at)
{
    vmk_uint64 number = at.value / NPT_LARGE_BYTES;
    vmk_uint64 hint = __atomic_load_n(&memory->hints[number % HINTS], __ATOMIC_ACQUIRE);

    return VMK_LIKELY(hint >> 32 == number + 1 && !__atomic_load_n(&memory->tracking, __ATOMIC_RELAXED))
               ? (hint & 0xffffffff) * NPT_LARGE_BYTES + at.value % NPT_LARGE_BYTES
               : NO_HINT;
}

static void leave_hint(struct guest_memory *memory, gpa_t at, vmk_MA ma)
{
    vmk_uint64 number = at.value / NPT_LARGE_BYTES;

    __atomic_store_n(&memory->hints[number % HINTS], (number + 1) << 32 | ma / NPT_LARGE_BYTES,
                     __ATOMIC_RELEASE);
}

static NOINLINE VMK_ReturnStatus resolve_by_tables(struct guest_memory *memory, gpa_t at, bool write,
                                                   vmk_MA *ma)
{
    for (;;) {
        struct npt_mapping mapping;
        vmk_StatusValue status;

        if (npt_find(&memory->npt, at, &mapping) &&
            (!write || npt_is_writable(&memory->npt, mapping.entry))) {
            *ma = npt_machine(&mapping, at);
            if (mapping.level == NPT_LARGE) {
                leave_hint(memory, at, *ma);
            }
            return VMK_OK;
        }
        status = guest_memory_fault(memory, at, write);
        if (status != VMK_OK) {
            return status;
        }
    }
}

/** Find where @p at is in the machine, ready for what is to be done there. */
VMK_ALWAYS_INLINE VMK_ReturnStatus resolve(struct guest_memory *memory, gpa_t at, bool write, vmk_MA *ma)
{
    *ma = find_hint(memory, at);
    return VMK_LIKELY(*ma != NO_HINT) ? VMK_OK : resolve_by_tables(memory, at, write, ma);
}

static NOINLINE void *page_by_tables(struct guest_memory *memory, gpa_t at, bool write)
{
    vmk_MA ma;

    /* A device's address is known by itself, without a walk. */
    return guest_memory_is_ram(memory, at, 1) && resolve_by_tables(memory, at, write, &ma) == VMK_OK
               ? vmk_MA2Ptr(ma)
               : NULL;
}

void *guest_memory_page(struct guest_memory *memory, gpa_t at, bool write)
{
    vmk_MA ma = find_hint(memory, at);

    return VMK_LIKELY(ma != NO_HINT) ? vmk_MA2Ptr(ma) : page_by_tables(memory, at, write);
}

void guest_memory_written(struct guest_memory *memory, gpa_t at)
{
    if (VMK_UNLIKELY(__atomic_load_n(&memory->tracking, __ATOMIC_RELAXED))) {
        (void)guest_memory_page(memory, at, true);
    }
}

static vmk_ByteCount rest_of_page(gpa_t at, vmk_ByteCount len_bytes)
{
    vmk_ByteCount rest = VMK_PAGE_SIZE - (at.value & VMK_PAGE_MASK);

    return rest < len_bytes ? rest : len_bytes;
}

VMK_ReturnStatus guest_memory_read(struct guest_memory *memory, gpa_t at, void *to, vmk_ByteCount len_bytes)
{
    vmk_uint8 *bytes = to;

    if (!guest_memory_is_ram(memory, at, len_bytes)) {
        return VMK_BAD_ADDR_RANGE;
    }
    while (len_bytes > 0) {
        vmk_ByteCount piece = rest_of_page(at, len_bytes);
        vmk_MA ma;

        if (resolve(memory, at, false, &ma) != VMK_OK) {
            return VMK_NO_MEMORY;
        }
        vmk_Memcpy(bytes, vmk_MA2Ptr(ma), piece);
        bytes += piece;
        at = gpa_add(at, piece);
        len_bytes -= piece;
    }
    return VMK_OK;
}

VMK_ReturnStatus guest_memory_write(struct guest_memory *memory, gpa_t at, const void *from,
                                    vmk_ByteCount len_bytes)
{
    const vmk_uint8 *bytes = from;

    if (!guest_memory_is_ram(memory, at, len_bytes)) {
        return VMK_BAD_ADDR_RANGE;
    }
    while (len_bytes > 0) {
        vmk_ByteCount piece = rest_of_page(at, len_bytes);
        void *page = guest_memory_page(memory, at, true);

        if (page == NULL) {
            return VMK_NO_MEMORY;
        }
        vmk_Memcpy(page, bytes, piece);
        bytes += piece;
        at = gpa_add(at, piece);
        len_bytes -= piece;
    }
    return VMK_OK;
}

/** Add a range to a list. @return false: it is full. */
VMK_ALWAYS_INLINE bool append(vmk_SgElem *elems, vmk_uint32 max, vmk_uint32 *count, vmk_MA ma,
                              vmk_ByteCount len_bytes)
{
    if (*count > 0) {
        vmk_SgElem *last = &elems[*count - 1];

        if (last->addr + last->length == ma && (vmk_ByteCountSmall)~0u - last->length >= len_bytes) {
            last->length += (vmk_ByteCountSmall)len_bytes;
            return true;
        }
    }
    if (*count == max) {
        return false;
    }
    elems[(*count)++] = (vmk_SgElem){.addr = ma, .length = (vmk_ByteCountSmall)len_bytes};
    return true;
}

static NOINLINE VMK_ReturnStatus sg_by_pages(struct guest_memory *memory, gpa_t at, vmk_uint64 len_bytes,
                                             bool write, vmk_SgElem *elems, vmk_uint32 max, vmk_uint32 *count)
{
    vmk_uint32 before = *count;
    vmk_SgElem last = before > 0 ? elems[before - 1] : (vmk_SgElem){0};
    vmk_StatusValue status = VMK_OK;

    if (!guest_memory_is_ram(memory, at, len_bytes)) {
        return VMK_BAD_ADDR_RANGE;
    }
    while (len_bytes > 0 && status == VMK_OK) {
        vmk_ByteCount piece = rest_of_page(at, len_bytes);
        vmk_MA ma;

        status = resolve(memory, at, write, &ma);
        if (status == VMK_OK && !append(elems, max, count, ma, piece)) {
            status = VMK_LIMIT_EXCEEDED;
        }
        at = gpa_add(at, piece);
        len_bytes -= piece;
    }
    if (status != VMK_OK) {
        *count = before;
        if (before > 0) {
            elems[before - 1] = last;
        }
    }
    return status;
}

VMK_ReturnStatus guest_memory_sg(struct guest_memory *memory, gpa_t at, vmk_uint64 len_bytes, bool write,
                                 vmk_SgElem *elems, vmk_uint32 max, vmk_uint32 *count)
{
    vmk_uint64 rest = NPT_LARGE_BYTES - at.value % NPT_LARGE_BYTES;
    vmk_MA ma = find_hint(memory, at);

    if (VMK_UNLIKELY(ma == NO_HINT || len_bytes == 0 || len_bytes > rest)) {
        return sg_by_pages(memory, at, len_bytes, write, elems, max, count);
    }
    return append(elems, max, count, ma, len_bytes) ? VMK_OK : VMK_LIMIT_EXCEEDED;
}

/* Tracking. */

static VMK_ReturnStatus protect(struct guest_memory *memory, const struct npt_mapping *mapping)
{
    vmk_StatusValue status = VMK_OK;

    lock(memory);
    npt_set_writable(&memory->npt, mapping->slot, false);
    if (mapping->level == NPT_LARGE) {
        status = npt_split(&memory->npt, mapping->slot);
    }
    unlock(memory);
    return status;
}

static void set_tracking(struct guest_memory *memory, bool on)
{
    lock(memory);
    memory->tracking = on;
    unlock(memory);
}

VMK_ReturnStatus guest_memory_track(struct guest_memory *memory, bool on)
{
    vmk_StatusValue status = VMK_OK;
    struct npt_mapping mapping;
    gpa_t at = gpa(0);

    set_tracking(memory, on);
    while (on && status == VMK_OK && npt_next(&memory->npt, &at, &mapping)) {
        status = protect(memory, &mapping);
        at = gpa_add(at, npt_bytes(mapping.level));
    }
    tables_changed(memory);
    if (status != VMK_OK) {
        set_tracking(memory, false);
    }
    return status;
}

/** Have a page be clean. @return whether it was dirty. */
static bool clean(struct guest_memory *memory, const struct npt_mapping *mapping)
{
    bool dirty;

    lock(memory);
    dirty = memory->tracking && npt_is_writable(&memory->npt, *mapping->slot);
    if (dirty) {
        npt_set_writable(&memory->npt, mapping->slot, false);
        tables_changed(memory);
    }
    unlock(memory);
    return dirty;
}

bool guest_memory_take_dirty(struct guest_memory *memory, gpa_t *at)
{
    struct npt_mapping mapping;

    while (npt_next(&memory->npt, at, &mapping)) {
        if (clean(memory, &mapping)) {
            return true;
        }
        *at = gpa_add(*at, npt_bytes(mapping.level));
    }
    return false;
}

void guest_memory_stats_get(const struct guest_memory *memory, struct guest_memory_stats *stats)
{
    *stats = (struct guest_memory_stats){
        .bytes = memory->bytes,
        .populated = __atomic_load_n(&memory->populated, __ATOMIC_RELAXED),
        .large_pages = __atomic_load_n(&memory->npt.large_pages, __ATOMIC_RELAXED),
        .table_pages = __atomic_load_n(&memory->npt.table_pages, __ATOMIC_RELAXED),
        .faults = __atomic_load_n(&memory->faults, __ATOMIC_RELAXED),
    };
}
