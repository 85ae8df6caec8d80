/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * port.c - port objects, and what clients do with theirs.
 */
#include <core/account.h>
#include <core/heap.h>
#include <core/uplink.h>
#include <core/vswitch.h>
#include <vmkapi/base/bottom_half.h>
#include <vmkapi/base/export.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/lib/name.h>

static const vmk_StatField stat_fields[] = {
    VMK_STAT_FIELD(struct port_stats, rx_packets), VMK_STAT_FIELD(struct port_stats, rx_bytes),
    VMK_STAT_FIELD(struct port_stats, rx_dropped), VMK_STAT_FIELD(struct port_stats, tx_packets),
    VMK_STAT_FIELD(struct port_stats, tx_bytes),   VMK_STAT_FIELD(struct port_stats, tx_dropped),
};

VMK_ReturnStatus port_create(const char *name, struct vmk_PortInt **port)
{
    vmk_uint32 cpus = vmk_NumPCPUs();
    vmk_ByteCount size = cpus * sizeof(struct port_cpu);
    struct vmk_PortInt *new = vmk_HeapZalloc(heap_kernel, sizeof(*new));
    vmk_StatusValue status = VMK_NO_MEMORY;

    if (!new) {
        return status;
    }
    new->cpus = vmk_HeapAlign(heap_kernel, size, _Alignof(struct port_cpu));
    if (!new->cpus) {
        goto free_port;
    }
    vmk_Memset(new->cpus, 0, size);
    status = vmk_NameInitialize(&new->name, name);
    if (status != VMK_OK) {
        goto free_cpus;
    }
    vmk_StatGroupInit(&new->stat_group, VMK_VMKERNEL_MODULE_ID, stat_fields, VMK_ARRAY_SIZE(stat_fields),
                      "net/port/%s", name);
    new->stat_group.base = &new->cpus[0].stats;
    new->stat_group.stride = sizeof(new->cpus[0]);
    new->stat_group.count = cpus;
    status = vmk_StatGroupRegister(&new->stat_group);
    if (status != VMK_OK) {
        goto free_cpus;
    }
    *port = new;
    return VMK_OK;

free_cpus:
    vmk_HeapFree(heap_kernel, new->cpus);
free_port:
    vmk_HeapFree(heap_kernel, new);
    return status;
}

void port_destroy(struct vmk_PortInt *port)
{
    vmk_StatGroupUnregister(&port->stat_group);
    vmk_HeapFree(heap_kernel, port->cpus);
    vmk_HeapFree(heap_kernel, port);
}

void port_stats_get(const struct vmk_PortInt *port, struct port_stats *stats)
{
    *stats = (struct port_stats){0};
    for (vmk_uint32 cpu = 0; cpu < port->stat_group.count; cpu++) {
        const struct port_stats *here = &port->cpus[cpu].stats;

        stats->rx_packets += here->rx_packets;
        stats->rx_bytes += here->rx_bytes;
        stats->rx_dropped += here->rx_dropped;
        stats->tx_packets += here->tx_packets;
        stats->tx_bytes += here->tx_bytes;
        stats->tx_dropped += here->tx_dropped;
    }
}

VMK_ReturnStatus vmk_PortConnect(const vmk_PortProps *props, vmk_Port *port)
{
    struct vmk_PortInt *new;
    vmk_StatusValue status;

    if (!props->name || !props->portGroup || !props->deliver || vmk_EthAddrIsMulticast(props->mac)) {
        return VMK_BAD_PARAM;
    }
    status = port_create(props->name, &new);
    if (status != VMK_OK) {
        return status;
    }
    new->props = *props;
    new->props.name = new->name.string;
    new->holder = props->moduleID;
    status = vswitch_connect(new);
    if (status != VMK_OK) {
        port_destroy(new);
        return status;
    }
    account_add(props->moduleID, ACCOUNT_PORTS, 1);
    *port = new;
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_PortConnect);

void vmk_PortDisconnect(vmk_Port port)
{
    vswitch_disconnect(port);
    account_add(port->props.moduleID, ACCOUNT_PORTS, -1);
    port_destroy(port);
}
VMK_EXPORT_SYMBOL(vmk_PortDisconnect);

void vmk_PortInput(vmk_Port port, vmk_PktList list)
{
    vmk_BottomHalfDisable();
    vswitch_input(port, list);
    vmk_BottomHalfEnable();
}
VMK_EXPORT_SYMBOL(vmk_PortInput);

void vmk_PortPromiscSet(vmk_Port port, vmk_Bool on)
{
    vswitch_promisc_set(port, on);
}
VMK_EXPORT_SYMBOL(vmk_PortPromiscSet);

vmk_uint32 vmk_PortIDGet(vmk_Port port)
{
    return port->id;
}
VMK_EXPORT_SYMBOL(vmk_PortIDGet);

void vmk_PortMACGet(vmk_Port port, vmk_EthAddress mac)
{
    vmk_Memcpy(mac, port->props.mac, VMK_ETH_ADDR_LENGTH);
}
VMK_EXPORT_SYMBOL(vmk_PortMACGet);

vmk_uint32 vmk_PortMTUGet(vmk_Port port)
{
    return __atomic_load_n(&port->vswitch->mtu, __ATOMIC_RELAXED);
}
VMK_EXPORT_SYMBOL(vmk_PortMTUGet);

vmk_LinkState vmk_PortLinkStateGet(vmk_Port port)
{
    const struct vmk_PortInt *uplink;
    vmk_LinkState state = VMK_LINK_STATE_DOWN;

    vmk_RCUReadLock();
    uplink = VMK_RCU_DEREFERENCE(port->uplink);
    if (uplink) {
        state = uplink->nic->link.state;
    }
    vmk_RCUReadUnlock();
    return state;
}
VMK_EXPORT_SYMBOL(vmk_PortLinkStateGet);
