/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vswitch.c - virtual switches and their port groups.
 */
#include <core/heap.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/sem.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/lib/name.h>

#include "vswitch_config.h"

struct mutex vswitch_config = MUTEX_INITIALIZER(vswitch_config, "vswitch");
struct vswitch *vswitches[VSWITCHES_MAX];

struct vswitch *vswitch_find(const char *name)
{
    FOR_EACH_VSWITCH(vs, i)
    {
        if (vmk_Strcmp(vs->name.string, name) == 0) {
            return vs;
        }
    }
    return NULL;
}

struct vswitch_portgroup *vswitch_find_group(const char *name, struct vswitch **vswitch)
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
vmk_Name *vswitch_find_uplink_name(struct vswitch *vs, const char *name)
{
    for (vmk_uint32 i = 0; i < VSWITCH_UPLINKS_MAX; i++) {
        if (vmk_Strcmp(vs->uplinks[i].string, name) == 0) {
            return &vs->uplinks[i];
        }
    }
    return NULL;
}

static VMK_ReturnStatus create(const char *name, struct vswitch **vswitch) VMK_REQUIRES(&vswitch_config)
{
    vmk_uint32 place = VSWITCHES_MAX;
    struct vswitch *vs;
    vmk_StatusValue status;

    if (vswitch_find(name)) {
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

static VMK_ReturnStatus add_group(struct vswitch *vs, const char *name) VMK_REQUIRES(&vswitch_config)
{
    struct vswitch *owner;

    if (name[0] == '\0') {
        return VMK_BAD_PARAM;
    }
    if (vswitch_find_group(name, &owner)) {
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

    mutex_lock(&vswitch_config);
    status = create(name, &vs);
    mutex_unlock(&vswitch_config);
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

    mutex_lock(&vswitch_config);
    for (vmk_uint32 i = 0; i < VSWITCHES_MAX; i++) {
        struct vswitch *vs = vswitches[i];

        if (!vs || vmk_Strcmp(vs->name.string, name) != 0) {
            continue;
        }
        status = VMK_BUSY;
        if (!has_clients(vs, NULL)) {
            FOR_EACH_PORT(vs, port, p)
            {
                team_detach(port->nic);
            }
            vswitches[i] = NULL;
            vmk_HeapFree(heap_kernel, vs);
            status = VMK_OK;
        }
    }
    mutex_unlock(&vswitch_config);
    return status;
}

VMK_ReturnStatus vswitch_portgroup_add(const char *vswitch, const char *group)
{
    struct vswitch *vs;
    vmk_StatusValue status;

    mutex_lock(&vswitch_config);
    vs = vswitch_find(vswitch);
    status = vs ? add_group(vs, group) : VMK_NOT_FOUND;
    mutex_unlock(&vswitch_config);
    return status;
}

VMK_ReturnStatus vswitch_portgroup_remove(const char *vswitch, const char *group)
{
    vmk_StatusValue status = VMK_NOT_FOUND;
    struct vswitch_portgroup *found = NULL;
    struct vswitch *vs;

    mutex_lock(&vswitch_config);
    if (group[0] != '\0') {
        found = vswitch_find_group(group, &vs);
    }
    if (found && vmk_Strcmp(vs->name.string, vswitch) == 0) {
        status = VMK_BUSY;
        if (!has_clients(vs, found)) {
            found->name.string[0] = '\0';
            status = VMK_OK;
        }
    }
    mutex_unlock(&vswitch_config);
    return status;
}

VMK_ReturnStatus vswitch_portgroup_vlan_set(const char *group, vmk_uint16 vlan)
{
    vmk_StatusValue status = VMK_NOT_FOUND;
    struct vswitch_portgroup *found;
    struct vswitch *vs;

    mutex_lock(&vswitch_config);
    found = group[0] != '\0' ? vswitch_find_group(group, &vs) : NULL;
    if (found) {
        found->vlan = vlan;
        FOR_EACH_PORT(vs, port, i)
        {
            if (port->group == found) {
                mac_table_forget_port(&vs->macs, port->id);
                port->vlan = vlan;
                port_pin_mac(port);
            }
        }
        mac_table_outdate(&vs->macs);
        team_update_filters(vs);
        status = VMK_OK;
    }
    mutex_unlock(&vswitch_config);
    return status;
}

void vswitch_walk(void (*visit)(void *arg, const struct vswitch *vswitch), void *arg)
{
    mutex_lock(&vswitch_config);
    FOR_EACH_VSWITCH(vs, i)
    {
        visit(arg, vs);
    }
    mutex_unlock(&vswitch_config);
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

    mutex_lock(&vswitch_config);
    VMK_VERIFY(create("vSwitch0", &vs) == VMK_OK);
    VMK_VERIFY(add_group(vs, "VM Network") == VMK_OK);
    VMK_VERIFY(add_group(vs, "Management Network") == VMK_OK);
    VMK_VERIFY(vmk_NameInitialize(&vs->uplinks[0], "vmnic0") == VMK_OK);
    mutex_unlock(&vswitch_config);
}
