/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * index.c - which module drives which device, from what the module files say.
 */
#define VMK_LOG_MODULE "Module"

#include "index.h"

#include "image.h"
#include "table.h"

#include <core/heap.h>
#include <core/module_format.h>
#include <core/vfs.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/lib/list.h>

struct indexed {
    vmk_ListLinks links;
    struct module_image image; /* stays open: info leads into it */
    struct string_table info;
};

static vmk_ListLinks modules = VMK_LIST_INITIALIZER(modules); /* constant after module_init() */

static VMK_ReturnStatus read_info(struct indexed *entry, const char *path, struct diagnosis *why)
{
    struct elf_file *file = vmk_HeapAlloc(heap_kernel, sizeof(*file));
    vmk_StatusValue status;

    if (file == NULL) {
        return diagnose(why, VMK_NO_MEMORY, "%s: no memory to read it", path);
    }
    status = elf_parse(file, path, entry->image.bytes, entry->image.len, why);
    if (status == VMK_OK) {
        status = modinfo_open(file, MODULE_INFO_SECTION, &entry->info, why);
    }
    vmk_HeapFree(heap_kernel, file);
    return status;
}

static VMK_ReturnStatus add(const char *file_name, struct diagnosis *why)
{
    struct indexed *entry = vmk_HeapZalloc(heap_kernel, sizeof(*entry));
    char path[VFS_PATH_MAX];
    vmk_StatusValue status;

    if (entry == NULL) {
        return diagnose(why, VMK_NO_MEMORY, "%s: no memory to index it", file_name);
    }
    vmk_Snprintf(path, sizeof(path), MODULE_DIRECTORY "/%s", file_name);
    status = image_open(&entry->image, path, why);
    if (status == VMK_OK) {
        status = read_info(entry, path, why);
    }
    if (status == VMK_OK) {
        vmk_ListInsert(&entry->links, vmk_ListAtRear(&modules));
    } else {
        image_close(&entry->image);
        vmk_HeapFree(heap_kernel, entry);
    }
    return status;
}

static vmk_Bool is_module(const struct vfs_stat *stat)
{
    vmk_ByteCount len = vmk_Strlen(stat->name), suffix = sizeof(MODULE_SUFFIX) - 1;

    return !stat->is_directory && len > suffix && vmk_Strcmp(stat->name + len - suffix, MODULE_SUFFIX) == 0;
}

static void build(void)
{
    struct diagnosis why;
    struct vfs_stat stat;

    for (unsigned i = 0; vfs_readdir(MODULE_DIRECTORY, i, &stat) == VMK_OK; i++) {
        if (is_module(&stat) && add(stat.name, &why) != VMK_OK) {
            vmk_WarningMessage("%s", why.text);
        }
    }
}

const struct string_table *index_at(unsigned index)
{
    vmk_ListLinks *links;

    VMK_LIST_FORALL (&modules, links) {
        if (index-- == 0) {
            return &VMK_LIST_ENTRY(links, struct indexed, links)->info;
        }
    }
    return NULL;
}

const struct string_table *index_find(const char *name)
{
    const struct string_table *info;

    for (unsigned i = 0; (info = index_at(i)) != NULL; i++) {
        if (vmk_Strcmp(modinfo_value(info, "name"), name) == 0) {
            return info;
        }
    }
    return NULL;
}

/** Whether one of the module's aliases matches. */
static vmk_Bool claims(const struct string_table *info, const char *modalias)
{
    const char *alias = NULL;

    while ((alias = modinfo_next(info, "alias", alias)) != NULL) {
        if (glob_match(alias, modalias)) {
            return VMK_TRUE;
        }
    }
    return VMK_FALSE;
}

VMK_ReturnStatus module_autoload(const char *modalias)
{
    vmk_StatusValue status = VMK_NOT_FOUND;
    const struct string_table *info;
    vmk_Bool loaded = VMK_FALSE;
    struct diagnosis why;

    for (unsigned i = 0; (info = index_at(i)) != NULL; i++) {
        if (claims(info, modalias)) {
            status = module_load(modinfo_value(info, "name"), NULL, &why);
            loaded |= status == VMK_OK || status == VMK_EXISTS;
            if (status != VMK_OK && status != VMK_EXISTS) {
                vmk_WarningMessage("%s: %s", modalias, why.text);
            }
        }
    }
    return loaded ? VMK_OK : status;
}

VMK_ReturnStatus module_init(void)
{
    vmk_StatusValue status = table_init();

    if (status == VMK_OK) {
        build();
    }
    return status;
}
