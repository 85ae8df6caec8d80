/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * module.h - what a loadable module says about itself, and what it can ask about modules.
 *
 * A module is one relocatable ELF64 file, <name>.vmk. It defines
 *
 *     int init_module(void);      0 (VMK_OK) keeps it loaded; anything else unloads it again
 *     void cleanup_module(void);  optional; gives back everything it holds
 *
 * both called in a world that may block, never at the same time. What it says about itself are strings
 * "tag=value" in section .modinfo. The build adds name, depends, vmkapi and, from device tables, alias.
 */
#ifndef VMKAPI_BASE_MODULE_H
#define VMKAPI_BASE_MODULE_H

#include <vmkapi/base/heap.h>
#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>
#include <vmkapi/base/version.h>

#define VMK_MODULE_CONCAT_(a, b) a##b
#define VMK_MODULE_CONCAT(a, b)  VMK_MODULE_CONCAT_(a, b)

/** Say "tag=value" about this module. At file scope, any number of times. */
#define VMK_MODULE_INFO(tag, value)                                                                          \
    static const char VMK_MODULE_CONCAT(vmk_modinfo_, __COUNTER__)[]                                         \
        __attribute__((used, section(".modinfo"), aligned(1))) = tag "=" value

/**
 * The licence, in Linux's words. "GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL",
 * "Dual MIT/GPL" and "Dual MPL/GPL" open GPL-only symbols and vmklinux; a module without a licence is
 * refused.
 */
#define VMK_MODULE_LICENSE(text)     VMK_MODULE_INFO("license", text)
#define VMK_MODULE_DESCRIPTION(text) VMK_MODULE_INFO("description", text)
#define VMK_MODULE_VERSION(text)     VMK_MODULE_INFO("version", text)
/** A device this module drives: "pci:v00008086d0000100Esv*sd*bc*sc*i*"; '*' and '?' as in a shell. */
#define VMK_MODULE_ALIAS(glob) VMK_MODULE_INFO("alias", glob)

/** Which PCI devices a module drives: one entry of a device table. VMK_PCI_ANY stands for any ID. */
typedef struct vmk_PCIMatch {
    vmk_uint32 vendor;
    vmk_uint32 device;
    vmk_uint32 subVendor;
    vmk_uint32 subDevice;
    vmk_uint32 classCode; /**< Base class, subclass, programming interface, one byte each. */
    vmk_uint32 classMask; /**< Which of these bytes count. */
} vmk_PCIMatch;
#define VMK_PCI_ANY 0xffffffffu

/**
 * Have the build turn a table of device IDs into aliases, without running the module.
 *
 * @param bus   `pci`; other buses' tables are accepted and make no alias.
 * @param table an array defined in this file. An entry begins as vmk_PCIMatch does; one of zeros ends the
 * table.
 */
#define VMK_DEVICE_TABLE(bus, table)                                                                         \
    extern __typeof__(table) __mod_##bus##__##table##_device_table __attribute__((unused, alias(#table)));   \
    static const vmk_uint32 __mod_##bus##__##table##_entry_bytes __attribute__((used)) = sizeof((table)[0])

/** The ID of the module this code is in; VMK_VMKERNEL_MODULE_ID in the kernel. Set before init_module(). */
extern const vmk_ModuleID vmk_ModuleCurrentID;

/**
 * Check that the kernel offers the revision this module was compiled for, and get its ID.
 *
 * @param[out] id   the calling module's; the same as vmk_ModuleCurrentID.
 * @param revision  VMKAPI_REVISION.
 * @return VMK_OK; VMK_VERSION_MISMATCH; VMK_NOT_FOUND when the caller is not a module's code.
 * Context: a world, in init_module().
 */
VMK_ReturnStatus vmk_ModuleRegister(vmk_ModuleID *id, vmk_uint32 revision);

/**
 * Declare that a module is done, as the last thing in cleanup_module().
 *
 * @return VMK_OK; VMK_NOT_FOUND; VMK_BUSY when it still holds something (the log says what).
 * Context: a world.
 */
VMK_ReturnStatus vmk_ModuleUnregister(vmk_ModuleID id);

/**
 * Find a loaded module by name.
 *
 * @param[out] id its ID.
 * @return VMK_OK; VMK_NOT_FOUND.
 * Context: may block.
 */
VMK_ReturnStatus vmk_ModuleGetID(const char *name, vmk_ModuleID *id);

/**
 * Copy a module's name into @p name of @p len bytes.
 *
 * @return VMK_OK; VMK_NOT_FOUND; VMK_BUF_TOO_SMALL (VMK_MODULE_NAME_MAX bytes always suffice).
 * Context: any.
 */
VMK_ReturnStatus vmk_ModuleGetName(vmk_ModuleID id, char *name, vmk_ByteCount len);

/**
 * Keep a module from being unloaded until the matching vmk_ModuleDecUseCount().
 *
 * @return VMK_OK; VMK_NOT_FOUND when there is no such module or it is being unloaded.
 * Context: any.
 */
VMK_ReturnStatus vmk_ModuleIncUseCount(vmk_ModuleID id);

/**
 * Undo one vmk_ModuleIncUseCount().
 *
 * @return VMK_OK; VMK_NOT_FOUND; VMK_BAD_PARAM when the count was zero already.
 * Context: any.
 */
VMK_ReturnStatus vmk_ModuleDecUseCount(vmk_ModuleID id);

/**
 * Name the heap that what is allocated for a module, without a heap being named, comes from.
 *
 * @return VMK_OK; VMK_NOT_FOUND.
 * Context: any. The heap stays the caller's to destroy.
 */
VMK_ReturnStatus vmk_ModuleSetHeapID(vmk_ModuleID id, vmk_HeapID heap);

/** The heap set by vmk_ModuleSetHeapID(), or VMK_INVALID_HEAP_ID. Context: any. */
vmk_HeapID vmk_ModuleGetHeapID(vmk_ModuleID id);

#endif
