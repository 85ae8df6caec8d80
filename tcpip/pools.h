/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pools.h - how many of their objects lwIP's pools have given out, in the statistics tree:
 * tcpip/tcp_pcb/used.
 *
 * The pools are arrays of the module's: what is lost from one shows in no account. Context: may block.
 */
#ifndef TCPIP_POOLS_H
#define TCPIP_POOLS_H

#include <vmkapi/base/status.h>

/** Make the pools readable. @return VMK_OK or the statistics' failure: then none is. */
VMK_ReturnStatus pools_show(void);

/** Withdraw them. */
void pools_hide(void);

#endif
