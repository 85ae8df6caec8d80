/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stats.c - the statistics tree: groups in order of path.
 */
#include <core/stats.h>

#include <core/account.h>
#include <vmkapi/base/export.h>
#include <vmkapi/core/spinlock.h>
#include <vmkapi/lib/libc.h>

static vmk_SpinlockObject lock = VMK_SPINLOCK_INITIALIZER("statistics", VMK_RANK_COMMAND);
static vmk_StatGroup *first VMK_GUARDED_BY(lock);

void vmk_StatGroupInit(vmk_StatGroup *group, vmk_ModuleID module, const vmk_StatField *fields,
                       vmk_uint32 numFields, const char *fmt, ...)
{
    va_list args;

    *group = (vmk_StatGroup){.module = module, .fields = fields, .numFields = numFields, .count = 1};
    va_start(args, fmt);
    vmk_Vsnprintf(group->path, sizeof(group->path), fmt, args);
    va_end(args);
}
VMK_EXPORT_SYMBOL(vmk_StatGroupInit);

/** Where a group of this path is linked, or would be. */
static vmk_StatGroup **find_link(const char *path) VMK_REQUIRES(&lock)
{
    vmk_StatGroup **link = &first;

    while (*link != NULL && vmk_Strcmp((*link)->path, path) < 0) {
        link = &(*link)->next;
    }
    return link;
}

VMK_ReturnStatus vmk_StatGroupRegister(vmk_StatGroup *group)
{
    vmk_StatusValue status = VMK_OK;
    vmk_StatGroup **link;

    if (group->path[0] == '\0' || group->numFields == 0) {
        return VMK_BAD_PARAM;
    }
    vmk_SpinlockLock(&lock);
    link = find_link(group->path);
    if (*link != NULL && vmk_Strcmp((*link)->path, group->path) == 0) {
        status = VMK_EXISTS;
    } else {
        group->next = *link;
        *link = group;
        account_add(group->module, ACCOUNT_STATS, 1);
    }
    vmk_SpinlockUnlock(&lock);
    return status;
}
VMK_EXPORT_SYMBOL(vmk_StatGroupRegister);

void vmk_StatGroupUnregister(vmk_StatGroup *group)
{
    vmk_StatGroup **link;

    vmk_SpinlockLock(&lock);
    link = find_link(group->path);
    if (*link == group) {
        *link = group->next;
        account_add(group->module, ACCOUNT_STATS, -1);
    }
    vmk_SpinlockUnlock(&lock);
}
VMK_EXPORT_SYMBOL(vmk_StatGroupUnregister);

static vmk_uint64 read_field(const vmk_StatGroup *group, const vmk_StatField *field)
{
    vmk_uint64 sum = 0;
    vmk_uint32 i;

    if (field->read != NULL) {
        return field->read(group->cookie);
    }
    for (i = 0; i < group->count; i++) {
        const char *at = (const char *)group->base + i * group->stride + field->offset;

        sum += __atomic_load_n((const vmk_uint64 *)at, __ATOMIC_RELAXED);
    }
    return sum;
}

/** @return whether @p path is @p prefix or lies below it. */
static vmk_Bool is_within(const char *path, const char *prefix)
{
    vmk_ByteCount len = vmk_Strlen(prefix);

    return len == 0 || (vmk_Strncmp(path, prefix, len) == 0 && (path[len] == '/' || path[len] == '\0'));
}

VMK_ReturnStatus stats_walk(const char *prefix, stats_visitor visit, void *arg)
{
    vmk_StatusValue status = VMK_NOT_FOUND;
    const vmk_StatGroup *group;
    char path[STATS_PATH_MAX];
    vmk_uint32 i;

    vmk_SpinlockLock(&lock);
    for (group = first; group != NULL; group = group->next) {
        for (i = 0; i < group->numFields; i++) {
            vmk_Snprintf(path, sizeof(path), "%s/%s", group->path, group->fields[i].name);
            if (is_within(path, prefix)) {
                visit(arg, path, read_field(group, &group->fields[i]));
                status = VMK_OK;
            }
        }
    }
    vmk_SpinlockUnlock(&lock);
    return status;
}

/** Takes a value whose path is the one wanted. */
struct wanted {
    const char *path;
    vmk_uint64 value;
    vmk_StatusValue status;
};

static void take_wanted(void *arg, const char *path, vmk_uint64 value)
{
    struct wanted *wanted = arg;

    if (vmk_Strcmp(path, wanted->path) == 0) {
        wanted->value = value;
        wanted->status = VMK_OK;
    }
}

VMK_ReturnStatus stats_get(const char *path, vmk_uint64 *value)
{
    struct wanted wanted = {.path = path, .status = VMK_NOT_FOUND};
    vmk_StatusValue status = stats_walk(path, take_wanted, &wanted);

    *value = wanted.value;
    return status == VMK_OK ? wanted.status : status;
}
