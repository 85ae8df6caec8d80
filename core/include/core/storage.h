/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * storage.h - adapters, paths and devices from inside: what there is, who holds it, what it has done.
 *
 * Adapters, paths and devices are found by name or walked with a reference, which keeps the object, not the
 * hardware: it may be unregistered meanwhile, and then does nothing any more. A walk takes the reference of
 * where it was and gives one to where it is, so that whoever leaves it early puts that back:
 *
 *     for (adapter = storage_adapter_next(NULL); adapter; adapter = storage_adapter_next(adapter)) { ... }
 *
 * Context: may block, unless said otherwise.
 * Locks:   storage_table (a mutex): names, lists, references, partitions. Then device->lock (rank BLOCK,
 *          interrupts off): which path is used, who waits. Submitting takes neither (request.c).
 */
#ifndef CORE_STORAGE_H
#define CORE_STORAGE_H

#include <stdbool.h>

#include <core/mutex.h>
#include <core/partition.h>
#include <core/storage_limits.h>
#include <vmkapi/base/pcpu_storage.h>
#include <vmkapi/base/rcu.h>
#include <vmkapi/base/time.h>
#include <vmkapi/core/stats.h>
#include <vmkapi/lib/list.h>
#include <vmkapi/storage/block_device.h>

#define STORAGE_ADAPTERS_MAX 64
#define STORAGE_PATHS_MAX    8  /**< To one device. */
#define STORAGE_LATENCIES    32 /**< Up to 18 minutes. */
#define PATH_STAT_GROUPS     4  /**< Commands, errors, events, latencies. */
#define STORAGE_ERRORS_MAX   16 /**< Rows of the retry policy at most. */

extern struct mutex storage_table;

/* Statistics. */

/** What one CPU counted of one path. Touched by that CPU with bottom halves off; read by anybody. */
struct path_cpu {
    vmk_uint64 ended[VMK_BLOCK_OP_COUNT];  /**< Commands it is done with, failed ones too. */
    vmk_uint64 blocks[VMK_BLOCK_OP_COUNT]; /**< Of these commands. */
    /** [n]: took less than 2^n microseconds (of 1,024 ns), and not less than half. */
    vmk_uint64 latency[STORAGE_LATENCIES];
} VMK_ATTRIBUTE_ALIGN(512);

VMK_STATIC_ASSERT(sizeof(struct path_cpu) == 512, "a CPU's is found by a shift");

/** What a path, or all paths a device has and had, did. */
struct storage_stats {
    vmk_uint64 in_flight;
    vmk_uint64 commands[VMK_BLOCK_OP_COUNT];
    vmk_uint64 blocks[VMK_BLOCK_OP_COUNT];
    vmk_uint64 latency[STORAGE_LATENCIES];
    vmk_uint64 errors[STORAGE_ERRORS_MAX]; /**< By row of the retry policy: storage_error_name(). */
    vmk_uint64 events[VMK_STORAGE_EVENT_COUNT];
};

/** What the core did with a device's requests; changes under its lock. */
struct device_counters {
    vmk_uint64 cut;            /**< Requests done by several commands. */
    vmk_uint64 pieces;         /**< These commands. */
    vmk_uint64 bounced;        /**< Of these, through a buffer of the core's. */
    vmk_uint64 copied_bytes;   /**< Into and out of these buffers. */
    vmk_uint64 flushes_added;  /**< For FUA that the device doesn't do. */
    vmk_uint64 zeroes_written; /**< Bytes of zeroes written for a device that can't by itself. */
    vmk_uint64 cut_waits;      /**< Requests that waited for the means to cut them. */
    vmk_uint64 retries;
    vmk_uint64 failovers;  /**< Changes of the path in use. */
    vmk_uint64 path_waits; /**< Requests that waited for a path. */
    vmk_uint64 failed;     /**< Requests that ended with a failure of the device's or its paths'. */
};

/* What there is. */

struct vmk_StorageAdapterInt {
    vmk_Name name;
    vmk_uint32 number;
    vmk_StorageAdapterRegData reg;
    struct mutex control;                          /**< One operation of the driver's at a time. */
    vmk_uint64 events[VMK_STORAGE_EVENT_COUNT];    /**< Atomic. */
    vmk_uint32 refs VMK_GUARDED_BY(storage_table); /**< 1 of its own while it is registered. */
    vmk_uint32 num_paths VMK_GUARDED_BY(storage_table);
    bool leaving VMK_GUARDED_BY(storage_table);
    vmk_StatGroup stat_group;
};

struct vmk_BlockPathInt {
    /* What a request looks at. */
    const vmk_BlockPathOps *ops;
    vmk_AddrCookie driver_data;
    vmk_PCPUStorage started; /**< Counts commands given to the driver. */
    struct path_cpu *cpus;   /**< By CPU. */
    bool draining;           /**< Who ends a command wakes whoever waits for the last one. */

    vmk_Name name;
    struct vmk_StorageAdapterInt *adapter; /**< Referenced. */
    struct vmk_BlockDeviceInt *device;     /**< Referenced. */
    vmk_BlockPathRegData reg; /**< As registered; reg.props kept up to date under storage_table. */
    vmk_BlockPathState state; /**< Changes under device->lock. */
    struct mutex control;     /**< One operation of the driver's, but submit and poll, at a time. */
    vmk_ListLinks links VMK_GUARDED_BY(storage_table); /**< All paths, by name. */
    vmk_uint32 refs VMK_GUARDED_BY(storage_table);     /**< 1 of its own while it is registered. */
    bool leaving VMK_GUARDED_BY(storage_table);
    vmk_uint64 errors[STORAGE_ERRORS_MAX];      /**< By row of the retry policy; atomic. */
    vmk_uint64 events[VMK_STORAGE_EVENT_COUNT]; /**< Atomic. */
    vmk_StatGroup stat_groups[PATH_STAT_GROUPS];
};

/** Partitions of a device, as its table said when it was last read. */
struct device_partitions {
    vmk_StatusValue status; /**< Of partition_table_read(). */
    struct partition_table table;
};

struct vmk_BlockDeviceInt {
    /* What a request looks at; both by RCU. */
    struct vmk_BlockPathInt *active;   /**< The path in use; NULL: none can be. */
    const struct storage_shape *shape; /**< Size and limits, fit for all its paths. */

    char name[VMK_BLOCK_ID_LENGTH];
    vmk_BlockIdentity identity; /**< Of the first path; uniqueID is the name. */
    bool foreign_name;          /**< The driver told the name, so that there may be more paths to it. */

    vmk_SpinlockObject lock;                           /**< Rank BLOCK, interrupts off. */
    struct vmk_BlockPathInt *paths[STORAGE_PATHS_MAX]; /**< Changes under storage_table and the lock. */
    vmk_uint32 num_paths;                              /**< So does this. */
    bool lost VMK_GUARDED_BY(lock);                    /**< No path is left that may come back. */
    bool given_up VMK_GUARDED_BY(lock);                /**< All paths have been down for too long. */
    vmk_uint64 give_up_at VMK_GUARDED_BY(lock);        /**< While all paths are down; else 0. */
    vmk_BlockRequest *waiting VMK_GUARDED_BY(lock);    /**< For a path, or their time; in order. */
    vmk_BlockRequest **waiting_end VMK_GUARDED_BY(lock);
    bool zeroes_refused;   /**< It has refused to write zeroes by itself. Changes under the lock. */
    vmk_TimerObject timer; /**< Looks after those who wait. */
    struct device_counters counters VMK_GUARDED_BY(lock);
    struct storage_stats departed VMK_GUARDED_BY(lock); /**< Of paths that are gone. */
    struct split_pool *splits;                          /**< Means to do a request by several commands. */

    vmk_ListLinks links VMK_GUARDED_BY(storage_table); /**< All devices, by name; unlinked when it is lost. */
    vmk_ListLinks handles VMK_GUARDED_BY(storage_table);                /**< struct vmk_BlockHandleInt. */
    vmk_uint32 refs VMK_GUARDED_BY(storage_table);                      /**< Paths, handles, walks. */
    struct device_partitions *partitions VMK_GUARDED_BY(storage_table); /**< NULL: not read. */
    vmk_uint32 readings; /**< Times the partitions are still to be read, by the world that does; atomic. */
    vmk_StatGroup stat_group;
};

struct vmk_BlockHandleInt {
    /* What a request looks at. */
    struct vmk_BlockDeviceInt *device;
    vmk_uint64 first_block;
    vmk_uint64 num_blocks;   /**< Within the device as it is now. */
    vmk_uint32 common_xor;   /**< A request whose first word, changed by this, */
    vmk_uint32 common_mask;  /**< has none of these bits is of the common kind (request.c). */
    vmk_uint32 allowed;      /**< Bits by vmk_BlockOp. */
    bool closing;            /**< Who ends a request wakes whoever waits for the last one. */
    vmk_PCPUStorage balance; /**< Of requests begun and ended. */

    vmk_ModuleID module;
    vmk_uint32 flags;        /**< enum vmk_BlockOpenFlags. */
    vmk_uint32 partition;    /**< Its number; 0: the whole device. */
    vmk_uint64 range_blocks; /**< As opened; ~0 for a whole device. */
    vmk_ListLinks links VMK_GUARDED_BY(storage_table);
};

/** Bring the layer up. Context: boot world, once, before the first driver. */
void storage_init(void);

/* Finding. What is returned is referenced, NULL is none. */

struct vmk_StorageAdapterInt *storage_adapter_find(const char *name);
struct vmk_StorageAdapterInt *storage_adapter_next(struct vmk_StorageAdapterInt *adapter);
void storage_adapter_put(struct vmk_StorageAdapterInt *adapter);

struct vmk_BlockPathInt *storage_path_find(const char *name);
struct vmk_BlockPathInt *storage_path_next(struct vmk_BlockPathInt *path);
void storage_path_put(struct vmk_BlockPathInt *path);

/** By identity, or by the name of one of its paths. */
struct vmk_BlockDeviceInt *storage_device_find(const char *name);
struct vmk_BlockDeviceInt *storage_device_next(struct vmk_BlockDeviceInt *device);
void storage_device_put(struct vmk_BlockDeviceInt *device);

/* Operations of adapters and paths. What a driver does not offer is VMK_NOT_SUPPORTED; one that has been
 * unregistered is VMK_NOT_FOUND; otherwise as the driver says. */

VMK_ReturnStatus storage_adapter_rescan(struct vmk_StorageAdapterInt *adapter);
VMK_ReturnStatus storage_adapter_reset(struct vmk_StorageAdapterInt *adapter);
VMK_ReturnStatus storage_path_scsi(struct vmk_BlockPathInt *path, vmk_ScsiCommand *command);
VMK_ReturnStatus storage_path_nvme(struct vmk_BlockPathInt *path, vmk_NvmeCommand *command);

/* Asking. */

/** A path the device has, referenced, for commands that are passed through: the one in use if there is one.
 */
struct vmk_BlockPathInt *storage_device_path(struct vmk_BlockDeviceInt *device);

/** Whether a device can be used: "on", "dead" (lost), "off" (all paths down). Static. */
const char *storage_device_state_text(struct vmk_BlockDeviceInt *device);
/** "active", "standby", "dead (lost)", "down". Static. */
const char *storage_path_state_text(struct vmk_BlockPathInt *path);
/** "disk", "cdrom", "other". Static. */
const char *storage_type_text(vmk_BlockType type);

/** Size, limits and flags as they are now. */
void storage_device_shape(struct vmk_BlockDeviceInt *device, struct storage_shape *shape);

/** Copy the partitions; VMK_NOT_FOUND: not read (yet). Else the status with which they were read. */
VMK_ReturnStatus storage_device_partitions(struct vmk_BlockDeviceInt *device, struct partition_table *table);

/** How many have it, or part of it, open; for writing. */
vmk_uint32 storage_device_users(struct vmk_BlockDeviceInt *device, bool writers);

/** What a path did; what all paths of a device did and what the core did for it. */
void storage_path_stats(struct vmk_BlockPathInt *path, struct storage_stats *stats);
void storage_device_stats(struct vmk_BlockDeviceInt *device, struct storage_stats *stats,
                          struct device_counters *counters);

/** Name row @p row of the retry policy ("read_errors"), by which errors are counted; NULL past the last. */
const char *storage_error_name(unsigned row);
/** "timeouts", "aborts", ...; static. */
const char *storage_event_name(vmk_StorageEvent event);
/** "read", "write", "flush", "discard", "write_zeroes"; static. */
const char *storage_op_name(vmk_BlockOp op);

#endif
