/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stats.c - what was counted, merged from CPUs and paths, and its places in the statistics tree:
 * storage/adapter/vmhba0, storage/path/vmhba0:C0:T0:L0, storage/device/<identity>.
 */
#include "internal.h"

#include <vmkapi/base/assert.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/lib/name.h>

/* Names. */

const char *storage_op_name(vmk_BlockOp op)
{
    static const char *const names[] = {"read", "write", "flush", "discard", "write_zeroes"};

    return op < VMK_ARRAY_SIZE(names) ? names[op] : "unknown";
}

const char *storage_event_name(vmk_StorageEvent event)
{
    static const char *const names[] = {"timeouts",   "aborts",      "device_resets", "target_resets",
                                        "bus_resets", "host_resets", "requeues",      "bad_completions"};

    VMK_STATIC_ASSERT(VMK_ARRAY_SIZE(names) == VMK_STORAGE_EVENT_COUNT, "each has a name");
    return event < VMK_ARRAY_SIZE(names) ? names[event] : "unknown";
}

/* Merging. */

static vmk_uint64 look(const vmk_uint64 *counter)
{
    return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

void path_stats_add(const struct vmk_BlockPathInt *path, struct storage_stats *stats)
{
    for (vmk_uint32 cpu = 0; cpu < vmk_NumPCPUs(); cpu++) {
        const struct path_cpu *here = &path->cpus[cpu];

        for (vmk_uint32 op = 0; op < VMK_BLOCK_OP_COUNT; op++) {
            stats->commands[op] += look(&here->ended[op]);
            stats->blocks[op] += look(&here->blocks[op]);
        }
        for (vmk_uint32 i = 0; i < STORAGE_LATENCIES; i++) {
            stats->latency[i] += look(&here->latency[i]);
        }
    }
    for (vmk_uint32 i = 0; i < STORAGE_ERRORS_MAX; i++) {
        stats->errors[i] += look(&path->errors[i]);
    }
    for (vmk_uint32 i = 0; i < VMK_STORAGE_EVENT_COUNT; i++) {
        stats->events[i] += look(&path->events[i]);
    }
    stats->in_flight += path_in_flight(path);
}

void storage_path_stats(struct vmk_BlockPathInt *path, struct storage_stats *stats)
{
    *stats = (struct storage_stats){0};
    path_stats_add(path, stats);
}

void storage_device_stats(struct vmk_BlockDeviceInt *device, struct storage_stats *stats,
                          struct device_counters *counters)
{
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&device->lock, &flags);
    *stats = device->departed;
    for (vmk_uint32 i = 0; i < device->num_paths; i++) {
        path_stats_add(device->paths[i], stats);
    }
    *counters = device->counters;
    vmk_SpinlockUnlockIRQ(&device->lock, flags);
}

/* The tree. */

/** The fields of an array of counters; a row of each table is filled when the layer comes up. */
static vmk_StatField adapter_fields[VMK_STORAGE_EVENT_COUNT], event_fields[VMK_STORAGE_EVENT_COUNT],
    error_fields[STORAGE_ERRORS_MAX], latency_fields[STORAGE_LATENCIES];
static vmk_Name latency_names[STORAGE_LATENCIES];
static vmk_uint32 error_rows;

void stats_init(void)
{
    for (vmk_uint32 i = 0; i < VMK_STORAGE_EVENT_COUNT; i++) {
        adapter_fields[i].name = event_fields[i].name = storage_event_name(i);
        adapter_fields[i].offset = __builtin_offsetof(struct vmk_StorageAdapterInt, events[i]);
        event_fields[i].offset = __builtin_offsetof(struct vmk_BlockPathInt, events[i]);
    }
    for (; storage_error_name(error_rows); error_rows++) {
        error_fields[error_rows].name = storage_error_name(error_rows);
        error_fields[error_rows].offset = __builtin_offsetof(struct vmk_BlockPathInt, errors[error_rows]);
    }
    for (vmk_uint32 i = 0; i < STORAGE_LATENCIES; i++) {
        VMK_VERIFY(vmk_NameFormat(&latency_names[i], "below_%luus", 1ul << i) == VMK_OK);
        latency_fields[i].name = latency_names[i].string;
        latency_fields[i].offset = __builtin_offsetof(struct path_cpu, latency[i]);
    }
}

VMK_ReturnStatus adapter_stats_register(struct vmk_StorageAdapterInt *adapter)
{
    vmk_StatGroupInit(&adapter->stat_group, VMK_VMKERNEL_MODULE_ID, adapter_fields,
                      VMK_ARRAY_SIZE(adapter_fields), "storage/adapter/%s", adapter->name.string);
    adapter->stat_group.base = adapter;
    return vmk_StatGroupRegister(&adapter->stat_group);
}

#define OP_FIELDS(op_name, op)                                                                               \
    {.name = op_name, .offset = __builtin_offsetof(struct path_cpu, ended[op])},                             \
    {                                                                                                        \
        .name = op_name "_blocks", .offset = __builtin_offsetof(struct path_cpu, blocks[op])                 \
    }

static vmk_uint64 read_in_flight(vmk_AddrCookie path)
{
    return path_in_flight(path.ptr);
}

static const vmk_StatField path_fields[] = {
    OP_FIELDS("read", VMK_BLOCK_READ),
    OP_FIELDS("write", VMK_BLOCK_WRITE),
    OP_FIELDS("flush", VMK_BLOCK_FLUSH),
    OP_FIELDS("discard", VMK_BLOCK_DISCARD),
    OP_FIELDS("write_zeroes", VMK_BLOCK_WRITE_ZEROES),
    VMK_STAT_READ("in_flight", read_in_flight),
};

/** Prepare the groups of a path, those its CPUs count first. */
static void init_path_groups(struct vmk_BlockPathInt *path)
{
    const struct {
        const vmk_StatField *fields;
        vmk_uint32 count;
        const char *below;
        bool by_cpu;
    } kinds[PATH_STAT_GROUPS] = {
        {path_fields, VMK_ARRAY_SIZE(path_fields), "", true},
        {latency_fields, STORAGE_LATENCIES, "/latency", true},
        {error_fields, error_rows, "/errors", false},
        {event_fields, VMK_STORAGE_EVENT_COUNT, "/events", false},
    };

    for (vmk_uint32 i = 0; i < PATH_STAT_GROUPS; i++) {
        vmk_StatGroup *group = &path->stat_groups[i];

        vmk_StatGroupInit(group, VMK_VMKERNEL_MODULE_ID, kinds[i].fields, kinds[i].count, "storage/path/%s%s",
                          path->name.string, kinds[i].below);
        group->cookie.ptr = path;
        group->base = path;
        if (kinds[i].by_cpu) {
            group->base = path->cpus;
            group->stride = sizeof(path->cpus[0]);
            group->count = vmk_NumPCPUs();
        }
    }
}

VMK_ReturnStatus path_stats_register(struct vmk_BlockPathInt *path)
{
    vmk_StatusValue status = VMK_OK;

    init_path_groups(path);
    for (vmk_uint32 i = 0; i < PATH_STAT_GROUPS && status == VMK_OK; i++) {
        status = vmk_StatGroupRegister(&path->stat_groups[i]);
    }
    if (status != VMK_OK) {
        path_stats_unregister(path);
    }
    return status;
}

void path_stats_unregister(struct vmk_BlockPathInt *path)
{
    for (vmk_uint32 i = 0; i < PATH_STAT_GROUPS; i++) {
        vmk_StatGroupUnregister(&path->stat_groups[i]);
    }
}

static const vmk_StatField device_fields[] = {
    VMK_STAT_FIELD(struct device_counters, cut),
    VMK_STAT_FIELD(struct device_counters, pieces),
    VMK_STAT_FIELD(struct device_counters, bounced),
    VMK_STAT_FIELD(struct device_counters, copied_bytes),
    VMK_STAT_FIELD(struct device_counters, flushes_added),
    VMK_STAT_FIELD(struct device_counters, zeroes_written),
    VMK_STAT_FIELD(struct device_counters, cut_waits),
    VMK_STAT_FIELD(struct device_counters, retries),
    VMK_STAT_FIELD(struct device_counters, failovers),
    VMK_STAT_FIELD(struct device_counters, path_waits),
    VMK_STAT_FIELD(struct device_counters, failed),
};

VMK_ReturnStatus device_stats_register(struct vmk_BlockDeviceInt *device) VMK_UNSHARED
{
    vmk_StatGroupInit(&device->stat_group, VMK_VMKERNEL_MODULE_ID, device_fields,
                      VMK_ARRAY_SIZE(device_fields), "storage/device/%s", device->name);
    device->stat_group.base = &device->counters;
    return vmk_StatGroupRegister(&device->stat_group);
}
