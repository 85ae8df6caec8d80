/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ip_commands.c - network ip, network diag.
 */
#include <core/command.h>
#include <core/heap.h>
#include <core/ipstack.h>
#include <vmkapi/base/time.h>
#include <vmkapi/base/world.h>
#include <vmkapi/lib/bits.h>
#include <vmkapi/lib/libc.h>

#define INTERFACES_MAX  8
#define ROUTES_MAX      32
#define CONNECTIONS_MAX 256
#define NEIGHBORS_MAX   64
#define RESOLVE_MS      5000
#define PING_SIZE       56
#define PING_COUNT      3

/** Get the stack, or tell the user that there is none. */
static VMK_ReturnStatus get_stack(struct command_call *call, const vmk_IPStackOps **ops, vmk_AddrCookie *data)
{
    *ops = ipstack_get(data);
    return *ops ? VMK_OK
                : command_fail(call, VMK_NOT_FOUND,
                               "there is no TCP/IP stack; 'system module load tcpip' loads it");
}

static void format_ipv4(struct format *f, vmk_IPv4Address address)
{
    format_stringf(f, VMK_IPV4_FMT_STR, VMK_IPV4_FMT_ARGS(address));
}

/** Read a dotted address. */
static VMK_ReturnStatus parse_ipv4(struct command_call *call, const char *text, vmk_IPv4Address *address)
{
    unsigned part[4];
    char rest;

    if (vmk_Sscanf(text, "%u.%u.%u.%u%c", &part[0], &part[1], &part[2], &part[3], &rest) != 4 ||
        (part[0] | part[1] | part[2] | part[3]) > 255) {
        return command_fail(call, VMK_BAD_PARAM, "'%s' is not an IPv4 address", text);
    }
    *address = part[0] | part[1] << 8 | part[2] << 16 | part[3] << 24;
    return VMK_OK;
}

/* network ip interface */

typedef void (*interface_row)(struct format *f, const vmk_IPInterface *interface);

static VMK_ReturnStatus list_interfaces(struct command_call *call, interface_row row)
{
    vmk_IPInterface list[INTERFACES_MAX];
    vmk_uint32 count = INTERFACES_MAX;
    const vmk_IPStackOps *ops;
    vmk_AddrCookie data;
    vmk_StatusValue status = get_stack(call, &ops, &data);

    if (status != VMK_OK) {
        return status;
    }
    status = ops->interfacesGet(data, list, &count);
    ipstack_put();
    for (vmk_uint32 i = 0; status == VMK_OK && i < VMK_MIN(count, INTERFACES_MAX); i++) {
        format_row(&call->format);
        row(&call->format, &list[i]);
    }
    return status;
}

static void interface_cells(struct format *f, const vmk_IPInterface *interface)
{
    format_string(f, interface->name.string);
    format_stringf(f, VMK_ETH_ADDR_FMT_STR, VMK_ETH_ADDR_FMT_ARGS(interface->mac));
    format_bool(f, interface->linkUp);
    format_string(f, interface->portGroup.string);
    format_uint(f, interface->mtu);
}

static VMK_ReturnStatus interface_list(struct command_call *call)
{
    return list_interfaces(call, interface_cells);
}

static const struct format_column interface_columns[] = {
    {"Name", FORMAT_STRING},      {"MAC Address", FORMAT_STRING}, {"Enabled", FORMAT_BOOL},
    {"Portgroup", FORMAT_STRING}, {"MTU", FORMAT_UINT},           {0}};
COMMAND(network_ip_interface_list, .path = "network ip interface list",
        .help = "Show the kernel's interfaces", .handler = interface_list, .columns = interface_columns);

static void ipv4_cells(struct format *f, const vmk_IPInterface *interface)
{
    format_string(f, interface->name.string);
    format_ipv4(f, interface->address);
    format_ipv4(f, interface->netmask);
    format_ipv4(f, interface->address | ~interface->netmask);
    format_string(f, interface->dhcp ? "DHCP" : "STATIC");
    format_ipv4(f, interface->gateway);
    format_bool(f, interface->dhcp && interface->dns[0] != 0);
}

static VMK_ReturnStatus ipv4_get(struct command_call *call)
{
    return list_interfaces(call, ipv4_cells);
}

static const struct format_column ipv4_columns[] = {
    {"Name", FORMAT_STRING},         {"IPv4 Address", FORMAT_STRING},
    {"IPv4 Netmask", FORMAT_STRING}, {"IPv4 Broadcast", FORMAT_STRING},
    {"Address Type", FORMAT_STRING}, {"Gateway", FORMAT_STRING},
    {"DHCP DNS", FORMAT_BOOL},       {0}};
COMMAND(network_ip_ipv4_get, .path = "network ip interface ipv4 get",
        .help = "Show the interfaces' addresses", .handler = ipv4_get, .columns = ipv4_columns);

/** What the command line says of a configuration. */
static VMK_ReturnStatus parse_config(struct command_call *call, vmk_IPv4Config *config)
{
    const char *address = command_string(call, "ipv4"), *netmask = command_string(call, "netmask");
    const char *gateway = command_string(call, "gateway");
    vmk_StatusValue status = VMK_OK;

    *config = (vmk_IPv4Config){.dhcp = vmk_Strcmp(command_string(call, "type"), "dhcp") == 0};
    if (config->dhcp) {
        return VMK_OK;
    }
    if (!address || !netmask) {
        return command_fail(call, VMK_BAD_PARAM, "a static address needs --ipv4 and --netmask");
    }
    status = parse_ipv4(call, address, &config->address);
    if (status == VMK_OK) {
        status = parse_ipv4(call, netmask, &config->netmask);
    }
    if (status == VMK_OK && gateway) {
        status = parse_ipv4(call, gateway, &config->gateway);
    }
    return status;
}

static VMK_ReturnStatus ipv4_set(struct command_call *call)
{
    const char *name = command_string(call, "interface-name");
    const vmk_IPStackOps *ops;
    vmk_AddrCookie data;
    vmk_IPv4Config config;
    vmk_StatusValue status = parse_config(call, &config);

    if (status == VMK_OK) {
        status = get_stack(call, &ops, &data);
    }
    if (status != VMK_OK) {
        return status;
    }
    status = ops->ipv4Set(data, name, &config);
    ipstack_put();
    if (status == VMK_NOT_FOUND) {
        return command_fail(call, status,
                            "there is no interface '%s'; 'network ip interface list' shows them", name);
    }
    return status;
}

static const struct command_arg ipv4_args[] = {
    {.name = "interface-name",
     .letter = 'i',
     .type = COMMAND_STRING,
     .flags = COMMAND_REQUIRED,
     .help = "The interface, as in vmk0"},
    {.name = "type",
     .letter = 't',
     .type = COMMAND_CHOICE,
     .flags = COMMAND_REQUIRED,
     .choices = "dhcp|static",
     .help = "Where the address comes from"},
    {.name = "ipv4", .letter = 'I', .type = COMMAND_STRING, .help = "Static address"},
    {.name = "netmask", .letter = 'N', .type = COMMAND_STRING, .help = "Static netmask"},
    {.name = "gateway", .letter = 'g', .type = COMMAND_STRING, .help = "Static default gateway"},
    {0}};
COMMAND(network_ip_ipv4_set, .path = "network ip interface ipv4 set", .help = "Set an interface's address",
        .handler = ipv4_set, .args = ipv4_args);

/* network ip dns server list */

static void dns_cells(struct format *f, const vmk_IPInterface *interface)
{
    char text[40] = "";

    for (vmk_uint32 i = 0; i < VMK_IP_DNS_SERVERS && interface->dns[i] != 0; i++) {
        vmk_size_t len = vmk_Strlen(text);

        (void)vmk_Snprintf(text + len, sizeof(text) - len, "%s" VMK_IPV4_FMT_STR, i != 0 ? ", " : "",
                           VMK_IPV4_FMT_ARGS(interface->dns[i]));
    }
    format_string(f, text);
}

static VMK_ReturnStatus dns_list(struct command_call *call)
{
    return list_interfaces(call, dns_cells);
}

static const struct format_column dns_columns[] = {{"DNSServers", FORMAT_STRING}, {0}};
COMMAND(network_ip_dns_list, .path = "network ip dns server list", .help = "Show the name servers",
        .handler = dns_list, .columns = dns_columns);

/* network ip route ipv4 list */

static VMK_ReturnStatus route_list(struct command_call *call)
{
    vmk_IPRoute list[ROUTES_MAX];
    vmk_uint32 count = ROUTES_MAX;
    const vmk_IPStackOps *ops;
    vmk_AddrCookie data;
    vmk_StatusValue status = get_stack(call, &ops, &data);

    if (status != VMK_OK) {
        return status;
    }
    status = ops->routesGet(data, list, &count);
    ipstack_put();
    for (vmk_uint32 i = 0; status == VMK_OK && i < VMK_MIN(count, ROUTES_MAX); i++) {
        format_row(&call->format);
        if (list[i].netmask == 0) {
            format_string(&call->format, "default");
        } else {
            format_ipv4(&call->format, list[i].network);
        }
        format_ipv4(&call->format, list[i].netmask);
        format_ipv4(&call->format, list[i].gateway);
        format_string(&call->format, list[i].interface.string);
        format_string(&call->format, list[i].dhcp ? "DHCP" : "MANUAL");
    }
    return status;
}

static const struct format_column route_columns[] = {{"Network", FORMAT_STRING}, {"Netmask", FORMAT_STRING},
                                                     {"Gateway", FORMAT_STRING}, {"Interface", FORMAT_STRING},
                                                     {"Source", FORMAT_STRING},  {0}};
COMMAND(network_ip_route_list, .path = "network ip route ipv4 list", .help = "Show the routes",
        .handler = route_list, .columns = route_columns);

/* network ip connection list */

static void connection_cells(struct format *f, const vmk_IPConnection *c)
{
    format_string(f, c->tcp ? "tcp" : "udp");
    format_uint(f, c->recvQueue);
    format_uint(f, c->sendQueue);
    format_stringf(f, VMK_IPV4_FMT_STR ":%u", VMK_IPV4_FMT_ARGS(c->localAddress), c->localPort);
    format_stringf(f, VMK_IPV4_FMT_STR ":%u", VMK_IPV4_FMT_ARGS(c->remoteAddress), c->remotePort);
    format_string(f, c->state);
}

static VMK_ReturnStatus connection_list(struct command_call *call)
{
    vmk_uint32 count = CONNECTIONS_MAX;
    vmk_IPConnection *list;
    const vmk_IPStackOps *ops;
    vmk_AddrCookie data;
    vmk_StatusValue status = get_stack(call, &ops, &data);

    if (status != VMK_OK) {
        return status;
    }
    list = vmk_HeapAlloc(heap_kernel, count * sizeof(*list));
    status = list ? ops->connectionsGet(data, list, &count) : VMK_NO_MEMORY;
    ipstack_put();
    for (vmk_uint32 i = 0; status == VMK_OK && i < VMK_MIN(count, CONNECTIONS_MAX); i++) {
        format_row(&call->format);
        connection_cells(&call->format, &list[i]);
    }
    vmk_HeapFree(heap_kernel, list);
    return status;
}

static const struct format_column connection_columns[] = {{"Proto", FORMAT_STRING},
                                                          {"Recv Q", FORMAT_UINT},
                                                          {"Send Q", FORMAT_UINT},
                                                          {"Local Address", FORMAT_STRING},
                                                          {"Foreign Address", FORMAT_STRING},
                                                          {"State", FORMAT_STRING},
                                                          {0}};
COMMAND(network_ip_connection_list, .path = "network ip connection list",
        .help = "Show connections and listeners", .handler = connection_list, .columns = connection_columns);

/* network ip neighbor list */

static VMK_ReturnStatus neighbor_list(struct command_call *call)
{
    vmk_IPNeighbor list[NEIGHBORS_MAX];
    vmk_uint32 count = NEIGHBORS_MAX;
    const vmk_IPStackOps *ops;
    vmk_AddrCookie data;
    vmk_StatusValue status = get_stack(call, &ops, &data);

    if (status != VMK_OK) {
        return status;
    }
    status = ops->neighborsGet(data, list, &count);
    ipstack_put();
    for (vmk_uint32 i = 0; status == VMK_OK && i < VMK_MIN(count, NEIGHBORS_MAX); i++) {
        format_row(&call->format);
        format_ipv4(&call->format, list[i].address);
        format_stringf(&call->format, VMK_ETH_ADDR_FMT_STR, VMK_ETH_ADDR_FMT_ARGS(list[i].mac));
        format_string(&call->format, list[i].interface.string);
    }
    return status;
}

static const struct format_column neighbor_columns[] = {
    {"Neighbor", FORMAT_STRING}, {"Mac Address", FORMAT_STRING}, {"Vmknic", FORMAT_STRING}, {0}};
COMMAND(network_ip_neighbor_list, .path = "network ip neighbor list", .help = "Show the ARP table",
        .handler = neighbor_list, .columns = neighbor_columns);

/* network diag ping */

struct ping_run {
    vmk_IPv4Address address;
    vmk_uint32 size;
    vmk_uint32 timeout_ms;
    vmk_uint32 sent;
    vmk_uint32 received;
};

/** Send one request and tell how it went. @return VMK_OK, or a failure that ends the run. */
static VMK_ReturnStatus ping_once(struct command_call *call, const vmk_IPStackOps *ops, vmk_AddrCookie data,
                                  struct ping_run *run)
{
    vmk_uint64 ns = 0;
    vmk_uint8 ttl = 0;
    vmk_StatusValue status =
        ops->ping(data, run->address, (vmk_uint16)run->sent, run->size, run->timeout_ms, &ns, &ttl);

    if (status == VMK_WAIT_INTERRUPTED) {
        return status;
    }
    if (status != VMK_OK && status != VMK_TIMEOUT) {
        return command_fail(call, status, "cannot send: %s", vmk_StatusToString(status));
    }
    format_row(&call->format);
    format_uint(&call->format, run->sent);
    format_ipv4(&call->format, run->address);
    format_bool(&call->format, status == VMK_OK);
    if (status == VMK_OK) {
        format_uint(&call->format, ns / VMK_NSEC_PER_USEC);
        format_uint(&call->format, run->size);
        format_uint(&call->format, ttl);
        run->received++;
    } else {
        format_none(&call->format);
        format_uint(&call->format, run->size);
        format_none(&call->format);
    }
    run->sent++;
    return VMK_OK;
}

static VMK_ReturnStatus ping_run(struct command_call *call, const vmk_IPStackOps *ops, vmk_AddrCookie data)
{
    const char *host = command_string(call, "host");
    vmk_uint64 count = command_uint(call, "count", PING_COUNT);
    vmk_uint64 interval_us = command_uint(call, "interval", 0) * VMK_USEC_PER_MSEC;
    struct ping_run run = {.size = (vmk_uint32)command_uint(call, "size", PING_SIZE),
                           .timeout_ms = (vmk_uint32)command_uint(call, "wait", VMK_MSEC_PER_SEC)};
    vmk_StatusValue status = ops->resolve(data, host, RESOLVE_MS, &run.address);

    if (status != VMK_OK) {
        return command_fail(call, status, "no address for '%s': %s", host, vmk_StatusToString(status));
    }
    while (status == VMK_OK && run.sent < count) {
        if (run.sent != 0 && interval_us != 0) {
            status = vmk_WorldSleep(interval_us);
        }
        if (status == VMK_OK) {
            status = ping_once(call, ops, data, &run);
        }
    }
    if (status == VMK_OK && run.received == 0) {
        status = command_fail(call, VMK_TIMEOUT, "%s did not answer", host);
    }
    return status;
}

static VMK_ReturnStatus ping(struct command_call *call)
{
    const vmk_IPStackOps *ops;
    vmk_AddrCookie data;
    vmk_StatusValue status = get_stack(call, &ops, &data);

    if (status == VMK_OK) {
        status = ping_run(call, ops, data);
        ipstack_put();
    }
    return status;
}

static const struct command_arg ping_args[] = {
    {.name = "host",
     .letter = 'H',
     .type = COMMAND_STRING,
     .flags = COMMAND_REQUIRED,
     .help = "Address or name to send to"},
    {.name = "count",
     .letter = 'c',
     .type = COMMAND_UINT,
     .min = 1,
     .max = 65535,
     .help = "Requests, 3 unless told"},
    {.name = "size",
     .letter = 's',
     .type = COMMAND_UINT,
     .max = 65000,
     .help = "Bytes of data, 56 unless told"},
    {.name = "interval",
     .letter = 'i',
     .type = COMMAND_UINT,
     .max = 60000,
     .help = "Milliseconds between requests"},
    {.name = "wait",
     .letter = 'W',
     .type = COMMAND_UINT,
     .min = 1,
     .max = 60000,
     .help = "Milliseconds to wait for an answer, 1000 unless told"},
    {0}};
static const struct format_column ping_columns[] = {{"Sequence", FORMAT_UINT},
                                                    {"Host", FORMAT_STRING},
                                                    {"Answered", FORMAT_BOOL},
                                                    {"Round Trip Time", FORMAT_UINT, "us"},
                                                    {"Bytes", FORMAT_UINT},
                                                    {"TTL", FORMAT_UINT},
                                                    {0}};
COMMAND(network_diag_ping, .path = "network diag ping", .help = "Send echo requests", .handler = ping,
        .args = ping_args, .columns = ping_columns, .stoppable = true);
