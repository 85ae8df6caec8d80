/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * log_ring.h - the writer's end of the ring; the readers' is core/log.h.
 */
#ifndef CORE_MGMT_LOG_RING_H
#define CORE_MGMT_LOG_RING_H

#include <core/log.h>

/** Add a line; gives it its number. Context: any; never waits. */
void log_ring_put(struct log_record *record);

#endif
