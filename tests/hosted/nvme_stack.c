/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nvme_stack.c - the machine, the controller, the modules.
 */
#include "nvme_stack.h"

#include <check.h>
#include <hosted/machine.h>
#include <hosted/module.h>

LINUX_MODULE_DECLARE(nvme_core);
LINUX_MODULE_DECLARE(nvme);
vmk_ModuleID hosted_nvme_core_id, hosted_nvme_id, test_id;

struct nvme nvme;
struct disk disk;

static struct linux_module modules[] = {LINUX_MODULE(nvme_core), LINUX_MODULE(nvme)};

static void start_machine(vmk_uint32 block_bytes)
{
    hosted_start();
    test_id = hosted_module_add("test");
    nvme_add(&nvme, 2, NVME_BLOCKS, block_bytes);
    stack_start(modules, VMK_ARRAY_SIZE(modules));
}

void nvme_machine_start(vmk_uint32 block_bytes)
{
    start_machine(block_bytes);
}

void nvme_machine_start_intx(vmk_uint32 block_bytes)
{
    nvme.no_messages = VMK_TRUE;
    start_machine(block_bytes);
}

void nvme_load_and_open(void)
{
    ck_assert(stack_load());
    ck_assert(disk_appears(test_id, NVME_PATH));
    ck_assert_int_eq(disk_open(&disk, test_id, NVME_PATH), VMK_OK);
}

void nvme_start(vmk_uint32 block_bytes)
{
    nvme_machine_start(block_bytes);
    nvme_load_and_open();
}

void nvme_stop(void)
{
    disk_close(&disk);
    ck_assert(stack_unload());
    ck_assert_uint_eq(nvme_under_way(&nvme), 0);
}

vmk_uint64 events_of(const char *name, vmk_StorageEvent event)
{
    struct vmk_BlockPathInt *path = storage_path_find(name);
    vmk_uint64 count;

    ck_assert_ptr_nonnull(path);
    count = path->adapter->events[event];
    storage_path_put(path);
    return count;
}
