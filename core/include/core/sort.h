/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sort.h - sort an array in place: heap sort, no memory, never worse than n log n; not stable.
 */
#ifndef CORE_SORT_H
#define CORE_SORT_H

#include <vmkapi/base/types.h>

/** @return <0, 0 or >0 as *a goes before, is equal to, or goes behind *b. */
typedef int (*sort_compare)(const void *a, const void *b);

/** Sort @p count elements of @p size bytes. Context: any. */
void sort(void *base, vmk_uint64 count, vmk_uint64 size, sort_compare compare);

#endif
