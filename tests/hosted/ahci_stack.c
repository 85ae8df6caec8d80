/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ahci_stack.c - the machine, the adapter, the modules.
 */
#include "ahci_stack.h"

LINUX_MODULE_DECLARE(libata);
LINUX_MODULE_DECLARE(libahci);
LINUX_MODULE_DECLARE(ahci);
vmk_ModuleID hosted_libata_id, hosted_libahci_id, hosted_ahci_id;

struct ahci hba;
struct ata_disk sata;

static struct linux_module modules[] = {LINUX_MODULE(libata), LINUX_MODULE(libahci), LINUX_MODULE(ahci)};

static void start(vmk_uint32 block_bytes)
{
    storage_machine_start();
    ata_disk_init(&sata, "DISK1", AHCI_BLOCKS, block_bytes);
    ahci_add(&hba, 2);
    ahci_plug(&hba, 0, &sata.device);
    stack_start(modules, VMK_ARRAY_SIZE(modules));
}

static unsigned under_way(void)
{
    return ahci_under_way(&hba.port[0]);
}

static unsigned resets(void)
{
    return hba.port[0].link_resets;
}

static void delay_a_write(unsigned ms)
{
    ahci_behave(&hba);
    ahci_misbehave(
        &hba, (struct ahci_rule){.lie = AHCI_LATE, .command = ATA_WRITE_FPDMA, .argument = ms, .times = 1});
}

static void pull_out(vmk_Bool all)
{
    hba.all_ones = VMK_TRUE;
    hba.pci.gone = all;
}

const struct storage_subject subject = {.name = "ahci",
                                        .machine_start = start,
                                        .medium = &sata.medium,
                                        .ops = READ_WRITE_FLUSH,
                                        .gives_up_ms = 30000,
                                        .under_way = under_way,
                                        .resets = resets,
                                        .delay_a_write = delay_a_write,
                                        .pull_out = pull_out};
