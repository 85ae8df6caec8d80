/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * config.c - configuration options.
 */
#include <core/config.h>

#include <vmkapi/base/export.h>
#include <vmkapi/core/spinlock.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/lib/string.h>

#include "config_table.h"

/** Guards the texts; numbers are single loads and stores. */
static vmk_SpinlockObject text_lock = VMK_SPINLOCK_INITIALIZER("config texts", VMK_RANK_COMMAND);

unsigned config_count(void)
{
    return (unsigned)(vmk_config_end - vmk_config_start);
}

struct vmk_ConfigOption *config_at(unsigned n)
{
    return vmk_config_start[n];
}

static struct vmk_ConfigOption *find_option(const char *path)
{
    unsigned i;

    for (i = 0; i < config_count(); i++) {
        if (vmk_Strcmp(config_at(i)->path, path) == 0) {
            return config_at(i);
        }
    }
    return NULL;
}

static VMK_ReturnStatus set_number(struct vmk_ConfigOption *option, const char *text)
{
    vmk_uint64 value;
    vmk_StatusValue status = vmk_StringToUint64(text, 0, &value);

    if (status == VMK_OK && (value < option->min || value > option->max)) {
        status = VMK_LIMIT_EXCEEDED;
    }
    if (status == VMK_OK) {
        option->value = value;
    }
    return status;
}

static VMK_ReturnStatus set_text(struct vmk_ConfigOption *option, const char *text)
{
    if (vmk_Strlen(text) >= option->size) {
        return VMK_LIMIT_EXCEEDED;
    }
    vmk_SpinlockLock(&text_lock);
    vmk_Strcpy(option->text, text);
    vmk_SpinlockUnlock(&text_lock);
    return VMK_OK;
}

VMK_ReturnStatus config_set(const char *path, const char *value)
{
    struct vmk_ConfigOption *option = find_option(path);

    if (option == NULL) {
        return VMK_NOT_FOUND;
    }
    return option->text != NULL ? set_text(option, value) : set_number(option, value);
}

VMK_ReturnStatus vmk_ConfigParamOpen(const char *group, const char *name, vmk_ConfigParamHandle *handle)
{
    char path[64];

    vmk_Snprintf(path, sizeof(path), "/%s/%s", group, name);
    *handle = find_option(path);
    return *handle != NULL ? VMK_OK : VMK_NOT_FOUND;
}
VMK_EXPORT_SYMBOL(vmk_ConfigParamOpen);

VMK_ReturnStatus vmk_ConfigParamClose(vmk_ConfigParamHandle handle)
{
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_ConfigParamClose);

VMK_ReturnStatus vmk_ConfigParamGetUint(vmk_ConfigParamHandle handle, vmk_uint64 *value)
{
    if (handle->text != NULL) {
        return VMK_BAD_PARAM;
    }
    *value = handle->value;
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_ConfigParamGetUint);

VMK_ReturnStatus vmk_ConfigParamGetStringSize(vmk_ConfigParamHandle handle, vmk_ByteCount *size)
{
    if (handle->text == NULL) {
        return VMK_BAD_PARAM;
    }
    vmk_SpinlockLock(&text_lock);
    *size = vmk_Strlen(handle->text) + 1;
    vmk_SpinlockUnlock(&text_lock);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_ConfigParamGetStringSize);

VMK_ReturnStatus vmk_ConfigParamGetString(vmk_ConfigParamHandle handle, char *text, vmk_ByteCount size)
{
    vmk_ByteCount len;

    if (handle->text == NULL) {
        return VMK_BAD_PARAM;
    }
    vmk_SpinlockLock(&text_lock);
    len = vmk_Strlcpy(text, handle->text, size);
    vmk_SpinlockUnlock(&text_lock);
    return len < size ? VMK_OK : VMK_BUF_TOO_SMALL;
}
VMK_EXPORT_SYMBOL(vmk_ConfigParamGetString);
