/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * name.c - making vmk_Name values.
 */
#include <vmkapi/base/export.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/lib/name.h>

VMK_ReturnStatus vmk_NameInitialize(vmk_Name *name, const char *str)
{
    return vmk_Strlcpy(name->string, str, sizeof(name->string)) < sizeof(name->string) ? VMK_OK
                                                                                       : VMK_NAME_TOO_LONG;
}
VMK_EXPORT_SYMBOL(vmk_NameInitialize);

VMK_ReturnStatus vmk_NameFormat(vmk_Name *name, const char *fmt, ...)
{
    va_list args;
    int len;

    va_start(args, fmt);
    len = vmk_Vsnprintf(name->string, sizeof(name->string), fmt, args);
    va_end(args);
    return (vmk_size_t)len < sizeof(name->string) ? VMK_OK : VMK_NAME_TOO_LONG;
}
VMK_EXPORT_SYMBOL(vmk_NameFormat);
