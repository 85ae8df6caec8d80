/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * uplink_offload.c - what a sender may ask of a NIC, done in software for NICs that can't.
 */
#include <core/pkt.h>
#include <core/uplink.h>
#include <vmkapi/lib/bits.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/net/net_csum.h>

static bool can(const struct vmk_UplinkInt *uplink, vmk_UplinkCap cap)
{
    return (uplink->enabled & 1ul << cap) != 0;
}

/** The packet flags that need help, for packets whose checksum and segmentation capabilities are these. */
static vmk_uint32 soft_flags(const struct vmk_UplinkInt *uplink, vmk_UplinkCap cso, vmk_UplinkCap tso)
{
    return (can(uplink, cso) ? 0 : VMK_PKT_FLAG_MUST_CSUM) | (can(uplink, tso) ? 0 : VMK_PKT_FLAG_LARGE_TCP) |
           (can(uplink, VMK_UPLINK_CAP_VLAN_TX_INSERT) ? 0 : VMK_PKT_FLAG_VLAN) |
           (can(uplink, VMK_UPLINK_CAP_SG_TX) ? 0 : VMK_PKT_FLAG_FRAGS);
}

void uplink_offload_update(struct vmk_UplinkInt *uplink)
{
    uplink->soft_flags[0] = soft_flags(uplink, VMK_UPLINK_CAP_IPV4_CSO, VMK_UPLINK_CAP_IPV4_TSO);
    uplink->soft_flags[1] = soft_flags(uplink, VMK_UPLINK_CAP_IPV6_CSO, VMK_UPLINK_CAP_IPV6_TSO);
    uplink->look_flags = uplink->soft_flags[0] | uplink->soft_flags[1] | VMK_PKT_FLAG_LARGE_TCP;
}

/** What of a packet needs help. */
static vmk_uint32 soft_part(const struct vmk_UplinkInt *uplink, const vmk_PktHandle *pkt)
{
    return pkt->flags & uplink->soft_flags[(pkt->flags & VMK_PKT_FLAG_IPV6) != 0];
}

/** Put a copy in @p pkt's place. */
static VMK_ReturnStatus replace(vmk_PktHandle **pkt)
{
    vmk_PktHandle *copy;
    vmk_StatusValue status = vmk_PktCopy(*pkt, &copy);

    if (status == VMK_OK) {
        vmk_PktRelease(*pkt);
        *pkt = copy;
    }
    return status;
}

/** Make @p pkt one that may be written, is in one piece, and has room for a tag. */
static VMK_ReturnStatus make_own(vmk_PktHandle **pkt)
{
    if (vmk_PktIsWritable(*pkt) && vmk_PktIsFullyMapped(*pkt) &&
        vmk_PktGetHeadroomLen(*pkt) >= VMK_ETH_VLAN_LENGTH) {
        return VMK_OK;
    }
    if ((*pkt)->frameLen > VMK_PKT_MAX_MAPPED) {
        return VMK_LIMIT_EXCEEDED;
    }
    return replace(pkt);
}

static VMK_ReturnStatus checksum(vmk_PktHandle *pkt)
{
    vmk_uint8 *start = pkt->frame + pkt->csumStart;
    vmk_uint16 sum;

    if (pkt->csumStart + pkt->csumOffset + sizeof(sum) > pkt->frameLen) {
        return VMK_BAD_PARAM;
    }
    sum = vmk_NetCsumDataFinal(start, pkt->frameLen - pkt->csumStart);
    /* 0 would mean "none" to UDP, and is the same number. */
    sum = sum == 0 ? 0xffff : sum;
    vmk_Memcpy(start + pkt->csumOffset, &sum, sizeof(sum));
    vmk_PktClearMustCsum(pkt);
    return VMK_OK;
}

/** Put the tag from the metadata into the frame. */
static VMK_ReturnStatus insert_tag(vmk_PktHandle *pkt)
{
    vmk_uint16 tag[2] = {vmk_CPUToBE16(VMK_ETH_TYPE_VLAN), vmk_CPUToBE16(pkt->vlanTag)};
    vmk_StatusValue status = vmk_PktPushHeadroom(pkt, VMK_ETH_VLAN_LENGTH);

    if (status != VMK_OK) {
        return status;
    }
    vmk_Memmove(pkt->frame, pkt->frame + VMK_ETH_VLAN_LENGTH, 2 * VMK_ETH_ADDR_LENGTH);
    vmk_Memcpy(pkt->frame + 2 * VMK_ETH_ADDR_LENGTH, tag, sizeof(tag));
    vmk_PktVlanIDClear(pkt);
    return VMK_OK;
}

/** Do all that packet and NIC disagree on, except segmentation. */
static VMK_ReturnStatus prepare(struct vmk_UplinkInt *uplink, vmk_PktHandle **pkt)
{
    vmk_uint32 soft = soft_part(uplink, *pkt);
    vmk_StatusValue status;

    if (soft == 0) {
        /* Whoever segments patches the headers. */
        return vmk_PktIsLargeTcpPacket(*pkt) && !vmk_PktIsWritable(*pkt) ? replace(pkt) : VMK_OK;
    }
    status = make_own(pkt);
    if (status == VMK_OK && soft & VMK_PKT_FLAG_MUST_CSUM) {
        status = checksum(*pkt);
    }
    if (status == VMK_OK && soft & VMK_PKT_FLAG_VLAN) {
        status = insert_tag(*pkt);
    }
    return status;
}

/** Put what is to be sent for @p pkt on @p pieces: itself, or its segments. */
static VMK_ReturnStatus segment(struct vmk_UplinkInt *uplink, vmk_PktHandle *pkt, vmk_PktList pieces)
{
    vmk_StatusValue status;

    if (!(soft_part(uplink, pkt) & VMK_PKT_FLAG_LARGE_TCP)) {
        vmk_PktListAppendPkt(pieces, pkt);
        return VMK_OK;
    }
    status = vmk_PktTcpSegmentation(pkt, pieces);
    if (status == VMK_OK) {
        vmk_PktRelease(pkt);
    }
    return status;
}

vmk_uint32 uplink_offload(struct vmk_UplinkInt *uplink, vmk_PktList list)
{
    VMK_PKTLIST_STACK_DEF_INIT(in);
    VMK_PKTLIST_STACK_DEF_INIT(ready);
    vmk_uint32 dropped = 0;
    vmk_PktHandle *pkt;

    while ((pkt = vmk_PktListPopFirstPkt(list)) != NULL) {
        if (segment(uplink, pkt, in) != VMK_OK) {
            vmk_PktRelease(pkt);
            dropped++;
        }
        while ((pkt = vmk_PktListPopFirstPkt(in)) != NULL) {
            if (prepare(uplink, &pkt) == VMK_OK) {
                vmk_PktListAppendPkt(ready, pkt);
            } else {
                vmk_PktRelease(pkt);
                dropped++;
            }
        }
    }
    /* Segments and copies are the kernel's until now. */
    pkt_list_hold(ready, uplink->reg.moduleID);
    vmk_PktListAppend(list, ready);
    return dropped;
}
