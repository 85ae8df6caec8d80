/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memdefs.h - arithmetic between addresses, pages and sizes, and the terms memory is asked for in.
 */
#ifndef VMKAPI_CORE_MEMDEFS_H
#define VMKAPI_CORE_MEMDEFS_H

#include <vmkapi/base/types.h>

/** Where memory may lie. */
typedef enum vmk_MemPhysAddrConstraint {
    VMK_PHYS_ADDR_ANY = 0,
    VMK_PHYS_ADDR_BELOW_4GB,
    VMK_PHYS_ADDR_BELOW_16MB,
    VMK_PHYS_ADDR_CONSTRAINT_COUNT,
} vmk_MemPhysAddrConstraint;

typedef enum vmk_MemPhysContiguity {
    VMK_MEM_PHYS_ANY_CONTIGUITY = 0, /**< In as many pieces as it takes. */
    VMK_MEM_PHYS_CONTIGUOUS,         /**< In one. */
} vmk_MemPhysContiguity;

/** A run of machine pages. */
typedef struct vmk_MpnRange {
    vmk_MPN startMPN;
    vmk_uint32 numPages;
} vmk_MpnRange;

VMK_ALWAYS_INLINE vmk_MPN vmk_MA2MPN(vmk_MA ma)
{
    return ma >> VMK_PAGE_SHIFT;
}

VMK_ALWAYS_INLINE vmk_MA vmk_MPN2MA(vmk_MPN mpn)
{
    return mpn << VMK_PAGE_SHIFT;
}

VMK_ALWAYS_INLINE vmk_VPN vmk_VA2VPN(vmk_VA va)
{
    return va >> VMK_PAGE_SHIFT;
}

VMK_ALWAYS_INLINE vmk_VA vmk_VPN2VA(vmk_VPN vpn)
{
    return vpn << VMK_PAGE_SHIFT;
}

/** Pages that hold @p bytes, rounded up. */
VMK_ALWAYS_INLINE vmk_uint64 vmk_Bytes2Pages(vmk_ByteCount bytes)
{
    return (bytes + VMK_PAGE_MASK) >> VMK_PAGE_SHIFT;
}

VMK_ALWAYS_INLINE vmk_ByteCount vmk_Pages2Bytes(vmk_uint64 pages)
{
    return pages << VMK_PAGE_SHIFT;
}

#endif
