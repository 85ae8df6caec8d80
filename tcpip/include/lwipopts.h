/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lwipopts.h - lwIP as this module uses it: one world, raw API, memory from the module's heap.
 */
#ifndef TCPIP_LWIPOPTS_H
#define TCPIP_LWIPOPTS_H

#define NO_SYS               1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_NETCONN         0
#define LWIP_SOCKET          0

/* Bytes come from the heap, objects from pools of their own: lwIP cannot do without some of them (timers). */
#define MEM_LIBC_MALLOC    1
#define MEMP_MEM_MALLOC    0
#define MEM_ALIGNMENT      8
#define MEMP_NUM_PBUF      128
#define MEMP_NUM_RAW_PCB   8
#define MEMP_NUM_UDP_PCB   8
#define MEMP_NUM_TCP_PCB   256
#define MEMP_NUM_TCP_SEG   2048
#define MEMP_NUM_REASSDATA 16
#define IP_REASS_MAX_PBUFS 64

/* What comes in is wrapped, not copied to this pool, which lwIP would check TCP's window against. */
#define PBUF_POOL_SIZE                 1
#define LWIP_DISABLE_TCP_SANITY_CHECKS 1

#define LWIP_ARP                       1
#define LWIP_IPV4                      1
#define LWIP_IPV6                      0
#define LWIP_ICMP                      1
#define LWIP_RAW                       1
#define LWIP_UDP                       1
#define LWIP_TCP                       1
#define LWIP_DHCP                      1
#define LWIP_DNS                       1
#define LWIP_IGMP                      0
#define LWIP_AUTOIP                    0
#define DHCP_DOES_ARP_CHECK                                                                                  \
    0 /* It costs seconds; conflicts show in the log of whoever has the address too. */
#define LWIP_DHCP_MAX_DNS_SERVERS     2
#define DNS_MAX_SERVERS               2
#define ARP_QUEUEING                  1
#define ETHARP_SUPPORT_STATIC_ENTRIES 0

#define LWIP_NETIF_STATUS_CALLBACK    1
#define LWIP_NETIF_HOSTNAME           1
#define LWIP_SINGLE_NETIF             0
#define LWIP_SUPPORT_CUSTOM_PBUF      1
#define ETH_PAD_SIZE                  0

#define TCP_MSS                       1460
#define TCP_WND                       (32 * 1024)
#define TCP_SND_BUF                   (32 * 1024)
#define TCP_SND_QUEUELEN              128
#define TCP_QUEUE_OOSEQ               1
#define TCP_OOSEQ_MAX_PBUFS           32
#define TCP_LISTEN_BACKLOG            1
#define TCP_MSL                       1000UL /* Half of TIME-WAIT, in ms: a peer that uses a port again soon must not meet it. */
#define LWIP_TCP_TIMESTAMPS           0

#define LWIP_CHKSUM(data, len)        tcpip_chksum(data, len)
#define LWIP_CHECKSUM_CTRL_PER_NETIF  1 /* Packet by packet, in fact: interface.c. */

/* Of lwIP's counters only the pools' are kept; see pools.h. */
#define LWIP_STATS       1
#define LWIP_STATS_LARGE 1
#define MEMP_STATS       1
#define MEM_STATS        0
#define SYS_STATS        0
#define LINK_STATS       0
#define ETHARP_STATS     0
#define IP_STATS         0
#define IPFRAG_STATS     0
#define ICMP_STATS       0
#define UDP_STATS        0
#define TCP_STATS        0
#define LWIP_DEBUG       0

#endif
