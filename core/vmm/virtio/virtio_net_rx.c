/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio_net_rx.c - from packets to the guest's buffers (5.1.6.3, 5.1.6.4), by one copy.
 */
#include <vmkapi/core/machine_memory.h>
#include <vmkapi/lib/bits.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/net/net_csum.h>

#include "virtio_net.h"
#include "virtio_pci.h"

#define NUM_BUFFERS_AT __builtin_offsetof(struct virtio_net_header, num_buffers)
#define TCP_DATA_OFF   12
#define ADDRESSES      (2 * VMK_ETH_ADDR_LENGTH)

static struct net_pair *pair_of(struct virtio_queue *rx)
{
    return VMK_CONTAINER_OF(rx, struct net_pair, rx);
}

/** A frame on its way to the guest: what is before it, then the packet's pieces. */
struct source {
    vmk_uint8 front[sizeof(struct virtio_net_header) + ADDRESSES + VMK_ETH_VLAN_LENGTH];
    vmk_uint32 front_len;
    const vmk_PktHandle *pkt;
    vmk_uint32 total; /**< All of it. */

    vmk_uint32 part;   /**< 0: the front, 1: what is mapped, 2: the first fragment. */
    vmk_uint32 offset; /**< In it. */
};

/** The next piece, of at most @p max bytes; not at the end. */
static const vmk_uint8 *next_piece(struct source *source, vmk_uint32 max, vmk_uint32 *len)
{
    const vmk_PktHandle *pkt = source->pkt;
    const vmk_uint8 *bytes;
    vmk_uint32 part_len;

    if (source->part == 0) {
        bytes = source->front;
        part_len = source->front_len;
    } else if (source->part == 1) {
        bytes = pkt->frame;
        part_len = pkt->mappedLen;
    } else {
        const vmk_PktFrag *frag = &pkt->frags[source->part - 2];

        bytes = (const vmk_uint8 *)vmk_MPN2Ptr(frag->mpn) + frag->offset;
        part_len = frag->length;
    }
    bytes += source->offset;
    *len = VMK_MIN(part_len - source->offset, max);
    source->offset += *len;
    if (source->offset == part_len) {
        source->offset = 0;
        source->part++;
        if (source->part == 1 && source->front_len > sizeof(struct virtio_net_header)) {
            source->offset = ADDRESSES; /* They were in front of the tag. */
        }
    }
    return bytes;
}

/* What the guest is told. */

static bool can(const struct virtio_net *net, vmk_uint64 feature)
{
    return (net->features & feature) != 0;
}

static vmk_uint64 segmentation_feature(const vmk_PktHandle *pkt)
{
    return (pkt->flags & VMK_PKT_FLAG_IPV6) != 0 ? VIRTIO_NET_F_GUEST_TSO6 : VIRTIO_NET_F_GUEST_TSO4;
}

/** Say what was not done for a packet of another guest's: 5.1.6.4. */
static void tell_offloads(struct virtio_net_header *header, const vmk_PktHandle *pkt, vmk_uint32 moved)
{
    vmk_uint8 data_offset = 0;

    if (!vmk_PktIsMustCsum(pkt)) {
        header->flags = vmk_PktGetCsumVfd(pkt) ? NET_DATA_VALID : 0;
        return;
    }
    header->flags = NET_NEEDS_CSUM;
    header->csum_start = (vmk_uint16)(pkt->csumStart + moved);
    header->csum_offset = pkt->csumOffset;
    if (vmk_PktIsLargeTcpPacket(pkt) &&
        vmk_PktCopyBytesOut(&data_offset, 1, pkt->csumStart + TCP_DATA_OFF, pkt) == VMK_OK) {
        header->gso_type = (pkt->flags & VMK_PKT_FLAG_IPV6) != 0 ? NET_GSO_TCPV6 : NET_GSO_TCPV4;
        header->gso_size = pkt->mss;
        header->hdr_len = (vmk_uint16)(header->csum_start + (data_offset >> 4) * 4);
    }
}

/** Begin with header, and the tag that belongs into the frame. */
static void begin(struct source *source, const struct virtio_net *net, const vmk_PktHandle *pkt)
{
    struct virtio_net_header header = {.num_buffers = 1};
    bool tagged = vmk_PktMustVlanTag(pkt) && pkt->mappedLen > ADDRESSES;

    *source = (struct source){.pkt = pkt, .front_len = sizeof(header), .total = pkt->frameLen};
    if (can(net, VIRTIO_NET_F_GUEST_CSUM)) {
        tell_offloads(&header, pkt, tagged ? VMK_ETH_VLAN_LENGTH : 0);
    }
    vmk_Memcpy(source->front, &header, sizeof(header));
    if (tagged) {
        vmk_uint16 tag[2] = {vmk_CPUToBE16(VMK_ETH_TYPE_VLAN), vmk_CPUToBE16(pkt->vlanTag)};

        vmk_Memcpy(source->front + sizeof(header), pkt->frame, ADDRESSES);
        vmk_Memcpy(source->front + sizeof(header) + ADDRESSES, tag, sizeof(tag));
        source->front_len = sizeof(source->front);
        source->total -= ADDRESSES;
    }
    source->total += source->front_len;
}

/* Buffers. */

/** Copy as much of the rest into the buffer taken last as it has room for. @return how much; 0: no more. */
static vmk_uint32 fill(struct virtio_queue *queue, struct source *source, vmk_uint32 left)
    VMK_REQUIRES(&queue->lock)
{
    struct vring_cursor cursor = vring_writable(&queue->chain);
    vmk_uint32 room = (vmk_uint32)VMK_MIN(queue->chain.writable_bytes, left), done = 0;

    while (done < room) {
        vmk_uint32 len;
        const vmk_uint8 *bytes = next_piece(source, room - done, &len);

        if (vring_cursor_write(&cursor, queue->device->vm, bytes, len) != VMK_OK) {
            virtio_queue_break(queue, "a receive buffer outside of memory");
            return 0;
        }
        done += len;
    }
    return done;
}

/** Where num_buffers lies, byte by byte, in the buffer taken last. */
static void find_count(struct virtio_queue *queue, gpa_t at[2]) VMK_REQUIRES(&queue->lock)
{
    struct vring_cursor cursor = vring_writable(&queue->chain);

    for (vmk_uint32 skip = NUM_BUFFERS_AT; skip != 0;) {
        skip -= vring_cursor_next(&cursor, skip).len;
    }
    at[0] = vring_cursor_next(&cursor, 1).at;
    at[1] = vring_cursor_next(&cursor, 1).at;
}

static void put_count(struct virtio_queue *queue, const gpa_t at[2], vmk_uint32 count)
{
    vmk_uint8 bytes[2] = {(vmk_uint8)count, (vmk_uint8)(count >> 8)};

    for (unsigned i = 0; i < 2; i++) {
        (void)!vdev_memory_write(queue->device->vm, at[i], &bytes[i], 1);
    }
}

/** Whether the chain taken last is a buffer for the frame's beginning, and for all of it if it must be. */
static bool is_buffer(struct virtio_queue *queue, vmk_uint32 least) VMK_REQUIRES(&queue->lock)
{
    if (queue->chain.readable != 0 || queue->chain.writable == 0) {
        virtio_queue_break(queue, "a receive buffer that is not to be written");
        return false;
    }
    return queue->chain.writable_bytes >= least;
}

/** Copy a frame into buffers. @return false: there are not enough; nothing has changed. */
static bool put_frame(const struct virtio_net *net, struct virtio_queue *queue, struct source *source)
    VMK_REQUIRES(&queue->lock)
{
    vmk_uint32 least = can(net, VIRTIO_NET_F_MRG_RXBUF) ? sizeof(struct virtio_net_header) : source->total;
    vmk_uint32 left = source->total, count = 0, taken = 0, done;
    gpa_t count_at[2];

    while (left != 0 && virtio_queue_take(queue)) {
        taken++;
        if (!is_buffer(queue, count == 0 ? least : 1)) {
            break;
        }
        if (count == 0) {
            find_count(queue, count_at);
        }
        done = fill(queue, source, left);
        if (done == 0) {
            break;
        }
        vring_put(&queue->ring, queue->chain.head, done);
        left -= done;
        count++;
    }
    if (left != 0) {
        vring_unput(&queue->ring, count);
        vring_untake(&queue->ring, taken);
        return false;
    }
    if (count > 1) {
        put_count(queue, count_at, count);
    }
    pair_of(queue)->stats.rx_packets++;
    pair_of(queue)->stats.rx_bytes += source->pkt->frameLen;
    return true;
}

static bool put_packet(const struct virtio_net *net, struct virtio_queue *queue, const vmk_PktHandle *pkt)
    VMK_REQUIRES(&queue->lock)
{
    struct source source;

    begin(&source, net, pkt);
    return put_frame(net, queue, &source);
}

/* Packets as the guest understands them. */

/** Compute the checksum that nobody has computed. @return VMK_OK; the packet, or a copy in its place. */
static VMK_ReturnStatus finish_checksum(vmk_PktHandle **pkt)
{
    vmk_PktHandle *copy;
    vmk_uint16 sum;
    vmk_StatusValue status;

    if ((*pkt)->frameLen > VMK_PKT_MAX_MAPPED ||
        (*pkt)->csumStart + (*pkt)->csumOffset + sizeof(sum) > (*pkt)->frameLen) {
        return VMK_BAD_PARAM;
    }
    status = vmk_PktCopy(*pkt, &copy);
    if (status != VMK_OK) {
        return status;
    }
    vmk_PktReleaseBH(*pkt);
    *pkt = copy;
    sum = vmk_NetCsumDataFinal(copy->frame + copy->csumStart, copy->frameLen - copy->csumStart);
    sum = sum == 0 ? 0xffff : sum;
    vmk_Memcpy(copy->frame + copy->csumStart + copy->csumOffset, &sum, sizeof(sum));
    vmk_PktClearMustCsum(copy);
    return VMK_OK;
}

/** Do for a packet what the guest can't: append it, or its pieces, to @p ready. @return false: impossible,
 *  and it is gone. */
static bool make_plain(struct virtio_net *net, vmk_PktHandle *pkt, vmk_PktList ready)
{
    vmk_StatusValue status = VMK_OK;

    if (vmk_PktIsLargeTcpPacket(pkt) &&
        !(can(net, segmentation_feature(pkt)) && can(net, VIRTIO_NET_F_GUEST_CSUM))) {
        status = vmk_PktTcpSegmentation(pkt, ready);
        vmk_PktReleaseBH(pkt);
        return status == VMK_OK;
    }
    if (vmk_PktIsMustCsum(pkt) && !can(net, VIRTIO_NET_F_GUEST_CSUM)) {
        status = finish_checksum(&pkt);
    }
    if (status != VMK_OK) {
        vmk_PktReleaseBH(pkt);
        return false;
    }
    vmk_PktListAppendPkt(ready, pkt);
    return true;
}

/** All of @p list. @return how many could not be. */
static vmk_uint32 make_all_plain(struct virtio_net *net, vmk_PktList list)
{
    VMK_PKTLIST_STACK_DEF_INIT(ready);
    vmk_uint32 dropped = 0;
    vmk_PktHandle *pkt;

    while ((pkt = vmk_PktListPopFirstPkt(list)) != NULL) {
        dropped += !make_plain(net, pkt, ready);
    }
    vmk_PktListAppend(list, ready);
    return dropped;
}

static bool all_plain(vmk_PktList list)
{
    vmk_uint32 flags = 0;

    for (const vmk_PktHandle *pkt = list->first; pkt; pkt = pkt->next) {
        flags |= pkt->flags;
    }
    return (flags & (VMK_PKT_FLAG_MUST_CSUM | VMK_PKT_FLAG_LARGE_TCP)) == 0;
}

/* Delivery. */

/** Give what fits to the guest, and to @p done. What doesn't stays on @p list. */
static void put_list(const struct virtio_net *net, struct virtio_queue *queue, vmk_PktList list,
                     vmk_PktList done) VMK_REQUIRES(&queue->lock)
{
    vmk_PktHandle *pkt;

    while ((pkt = vmk_PktListGetFirstPkt(list)) != NULL && put_packet(net, queue, pkt)) {
        vmk_PktListAppendPkt(done, vmk_PktListPopFirstPkt(list));
    }
}

/** The same with what waits. */
static void put_backlog(const struct virtio_net *net, struct virtio_queue *queue, vmk_PktList done)
    VMK_REQUIRES(&queue->lock)
{
    struct net_pair *pair = pair_of(queue);
    VMK_PKTLIST_STACK_DEF_INIT(put);

    put_list(net, queue, &pair->backlog, put);
    for (const vmk_PktHandle *pkt = put->first; pkt; pkt = pkt->next) {
        pair->backlog_bytes -= pkt->frameLen;
    }
    vmk_PktListAppend(done, put);
}

/** The packet as one that may wait: on nobody's pages but the kernel's. @return NULL: no memory. */
static vmk_PktHandle *make_own(struct net_stats *stats, vmk_PktHandle *pkt, vmk_PktList done)
{
    vmk_PktHandle *copy;

    if ((pkt->flags & (VMK_PKT_FLAG_EXTERNAL | VMK_PKT_FLAG_CLONE)) == 0) {
        return pkt;
    }
    vmk_PktListAppendPkt(done, pkt);
    if (vmk_PktCopy(pkt, &copy) != VMK_OK) {
        return NULL;
    }
    stats->rx_copied++;
    return copy;
}

/** Have what may wait do so, and the rest be dropped by way of @p done. */
static void wait_or_drop(struct virtio_queue *queue, vmk_PktList list, vmk_PktList done)
    VMK_REQUIRES(&queue->lock)
{
    struct net_pair *pair = pair_of(queue);
    vmk_PktHandle *pkt;

    while ((pkt = vmk_PktListPopFirstPkt(list)) != NULL) {
        if (!queue->ring.live || pair->backlog.count >= NET_BACKLOG ||
            pair->backlog_bytes + pkt->frameLen > NET_BACKLOG_BYTES) {
            vmk_PktListAppendPkt(done, pkt);
            pair->stats.rx_dropped++;
            continue;
        }
        pkt = make_own(&pair->stats, pkt, done);
        if (pkt) {
            vmk_PktListAppendPkt(&pair->backlog, pkt);
            pair->backlog_bytes += pkt->frameLen;
            pair->stats.rx_waited++;
        } else {
            pair->stats.rx_dropped++;
        }
    }
}

/** Give the guest what has waited, then @p list. @return whether it wants to be interrupted for that. */
static bool put_all(const struct virtio_net *net, struct virtio_queue *queue, vmk_PktList list,
                    vmk_PktList done) VMK_REQUIRES(&queue->lock)
{
    struct net_pair *pair = pair_of(queue);

    do {
        put_backlog(net, queue, done);
        if (vmk_PktListIsEmpty(&pair->backlog)) {
            put_list(net, queue, list, done);
        }
        wait_or_drop(queue, list, done);
    } while (!vmk_PktListIsEmpty(&pair->backlog) && queue->budget != 0 && vring_want_kick(&queue->ring));
    queue->budget = VIRTIO_KICK_CHAINS;
    if (vmk_PktListIsEmpty(&pair->backlog)) {
        vring_no_kick(&queue->ring);
    }
    queue->stats.flushes++;
    return virtio_queue_publish(queue);
}

/** Give @p list, and what waits, to a pair; it is empty afterwards. @p dropped: packets that were lost on the
 * way here. */
static void deliver(struct virtio_net *net, struct net_pair *pair, vmk_PktList list, vmk_uint32 dropped)
{
    struct virtio_queue *queue = &pair->rx;
    VMK_PKTLIST_STACK_DEF_INIT(done);
    bool signal = false;

    virtio_queue_lock(queue);
    pair->stats.rx_dropped += dropped;
    if (VMK_LIKELY((vmk_uint32)(pair - net->pairs) < virtio_net_pairs_used(net))) {
        signal = put_all(net, queue, list, done);
    } else { /* The driver has just given this pair up. */
        pair->stats.rx_dropped += list->count;
    }
    virtio_queue_unlock(queue);
    if (signal) {
        virtio_pci_signal(queue);
    }
    vmk_PktListAppend(done, list);
    vmk_PktListReleaseAllPkts(done);
}

/** Each packet to its flow's pair, those of one pair together. */
static void deliver_by_flow(struct virtio_net *net, vmk_PktList list)
{
    struct vmk_PktListInt lists[NET_PAIRS_MAX];
    vmk_PktHandle *pkt;

    for (unsigned i = 0; i < NET_PAIRS_MAX; i++) {
        vmk_PktListInit(&lists[i]);
    }
    while ((pkt = vmk_PktListPopFirstPkt(list)) != NULL) {
        vmk_PktListAppendPkt(&lists[virtio_net_pair_for(net, pkt)], pkt);
    }
    for (unsigned i = 0; i < NET_PAIRS_MAX; i++) {
        if (!vmk_PktListIsEmpty(&lists[i])) {
            deliver(net, &net->pairs[i], &lists[i], 0);
        }
    }
}

void virtio_net_deliver(struct virtio_net *net, vmk_PktList list)
{
    vmk_uint32 dropped = 0;

    if (VMK_UNLIKELY(!virtio_is_running(&net->device))) {
        vmk_PktListReleaseAllPkts(list);
        return;
    }
    if (VMK_UNLIKELY(!all_plain(list))) {
        dropped = make_all_plain(net, list);
    }
    if (virtio_net_pairs_used(net) > 1) {
        deliver_by_flow(net, list);
    }
    if (!vmk_PktListIsEmpty(list) || dropped != 0) {
        deliver(net, &net->pairs[0], list, dropped);
    }
}

void virtio_net_rx_kick(struct virtio_net *net, struct net_pair *pair)
{
    VMK_PKTLIST_STACK_DEF_INIT(none);

    vmk_BottomHalfDisable();
    deliver(net, pair, none, 0);
    vmk_BottomHalfEnable();
}

void virtio_net_rx_stop(struct net_pair *pair)
{
    VMK_PKTLIST_STACK_DEF_INIT(waiting);

    virtio_queue_lock(&pair->rx);
    vmk_PktListAppend(waiting, &pair->backlog);
    pair->backlog_bytes = 0;
    virtio_queue_unlock(&pair->rx);
    vmk_PktListReleaseAllPkts(waiting);
}
