/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * frame.h - machine pages: their descriptors, their references, and getting them.
 *
 * Each page of RAM has a 16-byte descriptor in one virtually contiguous array, so that page number and
 * descriptor are arithmetic apart. An allocation of 2^order pages is aligned to its size; its references
 * are counted in its first descriptor.
 *
 * Context: any, interrupts off included; nothing blocks.
 * Locks:   none for one page in the usual case (this CPU's cache), else a zone's (rank PAGE_ALLOC, a leaf).
 */
#ifndef VMKAPI_CORE_FRAME_H
#define VMKAPI_CORE_FRAME_H

#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>
#include <vmkapi/core/machine_memory.h>
#include <vmkapi/core/memdefs.h>

#ifndef VMK_FRAME_ARRAY_BASE /* The hosted build has its own. */
#define VMK_FRAME_ARRAY_BASE 0xffffd00000000000ul
#endif

/** The largest allocation is 2^VMK_PAGE_MAX_ORDER pages, 4 MiB. */
#define VMK_PAGE_MAX_ORDER 10u

/** What a page is used for; `hardware memory get` shows the sums. */
typedef enum vmk_PageKind {
    VMK_PAGE_RESERVED = 0, /**< Never the allocator's: firmware, kernel image, boot modules, holes. */
    VMK_PAGE_FREE,         /**< In the allocator. Not to be asked for. */
    VMK_PAGE_DATA,         /**< Whatever has no kind of its own. */
    VMK_PAGE_HEAP,
    VMK_PAGE_SLAB,
    VMK_PAGE_PACKET,
    VMK_PAGE_STACK,
    VMK_PAGE_TABLE,  /**< Page tables. */
    VMK_PAGE_FRAMES, /**< The descriptors themselves. */
    VMK_PAGE_MODULE, /**< Modules' code and data. */
    VMK_PAGE_DMA,    /**< Coherent memory shared with devices. */
    VMK_PAGE_FILE,   /**< Contents of the RAM file system. */
    VMK_PAGE_GUEST,  /**< Memory of virtual machines. */
    VMK_PAGE_KIND_COUNT,
} vmk_PageKind;

/** A page's descriptor. The allocator owns all but `private`, which is its user's while allocated. */
typedef struct vmk_PageFrame {
    union {
        struct {
            vmk_int32 refCount; /**< References to an allocation, in its first descriptor; atomic. */
            vmk_uint16 module;  /**< Owner, charged until the pages are freed. */
            vmk_uint8 kind;     /**< enum vmk_PageKind. */
            vmk_uint8 order;    /**< log2 of the pages, in the first descriptor. */
        };
        vmk_uint64 state; /**< All of these, to be changed in one step. */
    };
    union {
        vmk_uint64 private;
        void *privatePtr;
        struct {
            vmk_uint32 prev, next; /**< Free lists, by page number. */
        } link;
    };
} vmk_PageFrame;

VMK_STATIC_ASSERT(sizeof(vmk_PageFrame) == 16, "the frame array is sized, and shifted, for 16 bytes");

/** The descriptor of a page of RAM. */
VMK_ALWAYS_INLINE vmk_PageFrame *vmk_MPN2Frame(vmk_MPN mpn)
{
    return (vmk_PageFrame *)VMK_FRAME_ARRAY_BASE + mpn;
}

VMK_ALWAYS_INLINE vmk_MPN vmk_Frame2MPN(const vmk_PageFrame *frame)
{
    return (vmk_MPN)(frame - (const vmk_PageFrame *)VMK_FRAME_ARRAY_BASE);
}

/** Where the page of @p frame is seen in the direct map. */
VMK_ALWAYS_INLINE void *vmk_Frame2Ptr(const vmk_PageFrame *frame)
{
    return vmk_MPN2Ptr(vmk_Frame2MPN(frame));
}

/** The descriptor of the page that holds @p ptr, which lies in the direct map. */
VMK_ALWAYS_INLINE vmk_PageFrame *vmk_Ptr2Frame(const void *ptr)
{
    return vmk_MPN2Frame(vmk_Ptr2MPN(ptr));
}

/** What vmk_PageAlloc() is asked for. A plain value: build it with designated initialisers. */
typedef struct vmk_PageRequest {
    vmk_uint8 constraint; /**< enum vmk_MemPhysAddrConstraint. */
    vmk_Bool zero;        /**< Clear them. */
    vmk_uint16 reserved;  /**< 0. */
    vmk_uint16 module;    /**< Charged with the pages. This and the rest lie as in vmk_PageFrame. */
    vmk_uint8 kind;       /**< enum vmk_PageKind. */
    vmk_uint8 order;      /**< 2^order pages. */
} vmk_PageRequest;

VMK_STATIC_ASSERT(sizeof(vmk_PageRequest) == 8, "a request travels in one register");

/**
 * Allocate 2^order contiguous pages, aligned to their size, with one reference.
 *
 * @return VMK_OK; VMK_NO_MEMORY; VMK_BAD_PARAM for an order above VMK_PAGE_MAX_ORDER.
 */
VMK_ReturnStatus vmk_PageAlloc(vmk_PageRequest request, vmk_MPN *mpn);

/** Free an allocation by its first page, whatever its references; the order is known. */
void vmk_PageFree(vmk_MPN mpn);

/**
 * Allocate @p numPages contiguous pages, not rounded up to a power of two; request.order is ignored.
 *
 * Each page is then an allocation of its own (order 0, one reference).
 * @return VMK_OK; VMK_NO_MEMORY; VMK_BAD_PARAM for 0 or more than 2^VMK_PAGE_MAX_ORDER pages.
 */
VMK_ReturnStatus vmk_PageAllocRun(vmk_PageRequest request, vmk_uint32 numPages, vmk_MPN *mpn);

/** Free a run got by vmk_PageAllocRun(). */
void vmk_PageFreeRun(vmk_MPN mpn, vmk_uint32 numPages);

/** Make an allocation of 2^order pages into 2^order allocations of one page and one reference each. */
void vmk_PageSplit(vmk_MPN mpn);

/** Take one more reference to the allocation whose first descriptor is @p frame. */
VMK_ALWAYS_INLINE void vmk_PageGet(vmk_PageFrame *frame)
{
    (void)__atomic_add_fetch(&frame->refCount, 1, __ATOMIC_RELAXED);
}

/** References held now. A snapshot, exact only while nobody else may take one. */
VMK_ALWAYS_INLINE vmk_int32 vmk_PageRefCount(const vmk_PageFrame *frame)
{
    return __atomic_load_n(&frame->refCount, __ATOMIC_RELAXED);
}

/** Drop one reference; the last one frees the pages. */
VMK_ALWAYS_INLINE void vmk_PagePut(vmk_PageFrame *frame)
{
    if (vmk_PageRefCount(frame) == 1 || __atomic_sub_fetch(&frame->refCount, 1, __ATOMIC_ACQ_REL) == 0) {
        vmk_PageFree(vmk_Frame2MPN(frame));
    }
}

#endif
