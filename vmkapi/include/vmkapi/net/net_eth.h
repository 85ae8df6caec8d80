/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * net_eth.h - Ethernet addresses and headers as they are on the wire.
 */
#ifndef VMKAPI_NET_ETH_H
#define VMKAPI_NET_ETH_H

#include <vmkapi/base/types.h>

#define VMK_ETH_ADDR_LENGTH 6
#define VMK_ETH_HDR_LENGTH  14 /**< Without a VLAN tag. */
#define VMK_ETH_VLAN_LENGTH 4  /**< What an 802.1Q tag adds. */
#define VMK_ETH_MIN_FRAME   60 /**< Shortest frame, without FCS. */
#define VMK_ETH_DEFAULT_MTU 1500
#define VMK_ETH_MAX_MTU     9000

#define VMK_ETH_TYPE_IPV4   0x0800
#define VMK_ETH_TYPE_ARP    0x0806
#define VMK_ETH_TYPE_VLAN   0x8100
#define VMK_ETH_TYPE_IPV6   0x86dd

#define VMK_VLAN_ID_MASK    0x0fff
#define VMK_VLAN_ID_NONE    0    /**< Untagged. */
#define VMK_VLAN_ID_TRUNK   4095 /**< As a port group's VLAN: tags pass through to the client. */

/** printf format and arguments for an address. */
#define VMK_ETH_ADDR_FMT_STR     "%02x:%02x:%02x:%02x:%02x:%02x"
#define VMK_ETH_ADDR_FMT_ARGS(a) (a)[0], (a)[1], (a)[2], (a)[3], (a)[4], (a)[5]

typedef vmk_uint8 vmk_EthAddress[VMK_ETH_ADDR_LENGTH];

/** An untagged Ethernet header; @p type is big-endian. */
typedef struct vmk_EthHdr {
    vmk_EthAddress daddr;
    vmk_EthAddress saddr;
    vmk_uint16 type;
} VMK_ATTRIBUTE_PACKED vmk_EthHdr;

VMK_STATIC_ASSERT(sizeof(vmk_EthHdr) == VMK_ETH_HDR_LENGTH, "IEEE 802.3 header");

/** Whether @p addr has the group bit: multicast or broadcast. */
VMK_ALWAYS_INLINE vmk_Bool vmk_EthAddrIsMulticast(const vmk_uint8 *addr)
{
    return addr[0] & 1;
}

/** Whether @p addr is ff:ff:ff:ff:ff:ff. */
VMK_ALWAYS_INLINE vmk_Bool vmk_EthAddrIsBroadcast(const vmk_uint8 *addr)
{
    return (addr[0] & addr[1] & addr[2] & addr[3] & addr[4] & addr[5]) == 0xff;
}

/** An address as a number, for comparing and hashing: its 48 bits, first byte lowest. */
VMK_ALWAYS_INLINE vmk_uint64 vmk_EthAddrToUint(const vmk_uint8 *addr)
{
    vmk_uint32 low;
    vmk_uint16 high;

    __builtin_memcpy(&low, addr, sizeof(low));
    __builtin_memcpy(&high, addr + sizeof(low), sizeof(high));
    return low | (vmk_uint64)high << 32;
}

/** Whether two addresses are the same. */
VMK_ALWAYS_INLINE vmk_Bool vmk_EthAddrIsEqual(const vmk_uint8 *a, const vmk_uint8 *b)
{
    return vmk_EthAddrToUint(a) == vmk_EthAddrToUint(b);
}

#endif
