/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * log_component.c - named sources of log lines.
 */
#include <core/account.h>
#include <core/arch.h>
#include <core/ksyms.h>
#include <vmkapi/base/export.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/core/spinlock.h>
#include <vmkapi/lib/libc.h>

#define COMPONENTS       64
#define BACKTRACE_FRAMES 24

struct vmk_LogComponentObject {
    vmk_Name name; /**< Empty while the slot is free. */
    vmk_ModuleID module;
    vmk_int32 level;
};

static vmk_SpinlockObject lock = VMK_SPINLOCK_INITIALIZER("log components", VMK_RANK_LOG);
static struct vmk_LogComponentObject components[COMPONENTS] VMK_GUARDED_BY(lock);

static vmk_LogComponent find(vmk_ModuleID module, const vmk_Name *name) VMK_REQUIRES(&lock)
{
    unsigned i;

    for (i = 0; i < COMPONENTS; i++) {
        if (components[i].module == module && vmk_Strcmp(components[i].name.string, name->string) == 0) {
            return &components[i];
        }
    }
    return NULL;
}

static vmk_LogComponent find_free(void) VMK_REQUIRES(&lock)
{
    static const vmk_Name nobody;

    return find(VMK_INVALID_MODULE_ID, &nobody);
}

VMK_ReturnStatus vmk_LogRegister(const vmk_LogProps *props, vmk_LogComponent *component)
{
    vmk_StatusValue status = VMK_OK;
    vmk_LogComponent slot;

    if (props->name.string[0] == '\0' || props->moduleID == VMK_INVALID_MODULE_ID) {
        return VMK_BAD_PARAM;
    }
    vmk_SpinlockLock(&lock);
    slot = find_free();
    if (find(props->moduleID, &props->name) != NULL) {
        status = VMK_EXISTS;
    } else if (slot == NULL) {
        status = VMK_NO_RESOURCES;
    } else {
        *slot = (struct vmk_LogComponentObject){props->name, props->moduleID, props->defaultLevel};
        account_add(props->moduleID, ACCOUNT_LOG_COMPONENTS, 1);
        *component = slot;
    }
    vmk_SpinlockUnlock(&lock);
    return status;
}
VMK_EXPORT_SYMBOL(vmk_LogRegister);

void vmk_LogUnregister(vmk_LogComponent component)
{
    vmk_SpinlockLock(&lock);
    account_add(component->module, ACCOUNT_LOG_COMPONENTS, -1);
    *component = (struct vmk_LogComponentObject){0};
    vmk_SpinlockUnlock(&lock);
}
VMK_EXPORT_SYMBOL(vmk_LogUnregister);

VMK_ReturnStatus vmk_LogFindLogComponentByName(vmk_ModuleID moduleID, const vmk_Name *name,
                                               vmk_LogComponent *component)
{
    vmk_SpinlockLock(&lock);
    *component = moduleID != VMK_INVALID_MODULE_ID ? find(moduleID, name) : NULL;
    vmk_SpinlockUnlock(&lock);
    return *component != NULL ? VMK_OK : VMK_NOT_FOUND;
}
VMK_EXPORT_SYMBOL(vmk_LogFindLogComponentByName);

const char *vmk_LogGetName(vmk_LogComponent component)
{
    return component->name.string;
}
VMK_EXPORT_SYMBOL(vmk_LogGetName);

vmk_int32 vmk_LogGetCurrentLogLevel(vmk_LogComponent component)
{
    return __atomic_load_n(&component->level, __ATOMIC_RELAXED);
}
VMK_EXPORT_SYMBOL(vmk_LogGetCurrentLogLevel);

void vmk_LogSetCurrentLogLevel(vmk_LogComponent component, vmk_int32 level)
{
    __atomic_store_n(&component->level, level, __ATOMIC_RELAXED);
}
VMK_EXPORT_SYMBOL(vmk_LogSetCurrentLogLevel);

static void log_backtrace(const char *module)
{
    vmk_uint64 frames[BACKTRACE_FRAMES];
    unsigned count = arch_backtrace(arch_frame_pointer(), frames, BACKTRACE_FRAMES);
    char text[KSYMS_TEXT_MAX];
    unsigned i;

    for (i = 0; i < count; i++) {
        vmk_LogNamed(VMK_LOG_URGENCY_NORMAL, module, "  %s", ksyms_format_return(frames[i], text));
    }
}

void vmk_LogBacktrace(vmk_LogComponent component)
{
    log_backtrace(vmk_LogGetName(component));
}
VMK_EXPORT_SYMBOL(vmk_LogBacktrace);

void vmk_LogBacktraceMessage(void)
{
    log_backtrace("Backtrace");
}
VMK_EXPORT_SYMBOL(vmk_LogBacktraceMessage);
