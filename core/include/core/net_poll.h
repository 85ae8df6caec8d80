/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * net_poll.h - bringing net polls up; the rest: vmkapi/net/net_poll.h.
 */
#ifndef CORE_NET_POLL_H
#define CORE_NET_POLL_H

/** Context: boot world, once, before the first driver. */
void net_poll_init(void);

#endif
