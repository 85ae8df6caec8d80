/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ping.h - echo requests on behalf of commands.
 */
#ifndef TCPIP_PING_H
#define TCPIP_PING_H

#include <vmkapi/net/net_ipstack.h>

/** As vmk_IPStackOps.ping. Context: may block; not the stack's world. */
VMK_ReturnStatus ping_send(vmk_AddrCookie data, vmk_IPv4Address address, vmk_uint16 sequence, vmk_uint32 size,
                           vmk_uint32 timeout_ms, vmk_uint64 *round_trip_ns, vmk_uint8 *ttl);

#endif
