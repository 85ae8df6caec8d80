/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * storage_stack.c - loading, unloading, and what the storage core says meanwhile.
 */
#include "storage_stack.h"

#include <check.h>
#include <hosted/machine.h>
#include <hosted/module.h>

struct disk disk;
vmk_ModuleID test_id;

void storage_machine_start(void)
{
    hosted_start();
    test_id = hosted_module_add("test");
}

void storage_load(void)
{
    ck_assert(stack_load());
    ck_assert(disk_appears(test_id, DISK_PATH));
    ck_assert_int_eq(disk_open(&disk, test_id, DISK_PATH), VMK_OK);
}

void storage_unload(void)
{
    disk_close(&disk);
    ck_assert(stack_unload());
}

vmk_Bool storage_is_there(const char *name)
{
    struct vmk_BlockPathInt *path = storage_path_find(name);

    if (path != NULL) {
        storage_path_put(path);
    }
    return path != NULL;
}

vmk_uint64 storage_events(vmk_StorageEvent event)
{
    struct vmk_BlockPathInt *path = storage_path_find(DISK_PATH);
    vmk_uint64 count;

    ck_assert_ptr_nonnull(path);
    count = path->adapter->events[event];
    storage_path_put(path);
    return count;
}
