/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * module.c, hosted - what is known of modules that were linked in.
 */
#define VMK_LOG_MODULE "Module"

#include <core/account.h>
#include <core/module.h>
#include <hosted/module.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/logging.h>

#include <string.h>

static struct module {
    const char *name; /* NULL: no module has the ID. */
    unsigned users;
    vmk_HeapID heap;
} modules[ACCOUNT_MODULES_MAX] = {[VMK_VMKERNEL_MODULE_ID] = {.name = "vmkernel"}};

static struct module *find(vmk_ModuleID id)
{
    return id < ACCOUNT_MODULES_MAX && modules[id].name != NULL ? &modules[id] : NULL;
}

vmk_ModuleID hosted_module_add(const char *name)
{
    vmk_ModuleID id = VMK_VMKERNEL_MODULE_ID;

    while (modules[id].name != NULL) {
        id++;
        VMK_VERIFY(id < ACCOUNT_MODULES_MAX);
    }
    modules[id].name = name;
    return id;
}

unsigned hosted_module_users(vmk_ModuleID id)
{
    return find(id)->users;
}

vmk_Bool hosted_module_is_clear(vmk_ModuleID id)
{
    char text[256];

    if (account_is_clear(id, text, sizeof(text))) {
        return VMK_TRUE;
    }
    vmk_WarningMessage("%s holds %s", find(id)->name, text);
    return VMK_FALSE;
}

VMK_ReturnStatus module_autoload(const char *modalias)
{
    return VMK_NOT_FOUND;
}

VMK_ReturnStatus vmk_ModuleGetName(vmk_ModuleID id, char *name, vmk_ByteCount len)
{
    const struct module *module = find(id);

    if (module == NULL) {
        return VMK_NOT_FOUND;
    }
    if (strlen(module->name) >= len) {
        return VMK_BUF_TOO_SMALL;
    }
    strcpy(name, module->name);
    return VMK_OK;
}

VMK_ReturnStatus vmk_ModuleIncUseCount(vmk_ModuleID id)
{
    struct module *module = find(id);

    if (module == NULL) {
        return VMK_NOT_FOUND;
    }
    module->users++;
    return VMK_OK;
}

VMK_ReturnStatus vmk_ModuleDecUseCount(vmk_ModuleID id)
{
    struct module *module = find(id);

    if (module == NULL) {
        return VMK_NOT_FOUND;
    }
    if (module->users == 0) {
        return VMK_BAD_PARAM;
    }
    module->users--;
    return VMK_OK;
}

VMK_ReturnStatus vmk_ModuleSetHeapID(vmk_ModuleID id, vmk_HeapID heap)
{
    struct module *module = find(id);

    if (module == NULL) {
        return VMK_NOT_FOUND;
    }
    module->heap = heap;
    return VMK_OK;
}

vmk_HeapID vmk_ModuleGetHeapID(vmk_ModuleID id)
{
    const struct module *module = find(id);

    return module == NULL ? VMK_INVALID_HEAP_ID : module->heap;
}

vmk_Bool module_symbolise(vmk_VA address, struct module_location *location)
{
    return VMK_FALSE;
}
