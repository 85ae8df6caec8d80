/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * status.h - what every VMKAPI call that can fail returns.
 *
 * The codes come from status.def, one line each. A status may not be dropped silently.
 */
#ifndef VMKAPI_BASE_STATUS_H
#define VMKAPI_BASE_STATUS_H

#include <vmkapi/base/types.h>

enum vmk_StatusCode {
#define VMK_STATUS(name, value, text, err) name = value,
#include <vmkapi/base/status.def>
#undef VMK_STATUS
};

typedef int vmk_StatusValue;
/** The status of a call; not using it is an error of the caller's. */
#define VMK_ReturnStatus VMK_ATTRIBUTE_WARN_UNUSED vmk_StatusValue

/**
 * Name a status in words.
 *
 * @return static text, "Unknown status" for a value not in status.def.
 * Context: any.
 */
const char *vmk_StatusToString(vmk_StatusValue status);

#endif
