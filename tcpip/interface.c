/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * interface.c - packets in and out of vmk0.
 *
 * Received packets become lwIP buffers without copying: the buffer's head is in the packet's driver area, and
 * freeing it releases the packet. What lwIP sends is gathered from its chain of buffers into a packet, and
 * all that one turn of the loop has produced goes to the switch as one list.
 */
#include "interface.h"

#include <lwip/dhcp.h>
#include <lwip/dns.h>
#include <lwip/etharp.h>
#include <lwip/netif.h>
#include <lwip/prot/dhcp.h>

#include <vmkapi/base/mark.h>
#include <vmkapi/base/module.h>
#include <vmkapi/base/system.h>
#include <vmkapi/net/net_port.h>

#include "stack.h"

#define NAME       "vmk0"
#define PORT_GROUP "Management Network"
#define TX_BATCH   32

static struct netif netif;
static vmk_Port port;
static struct vmk_PktListInt to_send;
static vmk_uint32 events;         /* Bits by vmk_PortEvent, set by the switch; atomic. */
static vmk_IPv4Address announced; /* Address last logged. */

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

static void input(vmk_PktHandle *pkt)
{
    struct pbuf *p;

    if (pkt->frameLen > 0xffff) {
        vmk_PktRelease(pkt);
        return;
    }
    p = vmk_PktIsWritable(pkt) && vmk_PktIsFullyMapped(pkt) ? wrap(pkt) : copy(pkt);
    if (p && netif.input(p, &netif) != ERR_OK) {
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

/* Addresses. */

static vmk_uint32 prefix_length(vmk_IPv4Address netmask)
{
    vmk_uint32 len = 0;

    for (; netmask != 0; netmask &= netmask - 1) {
        len++;
    }
    return len;
}

/* Startup waits for an address, once there is a link to get one by. */

static vmk_Bool awaited;

static void release_startup(void)
{
    if (__atomic_exchange_n(&awaited, VMK_FALSE, __ATOMIC_ACQ_REL)) {
        vmk_StartupRelease();
    }
}

static void hold_startup(void)
{
    if (!__atomic_exchange_n(&awaited, VMK_TRUE, __ATOMIC_ACQ_REL)) {
        vmk_StartupHold("an address for " NAME);
    }
    if (__atomic_load_n(&announced, __ATOMIC_ACQUIRE) != 0) {
        release_startup();
    }
}

/** Called by lwIP when the interface's address has changed. */
static void address_changed(struct netif *unused)
{
    vmk_IPInterface info;

    interface_get(&info);
    if (info.address == announced) {
        return;
    }
    __atomic_store_n(&announced, info.address, __ATOMIC_RELEASE);
    if (announced == 0) {
        vmk_LogMessage(NAME ": no address");
        return;
    }
    vmk_LogMessage(NAME ": %s " VMK_IPV4_FMT_STR "/%u gateway " VMK_IPV4_FMT_STR " dns " VMK_IPV4_FMT_STR,
                   info.dhcp ? "DHCP lease" : "static address", VMK_IPV4_FMT_ARGS(info.address),
                   prefix_length(info.netmask), VMK_IPV4_FMT_ARGS(info.gateway),
                   VMK_IPV4_FMT_ARGS(info.dns[0]));
    vmk_Mark(VMK_MARK_LEASE);
    release_startup();
    vmk_LogMessage(NAME ": status page at http://" VMK_IPV4_FMT_STR "/", VMK_IPV4_FMT_ARGS(info.address));
}

static bool uses_dhcp(void)
{
    const struct dhcp *dhcp = netif_dhcp_data(&netif);

    return dhcp && dhcp->state != DHCP_STATE_OFF;
}

VMK_ReturnStatus interface_ipv4_set(const vmk_IPv4Config *config)
{
    ip4_addr_t address = {config->address}, netmask = {config->netmask}, gateway = {config->gateway};

    if (config->dhcp) {
        return uses_dhcp() || dhcp_start(&netif) == ERR_OK ? VMK_OK : VMK_NO_MEMORY;
    }
    if (config->address == 0 || config->netmask == 0 || !ip4_addr_netmask_valid(netmask.addr)) {
        return VMK_BAD_PARAM;
    }
    dhcp_release_and_stop(&netif);
    netif_set_addr(&netif, &address, &netmask, &gateway);
    return VMK_OK;
}

/** Read "A.B.C.D/LEN[,GATEWAY]". */
static bool parse_address(const char *text, vmk_IPv4Config *config)
{
    char word[20];
    char *end;
    const char *slash = vmk_Strchr(text, '/');
    unsigned long len;
    ip4_addr_t addr;

    *config = (vmk_IPv4Config){.dhcp = VMK_FALSE};
    if (!slash || (vmk_size_t)(slash - text) >= sizeof(word)) {
        return false;
    }
    (void)vmk_Strlcpy(word, text, (vmk_size_t)(slash - text) + 1);
    len = vmk_Strtoul(slash + 1, &end, 10);
    if (!ip4addr_aton(word, &addr) || len == 0 || len > 32 || (*end != '\0' && *end != ',')) {
        return false;
    }
    config->address = addr.addr;
    config->netmask = PP_HTONL((u32_t)(0xffffffffull << (32 - len)));
    if (*end == ',') {
        if (!ip4addr_aton(end + 1, &addr)) {
            return false;
        }
        config->gateway = addr.addr;
    }
    return true;
}

static void configure(const char *address)
{
    vmk_IPv4Config config = {.dhcp = VMK_TRUE};
    vmk_StatusValue status;

    if (vmk_Strcmp(address, "dhcp") != 0 && !parse_address(address, &config)) {
        vmk_WarningMessage("address '%s' is neither 'dhcp' nor 'A.B.C.D/LEN[,GATEWAY]'; using dhcp", address);
        config = (vmk_IPv4Config){.dhcp = VMK_TRUE};
    }
    status = interface_ipv4_set(&config);
    if (status != VMK_OK) {
        vmk_WarningMessage(NAME ": could not set its address: %s", vmk_StatusToString(status));
    }
}

/* Life. */

static void port_event(vmk_AddrCookie data, vmk_PortEvent event)
{
    if (event == VMK_PORT_EVENT_LINK_UP) {
        hold_startup();
    }
    (void)__atomic_fetch_or(&events, 1u << event, __ATOMIC_RELEASE);
    stack_wake();
}

static void update_hardware(void)
{
    netif.hwaddr_len = VMK_ETH_ADDR_LENGTH;
    vmk_PortMACGet(port, netif.hwaddr);
    netif.mtu = (u16_t)vmk_PortMTUGet(port);
}

static void update_link(void)
{
    if (vmk_PortLinkStateGet(port) == VMK_LINK_STATE_UP) {
        netif_set_link_up(&netif);
    } else {
        netif_set_link_down(&netif);
    }
}

static err_t init_netif(struct netif *unused)
{
    netif.name[0] = 'v';
    netif.name[1] = 'm';
    netif.output = etharp_output;
    netif.linkoutput = output;
    netif.flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET;
    update_hardware();
    return ERR_OK;
}

void interface_start(const char *address, const char *hostname)
{
    static const vmk_PortProps props = {
        .name = NAME,
        .portGroup = PORT_GROUP,
        .deliver = deliver,
        .event = port_event,
    };
    vmk_PortProps mine = props;
    vmk_StatusValue status;

    mine.moduleID = vmk_ModuleCurrentID;
    status = vmk_PortConnect(&mine, &port);
    if (status != VMK_OK) {
        vmk_WarningMessage(NAME ": not connected to '" PORT_GROUP "': %s", vmk_StatusToString(status));
        return;
    }
    (void)netif_add(&netif, NULL, NULL, NULL, NULL, init_netif, netif_input);
    netif_set_hostname(&netif, hostname);
    netif_set_default(&netif);
    netif_set_status_callback(&netif, address_changed);
    netif_set_up(&netif);
    update_link();
    if (netif_is_link_up(&netif)) {
        hold_startup();
    }
    configure(address);
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
    dhcp_release_and_stop(&netif);
    flush();
    dhcp_cleanup(&netif);
    netif_remove(&netif);
    vmk_PortDisconnect(port);
    release_startup();
    port = NULL;
}

void interface_get(vmk_IPInterface *info)
{
    *info = (vmk_IPInterface){
        .name = {NAME},
        .portGroup = {PORT_GROUP},
        .mtu = netif.mtu,
        .linkUp = netif_is_link_up(&netif) != 0,
        .dhcp = uses_dhcp(),
        .address = netif_ip4_addr(&netif)->addr,
        .netmask = netif_ip4_netmask(&netif)->addr,
        .gateway = netif_ip4_gw(&netif)->addr,
    };
    vmk_Memcpy(info->mac, netif.hwaddr, VMK_ETH_ADDR_LENGTH);
    for (u8_t i = 0; i < VMK_IP_DNS_SERVERS; i++) {
        info->dns[i] = dns_getserver(i)->addr;
    }
}
