/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * table.h - the modules there are, by ID, and the states they pass through.
 *
 * A module is in the table from before its code runs until after nothing of it can. What is read from any
 * context (names, use counts, where code lies) is read in an RCU section; changes of state are made under the
 * table's spinlock, and whoever waits for one sleeps on the table.
 */
#ifndef CORE_MODULE_TABLE_H
#define CORE_MODULE_TABLE_H

#include "exports.h"
#include "functions.h"

#include <core/account.h>
#include <core/module.h>
#include <vmkapi/base/modparam.h>
#include <vmkapi/core/stats.h>

#define MODULE_DEPENDS_MAX 8

struct module {
    vmk_ModuleID id;
    char name[VMK_MODULE_NAME_MAX];
    char version[32];
    char license[32];
    enum module_state state; /**< Under the table's lock. */
    vmk_int32 use_count;     /**< Atomic; -1 once unloading has begun: nobody can take a use any more. */
    vmk_HeapID heap;         /**< vmk_ModuleSetHeapID(). */
    vmk_StatGroup stats;     /**< What it holds: module/<name>. */

    struct module *depends[MODULE_DEPENDS_MAX]; /**< Each with one use taken. */
    unsigned ndepends;

    vmk_VA base; /**< One allocation for all regions; text comes first. */
    vmk_ByteCount bytes;
    vmk_ByteCount text_bytes; /**< 0 until functions is complete. */
    struct functions functions;
    struct exports exports;
    const vmk_ModuleParam *params;
    vmk_ByteCount nparams;
    char *params_text; /**< What CHARP parameters point into. */
    int (*init)(void);
    void (*cleanup)(void); /**< NULL when it has none. */
};

/** The kernel itself: ID VMK_VMKERNEL_MODULE_ID, always loaded, provider of VMKAPI. */
extern struct module module_kernel;

/** Put the kernel into the table and index its exports. Called once. */
VMK_ReturnStatus table_init(void);

/**
 * Give @p module an ID and enter it as MODULE_LOADING.
 *
 * While another of the name is on its way in or out, wait for the outcome.
 * @return VMK_OK; VMK_EXISTS when one is loaded; VMK_BUSY when one cannot go away; VMK_TIMEOUT;
 *         VMK_LIMIT_EXCEEDED when all IDs are taken; VMK_DEATH_PENDING or VMK_WAIT_INTERRUPTED.
 */
VMK_ReturnStatus table_enter(struct module *module);

/** Make @p module MODULE_LOADED, and wake who waits for that. */
void table_set_loaded(struct module *module);

/** The module with ID @p id, or called @p name; NULL when there is none. In an RCU section, or under a use.
 */
struct module *table_at(vmk_ModuleID id);
struct module *table_find(const char *name);

/**
 * Find a loaded module and take a use of it; wait for one being loaded.
 *
 * @return VMK_OK; VMK_NOT_FOUND; VMK_BUSY when it cannot go away; VMK_TIMEOUT and statuses of a wait.
 */
VMK_ReturnStatus table_get(const char *name, struct module **module);

/** Take a use. @return false when the module is on its way out. Context: any. */
vmk_Bool table_take_use(struct module *module);

/** Give a use back. @return false when there was none. Context: any. */
vmk_Bool table_give_use(struct module *module);

/**
 * Begin unloading: find the module, see that nobody uses it and that nobody will.
 *
 * @param[out] state it was in before: MODULE_LOADED, or MODULE_STUCK for one whose cleanup was done before.
 * @return VMK_OK; VMK_NOT_FOUND; VMK_BUSY with @p why.
 */
VMK_ReturnStatus table_begin_unload(const char *name, struct module **module, enum module_state *state,
                                    struct diagnosis *why);

/** Make @p module MODULE_STUCK, and wake who waits. */
void table_set_stuck(struct module *module);

/** Take @p module out; on return nobody holds a pointer to it. Context: may block. */
void table_leave(struct module *module);

/** The names of modules that depend on @p module: "a b". Empty when none does. */
void table_users(const struct module *module, char *text, vmk_ByteCount len);

#endif
