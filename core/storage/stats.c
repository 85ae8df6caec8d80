/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stats.c - what was counted, merged from CPUs and paths, and its places in the statistics tree:
 * storage/adapter/vmhba0, storage/path/vmhba0:C0:T0:L0, storage/device/<identity>.
 */
#include "internal.h"

#include <vmkapi/lib/libc.h>

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

#define EVENT_FIELD(type, counter_name, event)                                                               \
    {                                                                                                        \
        .name = counter_name, .offset = __builtin_offsetof(type, events[event])                              \
    }
#define EVENT_FIELDS(type)                                                                                   \
    EVENT_FIELD(type, "timeouts", VMK_STORAGE_EVENT_TIMEOUT),                                                \
        EVENT_FIELD(type, "aborts", VMK_STORAGE_EVENT_ABORT),                                                \
        EVENT_FIELD(type, "device_resets", VMK_STORAGE_EVENT_DEVICE_RESET),                                  \
        EVENT_FIELD(type, "target_resets", VMK_STORAGE_EVENT_TARGET_RESET),                                  \
        EVENT_FIELD(type, "bus_resets", VMK_STORAGE_EVENT_BUS_RESET),                                        \
        EVENT_FIELD(type, "host_resets", VMK_STORAGE_EVENT_HOST_RESET),                                      \
        EVENT_FIELD(type, "requeues", VMK_STORAGE_EVENT_REQUEUE),                                            \
        EVENT_FIELD(type, "bad_completions", VMK_STORAGE_EVENT_BAD_COMPLETION)

static const vmk_StatField adapter_fields[] = {EVENT_FIELDS(struct vmk_StorageAdapterInt)};

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

VMK_ReturnStatus path_stats_register(struct vmk_BlockPathInt *path)
{
    vmk_StatGroupInit(&path->stat_group, VMK_VMKERNEL_MODULE_ID, path_fields, VMK_ARRAY_SIZE(path_fields),
                      "storage/path/%s", path->name.string);
    path->stat_group.cookie.ptr = path;
    path->stat_group.base = path->cpus;
    path->stat_group.stride = sizeof(path->cpus[0]);
    path->stat_group.count = vmk_NumPCPUs();
    return vmk_StatGroupRegister(&path->stat_group);
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
