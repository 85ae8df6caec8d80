/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * heap.h - what a test can do to support/heap.c.
 */
#ifndef SUPPORT_HEAP_H
#define SUPPORT_HEAP_H

/** Allocations that succeed before all fail; ~0u for ever. */
extern unsigned support_heap_fail_after;
/** Allocations not freed. */
extern long support_heap_live;

#endif
