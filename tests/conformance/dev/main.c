/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * main.c - the table of tests.
 */
#include "board.h"

#include <vmkapi/base/module.h>

VMK_MODULE_LICENSE("GPL v2");
VMK_MODULE_DESCRIPTION("Tests devices, interrupts and DMA");

int init_module(void);
void cleanup_module(void);

vmk_HeapID heap;

static const struct ktap_test tests[] = {
    {"registers are mapped", test_registers},
    {"configuration space is read within its bounds", test_config},
    {"power states and events", test_power},
    {"a walk meets every function", test_iterator},
    {"INTx: served, held back, moved", test_intx},
    {"MSI: served, held back, moved", test_msi},
    {"INTx: shared", test_shared},
    {"INTx: nobody claims it", test_storm},
    {"MSI-X: entries of choice", test_msix},
    {"DMA: out of reach and bounced", test_dma},
    {"DMA: mistakes are noticed", test_dma_mistakes},
    {"DMA: lists", test_lists},
    {"logical devices come and go with their parent", test_children},
    {"a device whose start fails is left free", test_failing_start},
    {"what a driver leaves on a device is taken away", test_left_behind},
};

int init_module(void)
{
    vmk_HeapCreateProps props = {.name = {"test-dev"}, .module = vmk_ModuleCurrentID};
    vmk_StatusValue status = vmk_HeapCreate(&props, &heap);

    if (status != VMK_OK) {
        return status;
    }
    status = register_boards();
    if (status != VMK_OK) {
        goto out_heap;
    }
    status = ktap_run(tests, VMK_ARRAY_SIZE(tests));
    if (status == VMK_OK) {
        return VMK_OK;
    }
    vmk_DriverUnregister(board_driver);
out_heap:
    if (vmk_HeapDestroy(heap) != VMK_OK) {
        vmk_WarningMessage("# the failed test left memory behind");
    }
    return status;
}

void cleanup_module(void)
{
    vmk_DriverUnregister(board_driver);
    if (vmk_HeapDestroy(heap) != VMK_OK) {
        vmk_WarningMessage("# the tests left memory behind");
    }
}
