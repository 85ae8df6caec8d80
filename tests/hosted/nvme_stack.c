/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nvme_stack.c - the machine, the controller, the modules.
 */
#include "nvme_stack.h"

LINUX_MODULE_DECLARE(nvme_core);
LINUX_MODULE_DECLARE(nvme);
vmk_ModuleID hosted_nvme_core_id, hosted_nvme_id;

struct nvme nvme;

static struct linux_module modules[] = {LINUX_MODULE(nvme_core), LINUX_MODULE(nvme)};

static void start(vmk_uint32 block_bytes)
{
    storage_machine_start();
    nvme_add(&nvme, 2, NVME_BLOCKS, block_bytes);
    stack_start(modules, VMK_ARRAY_SIZE(modules));
}

static unsigned under_way(void)
{
    return nvme_under_way(&nvme);
}

static unsigned resets(void)
{
    return nvme.enables;
}

static void delay_a_write(unsigned ms)
{
    nvme_behave(&nvme);
    nvme_misbehave(&nvme,
                   (struct nvme_rule){.lie = NVME_LATE, .opcode = NVME_WRITE, .argument = ms, .times = 1});
}

static void pull_out(vmk_Bool all)
{
    nvme.all_ones = VMK_TRUE;
    nvme.pci.gone = all;
}

/* nvme_probe() of 6.1 forgets one when it cannot map its registers or have its pools. */
#define PROBE_FORGETS 5

const struct storage_subject subject = {.name = "nvme",
                                        .machine_start = start,
                                        .medium = &nvme.ns[0].medium,
                                        .ops = READ_WRITE_FLUSH | 1 << VMK_BLOCK_WRITE_ZEROES,
                                        .tells_loss = VMK_TRUE,
                                        .keeps_itself = PROBE_FORGETS,
                                        .gives_up_ms = 60000,
                                        .under_way = under_way,
                                        .resets = resets,
                                        .delay_a_write = delay_a_write,
                                        .pull_out = pull_out};
