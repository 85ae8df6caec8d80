/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio_rng_create.c - a source of entropy in a slot, on the processor's RDRAND.
 */
#include <core/vmm/vm.h>

#include "virtio_life.h"
#include "virtio_rng.h"

static const vmk_StatField stat_fields[] = {VIRTIO_STAT_FIELDS, VMK_STAT_FIELD(struct virtio_rng, bytes)};

/** AMD64 APM vol. 3, RDRAND: CF says whether there was a number. */
static bool random(vmk_uint64 *number)
{
    bool valid;

    __asm__ volatile("rdrand %0" : "=r"(*number), "=@ccc"(valid));
    return valid;
}

/** APM vol. 3, E.3.2: CPUID function 1, ECX bit 30. */
static bool has_random(void)
{
    vmk_uint32 eax = 1, ebx, ecx = 0, edx;

    __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
    return (ecx & 1u << 30) != 0;
}

static void destroy(struct virtio_device *device)
{
    vmk_HeapFree(device->vm->heap, VMK_CONTAINER_OF(device, struct virtio_rng, device));
}

VMK_ReturnStatus virtio_rng_create(struct vm *vm, unsigned slot, struct virtio_device **device)
{
    struct virtio_rng *rng;
    vmk_StatusValue status;

    if (!has_random()) {
        return VMK_NOT_SUPPORTED;
    }
    rng = vmk_HeapZalloc(vm->heap, sizeof(*rng));
    if (!rng) {
        return VMK_NO_MEMORY;
    }
    rng->random = random;
    virtio_rng_init(rng, vm);
    rng->device.destroy = destroy;
    status = virtio_device_install(&rng->device, slot,
                                   &(struct virtio_stats){.fields = stat_fields,
                                                          .num_fields = VMK_ARRAY_SIZE(stat_fields),
                                                          .base = rng});
    if (status != VMK_OK) {
        destroy(&rng->device);
        return status;
    }
    *device = &rng->device;
    return VMK_OK;
}
