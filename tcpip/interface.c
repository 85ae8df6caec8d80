/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * interface.c - packets in and out of vmk0.
 *
 * Received packets become lwIP buffers without copying: the buffer's head is in the packet's driver area, and
 * freeing it releases the packet; segments that a guest has left to the NIC are copied, whole. What lwIP
 * sends is gathered from its chain of buffers into a packet, and all that one turn of the loop has produced
 * goes to the switch as one list.
 */
#include "interface.h"

#include <lwip/dhcp.h>
#include <lwip/etharp.h>
#include <lwip/netif.h>

#include <vmkapi/base/module.h>
#include <vmkapi/net/net_port.h>

#include "address.h"
#include "stack.h"

#define TX_BATCH 32

struct netif interface_netif;
static vmk_Port port;
static struct vmk_PktListInt to_send;
static vmk_uint32 events; /* Bits by vmk_PortEvent, set by the switch; atomic. */

VMK_STATIC_ASSERT(sizeof(struct pbuf_custom) <= VMK_PKT_DRIVER_AREA_SIZE, "its place is the driver area");

/* Receiving. */

static void release_rx(struct pbuf *p)
{
    vmk_PktRelease(vmk_PktFromAddr(p));
}

/** A packet lwIP may write to, all of it in one piece, as buffer; NULL when it can't be had. */
static struct pbuf *wrap(vmk_PktHandle *pkt)
{
    struct pbuf_custom *custom = vmk_PktDriverArea(pkt);

    custom->custom_free_function = release_rx;
    return pbuf_alloced_custom(PBUF_RAW, (u16_t)pkt->frameLen, PBUF_REF, custom, pkt->frame,
                               (u16_t)pkt->frameLen);
}

/** The same for any packet, by copying. */
static struct pbuf *copy(vmk_PktHandle *pkt)
{
    struct pbuf *p = pbuf_alloc(PBUF_RAW, (u16_t)pkt->frameLen, PBUF_RAM);

    if (p && vmk_PktCopyBytesOut(p->payload, pkt->frameLen, 0, pkt) != VMK_OK) {
        pbuf_free(p);
        p = NULL;
    }
    vmk_PktRelease(pkt);
    return p;
}

/** What lwIP is to check of a packet. One that a client of the switch has left to a NIC has come over no
 * wire, and has no TCP or UDP checksum yet. */
static vmk_uint16 checks_of(const vmk_PktHandle *pkt)
{
    return vmk_PktIsMustCsum(pkt)
               ? NETIF_CHECKSUM_ENABLE_ALL & ~(NETIF_CHECKSUM_CHECK_TCP | NETIF_CHECKSUM_CHECK_UDP)
               : NETIF_CHECKSUM_ENABLE_ALL;
}

static void input(vmk_PktHandle *pkt)
{
    struct pbuf *p;

    if (pkt->frameLen > 0xffff) {
        vmk_PktRelease(pkt);
        return;
    }
    /* It is through with the packet's checksums when its input function returns. */
    NETIF_SET_CHECKSUM_CTRL(&interface_netif, checks_of(pkt));
    p = vmk_PktIsWritable(pkt) && vmk_PktIsFullyMapped(pkt) ? wrap(pkt) : copy(pkt);
    if (p && interface_netif.input(p, &interface_netif) != ERR_OK) {
        pbuf_free(p);
    }
}

static void deliver(vmk_AddrCookie data, vmk_PktList list)
{
    stack_receive(list);
}

/* Sending. */

static void flush(void)
{
    if (!vmk_PktListIsEmpty(&to_send)) {
        vmk_PortInput(port, &to_send);
    }
}

static err_t output(struct netif *unused, struct pbuf *p)
{
    vmk_PktHandle *pkt;
    vmk_uint32 offset = 0;
    vmk_StatusValue status = vmk_PktAllocForModule(vmk_ModuleCurrentID, p->tot_len, &pkt);

    if (status != VMK_OK) {
        return ERR_MEM;
    }
    status = vmk_PktFrameLenSet(pkt, p->tot_len);
    for (struct pbuf *q = p; q && status == VMK_OK; q = q->next) {
        status = vmk_PktCopyBytesIn(q->payload, q->len, offset, pkt);
        offset += q->len;
    }
    if (status != VMK_OK) {
        vmk_PktRelease(pkt);
        return ERR_BUF;
    }
    vmk_PktListAppendPkt(&to_send, pkt);
    if (to_send.count >= TX_BATCH) {
        flush();
    }
    return ERR_OK;
}

/* Life. */

static void port_event(vmk_AddrCookie data, vmk_PortEvent event)
{
    if (event == VMK_PORT_EVENT_LINK_UP) {
        address_hold_startup();
    }
    (void)__atomic_fetch_or(&events, 1u << event, __ATOMIC_RELEASE);
    stack_wake();
}

static void update_hardware(void)
{
    interface_netif.hwaddr_len = VMK_ETH_ADDR_LENGTH;
    vmk_PortMACGet(port, interface_netif.hwaddr);
    interface_netif.mtu = (u16_t)vmk_PortMTUGet(port);
}

static void update_link(void)
{
    if (vmk_PortLinkStateGet(port) == VMK_LINK_STATE_UP) {
        netif_set_link_up(&interface_netif);
    } else {
        netif_set_link_down(&interface_netif);
    }
}

static err_t init_netif(struct netif *unused)
{
    interface_netif.name[0] = 'v';
    interface_netif.name[1] = 'm';
    interface_netif.output = etharp_output;
    interface_netif.linkoutput = output;
    interface_netif.flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET;
    update_hardware();
    return ERR_OK;
}

void interface_start(const char *address, const char *hostname)
{
    static const vmk_PortProps props = {
        .name = INTERFACE_NAME,
        .portGroup = INTERFACE_PORT_GROUP,
        .deliver = deliver,
        .event = port_event,
    };
    vmk_PortProps mine = props;
    vmk_StatusValue status;

    mine.moduleID = vmk_ModuleCurrentID;
    status = vmk_PortConnect(&mine, &port);
    if (status != VMK_OK) {
        vmk_WarningMessage(INTERFACE_NAME ": not connected to '" INTERFACE_PORT_GROUP "': %s",
                           vmk_StatusToString(status));
        return;
    }
    (void)netif_add(&interface_netif, NULL, NULL, NULL, NULL, init_netif, netif_input);
    netif_set_hostname(&interface_netif, hostname);
    netif_set_default(&interface_netif);
    netif_set_status_callback(&interface_netif, address_changed);
    netif_set_up(&interface_netif);
    update_link();
    if (netif_is_link_up(&interface_netif)) {
        address_hold_startup();
    }
    address_configure(address);
}

void interface_turn(void)
{
    VMK_PKTLIST_STACK_DEF_INIT(received);
    vmk_uint32 changed = __atomic_exchange_n(&events, 0, __ATOMIC_ACQUIRE);
    vmk_PktHandle *pkt;

    if (!port) {
        return;
    }
    if (changed != 0) {
        update_hardware();
        update_link();
    }
    stack_received(received);
    while ((pkt = vmk_PktListPopFirstPkt(received)) != NULL) {
        input(pkt);
    }
    flush();
}

void interface_stop(void)
{
    if (!port) {
        return;
    }
    dhcp_release_and_stop(&interface_netif);
    flush();
    dhcp_cleanup(&interface_netif);
    netif_remove(&interface_netif);
    vmk_PortDisconnect(port);
    address_release_startup();
    port = NULL;
}

void interface_get(vmk_IPInterface *info)
{
    *info = (vmk_IPInterface){
        .name = {INTERFACE_NAME},
        .portGroup = {INTERFACE_PORT_GROUP},
        .mtu = interface_netif.mtu,
        .linkUp = netif_is_link_up(&interface_netif) != 0,
    };
    vmk_Memcpy(info->mac, interface_netif.hwaddr, VMK_ETH_ADDR_LENGTH);
    address_get(info);
}
