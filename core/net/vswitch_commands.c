/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vswitch_commands.c - network vswitch standard, network port.
 */
#include <core/command.h>
#include <core/vswitch.h>
#include <vmkapi/lib/libc.h>

#include "nic_commands.h"

/** Tell the user why a change was refused. */
static VMK_ReturnStatus explain(struct command_call *call, vmk_StatusValue status)
{
    switch (status) {
    case VMK_OK:
        return VMK_OK;
    case VMK_NOT_FOUND:
        return command_fail(
            call, status, "no such switch, port group or uplink; 'network vswitch standard list' shows them");
    case VMK_EXISTS:
        return command_fail(call, status, "that name is taken");
    case VMK_BUSY:
        return command_fail(call, status, "clients are connected; 'network port list' shows them");
    default:
        return command_fail(call, status, "not changed: %s", vmk_StatusToString(status));
    }
}

/* network vswitch standard list, add, remove, set */

static void count_port(void *arg, const struct vmk_PortInt *port)
{
    ++*(vmk_uint32 *)arg;
}

static void join(char *text, vmk_ByteCount len, const char *name)
{
    if (name[0] != '\0') {
        (void)vmk_Strlcat(text, text[0] != '\0' ? ", " : "", len);
        (void)vmk_Strlcat(text, name, len);
    }
}

static void list_vswitch(void *arg, const struct vswitch *vs)
{
    struct format *f = arg;
    vmk_uint32 ports = 0;
    char uplinks[VSWITCH_UPLINKS_MAX * VMK_MISC_NAME_MAX] = "";
    char groups[VSWITCH_PORTGROUPS_MAX * VMK_MISC_NAME_MAX] = "";

    for (vmk_uint32 i = 0; i < VSWITCH_UPLINKS_MAX; i++) {
        join(uplinks, sizeof(uplinks), vs->uplinks[i].string);
    }
    for (vmk_uint32 i = 0; i < VSWITCH_PORTGROUPS_MAX; i++) {
        join(groups, sizeof(groups), vs->groups[i].name.string);
    }
    vswitch_walk_ports(vs, count_port, &ports);
    format_row(f);
    format_string(f, vs->name.string);
    format_uint(f, VSWITCH_PORTS_MAX);
    format_uint(f, ports);
    format_uint(f, vs->mtu);
    format_string(f, uplinks);
    format_string(f, groups);
}

static VMK_ReturnStatus list(struct command_call *call)
{
    vswitch_walk(list_vswitch, &call->format);
    return VMK_OK;
}

static const struct format_column list_columns[] = {{"Name", FORMAT_STRING},
                                                    {"Num Ports", FORMAT_UINT},
                                                    {"Used Ports", FORMAT_UINT},
                                                    {"MTU", FORMAT_UINT},
                                                    {"Uplinks", FORMAT_STRING},
                                                    {"Portgroups", FORMAT_STRING},
                                                    {0}};
COMMAND(network_vswitch_list, .path = "network vswitch standard list", .help = "Show the virtual switches",
        .handler = list, .columns = list_columns);

#define VSWITCH_ARG                                                                                          \
    {                                                                                                        \
        .name = "vswitch-name", .letter = 'v', .type = COMMAND_STRING, .flags = COMMAND_REQUIRED,            \
        .help = "The switch, as in vSwitch0"                                                                 \
    }

static const struct command_arg vswitch_args[] = {VSWITCH_ARG, {0}};

static VMK_ReturnStatus add(struct command_call *call)
{
    return explain(call, vswitch_create(command_string(call, "vswitch-name")));
}

COMMAND(network_vswitch_add, .path = "network vswitch standard add", .help = "Create a virtual switch",
        .handler = add, .args = vswitch_args);

static VMK_ReturnStatus remove(struct command_call *call)
{
    return explain(call, vswitch_remove(command_string(call, "vswitch-name")));
}

COMMAND(network_vswitch_remove, .path = "network vswitch standard remove", .help = "Remove a virtual switch",
        .handler = remove, .args = vswitch_args);

static VMK_ReturnStatus set(struct command_call *call)
{
    vmk_uint32 mtu = (vmk_uint32)command_uint(call, "mtu", VMK_ETH_DEFAULT_MTU);

    return explain(call, vswitch_mtu_set(command_string(call, "vswitch-name"), mtu));
}

static const struct command_arg set_args[] = {VSWITCH_ARG,
                                              {.name = "mtu",
                                               .letter = 'm',
                                               .type = COMMAND_UINT,
                                               .flags = COMMAND_REQUIRED,
                                               .min = 576,
                                               .max = VMK_ETH_MAX_MTU,
                                               .help = "Largest payload of a frame, for the uplinks too"},
                                              {0}};
COMMAND(network_vswitch_set, .path = "network vswitch standard set", .help = "Configure a virtual switch",
        .handler = set, .args = set_args);

/* network vswitch standard uplink */

static VMK_ReturnStatus uplink_add(struct command_call *call)
{
    return explain(
        call, vswitch_uplink_add(command_string(call, "vswitch-name"), command_string(call, "uplink-name")));
}

static VMK_ReturnStatus uplink_remove(struct command_call *call)
{
    return explain(call, vswitch_uplink_remove(command_string(call, "vswitch-name"),
                                               command_string(call, "uplink-name")));
}

static const struct command_arg uplink_args[] = {VSWITCH_ARG,
                                                 {.name = "uplink-name",
                                                  .letter = 'u',
                                                  .type = COMMAND_STRING,
                                                  .flags = COMMAND_REQUIRED,
                                                  .help = "The uplink, present or not yet",
                                                  .candidate = nic_candidate},
                                                 {0}};
COMMAND(network_vswitch_uplink_add, .path = "network vswitch standard uplink add",
        .help = "Connect an uplink", .handler = uplink_add, .args = uplink_args);
COMMAND(network_vswitch_uplink_remove, .path = "network vswitch standard uplink remove",
        .help = "Disconnect an uplink", .handler = uplink_remove, .args = uplink_args);

/* network vswitch standard portgroup */

struct group_count {
    const struct vswitch_portgroup *group;
    vmk_uint32 clients;
};

static void count_client(void *arg, const struct vmk_PortInt *port)
{
    struct group_count *count = arg;

    count->clients += port->group == count->group;
}

static void list_groups(void *arg, const struct vswitch *vs) VMK_REQUIRES(&vswitch_config)
{
    struct format *f = arg;

    for (vmk_uint32 i = 0; i < VSWITCH_PORTGROUPS_MAX; i++) {
        struct group_count count = {.group = &vs->groups[i]};

        if (count.group->name.string[0] == '\0') {
            continue;
        }
        vswitch_walk_ports(vs, count_client, &count);
        format_row(f);
        format_string(f, count.group->name.string);
        format_string(f, vs->name.string);
        format_uint(f, count.clients);
        format_uint(f, count.group->vlan);
    }
}

static VMK_ReturnStatus group_list(struct command_call *call)
{
    vswitch_walk(list_groups, &call->format);
    return VMK_OK;
}

static const struct format_column group_columns[] = {{"Name", FORMAT_STRING},
                                                     {"Virtual Switch", FORMAT_STRING},
                                                     {"Active Clients", FORMAT_UINT},
                                                     {"VLAN ID", FORMAT_UINT},
                                                     {0}};
COMMAND(network_portgroup_list, .path = "network vswitch standard portgroup list",
        .help = "Show the port groups", .handler = group_list, .columns = group_columns);

#define PORTGROUP_ARG                                                                                        \
    {                                                                                                        \
        .name = "portgroup-name", .letter = 'p', .type = COMMAND_STRING, .flags = COMMAND_REQUIRED,          \
        .help = "The port group"                                                                             \
    }

static VMK_ReturnStatus group_add(struct command_call *call)
{
    return explain(call, vswitch_portgroup_add(command_string(call, "vswitch-name"),
                                               command_string(call, "portgroup-name")));
}

static VMK_ReturnStatus group_remove(struct command_call *call)
{
    return explain(call, vswitch_portgroup_remove(command_string(call, "vswitch-name"),
                                                  command_string(call, "portgroup-name")));
}

static const struct command_arg group_args[] = {PORTGROUP_ARG, VSWITCH_ARG, {0}};
COMMAND(network_portgroup_add, .path = "network vswitch standard portgroup add",
        .help = "Create a port group", .handler = group_add, .args = group_args);
COMMAND(network_portgroup_remove, .path = "network vswitch standard portgroup remove",
        .help = "Remove a port group", .handler = group_remove, .args = group_args);

static VMK_ReturnStatus group_set(struct command_call *call)
{
    return explain(call, vswitch_portgroup_vlan_set(command_string(call, "portgroup-name"),
                                                    (vmk_uint16)command_uint(call, "vlan-id", 0)));
}

static const struct command_arg group_set_args[] = {PORTGROUP_ARG,
                                                    {.name = "vlan-id",
                                                     .letter = 'v',
                                                     .type = COMMAND_UINT,
                                                     .flags = COMMAND_REQUIRED,
                                                     .max = VMK_VLAN_ID_TRUNK,
                                                     .help = "0: none; 4095: clients tag"},
                                                    {0}};
COMMAND(network_portgroup_set, .path = "network vswitch standard portgroup set",
        .help = "Set a port group's VLAN", .handler = group_set, .args = group_set_args);

/* network vswitch standard mac list */

struct mac_list {
    struct format *format;
    const struct vswitch *vswitch;
    vmk_uint32 now;
};

struct port_search {
    vmk_uint32 id;
    const struct vmk_PortInt *found;
};

static void match_port(void *arg, const struct vmk_PortInt *port)
{
    struct port_search *search = arg;

    if (port->id == search->id) {
        search->found = port;
    }
}

static void list_mac(void *arg, const struct mac_entry *entry)
{
    struct mac_list *list = arg;
    struct format *f = list->format;
    struct port_search search = {.id = entry->port};
    const vmk_uint8 *mac = (const vmk_uint8 *)&entry->key;

    vswitch_walk_ports(list->vswitch, match_port, &search);
    format_row(f);
    format_string(f, list->vswitch->name.string);
    format_stringf(f, VMK_ETH_ADDR_FMT_STR, VMK_ETH_ADDR_FMT_ARGS(mac));
    format_uint(f, entry->key >> 48 & VMK_VLAN_ID_MASK);
    format_string(f, search.found ? search.found->name.string : NULL);
    if (entry->seen == MAC_SEEN_PINNED) {
        format_none(f);
    } else {
        format_uint(f, list->now - entry->seen);
    }
}

static void list_macs(void *arg, const struct vswitch *vs)
{
    struct mac_list list = {.format = arg, .vswitch = vs, .now = vswitch_now()};

    mac_table_walk(&vs->macs, list.now, list_mac, &list);
}

static VMK_ReturnStatus mac_list(struct command_call *call)
{
    vswitch_walk(list_macs, &call->format);
    return VMK_OK;
}

static const struct format_column mac_columns[] = {
    {"Virtual Switch", FORMAT_STRING}, {"MAC Address", FORMAT_STRING}, {"VLAN ID", FORMAT_UINT},
    {"Port", FORMAT_STRING},           {"Age", FORMAT_UINT, "s"},      {0}};
COMMAND(network_mac_list, .path = "network vswitch standard mac list",
        .help = "Show the addresses the switches know", .handler = mac_list, .columns = mac_columns);

/* network port list, stats */

static void list_port(void *arg, const struct vmk_PortInt *port)
{
    struct format *f = arg;
    const struct vmk_PortInt *uplink = port->uplink;

    format_row(f);
    format_uint(f, port->id);
    format_string(f, port->name.string);
    format_string(f, port->vswitch->name.string);
    format_string(f, port->group ? port->group->name.string : NULL);
    if (port->nic) {
        format_none(f);
        format_stringf(f, VMK_ETH_ADDR_FMT_STR, VMK_ETH_ADDR_FMT_ARGS(port->nic->reg.mac));
    } else {
        format_uint(f, port->vlan);
        format_stringf(f, VMK_ETH_ADDR_FMT_STR, VMK_ETH_ADDR_FMT_ARGS(port->props.mac));
    }
    format_string(f, uplink ? uplink->name.string : NULL);
}

static void list_ports(void *arg, const struct vswitch *vs)
{
    vswitch_walk_ports(vs, list_port, arg);
}

static VMK_ReturnStatus port_list(struct command_call *call)
{
    vswitch_walk(list_ports, &call->format);
    return VMK_OK;
}

static const struct format_column port_columns[] = {
    {"Port ID", FORMAT_UINT},       {"Name", FORMAT_STRING},
    {"vSwitch", FORMAT_STRING},     {"Portgroup", FORMAT_STRING},
    {"VLAN ID", FORMAT_UINT},       {"MAC Address", FORMAT_STRING},
    {"Team Uplink", FORMAT_STRING}, {0}};
COMMAND(network_port_list, .path = "network port list", .help = "Show the switches' ports",
        .handler = port_list, .columns = port_columns);

struct stats_list {
    struct format *format;
    vmk_uint64 port_id; /**< 0: all. */
    bool found;
};

static void list_port_stats(void *arg, const struct vmk_PortInt *port)
{
    struct stats_list *list = arg;
    struct format *f = list->format;
    struct port_stats s;

    if (list->port_id != 0 && list->port_id != port->id) {
        return;
    }
    list->found = true;
    port_stats_get(port, &s);
    format_row(f);
    format_uint(f, port->id);
    format_string(f, port->name.string);
    format_uint(f, s.tx_packets);
    format_uint(f, s.tx_bytes);
    format_uint(f, s.tx_dropped);
    format_uint(f, s.rx_packets);
    format_uint(f, s.rx_bytes);
    format_uint(f, s.rx_dropped);
}

static void list_stats(void *arg, const struct vswitch *vs)
{
    vswitch_walk_ports(vs, list_port_stats, arg);
}

static VMK_ReturnStatus stats_list(struct command_call *call)
{
    struct stats_list list = {.format = &call->format};

    vswitch_walk(list_stats, &list);
    return VMK_OK;
}

static VMK_ReturnStatus stats_get(struct command_call *call)
{
    struct stats_list list = {.format = &call->format, .port_id = command_uint(call, "portid", 0)};

    vswitch_walk(list_stats, &list);
    return list.found ? VMK_OK
                      : command_fail(call, VMK_NOT_FOUND,
                                     "there is no port %lu; 'network port list' shows them", list.port_id);
}

/* As esxcli: seen from the client, what the switch sends it is received. */
static const struct format_column stats_columns[] = {{"Port ID", FORMAT_UINT},
                                                     {"Name", FORMAT_STRING},
                                                     {"Packets Received", FORMAT_UINT},
                                                     {"Bytes Received", FORMAT_UINT},
                                                     {"Receive Packets Dropped", FORMAT_UINT},
                                                     {"Packets Sent", FORMAT_UINT},
                                                     {"Bytes Sent", FORMAT_UINT},
                                                     {"Transmit Packets Dropped", FORMAT_UINT},
                                                     {0}};
COMMAND(network_port_stats_list, .path = "network port stats list", .help = "Show all ports' counters",
        .handler = stats_list, .columns = stats_columns);

static const struct command_arg port_args[] = {{.name = "portid",
                                                .letter = 'p',
                                                .type = COMMAND_UINT,
                                                .flags = COMMAND_REQUIRED,
                                                .help = "From 'network port list'"},
                                               {0}};
COMMAND(network_port_stats_get, .path = "network port stats get", .help = "Show a port's counters",
        .handler = stats_get, .args = port_args, .columns = stats_columns, .shape = FORMAT_RECORD);
