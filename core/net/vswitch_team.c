/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vswitch_team.c - a switch's uplinks: which client uses which, what their NICs let through.
 */
#define VMK_LOG_MODULE "Net"

#include <vmkapi/base/logging.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/lib/name.h>

#include "vswitch_config.h"

/** The n-th of a switch's uplink ports, of those with link if @p with_link; counts them all in @p count. */
static struct vmk_PortInt *nth_uplink(struct vswitch *vs, vmk_uint32 n, bool with_link, vmk_uint32 *count)
{
    struct vmk_PortInt *found = NULL;

    *count = 0;
    FOR_EACH_PORT(vs, port, i)
    {
        if (port->nic && (!with_link || port->nic->link.state == VMK_LINK_STATE_UP)) {
            if ((*count)++ == n) {
                found = port;
            }
        }
    }
    return found;
}

/** The uplink a client should use: by its place among those with link, or, when none has, among all. */
struct vmk_PortInt *team_choose_uplink(struct vswitch *vs, vmk_uint32 slot)
{
    vmk_uint32 count;
    bool with_link = true;

    (void)nth_uplink(vs, 0, true, &count);
    if (count == 0) {
        with_link = false;
        (void)nth_uplink(vs, 0, false, &count);
    }
    return count == 0 ? NULL : nth_uplink(vs, slot % count, with_link, &count);
}

void team_take_mac(struct vmk_PortInt *port)
{
    struct vswitch *vs = port->vswitch;

    mac_table_forget_port(&vs->macs, port->id);
    vmk_Memcpy(port->props.mac, port->uplink->nic->reg.mac, VMK_ETH_ADDR_LENGTH);
    port->mac_follows = false;
    port->mac_of = port->uplink->nic;
    port_pin_mac(port);
}

static bool has_link(const struct vmk_PortInt *uplink)
{
    return uplink && uplink->nic->link.state == VMK_LINK_STATE_UP;
}

/** Give every client that has lost its uplink, or that uplink its link, another one. The others stay. */
static void team_update(struct vswitch *vs) VMK_REQUIRES(&vswitch_config)
{
    FOR_EACH_PORT(vs, port, i)
    {
        struct vmk_PortInt *uplink;

        if (port->nic || has_link(port->uplink)) {
            continue;
        }
        uplink = team_choose_uplink(vs, port->slot);
        if (uplink == port->uplink) {
            continue;
        }
        VMK_RCU_ASSIGN(port->uplink, uplink);
        mac_table_outdate(&vs->macs);
        if (uplink && port->mac_follows) {
            team_take_mac(port);
            port_tell(port, VMK_PORT_EVENT_MAC);
        }
        port_tell(port, has_link(uplink) ? VMK_PORT_EVENT_LINK_UP : VMK_PORT_EVENT_LINK_DOWN);
    }
}

/** Whether a NIC must let more through than its own address and single VLANs for what its clients want. */
static bool needs_promisc(const struct vmk_PortInt *uplink)
{
    FOR_EACH_PORT(uplink->vswitch, port, i)
    {
        if (port->uplink == uplink && (port->promisc || port->vlan == VMK_VLAN_ID_TRUNK ||
                                       !vmk_EthAddrIsEqual(port->props.mac, uplink->nic->reg.mac))) {
            return true;
        }
    }
    return false;
}

/** The VLANs of a NIC's clients. */
static void collect_vlans(const struct vmk_PortInt *uplink, struct vlan_set *vlans)
{
    *vlans = (struct vlan_set){0};
    FOR_EACH_PORT(uplink->vswitch, port, i)
    {
        if (port->uplink == uplink && port->vlan != VMK_VLAN_ID_NONE && port->vlan != VMK_VLAN_ID_TRUNK) {
            vlans->words[port->vlan / 64] |= 1ul << port->vlan % 64;
        }
    }
}

/** Set the receive filters of a switch's NICs to what its clients want. */
void team_update_filters(struct vswitch *vs)
{
    FOR_EACH_PORT(vs, port, i)
    {
        vmk_UplinkState filter = VMK_UPLINK_STATE_BROADCAST | VMK_UPLINK_STATE_MULTICAST;
        struct vmk_UplinkInt *nic;
        struct vlan_set vlans;
        vmk_StatusValue status;

        if (!port->nic || uplink_claim(port->nic->name.string, &nic) != VMK_OK) {
            continue;
        }
        collect_vlans(port, &vlans);
        if (needs_promisc(port)) {
            filter |= VMK_UPLINK_STATE_PROMISC;
        }
        status = uplink_vlans_set(nic, &vlans);
        if (status == VMK_OK) {
            status = uplink_filter_set(nic, filter);
        }
        if (status != VMK_OK) {
            vmk_WarningMessage("%s: setting the receive filter failed: %s", nic->name.string,
                               vmk_StatusToString(status));
        }
        uplink_yield(nic);
    }
}

/** Connect @p uplink to @p vs. */
static VMK_ReturnStatus team_attach(struct vswitch *vs, struct vmk_UplinkInt *uplink)
    VMK_REQUIRES(&vswitch_config)
{
    struct vmk_PortInt *port;
    vmk_StatusValue status = port_create(uplink->name.string, &port);

    if (status != VMK_OK) {
        return status;
    }
    port->nic = uplink;
    port->holder = uplink->reg.moduleID;
    status = port_publish(vs, port);
    if (status != VMK_OK) {
        port_destroy(port);
        return status;
    }
    VMK_RCU_ASSIGN(uplink->port, port);
    team_update(vs);
    team_update_filters(vs);
    return VMK_OK;
}

void team_detach(struct vmk_UplinkInt *uplink)
{
    struct vmk_PortInt *port = uplink->port;

    if (!port) {
        return;
    }
    VMK_RCU_ASSIGN(uplink->port, NULL);
    port_withdraw(port);
    team_update(port->vswitch);
    team_update_filters(port->vswitch);
    port_destroy(port);
}

VMK_ReturnStatus vswitch_attach(struct vmk_UplinkInt *uplink)
{
    vmk_StatusValue status = VMK_NOT_FOUND;

    mutex_lock(&vswitch_config);
    FOR_EACH_VSWITCH(vs, i)
    {
        if (vswitch_find_uplink_name(vs, uplink->name.string)) {
            status = team_attach(vs, uplink);
        }
    }
    mutex_unlock(&vswitch_config);
    return status;
}

void vswitch_detach(struct vmk_UplinkInt *uplink)
{
    mutex_lock(&vswitch_config);
    team_detach(uplink);
    mutex_unlock(&vswitch_config);
}

/** Tell a client what is new with its uplink. A new address is its own affair only if the old one was. */
static void tell_client(struct vmk_PortInt *client, vmk_PortEvent event) VMK_REQUIRES(&vswitch_config)
{
    if (event == VMK_PORT_EVENT_MAC) {
        if (client->mac_of != client->uplink->nic) {
            return;
        }
        team_take_mac(client);
    }
    port_tell(client, event);
}

void vswitch_announce(struct vmk_UplinkInt *uplink, vmk_PortEvent event)
{
    struct vmk_PortInt *port;

    mutex_lock(&vswitch_config);
    port = uplink->port;
    if (port) {
        FOR_EACH_PORT(port->vswitch, client, i)
        {
            if (client->uplink == port) {
                tell_client(client, event);
            }
        }
        team_update(port->vswitch);
        team_update_filters(port->vswitch);
    }
    mutex_unlock(&vswitch_config);
}

VMK_ReturnStatus vswitch_uplink_add(const char *vswitch, const char *uplink)
{
    vmk_StatusValue status = VMK_NOT_FOUND;
    struct vmk_UplinkInt *nic;
    struct vswitch *vs;
    vmk_Name *entry;

    mutex_lock(&vswitch_config);
    vs = vswitch_find(vswitch);
    if (!vs) {
        goto out;
    }
    status = VMK_EXISTS;
    FOR_EACH_VSWITCH(other, i)
    {
        if (vswitch_find_uplink_name(other, uplink)) {
            goto out;
        }
    }
    status = VMK_LIMIT_EXCEEDED;
    entry = vswitch_find_uplink_name(vs, "");
    if (!entry) {
        goto out;
    }
    status = vmk_NameInitialize(entry, uplink);
    if (status != VMK_OK) {
        entry->string[0] = '\0';
        goto out;
    }
    if (uplink_claim(uplink, &nic) == VMK_OK) {
        uplink_yield(nic);
        status = team_attach(vs, nic);
    }
out:
    mutex_unlock(&vswitch_config);
    return status;
}

VMK_ReturnStatus vswitch_uplink_remove(const char *vswitch, const char *uplink)
{
    vmk_StatusValue status = VMK_NOT_FOUND;
    struct vswitch *vs;
    vmk_Name *entry = NULL;

    mutex_lock(&vswitch_config);
    vs = vswitch_find(vswitch);
    if (vs && uplink[0] != '\0') {
        entry = vswitch_find_uplink_name(vs, uplink);
    }
    if (entry) {
        entry->string[0] = '\0';
        status = VMK_OK;
        FOR_EACH_PORT(vs, port, i)
        {
            if (port->nic && vmk_Strcmp(port->name.string, uplink) == 0) {
                team_detach(port->nic);
            }
        }
    }
    mutex_unlock(&vswitch_config);
    return status;
}

/** Set the MTU of every NIC of a switch. */
static VMK_ReturnStatus set_uplinks_mtu(struct vswitch *vs, vmk_uint32 mtu)
{
    vmk_StatusValue status = VMK_OK;

    FOR_EACH_PORT(vs, port, i)
    {
        struct vmk_UplinkInt *nic;

        if (!port->nic || status != VMK_OK || uplink_claim(port->nic->name.string, &nic) != VMK_OK) {
            continue;
        }
        if (nic->reg.mtu != mtu) {
            status = uplink_mtu_set(nic, mtu);
        }
        uplink_yield(nic);
    }
    return status;
}

VMK_ReturnStatus vswitch_mtu_set(const char *vswitch, vmk_uint32 mtu)
{
    vmk_StatusValue status = VMK_NOT_FOUND;
    struct vswitch *vs;

    mutex_lock(&vswitch_config);
    vs = vswitch_find(vswitch);
    if (vs) {
        status = set_uplinks_mtu(vs, mtu);
        if (status == VMK_OK) {
            __atomic_store_n(&vs->mtu, mtu, __ATOMIC_RELAXED);
            FOR_EACH_PORT(vs, port, i)
            {
                port->max_frame = port->nic ? ~0u : port_max_frame(vs);
                port_tell(port, VMK_PORT_EVENT_MTU);
            }
        } else if (set_uplinks_mtu(vs, vs->mtu) != VMK_OK) {
            vmk_WarningMessage("%s: its uplinks have different MTUs now", vs->name.string);
        }
    }
    mutex_unlock(&vswitch_config);
    return status;
}
