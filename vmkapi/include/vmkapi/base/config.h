/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * config.h - reading the system's configuration options, "/Group/Name", from a module.
 *
 * Options are set by `system settings advanced set` or on the kernel command line (Group.Name=value).
 * A handle follows later changes. Context: any, open and close included.
 */
#ifndef VMKAPI_BASE_CONFIG_H
#define VMKAPI_BASE_CONFIG_H

#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>

/** An open option. */
typedef struct vmk_ConfigOption *vmk_ConfigParamHandle;

/** Open option /@p group/@p name. @return VMK_OK or VMK_NOT_FOUND. */
VMK_ReturnStatus vmk_ConfigParamOpen(const char *group, const char *name, vmk_ConfigParamHandle *handle);

/** Close a handle from vmk_ConfigParamOpen(). @return VMK_OK. */
VMK_ReturnStatus vmk_ConfigParamClose(vmk_ConfigParamHandle handle);

/** Read a number. @return VMK_OK; VMK_BAD_PARAM when the option is a string. */
VMK_ReturnStatus vmk_ConfigParamGetUint(vmk_ConfigParamHandle handle, vmk_uint64 *value);

/** How long the text is, NUL included. @return VMK_OK; VMK_BAD_PARAM when the option is a number. */
VMK_ReturnStatus vmk_ConfigParamGetStringSize(vmk_ConfigParamHandle handle, vmk_ByteCount *size);

/**
 * Copy the text.
 *
 * @return VMK_OK; VMK_BAD_PARAM when the option is a number; VMK_BUF_TOO_SMALL when it doesn't fit @p size
 * bytes.
 */
VMK_ReturnStatus vmk_ConfigParamGetString(vmk_ConfigParamHandle handle, char *text, vmk_ByteCount size);

#endif
