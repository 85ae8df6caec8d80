/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * table_area.h - a stretch of guest memory in which tables are laid out, little-endian, one behind the other.
 */
#ifndef CORE_VMM_TABLES_TABLE_AREA_H
#define CORE_VMM_TABLES_TABLE_AREA_H

#include <stdbool.h>

#include <vmkapi/base/types.h>

struct table_area {
    vmk_uint64 base; /**< Where it will lie. */
    vmk_uint8 *bytes;
    unsigned capacity, len;
    bool full; /**< Something did not fit; what follows is dropped. */
};

void table_put(struct table_area *area, const void *bytes, unsigned len);
void table_put8(struct table_area *area, vmk_uint64 value);
void table_put16(struct table_area *area, vmk_uint64 value);
void table_put32(struct table_area *area, vmk_uint64 value);
void table_put64(struct table_area *area, vmk_uint64 value);
void table_put_zeros(struct table_area *area, unsigned len);

/** Overwrite @p len bytes of what is there, with a number. */
void table_patch(struct table_area *area, unsigned at, unsigned len, vmk_uint64 value);

/** Fill up to a multiple of @p bytes, a power of two. */
void table_align(struct table_area *area, unsigned bytes);

/** Set the byte at @p sum_at so that @p len bytes from @p at on sum up to zero. */
void table_seal(struct table_area *area, unsigned at, unsigned len, unsigned sum_at);

#endif
