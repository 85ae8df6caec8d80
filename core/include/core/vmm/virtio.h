/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio.h - a virtual machine's paravirtual devices: disk, NIC, console, entropy (virtio 1.2 over PCI).
 *
 * A device is made for a slot of its VM's PCI bus before the VM runs, and lives until it is destroyed,
 * through any number of starts and resets of the VM. A driver in the guest that breaks the protocol gets
 * DEVICE_NEEDS_RESET and one line in the log; that queue is stopped, the VM goes on.
 *
 * Disks and NICs work on the guest's own pages, which others (drivers, other VMs) may still be using when the
 * VM has stopped: virtio_device_reset() and virtio_device_destroy() wait for them.
 *
 * Everything comes from vm->heap. Statistics: vm/NAME/KIND.SLOT, as in vm/debian/disk.1/reads.
 * Context, but for virtio_console_input(): world, may block, no spinlock held; no vCPU of the VM runs.
 */
#ifndef CORE_VMM_VIRTIO_H
#define CORE_VMM_VIRTIO_H

#include <stdbool.h>

#include <core/vmm/vdev.h>
#include <vmkapi/net/net_eth.h>

#define VIRTIO_QUEUES_MAX        8  /**< Of requests, a disk. */
#define VIRTIO_BLOCK_SERIAL_SIZE 20 /**< 5.2.6.2: without a NUL if it fills all. */

struct virtio_device;

/** What a device does for its guest a second, at most (virtio_limit.h); 0: no limit. */
struct virtio_rates {
    vmk_uint64 requests; /**< A disk's requests; a NIC's packets sent, as they leave it. */
    vmk_uint64 bytes;    /**< Read and written; sent. */
};

struct virtio_block_options {
    const char *device; /**< Block device or partition, by any name block_device.h knows. */
    const char *serial; /**< What the guest reads as the disk's serial number; NULL: `device`, shortened. */
    bool read_only;
    struct virtio_rates rates;
    vmk_uint32 queues; /**< Request queues, at most VIRTIO_QUEUES_MAX; one a vCPU is best. 0: one. */
};

/**
 * Put a disk into @p slot. It holds the block device open, exclusively unless it is read-only.
 *
 * @return VMK_OK; VMK_BUSY (the slot, or somebody else has the device); what vmk_BlockOpen() says;
 * VMK_NO_MEMORY.
 */
VMK_ReturnStatus virtio_block_create(struct vm *vm, unsigned slot, const struct virtio_block_options *options,
                                     struct virtio_device **device);

struct virtio_net_options {
    const char *port_group; /**< As in `VM Network`. */
    vmk_EthAddress mac;     /**< Unicast, not all zero. */
    vmk_uint32 pairs;       /**< Of queues, one a vCPU is best; 8 at most, 0: one. */
    struct virtio_rates rates;
};

/**
 * Put a NIC into @p slot, connected to a port of the virtual switch which is named after VM and slot.
 *
 * @return VMK_OK; VMK_BUSY (the slot); VMK_BAD_PARAM (address); what vmk_PortConnect() says; VMK_NO_MEMORY.
 */
VMK_ReturnStatus virtio_net_create(struct vm *vm, unsigned slot, const struct virtio_net_options *options,
                                   struct virtio_device **device);

struct virtio_console_options {
    /** Take what the guest writes, all of it. Context: world or bottom half, a spinlock held; must not block.
     */
    void (*output)(void *data, const vmk_uint8 *bytes, vmk_uint32 count);
    void *data; /**< For `output`. */
};

/** Put a console of one port into @p slot. @return VMK_OK; VMK_BUSY (the slot); VMK_NO_MEMORY. */
VMK_ReturnStatus virtio_console_create(struct vm *vm, unsigned slot,
                                       const struct virtio_console_options *options,
                                       struct virtio_device **device);

/**
 * Type into a console. @return how many bytes the guest had room for; the rest is the caller's to keep.
 * Context: world or bottom half.
 */
vmk_uint32 virtio_console_input(struct virtio_device *console, const vmk_uint8 *bytes, vmk_uint32 count);

/** Put a source of entropy into @p slot. @return VMK_OK; VMK_BUSY (the slot); VMK_NOT_SUPPORTED: the
 * processor has none; VMK_NO_MEMORY. */
VMK_ReturnStatus virtio_rng_create(struct vm *vm, unsigned slot, struct virtio_device **device);

/** How often one of its queues came to wait for its turn, as its limit has it. Context: any. */
vmk_uint64 virtio_device_limit_waits(const struct virtio_device *device);

/** Put a device to its power-on state. Returns when nothing uses the guest's memory any more on its behalf:
 *  call it before that is loaded anew. */
void virtio_device_reset(struct virtio_device *device);

/** Take a device out of its slot and free it, with what it holds open. Waits as virtio_device_reset() does.
 */
void virtio_device_destroy(struct virtio_device *device);

#endif
