/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio_net_tx.c - from chains to packets, without copying what is behind the head.
 *
 * What a frame's header asks of a NIC (5.1.6.2) is checked against the frame's own head, which is ours by
 * then: drivers write checksums where it says, and segment by what it says.
 */
#include <vmkapi/core/machine_memory.h>
#include <vmkapi/lib/bits.h>
#include <vmkapi/lib/libc.h>

#include "virtio_net.h"
#include "virtio_pci.h"

/** With so many frames under way the NIC's releases come often enough to look for more: no kicks. */
#define POLLED_DEPTH  16

#define PROTOCOL_TCP  6
#define TCP_MIN_LEN   20
#define TCP_CHECKSUM  16
#define TCP_DATA_OFF  12
#define IPV4_MIN_LEN  20
#define IPV4_PROTOCOL 9
#define IPV6_LEN      40
#define IPV6_NEXT     6
#define MSS_MIN       64 /* Shorter segments are nobody's wish, but many frames. */

static struct net_pair *pair_of(struct virtio_queue *tx)
{
    return VMK_CONTAINER_OF(tx, struct net_pair, tx);
}

/* Offloads. */

/** Where the TCP header of a frame begins that is plain TCP over IP; 0: it isn't. */
static vmk_uint32 find_tcp(const vmk_PktHandle *pkt, bool ipv6)
{
    const vmk_uint8 *ip = pkt->frame + VMK_ETH_HDR_LENGTH;
    vmk_uint32 tcp = VMK_ETH_HDR_LENGTH + (ipv6 ? IPV6_LEN : (ip[0] & 0xfu) * 4);

    if (tcp + TCP_MIN_LEN > pkt->mappedLen || (!ipv6 && tcp < VMK_ETH_HDR_LENGTH + IPV4_MIN_LEN) ||
        ip[ipv6 ? IPV6_NEXT : IPV4_PROTOCOL] != PROTOCOL_TCP) {
        return 0;
    }
    return tcp;
}

/** Have the frame cut into segments. @return false: it can't be. */
static bool ask_segmentation(vmk_PktHandle *pkt, const struct virtio_net_header *header, bool ipv6)
{
    vmk_uint8 type = (vmk_uint8)(header->gso_type & ~NET_GSO_ECN);
    vmk_uint32 tcp, len;

    if (type != (ipv6 ? NET_GSO_TCPV6 : NET_GSO_TCPV4) || header->gso_size < MSS_MIN ||
        !vmk_PktIsMustCsum(pkt) || pkt->csumOffset != TCP_CHECKSUM) {
        return false;
    }
    tcp = find_tcp(pkt, ipv6);
    if (tcp == 0 || tcp != pkt->csumStart) {
        return false;
    }
    len = tcp + (vmk_uint32)(pkt->frame[tcp + TCP_DATA_OFF] >> 4) * 4;
    if (len < tcp + TCP_MIN_LEN || len > pkt->mappedLen || len >= pkt->frameLen) {
        return false;
    }
    if (pkt->frameLen - len > header->gso_size) {
        vmk_PktSetLargeTcpPacket(pkt, header->gso_size);
    }
    return true;
}

/** Put what the guest asks for the frame into the packet. @return false: it makes no sense. */
static bool ask_offloads(vmk_PktHandle *pkt, const struct virtio_net_header *header)
{
    const vmk_EthHdr *eth = (const vmk_EthHdr *)pkt->frame;
    bool ipv6 = eth->type == vmk_CPUToBE16(VMK_ETH_TYPE_IPV6);

    if ((header->flags & NET_NEEDS_CSUM) != 0) {
        if (header->csum_start < VMK_ETH_HDR_LENGTH ||
            header->csum_start + header->csum_offset + sizeof(vmk_uint16) > pkt->mappedLen) {
            return false;
        }
        vmk_PktSetMustCsum(pkt, header->csum_start, header->csum_offset);
        pkt->flags |= ipv6 ? VMK_PKT_FLAG_IPV6 : 0;
    }
    return header->gso_type == NET_GSO_NONE || ask_segmentation(pkt, header, ipv6);
}

/* Bytes. */

static void released(vmk_PktHandle *pkt)
{
    virtio_slot_complete(pkt->releaseData, 0);
}

/** The guest's pages are not the packet's any more. */
static void take_back(vmk_PktHandle *pkt)
{
    if ((pkt->flags & VMK_PKT_FLAG_EXTERNAL) != 0) {
        pkt->flags &= ~(vmk_uint32)VMK_PKT_FLAG_EXTERNAL;
        vmk_PktNumFragsSet(pkt, 0);
    }
}

/** Append the guest's pages from the cursor on. @return VMK_LIMIT_EXCEEDED: a packet has not so many pieces.
 */
static VMK_ReturnStatus append_pages(vmk_PktHandle *pkt, struct vm *vm, struct vring_cursor cursor)
{
    vmk_SgElem elems[VMK_PKT_MAX_FRAGS];
    vmk_StatusValue status = VMK_OK;
    struct vring_segment piece;
    vmk_uint32 count = 0;

    while (status == VMK_OK && (piece = vring_cursor_next(&cursor, NET_FRAME_MAX)).len != 0) {
        status = vdev_memory_sg(vm, piece.at, piece.len, false, elems, VMK_PKT_MAX_FRAGS, &count);
    }
    for (vmk_uint32 i = 0; status == VMK_OK && i < count; i++) {
        status =
            vmk_PktPageAppend(pkt, vmk_MA2MPN(elems[i].addr), elems[i].addr & VMK_PAGE_MASK, elems[i].length);
    }
    return status;
}

/** Copy all from the cursor on into another packet, which replaces *pkt. */
static VMK_ReturnStatus copy_instead(vmk_PktHandle **pkt, struct vm *vm, struct vring_cursor cursor,
                                     vmk_uint32 len)
{
    vmk_PktHandle *copy;
    vmk_StatusValue status = vmk_PktAllocForModuleBH(VMK_VMKERNEL_MODULE_ID, len, &copy);

    if (status != VMK_OK) {
        return status;
    }
    status = vmk_PktFrameLenSet(copy, len);
    for (vmk_uint32 done = 0; status == VMK_OK && done < len;) {
        vmk_uint8 bytes[256];
        vmk_uint32 piece = (vmk_uint32)VMK_MIN(len - done, sizeof(bytes));

        status = vring_cursor_read(&cursor, vm, bytes, piece);
        if (status == VMK_OK) {
            status = vmk_PktCopyBytesIn(bytes, piece, done, copy);
        }
        done += piece;
    }
    vmk_PktReleaseBH(status == VMK_OK ? *pkt : copy);
    *pkt = status == VMK_OK ? copy : *pkt;
    return status;
}

/** Show the frame at the cursor in *pkt, empty. @return as what it calls. */
static VMK_ReturnStatus fill(vmk_PktHandle **pkt, struct vm *vm, struct vring_cursor cursor, vmk_uint32 len,
                             struct net_stats *stats)
{
    struct vring_cursor begin = cursor;
    vmk_uint32 head = VMK_MIN(len, NET_HEAD_BYTES);
    vmk_StatusValue status = vring_cursor_read(&cursor, vm, (*pkt)->frame, head);

    if (status == VMK_OK) {
        status = vmk_PktFrameLenSet(*pkt, head);
    }
    if (status != VMK_OK || head == len) {
        return status;
    }
    (*pkt)->flags |= VMK_PKT_FLAG_EXTERNAL;
    (*pkt)->released = released;
    status = append_pages(*pkt, vm, cursor);
    if (status != VMK_OK) {
        take_back(*pkt);
    }
    if (status == VMK_LIMIT_EXCEEDED) {
        stats->tx_copied++;
        status = copy_instead(pkt, vm, begin, len);
    }
    return status;
}

/** The chain taken last, as packet; NULL: it is none that could be sent. */
static vmk_PktHandle *make_packet(struct virtio_queue *queue) VMK_REQUIRES(&queue->lock)
{
    struct vm *vm = queue->device->vm;
    struct vring_cursor cursor = vring_readable(&queue->chain);
    vmk_uint64 len = queue->chain.readable_bytes;
    struct virtio_net_header header;
    vmk_PktHandle *pkt;

    if (len < sizeof(header) + VMK_ETH_HDR_LENGTH || len > sizeof(header) + NET_FRAME_MAX ||
        vring_cursor_read(&cursor, vm, &header, sizeof(header)) != VMK_OK ||
        vmk_PktAllocForModuleBH(VMK_VMKERNEL_MODULE_ID, 0, &pkt) != VMK_OK) {
        return NULL;
    }
    if (fill(&pkt, vm, cursor, (vmk_uint32)(len - sizeof(header)), &pair_of(queue)->stats) == VMK_OK &&
        ask_offloads(pkt, &header)) {
        return pkt;
    }
    take_back(pkt);
    vmk_PktReleaseBH(pkt);
    return NULL;
}

/* Kicks. */

/** How many frames leave for a packet. */
static vmk_uint32 frames_of(const vmk_PktHandle *pkt)
{
    return vmk_PktIsLargeTcpPacket(pkt) ? (pkt->frameLen + pkt->mss - 1) / pkt->mss : 1;
}

/** Make a packet of the chain taken last. A chain that no packet shows goes back at once. */
static void take_frame(struct virtio_queue *queue, vmk_PktList list) VMK_REQUIRES(&queue->lock)
{
    struct net_pair *pair = pair_of(queue);
    struct virtio_slot *slot = &pair->slots[queue->chain.head];
    vmk_PktHandle *pkt;

    if (!virtio_queue_hold(queue, slot)) {
        return;
    }
    pkt = make_packet(queue);
    if (VMK_UNLIKELY(queue->limit != NULL)) {
        virtio_limit_charge(queue->limit, pkt ? frames_of(pkt) : 1, pkt ? pkt->frameLen : 0);
    }
    if (pkt) {
        pkt->releaseData = slot;
        pair->stats.tx_packets++;
        pair->stats.tx_bytes += pkt->frameLen;
        vmk_PktListAppendPkt(list, pkt);
    } else {
        pair->stats.tx_dropped++;
    }
    if (!pkt || (pkt->flags & VMK_PKT_FLAG_EXTERNAL) == 0) {
        virtio_queue_drop(queue, slot);
        vring_put(&queue->ring, queue->chain.head, 0);
    }
}

void virtio_net_tx_kick(struct virtio_net *net, struct net_pair *pair)
{
    struct virtio_queue *queue = &pair->tx;
    VMK_PKTLIST_STACK_DEF_INIT(list);
    bool signal;

    virtio_queue_lock(queue);
    do {
        while (virtio_queue_take(queue)) {
            take_frame(queue, list);
        }
    } while (virtio_queue_rest(queue, queue->in_flight >= POLLED_DEPTH));
    signal = virtio_queue_publish(queue); /* What was copied, or dropped. */
    virtio_queue_unlock(queue);
    if (!vmk_PktListIsEmpty(list)) {
        if (virtio_net_pairs_used(net) > 1) {
            virtio_net_note_flows(net, pair, list);
        }
        net->send(net, list);
    }
    if (signal) {
        virtio_pci_signal(queue);
    }
}
