/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vswitch_ports.c - ports in their switch: a place, an ID, an address; clients that come and go.
 */
#define VMK_LOG_MODULE "Net"

#include <vmkapi/base/logging.h>
#include <vmkapi/lib/libc.h>

#include "vswitch_config.h"

static vmk_uint32 port_serial;

vmk_uint32 port_max_frame(const struct vswitch *vs)
{
    return vs->mtu + VMK_ETH_HDR_LENGTH + VMK_ETH_VLAN_LENGTH;
}

/** Give the port a place and an ID, and let frames reach it. */
VMK_ReturnStatus port_publish(struct vswitch *vs, struct vmk_PortInt *port)
{
    for (vmk_uint32 slot = 0; slot < VSWITCH_PORTS_MAX; slot++) {
        if (vs->ports[slot]) {
            continue;
        }
        port->slot = slot;
        port->vswitch = vs;
        port->id = ++port_serial * VSWITCH_PORTS_MAX + slot;
        port->max_frame = port->nic ? ~0u : port_max_frame(vs);
        VMK_RCU_ASSIGN(vs->ports[slot], port);
        if (slot >= vs->port_limit) {
            __atomic_store_n(&vs->port_limit, slot + 1, __ATOMIC_RELEASE);
        }
        return VMK_OK;
    }
    return VMK_LIMIT_EXCEEDED;
}

/** Take the port out and wait until nobody uses it any more. */
void port_withdraw(struct vmk_PortInt *port)
{
    struct vswitch *vs = port->vswitch;

    VMK_RCU_ASSIGN(vs->ports[port->slot], NULL);
    FOR_EACH_PORT(vs, other, i)
    {
        if (other->uplink == port) {
            VMK_RCU_ASSIGN(other->uplink, NULL);
        }
    }
    /* No CPU's last run leads here any more. */
    mac_table_outdate(&vs->macs);
    vmk_RCUSynchronize();
    /* Only now: a frame under way could have been learned from. */
    mac_table_forget_port(&vs->macs, port->id);
}

void port_pin_mac(struct vmk_PortInt *port)
{
    if (port->vlan != VMK_VLAN_ID_TRUNK &&
        !mac_table_pin(&port->vswitch->macs, mac_key(port->props.mac, port->vlan), port->id)) {
        vmk_WarningMessage("%s: no room for the address of %s; its frames are flooded",
                           port->vswitch->name.string, port->name.string);
    }
}

void port_tell(struct vmk_PortInt *port, vmk_PortEvent event)
{
    if (!port->nic && port->props.event) {
        port->props.event(port->props.clientData, event);
    }
}

/** Whether any switch has a port called @p name. */
static bool port_name_taken(const char *name) VMK_REQUIRES(&vswitch_config)
{
    FOR_EACH_VSWITCH(vs, v)
    {
        FOR_EACH_PORT(vs, port, i)
        {
            if (vmk_Strcmp(port->name.string, name) == 0) {
                return true;
            }
        }
    }
    return false;
}

/** A locally administered address, for a client that has no uplink to take one from. */
static void make_up_mac(vmk_uint8 *mac)
{
    vmk_uint32 random = vmk_GetRandSeed();

    mac[0] = 0x02;
    mac[1] = 0x4f;
    vmk_Memcpy(mac + 2, &random, sizeof(random));
}

VMK_ReturnStatus vswitch_connect(struct vmk_PortInt *port)
{
    static const vmk_EthAddress none;
    struct vswitch *vs = NULL;
    vmk_StatusValue status = VMK_EXISTS;

    mutex_lock(&vswitch_config);
    if (port_name_taken(port->name.string)) {
        goto out;
    }
    status = VMK_NOT_FOUND;
    port->group = vswitch_find_group(port->props.portGroup, &vs);
    if (!port->group || port->group->name.string[0] == '\0') {
        goto out;
    }
    port->props.portGroup = port->group->name.string;
    port->vlan = port->group->vlan;
    port->mac_follows = vmk_EthAddrIsEqual(port->props.mac, none);
    if (port->mac_follows) {
        make_up_mac(port->props.mac);
    }
    status = port_publish(vs, port);
    if (status != VMK_OK) {
        goto out;
    }
    port->uplink = team_choose_uplink(vs, port->slot);
    if (port->uplink && port->mac_follows) {
        team_take_mac(port);
    } else {
        port_pin_mac(port);
    }
    team_update_filters(vs);
out:
    mutex_unlock(&vswitch_config);
    return status;
}

void vswitch_disconnect(struct vmk_PortInt *port)
{
    mutex_lock(&vswitch_config);
    port->vswitch->promisc_ports -= port->promisc;
    port_withdraw(port);
    team_update_filters(port->vswitch);
    mutex_unlock(&vswitch_config);
}

void vswitch_promisc_set(struct vmk_PortInt *port, bool on)
{
    mutex_lock(&vswitch_config);
    if (port->promisc != on) {
        port->promisc = on;
        port->vswitch->promisc_ports += on ? 1u : -1u;
        mac_table_outdate(&port->vswitch->macs);
        team_update_filters(port->vswitch);
    }
    mutex_unlock(&vswitch_config);
}
