/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * module.h - what a driver says about itself, and the module it is.
 *
 * Each driver module has one `struct module`, defined by its glue (module_glue.c); vmklinux charges to it
 * whatever it allocates on the driver's behalf.
 */
#ifndef VMKLINUX_LINUX_MODULE_H
#define VMKLINUX_LINUX_MODULE_H

#include <linux/export.h>
#include <linux/init.h>
#include <linux/list.h>
#include <linux/moduleparam.h>
#include <linux/stringify.h>
#include <vmkapi/base/heap.h>
#include <vmkapi/base/module.h>

struct module {
    const char *name;
    vmk_ModuleID id;
    vmk_HeapID heap; /* all of kmalloc() */
};

extern struct module __this_module;
#define THIS_MODULE (&__this_module)

/* Bind a driver module to vmklinux, or undo that; called by its glue around the driver's own entry points. */
int vmklinux_module_init(struct module *module, vmk_ModuleID id, int (*init)(void));
void vmklinux_module_exit(struct module *module, void (*exit)(void));

#define MODULE_INFO(tag, info)          VMK_MODULE_INFO(#tag, info)
#define MODULE_LICENSE(_license)        MODULE_INFO(license, _license)
#define MODULE_AUTHOR(_author)          MODULE_INFO(author, _author)
#define MODULE_DESCRIPTION(_text)       MODULE_INFO(description, _text)
#define MODULE_VERSION(_version)        MODULE_INFO(version, _version)
#define MODULE_ALIAS(_alias)            MODULE_INFO(alias, _alias)
#define MODULE_FIRMWARE(_firmware)      MODULE_INFO(firmware, _firmware)
#define MODULE_SOFTDEP(_softdep)        MODULE_INFO(softdep, _softdep)
#define MODULE_IMPORT_NS(ns)            MODULE_INFO(import_ns, #ns)

#define MODULE_DEVICE_TABLE(type, name) VMK_DEVICE_TABLE(type, name)

#define __MODULE_STRING(x)              __stringify(x)

static inline bool try_module_get(struct module *module)
{
    return vmk_ModuleIncUseCount(module->id) == VMK_OK;
}

static inline void __module_get(struct module *module)
{
    (void)!vmk_ModuleIncUseCount(module->id);
}

static inline void module_put(struct module *module)
{
    (void)!vmk_ModuleDecUseCount(module->id);
}

#endif
