/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * net.h - the network layer as a whole.
 */
#ifndef CORE_NET_H
#define CORE_NET_H

/** Bring up packets, polls, uplinks and the default switch. Context: boot world, once, before the first
 * driver. */
void net_init(void);

#endif
