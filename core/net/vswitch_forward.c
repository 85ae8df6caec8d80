/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vswitch_forward.c - from one port of a switch to others, a batch at a time.
 *
 * Frames in a row with the same Ethernet header are a run: what was found out about the first, its VLAN and
 * its receiver, goes for the others, which cost a comparison instead of two look-ups. A run goes on in the
 * next batch, as long as no address has moved and the second is the same; a list's beginning that is one is
 * handed on as the list it is. What follows is taken frame by frame, and collected until the receiver
 * changes. Only a frame with more than one receiver is cloned.
 */
#include <core/pkt.h>
#include <core/uplink.h>
#include <core/vswitch.h>
#include <vmkapi/base/time.h>
#include <vmkapi/lib/bits.h>
#include <vmkapi/lib/libc.h>

/** Where a frame goes, besides a port. */
#define TO_ALL    ((struct vmk_PortInt *)1)
#define TO_NOBODY ((struct vmk_PortInt *)2)

/** Frames for the same port. */
struct batch {
    struct vmk_PktListInt list;
    vmk_uint64 bytes;
    vmk_uint32 flags; /**< Of all of them, together, and perhaps more. */
};

struct forward {
    struct vswitch *vswitch;
    struct vmk_PortInt *source;
    struct vmk_PortInt *uplink; /**< The one the source uses, or is. */
    struct port_cpu *here;      /**< The source's. */
    vmk_uint32 now;
    vmk_uint32 version;           /**< Of the switch's addresses, before anything was looked up. */
    struct vmk_PortInt *receiver; /**< Of `batch`. */
    struct batch batch;
};

vmk_uint32 vswitch_now(void)
{
    return (vmk_uint32)(vmk_GetTimerCycles() / VMK_NSEC_PER_SEC);
}

static struct port_cpu *here(const struct vmk_PortInt *port)
{
    return &port->cpus[vmk_GetPCPUNum()];
}

static vmk_uint32 version_of(const struct vswitch *vswitch)
{
    return __atomic_load_n(&vswitch->macs.version, __ATOMIC_ACQUIRE);
}

static bool is_trunk(const struct vmk_PortInt *port)
{
    return port->nic || port->vlan == VMK_VLAN_ID_TRUNK;
}

static void drop(struct forward *f, vmk_PktHandle *pkt)
{
    f->here->stats.rx_dropped++;
    vmk_PktReleaseBH(pkt);
}

/** Hand a batch, charged to @p to's holder, to @p to. */
static void hand_over(struct vmk_PortInt *to, struct batch *batch)
{
    struct port_stats *stats = &here(to)->stats;

    stats->tx_packets += batch->list.count;
    stats->tx_bytes += batch->bytes;
    if (to->nic) {
        uplink_tx(to->nic, &batch->list, batch->flags);
    } else {
        to->props.deliver(to->props.clientData, &batch->list);
    }
}

/** Hand over what has been collected. */
static void flush(struct forward *f)
{
    if (!vmk_PktListIsEmpty(&f->batch.list)) {
        pkt_list_hold(&f->batch.list, f->receiver->holder);
        hand_over(f->receiver, &f->batch);
        f->batch = (struct batch){0};
    }
}

/** The tag that frames of @p vlan have at @p port, or VMK_VLAN_ID_NONE. */
static vmk_uint16 tag_at(const struct vmk_PortInt *port, vmk_uint16 vlan)
{
    return is_trunk(port) ? vlan : VMK_VLAN_ID_NONE;
}

static void emit(struct forward *f, struct vmk_PortInt *port, vmk_PktHandle *pkt, vmk_uint16 tag)
{
    if (port != f->receiver) {
        flush(f);
        f->receiver = port;
    }
    if (tag != VMK_VLAN_ID_NONE) {
        vmk_PktVlanIDSet(pkt, tag);
    } else {
        vmk_PktVlanIDClear(pkt);
    }
    f->batch.bytes += pkt->frameLen;
    f->batch.flags |= pkt->flags;
    vmk_PktListAppendPkt(&f->batch.list, pkt);
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
static void spread(struct forward *f, vmk_PktHandle *pkt, vmk_uint16 vlan, struct vmk_PortInt *to)
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
                emit(f, to, clone, tag_at(to, vlan));
            } else {
                here(to)->stats.tx_dropped++;
            }
        }
        to = port;
    }
    if (to) {
        emit(f, to, pkt, tag_at(to, vlan));
    } else {
        drop(f, pkt);
    }
}

/** Take a tag out of the frame into the metadata. */
static bool strip_tag(vmk_PktHandle *pkt)
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

/* --- runs --- */

/** What of the frame's header a comparison needs: there is always a page's rest behind it. */
VMK_ALWAYS_INLINE vmk_uint64 header_part(const vmk_PktHandle *pkt, vmk_uint32 offset)
{
    vmk_uint64 part;

    vmk_Memcpy(&part, pkt->frame + offset, sizeof(part));
    return part;
}

#define HEADER_SECOND_PART (VMK_ETH_HDR_LENGTH - sizeof(vmk_uint64))

/** Flags of frames that nothing can be told about by their header. */
#define RUN_ENDING_FLAGS (VMK_PKT_FLAG_VLAN | VMK_PKT_FLAG_LARGE_TCP)

/** Note that frames like @p pkt, which has been let in and goes to @p to only, go the same way. */
static void begin_run(struct forward *f, const vmk_PktHandle *pkt, struct vmk_PortInt *to, vmk_uint16 vlan)
{
    f->here->run = (struct port_run){
        .header = {header_part(pkt, 0), header_part(pkt, HEADER_SECOND_PART)},
        .to = to,
        .until = (f->now + 1) * VMK_NSEC_PER_SEC,
        .version = f->version,
        .tag = tag_at(to, vlan),
    };
}

/**
 * Whether @p pkt may be taken for one of the run: all that differs from frame to frame, and nothing else.
 *
 * @param flags of the frames before, none of which ended the run; @p pkt's are added.
 */
VMK_ALWAYS_INLINE bool continues(vmk_uint64 front, vmk_uint64 back, vmk_uint32 max_frame,
                                 const vmk_PktHandle *pkt, vmk_uint32 *flags)
{
    return header_part(pkt, 0) == front && header_part(pkt, HEADER_SECOND_PART) == back &&
           pkt->mappedLen >= VMK_ETH_HDR_LENGTH && pkt->frameLen <= max_frame &&
           ((*flags |= pkt->flags) & RUN_ENDING_FLAGS) == 0;
}

/** Whether what was found out still holds. */
static bool run_holds(const struct vmk_PortInt *port, const struct port_run *run)
{
    return run->version == version_of(port->vswitch) && vmk_GetTimerCycles() < run->until;
}

/** Tag the frames of a list that none has a tag on. */
static __attribute__((noinline)) void tag_all(struct batch *batch, vmk_uint16 tag)
{
    for (vmk_PktHandle *pkt = batch->list.first; pkt; pkt = pkt->next) {
        vmk_PktVlanIDSet(pkt, tag);
    }
    batch->flags |= VMK_PKT_FLAG_VLAN;
}

/** Cut @p list behind @p last: what is before goes to @p head, the rest stays. */
static __attribute__((noinline)) void cut_behind(vmk_PktList list, vmk_PktHandle *last, vmk_PktList head)
{
    *head = (struct vmk_PktListInt){.first = list->first, .last = last, .count = 1};
    for (const vmk_PktHandle *pkt = list->first; pkt != last; pkt = pkt->next) {
        head->count++;
    }
    list->first = last->next;
    list->count -= head->count;
    last->next = NULL;
}

/**
 * Find the frames at the head of @p list, not empty, that continue the run and have one holder, who becomes
 * the receiver's. @return the last of them, or NULL.
 */
static vmk_PktHandle *follow_run(const struct vmk_PortInt *port, const struct port_run *run, vmk_PktList list,
                                 struct batch *batch)
{
    vmk_ModuleID from = list->first->holder, to = run->to->holder;
    vmk_uint64 front = run->header[0], back = run->header[1];
    vmk_uint32 id = port->id, max_frame = port->max_frame;
    vmk_PktHandle *pkt = list->first, *last = NULL;
    vmk_uint64 bytes = 0;
    vmk_uint32 flags = 0;

    while (VMK_LIKELY(pkt && continues(front, back, max_frame, pkt, &flags) && pkt->holder == from)) {
        pkt->srcPortID = id;
        pkt->holder = to;
        bytes += pkt->frameLen;
        last = pkt;
        pkt = pkt->next;
    }
    batch->bytes = bytes;
    batch->flags = flags;
    return last;
}

/** Pass on the frames at the head of @p list, not empty, that continue the run; the others stay on it. */
static void continue_run(struct vmk_PortInt *port, const struct port_run *run, struct port_stats *stats,
                         vmk_PktList list)
{
    vmk_ModuleID from = list->first->holder;
    struct vmk_PortInt *to = run->to;
    struct batch batch;
    vmk_PktHandle *last = follow_run(port, run, list, &batch);

    if (VMK_UNLIKELY(!last)) {
        return;
    }
    if (VMK_LIKELY(!last->next)) {
        batch.list = *list;
        vmk_PktListInit(list);
    } else {
        cut_behind(list, last, &batch.list);
    }
    pkt_charge_moved(from, to->holder, batch.list.count);
    stats->rx_packets += batch.list.count;
    stats->rx_bytes += batch.bytes;
    if (VMK_UNLIKELY(run->tag != VMK_VLAN_ID_NONE)) {
        tag_all(&batch, run->tag);
    }
    hand_over(to, &batch);
}

/* --- frames one by one --- */

/** Learn, decide and pass on; begin a run if the frame may stand for those that follow. */
static void forward_one(struct forward *f, vmk_PktHandle *pkt)
{
    bool tagged = vmk_PktMustVlanTag(pkt);
    struct vmk_PortInt *to;
    vmk_uint16 vlan;

    f->here->run.until = 0;
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
            begin_run(f, pkt, to, vlan);
        }
        emit(f, to, pkt, tag_at(to, vlan));
    }
}

static __attribute__((noinline)) void forward_each(struct vmk_PortInt *port, vmk_PktList list)
{
    struct forward f = {
        .vswitch = port->vswitch,
        .source = port,
        .uplink = port->nic ? port : VMK_RCU_DEREFERENCE(port->uplink),
        .here = here(port),
        .now = vswitch_now(),
        .version = version_of(port->vswitch),
    };
    struct port_run *run = &f.here->run;
    vmk_PktHandle *pkt;

    if (!run_holds(port, run)) {
        run->until = 0;
    }
    f.here->stats.rx_packets += list->count;
    while ((pkt = vmk_PktListPopFirstPkt(list)) != NULL) {
        vmk_uint32 flags = 0;

        f.here->stats.rx_bytes += pkt->frameLen;
        if (run->until != 0 && continues(run->header[0], run->header[1], port->max_frame, pkt, &flags)) {
            pkt->srcPortID = port->id;
            emit(&f, run->to, pkt, run->tag);
        } else {
            forward_one(&f, pkt);
        }
    }
    flush(&f);
}

void vswitch_input(struct vmk_PortInt *port, vmk_PktList list)
{
    struct port_cpu *cpu = here(port);

    if (VMK_UNLIKELY(vmk_PktListIsEmpty(list))) {
        return;
    }
    if (VMK_LIKELY(run_holds(port, &cpu->run))) {
        continue_run(port, &cpu->run, &cpu->stats, list);
    }
    if (VMK_UNLIKELY(!vmk_PktListIsEmpty(list))) {
        forward_each(port, list);
    }
}
