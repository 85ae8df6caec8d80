/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio_net.c - a NIC's making, and what is not frames: configuration and the control queue (5.1.6.5).
 */
#include "virtio_net.h"

#include <vmkapi/lib/libc.h>

/* Configuration. */

static vmk_uint16 link_status(bool up)
{
    return up ? NET_LINK_UP : 0;
}

void virtio_net_changed(struct virtio_net *net, vmk_uint16 mtu, bool link_up)
{
    virtio_config_change_begin(&net->device);
    net->config.mtu = mtu;
    net->config.status = link_status(link_up);
    virtio_config_change_end(&net->device);
}

/* The control queue. */

enum control_class { CONTROL_RX = 0, CONTROL_MAC = 1, CONTROL_MQ = 4 };
enum control_rx { CONTROL_RX_PROMISC = 0, CONTROL_RX_ALLMULTI = 1 };
enum control_mac { CONTROL_MAC_TABLE_SET = 0, CONTROL_MAC_ADDR_SET = 1 };
enum control_mq { CONTROL_MQ_PAIRS_SET = 0 };
enum control_ack { CONTROL_OK, CONTROL_ERROR };

/** A command as it was read. */
struct command {
    vmk_uint8 class, number;
    union {
        vmk_uint8 on;
        vmk_uint32 unicast_entries; /**< Of a MAC table, which begins with it. */
        vmk_EthAddress mac;
        vmk_uint16 pairs;
    };
    gpa_t ack;
};

static vmk_uint32 data_bytes(const struct command *command)
{
    switch (command->class << 8 | command->number) {
    case CONTROL_RX << 8 | CONTROL_RX_PROMISC:
    case CONTROL_RX << 8 | CONTROL_RX_ALLMULTI:
        return sizeof(command->on);
    case CONTROL_MAC << 8 | CONTROL_MAC_TABLE_SET:
        return sizeof(command->unicast_entries);
    case CONTROL_MAC << 8 | CONTROL_MAC_ADDR_SET:
        return sizeof(command->mac);
    case CONTROL_MQ << 8 | CONTROL_MQ_PAIRS_SET:
        return sizeof(command->pairs);
    default:
        return 0;
    }
}

/** Read the command of the chain taken last. @return false: it is none. */
static bool read_command(struct virtio_queue *queue, struct command *command) VMK_REQUIRES(&queue->lock)
{
    struct vm *vm = queue->device->vm;
    struct vring_cursor cursor = vring_readable(&queue->chain);

    return vring_last_writable(&queue->chain, &command->ack) &&
           vring_cursor_read(&cursor, vm, &command->class, 1) == VMK_OK &&
           vring_cursor_read(&cursor, vm, &command->number, 1) == VMK_OK &&
           vring_cursor_read(&cursor, vm, &command->on, data_bytes(command)) == VMK_OK;
}

static enum control_ack set_mac(struct virtio_net *net, const vmk_EthAddress mac)
{
    if (vmk_EthAddrIsMulticast(mac) || vmk_EthAddrToUint(mac) == 0) {
        return CONTROL_ERROR;
    }
    /* The switch learns it from the first frame; the driver knows already. */
    vmk_SpinlockLock(&net->device.lock);
    vmk_Memcpy(net->config.mac, mac, VMK_ETH_ADDR_LENGTH);
    vmk_SpinlockUnlock(&net->device.lock);
    return CONTROL_OK;
}

/** 5.1.6.5.6.1. */
static enum control_ack set_pairs(struct virtio_net *net, vmk_uint16 count)
{
    if ((net->features & VIRTIO_NET_F_MQ) == 0 || count == 0 || count > net->config.max_pairs) {
        return CONTROL_ERROR;
    }
    virtio_net_use_pairs(net, count);
    return CONTROL_OK;
}

static enum control_ack execute(struct virtio_net *net, const struct command *command)
{
    switch (command->class << 8 | command->number) {
    case CONTROL_RX << 8 | CONTROL_RX_PROMISC:
        net->promiscuous(net, command->on != 0);
        return CONTROL_OK;
    case CONTROL_RX << 8 | CONTROL_RX_ALLMULTI:
        return CONTROL_OK; /* The switch delivers all multicasts anyway. */
    case CONTROL_MAC << 8 | CONTROL_MAC_TABLE_SET:
        /* 5.1.6.5.1: more than was asked for may come. */
        net->promiscuous(net, command->unicast_entries != 0);
        return CONTROL_OK;
    case CONTROL_MAC << 8 | CONTROL_MAC_ADDR_SET:
        return set_mac(net, command->mac);
    case CONTROL_MQ << 8 | CONTROL_MQ_PAIRS_SET:
        return set_pairs(net, command->pairs);
    default:
        return CONTROL_ERROR;
    }
}

/** Take a command, and the queue: one is executed at a time. */
static bool take_command(struct virtio_net *net, struct virtio_queue *queue, struct command *command)
{
    bool taken;

    virtio_queue_lock(queue);
    queue->budget = VIRTIO_KICK_CHAINS; /* It is the vCPU's own time, as much as it likes. */
    do {
        taken = !net->control_busy && virtio_queue_take(queue);
    } while (!taken && !net->control_busy && virtio_queue_rest(queue, false));
    if (taken && !read_command(queue, command)) {
        virtio_queue_break(queue, "a command that is none");
        taken = false;
    }
    if (taken) {
        taken = virtio_queue_hold(queue, &net->control_slot);
        net->control_busy = taken;
    }
    virtio_queue_unlock(queue);
    return taken;
}

void virtio_net_control_kick(struct virtio_net *net, struct virtio_queue *queue)
{
    struct command command;

    while (take_command(net, queue, &command)) {
        vmk_uint8 ack = (vmk_uint8)execute(net, &command);

        (void)!vdev_memory_write(queue->device->vm, command.ack, &ack, sizeof(ack));
        virtio_queue_lock(queue);
        net->control_busy = false;
        virtio_slot_complete(&net->control_slot, sizeof(ack));
        virtio_queue_unlock(queue);
    }
}

/* The device. */

static struct virtio_net *of(struct virtio_device *device)
{
    return VMK_CONTAINER_OF(device, struct virtio_net, device);
}

/** 5.1.2: the control queue is behind the pairs, of which there is one unless the driver knows of more. */
static vmk_uint32 pairs_known(const struct virtio_net *net)
{
    return (net->features & VIRTIO_NET_F_MQ) != 0 ? net->config.max_pairs : 1;
}

static void kick(struct virtio_queue *queue)
{
    struct virtio_net *net = of(queue->device);
    vmk_uint32 pair = queue->index / 2;

    if (pair >= pairs_known(net)) {
        virtio_net_control_kick(net, queue);
    } else if (queue->index % 2 == NET_TX) {
        virtio_net_tx_kick(net, &net->pairs[pair]);
    } else {
        virtio_net_rx_kick(net, &net->pairs[pair]);
    }
}

static void start(struct virtio_device *device)
{
    vmk_SpinlockAssertHeldByWorld(&device->lock);
    of(device)->features = device->features;
}

static void stop(struct virtio_device *device)
{
    struct virtio_net *net = of(device);

    virtio_net_use_pairs(net, 1);
    virtio_net_rx_stop(&net->pairs[0]);
    vmk_Memset(net->flows, 0, sizeof(net->flows));
}

static const struct virtio_device_ops ops = {.kind = "nic",
                                             .id = VIRTIO_ID_NET,
                                             .class_code = 0x020000, /* Ethernet. */
                                             .kick = kick,
                                             .start = start,
                                             .stop = stop};

static void init_queue(struct virtio_net *net, struct virtio_queue *queue) VMK_UNSHARED
{
    /* No rank: packets are delivered with whatever locks their sender holds. */
    vmk_SpinlockInit(&queue->lock, "virtio NIC", VMK_SPINLOCK_UNRANKED);
    virtio_queue_init(queue, &net->device, NET_QUEUE_SIZE);
}

void virtio_net_init(struct virtio_net *net, struct vm *vm, const vmk_EthAddress mac, vmk_uint16 mtu,
                     bool link_up, struct net_pair *pairs, vmk_uint32 num_pairs) VMK_UNSHARED
{
    vmk_Memcpy(net->config.mac, mac, VMK_ETH_ADDR_LENGTH);
    net->config.status = link_status(link_up);
    net->config.max_pairs = (vmk_uint16)num_pairs;
    net->config.mtu = mtu;
    net->pairs = pairs;
    net->pairs_used = 1;
    virtio_device_init(&net->device,
                       &(struct virtio_device_props){
                           .vm = vm,
                           .ops = &ops,
                           .features = VIRTIO_NET_F_CSUM | VIRTIO_NET_F_GUEST_CSUM | VIRTIO_NET_F_MTU |
                                       VIRTIO_NET_F_MAC | VIRTIO_NET_F_GUEST_TSO4 | VIRTIO_NET_F_GUEST_TSO6 |
                                       VIRTIO_NET_F_HOST_TSO4 | VIRTIO_NET_F_HOST_TSO6 |
                                       VIRTIO_NET_F_MRG_RXBUF | VIRTIO_NET_F_STATUS | VIRTIO_NET_F_CTRL_VQ |
                                       VIRTIO_NET_F_CTRL_RX | VIRTIO_NET_F_CTRL_MAC_ADDR |
                                       (num_pairs > 1 ? VIRTIO_NET_F_MQ : 0),
                           .config = &net->config,
                           .config_len = sizeof(net->config)});
    for (vmk_uint32 i = 0; i < num_pairs; i++) {
        init_queue(net, &pairs[i].rx);
        init_queue(net, &pairs[i].tx);
    }
    init_queue(net, &net->control);
}
