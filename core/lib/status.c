/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * status.c - status codes in words.
 */
#include <vmkapi/base/export.h>
#include <vmkapi/base/status.h>

static const char *const texts[] = {
#define VMK_STATUS(name, value, text, err) [value] = text,
#include <vmkapi/base/status.def>
#undef VMK_STATUS
};

const char *vmk_StatusToString(vmk_StatusValue status)
{
    if (status < 0 || (vmk_size_t)status >= VMK_ARRAY_SIZE(texts) || texts[status] == NULL) {
        return "Unknown status";
    }
    return texts[status];
}
VMK_EXPORT_SYMBOL(vmk_StatusToString);
