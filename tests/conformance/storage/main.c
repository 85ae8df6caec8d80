/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * main.c - the table of tests.
 */
#include "storage.h"

#include <vmkapi/base/module.h>

VMK_MODULE_LICENSE("GPL v2");
VMK_MODULE_DESCRIPTION("Tests the storage core with disks of pages");

int init_module(void);
void cleanup_module(void);

vmk_HeapID heap;

static const struct ktap_test tests[] = {
    {"devices have names that tell them apart", test_names},
    {"geometry is the device's", test_geometry},
    {"what makes no sense is refused", test_refusals},
    {"who waits gets what he asked for", test_sync},
    {"who polls needs no interrupt", test_poll},
    {"any list of any length comes through any limits", test_limits},
    {"all depths", test_depths},
    {"FUA is kept by flushes", test_fua},
    {"zeroes are written, discards cut", test_zeroes},
    {"who excludes others is alone", test_exclusion},
    {"closing waits for what has not ended", test_close},
    {"partitions have their ranges", test_partitions},
    {"sizes, protection and limits change", test_changes},
    {"failures that may mend are tried again", test_retries},
    {"failures that will not mend reach whom they concern", test_failures_reach},
    {"another path takes over", test_failover},
    {"all paths down: requests wait, then fail", test_down},
    {"a device that is lost says so", test_loss},
    {"a disk goes under load", test_hot_removal},
    {"paths go up and down under load", test_flapping},
    {"operations and events of adapters", test_events},
};

int init_module(void)
{
    vmk_HeapCreateProps props = {.name = {"test-storage"}, .module = vmk_ModuleCurrentID};
    vmk_StatusValue status = vmk_HeapCreate(&props, &heap);

    if (status != VMK_OK) {
        return status;
    }
    status = ktap_run(tests, VMK_ARRAY_SIZE(tests));
    if (status != VMK_OK) {
        /* The failed test's. */
        if (rig.disk.adapter) {
            (void)!rig_down();
        }
        if (vmk_HeapDestroy(heap) != VMK_OK) {
            vmk_WarningMessage("# the failed test left memory behind");
        }
    }
    return status;
}

void cleanup_module(void)
{
    if (vmk_HeapDestroy(heap) != VMK_OK) {
        vmk_WarningMessage("# the tests left memory behind");
    }
}
