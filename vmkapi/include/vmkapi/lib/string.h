/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * string.h - string functions that say by a status what did not fit or was not a number.
 *
 * Context: any; vmk_StringDup() as vmk_HeapAlloc().
 */
#ifndef VMKAPI_LIB_STRING_H
#define VMKAPI_LIB_STRING_H

#include <stdarg.h>
#include <vmkapi/base/heap.h>
#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>

/** Copy @p src into @p size bytes. @return VMK_OK; VMK_LIMIT_EXCEEDED, @p dst being cut off; VMK_BAD_PARAM.
 */
VMK_ReturnStatus vmk_StringCopy(char *dst, const char *src, vmk_ByteCount size);

/** Append @p src to what @p dst of @p size bytes holds. Statuses as vmk_StringCopy(). */
VMK_ReturnStatus vmk_StringCat(char *dst, const char *src, vmk_ByteCount size);

/**
 * Format into @p size bytes.
 *
 * @param len  if not NULL, the length the whole text has, without the NUL.
 * @return VMK_OK; VMK_LIMIT_EXCEEDED, @p buf being cut off; VMK_BAD_PARAM for a size of 0.
 */
VMK_ReturnStatus vmk_StringFormat(char *buf, vmk_ByteCount size, vmk_ByteCount *len, const char *fmt, ...)
    VMK_ATTRIBUTE_PRINTF(4, 5);
VMK_ReturnStatus vmk_StringVFormat(char *buf, vmk_ByteCount size, vmk_ByteCount *len, const char *fmt,
                                   va_list args) VMK_ATTRIBUTE_PRINTF(4, 0);

/** A copy of @p str from @p heap; the caller frees it. @return VMK_OK or VMK_NO_MEMORY. */
VMK_ReturnStatus vmk_StringDup(vmk_HeapID heap, const char *str, char **copy);

/**
 * Read a number that is the whole of @p str, but for white space around it.
 *
 * @param base  2 to 36, or 0 for C's prefixes.
 * @return VMK_OK; VMK_BAD_PARAM when it is no number; VMK_LIMIT_EXCEEDED when it does not fit.
 */
VMK_ReturnStatus vmk_StringToUint64(const char *str, vmk_uint32 base, vmk_uint64 *value);
VMK_ReturnStatus vmk_StringToInt64(const char *str, vmk_uint32 base, vmk_int64 *value);

#endif
