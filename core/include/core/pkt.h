/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pkt.h - the packet pool from inside; packets themselves: vmkapi/net/net_pkt.h.
 */
#ifndef CORE_PKT_H
#define CORE_PKT_H

#include <vmkapi/net/net_pktlist.h>

/** Bring the pool up. Context: boot world, once, after account_init() and bottom halves. */
void pkt_init(void);

/**
 * Charge all of @p list to @p module: one call a batch, as packets change hands between driver and kernel.
 *
 * Context: bottom halves off.
 */
void pkt_list_hold(vmk_PktList list, vmk_ModuleID module);

#endif
