/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * account_stats.h - a module's account as counters that `system stats get module/<name>` reads.
 */
#ifndef CORE_MODULE_ACCOUNT_STATS_H
#define CORE_MODULE_ACCOUNT_STATS_H

#include <vmkapi/core/stats.h>

/**
 * Fill and register @p group as module/@p name: a counter for each kind of resource (core/account.h).
 *
 * A path that is taken is logged, and the module not shown. End it with vmk_StatGroupUnregister() in any
 * case. Context: world; may block.
 */
void account_stats_show(vmk_StatGroup *group, vmk_ModuleID module, const char *name);

#endif
