/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * coverage.h - lines counted: how what a kernel of preset `coverage` counted leaves the machine.
 *
 * GCC counts in each object, and lists the objects in a section of their own. They are written to the debug
 * port as tools/gcdamerge.c reads them, each for itself: those of a module when it goes, all others at the
 * end of the machine, in order or by a crash. What runs after that is not counted. In a kernel of any other
 * preset (coverage_none.c) these functions do nothing.
 */
#ifndef CORE_COVERAGE_H
#define CORE_COVERAGE_H

#include <vmkapi/base/types.h>

/** Take a module's section of counted objects, before its code runs. It may be empty. Context: may block. */
void coverage_add(vmk_VA section, vmk_ByteCount len_bytes);

/** Write and forget what was taken from between @p base and @p len_bytes on: that module's code is done.
 * Context: may block. */
void coverage_remove(vmk_VA base, vmk_ByteCount len_bytes);

/** Write all there is. Once it was called, nothing is written any more. Context: any. */
void coverage_end(void);

#endif
