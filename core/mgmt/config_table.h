/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * config_table.h - all options there are.
 */
#ifndef CORE_MGMT_CONFIG_TABLE_H
#define CORE_MGMT_CONFIG_TABLE_H

#include <core/config.h>

/** Section .vmk.config, as the linker script delimits it. */
extern struct vmk_ConfigOption *const vmk_config_start[];
extern struct vmk_ConfigOption *const vmk_config_end[];

/** How many options there are, and the @p n-th. Context: any. */
unsigned config_count(void);
struct vmk_ConfigOption *config_at(unsigned n);

#endif
