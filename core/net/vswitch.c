/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vswitch.c - configuring virtual switches: who is connected, by which uplink, in which VLAN.
 */
#define VMK_LOG_MODULE "Net"

#include <core/heap.h>
#include <core/uplink.h>
#include <core/vswitch.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/base/sem.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/lib/name.h>

/* Switches, and everything in them that forwarding doesn't change, are under `config`. */
static vmk_SemaphoreObject config = VMK_BINARY_SEMA_INITIALIZER(config, "vswitch");
static struct vswitch *vswitches[VSWITCHES_MAX];
static vmk_uint32 port_serial;

static void config_lock(void)
{
    vmk_Semaphore sema = &config;

    vmk_SemaLock(&sema);
}

static void config_unlock(void)
{
    vmk_Semaphore sema = &config;

    vmk_SemaUnlock(&sema);
}

/** Every switch @p vs there is. */
#define FOR_EACH_VSWITCH(vs, i)                                                                              \
    for (vmk_uint32 i = 0; i < VSWITCHES_MAX; i++)                                                           \
        for (struct vswitch *vs = vswitches[i]; vs; vs = NULL)

/** Every port @p port of switch @p vs. */
#define FOR_EACH_PORT(vs, port, i)                                                                           \
    for (vmk_uint32 i = 0; i < (vs)->port_limit; i++)                                                        \
        for (struct vmk_PortInt *port = (vs)->ports[i]; port; port = NULL)

static struct vswitch *find_vswitch(const char *name)
{
    FOR_EACH_VSWITCH(vs, i)
    {
        if (vmk_Strcmp(vs->name.string, name) == 0) {
            return vs;
        }
    }
    return NULL;
}

static struct vswitch_portgroup *find_group(const char *name, struct vswitch **vswitch)
{
    FOR_EACH_VSWITCH(vs, i)
    {
        for (vmk_uint32 g = 0; g < VSWITCH_PORTGROUPS_MAX; g++) {
            if (vmk_Strcmp(vs->groups[g].name.string, name) == 0) {
                *vswitch = vs;
                return &vs->groups[g];
            }
        }
    }
    return NULL;
}

/** The entry for uplink @p name in a switch's list; "" finds a free one. */
static vmk_Name *find_uplink_name(struct vswitch *vs, const char *name)
{
    for (vmk_uint32 i = 0; i < VSWITCH_UPLINKS_MAX; i++) {
        if (vmk_Strcmp(vs->uplinks[i].string, name) == 0) {
            return &vs->uplinks[i];
        }
    }
    return NULL;
}

/* Ports in a switch. */

static vmk_uint32 max_client_frame(const struct vswitch *vs)
{
    return vs->mtu + VMK_ETH_HDR_LENGTH + VMK_ETH_VLAN_LENGTH;
}

/** Give the port a place and an ID, and let frames reach it. */
static VMK_ReturnStatus publish(struct vswitch *vs, struct vmk_PortInt *port)
{
    for (vmk_uint32 slot = 0; slot < VSWITCH_PORTS_MAX; slot++) {
        if (vs->ports[slot]) {
            continue;
        }
        port->slot = slot;
        port->vswitch = vs;
        port->id = ++port_serial * VSWITCH_PORTS_MAX + slot;
        port->max_frame = port->nic ? ~0u : max_client_frame(vs);
        VMK_RCU_ASSIGN(vs->ports[slot], port);
        if (slot >= vs->port_limit) {
            __atomic_store_n(&vs->port_limit, slot + 1, __ATOMIC_RELEASE);
        }
        return VMK_OK;
    }
    return VMK_LIMIT_EXCEEDED;
}

/** Take the port out and wait until nobody uses it any more. */
static void withdraw(struct vmk_PortInt *port)
{
    struct vswitch *vs = port->vswitch;

    VMK_RCU_ASSIGN(vs->ports[port->slot], NULL);
    FOR_EACH_PORT(vs, other, i)
    {
        if (other->uplink == port) {
            VMK_RCU_ASSIGN(other->uplink, NULL);
        }
    }
    vmk_RCUSynchronize();
    /* Only now: a frame under way could have been learned from. */
    mac_table_forget_port(&vs->macs, port->id);
}

static void pin_mac(struct vmk_PortInt *port)
{
    if (port->vlan != VMK_VLAN_ID_TRUNK &&
        !mac_table_pin(&port->vswitch->macs, mac_key(port->props.mac, port->vlan), port->id)) {
        vmk_WarningMessage("%s: no room for the address of %s; its frames are flooded",
                           port->vswitch->name.string, port->name.string);
    }
}

/* Teaming. */

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
static struct vmk_PortInt *choose_uplink(struct vswitch *vs, vmk_uint32 slot)
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

static void tell(struct vmk_PortInt *port, vmk_PortEvent event)
{
    if (!port->nic && port->props.event) {
        port->props.event(port->props.clientData, event);
    }
}

static void take_uplink_mac(struct vmk_PortInt *port)
{
    struct vswitch *vs = port->vswitch;

    mac_table_forget_port(&vs->macs, port->id);
    vmk_Memcpy(port->props.mac, port->uplink->nic->reg.mac, VMK_ETH_ADDR_LENGTH);
    port->mac_follows = false;
    pin_mac(port);
}

/** Give every client the uplink it should have now. */
static void reteam(struct vswitch *vs)
{
    FOR_EACH_PORT(vs, port, i)
    {
        struct vmk_PortInt *uplink = port->nic ? NULL : choose_uplink(vs, port->slot);

        if (port->nic || uplink == port->uplink) {
            continue;
        }
        VMK_RCU_ASSIGN(port->uplink, uplink);
        if (uplink && port->mac_follows) {
            take_uplink_mac(port);
            tell(port, VMK_PORT_EVENT_MAC);
        }
        tell(port, vmk_PortLinkStateGet(port) == VMK_LINK_STATE_UP ? VMK_PORT_EVENT_LINK_UP
                                                                   : VMK_PORT_EVENT_LINK_DOWN);
    }
}

/** Whether a NIC must let more through than its own address for what its clients want. */
static bool needs_promisc(const struct vmk_PortInt *uplink)
{
    FOR_EACH_PORT(uplink->vswitch, port, i)
    {
        if (port->uplink == uplink &&
            (port->promisc || !vmk_EthAddrIsEqual(port->props.mac, uplink->nic->reg.mac))) {
            return true;
        }
    }
    return false;
}

/** Set the receive filters of a switch's NICs to what its clients want. */
static void update_filters(struct vswitch *vs)
{
    FOR_EACH_PORT(vs, port, i)
    {
        vmk_UplinkState filter = VMK_UPLINK_STATE_BROADCAST | VMK_UPLINK_STATE_MULTICAST;
        struct vmk_UplinkInt *nic;
        vmk_StatusValue status;

        if (!port->nic || uplink_claim(port->nic->name.string, &nic) != VMK_OK) {
            continue;
        }
        if (needs_promisc(port)) {
            filter |= VMK_UPLINK_STATE_PROMISC;
        }
        status = uplink_filter_set(nic, filter);
        if (status != VMK_OK) {
            vmk_WarningMessage("%s: setting the receive filter failed: %s", nic->name.string,
                               vmk_StatusToString(status));
        }
        uplink_yield(nic);
    }
}

/* Clients. */

/** Whether any switch has a port called @p name. */
static bool port_name_taken(const char *name)
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

    config_lock();
    if (port_name_taken(port->name.string)) {
        goto out;
    }
    status = VMK_NOT_FOUND;
    port->group = find_group(port->props.portGroup, &vs);
    if (!port->group || port->group->name.string[0] == '\0') {
        goto out;
    }
    port->props.portGroup = port->group->name.string;
    port->vlan = port->group->vlan;
    port->mac_follows = vmk_EthAddrIsEqual(port->props.mac, none);
    if (port->mac_follows) {
        make_up_mac(port->props.mac);
    }
    status = publish(vs, port);
    if (status != VMK_OK) {
        goto out;
    }
    port->uplink = choose_uplink(vs, port->slot);
    if (port->uplink && port->mac_follows) {
        take_uplink_mac(port);
    } else {
        pin_mac(port);
    }
    update_filters(vs);
out:
    config_unlock();
    return status;
}

void vswitch_disconnect(struct vmk_PortInt *port)
{
    config_lock();
    port->vswitch->promisc_ports -= port->promisc;
    withdraw(port);
    update_filters(port->vswitch);
    config_unlock();
}

void vswitch_promisc_set(struct vmk_PortInt *port, bool on)
{
    config_lock();
    if (port->promisc != on) {
        port->promisc = on;
        port->vswitch->promisc_ports += on ? 1u : -1u;
        update_filters(port->vswitch);
    }
    config_unlock();
}

/* Uplinks. */

/** Connect @p uplink to @p vs. */
static VMK_ReturnStatus attach(struct vswitch *vs, struct vmk_UplinkInt *uplink)
{
    struct vmk_PortInt *port;
    vmk_StatusValue status = port_create(uplink->name.string, &port);

    if (status != VMK_OK) {
        return status;
    }
    port->nic = uplink;
    status = publish(vs, port);
    if (status != VMK_OK) {
        port_destroy(port);
        return status;
    }
    VMK_RCU_ASSIGN(uplink->port, port);
    reteam(vs);
    update_filters(vs);
    return VMK_OK;
}

static void detach(struct vmk_UplinkInt *uplink)
{
    struct vmk_PortInt *port = uplink->port;

    if (!port) {
        return;
    }
    VMK_RCU_ASSIGN(uplink->port, NULL);
    withdraw(port);
    reteam(port->vswitch);
    update_filters(port->vswitch);
    port_destroy(port);
}

VMK_ReturnStatus vswitch_attach(struct vmk_UplinkInt *uplink)
{
    vmk_StatusValue status = VMK_NOT_FOUND;

    config_lock();
    FOR_EACH_VSWITCH(vs, i)
    {
        if (find_uplink_name(vs, uplink->name.string)) {
            status = attach(vs, uplink);
        }
    }
    config_unlock();
    return status;
}

void vswitch_detach(struct vmk_UplinkInt *uplink)
{
    config_lock();
    detach(uplink);
    config_unlock();
}

void vswitch_announce(struct vmk_UplinkInt *uplink, vmk_PortEvent event)
{
    struct vmk_PortInt *port;

    config_lock();
    port = uplink->port;
    if (port) {
        FOR_EACH_PORT(port->vswitch, client, i)
        {
            if (client->uplink == port) {
                tell(client, event);
            }
        }
        reteam(port->vswitch);
        update_filters(port->vswitch);
    }
    config_unlock();
}

VMK_ReturnStatus vswitch_uplink_add(const char *vswitch, const char *uplink)
{
    vmk_StatusValue status = VMK_NOT_FOUND;
    struct vmk_UplinkInt *nic;
    struct vswitch *vs;
    vmk_Name *entry;

    config_lock();
    vs = find_vswitch(vswitch);
    if (!vs) {
        goto out;
    }
    status = VMK_EXISTS;
    FOR_EACH_VSWITCH(other, i)
    {
        if (find_uplink_name(other, uplink)) {
            goto out;
        }
    }
    status = VMK_LIMIT_EXCEEDED;
    entry = find_uplink_name(vs, "");
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
        status = attach(vs, nic);
    }
out:
    config_unlock();
    return status;
}

VMK_ReturnStatus vswitch_uplink_remove(const char *vswitch, const char *uplink)
{
    vmk_StatusValue status = VMK_NOT_FOUND;
    struct vswitch *vs;
    vmk_Name *entry = NULL;

    config_lock();
    vs = find_vswitch(vswitch);
    if (vs && uplink[0] != '\0') {
        entry = find_uplink_name(vs, uplink);
    }
    if (entry) {
        entry->string[0] = '\0';
        status = VMK_OK;
        FOR_EACH_PORT(vs, port, i)
        {
            if (port->nic && vmk_Strcmp(port->name.string, uplink) == 0) {
                detach(port->nic);
            }
        }
    }
    config_unlock();
    return status;
}

/* Switches and port groups. */

static VMK_ReturnStatus create(const char *name, struct vswitch **vswitch)
{
    vmk_uint32 place = VSWITCHES_MAX;
    struct vswitch *vs;
    vmk_StatusValue status;

    if (find_vswitch(name)) {
        return VMK_EXISTS;
    }
    for (vmk_uint32 i = VSWITCHES_MAX; i-- > 0;) {
        place = vswitches[i] ? place : i;
    }
    if (place == VSWITCHES_MAX) {
        return VMK_LIMIT_EXCEEDED;
    }
    vs = vmk_HeapZalloc(heap_kernel, sizeof(*vs));
    if (!vs) {
        return VMK_NO_MEMORY;
    }
    status = name[0] == '\0' ? VMK_BAD_PARAM : vmk_NameInitialize(&vs->name, name);
    if (status != VMK_OK) {
        vmk_HeapFree(heap_kernel, vs);
        return status;
    }
    vs->mtu = VMK_ETH_DEFAULT_MTU;
    mac_table_init(&vs->macs);
    vswitches[place] = vs;
    *vswitch = vs;
    return VMK_OK;
}

static VMK_ReturnStatus add_group(struct vswitch *vs, const char *name)
{
    struct vswitch *owner;

    if (name[0] == '\0') {
        return VMK_BAD_PARAM;
    }
    if (find_group(name, &owner)) {
        return VMK_EXISTS;
    }
    for (vmk_uint32 i = 0; i < VSWITCH_PORTGROUPS_MAX; i++) {
        struct vswitch_portgroup *group = &vs->groups[i];

        if (group->name.string[0] == '\0') {
            group->vlan = VMK_VLAN_ID_NONE;
            return vmk_NameInitialize(&group->name, name);
        }
    }
    return VMK_LIMIT_EXCEEDED;
}

VMK_ReturnStatus vswitch_create(const char *name)
{
    struct vswitch *vs;
    vmk_StatusValue status;

    config_lock();
    status = create(name, &vs);
    config_unlock();
    return status;
}

static bool has_clients(struct vswitch *vs, const struct vswitch_portgroup *group)
{
    FOR_EACH_PORT(vs, port, i)
    {
        if (!port->nic && (!group || port->group == group)) {
            return true;
        }
    }
    return false;
}

VMK_ReturnStatus vswitch_remove(const char *name)
{
    vmk_StatusValue status = VMK_NOT_FOUND;

    config_lock();
    for (vmk_uint32 i = 0; i < VSWITCHES_MAX; i++) {
        struct vswitch *vs = vswitches[i];

        if (!vs || vmk_Strcmp(vs->name.string, name) != 0) {
            continue;
        }
        status = VMK_BUSY;
        if (!has_clients(vs, NULL)) {
            FOR_EACH_PORT(vs, port, p)
            {
                detach(port->nic);
            }
            vswitches[i] = NULL;
            vmk_HeapFree(heap_kernel, vs);
            status = VMK_OK;
        }
    }
    config_unlock();
    return status;
}

VMK_ReturnStatus vswitch_portgroup_add(const char *vswitch, const char *group)
{
    struct vswitch *vs;
    vmk_StatusValue status;

    config_lock();
    vs = find_vswitch(vswitch);
    status = vs ? add_group(vs, group) : VMK_NOT_FOUND;
    config_unlock();
    return status;
}

VMK_ReturnStatus vswitch_portgroup_remove(const char *vswitch, const char *group)
{
    vmk_StatusValue status = VMK_NOT_FOUND;
    struct vswitch_portgroup *found = NULL;
    struct vswitch *vs;

    config_lock();
    if (group[0] != '\0') {
        found = find_group(group, &vs);
    }
    if (found && vmk_Strcmp(vs->name.string, vswitch) == 0) {
        status = VMK_BUSY;
        if (!has_clients(vs, found)) {
            found->name.string[0] = '\0';
            status = VMK_OK;
        }
    }
    config_unlock();
    return status;
}

VMK_ReturnStatus vswitch_portgroup_vlan_set(const char *group, vmk_uint16 vlan)
{
    vmk_StatusValue status = VMK_NOT_FOUND;
    struct vswitch_portgroup *found;
    struct vswitch *vs;

    config_lock();
    found = group[0] != '\0' ? find_group(group, &vs) : NULL;
    if (found) {
        found->vlan = vlan;
        FOR_EACH_PORT(vs, port, i)
        {
            if (port->group == found) {
                mac_table_forget_port(&vs->macs, port->id);
                port->vlan = vlan;
                pin_mac(port);
            }
        }
        status = VMK_OK;
    }
    config_unlock();
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

    config_lock();
    vs = find_vswitch(vswitch);
    if (vs) {
        status = set_uplinks_mtu(vs, mtu);
        if (status == VMK_OK) {
            __atomic_store_n(&vs->mtu, mtu, __ATOMIC_RELAXED);
            FOR_EACH_PORT(vs, port, i)
            {
                port->max_frame = port->nic ? ~0u : max_client_frame(vs);
                tell(port, VMK_PORT_EVENT_MTU);
            }
        } else if (set_uplinks_mtu(vs, vs->mtu) != VMK_OK) {
            vmk_WarningMessage("%s: its uplinks have different MTUs now", vs->name.string);
        }
    }
    config_unlock();
    return status;
}

void vswitch_walk(void (*visit)(void *arg, const struct vswitch *vswitch), void *arg)
{
    config_lock();
    FOR_EACH_VSWITCH(vs, i)
    {
        visit(arg, vs);
    }
    config_unlock();
}

void vswitch_walk_ports(const struct vswitch *vswitch,
                        void (*visit)(void *arg, const struct vmk_PortInt *port), void *arg)
{
    FOR_EACH_PORT(vswitch, port, i)
    {
        visit(arg, port);
    }
}

void vswitch_init(void)
{
    struct vswitch *vs;

    config_lock();
    VMK_VERIFY(create("vSwitch0", &vs) == VMK_OK);
    VMK_VERIFY(add_group(vs, "VM Network") == VMK_OK);
    VMK_VERIFY(add_group(vs, "Management Network") == VMK_OK);
    VMK_VERIFY(vmk_NameInitialize(&vs->uplinks[0], "vmnic0") == VMK_OK);
    config_unlock();
}
