/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * partition_reader.c - reads devices' partition tables, in worlds of the layer's own.
 *
 * Boot waits for it: whoever looks finds the partitions of all disks there were.
 */
#define VMK_LOG_MODULE "Storage"

#include "internal.h"

#include <core/heap.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/helper.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/base/system.h>
#include <vmkapi/lib/libc.h>

#define READERS 4 /* Disks that may keep their reader waiting before others have to wait. */

static vmk_Helper helper;

/** The device as a source of tables, and what comes of it. */
struct reading {
    struct partition_source source;
    vmk_BlockHandle handle;
    struct device_partitions *result;
};

static VMK_ReturnStatus read_blocks(struct partition_source *source, vmk_uint64 block, vmk_uint32 count,
                                    void *buffer)
{
    return vmk_BlockRead(VMK_CONTAINER_OF(source, struct reading, source)->handle, block, count, buffer);
}

static void tell(struct partition_source *source, const char *line)
{
    vmk_WarningMessage("%s", line);
}

static void read_table(struct vmk_BlockDeviceInt *device, struct reading *reading)
{
    vmk_BlockGeometry geometry;
    vmk_StatusValue status = vmk_BlockGeometryGet(reading->handle, &geometry);

    if (status == VMK_OK && geometry.numBlocks == 0) {
        status = VMK_NO_MEDIUM;
    }
    if (status == VMK_OK) {
        reading->source.name = device->name;
        reading->source.block_size = geometry.blockSize;
        reading->source.num_blocks = geometry.numBlocks;
        reading->source.read = read_blocks;
        reading->source.tell = tell;
        status = partition_table_read(&reading->source, &reading->result->table);
    }
    reading->result->status = status;
}

static void say_partitions(const struct vmk_BlockDeviceInt *device, const struct partition_table *table)
{
    if (table->scheme != PARTITION_NONE) {
        vmk_LogMessage("%s: %s with %u partitions", device->name, partition_scheme_name(table->scheme),
                       table->count);
    }
    for (vmk_uint32 i = 0; i < table->count; i++) {
        const struct partition *partition = &table->partitions[i];

        vmk_LogMessage("%s:%u: %lu blocks from %lu on%s%s", device->name, partition->number,
                       partition->num_blocks, partition->first_block, partition->name[0] != '\0' ? ", " : "",
                       partition->name);
    }
}

/** Read the partitions once. @return them, or NULL when the device is gone or there is no memory. */
static struct device_partitions *read_once(struct vmk_BlockDeviceInt *device)
{
    struct device_partitions *result = vmk_HeapZalloc(heap_kernel, sizeof(*result));
    struct reading reading = {.result = result};

    reading.source.buffer = vmk_HeapAlloc(heap_kernel, PARTITION_BUFFER_BYTES);
    if (result && reading.source.buffer &&
        vmk_BlockOpen(VMK_VMKERNEL_MODULE_ID, device->name, VMK_BLOCK_OPEN_READ, &reading.handle) == VMK_OK) {
        read_table(device, &reading);
        vmk_BlockClose(reading.handle);
    } else {
        vmk_HeapFree(heap_kernel, result);
        result = NULL;
    }
    vmk_HeapFree(heap_kernel, reading.source.buffer);
    return result;
}

static void read_device(vmk_AddrCookie data)
{
    struct vmk_BlockDeviceInt *device = data.ptr;
    vmk_uint32 wanted;

    do {
        struct device_partitions *old, *new;

        wanted = __atomic_load_n(&device->readings, __ATOMIC_ACQUIRE);
        new = read_once(device);
        if (new &&new->status == VMK_OK) {
            say_partitions(device, &new->table);
        }
        mutex_lock(&storage_table);
        old = device->partitions;
        device->partitions = new;
        mutex_unlock(&storage_table);
        vmk_HeapFree(heap_kernel, old);
    } while (__atomic_sub_fetch(&device->readings, wanted, __ATOMIC_ACQ_REL) != 0);
    storage_device_put(device);
    vmk_StartupRelease();
}

void device_read_partitions(struct vmk_BlockDeviceInt *device)
{
    vmk_AddrCookie data = {.ptr = device};
    vmk_StatusValue status;

    if (device->identity.type != VMK_BLOCK_TYPE_DISK ||
        __atomic_fetch_add(&device->readings, 1, __ATOMIC_ACQ_REL) != 0) {
        return;
    }
    device->refs++;
    vmk_StartupHold("a disk's partitions");
    status = vmk_HelperSubmitRequest(helper, read_device, data, VMK_HELPER_DEFAULT_REQ_PROPS);
    if (status != VMK_OK) {
        vmk_WarningMessage("%s: its partitions could not be read: %s", device->name,
                           vmk_StatusToString(status));
        __atomic_store_n(&device->readings, 0, __ATOMIC_RELEASE);
        device_unref(device);
        vmk_StartupRelease();
    }
}

void device_settle(void)
{
    (void)!vmk_HelperFlush(helper);
}

VMK_ReturnStatus storage_device_partitions(struct vmk_BlockDeviceInt *device, struct partition_table *table)
{
    vmk_StatusValue status = VMK_NOT_FOUND;

    mutex_lock(&storage_table);
    if (device->partitions) {
        *table = device->partitions->table;
        status = device->partitions->status;
    }
    mutex_unlock(&storage_table);
    return status;
}

void partition_reader_init(void)
{
    const vmk_HelperProps props = {
        .name = {"storage"},
        .moduleID = VMK_VMKERNEL_MODULE_ID,
        .heap = heap_kernel,
        .mutables = {.maxWorlds = READERS},
    };

    VMK_VERIFY(vmk_HelperCreate(&props, &helper) == VMK_OK);
}
