/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * heap.c - heaps: a cache of slots for each size class, and pages of their own for what is larger.
 */
#define VMK_LOG_MODULE "mem"

#include "heap_guard.h"
#include "slot.h"

#include <core/account.h>
#include <core/heap.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/export.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/base/stress.h>
#include <vmkapi/core/spinlock.h>
#include <vmkapi/lib/bits.h>
#include <vmkapi/lib/libc.h>

/* Classes: 16, 32, 48, 64, then two to each power of two: 96, 128, 192, 256, ... 1536, 2048. */
#define FINE_CLASSES   4u
#define CLASSES        14u
#define LARGEST_CLASS  2048u
#define LEAKS_REPORTED 4u

static vmk_SpinlockObject heaps_lock = VMK_SPINLOCK_INITIALIZER("heaps", VMK_RANK_HEAP_LIST);
static vmk_ListLinks heaps VMK_GUARDED_BY(heaps_lock) = VMK_LIST_INITIALIZER(heaps);

struct vmk_Heap {
    vmk_SpinlockObject lock;                        /* rank HEAP, interrupts off */
    vmk_ListLinks links VMK_GUARDED_BY(heaps_lock); /* all heaps */
    vmk_Name name;
    vmk_ModuleID module;
    vmk_HeapType type;
    vmk_uint64 max_pages; /* 0: no limit */
    vmk_ByteCount used VMK_GUARDED_BY(lock);
    vmk_uint64 allocations VMK_GUARDED_BY(lock);
    vmk_uint64 failures VMK_GUARDED_BY(lock);
    struct slot_cache classes[CLASSES] VMK_GUARDED_BY(lock);
    struct slot_cache large VMK_GUARDED_BY(lock);
};

VMK_STRESS_POINT(heap_no_memory, "A heap finds no memory");

static struct vmk_Heap kernel_heap;
vmk_HeapID heap_kernel = &kernel_heap;

static vmk_uint32 class_size(unsigned class)
{
    unsigned octave = (class - FINE_CLASSES) / 2;

    if (class < FINE_CLASSES) {
        return (class + 1) * SLOT_MIN_SIZE;
    }
    return (class - FINE_CLASSES) % 2 == 0 ? 96u << octave : 128u << octave;
}

/* The smallest class that holds @size bytes, 1 to LARGEST_CLASS. */
static unsigned class_of(vmk_ByteCount size)
{
    unsigned octave;

    if (size <= FINE_CLASSES * SLOT_MIN_SIZE) {
        return (unsigned)((size - 1) / SLOT_MIN_SIZE);
    }
    octave = vmk_HighestBit(size - 1); /* 6 for 65 to 128 */
    return FINE_CLASSES + (octave - 6) * 2 + (unsigned)((size - 1) >> (octave - 1) & 1);
}

/*
 * The size to allocate so that an allocation of @size is aligned to @align. A multiple of the alignment
 * ends in a class whose size is a multiple too, and chunks and runs of pages are aligned to their size.
 */
static vmk_ByteCount aligned_size(vmk_ByteCount size, vmk_ByteCount align)
{
    return vmk_RoundUp(VMK_MAX(size, 1), VMK_MAX(align, 1));
}

static vmk_uint64 heap_pages(const struct vmk_Heap *heap) VMK_REQUIRES(&heap->lock)
{
    vmk_uint64 pages = heap->large.npages;

    for (unsigned class = 0; class < CLASSES; class ++) {
        pages += heap->classes[class].npages;
    }
    return pages;
}

static vmk_Bool may_grow(const struct vmk_Heap *heap, vmk_uint64 pages) VMK_REQUIRES(&heap->lock)
{
    return heap->max_pages == 0 || heap_pages(heap) + pages <= heap->max_pages;
}

VMK_ATTRIBUTE_NORETURN VMK_ATTRIBUTE_COLD static void corrupt(const struct vmk_Heap *heap, const void *mem,
                                                              const char *what, const void *where)
{
    vmk_PanicWithModuleID(heap->module, "Heap %s: %p %s (at %p)", heap->name.string, mem, what, where);
}

/* Whether slots of @cache carry patterns: large ones would cost too much to fill. */
static vmk_Bool has_guards(const struct slot_cache *cache)
{
    return HEAP_GUARDS && cache->slot_size != 0;
}

/* Add a chunk of free slots. @return false without memory. */
static vmk_Bool grow_class(struct vmk_Heap *heap, struct slot_cache *cache) VMK_REQUIRES(&heap->lock)
{
    struct chunk *chunk = may_grow(heap, slot_cache_growth(cache)) ? slot_cache_grow(cache) : NULL;

    if (chunk != NULL && has_guards(cache)) {
        guard_fill_free(chunk->base, chunk->npages * VMK_PAGE_SIZE);
    }
    return chunk != NULL;
}

/* Check and mark a slot that was free and now holds @size bytes for @ra. */
static void guard_allocated(const struct vmk_Heap *heap, struct slot slot, vmk_ByteCount size, const void *ra)
{
    vmk_uint32 slot_size = slot.chunk->cache->slot_size;
    void *mem = slot_address(slot);
    const void *written = guard_check_free(mem, slot_size);

    if (written != NULL) {
        corrupt(heap, mem, "was written to after it was freed", written);
    }
    if (guard_set(mem, slot_size, size, ra)) {
        vmk_BitVectorSet(slot.chunk->marked, slot.index);
    }
}

static void guard_freed(const struct vmk_Heap *heap, struct slot slot)
{
    vmk_uint32 slot_size = slot.chunk->cache->slot_size;
    void *mem = slot_address(slot);

    if (vmk_BitVectorTest(slot.chunk->marked, slot.index)) {
        const void *written = guard_check(mem, slot_size);

        if (written != NULL) {
            corrupt(heap, mem, "was written to beyond its end", written);
        }
        vmk_BitVectorClear(slot.chunk->marked, slot.index);
    }
    guard_fill_free(mem, slot_size);
}

static void *alloc_small(struct vmk_Heap *heap, vmk_ByteCount size, vmk_ByteCount wanted, const void *ra)
    VMK_REQUIRES(&heap->lock)
{
    struct slot_cache *cache = &heap->classes[class_of(wanted)];
    struct slot slot;
    void *mem = slot_alloc(cache, &slot);

    if (mem == NULL && grow_class(heap, cache)) {
        mem = slot_alloc(cache, &slot);
    }
    if (mem != NULL && has_guards(cache)) {
        guard_allocated(heap, slot, size, ra);
    }
    return mem;
}

static void *alloc_large(struct vmk_Heap *heap, vmk_ByteCount wanted) VMK_REQUIRES(&heap->lock)
{
    vmk_uint64 npages = vmk_Bytes2Pages(wanted);

    if (wanted > VMK_HEAP_MAX_ALLOC || !may_grow(heap, npages)) {
        return NULL;
    }
    return slot_alloc_large(&heap->large, (vmk_uint32)npages);
}

/* Bytes an allocation of @wanted takes of a heap. */
static vmk_ByteCount charged_size(vmk_ByteCount wanted)
{
    return wanted <= LARGEST_CLASS ? class_size(class_of(wanted)) : vmk_RoundUp(wanted, VMK_PAGE_SIZE);
}

void *vmk_HeapAlignWithRA(vmk_HeapID heap, vmk_ByteCount size, vmk_ByteCount align, void *ra)
{
    vmk_ByteCount wanted = aligned_size(size, align);
    vmk_uint64 flags;
    void *mem;

    if (size > VMK_HEAP_MAX_ALLOC || (align != 0 && !vmk_IsPowerOfTwo(align))) {
        return NULL;
    }
    vmk_SpinlockLockIRQ(&heap->lock, &flags);
    if (VMK_STRESS_HIT(heap_no_memory)) {
        mem = NULL;
    } else {
        mem = wanted <= LARGEST_CLASS ? alloc_small(heap, size, wanted, ra) : alloc_large(heap, wanted);
    }
    if (mem != NULL) {
        heap->allocations++;
        heap->used += charged_size(wanted);
    } else {
        heap->failures++;
    }
    vmk_SpinlockUnlockIRQ(&heap->lock, flags);
    if (mem != NULL) {
        account_add(heap->module, ACCOUNT_HEAP_BYTES, (vmk_int64)charged_size(wanted));
    }
    return mem;
}
VMK_EXPORT_SYMBOL(vmk_HeapAlignWithRA);

void *vmk_HeapAllocWithRA(vmk_HeapID heap, vmk_ByteCount size, void *ra)
{
    return vmk_HeapAlignWithRA(heap, size, 0, ra);
}
VMK_EXPORT_SYMBOL(vmk_HeapAllocWithRA);

void *vmk_HeapZalloc(vmk_HeapID heap, vmk_ByteCount size)
{
    void *mem = vmk_HeapAllocWithRA(heap, size, __builtin_return_address(0));

    return mem == NULL ? NULL : vmk_Memset(mem, 0, size);
}
VMK_EXPORT_SYMBOL(vmk_HeapZalloc);

/* The live allocation at @mem; a crash when there is none. */
static struct slot find_live(struct vmk_Heap *heap, const void *mem)
{
    struct chunk *chunk = chunk_of(mem);
    struct slot slot;

    if (chunk == NULL || chunk->cache->owner != heap) {
        corrupt(heap, mem, "is not this heap's", mem);
    }
    if (!slot_find(chunk, mem, &slot)) {
        corrupt(heap, mem, "was freed twice, or is no allocation", mem);
    }
    return slot;
}

static vmk_ByteCount slot_bytes(const struct chunk *chunk)
{
    return chunk->cache->slot_size != 0 ? chunk->cache->slot_size : chunk->npages * VMK_PAGE_SIZE;
}

/* Free a slot of a class. One empty chunk of each class is kept: the next allocation is likely its like. */
static void free_small(struct vmk_Heap *heap, struct slot slot)
{
    struct chunk *chunk = slot.chunk;

    if (has_guards(chunk->cache)) {
        guard_freed(heap, slot);
    }
    slot_free(slot);
    if (chunk->nlive == 0 && vmk_ListFirst(&chunk->cache->partial) != vmk_ListLast(&chunk->cache->partial)) {
        slot_cache_shrink(chunk);
    }
}

void vmk_HeapFree(vmk_HeapID heap, void *mem)
{
    vmk_uint64 flags;
    struct slot slot;
    vmk_ByteCount bytes;

    if (mem == NULL) {
        return;
    }
    vmk_SpinlockLockIRQ(&heap->lock, &flags);
    slot = find_live(heap, mem);
    bytes = slot_bytes(slot.chunk);
    if (slot.chunk->cache == &heap->large) {
        slot_free_large(slot.chunk);
    } else {
        free_small(heap, slot);
    }
    heap->allocations--;
    heap->used -= bytes;
    vmk_SpinlockUnlockIRQ(&heap->lock, flags);
    account_add(heap->module, ACCOUNT_HEAP_BYTES, -(vmk_int64)bytes);
}
VMK_EXPORT_SYMBOL(vmk_HeapFree);

vmk_HeapID vmk_HeapOf(const void *mem)
{
    struct chunk *chunk = chunk_of(mem);

    if (chunk == NULL || chunk->cache->pages.kind != VMK_PAGE_HEAP) {
        return VMK_INVALID_HEAP_ID;
    }
    return chunk->cache->owner;
}
VMK_EXPORT_SYMBOL(vmk_HeapOf);

vmk_ByteCount vmk_HeapUsableSize(const void *mem)
{
    struct chunk *chunk = chunk_of(mem);

    VMK_VERIFY(chunk != NULL);
    return slot_bytes(chunk);
}
VMK_EXPORT_SYMBOL(vmk_HeapUsableSize);

VMK_ReturnStatus vmk_HeapGetProperties(vmk_HeapID heap, vmk_HeapGetProps *props)
{
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&heap->lock, &flags);
    *props = (vmk_HeapGetProps){
        .type = heap->type,
        .name = heap->name,
        .module = heap->module,
        .cur = heap_pages(heap) * VMK_PAGE_SIZE,
        .max = heap->max_pages * VMK_PAGE_SIZE,
        .used = heap->used,
        .allocations = heap->allocations,
        .failures = heap->failures,
    };
    vmk_SpinlockUnlockIRQ(&heap->lock, flags);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_HeapGetProperties);

/* Pages that @count allocations of @size bytes take at most. */
static vmk_uint64 pages_for(vmk_ByteCount size, vmk_uint32 count)
{
    struct slot_cache cache;

    if (size > LARGEST_CLASS) {
        return vmk_Bytes2Pages(size) * count;
    }
    slot_cache_init(&cache, NULL, class_size(class_of(size)), (vmk_PageRequest){0});
    return (vmk_uint64)slot_cache_growth(&cache) * ((count + cache.nslots - 1) / cache.nslots);
}

VMK_ReturnStatus vmk_HeapDetermineMaxSize(const vmk_HeapAllocationDescriptor *descriptors, vmk_uint32 count,
                                          vmk_ByteCount *max)
{
    vmk_uint64 pages = 0;

    for (vmk_uint32 i = 0; i < count; i++) {
        vmk_ByteCount align = descriptors[i].alignment;
        vmk_ByteCount size = aligned_size(descriptors[i].size, align);

        if (size > VMK_HEAP_MAX_ALLOC || (align != 0 && !vmk_IsPowerOfTwo(align))) {
            return VMK_BAD_PARAM;
        }
        pages += pages_for(size, descriptors[i].count);
    }
    *max = vmk_Pages2Bytes(pages);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_HeapDetermineMaxSize);

static void heap_start(struct vmk_Heap *heap, const vmk_HeapCreateProps *props) VMK_UNSHARED
{
    vmk_PageRequest pages = {
        .module = props->module,
        .kind = VMK_PAGE_HEAP,
        .constraint = props->type == VMK_HEAP_TYPE_BELOW_4GB ? VMK_PHYS_ADDR_BELOW_4GB : VMK_PHYS_ADDR_ANY,
    };
    vmk_uint64 flags;

    *heap = (struct vmk_Heap){
        .name = props->name,
        .module = props->module,
        .type = props->type,
        .max_pages = vmk_Bytes2Pages(props->max),
    };
    vmk_SpinlockInit(&heap->lock, "heap", VMK_RANK_HEAP);
    for (unsigned class = 0; class < CLASSES; class ++) {
        slot_cache_init(&heap->classes[class], heap, class_size(class), pages);
    }
    slot_cache_init(&heap->large, heap, 0, pages);
    vmk_SpinlockLockIRQ(&heaps_lock, &flags);
    vmk_ListInsert(&heap->links, vmk_ListAtRear(&heaps));
    vmk_SpinlockUnlockIRQ(&heaps_lock, flags);
    account_add(heap->module, ACCOUNT_HEAPS, 1);
}

VMK_ReturnStatus vmk_HeapCreate(const vmk_HeapCreateProps *props, vmk_HeapID *heap)
{
    struct vmk_Heap *created;

    if (props->name.string[0] == '\0' || (props->max != 0 && props->initial > props->max) ||
        (props->type != VMK_HEAP_TYPE_SIMPLE && props->type != VMK_HEAP_TYPE_BELOW_4GB)) {
        return VMK_BAD_PARAM;
    }
    created = vmk_HeapAlloc(heap_kernel, sizeof(*created));
    if (created == NULL) {
        return VMK_NO_MEMORY;
    }
    heap_start(created, props);
    *heap = created;
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_HeapCreate);

/* Say who allocated some of a class's live slots, as far as that was noted. @return how many were named. */
static unsigned report_leaks(const struct vmk_Heap *heap, struct chunk *chunk, unsigned reported)
{
    struct slot slot = {chunk, 0};
    vmk_uint32 size = chunk->cache->slot_size;

    for (; slot.index < chunk->cache->nslots && reported < LEAKS_REPORTED; slot.index++) {
        if (vmk_BitVectorTest(chunk->live, slot.index) && vmk_BitVectorTest(chunk->marked, slot.index)) {
            vmk_WarningMessage("Heap %s: %p (%u bytes) was allocated from %p", heap->name.string,
                               slot_address(slot), size, guard_owner(slot_address(slot), size));
            reported++;
        }
    }
    return reported;
}

static void report_outstanding(struct vmk_Heap *heap) VMK_REQUIRES(&heap->lock)
{
    unsigned reported = 0;
    vmk_ListLinks *link;

    vmk_WarningMessage("Heap %s cannot be destroyed: %lu allocations, %lu bytes are outstanding",
                       heap->name.string, heap->allocations, heap->used);
    for (unsigned class = 0; class < CLASSES; class ++) {
        VMK_LIST_FORALL (&heap->classes[class].partial, link) {
            reported = report_leaks(heap, VMK_LIST_ENTRY(link, struct chunk, links), reported);
        }
        VMK_LIST_FORALL (&heap->classes[class].full, link) {
            reported = report_leaks(heap, VMK_LIST_ENTRY(link, struct chunk, links), reported);
        }
    }
}

/* Give back the chunks of a heap that nobody uses any more. */
static void release_chunks(struct vmk_Heap *heap) VMK_UNSHARED
{
    for (unsigned class = 0; class < CLASSES; class ++) {
        while (!vmk_ListIsEmpty(&heap->classes[class].partial)) {
            slot_cache_shrink(
                VMK_LIST_ENTRY(vmk_ListFirst(&heap->classes[class].partial), struct chunk, links));
        }
    }
}

VMK_ReturnStatus vmk_HeapDestroy(vmk_HeapID heap)
{
    vmk_uint64 flags;

    /* Under the lock: whoever frees the last allocation holds it until he is done with the heap. */
    vmk_SpinlockLockIRQ(&heap->lock, &flags);
    if (heap->allocations != 0) {
        report_outstanding(heap);
        vmk_SpinlockUnlockIRQ(&heap->lock, flags);
        return VMK_BUSY;
    }
    vmk_SpinlockUnlockIRQ(&heap->lock, flags);
    vmk_SpinlockLockIRQ(&heaps_lock, &flags);
    vmk_ListRemove(&heap->links);
    vmk_SpinlockUnlockIRQ(&heaps_lock, flags);
    release_chunks(heap);
    account_add(heap->module, ACCOUNT_HEAPS, -1);
    vmk_HeapFree(heap_kernel, heap);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_HeapDestroy);

void heap_init(void)
{
    heap_start(&kernel_heap, &(vmk_HeapCreateProps){.name = {"vmkernel"}, .module = VMK_VMKERNEL_MODULE_ID});
}

VMK_ReturnStatus heap_get_nth(unsigned index, vmk_HeapGetProps *props)
{
    vmk_StatusValue status = VMK_NOT_FOUND;
    vmk_ListLinks *link;
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&heaps_lock, &flags);
    VMK_LIST_FORALL (&heaps, link) {
        if (index-- == 0) {
            status = vmk_HeapGetProperties(VMK_LIST_ENTRY(link, struct vmk_Heap, links), props);
            break;
        }
    }
    vmk_SpinlockUnlockIRQ(&heaps_lock, flags);
    return status;
}
