/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * machine_memory.h - from machine addresses to pointers and back, through the direct map of all RAM.
 *
 * Heaps, slabs, pages and packets lie in the direct map; the kernel image, modules, world stacks and
 * what vmk_Map() or vmk_MapAlloc() returns do not.
 * Context: any.
 */
#ifndef VMKAPI_CORE_MACHINE_MEMORY_H
#define VMKAPI_CORE_MACHINE_MEMORY_H

#include <vmkapi/base/types.h>
#include <vmkapi/core/memdefs.h>

#ifndef VMK_DIRECT_MAP_BASE /* The hosted build has its own. */
#define VMK_DIRECT_MAP_BASE 0xffff800000000000ul
#endif
/** The direct map ends here at the latest. */
#define VMK_DIRECT_MAP_LIMIT (VMK_DIRECT_MAP_BASE + 0x400000000000ul)

/** Where @p ma, which is RAM, is seen. */
VMK_ALWAYS_INLINE vmk_VA vmk_MA2VA(vmk_MA ma)
{
    return ma + VMK_DIRECT_MAP_BASE;
}

/** The machine address of @p va, which lies in the direct map. */
VMK_ALWAYS_INLINE vmk_MA vmk_VA2MA(vmk_VA va)
{
    return va - VMK_DIRECT_MAP_BASE;
}

VMK_ALWAYS_INLINE void *vmk_MA2Ptr(vmk_MA ma)
{
    return (void *)vmk_MA2VA(ma);
}

VMK_ALWAYS_INLINE vmk_MA vmk_Ptr2MA(const void *ptr)
{
    return vmk_VA2MA((vmk_VA)ptr);
}

VMK_ALWAYS_INLINE void *vmk_MPN2Ptr(vmk_MPN mpn)
{
    return vmk_MA2Ptr(vmk_MPN2MA(mpn));
}

VMK_ALWAYS_INLINE vmk_MPN vmk_Ptr2MPN(const void *ptr)
{
    return vmk_MA2MPN(vmk_Ptr2MA(ptr));
}

VMK_ALWAYS_INLINE vmk_Bool vmk_VAIsDirectMap(vmk_VA va)
{
    return va - VMK_DIRECT_MAP_BASE < VMK_DIRECT_MAP_LIMIT - VMK_DIRECT_MAP_BASE;
}

/** One past the highest machine address that is RAM. */
vmk_MA vmk_MachMemMaxAddr(void);

/** True when @p mpn has a descriptor (core/frame.h): all RAM has, and what else lies within 4 MiB of it. */
vmk_Bool vmk_MPNHasFrame(vmk_MPN mpn);

#endif
