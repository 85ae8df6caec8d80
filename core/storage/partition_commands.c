/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * partition_commands.c - storage core device partition list, showguid, check.
 */
#include "storage_commands.h"

#include <core/heap.h>
#include <vmkapi/lib/libc.h>

/** Call @p row for each partition of a device. A device whose table can't be read has none: the log says so.
 */
static VMK_ReturnStatus each_partition(struct command_call *call, struct vmk_BlockDeviceInt *device,
                                       void (*row)(struct format *f, const char *device,
                                                   const struct partition_table *table,
                                                   const struct partition *partition))
{
    struct partition_table *table = vmk_HeapZalloc(heap_kernel, sizeof(*table));
    vmk_StatusValue status;

    if (!table) {
        return VMK_NO_MEMORY;
    }
    status = storage_device_partitions(device, table);
    for (vmk_uint32 i = 0; status == VMK_OK && i < table->count; i++) {
        format_row(&call->format);
        row(&call->format, device->name, table, &table->partitions[i]);
    }
    vmk_HeapFree(heap_kernel, table);
    return VMK_OK;
}

/* storage core device partition list */

static void list_row(struct format *f, const char *device, const struct partition_table *table,
                     const struct partition *partition)
{
    const char *type = partition_type_name(table, partition);
    char guid[PARTITION_GUID_TEXT_MAX];

    format_string(f, device);
    format_uint(f, partition->number);
    format_uint(f, partition->first_block);
    format_uint(f, partition->first_block + partition->num_blocks - 1);
    format_uint(f, partition->num_blocks);
    if (!type && table->scheme == PARTITION_GPT) {
        type = partition_guid_text(&partition->type_id, guid);
    }
    if (type) {
        format_string(f, type);
    } else {
        format_stringf(f, "0x%02x", partition->type);
    }
    format_string(f, partition->name);
}

static VMK_ReturnStatus list_device(struct command_call *call, struct vmk_BlockDeviceInt *device)
{
    return each_partition(call, device, list_row);
}

static VMK_ReturnStatus partition_list(struct command_call *call)
{
    return storage_each_device(call, list_device);
}

static const struct format_column list_columns[] = {
    {"Device", FORMAT_STRING},     {"Partition", FORMAT_UINT},
    {"Start Sector", FORMAT_UINT}, {"End Sector", FORMAT_UINT},
    {"Sectors", FORMAT_UINT},      {"Type", FORMAT_STRING},
    {"Name", FORMAT_STRING},       {0}};
COMMAND(storage_core_device_partition_list, .path = "storage core device partition list",
        .help = "Show the partitions of devices", .handler = partition_list, .args = storage_any_device_args,
        .columns = list_columns);

/* storage core device partition showguid */

static void guid_row(struct format *f, const char *device, const struct partition_table *table,
                     const struct partition *partition)
{
    char guid[PARTITION_GUID_TEXT_MAX];

    format_string(f, device);
    format_uint(f, partition->number);
    format_string(f, partition_scheme_name(table->scheme));
    format_string(f, table->scheme == PARTITION_GPT ? partition_guid_text(&partition->id, guid) : NULL);
    format_string(f, table->scheme == PARTITION_GPT ? partition_guid_text(&partition->type_id, guid) : NULL);
}

static VMK_ReturnStatus guid_device(struct command_call *call, struct vmk_BlockDeviceInt *device)
{
    return each_partition(call, device, guid_row);
}

static VMK_ReturnStatus partition_showguid(struct command_call *call)
{
    return storage_each_device(call, guid_device);
}

static const struct format_column guid_columns[] = {{"Device", FORMAT_STRING},    {"Partition", FORMAT_UINT},
                                                    {"Layout", FORMAT_STRING},    {"GUID", FORMAT_STRING},
                                                    {"Type GUID", FORMAT_STRING}, {0}};
COMMAND(storage_core_device_partition_showguid, .path = "storage core device partition showguid",
        .help = "Show the GUIDs of partitions", .handler = partition_showguid,
        .args = storage_any_device_args, .columns = guid_columns);

/* storage core device partition check */

/** A table being read for the user, who gets the lines. */
struct check {
    struct partition_source source;
    vmk_BlockHandle handle;
    struct command_call *call;
    struct partition_table table;
    vmk_uint8 buffer[PARTITION_BUFFER_BYTES];
};

static VMK_ReturnStatus read_blocks(struct partition_source *source, vmk_uint64 block, vmk_uint32 count,
                                    void *buffer)
{
    return vmk_BlockRead(VMK_CONTAINER_OF(source, struct check, source)->handle, block, count, buffer);
}

static void tell(struct partition_source *source, const char *line)
{
    struct command_call *call = VMK_CONTAINER_OF(source, struct check, source)->call;

    format_row(&call->format);
    format_string(&call->format, line);
}

static VMK_ReturnStatus check_table(struct command_call *call, struct vmk_BlockDeviceInt *device,
                                    struct check *check)
{
    vmk_BlockGeometry geometry;
    vmk_StatusValue status =
        vmk_BlockOpen(VMK_VMKERNEL_MODULE_ID, device->name, VMK_BLOCK_OPEN_READ, &check->handle);

    if (status != VMK_OK) {
        return status;
    }
    status = vmk_BlockGeometryGet(check->handle, &geometry);
    if (status == VMK_OK) {
        check->call = call;
        check->source = (struct partition_source){.name = device->name,
                                                  .block_size = geometry.blockSize,
                                                  .num_blocks = geometry.numBlocks,
                                                  .buffer = check->buffer,
                                                  .read = read_blocks,
                                                  .tell = tell};
        status = partition_table_read(&check->source, &check->table);
    }
    vmk_BlockClose(check->handle);
    return status;
}

static VMK_ReturnStatus partition_check(struct command_call *call)
{
    struct check *check = vmk_HeapZalloc(heap_kernel, sizeof(*check));
    struct vmk_BlockDeviceInt *device;
    vmk_StatusValue status;

    if (!check) {
        return VMK_NO_MEMORY;
    }
    status = storage_device_named(call, &device);
    if (status == VMK_OK) {
        status = check_table(call, device, check);
        storage_device_put(device);
    }
    vmk_HeapFree(heap_kernel, check);
    return status;
}

static const struct format_column check_columns[] = {{"Remark", FORMAT_STRING}, {0}};
COMMAND(storage_core_device_partition_check, .path = "storage core device partition check",
        .help = "Read a device's partition table anew and show what is wrong with it",
        .handler = partition_check, .args = storage_device_args, .columns = check_columns,
        .shape = FORMAT_LINES);
