/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pkt_segment.c - cutting a large TCP packet into frames, as a NIC with segmentation offload would.
 */
#include <vmkapi/base/export.h>
#include <vmkapi/lib/bits.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/net/net_csum.h>
#include <vmkapi/net/net_pktlist.h>

#define PROTOCOL_TCP  6
#define IPV4_MIN_LEN  20
#define IPV6_LEN      40
#define TCP_MIN_LEN   20
#define TCP_SEQ       4 /* Offsets in the TCP header: RFC 9293, 3.1. */
#define TCP_DATA_OFF  12
#define TCP_FLAGS     13
#define TCP_CHECKSUM  16
#define TCP_FIN_PSH   0x09
#define TCP_CWR       0x80
#define IPV4_LENGTH   2 /* RFC 791, 3.1. */
#define IPV4_ID       4
#define IPV4_PROTOCOL 9
#define IPV4_CHECKSUM 10
#define IPV4_SADDR    12
#define IPV6_LENGTH   4 /* RFC 8200, 3. */
#define IPV6_NEXT     6
#define IPV6_SADDR    8
#define HEADERS_MAX   (VMK_ETH_HDR_LENGTH + 60 + 60)

/** The headers of the packet being cut. */
struct headers {
    vmk_uint8 bytes[HEADERS_MAX];
    vmk_Bool ipv6;
    vmk_uint32 tcp; /**< Offset of the TCP header. */
    vmk_uint32 len; /**< Of all headers. */
};

static vmk_uint16 get16(const vmk_uint8 *at)
{
    return (vmk_uint16)(at[0] << 8 | at[1]);
}

static void put16(vmk_uint8 *at, vmk_uint32 value)
{
    at[0] = (vmk_uint8)(value >> 8);
    at[1] = (vmk_uint8)value;
}

static void put_sum(vmk_uint8 *at, vmk_uint16 sum)
{
    vmk_Memcpy(at, &sum, sizeof(sum));
}

/** Read the headers; @return VMK_FALSE when they aren't plain TCP over IP. */
static vmk_Bool parse(const vmk_PktHandle *pkt, struct headers *h)
{
    vmk_uint32 have = VMK_MIN(pkt->frameLen, sizeof(h->bytes));
    const vmk_uint8 *ip = h->bytes + VMK_ETH_HDR_LENGTH;
    vmk_uint16 type;

    if (have < VMK_ETH_HDR_LENGTH + IPV4_MIN_LEN || vmk_PktCopyBytesOut(h->bytes, have, 0, pkt) != VMK_OK) {
        return VMK_FALSE;
    }
    type = get16(h->bytes + 2 * VMK_ETH_ADDR_LENGTH);
    h->ipv6 = type == VMK_ETH_TYPE_IPV6;
    if (h->ipv6) {
        h->tcp = VMK_ETH_HDR_LENGTH + IPV6_LEN;
    } else {
        h->tcp = VMK_ETH_HDR_LENGTH + (ip[0] & 0xfu) * 4;
    }
    if ((!h->ipv6 && (type != VMK_ETH_TYPE_IPV4 || (ip[0] & 0xf) * 4 < IPV4_MIN_LEN)) ||
        h->tcp + TCP_MIN_LEN > have || ip[h->ipv6 ? IPV6_NEXT : IPV4_PROTOCOL] != PROTOCOL_TCP) {
        return VMK_FALSE;
    }
    h->len = h->tcp + (vmk_uint32)(h->bytes[h->tcp + TCP_DATA_OFF] >> 4) * 4;
    return h->len >= h->tcp + TCP_MIN_LEN && h->len <= have;
}

static void fix_ip(vmk_uint8 *ip, const struct headers *h, vmk_uint32 index, vmk_uint32 payload)
{
    if (h->ipv6) {
        put16(ip + IPV6_LENGTH, h->len - h->tcp + payload);
        return;
    }
    put16(ip + IPV4_LENGTH, h->len - VMK_ETH_HDR_LENGTH + payload);
    put16(ip + IPV4_ID, get16(ip + IPV4_ID) + index);
    put_sum(ip + IPV4_CHECKSUM, 0);
    put_sum(ip + IPV4_CHECKSUM, vmk_NetCsumDataFinal(ip, h->tcp - VMK_ETH_HDR_LENGTH));
}

static void fix_tcp(vmk_uint8 *frame, const struct headers *h, vmk_uint32 offset, vmk_uint32 payload,
                    vmk_Bool last)
{
    vmk_uint8 *ip = frame + VMK_ETH_HDR_LENGTH, *tcp = frame + h->tcp;
    vmk_uint32 len = h->len - h->tcp + payload, seq, saddr, daddr, sum;

    vmk_Memcpy(&seq, tcp + TCP_SEQ, sizeof(seq));
    seq = vmk_CPUToBE32(vmk_BE32ToCPU(seq) + offset);
    vmk_Memcpy(tcp + TCP_SEQ, &seq, sizeof(seq));
    if (!last) {
        tcp[TCP_FLAGS] &= ~TCP_FIN_PSH;
    }
    if (offset != 0) {
        tcp[TCP_FLAGS] &= ~TCP_CWR;
    }
    if (h->ipv6) {
        sum = vmk_NetCsumIPv6Pseudo(ip + IPV6_SADDR, ip + IPV6_SADDR + 16, PROTOCOL_TCP, len);
    } else {
        vmk_Memcpy(&saddr, ip + IPV4_SADDR, sizeof(saddr));
        vmk_Memcpy(&daddr, ip + IPV4_SADDR + 4, sizeof(daddr));
        sum = vmk_NetCsumIPv4Pseudo(saddr, daddr, PROTOCOL_TCP, (vmk_uint16)len);
    }
    put_sum(tcp + TCP_CHECKSUM, 0);
    put_sum(tcp + TCP_CHECKSUM, vmk_NetCsumFold(vmk_NetCsumDataPartial(sum, tcp, len)));
}

/** Make the frame that carries @p payload bytes from @p offset of the packet's payload. */
static VMK_ReturnStatus make_segment(vmk_PktHandle *pkt, const struct headers *h, vmk_uint32 offset,
                                     vmk_uint32 payload, vmk_PktHandle **segment)
{
    vmk_Bool last = h->len + offset + payload == pkt->frameLen;
    vmk_PktHandle *new;
    vmk_StatusValue status = vmk_PktAlloc(h->len + payload, &new);

    if (status != VMK_OK) {
        return status;
    }
    status = vmk_PktFrameLenSet(new, h->len + payload);
    if (status == VMK_OK) {
        vmk_Memcpy(new->frame, h->bytes, h->len);
        status = vmk_PktCopyBytesOut(new->frame + h->len, payload, h->len + offset, pkt);
    }
    if (status != VMK_OK) {
        vmk_PktRelease(new);
        return status;
    }
    fix_ip(new->frame + VMK_ETH_HDR_LENGTH, h, offset / pkt->mss, payload);
    fix_tcp(new->frame, h, offset, payload, last);
    new->flags = pkt->flags &VMK_PKT_FLAG_VLAN;
    new->vlanTag = pkt->vlanTag;
    new->srcPortID = pkt->srcPortID;
    new->queueID = pkt->queueID;
    *segment = new;
    return VMK_OK;
}

VMK_ReturnStatus vmk_PktTcpSegmentation(vmk_PktHandle *pkt, vmk_PktList list)
{
    VMK_PKTLIST_STACK_DEF_INIT(segments);
    struct headers h;
    vmk_uint32 total;

    if (!parse(pkt, &h) || pkt->mss == 0 || h.len + pkt->mss > VMK_PKT_MAX_MAPPED || h.len >= pkt->frameLen) {
        return VMK_BAD_FORMAT;
    }
    total = pkt->frameLen - h.len;
    for (vmk_uint32 offset = 0; offset < total; offset += pkt->mss) {
        vmk_PktHandle *segment;
        vmk_StatusValue status = make_segment(pkt, &h, offset, VMK_MIN(pkt->mss, total - offset), &segment);

        if (status != VMK_OK) {
            vmk_PktListReleaseAllPkts(segments);
            return status;
        }
        vmk_PktListAppendPkt(segments, segment);
    }
    vmk_PktListAppend(list, segments);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_PktTcpSegmentation);
