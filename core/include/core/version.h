/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * version.h - what this kernel calls itself.
 */
#ifndef CORE_VERSION_H
#define CORE_VERSION_H

#define VERSION_PRODUCT "OpenVMK"
extern const char version_number[]; /**< "0.1.0". */
extern const char version_build[];  /**< "debug" or "release". */
/** "OpenVMK 0.1.0 (debug, x86_64)". */
extern const char version_text[];

#endif
