/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slab.c - slabs: slots of one size behind a magazine on each CPU.
 *
 * A magazine is a stack of free objects that only its CPU touches, with interrupts off. It is filled from
 * the slots and emptied into them by halves, so that the slab's lock is taken once for many objects.
 * To the slots, an object in a magazine is live.
 */
#define VMK_LOG_MODULE "mem"

#include "slot.h"

#include <core/account.h>
#include <core/heap.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/export.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/core/spinlock.h>
#include <vmkapi/lib/bits.h>

#define MAGAZINE_MAX   32u
#define MAGAZINE_MIN   4u
#define MAGAZINE_BYTES 4096u /* objects worth this many bytes wait on each CPU */

struct magazine {
    vmk_uint32 count;
    vmk_uint32 capacity;
    void *objects[];
};

static vmk_SpinlockObject slabs_lock = VMK_SPINLOCK_INITIALIZER("slabs", VMK_RANK_HEAP_LIST);
static vmk_ListLinks slabs VMK_GUARDED_BY(slabs_lock) = VMK_LIST_INITIALIZER(slabs);

struct vmk_Slab {
    struct magazine *magazines[VMK_MAX_PCPUS];      /* each touched by its CPU only, interrupts off */
    vmk_SpinlockObject lock;                        /* rank SLAB, interrupts off */
    vmk_ListLinks links VMK_GUARDED_BY(slabs_lock); /* all slabs */
    vmk_SlabCreateProps props;                      /* constant */
    struct slot_cache cache VMK_GUARDED_BY(lock);
    vmk_uint64 taken VMK_GUARDED_BY(lock); /* slots that are live */
    vmk_uint64 failures VMK_GUARDED_BY(lock);
};

/* What every CPU starts with: nothing in it, and no room, so that the first use goes the slow way. */
static struct magazine no_magazine;

static vmk_uint32 slot_size_of(const vmk_SlabCreateProps *props)
{
    vmk_uint64 align = VMK_MAX(props->alignment, 8u);

    return (vmk_uint32)VMK_MAX(vmk_RoundUp(props->objSize, align), SLOT_MIN_SIZE);
}

/* Undo the constructor for the first @count slots of a chunk. */
static void destruct(const struct vmk_Slab *slab, struct chunk *chunk, vmk_uint32 count)
{
    for (vmk_uint32 i = 0; slab->props.destructor != NULL && i < count; i++) {
        slab->props.destructor(slot_address((struct slot){chunk, i}), slab->props.objSize,
                               slab->props.constructorArg);
    }
}

/* Run the constructor for all slots of a chunk, or for none. */
static vmk_StatusValue construct(const struct vmk_Slab *slab, struct chunk *chunk) VMK_REQUIRES(&slab->lock)
{
    const vmk_SlabCreateProps *props = &slab->props;

    for (vmk_uint32 i = 0; props->constructor != NULL && i < slab->cache.nslots; i++) {
        vmk_StatusValue status = props->constructor(slot_address((struct slot){chunk, i}), props->objSize,
                                                    props->constructorArg, 0);

        if (status != VMK_OK) {
            destruct(slab, chunk, i);
            return status;
        }
    }
    return VMK_OK;
}

static void account_pages(const struct vmk_Slab *slab, vmk_int64 pages)
{
    account_add(slab->props.module, ACCOUNT_SLAB_BYTES, pages * (vmk_int64)VMK_PAGE_SIZE);
}

/* Add a chunk of constructed objects. */
static vmk_StatusValue grow(struct vmk_Slab *slab) VMK_REQUIRES(&slab->lock)
{
    struct chunk *chunk = slot_cache_grow(&slab->cache);
    vmk_StatusValue status;

    if (chunk == NULL) {
        return VMK_NO_MEMORY;
    }
    status = construct(slab, chunk);
    if (status != VMK_OK) {
        slot_cache_shrink(chunk);
        return status;
    }
    account_pages(slab, chunk->npages);
    return VMK_OK;
}

/* Give an empty chunk's pages back. */
static void shrink(struct vmk_Slab *slab, struct chunk *chunk) VMK_REQUIRES(&slab->lock)
{
    destruct(slab, chunk, slab->cache.nslots);
    account_pages(slab, -(vmk_int64)chunk->npages);
    slot_cache_shrink(chunk);
}

/* An object from the slots that are there. */
static void *take(struct vmk_Slab *slab) VMK_REQUIRES(&slab->lock)
{
    struct slot slot;
    void *object;

    if (slab->props.maxObj != 0 && slab->taken >= slab->props.maxObj) {
        return NULL;
    }
    object = slot_alloc(&slab->cache, &slot);
    slab->taken += object != NULL;
    return object;
}

/* Whether the slab can do without one empty chunk: another has free slots, and enough are left. */
static vmk_Bool can_shrink(const struct vmk_Slab *slab) VMK_REQUIRES(&slab->lock)
{
    const struct slot_cache *cache = &slab->cache;

    return vmk_ListFirst(&cache->partial) != vmk_ListLast(&cache->partial) &&
           (cache->nchunks - 1) * cache->nslots >= slab->props.minObj;
}

/* Give an object back to the slots. */
static void put(struct vmk_Slab *slab, void *object) VMK_REQUIRES(&slab->lock)
{
    struct chunk *chunk = chunk_of(object);
    struct slot slot;

    if (chunk == NULL || chunk->cache != &slab->cache || !slot_find(chunk, object, &slot)) {
        vmk_PanicWithModuleID(slab->props.module, "Slab %s: %p was freed twice, or is not this slab's",
                              slab->props.name.string, object);
    }
    slot_free(slot);
    slab->taken--;
    if (chunk->nlive == 0 && can_shrink(slab)) {
        shrink(slab, chunk);
    }
}

/* This CPU's magazine, made at its first use; without memory the slab does without. */
static struct magazine *own_magazine(struct vmk_Slab *slab)
{
    struct magazine **own = &slab->magazines[vmk_GetPCPUNum()];
    vmk_uint32 capacity = MAGAZINE_BYTES / slot_size_of(&slab->props);
    struct magazine *made;

    if (*own != &no_magazine) {
        return *own;
    }
    capacity = VMK_MIN(VMK_MAX(capacity, MAGAZINE_MIN), MAGAZINE_MAX);
    made = vmk_HeapAlloc(heap_kernel, sizeof(*made) + capacity * sizeof(made->objects[0]));
    if (made != NULL) {
        made->count = 0;
        made->capacity = capacity;
        *own = made;
    }
    return *own;
}

/* Allocate with an empty magazine: fill half of it on the way. Interrupts are off. */
static __attribute__((noinline)) void *alloc_slow(struct vmk_Slab *slab)
{
    struct magazine *magazine = own_magazine(slab);
    void *object;

    vmk_SpinlockLock(&slab->lock);
    object = take(slab);
    if (object == NULL && grow(slab) == VMK_OK) {
        object = take(slab);
    }
    slab->failures += object == NULL;
    while (object != NULL && magazine->count < magazine->capacity / 2) {
        void *spare = take(slab);

        if (spare == NULL) {
            break;
        }
        magazine->objects[magazine->count++] = spare;
    }
    vmk_SpinlockUnlock(&slab->lock);
    return object;
}

/* Free with a full magazine: empty half of it on the way. Interrupts are off. */
static __attribute__((noinline)) void free_slow(struct vmk_Slab *slab, void *object)
{
    struct magazine *magazine = own_magazine(slab);

    vmk_SpinlockLock(&slab->lock);
    put(slab, object);
    while (magazine->count > magazine->capacity / 2) {
        put(slab, magazine->objects[--magazine->count]);
    }
    vmk_SpinlockUnlock(&slab->lock);
}

void *vmk_SlabAlloc(vmk_SlabID slab)
{
    vmk_uint64 flags = vmk_CPUSaveInterrupts();
    struct magazine *magazine = slab->magazines[vmk_GetPCPUNum()];
    void *object;

    if (VMK_LIKELY(magazine->count != 0)) {
        object = magazine->objects[--magazine->count];
    } else {
        object = alloc_slow(slab);
    }
    vmk_CPURestoreInterrupts(flags);
    return object;
}
VMK_EXPORT_SYMBOL(vmk_SlabAlloc);

void vmk_SlabFree(vmk_SlabID slab, void *object)
{
    vmk_uint64 flags = vmk_CPUSaveInterrupts();
    struct magazine *magazine = slab->magazines[vmk_GetPCPUNum()];

    if (VMK_LIKELY(magazine->count < magazine->capacity)) {
        magazine->objects[magazine->count++] = object;
    } else {
        free_slow(slab, object);
    }
    vmk_CPURestoreInterrupts(flags);
}
VMK_EXPORT_SYMBOL(vmk_SlabFree);

static vmk_Bool props_valid(const vmk_SlabCreateProps *props)
{
    return props->name.string[0] != '\0' && props->objSize != 0 &&
           (props->alignment == 0 || vmk_IsPowerOfTwo(props->alignment)) &&
           props->alignment <= SLOT_MAX_SIZE && slot_size_of(props) <= VMK_SLAB_MAX_OBJECT &&
           (props->maxObj == 0 || props->minObj <= props->maxObj) &&
           (props->type == VMK_SLAB_TYPE_SIMPLE || props->type == VMK_SLAB_TYPE_BELOW_4GB);
}

static vmk_PageRequest page_request(const vmk_SlabCreateProps *props)
{
    return (vmk_PageRequest){
        .module = props->module,
        .kind = VMK_PAGE_SLAB,
        .constraint = props->type == VMK_SLAB_TYPE_BELOW_4GB ? VMK_PHYS_ADDR_BELOW_4GB : VMK_PHYS_ADDR_ANY,
    };
}

static void release_chunks(struct vmk_Slab *slab) VMK_UNSHARED
{
    while (!vmk_ListIsEmpty(&slab->cache.partial)) {
        shrink(slab, VMK_LIST_ENTRY(vmk_ListFirst(&slab->cache.partial), struct chunk, links));
    }
}

VMK_ReturnStatus vmk_SlabCreate(const vmk_SlabCreateProps *props, vmk_SlabID *slab) VMK_UNSHARED
{
    struct vmk_Slab *created;
    vmk_StatusValue status = VMK_OK;
    vmk_uint64 flags;

    if (!props_valid(props)) {
        return VMK_BAD_PARAM;
    }
    created = vmk_HeapZalloc(heap_kernel, sizeof(*created));
    if (created == NULL) {
        return VMK_NO_MEMORY;
    }
    created->props = *props;
    vmk_SpinlockInit(&created->lock, "slab", VMK_RANK_SLAB);
    slot_cache_init(&created->cache, created, slot_size_of(props), page_request(props));
    for (unsigned cpu = 0; cpu < VMK_MAX_PCPUS; cpu++) {
        created->magazines[cpu] = &no_magazine;
    }
    while (status == VMK_OK && created->cache.nchunks * created->cache.nslots < props->minObj) {
        status = grow(created);
    }
    if (status != VMK_OK) {
        release_chunks(created);
        vmk_HeapFree(heap_kernel, created);
        return status;
    }
    vmk_SpinlockLockIRQ(&slabs_lock, &flags);
    vmk_ListInsert(&created->links, vmk_ListAtRear(&slabs));
    vmk_SpinlockUnlockIRQ(&slabs_lock, flags);
    account_add(props->module, ACCOUNT_SLABS, 1);
    *slab = created;
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_SlabCreate);

/* Return what waits in the magazines. Nobody uses the slab any more. @return how many objects are out. */
static vmk_uint64 empty_magazines(struct vmk_Slab *slab)
{
    vmk_uint64 flags, taken;

    vmk_SpinlockLockIRQ(&slab->lock, &flags);
    for (unsigned cpu = 0; cpu < VMK_MAX_PCPUS; cpu++) {
        struct magazine *magazine = slab->magazines[cpu];

        while (magazine->count != 0) {
            put(slab, magazine->objects[--magazine->count]);
        }
    }
    taken = slab->taken;
    vmk_SpinlockUnlockIRQ(&slab->lock, flags);
    return taken;
}

VMK_ReturnStatus vmk_SlabDestroy(vmk_SlabID slab)
{
    vmk_uint64 flags, taken;

    taken = empty_magazines(slab);
    if (taken != 0) {
        vmk_WarningMessage("Slab %s cannot be destroyed: %lu objects are outstanding",
                           slab->props.name.string, taken);
        return VMK_BUSY;
    }
    vmk_SpinlockLockIRQ(&slabs_lock, &flags);
    vmk_ListRemove(&slab->links);
    vmk_SpinlockUnlockIRQ(&slabs_lock, flags);
    release_chunks(slab);
    for (unsigned cpu = 0; cpu < VMK_MAX_PCPUS; cpu++) {
        if (slab->magazines[cpu] != &no_magazine) {
            vmk_HeapFree(heap_kernel, slab->magazines[cpu]);
        }
    }
    account_add(slab->props.module, ACCOUNT_SLABS, -1);
    vmk_HeapFree(heap_kernel, slab);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_SlabDestroy);

VMK_ReturnStatus vmk_SlabGetProperties(vmk_SlabID slab, vmk_SlabGetProps *props)
{
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&slab->lock, &flags);
    *props = (vmk_SlabGetProps){
        .name = slab->props.name,
        .module = slab->props.module,
        .objSize = slab->props.objSize,
        .memory = vmk_Pages2Bytes(slab->cache.npages),
        .objects = slab->taken,
        .failures = slab->failures,
    };
    for (unsigned cpu = 0; cpu < VMK_MAX_PCPUS; cpu++) {
        props->cached += slab->magazines[cpu]->count;
    }
    vmk_SpinlockUnlockIRQ(&slab->lock, flags);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_SlabGetProperties);

VMK_ReturnStatus vmk_SlabGetMemSize(const vmk_SlabCreateProps *props, vmk_ByteCount *bytes)
{
    struct slot_cache cache;

    if (!props_valid(props) || props->maxObj == 0) {
        return VMK_BAD_PARAM;
    }
    slot_cache_init(&cache, NULL, slot_size_of(props), page_request(props));
    *bytes = vmk_Pages2Bytes((vmk_uint64)slot_cache_growth(&cache) *
                             ((props->maxObj + cache.nslots - 1) / cache.nslots));
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_SlabGetMemSize);

VMK_ReturnStatus slab_get_nth(unsigned index, vmk_SlabGetProps *props)
{
    vmk_StatusValue status = VMK_NOT_FOUND;
    vmk_ListLinks *link;
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&slabs_lock, &flags);
    VMK_LIST_FORALL (&slabs, link) {
        if (index-- == 0) {
            status = vmk_SlabGetProperties(VMK_LIST_ENTRY(link, struct vmk_Slab, links), props);
            break;
        }
    }
    vmk_SpinlockUnlockIRQ(&slabs_lock, flags);
    return status;
}
