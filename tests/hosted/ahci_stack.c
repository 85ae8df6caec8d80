/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ahci_stack.c - the machine, the adapter, the modules.
 */
#include "ahci_stack.h"

#include <check.h>
#include <hosted/machine.h>
#include <hosted/module.h>

LINUX_MODULE_DECLARE(libata);
LINUX_MODULE_DECLARE(libahci);
LINUX_MODULE_DECLARE(ahci);
vmk_ModuleID hosted_libata_id, hosted_libahci_id, hosted_ahci_id, test_id;

struct ahci hba;
struct ata_disk sata;
struct disk disk;

static struct linux_module modules[] = {LINUX_MODULE(libata), LINUX_MODULE(libahci), LINUX_MODULE(ahci)};

void ahci_machine_start(vmk_uint32 block_bytes)
{
    hosted_start();
    test_id = hosted_module_add("test");
    ata_disk_init(&sata, "DISK1", AHCI_BLOCKS, block_bytes);
    ahci_add(&hba, 2);
    ahci_plug(&hba, 0, &sata.device);
    stack_start(modules, VMK_ARRAY_SIZE(modules));
}

void ahci_load_and_open(void)
{
    ck_assert(stack_load());
    ck_assert(disk_appears(test_id, AHCI_PATH));
    ck_assert_int_eq(disk_open(&disk, test_id, AHCI_PATH), VMK_OK);
}

void ahci_start(vmk_uint32 block_bytes)
{
    ahci_machine_start(block_bytes);
    ahci_load_and_open();
}

void ahci_stop(void)
{
    disk_close(&disk);
    ck_assert(stack_unload());
    ck_assert_uint_eq(ahci_under_way(&hba.port[0]), 0);
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
