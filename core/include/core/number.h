/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * number.h - reading a number out of text; what strtol(), scanf() and the string functions share.
 */
#ifndef CORE_NUMBER_H
#define CORE_NUMBER_H

#include <vmkapi/base/types.h>

/** A number as it stands in text. */
struct number {
    vmk_uint64 magnitude; /**< All ones when it needs more than 64 bits. */
    vmk_Bool negative;
    vmk_Bool overflow;   /**< The magnitude needs more than 64 bits. */
    vmk_uint64 consumed; /**< Characters used, white space and sign included; 0 when there is no number. */
};

/**
 * Read a number as C's strtol() does: white space, sign, prefix.
 *
 * @param max   look at no more than this many characters.
 * @param base  2 to 36, or 0 to go by the prefix; any other reads nothing.
 * Context: any.
 */
struct number number_parse(const char *text, vmk_uint64 max, vmk_uint32 base);

#endif
