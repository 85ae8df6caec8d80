/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * name.h - vmk_Name: a short name that is always terminated. Context: any.
 */
#ifndef VMKAPI_LIB_NAME_H
#define VMKAPI_LIB_NAME_H

#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>

/** Set @p name to @p str. @return VMK_OK; VMK_NAME_TOO_LONG, the name being @p str cut off. */
VMK_ReturnStatus vmk_NameInitialize(vmk_Name *name, const char *str);

/** Set @p name as vmk_Snprintf() would. @return VMK_OK; VMK_NAME_TOO_LONG, the name being cut off. */
VMK_ReturnStatus vmk_NameFormat(vmk_Name *name, const char *fmt, ...) VMK_ATTRIBUTE_PRINTF(2, 3);

VMK_ALWAYS_INLINE const char *vmk_NameToString(const vmk_Name *name)
{
    return name->string;
}

VMK_ALWAYS_INLINE void vmk_NameCopy(vmk_Name *dst, const vmk_Name *src)
{
    *dst = *src;
}

#endif
