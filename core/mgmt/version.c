/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * version.c - the version, from the build (OPENVMK_VERSION).
 */
#include <core/version.h>

#ifdef VMK_DEBUG
#define BUILD "debug"
#else
#define BUILD "release"
#endif

const char version_number[] = OPENVMK_VERSION;
const char version_build[] = BUILD;
const char version_text[] = VERSION_PRODUCT " " OPENVMK_VERSION " (" BUILD ", x86_64)";
