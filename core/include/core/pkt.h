/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pkt.h - the packet pool from inside; packets themselves: vmkapi/net/net_pkt.h.
 */
#ifndef CORE_PKT_H
#define CORE_PKT_H

#include <vmkapi/net/net_pktlist.h>

/** Bring the pool up. Context: boot world, once, after account_init() and bottom halves. */
void pkt_init(void);

/** Charge all of @p list to @p module. Context: bottom halves off. */
void pkt_list_hold(vmk_PktList list, vmk_ModuleID module);

/**
 * Account for @p count packets that were charged to @p from and have got @p to as their holder.
 *
 * Context: bottom halves off.
 */
void pkt_charge_moved(vmk_ModuleID from, vmk_ModuleID to, vmk_uint32 count);

#endif
