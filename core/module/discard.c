/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * discard.c - unloading, and undoing a load.
 *
 * A module that still holds something may still be called: its memory then stays.
 */
#define VMK_LOG_MODULE "Module"

#include "discard.h"

#include <core/coverage.h>
#include <core/heap.h>
#include <core/kmap.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/base/rcu.h>

static void free_module(struct module *module)
{
    for (unsigned i = 0; i < module->ndepends; i++) {
        table_give_use(module->depends[i]);
    }
    functions_free(&module->functions);
    exports_free(&module->exports);
    vmk_HeapFree(heap_kernel, module->params_text);
    if (module->base != 0) {
        coverage_remove(module->base, module->bytes);
        kmap_module_free(module->base);
    }
    vmk_HeapFree(heap_kernel, module);
}

VMK_ReturnStatus module_discard(struct module *module, struct diagnosis *why)
{
    char left[128];

    if (module->id != VMK_INVALID_MODULE_ID) {
        vmk_RCUBarrier(); /* its callbacks that are still to come */
        if (!account_is_clear(module->id, left, sizeof(left))) {
            diagnose(why, VMK_BUSY,
                     "%s has not given back %s; its memory stays until it has, then unload it again",
                     module->name, left);
            table_set_stuck(module);
            return VMK_BUSY;
        }
        table_leave(module);
    }
    free_module(module);
    return VMK_OK;
}

VMK_ReturnStatus module_unload(const char *name, struct diagnosis *why)
{
    enum module_state state;
    struct module *module;
    vmk_StatusValue status = table_begin_unload(name, &module, &state, why);

    if (status != VMK_OK) {
        return status;
    }
    if (state == MODULE_LOADED && module->cleanup != NULL) {
        module->cleanup();
    }
    status = module_discard(module, why);
    if (status == VMK_OK) {
        vmk_LogMessage("Unloaded module %s", name);
    }
    return status;
}
