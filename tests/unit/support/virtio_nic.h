/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio_nic.h - a virtual NIC under test and its driver's model: frames of one kind, TCP over IPv4 with a
 * pattern as payload, go both ways.
 */
#ifndef TESTS_UNIT_SUPPORT_VIRTIO_NIC_H
#define TESTS_UNIT_SUPPORT_VIRTIO_NIC_H

#include "virtio_driver.h"

#include "virtio/virtio_net.h"

#define NIC_MEMORY (512u * VMK_PAGE_SIZE)
#define NIC_TX_AT  0x20000ul  /**< In guest memory: what is sent. */
#define NIC_RX_AT  0x100000ul /**< Buffers, each in a page of its own. */
#define NIC_HEADER 12u
#define NIC_ALL                                                                                              \
    (VIRTIO_F_EVENT_IDX | VIRTIO_F_INDIRECT_DESC | VIRTIO_NET_F_CSUM | VIRTIO_NET_F_GUEST_CSUM |             \
     VIRTIO_NET_F_GUEST_TSO4 | VIRTIO_NET_F_GUEST_TSO6 | VIRTIO_NET_F_HOST_TSO4 | VIRTIO_NET_F_HOST_TSO6 |   \
     VIRTIO_NET_F_MRG_RXBUF | VIRTIO_NET_F_CTRL_VQ | VIRTIO_NET_F_CTRL_RX | VIRTIO_NET_F_CTRL_MAC_ADDR)

extern struct vm nic_vm;
extern struct virtio_net *nic;
extern struct driver_ring nic_rings[]; /**< By queue. */
extern struct vmk_PktListInt nic_sent; /**< What the NIC has put into the switch. The test's. */
extern int nic_promiscuous_calls, nic_promiscuous_last;

/** Which pair of queues and which flow (a TCP port) what is called next concerns; 0 at first. The test's. */
extern unsigned nic_pair, nic_flow;
extern unsigned nic_control; /**< The control queue's number. */

/** A new NIC with @p num_pairs, its driver started with @p features. */
void nic_bring_up(uint64_t features, unsigned num_pairs);

/** No packet is held, and no chain is under way. */
void nic_expect_nothing_held(void);

/** The frame of @p len bytes, at least 54, of the flow. */
void nic_make_frame(uint8_t *frame, unsigned len);

/** Have the guest send the frame from @p at, in @p pieces pieces. @return the chain's head. */
unsigned nic_offer(uint64_t at, const struct virtio_net_header *header, unsigned len, unsigned pieces);
/** Take a sent chain back. @return false: there is none. */
bool nic_reap_tx(void);
void nic_expect_frame(const vmk_PktHandle *pkt, unsigned len);

/** Offer buffers number @p first and following. */
void nic_offer_buffers(unsigned first, unsigned count, uint32_t len);
/** The frame as a packet. */
vmk_PktHandle *nic_packet(unsigned len);
/** Give the NIC a packet, which changes owner. */
void nic_deliver(vmk_PktHandle *pkt);
/** Take a frame out of buffers, the first of which is number @p first. @return its length. */
unsigned nic_receive(unsigned first, struct virtio_net_header *header, uint8_t *frame);

/** Have a command executed. @return its ack. */
uint8_t nic_command(uint8_t class, uint8_t number, const void *data, unsigned len);

#endif
