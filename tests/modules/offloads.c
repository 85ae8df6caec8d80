/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * offloads - a client of the virtual switch that sends packets which leave work to the NIC: checksums to
 * compute, TCP to cut into segments, frames in many pieces. What it receives it sends back, addresses
 * exchanged.
 */
#include <vmkapi/base/logging.h>
#include <vmkapi/base/module.h>
#include <vmkapi/lib/bits.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/net/net_csum.h>
#include <vmkapi/net/net_port.h>

VMK_MODULE_LICENSE("GPL");
VMK_MODULE_DESCRIPTION("Packets that leave work to the NIC");

int init_module(void);
void cleanup_module(void);

#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17
#define IPV4_LEN     20
#define IPV6_LEN     40
#define TCP_LEN      20
#define UDP_LEN      8
#define MSS          1000
#define SHORT        301 /* bytes of payload */
#define LONG         29999
#define JUMBO        9014 /* bytes of frame */

/* What a packet of one kind looks like. */
struct kind {
    vmk_Bool ipv6;
    vmk_uint8 protocol;
    vmk_uint32 payload;
};

static const struct kind kinds[] = {
    {VMK_FALSE, PROTOCOL_UDP, SHORT},
    {VMK_FALSE, PROTOCOL_TCP, LONG},
    {VMK_TRUE, PROTOCOL_UDP, SHORT},
    {VMK_TRUE, PROTOCOL_TCP, LONG},
};

static const vmk_EthAddress own_mac = {0x02, 0x00, 0x5e, 0x10, 0x00, 0x02};
static const vmk_EthAddress peer_mac = {0x02, 0x00, 0x5e, 0x10, 0x00, 0x01};

static vmk_Port port;

static void put16(vmk_uint8 *at, vmk_uint32 value)
{
    at[0] = (vmk_uint8)(value >> 8);
    at[1] = (vmk_uint8)value;
}

static void put_sum(vmk_uint8 *at, vmk_uint16 sum)
{
    vmk_Memcpy(at, &sum, sizeof(sum));
}

/* The IP header at @ip; @return the folded sum of the pseudo header. */
static vmk_uint16 make_ip(vmk_uint8 *ip, const struct kind *kind, vmk_uint32 transport)
{
    static const vmk_uint8 v4[8] = {10, 0, 0, 2, 10, 0, 0, 1};
    vmk_uint32 saddr, daddr;

    if (kind->ipv6) {
        ip[0] = 0x60;
        put16(ip + 4, transport);
        ip[6] = kind->protocol;
        ip[7] = 64;
        ip[8] = ip[24] = 0xfd;
        ip[23] = 2;
        ip[39] = 1;
        return (vmk_uint16)~vmk_NetCsumFold(
            vmk_NetCsumIPv6Pseudo(ip + 8, ip + 24, kind->protocol, transport));
    }
    ip[0] = 0x45;
    put16(ip + 2, IPV4_LEN + transport);
    ip[8] = 64;
    ip[9] = kind->protocol;
    vmk_Memcpy(ip + 12, v4, sizeof(v4));
    put_sum(ip + 10, vmk_NetCsumDataFinal(ip, IPV4_LEN));
    vmk_Memcpy(&saddr, v4, sizeof(saddr));
    vmk_Memcpy(&daddr, v4 + 4, sizeof(daddr));
    /* A NIC that cuts TCP adds each segment's length itself. */
    return (vmk_uint16)~vmk_NetCsumFold(
        vmk_NetCsumIPv4Pseudo(saddr, daddr, kind->protocol, (vmk_uint16)transport));
}

/* All headers into @bytes, zeroed; @return their length, and in @start and @offset where the checksum goes.
 */
static vmk_uint32 make_headers(vmk_uint8 *bytes, const struct kind *kind, vmk_uint32 *start,
                               vmk_uint32 *offset)
{
    vmk_uint32 transport_len = kind->protocol == PROTOCOL_TCP ? TCP_LEN : UDP_LEN;
    vmk_uint8 *transport;
    vmk_uint16 sum;

    vmk_Memcpy(bytes, peer_mac, sizeof(peer_mac));
    vmk_Memcpy(bytes + sizeof(peer_mac), own_mac, sizeof(own_mac));
    put16(bytes + 12, kind->ipv6 ? VMK_ETH_TYPE_IPV6 : VMK_ETH_TYPE_IPV4);
    sum = make_ip(bytes + VMK_ETH_HDR_LENGTH, kind, transport_len + kind->payload);
    *start = VMK_ETH_HDR_LENGTH + (kind->ipv6 ? IPV6_LEN : IPV4_LEN);
    transport = bytes + *start;
    put16(transport, 1000);
    put16(transport + 2, 2000);
    if (kind->protocol == PROTOCOL_TCP) {
        transport[12] = 0x50;
        transport[13] = 0x18; /* ACK, PSH */
        *offset = 16;
    } else {
        put16(transport + 4, UDP_LEN + kind->payload);
        *offset = 6;
    }
    put_sum(transport + *offset, sum);
    return *start + transport_len;
}

/* Fill the packet's frame from @from on with bytes that tell their place. */
static VMK_ReturnStatus fill(vmk_PktHandle *pkt, vmk_uint32 from)
{
    vmk_StatusValue status = VMK_OK;

    for (vmk_uint32 at = from; at < pkt->frameLen && status == VMK_OK; at++) {
        vmk_uint8 byte = (vmk_uint8)((at - from) ^ (at - from) >> 8);

        status = vmk_PktCopyBytesIn(&byte, 1, at, pkt);
    }
    return status;
}

static VMK_ReturnStatus make_packet(const vmk_uint8 *headers, vmk_uint32 len, vmk_uint32 payload,
                                    vmk_PktHandle **pkt)
{
    vmk_StatusValue status = vmk_PktAllocForModule(vmk_ModuleCurrentID, len + payload, pkt);

    if (status != VMK_OK) {
        return status;
    }
    status = vmk_PktFrameLenSet(*pkt, len + payload);
    if (status == VMK_OK) {
        status = vmk_PktCopyBytesIn(headers, len, 0, *pkt);
    }
    if (status == VMK_OK) {
        status = fill(*pkt, len);
    }
    if (status != VMK_OK) {
        vmk_PktRelease(*pkt);
    }
    return status;
}

static void send(vmk_PktHandle *pkt)
{
    VMK_PKTLIST_STACK_DEF_INIT(list);

    vmk_PktListAppendPkt(list, pkt);
    vmk_PortInput(port, list);
}

static VMK_ReturnStatus send_kind(const struct kind *kind)
{
    vmk_uint8 headers[VMK_ETH_HDR_LENGTH + IPV6_LEN + TCP_LEN] = {0};
    vmk_uint32 start, offset, len = make_headers(headers, kind, &start, &offset);
    vmk_PktHandle *pkt;
    vmk_StatusValue status = make_packet(headers, len, kind->payload, &pkt);

    if (status != VMK_OK) {
        return status;
    }
    vmk_PktSetMustCsum(pkt, (vmk_uint16)start, (vmk_uint16)offset);
    if (kind->ipv6) {
        pkt->flags |= VMK_PKT_FLAG_IPV6;
    }
    if (kind->payload > MSS) {
        vmk_PktSetLargeTcpPacket(pkt, MSS);
    }
    send(pkt);
    return VMK_OK;
}

static VMK_ReturnStatus send_all(void)
{
    vmk_uint8 header[VMK_ETH_HDR_LENGTH] = {0};
    vmk_PktHandle *pkt;
    vmk_StatusValue status = VMK_OK;

    for (vmk_uint32 i = 0; i < VMK_ARRAY_SIZE(kinds) && status == VMK_OK; i++) {
        status = send_kind(&kinds[i]);
    }
    vmk_Memcpy(header, peer_mac, sizeof(peer_mac));
    vmk_Memcpy(header + sizeof(peer_mac), own_mac, sizeof(own_mac));
    put16(header + 12, 0x88b5);
    if (status == VMK_OK) {
        status = make_packet(header, sizeof(header), JUMBO - sizeof(header), &pkt);
    }
    if (status == VMK_OK) {
        send(pkt); /* The switch drops it unless its MTU is large. */
    }
    return status;
}

static void deliver(vmk_AddrCookie data, vmk_PktList list)
{
    for (vmk_PktHandle *pkt = vmk_PktListGetFirstPkt(list); pkt != NULL; pkt = pkt->next) {
        vmk_Memcpy(pkt->frame, pkt->frame + VMK_ETH_ADDR_LENGTH, VMK_ETH_ADDR_LENGTH);
        vmk_Memcpy(pkt->frame + VMK_ETH_ADDR_LENGTH, own_mac, VMK_ETH_ADDR_LENGTH);
    }
    vmk_PortInput(port, list);
}

int init_module(void)
{
    vmk_PortProps props = {
        .moduleID = vmk_ModuleCurrentID, .name = "offloads", .portGroup = "VM Network", .deliver = deliver};
    vmk_StatusValue status;

    vmk_Memcpy(props.mac, own_mac, sizeof(own_mac));
    status = vmk_PortConnect(&props, &port);
    if (status == VMK_OK) {
        status = send_all();
        if (status != VMK_OK) {
            vmk_PortDisconnect(port);
        }
    }
    return status;
}

void cleanup_module(void)
{
    vmk_PortDisconnect(port);
}
