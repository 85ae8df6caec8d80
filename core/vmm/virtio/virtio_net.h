/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio_net.h - a NIC (virtio 1.2, 5.1): the guest's frames go to a port of the virtual switch, the port's
 * to the guest.
 *
 * Sending (virtio_net_tx.c) copies nothing but the beginning of a frame: NET_HEAD_BYTES, which switch and
 * drivers look at, and which the guest must not change under their eyes, lie in the packet's own page; what
 * is behind are the guest's pages, and the chain goes back to the guest as the last user lets go of the
 * packet. A frame that is all head is copied, and its chain goes back at once. Checksums and segmentation are
 * asked of the NIC behind the switch, as the guest asked.
 *
 * With VIRTIO_NET_F_MQ there is a pair of queues for each vCPU. A flow is received where its last packet was
 * sent (5.1.6.5.6, automatic receive steering), and where its addresses say until one was.
 *
 * What is beyond a limit on sending stays in the ring; receiving has none.
 *
 * Receiving (virtio_net_rx.c) copies once, into as many of the guest's buffers as the frame takes. When the
 * guest has no more buffers, packets wait, up to NET_BACKLOG of them and NET_BACKLOG_BYTES; of one that lies
 * in another guest's pages, which this guest must not hold, a copy does.
 */
#ifndef CORE_VMM_VIRTIO_VIRTIO_NET_H
#define CORE_VMM_VIRTIO_VIRTIO_NET_H

#include <vmkapi/net/net_pktlist.h>

#include "virtio_device.h"

#define NET_QUEUE_SIZE    256
#define NET_HEAD_BYTES    128
#define NET_FRAME_MAX     65550 /* TSO: 64 KiB of IP, an Ethernet header. */
#define NET_BACKLOG       512
#define NET_BACKLOG_BYTES (4u << 20) /* What Linux's TCP has under way at most. */

#define NET_PAIRS_MAX     8
#define NET_FLOWS         1024 /**< A power of two. */

enum net_queue { NET_RX, NET_TX, NET_CONTROL, NET_QUEUES }; /* 5.1.2, while there is one pair. */

/* 5.1.3: features. */
#define VIRTIO_NET_F_CSUM          (1ul << 0)
#define VIRTIO_NET_F_GUEST_CSUM    (1ul << 1)
#define VIRTIO_NET_F_MTU           (1ul << 3)
#define VIRTIO_NET_F_MAC           (1ul << 5)
#define VIRTIO_NET_F_GUEST_TSO4    (1ul << 7)
#define VIRTIO_NET_F_GUEST_TSO6    (1ul << 8)
#define VIRTIO_NET_F_HOST_TSO4     (1ul << 11)
#define VIRTIO_NET_F_HOST_TSO6     (1ul << 12)
#define VIRTIO_NET_F_MRG_RXBUF     (1ul << 15)
#define VIRTIO_NET_F_STATUS        (1ul << 16)
#define VIRTIO_NET_F_CTRL_VQ       (1ul << 17)
#define VIRTIO_NET_F_CTRL_RX       (1ul << 18)
#define VIRTIO_NET_F_MQ            (1ul << 22)
#define VIRTIO_NET_F_CTRL_MAC_ADDR (1ul << 23)

/** 5.1.4. */
struct virtio_net_config {
    vmk_EthAddress mac;
    vmk_uint16 status; /**< Bit 0: link is up. */
    vmk_uint16 max_pairs;
    vmk_uint16 mtu;
};

VMK_STATIC_ASSERT(sizeof(struct virtio_net_config) == 12, "5.1.4");

#define NET_LINK_UP 1u

/** 5.1.6: what is before each frame, both ways. */
struct virtio_net_header {
    vmk_uint8 flags, gso_type;
    vmk_uint16 hdr_len, gso_size, csum_start, csum_offset, num_buffers;
};

VMK_STATIC_ASSERT(sizeof(struct virtio_net_header) == 12, "5.1.6");

enum virtio_net_header_flags { NET_NEEDS_CSUM = 1, NET_DATA_VALID = 2 };
enum virtio_net_gso { NET_GSO_NONE = 0, NET_GSO_TCPV4 = 1, NET_GSO_TCPV6 = 4, NET_GSO_ECN = 0x80 };

/** Of a pair; each counted under its queue's lock. */
struct net_stats {
    vmk_uint64 tx_packets, tx_bytes;
    vmk_uint64 tx_copied;  /**< More of them than the head: pieces too many for a packet. */
    vmk_uint64 tx_dropped; /**< Frames that make no sense, or no memory. */
    vmk_uint64 rx_packets, rx_bytes;
    vmk_uint64 rx_waited;  /**< Had to wait for buffers. */
    vmk_uint64 rx_copied;  /**< Of those, from another guest's pages. */
    vmk_uint64 rx_dropped; /**< No buffers, and too many waited. */
};

/** A receive and a transmit queue, and what belongs to them. */
struct net_pair {
    struct virtio_queue rx, tx;
    struct net_stats stats;
    /* By rx's lock. */
    struct vmk_PktListInt backlog;
    vmk_uint64 backlog_bytes;
    /* By tx's lock. */
    struct virtio_slot slots[NET_QUEUE_SIZE]; /**< By head. */
};

struct virtio_net {
    struct virtio_device device;
    struct virtio_net_config config; /**< By device.lock. */
    vmk_uint64 features;             /**< The driver's, as of its start. */
    struct net_pair *pairs;          /**< config.max_pairs of them. */
    vmk_uint32 pairs_used;           /**< The driver's choice; atomic. */
    vmk_uint8 flows[NET_FLOWS];      /**< Which pair sent a flow's last packet, plus one; atomic. */
    struct virtio_queue control;
    /* By the control queue's lock, whichever queue that is; clang knows no such lock. */
    bool control_busy;
    struct virtio_slot control_slot;

    /** Put packets into the switch; they change owner. Context: as vmk_PortInput(). A test's, perhaps. */
    void (*send)(struct virtio_net *net, vmk_PktList list);
    /** Get everything, or not. Context: may block. */
    void (*promiscuous)(struct virtio_net *net, bool on);
    void *port; /**< Theirs. */
};

/** Make @p net, zeroed, whose `send` and `promiscuous` are set, with @p num_pairs of @p pairs, 1 to
 * NET_PAIRS_MAX, zeroed, which stay the caller's. Context: world. */
void virtio_net_init(struct virtio_net *net, struct vm *vm, const vmk_EthAddress mac, vmk_uint16 mtu,
                     bool link_up, struct net_pair *pairs, vmk_uint32 num_pairs);

/** Link or MTU are these now; the driver is told. Context: world. */
void virtio_net_changed(struct virtio_net *net, vmk_uint16 mtu, bool link_up);

/** Give packets to the guest; they change owner. Context: bottom halves off. */
void virtio_net_deliver(struct virtio_net *net, vmk_PktList list);

/* The queues' kicks. */
void virtio_net_tx_kick(struct virtio_net *net, struct net_pair *pair);
void virtio_net_rx_kick(struct virtio_net *net, struct net_pair *pair);
void virtio_net_control_kick(struct virtio_net *net, struct virtio_queue *queue);

/** Forget packets that wait for buffers of @p pair. */
void virtio_net_rx_stop(struct net_pair *pair);

/* Steering (virtio_net_steer.c). */

/** Use the first @p count pairs, 1 to config.max_pairs: from the return on nothing is put into the others'
 * receive queues. Context: world or bottom half. */
void virtio_net_use_pairs(struct virtio_net *net, vmk_uint32 count);

/** Remember that the flows of @p list are sent by @p pair. */
void virtio_net_note_flows(struct virtio_net *net, const struct net_pair *pair, vmk_PktList list);

/** @return the pair that is to receive @p pkt, by its number; it is one in use. */
vmk_uint32 virtio_net_pair_for(const struct virtio_net *net, const vmk_PktHandle *pkt);

VMK_ALWAYS_INLINE vmk_uint32 virtio_net_pairs_used(const struct virtio_net *net)
{
    return __atomic_load_n(&net->pairs_used, __ATOMIC_ACQUIRE);
}

#endif
