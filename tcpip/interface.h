/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * interface.h - vmk0: a port of the virtual switch as lwIP's network interface.
 *
 * Context: the stack's world, for everything here.
 */
#ifndef TCPIP_INTERFACE_H
#define TCPIP_INTERFACE_H

#include <vmkapi/net/net_ipstack.h>

/** Connect, and configure as @p address says: "dhcp", or "A.B.C.D/LEN" with an optional ",GATEWAY". */
void interface_start(const char *address, const char *hostname);

/** Hand lwIP what has been received, and the switch what lwIP has sent; follow link and address changes. */
void interface_turn(void);

/** Give the address back and disconnect. */
void interface_stop(void);

/** Describe the interface. */
void interface_get(vmk_IPInterface *info);

#endif
