/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * page_alloc.c - pages, from this CPU's cache or from a zone.
 *
 * A zone is the RAM below one of the limits devices have, and a buddy system. Single pages pass through a
 * cache on each CPU, one list per zone, that only that CPU touches, with interrupts off: no lock and no
 * atomic. A cache takes and gives whole batches, so that a zone's lock is rare.
 */
#include "page_zone.h"

#include <core/account.h>
#include <core/page_alloc.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/export.h>
#include <vmkapi/base/stress.h>
#include <vmkapi/core/stats.h>
#include <vmkapi/lib/bits.h>
#include <vmkapi/lib/libc.h>

VMK_STRESS_POINT(page_no_memory, "The page allocator has no page");

#define CACHE_BATCH 16u
#define CACHE_MAX   48u

/* Free pages, last in first out: what was freed last is likely in the processor's cache. */
struct page_list {
    vmk_uint32 head;
    vmk_uint32 count;
};

struct page_cache {
    struct page_list free[ZONE_COUNT];
    vmk_int64 used[VMK_PAGE_KIND_COUNT]; /* only the sum over the CPUs means something */
    vmk_uint64 refills, spills;          /* batches taken from a zone, and given back */
    vmk_uint64 failures;                 /* requests refused for want of memory */
} VMK_ATTRIBUTE_ALIGN(VMK_L1_CACHELINE_SIZE);

struct zone zones[ZONE_COUNT];
vmk_uint8 zone_first[VMK_PHYS_ADDR_CONSTRAINT_COUNT];
static struct page_cache caches[VMK_MAX_PCPUS];

static void list_push(struct page_list *list, vmk_MPN mpn)
{
    frame_write(vmk_MPN2Frame(mpn),
                (vmk_PageFrame){.kind = VMK_PAGE_FREE, .order = BUDDY_NO_BLOCK, .link.next = list->head});
    list->head = (vmk_uint32)mpn;
    list->count++;
}

static vmk_MPN list_pop(struct page_list *list)
{
    vmk_MPN mpn = list->head;

    list->head = vmk_MPN2Frame(mpn)->link.next;
    list->count--;
    return mpn;
}

static void refill(struct page_list *list, struct zone *zone)
{
    vmk_SpinlockLock(&zone->lock);
    while (list->count < CACHE_BATCH) {
        vmk_MPN mpn = buddy_alloc(&zone->buddy, 0);

        if (mpn == BUDDY_NONE) {
            break;
        }
        list_push(list, mpn);
    }
    vmk_SpinlockUnlock(&zone->lock);
}

static void spill(struct page_list *list, struct zone *zone, vmk_uint32 keep)
{
    vmk_SpinlockLock(&zone->lock);
    while (list->count > keep) {
        buddy_free(&zone->buddy, list_pop(list), 0);
    }
    vmk_SpinlockUnlock(&zone->lock);
}

static vmk_MPN alloc_from_zone(struct page_cache *cache, enum zone_index index, unsigned order)
{
    struct page_list *list = &cache->free[index];
    struct zone *zone = &zones[index];
    vmk_MPN mpn;

    if (order == 0) {
        if (list->count == 0) {
            refill(list, zone);
            cache->refills++;
        }
        return list->count == 0 ? BUDDY_NONE : list_pop(list);
    }
    vmk_SpinlockLock(&zone->lock);
    mpn = buddy_alloc(&zone->buddy, order);
    vmk_SpinlockUnlock(&zone->lock);
    return mpn;
}

/* Try the zones that meet the constraint, the least precious one first. */
static vmk_MPN alloc_from_zones(struct page_cache *cache, vmk_PageRequest request)
{
    for (int index = zone_first[request.constraint]; index >= 0; index--) {
        vmk_MPN mpn = alloc_from_zone(cache, (enum zone_index)index, request.order);

        if (mpn != BUDDY_NONE) {
            return mpn;
        }
    }
    return BUDDY_NONE;
}

static void drain(struct page_cache *cache)
{
    for (unsigned index = 0; index < ZONE_COUNT; index++) {
        spill(&cache->free[index], &zones[index], 0);
    }
}

/* The state of an allocation's first page: the request's upper half, and one reference. */
VMK_ALWAYS_INLINE vmk_uint64 first_state(vmk_PageRequest request)
{
    vmk_uint64 word;

    vmk_Memcpy(&word, &request, sizeof(word));
    return (word & ~0xfffffffful) | 1;
}

VMK_STATIC_ASSERT(__builtin_offsetof(vmk_PageRequest, module) == __builtin_offsetof(vmk_PageFrame, module) &&
                      __builtin_offsetof(vmk_PageRequest, kind) == __builtin_offsetof(vmk_PageFrame, kind) &&
                      __builtin_offsetof(vmk_PageRequest, order) == __builtin_offsetof(vmk_PageFrame, order),
                  "first_state() copies them in one piece");

/* Make 2^order pages, taken out of the free ones, the caller's. Interrupts are off. */
VMK_ALWAYS_INLINE void hand_out(struct page_cache *cache, vmk_PageRequest request, vmk_MPN mpn)
{
    vmk_int64 pages = 1l << request.order;

    frame_write(vmk_MPN2Frame(mpn), (vmk_PageFrame){.state = first_state(request)});
    for (vmk_int64 i = 1; i < pages; i++) {
        frame_write(vmk_MPN2Frame(mpn + (vmk_MPN)i),
                    (vmk_PageFrame){.module = request.module, .kind = request.kind, .order = BUDDY_NO_BLOCK});
    }
    cache->used[request.kind] += pages;
    account_add(request.module, ACCOUNT_PAGES, pages);
}

/* Allocate what is not a page from the cache's first list. Interrupts are off. */
static __attribute__((noinline)) vmk_StatusValue alloc_slow(struct page_cache *cache, vmk_PageRequest request,
                                                            vmk_MPN *mpn)
{
    if (request.order > VMK_PAGE_MAX_ORDER) {
        return VMK_BAD_PARAM;
    }
    *mpn = alloc_from_zones(cache, request);
    if (*mpn == BUDDY_NONE && request.order != 0) {
        /* What this CPU holds may be what keeps a block apart. */
        drain(cache);
        *mpn = alloc_from_zones(cache, request);
    }
    if (*mpn == BUDDY_NONE) {
        cache->failures++;
        return VMK_NO_MEMORY;
    }
    hand_out(cache, request, *mpn);
    return VMK_OK;
}

VMK_ReturnStatus vmk_PageAlloc(vmk_PageRequest request, vmk_MPN *mpn)
{
    vmk_StatusValue status = VMK_OK;
    struct page_cache *cache;
    struct page_list *list;
    vmk_uint64 flags;

    if (VMK_STRESS_HIT(page_no_memory)) {
        return VMK_NO_MEMORY;
    }
    flags = vmk_CPUSaveInterrupts();
    cache = &caches[vmk_GetPCPUNum()];
    list = &cache->free[zone_first[request.constraint]];
    if (VMK_LIKELY(request.order == 0 && list->count != 0)) {
        *mpn = list_pop(list);
        hand_out(cache, request, *mpn);
    } else {
        status = alloc_slow(cache, request, mpn);
    }
    vmk_CPURestoreInterrupts(flags);
    if (request.zero && status == VMK_OK) {
        vmk_Memset(vmk_MPN2Ptr(*mpn), 0, VMK_PAGE_SIZE << request.order);
    }
    return status;
}
VMK_EXPORT_SYMBOL(vmk_PageAlloc);

VMK_ATTRIBUTE_NORETURN VMK_ATTRIBUTE_COLD static void refuse_free(vmk_MPN mpn, const vmk_PageFrame *frame)
{
    vmk_PanicWithModuleID(frame->module, "Page %#lx freed, which is no allocation (%s, module %u)", mpn,
                          page_kind_name(frame->kind), frame->module);
}

static void free_block(struct zone *zone, vmk_MPN mpn, unsigned order)
{
    /* Of no use to the buddy system, but it makes a stale pointer into the block recognisable. */
    for (vmk_MPN tail = mpn + 1; tail < mpn + (1ul << order); tail++) {
        vmk_MPN2Frame(tail)->kind = VMK_PAGE_FREE;
    }
    vmk_SpinlockLock(&zone->lock);
    buddy_free(&zone->buddy, mpn, order);
    vmk_SpinlockUnlock(&zone->lock);
}

void vmk_PageFree(vmk_MPN mpn)
{
    vmk_PageFrame *frame = vmk_MPN2Frame(mpn);
    unsigned order = frame->order;
    enum zone_index index = zone_of(mpn);
    vmk_uint64 flags;
    struct page_cache *cache;

    if (VMK_UNLIKELY(frame->kind <= VMK_PAGE_FREE || order == BUDDY_NO_BLOCK)) {
        refuse_free(mpn, frame);
    }
    account_add(frame->module, ACCOUNT_PAGES, -(1l << order));
    flags = vmk_CPUSaveInterrupts();
    cache = &caches[vmk_GetPCPUNum()];
    cache->used[frame->kind] -= 1l << order;
    if (VMK_LIKELY(order == 0)) {
        list_push(&cache->free[index], mpn);
        if (VMK_UNLIKELY(cache->free[index].count > CACHE_MAX)) {
            spill(&cache->free[index], &zones[index], CACHE_MAX - CACHE_BATCH);
            cache->spills++;
        }
    } else {
        free_block(&zones[index], mpn, order);
    }
    vmk_CPURestoreInterrupts(flags);
}
VMK_EXPORT_SYMBOL(vmk_PageFree);

void vmk_PageSplit(vmk_MPN mpn)
{
    vmk_PageFrame *frame = vmk_MPN2Frame(mpn);
    vmk_uint64 pages = 1ul << frame->order;

    frame->order = 0;
    for (vmk_uint64 i = 1; i < pages; i++) {
        frame[i].refCount = 1;
        frame[i].order = 0;
    }
}
VMK_EXPORT_SYMBOL(vmk_PageSplit);

VMK_ReturnStatus vmk_PageAllocRun(vmk_PageRequest request, vmk_uint32 numPages, vmk_MPN *mpn)
{
    vmk_StatusValue status;

    if (numPages == 0 || numPages > 1u << VMK_PAGE_MAX_ORDER) {
        return VMK_BAD_PARAM;
    }
    request.order = (vmk_uint8)vmk_Log2Ceil(numPages);
    status = vmk_PageAlloc(request, mpn);
    if (status == VMK_OK) {
        vmk_PageSplit(*mpn);
        vmk_PageFreeRun(*mpn + numPages, (1u << request.order) - numPages);
    }
    return status;
}
VMK_EXPORT_SYMBOL(vmk_PageAllocRun);

void vmk_PageFreeRun(vmk_MPN mpn, vmk_uint32 numPages)
{
    for (vmk_uint32 i = 0; i < numPages; i++) {
        vmk_PageFree(mpn + i);
    }
}
VMK_EXPORT_SYMBOL(vmk_PageFreeRun);

void page_stats_register(void)
{
    static const vmk_StatField fields[] = {
        VMK_STAT_FIELD(struct page_cache, refills),
        VMK_STAT_FIELD(struct page_cache, spills),
        VMK_STAT_FIELD(struct page_cache, failures),
    };
    static vmk_StatGroup group;

    vmk_StatGroupInit(&group, VMK_VMKERNEL_MODULE_ID, fields, VMK_ARRAY_SIZE(fields), "memory/pages");
    group.base = caches;
    group.stride = sizeof(caches[0]);
    group.count = VMK_MAX_PCPUS;
    VMK_VERIFY(vmk_StatGroupRegister(&group) == VMK_OK);
}

void page_usage_get(struct memory_stats *stats)
{
    for (unsigned cpu = 0; cpu < VMK_MAX_PCPUS; cpu++) {
        for (unsigned index = 0; index < ZONE_COUNT; index++) {
            stats->cached += caches[cpu].free[index].count;
        }
        for (unsigned kind = 0; kind < VMK_PAGE_KIND_COUNT; kind++) {
            stats->used[kind] += (vmk_uint64)caches[cpu].used[kind];
        }
    }
    stats->free += stats->cached;
    for (unsigned index = 0; index < ZONE_COUNT; index++) {
        vmk_uint64 flags;

        vmk_SpinlockLockIRQ(&zones[index].lock, &flags);
        stats->free += zones[index].buddy.free_pages;
        vmk_SpinlockUnlockIRQ(&zones[index].lock, flags);
    }
}
