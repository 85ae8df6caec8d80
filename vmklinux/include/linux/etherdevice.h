/* SPDX-License-Identifier: GPL-2.0-only */
/* etherdevice.h - Ethernet devices and addresses. */
#ifndef VMKLINUX_LINUX_ETHERDEVICE_H
#define VMKLINUX_LINUX_ETHERDEVICE_H

#include <linux/if_ether.h>
#include <linux/netdevice.h>
#include <linux/random.h>
#include <asm/unaligned.h>

#define alloc_etherdev(sizeof_priv)           alloc_etherdev_mq(sizeof_priv, 1)
#define alloc_etherdev_mq(sizeof_priv, count) alloc_etherdev_mqs(sizeof_priv, count, count)
#define alloc_etherdev_mqs(sizeof_priv, txqs, rxqs)                                                          \
    vmklinux_alloc_netdev(THIS_MODULE, sizeof_priv, txqs, rxqs)

/* Take the Ethernet header off a received frame and return its protocol. */
__be16 eth_type_trans(struct sk_buff *skb, struct net_device *dev);
int eth_validate_addr(struct net_device *dev);
int eth_mac_addr(struct net_device *dev, void *p);

static inline bool is_multicast_ether_addr(const u8 *addr)
{
    return 0x01 & addr[0];
}

static inline bool is_broadcast_ether_addr(const u8 *addr)
{
    return (*(const u16 *)(addr + 0) & *(const u16 *)(addr + 2) & *(const u16 *)(addr + 4)) == 0xffff;
}

static inline bool is_unicast_ether_addr(const u8 *addr)
{
    return !is_multicast_ether_addr(addr);
}

static inline bool is_zero_ether_addr(const u8 *addr)
{
    return (*(const u16 *)(addr + 0) | *(const u16 *)(addr + 2) | *(const u16 *)(addr + 4)) == 0;
}

static inline bool is_local_ether_addr(const u8 *addr)
{
    return 0x02 & addr[0];
}

static inline bool is_valid_ether_addr(const u8 *addr)
{
    return !is_multicast_ether_addr(addr) && !is_zero_ether_addr(addr);
}

static inline bool ether_addr_equal(const u8 *addr1, const u8 *addr2)
{
    return ((*(const u32 *)addr1 ^ *(const u32 *)addr2) |
            (u32)(*(const u16 *)(addr1 + 4) ^ *(const u16 *)(addr2 + 4))) == 0;
}

/* The same, for addresses with two more readable bytes behind them. */
static inline bool ether_addr_equal_64bits(const u8 *addr1, const u8 *addr2)
{
    return ((*(const u64 *)addr1 ^ *(const u64 *)addr2) << 16) == 0;
}

/* Whether the field of an Ethernet header is a protocol, not a length: IEEE 802.3, 3.2.6. */
static inline bool eth_proto_is_802_3(__be16 proto)
{
    return ((__force u16)proto & 0xff) >= ETH_P_802_3_MIN >> 8;
}

static inline void ether_addr_copy(u8 *dst, const u8 *src)
{
    *(u32 *)dst = *(const u32 *)src;
    *(u16 *)(dst + 4) = *(const u16 *)(src + 4);
}

static inline void eth_zero_addr(u8 *addr)
{
    memset(addr, 0x00, ETH_ALEN);
}

static inline void eth_broadcast_addr(u8 *addr)
{
    memset(addr, 0xff, ETH_ALEN);
}

static inline void eth_random_addr(u8 *addr)
{
    get_random_bytes(addr, ETH_ALEN);
    addr[0] &= 0xfe;
    addr[0] |= 0x02;
}

static inline void eth_hw_addr_set(struct net_device *dev, const u8 *addr)
{
    __dev_addr_set(dev, addr, ETH_ALEN);
}

static inline void eth_hw_addr_random(struct net_device *dev)
{
    u8 addr[ETH_ALEN];

    dev->addr_assign_type = NET_ADDR_RANDOM;
    eth_random_addr(addr);
    eth_hw_addr_set(dev, addr);
}

/* Pad a frame to be sent to the shortest length allowed; frees it if that fails. */
static inline int eth_skb_pad(struct sk_buff *skb)
{
    return skb_put_padto(skb, ETH_ZLEN);
}

#endif
