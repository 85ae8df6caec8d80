/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * version.h - the VMKAPI revision a module is built for and the kernel offers.
 *
 * A module needing another major revision is refused; one needing a later minor revision too.
 */
#ifndef VMKAPI_BASE_VERSION_H
#define VMKAPI_BASE_VERSION_H

#define VMKAPI_REVISION_MAJOR              1 /**< Moves when a symbol goes away or changes its meaning. */
#define VMKAPI_REVISION_MINOR              0 /**< Moves when symbols are added. */

#define VMKAPI_REVISION_MAKE(major, minor) ((vmk_uint32)(major) << 16 | (vmk_uint32)(minor))
#define VMKAPI_REVISION                    VMKAPI_REVISION_MAKE(VMKAPI_REVISION_MAJOR, VMKAPI_REVISION_MINOR)

#endif
