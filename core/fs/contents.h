/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * contents.h - the bytes of one file: a stretch of a boot archive, or pages of our own.
 *
 * Zeroed, it is an empty file. Locks: the caller's.
 */
#ifndef CORE_FS_CONTENTS_H
#define CORE_FS_CONTENTS_H

#include <vmkapi/base/heap.h>
#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>

struct contents {
    const vmk_uint8 *boot; /**< Where all bytes lie, read-only; NULL when they are in pages. */
    vmk_uint8 **pages;     /**< One pointer per page, NULL for one of zeros; NULL past the end is the same. */
    vmk_ByteCount capacity; /**< Pointers at pages. */
    vmk_ByteCount len;
};

/** Make the contents a stretch of a boot archive, giving back what was there. */
void contents_set_boot(struct contents *contents, vmk_HeapID heap, const void *bytes, vmk_ByteCount len);

/** Copy up to @p len bytes at @p offset. @return how many there were. */
vmk_ByteCount contents_read(const struct contents *contents, vmk_ByteCount offset, void *buffer,
                            vmk_ByteCount len);

/**
 * Write @p len bytes at @p offset, taking pages from @p heap; the bytes are all written or none.
 *
 * @return VMK_OK; VMK_NO_RESOURCES when the heap is at its limit; VMK_LIMIT_EXCEEDED beyond any file's size.
 */
VMK_ReturnStatus contents_write(struct contents *contents, vmk_HeapID heap, vmk_ByteCount offset,
                                const void *bytes, vmk_ByteCount len);

/** Give everything back; the file is empty again. */
void contents_clear(struct contents *contents, vmk_HeapID heap);

#endif
