/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * module.h - loading, finding and unloading modules.
 *
 * A module is /lib/modules/<name>.vmk. Loading it loads what it depends on, binds its imports by (provider,
 * symbol, version), checks its licence, sets its parameters, protects its memory (text executable, constants
 * read-only, data writable, never two of these) and calls init_module(). Each reason for a refusal is one
 * line.
 *
 * Context: may block, unless said otherwise. Locks: one spinlock (rank MODULE) over the table of modules,
 * never held while a module's code runs.
 */
#ifndef CORE_MODULE_H
#define CORE_MODULE_H

#include <core/diagnosis.h>
#include <vmkapi/base/module.h>
#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>

#define MODULE_DIRECTORY "/lib/modules"

enum module_state {
    MODULE_LOADING, /**< init_module() has not returned. */
    MODULE_LOADED,
    MODULE_UNLOADING, /**< cleanup_module() is running. */
    MODULE_STUCK,     /**< Its code is done, but it holds something still, so its memory stays. */
};

/** One module as listed. */
struct module_info {
    vmk_ModuleID id;
    char name[VMK_MODULE_NAME_MAX];
    enum module_state state;
    unsigned use_count;  /**< Modules depending on it, and vmk_ModuleIncUseCount(). */
    vmk_ByteCount bytes; /**< Memory its text, constants and data take. */
    vmk_VA text;
    char version[32];
    char license[32];
};

/** Where an address lies. */
struct module_location {
    char module[VMK_MODULE_NAME_MAX];
    vmk_ModuleID id;
    const char *function; /**< NULL when the module's symbols do not tell. */
    vmk_ByteCount offset; /**< From the function's start, or the module's text's. */
};

/** Index the modules of MODULE_DIRECTORY. Called once, after the boot archives are in the tree. */
VMK_ReturnStatus module_init(void);

/**
 * Load a module and what it depends on.
 *
 * @param name       as in the file name without ".vmk", or an absolute path.
 * @param parameters "a=1 b=2,3", or NULL for those kept by module_set_parameters().
 * @return VMK_OK; VMK_EXISTS when it is loaded already; VMK_NOT_FOUND; VMK_BAD_FORMAT; VMK_VERSION_MISMATCH;
 *         VMK_UNRESOLVED_SYMBOL; VMK_LICENSE_REFUSED; VMK_BAD_PARAM; VMK_NO_MEMORY; VMK_LIMIT_EXCEEDED;
 *         VMK_FAILURE when init_module() failed. @p why tells; nothing is left behind.
 */
VMK_ReturnStatus module_load(const char *name, const char *parameters, struct diagnosis *why);

/**
 * Unload a module. What it depended on stays.
 *
 * @return VMK_OK; VMK_NOT_FOUND; VMK_BUSY while it is in use or holds something, with @p why saying what.
 */
VMK_ReturnStatus module_unload(const char *name, struct diagnosis *why);

/**
 * Load the modules whose aliases match a device that has no driver.
 *
 * @param modalias "pci:v…d…sv…sd…bc…sc…i…".
 * @return VMK_OK when at least one is loaded now; VMK_NOT_FOUND when none claims it; else why the last one
 * failed. Failures are logged.
 */
VMK_ReturnStatus module_autoload(const char *modalias);

/** Describe the module with the lowest ID of at least @p from. @return VMK_OK; VMK_NOT_FOUND past the last.
 */
VMK_ReturnStatus module_next(vmk_ModuleID from, struct module_info *info);

/**
 * Keep a parameter string for the next load of a module (a file under /etc/modules).
 *
 * @return VMK_OK; VMK_NOT_FOUND; VMK_BAD_PARAM when the module has no such parameter; statuses of vfs.h.
 */
VMK_ReturnStatus module_set_parameters(const char *name, const char *parameters, struct diagnosis *why);

/**
 * Tell which function of which module @p address lies in.
 *
 * @return VMK_FALSE when it is no module's; the kernel's own functions are ksyms.h's.
 * Context: any, crash included: takes no lock, touches nothing that unloading frees while another CPU may
 * look.
 */
vmk_Bool module_symbolise(vmk_VA address, struct module_location *location);

#endif
