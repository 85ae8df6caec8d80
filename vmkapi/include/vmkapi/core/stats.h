/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stats.h - counters by path: "net/vmnic0/tx_packets", read by `system stats get PATH`, HTTP and tests.
 *
 * Counters stay plain 64-bit fields of their owner's struct, one struct or one per CPU; a const table
 * names the fields, and a group ties table and struct to a path. Reading sums over the CPUs, so an owner
 * counts without atomics and without knowing that anybody reads.
 *
 *     static const vmk_StatField fields[] = {VMK_STAT_FIELD(struct nic_stats, tx_packets), ...};
 *     vmk_StatGroupInit(&nic->stat_group, module, fields, VMK_ARRAY_SIZE(fields), "net/%s", nic->name);
 *     nic->stat_group.base = nic->stats;
 *     nic->stat_group.stride = sizeof(nic->stats[0]), nic->stat_group.count = ncpus;
 *     status = vmk_StatGroupRegister(&nic->stat_group);
 */
#ifndef VMKAPI_CORE_STATS_H
#define VMKAPI_CORE_STATS_H

#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>

#define VMK_STAT_PATH_MAX 160 /**< A group's path, NUL included. */

/** Compute a value that isn't stored. @p cookie is the group's. Must not block. */
typedef vmk_uint64 (*vmk_StatReadFn)(vmk_AddrCookie cookie);

typedef struct vmk_StatField {
    const char *name;    /**< Last part of the path: lower case, digits, '_'. */
    vmk_uint32 offset;   /**< Of a vmk_uint64 in each of the group's structs. */
    vmk_StatReadFn read; /**< When set, instead of offset. */
} vmk_StatField;

#define VMK_STAT_FIELD(type, member)                                                                         \
    {                                                                                                        \
        .name = #member, .offset = __builtin_offsetof(type, member)                                          \
    }
#define VMK_STAT_READ(field_name, function)                                                                  \
    {                                                                                                        \
        .name = field_name, .read = function                                                                 \
    }

/** Caller's memory; stays put and filled between register and unregister. */
typedef struct vmk_StatGroup {
    struct vmk_StatGroup *next; /**< The tree's. */
    char path[VMK_STAT_PATH_MAX];
    vmk_ModuleID module;
    const vmk_StatField *fields;
    vmk_uint32 numFields;
    vmk_uint32 count;     /**< Structs to sum over; 1 unless counted per CPU. */
    vmk_ByteCount stride; /**< From one struct to the next. */
    const void *base;     /**< The first struct; unused when every field has a read function. */
    vmk_AddrCookie cookie;
} vmk_StatGroup;

/**
 * Fill @p group for one struct: path from @p fmt, count 1, no base, no cookie.
 *
 * A path that is too long is cut off. Context: any.
 */
void vmk_StatGroupInit(vmk_StatGroup *group, vmk_ModuleID module, const vmk_StatField *fields,
                       vmk_uint32 numFields, const char *fmt, ...) VMK_ATTRIBUTE_PRINTF(5, 6);

/**
 * Make the group readable. Context: world; may block (early boot allowed).
 *
 * @return VMK_OK; VMK_EXISTS when the path is taken; VMK_BAD_PARAM for an empty path or no fields.
 */
VMK_ReturnStatus vmk_StatGroupRegister(vmk_StatGroup *group);

/** Withdraw a registered group; nobody reads it after the return. Context: world; may block. */
void vmk_StatGroupUnregister(vmk_StatGroup *group);

#endif
