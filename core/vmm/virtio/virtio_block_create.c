/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio_block_create.c - a virtual disk on a block device of the storage core.
 */
#include <core/vmm/vm.h>
#include <vmkapi/lib/bits.h>

#include "virtio_block.h"
#include "virtio_life.h"

static const vmk_StatField stat_fields[] = {VIRTIO_STAT_FIELDS, VMK_STAT_FIELD(struct block_stats, errors),
                                            VMK_STAT_FIELD(struct block_stats, refused),
                                            VMK_STAT_FIELD(struct block_stats, no_list)};

static void submit(struct virtio_block *block, vmk_BlockRequest *requests)
{
    vmk_BlockSubmit(block->handle, requests);
}

static void free_block(struct virtio_block *block)
{
    vmk_HeapID heap = block->device.vm->heap;

    for (unsigned i = 0; i < VIRTIO_QUEUES_MAX; i++) {
        vmk_HeapFree(heap, block->queues[i]);
    }
    vmk_HeapFree(heap, block);
}

static void destroy(struct virtio_device *device)
{
    struct virtio_block *block = VMK_CONTAINER_OF(device, struct virtio_block, device);

    vmk_BlockClose(block->handle);
    free_block(block);
}

/** Memory for a disk with @p queues queues; NULL: none. */
static struct virtio_block *alloc_block(struct vm *vm, vmk_uint32 queues)
{
    struct virtio_block *block = vmk_HeapZalloc(vm->heap, sizeof(*block));

    if (!block) {
        return NULL;
    }
    block->device.vm = vm;
    block->submit = submit;
    for (vmk_uint32 i = 0; i < queues; i++) {
        block->queues[i] = vmk_HeapZalloc(vm->heap, sizeof(*block->queues[i]));
        if (!block->queues[i]) {
            free_block(block);
            return NULL;
        }
    }
    return block;
}

static VMK_ReturnStatus open_device(struct virtio_block *block, const struct virtio_block_options *options,
                                    vmk_BlockGeometry *geometry)
{
    vmk_uint32 flags = options->read_only
                           ? VMK_BLOCK_OPEN_READ
                           : VMK_BLOCK_OPEN_READ | VMK_BLOCK_OPEN_WRITE | VMK_BLOCK_OPEN_EXCLUSIVE;
    vmk_StatusValue status = vmk_BlockOpen(VMK_VMKERNEL_MODULE_ID, options->device, flags, &block->handle);

    if (status != VMK_OK) {
        return status;
    }
    status = vmk_BlockGeometryGet(block->handle, geometry);
    if (status != VMK_OK) {
        vmk_BlockClose(block->handle);
    }
    return status;
}

VMK_ReturnStatus virtio_block_create(struct vm *vm, unsigned slot, const struct virtio_block_options *options,
                                     struct virtio_device **device)
{
    vmk_uint32 queues = VMK_MAX(VMK_MIN(options->queues, VIRTIO_QUEUES_MAX), 1u);
    struct virtio_block *block = alloc_block(vm, queues);
    vmk_BlockGeometry geometry;
    vmk_StatusValue status;

    if (!block) {
        return VMK_NO_MEMORY;
    }
    status = open_device(block, options, &geometry);
    if (status != VMK_OK) {
        free_block(block);
        return status;
    }
    block->device.destroy = destroy;
    virtio_block_init(
        block, &(struct virtio_block_props){.vm = vm,
                                            .geometry = &geometry,
                                            .serial = options->serial ? options->serial : options->device,
                                            .read_only = options->read_only,
                                            .rates = options->rates,
                                            .queues = queues});
    status = virtio_device_install(&block->device, slot,
                                   &(struct virtio_stats){.fields = stat_fields,
                                                          .num_fields = VMK_ARRAY_SIZE(stat_fields),
                                                          .base = &block->stats});
    if (status != VMK_OK) {
        destroy(&block->device);
        return status;
    }
    *device = &block->device;
    return VMK_OK;
}
