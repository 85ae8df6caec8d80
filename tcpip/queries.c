/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * queries.c - the system's questions (vmk_IPStackOps), answered in the stack's world.
 */
#include "queries.h"

#include <lwip/etharp.h>
#include <lwip/netif.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/udp.h>

#include "address.h"
#include "interface.h"
#include "ping.h"
#include "resolve.h"
#include "stack.h"

/** A question on its way to the stack's world. */
struct question {
    void *list;
    vmk_uint32 room;
    vmk_uint32 count;
    const vmk_IPv4Config *config;
    vmk_StatusValue status;
};

/** The next free place in the list, or a place to throw away what doesn't fit. */
#define NEXT_PLACE(question, type)                                                                           \
    ((question)->count++ < (question)->room ? &((type *)(question)->list)[(question)->count - 1] : &(type){0})

static VMK_ReturnStatus ask(stack_func func, void *list, vmk_uint32 *count)
{
    struct question question = {.list = list, .room = *count};

    stack_call(func, &question);
    *count = question.count;
    return VMK_OK;
}

static void list_interfaces(void *arg)
{
    struct question *question = arg;

    if (netif_default) {
        interface_get(NEXT_PLACE(question, vmk_IPInterface));
    }
}

static VMK_ReturnStatus interfaces_get(vmk_AddrCookie data, vmk_IPInterface *list, vmk_uint32 *count)
{
    return ask(list_interfaces, list, count);
}

static void set_ipv4(void *arg)
{
    struct question *question = arg;

    question->status = address_set(question->config);
}

static VMK_ReturnStatus ipv4_set(vmk_AddrCookie data, const char *interface, const vmk_IPv4Config *config)
{
    struct question question = {.config = config};
    vmk_IPInterface info;
    vmk_uint32 count = 1;
    vmk_StatusValue status = interfaces_get(data, &info, &count);

    if (status != VMK_OK || count == 0 || vmk_Strcmp(info.name.string, interface) != 0) {
        return VMK_NOT_FOUND;
    }
    stack_call(set_ipv4, &question);
    return question.status;
}

static void list_routes(void *arg)
{
    struct question *question = arg;
    vmk_IPInterface info;

    if (!netif_default) {
        return;
    }
    interface_get(&info);
    if (info.gateway != 0) {
        *NEXT_PLACE(question, vmk_IPRoute) =
            (vmk_IPRoute){.gateway = info.gateway, .interface = info.name, .dhcp = info.dhcp};
    }
    if (info.address != 0) {
        *NEXT_PLACE(question, vmk_IPRoute) = (vmk_IPRoute){.network = info.address & info.netmask,
                                                           .netmask = info.netmask,
                                                           .interface = info.name,
                                                           .dhcp = info.dhcp};
    }
}

static VMK_ReturnStatus routes_get(vmk_AddrCookie data, vmk_IPRoute *list, vmk_uint32 *count)
{
    return ask(list_routes, list, count);
}

static void add_tcp(struct question *question, const struct tcp_pcb *pcb)
{
    vmk_IPConnection *place = NEXT_PLACE(question, vmk_IPConnection);

    *place = (vmk_IPConnection){.tcp = VMK_TRUE,
                                .localAddress = pcb->local_ip.addr,
                                .localPort = pcb->local_port,
                                .state = tcp_debug_state_str(pcb->state)};
    if (pcb->state != LISTEN) {
        place->remoteAddress = pcb->remote_ip.addr;
        place->remotePort = pcb->remote_port;
        place->sendQueue = (vmk_uint32)(TCP_SND_BUF - pcb->snd_buf);
    }
}

static void list_connections(void *arg)
{
    struct question *question = arg;

    for (vmk_uint32 i = 0; i < NUM_TCP_PCB_LISTS; i++) {
        for (const struct tcp_pcb *pcb = *tcp_pcb_lists[i]; pcb; pcb = pcb->next) {
            add_tcp(question, pcb);
        }
    }
    for (const struct udp_pcb *pcb = udp_pcbs; pcb; pcb = pcb->next) {
        *NEXT_PLACE(question, vmk_IPConnection) = (vmk_IPConnection){.localAddress = pcb->local_ip.addr,
                                                                     .localPort = pcb->local_port,
                                                                     .remoteAddress = pcb->remote_ip.addr,
                                                                     .remotePort = pcb->remote_port,
                                                                     .state = ""};
    }
}

static VMK_ReturnStatus connections_get(vmk_AddrCookie data, vmk_IPConnection *list, vmk_uint32 *count)
{
    return ask(list_connections, list, count);
}

static void list_neighbors(void *arg)
{
    struct question *question = arg;
    struct eth_addr *mac;
    struct netif *netif;
    ip4_addr_t *ip;

    for (size_t i = 0; i < ARP_TABLE_SIZE; i++) {
        if (etharp_get_entry(i, &ip, &netif, &mac)) {
            vmk_IPNeighbor *place = NEXT_PLACE(question, vmk_IPNeighbor);

            *place = (vmk_IPNeighbor){.address = ip->addr, .interface = {"vmk0"}};
            vmk_Memcpy(place->mac, mac, sizeof(place->mac));
        }
    }
}

static VMK_ReturnStatus neighbors_get(vmk_AddrCookie data, vmk_IPNeighbor *list, vmk_uint32 *count)
{
    return ask(list_neighbors, list, count);
}

const vmk_IPStackOps queries_ops = {
    .interfacesGet = interfaces_get,
    .ipv4Set = ipv4_set,
    .routesGet = routes_get,
    .connectionsGet = connections_get,
    .neighborsGet = neighbors_get,
    .resolve = resolve_host,
    .ping = ping_send,
};
