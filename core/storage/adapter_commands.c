/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * adapter_commands.c - storage core adapter list, get, stats get, rescan, reset; storage core path list.
 */
#include "storage_commands.h"

/* storage core adapter list, get, stats get */

static vmk_uint32 count_paths(const struct vmk_StorageAdapterInt *adapter)
{
    struct vmk_BlockPathInt *path;
    vmk_uint32 count = 0;

    for (path = storage_path_next(NULL); path; path = storage_path_next(path)) {
        count += path->adapter == adapter;
    }
    return count;
}

static void format_adapter(struct format *f, const struct vmk_StorageAdapterInt *adapter)
{
    format_row(f);
    format_string(f, adapter->name.string);
    format_string(f, adapter->reg.driver.string);
    format_string(f, adapter->reg.transport.string);
    format_string(f, adapter->reg.busAddress.string);
    format_uint(f, count_paths(adapter));
    format_string(f, adapter->reg.description.string);
}

static VMK_ReturnStatus adapter_list(struct command_call *call)
{
    struct vmk_StorageAdapterInt *adapter;

    for (adapter = storage_adapter_next(NULL); adapter; adapter = storage_adapter_next(adapter)) {
        format_adapter(&call->format, adapter);
    }
    return VMK_OK;
}

static VMK_ReturnStatus adapter_get(struct command_call *call)
{
    struct vmk_StorageAdapterInt *adapter;
    vmk_StatusValue status = storage_adapter_named(call, &adapter);

    if (status == VMK_OK) {
        format_adapter(&call->format, adapter);
        storage_adapter_put(adapter);
    }
    return status;
}

static const struct format_column adapter_columns[] = {{"HBA Name", FORMAT_STRING},
                                                       {"Driver", FORMAT_STRING},
                                                       {"Transport", FORMAT_STRING},
                                                       {"Bus Address", FORMAT_STRING},
                                                       {"Paths", FORMAT_UINT},
                                                       {"Description", FORMAT_STRING},
                                                       {0}};
COMMAND(storage_core_adapter_list, .path = "storage core adapter list", .help = "Show the storage adapters",
        .handler = adapter_list, .columns = adapter_columns);
COMMAND(storage_core_adapter_get, .path = "storage core adapter get", .help = "Show one storage adapter",
        .handler = adapter_get, .args = storage_adapter_args, .columns = adapter_columns,
        .shape = FORMAT_RECORD);

static VMK_ReturnStatus adapter_stats(struct command_call *call)
{
    struct vmk_StorageAdapterInt *adapter;
    vmk_StatusValue status = storage_adapter_named(call, &adapter);

    for (int event = 0; status == VMK_OK && event < VMK_STORAGE_EVENT_COUNT; event++) {
        format_row(&call->format);
        format_string(&call->format, storage_event_name((vmk_StorageEvent)event));
        format_uint(&call->format, __atomic_load_n(&adapter->events[event], __ATOMIC_RELAXED));
    }
    if (status == VMK_OK) {
        storage_adapter_put(adapter);
    }
    return status;
}

static const struct format_column event_columns[] = {{"Event", FORMAT_STRING}, {"Count", FORMAT_UINT}, {0}};
COMMAND(storage_core_adapter_stats_get, .path = "storage core adapter stats get",
        .help = "Show what an adapter's driver did against commands that do not complete",
        .handler = adapter_stats, .args = storage_adapter_args, .columns = event_columns);

/* storage core adapter rescan, reset */

/** Do an operation on the adapter named; the driver's refusal is told. */
static VMK_ReturnStatus operate(struct command_call *call, const char *what,
                                VMK_ReturnStatus (*operation)(struct vmk_StorageAdapterInt *adapter))
{
    struct vmk_StorageAdapterInt *adapter;
    vmk_StatusValue status = storage_adapter_named(call, &adapter);

    if (status != VMK_OK) {
        return status;
    }
    status = operation(adapter);
    if (status != VMK_OK) {
        status = command_fail(call, status, "the driver of %s (%s) could not %s it: %s", adapter->name.string,
                              adapter->reg.driver.string, what, vmk_StatusToString(status));
    }
    storage_adapter_put(adapter);
    return status;
}

/** Go on after a failure: one adapter that cannot rescan keeps no other from it. */
static VMK_ReturnStatus rescan_all(struct command_call *call)
{
    struct vmk_StorageAdapterInt *adapter;
    vmk_StatusValue status, result = VMK_OK;

    for (adapter = storage_adapter_next(NULL); adapter; adapter = storage_adapter_next(adapter)) {
        status = storage_adapter_rescan(adapter);
        if (status != VMK_OK && status != VMK_NOT_SUPPORTED) {
            result =
                command_fail(call, status, "the driver of %s (%s) could not rescan it: %s",
                             adapter->name.string, adapter->reg.driver.string, vmk_StatusToString(status));
        }
    }
    return result;
}

static VMK_ReturnStatus adapter_rescan(struct command_call *call)
{
    bool all = command_bool(call, "all", false);

    if (all == (command_string(call, "adapter") != NULL)) {
        return command_fail(call, VMK_BAD_PARAM, "say which adapter to rescan: --adapter vmhba0, or --all");
    }
    return all ? rescan_all(call) : operate(call, "rescan", storage_adapter_rescan);
}

static const struct command_arg rescan_args[] = {
    {.name = "adapter",
     .letter = 'A',
     .type = COMMAND_STRING,
     .flags = COMMAND_BARE,
     .help = "The adapter, as in vmhba0",
     .candidate = storage_adapter_candidate},
    {.name = "all", .letter = 'a', .type = COMMAND_FLAG, .help = "All adapters"},
    {0}};
COMMAND(storage_core_adapter_rescan, .path = "storage core adapter rescan",
        .help = "Look for devices that came, went or changed size", .handler = adapter_rescan,
        .args = rescan_args);

static VMK_ReturnStatus adapter_reset(struct command_call *call)
{
    return operate(call, "reset", storage_adapter_reset);
}

COMMAND(storage_core_adapter_reset, .path = "storage core adapter reset",
        .help = "Reset an adapter's controller; what is under way is done again", .handler = adapter_reset,
        .args = storage_adapter_args);

/* storage core path list */

static VMK_ReturnStatus path_list(struct command_call *call)
{
    struct format *f = &call->format;
    struct vmk_BlockPathInt *path;

    for (path = storage_path_next(NULL); path; path = storage_path_next(path)) {
        format_row(f);
        format_string(f, path->name.string);
        format_string(f, path->device->name);
        format_string(f, path->adapter->name.string);
        format_uint(f, path->reg.channel);
        format_uint(f, path->reg.target);
        format_uint(f, path->reg.lun);
        format_string(f, storage_path_state_text(path));
        format_string(f, path->adapter->reg.transport.string);
        format_uint(f, path->reg.numQueues);
        format_uint(f, path->reg.queueDepth);
    }
    return VMK_OK;
}

static const struct format_column path_columns[] = {{"Runtime Name", FORMAT_STRING},
                                                    {"Device", FORMAT_STRING},
                                                    {"Adapter", FORMAT_STRING},
                                                    {"Channel", FORMAT_UINT},
                                                    {"Target", FORMAT_UINT},
                                                    {"LUN", FORMAT_UINT},
                                                    {"State", FORMAT_STRING},
                                                    {"Transport", FORMAT_STRING},
                                                    {"Queues", FORMAT_UINT},
                                                    {"Queue Depth", FORMAT_UINT},
                                                    {0}};
COMMAND(storage_core_path_list, .path = "storage core path list", .help = "Show the paths to devices",
        .handler = path_list, .columns = path_columns);
