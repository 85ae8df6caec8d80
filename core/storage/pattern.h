/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pattern.h - pattern blocks in words. Pure; context: any.
 */
#ifndef STORAGE_PATTERN_H
#define STORAGE_PATTERN_H

#include <core/storage_pattern.h>
#include <vmkapi/base/types.h>

/** Say what is wrong with a block, in one line: which block, what was expected, what was found. */
void pattern_describe(const struct pattern_fault *fault, char *text, vmk_ByteCount len);

#endif
