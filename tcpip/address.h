/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * address.h - vmk0's address, between interface.c and address.c.
 *
 * Context: the stack's world, unless said otherwise.
 */
#ifndef TCPIP_ADDRESS_H
#define TCPIP_ADDRESS_H

#include <lwip/netif.h>

#include <vmkapi/net/net_ipstack.h>

#define INTERFACE_NAME       "vmk0"
#define INTERFACE_PORT_GROUP "Management Network"

/** lwIP's side of vmk0; interface.c's. */
extern struct netif interface_netif;

/** Have the interface get its address as @p address says (interface_start()). What fails is logged. */
void address_configure(const char *address);

/** Configure it anew. @return VMK_OK; VMK_BAD_PARAM for what is no address or netmask; VMK_NO_MEMORY. */
VMK_ReturnStatus address_set(const vmk_IPv4Config *config);

/** Fill in what @p info says of addresses: address, netmask, gateway, name servers, and whether by DHCP. */
void address_get(vmk_IPInterface *info);

/** Called by lwIP when the interface's address has changed. */
void address_changed(struct netif *unused);

/** Have startup wait for an address, once there is a link to get one by. Context: any. */
void address_hold_startup(void);

/** Let startup go on without one. Context: any. */
void address_release_startup(void);

#endif
