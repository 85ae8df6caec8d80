/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * log_world.h - the world that carries log lines to console and file.
 */
#ifndef CORE_MGMT_LOG_WORLD_H
#define CORE_MGMT_LOG_WORLD_H

#include <core/log.h>

/**
 * A line has been put in the ring: see to it that it gets out.
 *
 * Wakes the log world through a bottom half; before there is one, writes @p record to the console itself.
 * Context: any; in an NMI the next ordinary line does it.
 */
void log_world_kick(const struct log_record *record);

#endif
