/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mapping.h - kernel virtual addresses for pages that are scattered, or are no RAM.
 *
 * Every mapping has an unmapped guard page behind it, and what lies before it ends in one too.
 * Mappings are never executable.
 *
 * Context: a world or a bottom half with interrupts on; none of these block, but undoing a mapping may
 *          interrupt the other CPUs and wait for their answer, so no spinlock may be held that is taken
 *          with interrupts off.
 * Locks:   one for the address space (rank KMAP).
 */
#ifndef VMKAPI_CORE_MAPPING_H
#define VMKAPI_CORE_MAPPING_H

#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>
#include <vmkapi/core/frame.h>
#include <vmkapi/core/memdefs.h>

#ifndef VMK_MAP_AREA_BASE /* The hosted build has its own. */
#define VMK_MAP_AREA_BASE 0xffffc00000000000ul
#endif
#define VMK_MAP_AREA_LIMIT (VMK_MAP_AREA_BASE + 0x10000000000ul)

/** What the pages are seen as. */
typedef enum vmk_MapAttr {
    VMK_MAPATTRS_READWRITE = 0, /**< RAM, cached. */
    VMK_MAPATTRS_READONLY,      /**< RAM, cached, not written through this mapping. */
    VMK_MAPATTRS_UNCACHED,      /**< Device registers: strictly ordered. */
    VMK_MAPATTRS_WRITECOMBINE,  /**< Frame buffers: writes may be gathered. */
} vmk_MapAttr;

typedef struct vmk_MapRequest {
    vmk_MapAttr mapAttrs;
    vmk_uint32 numElements; /**< Ranges, seen one behind the other. */
    const vmk_MpnRange *mpnRanges;
} vmk_MapRequest;

/**
 * Map ranges of pages, RAM or not, at consecutive addresses.
 *
 * The pages themselves stay whose they are. The mapping is charged to @p module until vmk_Unmap().
 * @return VMK_OK; VMK_BAD_PARAM for an empty request; VMK_NO_MEMORY.
 */
VMK_ReturnStatus vmk_Map(vmk_ModuleID module, const vmk_MapRequest *request, vmk_VA *va);

/** Undo vmk_Map(), by the address it gave. */
void vmk_Unmap(vmk_VA va);

/**
 * Map device registers at any byte address: vmk_Map(), uncached, of the pages around them.
 *
 * @return VMK_OK; VMK_BAD_PARAM for no bytes or a range that wraps; VMK_NO_MEMORY.
 */
VMK_ReturnStatus vmk_MapMMIO(vmk_ModuleID module, vmk_MA ma, vmk_ByteCount len, vmk_VA *va);

/** Undo vmk_MapMMIO(), by the address it gave. */
void vmk_UnmapMMIO(vmk_VA va);

/**
 * Allocate @p bytes rounded up to pages, virtually contiguous, physically scattered, cleared.
 *
 * For large buffers that no device sees, and for stacks.
 * @return VMK_OK; VMK_BAD_PARAM for 0 bytes; VMK_NO_MEMORY.
 */
VMK_ReturnStatus vmk_MapAlloc(vmk_ModuleID module, vmk_ByteCount bytes, vmk_PageKind kind, vmk_VA *va);

/** Undo vmk_MapAlloc(), by the address it gave. */
void vmk_MapFree(vmk_VA va);

/** True for an address in the mapping area (not necessarily mapped). */
VMK_ALWAYS_INLINE vmk_Bool vmk_VAIsMapArea(vmk_VA va)
{
    return va - VMK_MAP_AREA_BASE < VMK_MAP_AREA_LIMIT - VMK_MAP_AREA_BASE;
}

/** The machine page seen at @p va of a live mapping. @return VMK_OK, or VMK_INVALID_ADDRESS. */
VMK_ReturnStatus vmk_MapVA2MPN(vmk_VA va, vmk_MPN *mpn);

#endif
