/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio_net_create.c - a NIC on a port of the virtual switch.
 */
#include <core/vmm/vm.h>
#include <vmkapi/lib/bits.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/lib/string.h>
#include <vmkapi/net/net_port.h>

#include "virtio_life.h"
#include "virtio_net.h"

static const vmk_StatField stat_fields[] = {
    VIRTIO_STAT_FIELDS,
    VMK_STAT_FIELD(struct net_stats, tx_packets),
    VMK_STAT_FIELD(struct net_stats, tx_bytes),
    VMK_STAT_FIELD(struct net_stats, tx_copied),
    VMK_STAT_FIELD(struct net_stats, tx_dropped),
    VMK_STAT_FIELD(struct net_stats, rx_packets),
    VMK_STAT_FIELD(struct net_stats, rx_bytes),
    VMK_STAT_FIELD(struct net_stats, rx_waited),
    VMK_STAT_FIELD(struct net_stats, rx_copied),
    VMK_STAT_FIELD(struct net_stats, rx_dropped),
};

static void send(struct virtio_net *net, vmk_PktList list)
{
    vmk_PortInput(net->port, list);
}

static void promiscuous(struct virtio_net *net, bool on)
{
    vmk_PortPromiscSet(net->port, on);
}

static void deliver(vmk_AddrCookie data, vmk_PktList list)
{
    virtio_net_deliver(data.ptr, list);
}

static bool link_is_up(vmk_Port port)
{
    return vmk_PortLinkStateGet(port) == VMK_LINK_STATE_UP;
}

static void event(vmk_AddrCookie data, vmk_PortEvent event)
{
    struct virtio_net *net = data.ptr;
    vmk_Port port = __atomic_load_n(&net->port, __ATOMIC_ACQUIRE);

    if (port) { /* Otherwise it is being made, and what is true then is asked for. */
        virtio_net_changed(net, (vmk_uint16)vmk_PortMTUGet(port), link_is_up(port));
    }
}

static void destroy(struct virtio_device *device)
{
    struct virtio_net *net = VMK_CONTAINER_OF(device, struct virtio_net, device);

    vmk_PortDisconnect(net->port);
    vmk_HeapFree(device->vm->heap, net->pairs);
    vmk_HeapFree(device->vm->heap, net);
}

/** A NIC of @p num_pairs, not connected yet; NULL: no memory. */
static struct virtio_net *make(struct vm *vm, const struct virtio_net_options *options, vmk_uint32 num_pairs)
{
    struct virtio_net *net = vmk_HeapZalloc(vm->heap, sizeof(*net));
    struct net_pair *pairs = vmk_HeapZalloc(vm->heap, num_pairs * sizeof(*pairs));
    struct virtio_limit *limit;

    if (!net || !pairs) {
        vmk_HeapFree(vm->heap, pairs);
        vmk_HeapFree(vm->heap, net);
        return NULL;
    }
    net->send = send;
    net->promiscuous = promiscuous;
    net->device.vm = vm;
    net->device.destroy = destroy;
    virtio_net_init(net, vm, options->mac, VMK_ETH_DEFAULT_MTU, false, pairs, num_pairs);
    limit = virtio_limit_init(&net->device.limit, &options->rates);
    for (vmk_uint32 i = 0; i < num_pairs; i++) {
        pairs[i].tx.limit = limit;
    }
    return net;
}

static VMK_ReturnStatus connect(struct virtio_net *net, unsigned slot,
                                const struct virtio_net_options *options, vmk_Port *port)
{
    vmk_PortProps props = {.moduleID = VMK_VMKERNEL_MODULE_ID,
                           .portGroup = options->port_group,
                           .clientData.ptr = net,
                           .deliver = deliver,
                           .event = event};
    vmk_Name name;

    (void)!vmk_StringFormat(name.string, sizeof(name.string), NULL, "%.24s.%u", net->device.vm->name.string,
                            slot);
    props.name = name.string;
    vmk_Memcpy(props.mac, options->mac, VMK_ETH_ADDR_LENGTH);
    return vmk_PortConnect(&props, port);
}

VMK_ReturnStatus virtio_net_create(struct vm *vm, unsigned slot, const struct virtio_net_options *options,
                                   struct virtio_device **device)
{
    vmk_uint32 num_pairs = VMK_MAX(VMK_MIN(options->pairs, NET_PAIRS_MAX), 1u);
    struct virtio_net *net;
    vmk_StatusValue status;
    vmk_Port port;

    if (vmk_EthAddrIsMulticast(options->mac) || vmk_EthAddrToUint(options->mac) == 0) {
        return VMK_BAD_PARAM;
    }
    net = make(vm, options, num_pairs);
    if (!net) {
        return VMK_NO_MEMORY;
    }
    status = connect(net, slot, options, &port);
    if (status != VMK_OK) {
        vmk_HeapFree(vm->heap, net->pairs);
        vmk_HeapFree(vm->heap, net);
        return status;
    }
    __atomic_store_n(&net->port, port, __ATOMIC_RELEASE);
    virtio_net_changed(net, (vmk_uint16)vmk_PortMTUGet(port), link_is_up(port));
    status = virtio_device_install(&net->device, slot,
                                   &(struct virtio_stats){.fields = stat_fields,
                                                          .num_fields = VMK_ARRAY_SIZE(stat_fields),
                                                          .base = &net->pairs[0].stats,
                                                          .count = num_pairs,
                                                          .stride = sizeof(struct net_pair)});
    if (status != VMK_OK) {
        destroy(&net->device);
        return status;
    }
    *device = &net->device;
    return VMK_OK;
}
