/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * net_ipstack.h - being the system's TCP/IP stack: what the `network ip` and `network diag` commands ask of
 * it.
 *
 * One stack at a time. Addresses are in network byte order, as on the wire.
 * Context: every operation runs in a world and may block.
 */
#ifndef VMKAPI_NET_IPSTACK_H
#define VMKAPI_NET_IPSTACK_H

#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>
#include <vmkapi/net/net_eth.h>

#define VMK_IP_DNS_SERVERS 2

/** An IPv4 address, first octet in the lowest byte. */
typedef vmk_uint32 vmk_IPv4Address;

/** printf format and arguments for an address. */
#define VMK_IPV4_FMT_STR     "%u.%u.%u.%u"
#define VMK_IPV4_FMT_ARGS(a) (a) & 0xff, (a) >> 8 & 0xff, (a) >> 16 & 0xff, (a) >> 24

typedef struct vmk_IPInterface {
    vmk_Name name; /**< As in `vmk0`. */
    vmk_Name portGroup;
    vmk_EthAddress mac;
    vmk_uint32 mtu;
    vmk_Bool linkUp;
    vmk_Bool dhcp;           /**< Else the address is static. */
    vmk_IPv4Address address; /**< 0: none (yet). */
    vmk_IPv4Address netmask;
    vmk_IPv4Address gateway;
    vmk_IPv4Address dns[VMK_IP_DNS_SERVERS];
} vmk_IPInterface;

typedef struct vmk_IPv4Config {
    vmk_Bool dhcp;
    vmk_IPv4Address address; /**< Unless dhcp. */
    vmk_IPv4Address netmask;
    vmk_IPv4Address gateway; /**< 0: none. */
} vmk_IPv4Config;

typedef struct vmk_IPRoute {
    vmk_IPv4Address network; /**< 0 with netmask 0: default. */
    vmk_IPv4Address netmask;
    vmk_IPv4Address gateway; /**< 0: directly connected. */
    vmk_Name interface;
    vmk_Bool dhcp; /**< Learned by DHCP, else configured. */
} vmk_IPRoute;

typedef struct vmk_IPConnection {
    vmk_Bool tcp; /**< Else UDP. */
    vmk_IPv4Address localAddress;
    vmk_uint16 localPort;
    vmk_IPv4Address remoteAddress;
    vmk_uint16 remotePort;
    vmk_uint32 recvQueue; /**< Bytes received and not yet taken. */
    vmk_uint32 sendQueue; /**< Bytes not yet acknowledged. */
    const char *state;    /**< Static text; "" for UDP. */
} vmk_IPConnection;

typedef struct vmk_IPNeighbor {
    vmk_IPv4Address address;
    vmk_EthAddress mac;
    vmk_Name interface;
} vmk_IPNeighbor;

/**
 * Lists: in, @p *count is the room at the array; out, how many there are, more than fit included.
 */
typedef struct vmk_IPStackOps {
    VMK_ReturnStatus (*interfacesGet)(vmk_AddrCookie data, vmk_IPInterface *list, vmk_uint32 *count);
    /** @return VMK_OK, VMK_NOT_FOUND (interface) or VMK_BAD_PARAM. */
    VMK_ReturnStatus (*ipv4Set)(vmk_AddrCookie data, const char *interface, const vmk_IPv4Config *config);
    VMK_ReturnStatus (*routesGet)(vmk_AddrCookie data, vmk_IPRoute *list, vmk_uint32 *count);
    VMK_ReturnStatus (*connectionsGet)(vmk_AddrCookie data, vmk_IPConnection *list, vmk_uint32 *count);
    VMK_ReturnStatus (*neighborsGet)(vmk_AddrCookie data, vmk_IPNeighbor *list, vmk_uint32 *count);
    /** Look up a host name, or read a dotted address. @return VMK_OK, VMK_NOT_FOUND or VMK_TIMEOUT. */
    VMK_ReturnStatus (*resolve)(vmk_AddrCookie data, const char *host, vmk_uint32 timeoutMS,
                                vmk_IPv4Address *address);
    /**
     * Send an echo request with @p size bytes of data and wait for the answer.
     *
     * @param[out] roundTripNS, ttl of the answer.
     * @return VMK_OK, VMK_TIMEOUT, VMK_NO_ROUTE, VMK_BAD_PARAM (size), VMK_NO_MEMORY.
     */
    VMK_ReturnStatus (*ping)(vmk_AddrCookie data, vmk_IPv4Address address, vmk_uint16 sequence,
                             vmk_uint32 size, vmk_uint32 timeoutMS, vmk_uint64 *roundTripNS, vmk_uint8 *ttl);
} vmk_IPStackOps;

/**
 * Become the system's TCP/IP stack. @p ops must stay until vmk_IPStackUnregister().
 *
 * @return VMK_OK or VMK_EXISTS. Context: may block.
 */
VMK_ReturnStatus vmk_IPStackRegister(const vmk_IPStackOps *ops, vmk_AddrCookie data);

/** Cease to be; on return no operation is running or will be called. Context: may block. */
void vmk_IPStackUnregister(const vmk_IPStackOps *ops);

#endif
