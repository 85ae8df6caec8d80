/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stats.h - walking the statistics tree (vmkapi/core/stats.h has the counters' side).
 */
#ifndef CORE_STATS_H
#define CORE_STATS_H

#include <vmkapi/core/stats.h>

#define STATS_PATH_MAX (VMK_STAT_PATH_MAX + 32)

/** Receives one counter. Must not call into the tree. */
typedef void (*stats_visitor)(void *arg, const char *path, vmk_uint64 value);

/**
 * Visit the counter @p prefix, or all below it, in order of path; "" is all. Parts match whole: "net" doesn't
 * mean "network".
 *
 * @return VMK_OK; VMK_NOT_FOUND when there are none. Context: world; may block.
 */
VMK_ReturnStatus stats_walk(const char *prefix, stats_visitor visit, void *arg);

/** Read one counter. @return VMK_OK or VMK_NOT_FOUND. Context: world; may block. */
VMK_ReturnStatus stats_get(const char *path, vmk_uint64 *value);

#endif
