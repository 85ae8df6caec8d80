/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kmap.h - the kernel's two areas of mapped addresses: mappings (vmkapi/core/mapping.h) and modules.
 *
 * Addresses freed are unmapped at once but handed out again only after the other CPUs' translations were
 * flushed, which is done for many at a time.
 */
#ifndef CORE_KMAP_H
#define CORE_KMAP_H

#include <vmkapi/core/mapping.h>

#define KMAP_MODULE_BASE  0xffffffffa0000000ul
#define KMAP_MODULE_LIMIT 0xfffffffffd000000ul

/** What a module's pages may be used for. Never writable and executable at once. */
enum kmap_access {
    KMAP_READ_WRITE,
    KMAP_READ_ONLY,
    KMAP_READ_EXECUTE,
};

/** Set the areas up. Context: boot CPU, once, after page_alloc_init(). */
void kmap_init(void);

/**
 * Allocate cleared, writable pages for @p module's code or data, within reach of kernel addresses.
 *
 * @return VMK_OK; VMK_BAD_PARAM for 0 bytes; VMK_NO_MEMORY. Context: as vmk_MapAlloc().
 */
VMK_ReturnStatus kmap_module_alloc(vmk_ModuleID module, vmk_ByteCount bytes, vmk_VA *va);

/**
 * Change what whole pages of one allocation may be used for, on every CPU before it returns.
 *
 * @return VMK_OK; VMK_INVALID_ADDRESS for pages that are not a module's; VMK_NO_MEMORY. Context: as above.
 */
VMK_ReturnStatus kmap_module_protect(vmk_VA va, vmk_ByteCount bytes, enum kmap_access access);

/** Undo kmap_module_alloc(), by the address it gave. */
void kmap_module_free(vmk_VA va);

#endif
