/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * module_api.c - what others ask about modules: VMKAPI's calls, the listing, the name of an address.
 *
 * All of it reads the table in RCU sections.
 */
#define VMK_LOG_MODULE "Module"

#include "table.h"

#include <vmkapi/base/logging.h>
#include <vmkapi/base/rcu.h>
#include <vmkapi/lib/libc.h>

VMK_ReturnStatus module_next(vmk_ModuleID from, struct module_info *info)
{
    vmk_StatusValue status = VMK_NOT_FOUND;

    vmk_RCUReadLock();
    for (; from < ACCOUNT_MODULES_MAX && status == VMK_NOT_FOUND; from++) {
        const struct module *module = table_at(from);

        if (module != NULL) {
            vmk_int32 uses = __atomic_load_n(&module->use_count, __ATOMIC_RELAXED);

            *info = (struct module_info){.id = module->id,
                                         .state = module->state,
                                         .use_count = uses < 0 ? 0 : (unsigned)uses,
                                         .bytes = module->bytes,
                                         .text = module->base};
            vmk_Strlcpy(info->name, module->name, sizeof(info->name));
            vmk_Strlcpy(info->version, module->version, sizeof(info->version));
            vmk_Strlcpy(info->license, module->license, sizeof(info->license));
            status = VMK_OK;
        }
    }
    vmk_RCUReadUnlock();
    return status;
}

/** The module whose text holds @p address. Called in an RCU section. */
static struct module *find_by_address(vmk_VA address)
{
    for (vmk_ModuleID id = VMK_VMKERNEL_MODULE_ID + 1; id < ACCOUNT_MODULES_MAX; id++) {
        struct module *module = table_at(id);

        if (module != NULL &&
            address - module->base < __atomic_load_n(&module->text_bytes, __ATOMIC_ACQUIRE)) {
            return module;
        }
    }
    return NULL;
}

vmk_Bool module_symbolise(vmk_VA address, struct module_location *location)
{
    vmk_ByteCount start = 0;
    struct module *module;

    vmk_RCUReadLock();
    module = find_by_address(address);
    if (module != NULL) {
        vmk_Strlcpy(location->module, module->name, sizeof(location->module));
        location->id = module->id;
        location->function = functions_find(&module->functions, address - module->base, &start);
        location->offset = address - module->base - start;
    }
    vmk_RCUReadUnlock();
    return module != NULL;
}

VMK_ReturnStatus vmk_ModuleRegister(vmk_ModuleID *id, vmk_uint32 revision)
{
    struct module *module;
    vmk_StatusValue status = VMK_NOT_FOUND;

    vmk_RCUReadLock();
    module = find_by_address((vmk_VA)__builtin_return_address(0));
    if (module != NULL) {
        *id = module->id;
        status = revision >> 16 == VMKAPI_REVISION_MAJOR && revision <= VMKAPI_REVISION
                     ? VMK_OK
                     : VMK_VERSION_MISMATCH;
    }
    vmk_RCUReadUnlock();
    return status;
}
VMK_EXPORT_SYMBOL(vmk_ModuleRegister);

VMK_ReturnStatus vmk_ModuleUnregister(vmk_ModuleID id)
{
    char left[128], name[VMK_MODULE_NAME_MAX];
    vmk_StatusValue status = vmk_ModuleGetName(id, name, sizeof(name));

    if (status == VMK_OK && !account_is_clear(id, left, sizeof(left))) {
        vmk_WarningMessage("%s unregisters with %s not given back", name, left);
        status = VMK_BUSY;
    }
    return status;
}
VMK_EXPORT_SYMBOL(vmk_ModuleUnregister);

VMK_ReturnStatus vmk_ModuleGetID(const char *name, vmk_ModuleID *id)
{
    const struct module *module;

    vmk_RCUReadLock();
    module = table_find(name);
    *id = module != NULL ? module->id : VMK_INVALID_MODULE_ID;
    vmk_RCUReadUnlock();
    return module != NULL ? VMK_OK : VMK_NOT_FOUND;
}
VMK_EXPORT_SYMBOL(vmk_ModuleGetID);

VMK_ReturnStatus vmk_ModuleGetName(vmk_ModuleID id, char *name, vmk_ByteCount len)
{
    vmk_StatusValue status = VMK_NOT_FOUND;
    const struct module *module;

    vmk_RCUReadLock();
    module = table_at(id);
    if (module != NULL) {
        status = vmk_Strlcpy(name, module->name, len) < len ? VMK_OK : VMK_BUF_TOO_SMALL;
    }
    vmk_RCUReadUnlock();
    return status;
}
VMK_EXPORT_SYMBOL(vmk_ModuleGetName);

VMK_ReturnStatus vmk_ModuleIncUseCount(vmk_ModuleID id)
{
    struct module *module;
    vmk_Bool taken;

    vmk_RCUReadLock();
    module = table_at(id);
    taken = module != NULL && table_take_use(module);
    vmk_RCUReadUnlock();
    return taken ? VMK_OK : VMK_NOT_FOUND;
}
VMK_EXPORT_SYMBOL(vmk_ModuleIncUseCount);

VMK_ReturnStatus vmk_ModuleDecUseCount(vmk_ModuleID id)
{
    vmk_StatusValue status = VMK_NOT_FOUND;
    struct module *module;

    vmk_RCUReadLock();
    module = table_at(id);
    if (module != NULL) {
        status = table_give_use(module) ? VMK_OK : VMK_BAD_PARAM;
    }
    vmk_RCUReadUnlock();
    return status;
}
VMK_EXPORT_SYMBOL(vmk_ModuleDecUseCount);

VMK_ReturnStatus vmk_ModuleSetHeapID(vmk_ModuleID id, vmk_HeapID heap)
{
    struct module *module;

    vmk_RCUReadLock();
    module = table_at(id);
    if (module != NULL) {
        __atomic_store_n(&module->heap, heap, __ATOMIC_RELEASE);
    }
    vmk_RCUReadUnlock();
    return module != NULL ? VMK_OK : VMK_NOT_FOUND;
}
VMK_EXPORT_SYMBOL(vmk_ModuleSetHeapID);

vmk_HeapID vmk_ModuleGetHeapID(vmk_ModuleID id)
{
    vmk_HeapID heap = VMK_INVALID_HEAP_ID;
    const struct module *module;

    vmk_RCUReadLock();
    module = table_at(id);
    if (module != NULL) {
        heap = __atomic_load_n(&module->heap, __ATOMIC_ACQUIRE);
    }
    vmk_RCUReadUnlock();
    return heap;
}
VMK_EXPORT_SYMBOL(vmk_ModuleGetHeapID);
