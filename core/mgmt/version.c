/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * version.c - the version, from the build (OPENVMK_VERSION).
 */
#include <core/version.h>

#include <vmkapi/base/export.h>
#include <vmkapi/base/system.h>

#ifdef VMK_DEBUG
#define BUILD "debug"
#else
#define BUILD "release"
#endif

const char version_number[] = OPENVMK_VERSION;
const char version_build[] = BUILD;
const char version_text[] = VERSION_PRODUCT " " OPENVMK_VERSION " (" BUILD ", x86_64)";

VMK_ReturnStatus vmk_SystemGetVersionInfo(vmk_SystemVersionInfo *info)
{
    *info = (vmk_SystemVersionInfo){VERSION_PRODUCT, version_number, version_build};
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_SystemGetVersionInfo);
