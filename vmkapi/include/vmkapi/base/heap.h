/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * heap.h - named heaps, each accounted to the module that owns it.
 *
 * Memory comes from the direct map: it is physically contiguous and may be given to devices.
 * Up to 2 KiB an allocation shares a page with others of its size class; beyond that it has pages of its own.
 * A size that is a power of two is aligned to itself, up to the page size; every allocation to 16 bytes.
 *
 * A double free, a pointer that is not the heap's and, in debug builds, a write behind an allocation or
 * into a freed one end in a crash screen that names the heap and its module.
 *
 * Context: allocation and free anywhere, interrupts off included; never blocks. Create and destroy in a
 * world. Locks:   one per heap (rank HEAP), a leaf but for the page allocator's.
 */
#ifndef VMKAPI_BASE_HEAP_H
#define VMKAPI_BASE_HEAP_H

#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>

typedef struct vmk_Heap *vmk_HeapID;
#define VMK_INVALID_HEAP_ID ((vmk_HeapID)0)

/** The largest single allocation. */
#define VMK_HEAP_MAX_ALLOC (4ul << 20)

typedef enum vmk_HeapType {
    VMK_HEAP_TYPE_SIMPLE = 0, /**< Pages from anywhere. */
    VMK_HEAP_TYPE_BELOW_4GB,  /**< Pages with machine addresses of 32 bits. */
} vmk_HeapType;

typedef struct vmk_HeapCreateProps {
    vmk_HeapType type;
    vmk_Name name;
    vmk_ModuleID module;   /**< Charged with every byte. */
    vmk_ByteCount initial; /**< What it is expected to need. Pages are taken when they are needed. */
    vmk_ByteCount max;     /**< Pages the heap may hold, in bytes; 0 is no limit. */
} vmk_HeapCreateProps;

/** How a heap stands. A snapshot; it may be old on return. */
typedef struct vmk_HeapGetProps {
    vmk_HeapType type;
    vmk_Name name;
    vmk_ModuleID module;
    vmk_ByteCount cur;      /**< Pages held now, in bytes. */
    vmk_ByteCount max;      /**< The limit; 0 is none. */
    vmk_ByteCount used;     /**< Bytes in live allocations, rounded up to their size classes. */
    vmk_uint64 allocations; /**< Live allocations. */
    vmk_uint64 failures;    /**< Allocations refused so far. */
} vmk_HeapGetProps;

/** One line of a heap's budget, for vmk_HeapDetermineMaxSize(). */
typedef struct vmk_HeapAllocationDescriptor {
    vmk_ByteCountSmall size;
    vmk_ByteCountSmall alignment; /**< 0 is none. */
    vmk_uint32 count;             /**< Allocations of this kind alive at a time. */
} vmk_HeapAllocationDescriptor;

/**
 * Create a heap.
 *
 * Context: may block. @return VMK_OK, VMK_BAD_PARAM (initial > max, no name, or an unknown type),
 * VMK_NO_MEMORY.
 */
VMK_ReturnStatus vmk_HeapCreate(const vmk_HeapCreateProps *props, vmk_HeapID *heap);

/**
 * Destroy a heap and give its pages back.
 *
 * @return VMK_OK; VMK_BUSY with allocations outstanding, the heap being left as it was (their number and
 * bytes are logged).
 */
VMK_ReturnStatus vmk_HeapDestroy(vmk_HeapID heap);

/**
 * Allocate @p size bytes, not cleared, on behalf of the caller at @p ra.
 *
 * @param size   1 up to VMK_HEAP_MAX_ALLOC; 0 is taken as 1.
 * @param align  a power of two up to VMK_HEAP_MAX_ALLOC; 0 is none.
 * @param ra     return address noted in debug builds for leak and corruption reports.
 * @return the memory; NULL when it cannot be had within the heap's limit.
 */
void *vmk_HeapAlignWithRA(vmk_HeapID heap, vmk_ByteCount size, vmk_ByteCount align, void *ra)
    __attribute__((malloc, alloc_size(2)));

/** As vmk_HeapAlignWithRA() without a wish for alignment. */
void *vmk_HeapAllocWithRA(vmk_HeapID heap, vmk_ByteCount size, void *ra)
    __attribute__((malloc, alloc_size(2)));

#define vmk_HeapAlloc(heap, size) vmk_HeapAllocWithRA((heap), (size), __builtin_return_address(0))
#define vmk_HeapAlign(heap, size, align)                                                                     \
    vmk_HeapAlignWithRA((heap), (size), (align), __builtin_return_address(0))

/** vmk_HeapAlloc(), cleared. */
void *vmk_HeapZalloc(vmk_HeapID heap, vmk_ByteCount size) __attribute__((malloc, alloc_size(2)));

/** Free what came from @p heap. @p mem may be NULL. */
void vmk_HeapFree(vmk_HeapID heap, void *mem);

/** The heap @p mem was allocated from, or VMK_INVALID_HEAP_ID when it is no heap's memory. */
vmk_HeapID vmk_HeapOf(const void *mem);

/** Bytes that may be used at @p mem, which is live: the size class, not only what was asked for. */
vmk_ByteCount vmk_HeapUsableSize(const void *mem);

/** Fill in @p props. @return VMK_OK. */
VMK_ReturnStatus vmk_HeapGetProperties(vmk_HeapID heap, vmk_HeapGetProps *props);

/**
 * The `max` that a heap needs so that every allocation described can be alive at once.
 *
 * @return VMK_OK; VMK_BAD_PARAM for a size above VMK_HEAP_MAX_ALLOC or an alignment that is no power of two.
 */
VMK_ReturnStatus vmk_HeapDetermineMaxSize(const vmk_HeapAllocationDescriptor *descriptors, vmk_uint32 count,
                                          vmk_ByteCount *max);

#endif
