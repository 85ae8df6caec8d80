/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * device_commands.c - storage core device list, get, stats.
 */
#include "storage_commands.h"

/* storage core device list, get */

static vmk_uint64 size_mib(const vmk_BlockProps *props)
{
    return (props->numBlocks * (props->blockSize / 512)) >> 11;
}

static vmk_uint32 count_paths(struct vmk_BlockDeviceInt *device)
{
    struct vmk_BlockPathInt *path;
    vmk_uint32 count = 0;

    for (path = storage_path_next(NULL); path; path = storage_path_next(path)) {
        count += path->device == device;
    }
    return count;
}

static VMK_ReturnStatus list_device(struct command_call *call, struct vmk_BlockDeviceInt *device)
{
    struct format *f = &call->format;
    struct vmk_BlockPathInt *path = storage_device_path(device);
    struct storage_shape shape;

    storage_device_shape(device, &shape);
    format_row(f);
    format_string(f, device->name);
    format_string(f, storage_type_text(device->identity.type));
    format_string(f, device->identity.model);
    format_string(f, device->identity.serial);
    format_uint(f, size_mib(&shape.props));
    format_uint(f, shape.props.blockSize);
    format_string(f, storage_device_state_text(device));
    format_string(f, path ? path->name.string : NULL);
    if (path) {
        storage_path_put(path);
    }
    return VMK_OK;
}

static VMK_ReturnStatus device_list(struct command_call *call)
{
    return storage_each_device(call, list_device);
}

static const struct format_column list_columns[] = {
    {"Device", FORMAT_STRING},        {"Device Type", FORMAT_STRING}, {"Model", FORMAT_STRING},
    {"Serial Number", FORMAT_STRING}, {"Size", FORMAT_UINT, "MiB"},   {"Block Size", FORMAT_UINT, "bytes"},
    {"Status", FORMAT_STRING},        {"Path", FORMAT_STRING},        {0}};
COMMAND(storage_core_device_list, .path = "storage core device list", .help = "Show the storage devices",
        .handler = device_list, .args = storage_any_device_args, .columns = list_columns);

/** A limit; one that constrains nothing has no value. */
static void format_limit(struct format *f, vmk_uint64 limit)
{
    if (limit != 0) {
        format_uint(f, limit);
    } else {
        format_none(f);
    }
}

static void format_shape(struct format *f, const vmk_BlockProps *props)
{
    const vmk_BlockLimits *limits = &props->limits;

    format_uint(f, size_mib(props));
    format_uint(f, props->numBlocks);
    format_uint(f, props->blockSize);
    format_uint(f, props->physicalBlockSize);
    format_bool(f, (props->flags & VMK_BLOCK_PROP_READ_ONLY) != 0);
    format_bool(f, (props->flags & VMK_BLOCK_PROP_REMOVABLE) != 0);
    format_bool(f, (props->flags & VMK_BLOCK_PROP_ROTATIONAL) == 0);
    format_bool(f, (props->flags & VMK_BLOCK_PROP_WRITE_CACHE) != 0);
    format_bool(f, (props->flags & VMK_BLOCK_PROP_FUA) != 0);
    format_bool(f, limits->maxDiscardBlocks != 0);
    format_bool(f, limits->maxZeroesBlocks != 0);
    format_limit(f, limits->maxBytes);
    format_limit(f, limits->maxSegments);
    format_limit(f, limits->maxSegmentBytes);
    format_uint(f, limits->dmaAlignment + 1ul);
}

static void format_partitions(struct format *f, struct vmk_BlockDeviceInt *device)
{
    struct device_partitions *partitions;

    mutex_lock(&storage_table);
    partitions = device->partitions;
    if (partitions) {
        format_string(f, partition_scheme_name(partitions->table.scheme));
        format_uint(f, partitions->table.count);
    } else {
        format_none(f);
        format_none(f);
    }
    mutex_unlock(&storage_table);
}

static VMK_ReturnStatus device_get(struct command_call *call)
{
    struct format *f = &call->format;
    struct vmk_BlockDeviceInt *device;
    struct vmk_BlockPathInt *path;
    struct storage_shape shape;
    vmk_StatusValue status = storage_device_named(call, &device);

    if (status != VMK_OK) {
        return status;
    }
    storage_device_shape(device, &shape);
    path = storage_device_path(device);
    format_row(f);
    format_string(f, device->name);
    format_string(f, storage_type_text(device->identity.type));
    format_string(f, device->identity.vendor);
    format_string(f, device->identity.model);
    format_string(f, device->identity.revision);
    format_string(f, device->identity.serial);
    format_string(f, storage_device_state_text(device));
    format_uint(f, count_paths(device));
    format_string(f, path ? path->name.string : NULL);
    format_uint(f, path ? path->reg.queueDepth : 0);
    format_shape(f, &shape.props);
    format_partitions(f, device);
    format_uint(f, storage_device_users(device, false));
    format_uint(f, storage_device_users(device, true));
    if (path) {
        storage_path_put(path);
    }
    storage_device_put(device);
    return VMK_OK;
}

static const struct format_column get_columns[] = {{"Device", FORMAT_STRING},
                                                   {"Device Type", FORMAT_STRING},
                                                   {"Vendor", FORMAT_STRING},
                                                   {"Model", FORMAT_STRING},
                                                   {"Revision", FORMAT_STRING},
                                                   {"Serial Number", FORMAT_STRING},
                                                   {"Status", FORMAT_STRING},
                                                   {"Paths", FORMAT_UINT},
                                                   {"Working Path", FORMAT_STRING},
                                                   {"Device Max Queue Depth", FORMAT_UINT},
                                                   {"Size", FORMAT_UINT, "MiB"},
                                                   {"Blocks", FORMAT_UINT},
                                                   {"Block Size", FORMAT_UINT, "bytes"},
                                                   {"Physical Block Size", FORMAT_UINT, "bytes"},
                                                   {"Is Read Only", FORMAT_BOOL},
                                                   {"Is Removable", FORMAT_BOOL},
                                                   {"Is SSD", FORMAT_BOOL},
                                                   {"Write Cache", FORMAT_BOOL},
                                                   {"FUA", FORMAT_BOOL},
                                                   {"Discard", FORMAT_BOOL},
                                                   {"Write Zeroes", FORMAT_BOOL},
                                                   {"Max Command Size", FORMAT_UINT, "bytes"},
                                                   {"Max Segments", FORMAT_UINT},
                                                   {"Max Segment Size", FORMAT_UINT, "bytes"},
                                                   {"DMA Alignment", FORMAT_UINT, "bytes"},
                                                   {"Partition Layout", FORMAT_STRING},
                                                   {"Partitions", FORMAT_UINT},
                                                   {"Users", FORMAT_UINT},
                                                   {"Writers", FORMAT_UINT},
                                                   {0}};
COMMAND(storage_core_device_get, .path = "storage core device get", .help = "Show one storage device",
        .handler = device_get, .args = storage_device_args, .columns = get_columns, .shape = FORMAT_RECORD);

/* storage core device stats get */

static vmk_uint64 failures(const struct storage_stats *stats)
{
    vmk_uint64 sum = 0;

    for (unsigned row = 0; storage_error_name(row); row++) {
        sum += stats->errors[row];
    }
    return sum;
}

static VMK_ReturnStatus show_stats(struct command_call *call, struct vmk_BlockDeviceInt *device)
{
    struct format *f = &call->format;
    struct device_counters c;
    struct storage_stats s;

    storage_device_stats(device, &s, &c);
    const vmk_uint64 cells[] = {s.commands[VMK_BLOCK_READ],
                                s.commands[VMK_BLOCK_WRITE],
                                s.commands[VMK_BLOCK_FLUSH],
                                s.commands[VMK_BLOCK_DISCARD],
                                s.commands[VMK_BLOCK_WRITE_ZEROES],
                                s.blocks[VMK_BLOCK_READ],
                                s.blocks[VMK_BLOCK_WRITE],
                                s.in_flight,
                                failures(&s),
                                c.failed,
                                c.retries,
                                c.failovers,
                                c.path_waits,
                                c.cut,
                                c.pieces,
                                c.bounced,
                                c.copied_bytes,
                                c.flushes_added,
                                c.zeroes_written,
                                s.events[VMK_STORAGE_EVENT_TIMEOUT],
                                s.events[VMK_STORAGE_EVENT_ABORT],
                                s.events[VMK_STORAGE_EVENT_DEVICE_RESET],
                                s.events[VMK_STORAGE_EVENT_TARGET_RESET],
                                s.events[VMK_STORAGE_EVENT_BUS_RESET],
                                s.events[VMK_STORAGE_EVENT_HOST_RESET],
                                s.events[VMK_STORAGE_EVENT_REQUEUE],
                                s.events[VMK_STORAGE_EVENT_BAD_COMPLETION]};

    format_row(f);
    format_string(f, device->name);
    for (vmk_uint32 i = 0; i < VMK_ARRAY_SIZE(cells); i++) {
        format_uint(f, cells[i]);
    }
    return VMK_OK;
}

static VMK_ReturnStatus stats_get(struct command_call *call)
{
    return storage_each_device(call, show_stats);
}

static const struct format_column stats_columns[] = {{"Device", FORMAT_STRING},
                                                     {"Read Operations", FORMAT_UINT},
                                                     {"Write Operations", FORMAT_UINT},
                                                     {"Flush Operations", FORMAT_UINT},
                                                     {"Discard Operations", FORMAT_UINT},
                                                     {"Write Zeroes Operations", FORMAT_UINT},
                                                     {"Blocks Read", FORMAT_UINT},
                                                     {"Blocks Written", FORMAT_UINT},
                                                     {"Commands In Flight", FORMAT_UINT},
                                                     {"Failed Commands", FORMAT_UINT},
                                                     {"Failed Requests", FORMAT_UINT},
                                                     {"Retries", FORMAT_UINT},
                                                     {"Failovers", FORMAT_UINT},
                                                     {"Path Waits", FORMAT_UINT},
                                                     {"Requests Cut", FORMAT_UINT},
                                                     {"Pieces", FORMAT_UINT},
                                                     {"Pieces Bounced", FORMAT_UINT},
                                                     {"Copied", FORMAT_UINT, "bytes"},
                                                     {"Flushes Added", FORMAT_UINT},
                                                     {"Zeroes Written", FORMAT_UINT, "bytes"},
                                                     {"Timeouts", FORMAT_UINT},
                                                     {"Aborts", FORMAT_UINT},
                                                     {"Device Resets", FORMAT_UINT},
                                                     {"Target Resets", FORMAT_UINT},
                                                     {"Bus Resets", FORMAT_UINT},
                                                     {"Host Resets", FORMAT_UINT},
                                                     {"Requeues", FORMAT_UINT},
                                                     {"Bad Completions", FORMAT_UINT},
                                                     {0}};
COMMAND(storage_core_device_stats_get, .path = "storage core device stats get",
        .help = "Show what devices did, and what was done for them", .handler = stats_get,
        .args = storage_device_args, .columns = stats_columns, .shape = FORMAT_RECORD);
COMMAND(storage_core_device_stats_list, .path = "storage core device stats list",
        .help = "Show the counters of all devices", .handler = stats_get, .args = storage_any_device_args,
        .columns = stats_columns);

/* storage core device stats error, latency */

static VMK_ReturnStatus show_errors(struct command_call *call, struct vmk_BlockDeviceInt *device)
{
    struct format *f = &call->format;
    struct device_counters counters;
    struct storage_stats stats;

    storage_device_stats(device, &stats, &counters);
    for (unsigned row = 0; storage_error_name(row); row++) {
        format_row(f);
        format_string(f, device->name);
        format_string(f, storage_error_name(row));
        format_uint(f, stats.errors[row]);
    }
    return VMK_OK;
}

static VMK_ReturnStatus stats_errors(struct command_call *call)
{
    return storage_each_device(call, show_errors);
}

static const struct format_column error_columns[] = {
    {"Device", FORMAT_STRING}, {"Error", FORMAT_STRING}, {"Commands", FORMAT_UINT}, {0}};
COMMAND(storage_core_device_stats_error_list, .path = "storage core device stats error list",
        .help = "Show with which errors commands ended", .handler = stats_errors,
        .args = storage_any_device_args, .columns = error_columns);

/** Empty steps before the first and behind the last that has any are left out. */
static VMK_ReturnStatus show_latency(struct command_call *call, struct vmk_BlockDeviceInt *device)
{
    struct format *f = &call->format;
    vmk_uint32 first = 0, end = STORAGE_LATENCIES;
    struct device_counters counters;
    struct storage_stats stats;

    storage_device_stats(device, &stats, &counters);
    while (first < end && stats.latency[first] == 0) {
        first++;
    }
    while (end > first && stats.latency[end - 1] == 0) {
        end--;
    }
    for (; first < end; first++) {
        format_row(f);
        format_string(f, device->name);
        if (first < STORAGE_LATENCIES - 1) {
            format_uint(f, 1ul << first);
        } else {
            format_none(f);
        }
        format_uint(f, stats.latency[first]);
    }
    return VMK_OK;
}

static VMK_ReturnStatus stats_latency(struct command_call *call)
{
    return storage_each_device(call, show_latency);
}

static const struct format_column latency_columns[] = {
    {"Device", FORMAT_STRING}, {"Below", FORMAT_UINT, "microseconds"}, {"Commands", FORMAT_UINT}, {0}};
COMMAND(storage_core_device_stats_latency_list, .path = "storage core device stats latency list",
        .help = "Show how long commands took", .handler = stats_latency, .args = storage_any_device_args,
        .columns = latency_columns);
