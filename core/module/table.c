/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * table.c - modules by ID: entering, leaving, using.
 */
#include "table.h"

#include "account_stats.h"

#include <core/version.h>
#include <vmkapi/base/rcu.h>
#include <vmkapi/base/world.h>
#include <vmkapi/lib/libc.h>

#define WAIT_MS 60000u /* longer than any init_module() that works */

const vmk_ModuleID vmk_ModuleCurrentID = VMK_VMKERNEL_MODULE_ID;

struct module module_kernel = {.id = VMK_VMKERNEL_MODULE_ID,
                               .name = "vmkernel",
                               .license = "GPL v2",
                               .state = MODULE_LOADED,
                               .use_count = 1};

static vmk_SpinlockObject lock = VMK_SPINLOCK_INITIALIZER("module table", VMK_RANK_MODULE);
static struct module *table[ACCOUNT_MODULES_MAX] VMK_GUARDED_BY(lock); /* or read in RCU sections */

extern const vmk_Export vmk_exports_start[], vmk_exports_end[];

VMK_ReturnStatus table_init(void) VMK_NO_THREAD_SAFETY_ANALYSIS("before the first module")
{
    vmk_Strlcpy(module_kernel.version, version_number, sizeof(module_kernel.version));
    table[VMK_VMKERNEL_MODULE_ID] = &module_kernel;
    account_stats_show(&module_kernel.stats, module_kernel.id, module_kernel.name);
    return exports_build(&module_kernel.exports, vmk_exports_start,
                         (vmk_ByteCount)(vmk_exports_end - vmk_exports_start));
}

struct module *table_at(vmk_ModuleID id)
    VMK_NO_THREAD_SAFETY_ANALYSIS("an RCU section will do, or a use, or the lock")
{
    return id < ACCOUNT_MODULES_MAX ? VMK_RCU_DEREFERENCE(table[id]) : NULL;
}

struct module *table_find(const char *name)
{
    for (vmk_ModuleID id = VMK_VMKERNEL_MODULE_ID; id < ACCOUNT_MODULES_MAX; id++) {
        struct module *module = table_at(id);

        if (module != NULL && vmk_Strcmp(module->name, name) == 0) {
            return module;
        }
    }
    return NULL;
}

/** Find a module, waiting for the outcome when it is on its way in or out. */
static VMK_ReturnStatus find_settled(const char *name, struct module **module, const char *reason)
    VMK_REQUIRES(&lock)
{
    vmk_StatusValue status = VMK_OK;

    while ((*module = table_find(name)) != NULL && status == VMK_OK &&
           ((*module)->state == MODULE_LOADING || (*module)->state == MODULE_UNLOADING)) {
        status = vmk_WorldWait((vmk_WorldEventID)&table, &lock, WAIT_MS, reason);
        vmk_SpinlockLock(&lock);
    }
    return status;
}

/** The lowest free ID, or VMK_INVALID_MODULE_ID. */
static vmk_ModuleID free_id(void) VMK_REQUIRES(&lock)
{
    for (vmk_ModuleID id = VMK_VMKERNEL_MODULE_ID + 1; id < ACCOUNT_MODULES_MAX; id++) {
        if (table[id] == NULL) {
            return id;
        }
    }
    return VMK_INVALID_MODULE_ID;
}

VMK_ReturnStatus table_enter(struct module *module)
{
    vmk_StatusValue status;
    struct module *other;

    vmk_SpinlockLock(&lock);
    status = find_settled(module->name, &other, "module load");
    if (other != NULL && status == VMK_OK) {
        status = other->state == MODULE_LOADED ? VMK_EXISTS : VMK_BUSY;
    }
    if (status == VMK_OK) {
        module->id = free_id();
        module->state = MODULE_LOADING;
        if (module->id == VMK_INVALID_MODULE_ID) {
            status = VMK_LIMIT_EXCEEDED;
        } else {
            VMK_RCU_ASSIGN(table[module->id], module);
        }
    }
    vmk_SpinlockUnlock(&lock);
    if (status == VMK_OK) {
        account_stats_show(&module->stats, module->id, module->name);
    }
    return status;
}

static void set_state(struct module *module, enum module_state state)
{
    vmk_SpinlockLock(&lock);
    module->state = state;
    vmk_SpinlockUnlock(&lock);
    vmk_WorldWakeup((vmk_WorldEventID)&table);
}

void table_set_loaded(struct module *module)
{
    set_state(module, MODULE_LOADED);
}

void table_set_stuck(struct module *module)
{
    __atomic_store_n(&module->use_count, -1, __ATOMIC_RELEASE);
    set_state(module, MODULE_STUCK);
}

vmk_Bool table_take_use(struct module *module)
{
    vmk_int32 count = __atomic_load_n(&module->use_count, __ATOMIC_RELAXED);

    while (count >= 0) {
        if (__atomic_compare_exchange_n(&module->use_count, &count, count + 1, VMK_FALSE, __ATOMIC_ACQUIRE,
                                        __ATOMIC_RELAXED)) {
            return VMK_TRUE;
        }
    }
    return VMK_FALSE;
}

vmk_Bool table_give_use(struct module *module)
{
    vmk_int32 count = __atomic_load_n(&module->use_count, __ATOMIC_RELAXED);

    while (count > 0) {
        if (__atomic_compare_exchange_n(&module->use_count, &count, count - 1, VMK_FALSE, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED)) {
            return VMK_TRUE;
        }
    }
    return VMK_FALSE;
}

VMK_ReturnStatus table_get(const char *name, struct module **module)
{
    vmk_StatusValue status;

    vmk_SpinlockLock(&lock);
    status = find_settled(name, module, "module dependency");
    if (status == VMK_OK && *module == NULL) {
        status = VMK_NOT_FOUND;
    }
    if (status == VMK_OK && !table_take_use(*module)) {
        status = VMK_BUSY;
    }
    vmk_SpinlockUnlock(&lock);
    return status;
}

static VMK_ReturnStatus begin_unload(struct module *module, struct diagnosis *why) VMK_REQUIRES(&lock)
{
    vmk_int32 unused = 0;
    char users[128];

    if (module->state == MODULE_LOADING || module->state == MODULE_UNLOADING) {
        return diagnose(why, VMK_BUSY, "%s is being loaded or unloaded; try again when that is done",
                        module->name);
    }
    if (module->state == MODULE_LOADED &&
        !__atomic_compare_exchange_n(&module->use_count, &unused, -1, VMK_FALSE, __ATOMIC_ACQ_REL,
                                     __ATOMIC_RELAXED)) {
        table_users(module, users, sizeof(users));
        return diagnose(why, VMK_BUSY, "%s is in use (%d uses%s%s); end those first", module->name, unused,
                        users[0] != '\0' ? ", by modules: " : "", users);
    }
    module->state = MODULE_UNLOADING;
    return VMK_OK;
}

VMK_ReturnStatus table_begin_unload(const char *name, struct module **module, enum module_state *state,
                                    struct diagnosis *why)
{
    vmk_StatusValue status;

    vmk_SpinlockLock(&lock);
    *module = table_find(name);
    if (*module == NULL) {
        status = diagnose(why, VMK_NOT_FOUND,
                          "module %s is not loaded; 'system module list' shows those that are", name);
    } else {
        *state = (*module)->state;
        status = begin_unload(*module, why);
    }
    vmk_SpinlockUnlock(&lock);
    return status;
}

void table_leave(struct module *module)
{
    vmk_StatGroupUnregister(&module->stats);
    vmk_SpinlockLock(&lock);
    VMK_RCU_ASSIGN(table[module->id], NULL);
    vmk_SpinlockUnlock(&lock);
    vmk_WorldWakeup((vmk_WorldEventID)&table);
    vmk_RCUSynchronize();
}

void table_users(const struct module *module, char *text, vmk_ByteCount len)
{
    text[0] = '\0';
    vmk_RCUReadLock();
    for (vmk_ModuleID id = VMK_VMKERNEL_MODULE_ID + 1; id < ACCOUNT_MODULES_MAX; id++) {
        const struct module *user = table_at(id);

        for (unsigned i = 0; user != NULL && i < user->ndepends; i++) {
            if (user->depends[i] == module) {
                vmk_Strlcat(text, text[0] != '\0' ? " " : "", len);
                vmk_Strlcat(text, user->name, len);
            }
        }
    }
    vmk_RCUReadUnlock();
}
