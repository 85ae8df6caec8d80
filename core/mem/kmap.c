/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kmap.c - mapped kernel addresses.
 *
 * An area is what it maps and one guard page. What is unmapped becomes stale: its addresses stay taken until
 * no CPU can have a translation of them left, which one flush then settles for all stale areas.
 */
#include "va_space.h"

#include <core/account.h>
#include <core/heap.h>
#include <core/kmap.h>
#include <core/paging.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/export.h>
#include <vmkapi/core/machine_memory.h>
#include <vmkapi/core/spinlock.h>
#include <vmkapi/core/stats.h>
#include <vmkapi/lib/bits.h>
#include <vmkapi/lib/list.h>

#define GUARD_PAGES     1u
#define STALE_PAGES_MAX 4096u

struct area {
    struct va_area va;
    vmk_ListLinks stale_links;
    vmk_uint64 npages; /* mapped, without the guard */
    vmk_ModuleID module;
    vmk_Bool owns_pages; /* the pages are freed with the mapping */
};

/* One range of addresses and its areas. */
struct window {
    vmk_SpinlockObject lock; /* rank KMAP, interrupts off */
    struct va_space space VMK_GUARDED_BY(lock);
    vmk_ListLinks stale VMK_GUARDED_BY(lock);
    vmk_uint64 stale_areas VMK_GUARDED_BY(lock);
    vmk_uint64 stale_pages VMK_GUARDED_BY(lock);
    vmk_uint64 flushes VMK_GUARDED_BY(lock);
    vmk_StatGroup stat_group;
};

static struct window mappings, modules;

static void window_init(struct window *window, const char *name, vmk_VA base, vmk_VA limit) VMK_UNSHARED
{
    static const vmk_StatField fields[] = {
        VMK_STAT_FIELD(struct window, stale_areas),
        VMK_STAT_FIELD(struct window, stale_pages),
        VMK_STAT_FIELD(struct window, flushes),
    };

    vmk_SpinlockInit(&window->lock, name, VMK_RANK_KMAP);
    va_space_init(&window->space, base, limit);
    vmk_ListInit(&window->stale);
    vmk_StatGroupInit(&window->stat_group, VMK_VMKERNEL_MODULE_ID, fields, VMK_ARRAY_SIZE(fields),
                      "memory/%s", name);
    window->stat_group.base = window;
    VMK_VERIFY(vmk_StatGroupRegister(&window->stat_group) == VMK_OK);
}

void kmap_init(void)
{
    window_init(&mappings, "mappings", VMK_MAP_AREA_BASE, VMK_MAP_AREA_LIMIT);
    window_init(&modules, "module_mappings", KMAP_MODULE_BASE, KMAP_MODULE_LIMIT);
}

/* Take the stale areas off the window; they lie in [*@start, *@end). */
static void take_stale(struct window *window, vmk_ListLinks *list, vmk_VA *start, vmk_VA *end)
{
    vmk_ListLinks *link;
    vmk_uint64 flags;

    vmk_ListInit(list);
    vmk_SpinlockLockIRQ(&window->lock, &flags);
    *start = window->space.limit;
    *end = window->space.base;
    vmk_ListAppend(list, &window->stale);
    window->stale_areas = 0;
    window->stale_pages = 0;
    window->flushes++;
    vmk_SpinlockUnlockIRQ(&window->lock, flags);
    VMK_LIST_FORALL (list, link) {
        struct area *area = VMK_LIST_ENTRY(link, struct area, stale_links);

        *start = VMK_MIN(*start, area->va.start);
        *end = VMK_MAX(*end, area->va.end);
    }
}

/* Make the addresses of all stale areas usable again. */
static void flush(struct window *window)
{
    vmk_ListLinks list;
    vmk_VA start, end;

    take_stale(window, &list, &start, &end);
    if (vmk_ListIsEmpty(&list)) {
        return;
    }
    arch_tlb_shootdown(start, end - start);
    while (!vmk_ListIsEmpty(&list)) {
        struct area *area = VMK_LIST_ENTRY(vmk_ListFirst(&list), struct area, stale_links);
        vmk_uint64 flags;

        vmk_ListRemove(&area->stale_links);
        vmk_SpinlockLockIRQ(&window->lock, &flags);
        va_space_release(&window->space, &area->va);
        vmk_SpinlockUnlockIRQ(&window->lock, flags);
        vmk_HeapFree(heap_kernel, area);
    }
}

static vmk_Bool take(struct window *window, struct area *area)
{
    vmk_uint64 flags;
    vmk_Bool taken;

    vmk_SpinlockLockIRQ(&window->lock, &flags);
    taken = va_space_take(&window->space, &area->va, area->npages + GUARD_PAGES);
    vmk_SpinlockUnlockIRQ(&window->lock, flags);
    return taken;
}

/* Addresses for @npages, nothing mapped there yet. @return NULL without memory or addresses. */
static struct area *area_create(struct window *window, vmk_ModuleID module, vmk_uint64 npages)
{
    struct area *area = vmk_HeapZalloc(heap_kernel, sizeof(*area));

    if (area == NULL) {
        return NULL;
    }
    area->module = module;
    area->npages = npages;
    if (!take(window, area)) {
        flush(window);
        if (!take(window, area)) {
            vmk_HeapFree(heap_kernel, area);
            return NULL;
        }
    }
    account_add(module, ACCOUNT_MAPPED_PAGES, (vmk_int64)npages);
    return area;
}

/* Unmap the first @npages of an area, and free the pages that are its own. */
static void unmap_pages(const struct area *area, vmk_uint64 npages)
{
    for (vmk_uint64 i = 0; i < npages; i++) {
        vmk_VA va = area->va.start + vmk_Pages2Bytes(i);
        vmk_MPN mpn = 0;

        VMK_VERIFY(vmk_MapVA2MPN(va, &mpn) == VMK_OK);
        arch_unmap_page(va);
        if (area->owns_pages) {
            vmk_PageFree(mpn);
        }
    }
}

/* Undo an area of which the first @mapped pages are mapped. */
static void area_destroy(struct window *window, struct area *area, vmk_uint64 mapped)
{
    vmk_uint64 flags;
    vmk_Bool full;

    unmap_pages(area, mapped);
    account_add(area->module, ACCOUNT_MAPPED_PAGES, -(vmk_int64)area->npages);
    vmk_SpinlockLockIRQ(&window->lock, &flags);
    vmk_ListInsert(&area->stale_links, vmk_ListAtRear(&window->stale));
    window->stale_areas++;
    window->stale_pages += area->npages;
    full = window->stale_pages > STALE_PAGES_MAX;
    vmk_SpinlockUnlockIRQ(&window->lock, flags);
    if (full) {
        flush(window);
    }
}

/* The live area that starts at @va; a crash when there is none. */
static struct area *area_at(struct window *window, vmk_VA va)
{
    struct va_area *found;
    struct area *area;
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&window->lock, &flags);
    found = va_space_find(&window->space, va);
    vmk_SpinlockUnlockIRQ(&window->lock, flags);
    VMK_VERIFY(found != NULL && found->start == va);
    area = VMK_CONTAINER_OF(found, struct area, va);
    VMK_VERIFY(area->stale_links.nextPtr == NULL);
    return area;
}

static unsigned map_flags(vmk_MapAttr attrs)
{
    switch (attrs) {
    case VMK_MAPATTRS_READONLY:
        return ARCH_MAP_READ;
    case VMK_MAPATTRS_UNCACHED:
        return ARCH_MAP_WRITE | ARCH_MAP_UNCACHED;
    case VMK_MAPATTRS_WRITECOMBINE:
        return ARCH_MAP_WRITE | ARCH_MAP_WRITE_COMBINING;
    default:
        return ARCH_MAP_WRITE;
    }
}

static vmk_uint64 request_pages(const vmk_MapRequest *request)
{
    vmk_uint64 npages = 0;

    for (vmk_uint32 i = 0; i < request->numElements; i++) {
        npages += request->mpnRanges[i].numPages;
    }
    return npages;
}

VMK_ReturnStatus vmk_Map(vmk_ModuleID module, const vmk_MapRequest *request, vmk_VA *va)
{
    vmk_uint64 npages = request_pages(request), done = 0;
    vmk_StatusValue status = VMK_OK;
    struct area *area;

    if (npages == 0) {
        return VMK_BAD_PARAM;
    }
    area = area_create(&mappings, module, npages);
    if (area == NULL) {
        return VMK_NO_MEMORY;
    }
    for (vmk_uint32 i = 0; i < request->numElements && status == VMK_OK; i++) {
        const vmk_MpnRange *range = &request->mpnRanges[i];

        status = arch_map_range(area->va.start + vmk_Pages2Bytes(done), vmk_MPN2MA(range->startMPN),
                                vmk_Pages2Bytes(range->numPages), map_flags(request->mapAttrs));
        done += status == VMK_OK ? range->numPages : 0;
    }
    if (status != VMK_OK) {
        area_destroy(&mappings, area, done);
        return status;
    }
    *va = area->va.start;
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_Map);

/* Undo a whole area by its address. */
static void release(struct window *window, vmk_VA va, vmk_Bool owns_pages)
{
    struct area *area = area_at(window, va);

    VMK_VERIFY(area->owns_pages == owns_pages);
    area_destroy(window, area, area->npages);
}

void vmk_Unmap(vmk_VA va)
{
    release(&mappings, va, VMK_FALSE);
}
VMK_EXPORT_SYMBOL(vmk_Unmap);

VMK_ReturnStatus vmk_MapMMIO(vmk_ModuleID module, vmk_MA ma, vmk_ByteCount len, vmk_VA *va)
{
    vmk_MpnRange range = {.startMPN = vmk_MA2MPN(ma)};
    vmk_MapRequest request = {.mapAttrs = VMK_MAPATTRS_UNCACHED, .numElements = 1, .mpnRanges = &range};
    vmk_StatusValue status;

    if (len == 0 || ma + len < ma) {
        return VMK_BAD_PARAM;
    }
    range.numPages = (vmk_uint32)(vmk_MA2MPN(ma + len - 1) - range.startMPN + 1);
    status = vmk_Map(module, &request, va);
    if (status == VMK_OK) {
        *va += ma & VMK_PAGE_MASK;
    }
    return status;
}
VMK_EXPORT_SYMBOL(vmk_MapMMIO);

void vmk_UnmapMMIO(vmk_VA va)
{
    vmk_Unmap(vmk_RoundDown(va, VMK_PAGE_SIZE));
}
VMK_EXPORT_SYMBOL(vmk_UnmapMMIO);

/* Put a new, cleared page behind @va. */
static vmk_StatusValue map_new_page(vmk_VA va, vmk_PageRequest request)
{
    vmk_MPN mpn;
    vmk_StatusValue status = vmk_PageAlloc(request, &mpn);

    if (status != VMK_OK) {
        return status;
    }
    status = arch_map_page(va, vmk_MPN2MA(mpn), ARCH_MAP_WRITE);
    if (status != VMK_OK) {
        vmk_PageFree(mpn);
    }
    return status;
}

/* Take addresses in @window and put new pages behind them. */
static vmk_StatusValue alloc_pages(struct window *window, vmk_ByteCount bytes, vmk_PageRequest request,
                                   vmk_VA *va)
{
    struct area *area;

    if (bytes == 0) {
        return VMK_BAD_PARAM;
    }
    area = area_create(window, request.module, vmk_Bytes2Pages(bytes));
    if (area == NULL) {
        return VMK_NO_MEMORY;
    }
    area->owns_pages = VMK_TRUE;
    for (vmk_uint64 done = 0; done < area->npages; done++) {
        vmk_StatusValue status = map_new_page(area->va.start + vmk_Pages2Bytes(done), request);

        if (status != VMK_OK) {
            area_destroy(window, area, done);
            return status;
        }
    }
    *va = area->va.start;
    return VMK_OK;
}

VMK_ReturnStatus vmk_MapAlloc(vmk_ModuleID module, vmk_ByteCount bytes, vmk_PageKind kind, vmk_VA *va)
{
    vmk_PageRequest request = {.module = (vmk_uint16)module, .kind = (vmk_uint8)kind, .zero = VMK_TRUE};

    return alloc_pages(&mappings, bytes, request, va);
}
VMK_EXPORT_SYMBOL(vmk_MapAlloc);

void vmk_MapFree(vmk_VA va)
{
    release(&mappings, va, VMK_TRUE);
}
VMK_EXPORT_SYMBOL(vmk_MapFree);

VMK_ReturnStatus vmk_MapVA2MPN(vmk_VA va, vmk_MPN *mpn)
{
    vmk_MA ma;

    if (arch_query_page(va, &ma, NULL) != VMK_OK) {
        return VMK_INVALID_ADDRESS;
    }
    *mpn = vmk_MA2MPN(ma);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_MapVA2MPN);

VMK_ReturnStatus kmap_module_alloc(vmk_ModuleID module, vmk_ByteCount bytes, vmk_VA *va)
{
    vmk_PageRequest request = {.module = (vmk_uint16)module, .kind = VMK_PAGE_MODULE, .zero = VMK_TRUE};

    return alloc_pages(&modules, bytes, request, va);
}

/* Give the pages that [va, va + bytes) maps the same right in the direct map: to be written, or read only. */
static VMK_ReturnStatus protect_direct(vmk_VA va, vmk_ByteCount bytes, unsigned flags)
{
    vmk_StatusValue status = VMK_OK;

    for (vmk_ByteCount done = 0; done < bytes && status == VMK_OK; done += VMK_PAGE_SIZE) {
        unsigned now;
        vmk_MPN mpn;

        status = vmk_MapVA2MPN(va + done, &mpn);
        if (status == VMK_OK) {
            status = arch_query_page(vmk_MA2VA(vmk_MPN2MA(mpn)), NULL, &now);
        }
        /* Not without need: a large page of the direct map would be split. */
        if (status == VMK_OK && (now & ARCH_MAP_WRITE) != flags) {
            status = arch_protect_range(vmk_MA2VA(vmk_MPN2MA(mpn)), VMK_PAGE_SIZE, flags);
        }
    }
    return status;
}

static void flush_everything(void)
{
    arch_tlb_shootdown(0, ~(vmk_ByteCount)0);
}

VMK_ReturnStatus kmap_module_protect(vmk_VA va, vmk_ByteCount bytes, enum kmap_access access)
{
    static const unsigned flags[] = {
        [KMAP_READ_WRITE] = ARCH_MAP_WRITE,
        [KMAP_READ_ONLY] = ARCH_MAP_READ,
        [KMAP_READ_EXECUTE] = ARCH_MAP_EXEC,
    };
    vmk_StatusValue status;

    if (va < KMAP_MODULE_BASE || va >= KMAP_MODULE_LIMIT || bytes > KMAP_MODULE_LIMIT - va) {
        return VMK_INVALID_ADDRESS;
    }
    /* First nobody can write there any more, then it may be executed. */
    status = protect_direct(va, bytes, flags[access] & ARCH_MAP_WRITE);
    if (status == VMK_OK) {
        status = arch_protect_range(va, bytes, flags[access]);
    }
    flush_everything();
    return status == VMK_NOT_FOUND ? VMK_INVALID_ADDRESS : status;
}

/* The pages go back to where they are written through the direct map. */
void kmap_module_free(vmk_VA va)
{
    vmk_ByteCount bytes = vmk_Pages2Bytes(area_at(&modules, va)->npages);

    VMK_VERIFY(arch_protect_range(va, bytes, ARCH_MAP_WRITE) == VMK_OK);
    VMK_VERIFY(protect_direct(va, bytes, ARCH_MAP_WRITE) == VMK_OK);
    flush_everything();
    release(&modules, va, VMK_TRUE);
}
