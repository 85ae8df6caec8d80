/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slab.h - caches of objects of one size, with a magazine of free ones on each CPU.
 *
 * Allocation and free usually touch only this CPU's magazine. Objects lie in the direct map.
 * Context: allocation and free anywhere, interrupts off included; never block. Create and destroy in a world.
 * Locks:   one per slab (rank SLAB), taken only to refill or empty a magazine.
 */
#ifndef VMKAPI_BASE_SLAB_H
#define VMKAPI_BASE_SLAB_H

#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>

typedef struct vmk_Slab *vmk_SlabID;
#define VMK_INVALID_SLAB_ID ((vmk_SlabID)0)

/**
 * Prepare a new object; it stays prepared across free and the next allocation.
 *
 * Runs when the slab grows, in the context of the allocation with the slab's lock held: it must not block,
 * use the slab, or take a lock of a rank before SLAB. A status other than VMK_OK fails the growth.
 */
typedef VMK_ReturnStatus (*vmk_SlabItemConstructor)(void *object, vmk_ByteCountSmall size, vmk_AddrCookie arg,
                                                    int flags);
/** Undo the constructor. Runs when the slab shrinks or goes, with its lock held as above. */
typedef void (*vmk_SlabItemDestructor)(void *object, vmk_ByteCountSmall size, vmk_AddrCookie arg);

typedef enum vmk_SlabType {
    VMK_SLAB_TYPE_SIMPLE = 0, /**< Pages from anywhere. */
    VMK_SLAB_TYPE_BELOW_4GB,  /**< Pages with machine addresses of 32 bits. */
} vmk_SlabType;

typedef struct vmk_SlabCreateProps {
    vmk_SlabType type;
    vmk_Name name;
    vmk_ModuleID module;                 /**< Charged with every page. */
    vmk_ByteCountSmall objSize;          /**< Bytes, 1 to VMK_SLAB_MAX_OBJECT. */
    vmk_ByteCountSmall alignment;        /**< A power of two; 0 is 8. */
    vmk_SlabItemConstructor constructor; /**< May be NULL. */
    vmk_SlabItemDestructor destructor;   /**< May be NULL. */
    vmk_AddrCookie constructorArg;
    vmk_uint32 minObj; /**< Objects made at once and never given back. */
    vmk_uint32 maxObj; /**< Most objects alive at a time, magazines included; 0 is no limit. */
} vmk_SlabCreateProps;

/** The largest object: vmk_SlabGetMaxObjectSize(). */
#define VMK_SLAB_MAX_OBJECT 8192u

/** How a slab stands. A snapshot. */
typedef struct vmk_SlabGetProps {
    vmk_Name name;
    vmk_ModuleID module;
    vmk_ByteCountSmall objSize;
    vmk_ByteCount memory; /**< Pages held, in bytes. */
    vmk_uint64 objects;   /**< Objects handed out, counting those waiting in magazines. */
    vmk_uint64 cached;    /**< Of these, in magazines. */
    vmk_uint64 failures;  /**< Allocations refused so far. */
} vmk_SlabGetProps;

/**
 * Create a slab.
 *
 * Context: may block. @return VMK_OK; VMK_BAD_PARAM for a size or alignment out of range; VMK_NO_MEMORY, also
 * when minObj objects cannot be made; a constructor's status.
 */
VMK_ReturnStatus vmk_SlabCreate(const vmk_SlabCreateProps *props, vmk_SlabID *slab);

/**
 * Destroy a slab and give its pages back.
 *
 * Nobody else may use the slab any more. Context: may block.
 * @return VMK_OK; VMK_BUSY with objects outstanding (logged), the slab being left as it was.
 */
VMK_ReturnStatus vmk_SlabDestroy(vmk_SlabID slab);

/** An object; NULL when the slab is at its limit or memory has run out. */
void *vmk_SlabAlloc(vmk_SlabID slab);

/** Give @p object, from @p slab, back; on any CPU. NULL is not allowed. */
void vmk_SlabFree(vmk_SlabID slab, void *object);

/** Fill in @p props. @return VMK_OK. */
VMK_ReturnStatus vmk_SlabGetProperties(vmk_SlabID slab, vmk_SlabGetProps *props);

/** Bytes of pages that @p props would take with maxObj objects alive. @return VMK_OK; VMK_BAD_PARAM, also
 * without maxObj. */
VMK_ReturnStatus vmk_SlabGetMemSize(const vmk_SlabCreateProps *props, vmk_ByteCount *bytes);

#endif
