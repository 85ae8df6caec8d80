/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lwip_memory.h - lwIP's malloc() and free() (include/stdlib.h), and taking all of it back.
 *
 * lwIP can't be shut down: what it still holds in the end, timers and endpoints in TIME-WAIT, is freed for
 * it. Context: the stack's world.
 */
#ifndef TCPIP_LWIP_MEMORY_H
#define TCPIP_LWIP_MEMORY_H

/** Free all that lwIP has; it must not run any more. */
void lwip_memory_free_all(void);

#endif
