/* SPDX-License-Identifier: GPL-2.0-only */
/* eth.c - Ethernet headers and addresses. */
#include <linux/etherdevice.h>
#include <linux/export.h>
#include <linux/if_vlan.h>

__be16 eth_type_trans(struct sk_buff *skb, struct net_device *dev)
{
    const struct ethhdr *eth = (const struct ethhdr *)skb->data;

    skb->dev = dev;
    skb_reset_mac_header(skb);
    skb->data += ETH_HLEN;
    skb->len -= ETH_HLEN;
    if (!ether_addr_equal_64bits(eth->h_dest, dev->dev_addr))
        skb->pkt_type = is_unicast_ether_addr(eth->h_dest)     ? PACKET_OTHERHOST
                        : is_broadcast_ether_addr(eth->h_dest) ? PACKET_BROADCAST
                                                               : PACKET_MULTICAST;
    if (likely(eth_proto_is_802_3(eth->h_proto)))
        return eth->h_proto;
    /* A length: 802.2 follows; all ones there are Novell's. */
    return skb_headlen(skb) >= 2 && *(const u16 *)skb->data == 0xffff ? htons(ETH_P_802_3)
                                                                      : htons(ETH_P_802_2);
}
EXPORT_SYMBOL(eth_type_trans);

int eth_validate_addr(struct net_device *dev)
{
    return is_valid_ether_addr(dev->dev_addr) ? 0 : -EADDRNOTAVAIL;
}
EXPORT_SYMBOL(eth_validate_addr);

int eth_mac_addr(struct net_device *dev, void *p)
{
    const u8 *addr = (const u8 *)((const struct sockaddr *)p)->sa_data;

    if (!(dev->priv_flags & IFF_LIVE_ADDR_CHANGE) && netif_running(dev))
        return -EBUSY;
    if (!is_valid_ether_addr(addr))
        return -EADDRNOTAVAIL;
    eth_hw_addr_set(dev, addr);
    return 0;
}
EXPORT_SYMBOL(eth_mac_addr);

__be16 __vlan_get_protocol(const struct sk_buff *skb, __be16 type, int *depth)
{
    int at = (int)(skb->mac_header + ETH_HLEN) - (int)skb_headroom(skb);
    struct vlan_hdr header;

    for (int tags = 0; eth_type_vlan(type); tags++) {
        if (tags == 8 || skb_copy_bits(skb, at, &header, sizeof(header)))
            return 0;
        type = header.h_vlan_encapsulated_proto;
        at += VLAN_HLEN;
    }
    if (depth)
        *depth = at;
    return type;
}
EXPORT_SYMBOL(__vlan_get_protocol);
