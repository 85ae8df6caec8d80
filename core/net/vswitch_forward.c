/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vswitch_forward.c - from one port of a switch to others, a batch at a time.
 *
 * Frames in a row with the same Ethernet header are a run: what was found out about the first, its VLAN and
 * its receiver, goes for the others, which cost a comparison instead of two look-ups. A run goes on in the
 * next batch, as long as no address has moved and the second is the same. Frames in a row for the same port
 * are handed over as one list. Only a frame with more than one receiver is cloned.
 */
#include <core/uplink.h>
#include <core/vswitch.h>
#include <vmkapi/base/time.h>
#include <vmkapi/lib/bits.h>
#include <vmkapi/lib/libc.h>

/** Where a frame goes, besides a port. */
#define TO_ALL    ((struct vmk_PortInt *)1)
#define TO_NOBODY ((struct vmk_PortInt *)2)

struct forward {
    struct vswitch *vswitch;
    struct vmk_PortInt *source;
    struct vmk_PortInt *uplink; /**< The one the source uses, or is. */
    struct port_stats *stats;   /**< The source's, on this CPU. */
    struct port_run *run;       /**< The source's, on this CPU. */
    vmk_uint32 now;
    vmk_uint32 version;           /**< Of the switch's addresses, before anything was looked up. */
    struct vmk_PortInt *receiver; /**< Of `batch`. */
    struct vmk_PktListInt batch;
    vmk_uint64 batch_bytes;
};

vmk_uint32 vswitch_now(void)
{
    return (vmk_uint32)(vmk_GetTimerCycles() / VMK_NSEC_PER_SEC);
}

static struct port_stats *stats_here(struct vmk_PortInt *port)
{
    return &port->stats[vmk_GetPCPUNum()];
}

static bool is_trunk(const struct vmk_PortInt *port)
{
    return port->nic || port->vlan == VMK_VLAN_ID_TRUNK;
}

static void drop(struct forward *f, vmk_PktHandle *pkt)
{
    f->stats->rx_dropped++;
    vmk_PktRelease(pkt);
}

/** Hand the batch to its receiver. */
static __attribute__((noinline)) void flush(struct forward *f)
{
    struct vmk_PortInt *port = f->receiver;
    struct port_stats *stats;

    if (vmk_PktListIsEmpty(&f->batch)) {
        return;
    }
    stats = stats_here(port);
    stats->tx_packets += f->batch.count;
    stats->tx_bytes += f->batch_bytes;
    f->batch_bytes = 0;
    if (port->nic) {
        uplink_tx(port->nic, &f->batch);
    } else {
        port->props.deliver(port->props.clientData, &f->batch);
        vmk_PktListInit(&f->batch);
    }
}

VMK_ALWAYS_INLINE void emit(struct forward *f, struct vmk_PortInt *port, vmk_PktHandle *pkt, vmk_uint16 vlan)
{
    if (port != f->receiver) {
        if (!vmk_PktListIsEmpty(&f->batch)) {
            flush(f);
        }
        f->receiver = port;
    }
    if (VMK_UNLIKELY(vlan != VMK_VLAN_ID_NONE && is_trunk(port))) {
        vmk_PktVlanIDSet(pkt, vlan);
    } else {
        vmk_PktVlanIDClear(pkt);
    }
    f->batch_bytes += pkt->frameLen;
    vmk_PktListAppendPkt(&f->batch, pkt);
}

/** Whether a port that isn't a unicast frame's own receiver gets it as well. */
static bool wants(const struct forward *f, const struct vmk_PortInt *port, vmk_uint16 vlan, bool multicast)
{
    if (port == f->source) {
        return false;
    }
    if (port->nic) {
        return port == f->uplink && multicast;
    }
    if (f->source->nic && __atomic_load_n(&port->uplink, __ATOMIC_RELAXED) != f->source) {
        return false;
    }
    return (port->vlan == vlan || port->vlan == VMK_VLAN_ID_TRUNK) && (multicast || port->promisc);
}

/** Give the frame to all that want it, and to @p to (NULL for none): copies for all but the last. */
static __attribute__((noinline)) void spread(struct forward *f, vmk_PktHandle *pkt, vmk_uint16 vlan,
                                             struct vmk_PortInt *to)
{
    bool multicast = vmk_EthAddrIsMulticast(pkt->frame);
    vmk_uint32 limit = __atomic_load_n(&f->vswitch->port_limit, __ATOMIC_ACQUIRE);

    for (vmk_uint32 slot = 0; slot < limit; slot++) {
        struct vmk_PortInt *port = VMK_RCU_DEREFERENCE(f->vswitch->ports[slot]);
        vmk_PktHandle *clone;

        if (!port || port == to || !wants(f, port, vlan, multicast)) {
            continue;
        }
        if (to) {
            if (vmk_PktClone(pkt, &clone) == VMK_OK) {
                emit(f, to, clone, vlan);
            } else {
                stats_here(to)->tx_dropped++;
            }
        }
        to = port;
    }
    if (to) {
        emit(f, to, pkt, vlan);
    } else {
        drop(f, pkt);
    }
}

/** Take a tag out of the frame into the metadata. */
static __attribute__((noinline)) bool strip_tag(vmk_PktHandle *pkt)
{
    vmk_uint16 tag;

    if (pkt->mappedLen < VMK_ETH_HDR_LENGTH + VMK_ETH_VLAN_LENGTH || !vmk_PktIsWritable(pkt)) {
        return false;
    }
    vmk_Memcpy(&tag, pkt->frame + VMK_ETH_HDR_LENGTH, sizeof(tag));
    vmk_Memmove(pkt->frame + VMK_ETH_VLAN_LENGTH, pkt->frame, 2 * VMK_ETH_ADDR_LENGTH);
    vmk_PktPullHeadroom(pkt, VMK_ETH_VLAN_LENGTH);
    pkt->flags |= VMK_PKT_FLAG_VLAN;
    pkt->vlanTag = vmk_BE16ToCPU(tag);
    return true;
}

/** Find the VLAN of a frame that came in at the source. @return false to drop it. */
static bool ingress(struct forward *f, vmk_PktHandle *pkt, vmk_uint16 *vlan)
{
    struct vmk_PortInt *source = f->source;
    const vmk_EthHdr *eth = (const vmk_EthHdr *)pkt->frame;

    if (VMK_UNLIKELY(pkt->mappedLen < VMK_ETH_HDR_LENGTH || vmk_EthAddrIsMulticast(eth->saddr))) {
        return false;
    }
    if (VMK_UNLIKELY(pkt->frameLen > source->max_frame && !vmk_PktIsLargeTcpPacket(pkt))) {
        return false;
    }
    if (VMK_UNLIKELY(eth->type == vmk_CPUToBE16(VMK_ETH_TYPE_VLAN))) {
        if (!is_trunk(source) || vmk_PktMustVlanTag(pkt) || !strip_tag(pkt)) {
            return false;
        }
    }
    *vlan = is_trunk(source) ? vmk_PktVlanIDGet(pkt) : source->vlan;
    pkt->srcPortID = source->id;
    return true;
}

/** Where a client's frame goes that isn't for another client; a frame from the wire doesn't go there again.
 */
static struct vmk_PortInt *way_out(const struct forward *f)
{
    return f->source->nic || !f->uplink ? TO_NOBODY : f->uplink;
}

/** The port a unicast address is at, as seen from the source; an unknown one can only be outside. */
static struct vmk_PortInt *resolve(const struct forward *f, mac_key_t key)
{
    vmk_uint32 id = mac_table_find(&f->vswitch->macs, key, f->now);
    struct vmk_PortInt *port = NULL;

    if (id != MAC_PORT_NONE) {
        port = VMK_RCU_DEREFERENCE(f->vswitch->ports[id % VSWITCH_PORTS_MAX]);
    }
    if (!port || port->id != id || port->nic) {
        return way_out(f);
    }
    if (port == f->source ||
        (f->source->nic && __atomic_load_n(&port->uplink, __ATOMIC_RELAXED) != f->source)) {
        return TO_NOBODY;
    }
    return port;
}

static struct eth_header_key header_of(const vmk_PktHandle *pkt)
{
    struct eth_header_key header;

    /* There is always a page's rest behind it. */
    vmk_Memcpy(&header, pkt->frame, sizeof(header));
    header.back <<= 16;
    return header;
}

/** Learn, decide and pass on; begin a run if the frame may stand for those that follow. */
static __attribute__((noinline)) void forward_first(struct forward *f, vmk_PktHandle *pkt)
{
    struct eth_header_key header = header_of(pkt);
    bool tagged = vmk_PktMustVlanTag(pkt);
    struct vmk_PortInt *to;
    vmk_uint16 vlan;

    f->run->to = NULL;
    if (!ingress(f, pkt, &vlan)) {
        drop(f, pkt);
        return;
    }
    mac_table_learn(&f->vswitch->macs, mac_key(pkt->frame + VMK_ETH_ADDR_LENGTH, vlan), f->source->id,
                    f->now);
    to = vmk_EthAddrIsMulticast(pkt->frame) ? TO_ALL : resolve(f, mac_key(pkt->frame, vlan));
    if (to == TO_ALL || f->vswitch->promisc_ports != 0) {
        spread(f, pkt, vlan, to == TO_ALL || to == TO_NOBODY ? NULL : to);
    } else if (to == TO_NOBODY) {
        drop(f, pkt);
    } else {
        if (!tagged) {
            *f->run = (struct port_run){
                .header = header, .to = to, .version = f->version, .second = f->now, .vlan = vlan};
        }
        emit(f, to, pkt, vlan);
    }
}

/** Whether what holds for the run holds for this frame. */
static bool continues_run(const struct forward *f, const vmk_PktHandle *pkt)
{
    struct eth_header_key header = header_of(pkt);

    return f->run->to && header.front == f->run->header.front && header.back == f->run->header.back &&
           pkt->mappedLen >= VMK_ETH_HDR_LENGTH && pkt->frameLen <= f->source->max_frame &&
           !(pkt->flags & (VMK_PKT_FLAG_VLAN | VMK_PKT_FLAG_LARGE_TCP));
}

/** Forget the last batch's run unless what was found out then still holds. */
static void keep_run(struct forward *f)
{
    struct port_run *run = f->run;

    if (run->version != f->version || run->second != f->now || f->vswitch->promisc_ports != 0 ||
        (run->to && run->to->nic && run->to != f->uplink)) {
        run->to = NULL;
    }
}

void vswitch_input(struct vmk_PortInt *port, vmk_PktList list)
{
    struct forward f = {
        .vswitch = port->vswitch,
        .source = port,
        .uplink = port->nic ? port : VMK_RCU_DEREFERENCE(port->uplink),
        .stats = stats_here(port),
        .run = &port->runs[vmk_GetPCPUNum()],
        .now = vswitch_now(),
        .version = __atomic_load_n(&port->vswitch->macs.version, __ATOMIC_ACQUIRE),
    };
    vmk_PktHandle *pkt;
    vmk_uint64 bytes = 0;

    keep_run(&f);
    f.stats->rx_packets += list->count;
    while ((pkt = vmk_PktListPopFirstPkt(list)) != NULL) {
        bytes += pkt->frameLen;
        if (VMK_LIKELY(continues_run(&f, pkt))) {
            pkt->srcPortID = port->id;
            emit(&f, f.run->to, pkt, f.run->vlan);
        } else {
            forward_first(&f, pkt);
        }
    }
    f.stats->rx_bytes += bytes;
    flush(&f);
}
