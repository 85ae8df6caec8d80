/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * resolve.h - host names to addresses.
 */
#ifndef TCPIP_RESOLVE_H
#define TCPIP_RESOLVE_H

#include <vmkapi/net/net_ipstack.h>

/** As vmk_IPStackOps.resolve. Context: may block; not the stack's world. */
VMK_ReturnStatus resolve_host(vmk_AddrCookie data, const char *host, vmk_uint32 timeout_ms,
                              vmk_IPv4Address *address);

#endif
