/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * string.c - strings with a status.
 */
#include <core/number.h>
#include <vmkapi/base/export.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/lib/string.h>

VMK_ReturnStatus vmk_StringCopy(char *dst, const char *src, vmk_ByteCount size)
{
    if (size == 0) {
        return VMK_BAD_PARAM;
    }
    return vmk_Strlcpy(dst, src, size) < size ? VMK_OK : VMK_LIMIT_EXCEEDED;
}
VMK_EXPORT_SYMBOL(vmk_StringCopy);

VMK_ReturnStatus vmk_StringCat(char *dst, const char *src, vmk_ByteCount size)
{
    if (size == 0) {
        return VMK_BAD_PARAM;
    }
    return vmk_Strlcat(dst, src, size) < size ? VMK_OK : VMK_LIMIT_EXCEEDED;
}
VMK_EXPORT_SYMBOL(vmk_StringCat);

VMK_ReturnStatus vmk_StringVFormat(char *buf, vmk_ByteCount size, vmk_ByteCount *len, const char *fmt,
                                   va_list args)
{
    vmk_ByteCount needed;

    if (size == 0) {
        return VMK_BAD_PARAM;
    }
    needed = (vmk_ByteCount)vmk_Vsnprintf(buf, size, fmt, args);
    if (len != NULL) {
        *len = needed;
    }
    return needed < size ? VMK_OK : VMK_LIMIT_EXCEEDED;
}
VMK_EXPORT_SYMBOL(vmk_StringVFormat);

VMK_ReturnStatus vmk_StringFormat(char *buf, vmk_ByteCount size, vmk_ByteCount *len, const char *fmt, ...)
{
    va_list args;
    vmk_StatusValue status;

    va_start(args, fmt);
    status = vmk_StringVFormat(buf, size, len, fmt, args);
    va_end(args);
    return status;
}
VMK_EXPORT_SYMBOL(vmk_StringFormat);

VMK_ReturnStatus vmk_StringDup(vmk_HeapID heap, const char *str, char **copy)
{
    vmk_ByteCount size = vmk_Strlen(str) + 1;

    *copy = vmk_HeapAlloc(heap, size);
    if (*copy == NULL) {
        return VMK_NO_MEMORY;
    }
    vmk_Memcpy(*copy, str, size);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_StringDup);

/* Read a number that is all of @str. */
static VMK_ReturnStatus parse_whole(const char *str, vmk_uint32 base, struct number *number)
{
    const char *end;

    *number = number_parse(str, ~0ul, base);
    end = str + number->consumed;
    while (vmk_IsSpace(*end)) {
        end++;
    }
    return number->consumed == 0 || *end != '\0' ? VMK_BAD_PARAM : VMK_OK;
}

VMK_ReturnStatus vmk_StringToUint64(const char *str, vmk_uint32 base, vmk_uint64 *value)
{
    struct number number;
    vmk_StatusValue status = parse_whole(str, base, &number);

    if (status != VMK_OK) {
        return status;
    }
    if (number.overflow || (number.negative && number.magnitude != 0)) {
        return VMK_LIMIT_EXCEEDED;
    }
    *value = number.magnitude;
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_StringToUint64);

VMK_ReturnStatus vmk_StringToInt64(const char *str, vmk_uint32 base, vmk_int64 *value)
{
    struct number number;
    vmk_StatusValue status = parse_whole(str, base, &number);

    if (status != VMK_OK) {
        return status;
    }
    if (number.magnitude > 0x7ffffffffffffffful + number.negative) {
        return VMK_LIMIT_EXCEEDED;
    }
    *value = (vmk_int64)(number.negative ? -number.magnitude : number.magnitude);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_StringToInt64);
