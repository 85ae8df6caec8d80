/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_files.c - description files: reading one, and starting at boot the VMs that say so.
 */
#define VMK_LOG_MODULE "VM"
#include "vm_files.h"

#include <core/heap.h>
#include <core/vmm/vm.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/lib/libc.h>

#define FOLDER "/vm"
#define SUFFIX ".vmx"

static VMK_ReturnStatus parse(const char *path, struct vfs_file *file, struct vm_config *config,
                              struct diagnosis *why)
{
    vmk_ByteCount len = vfs_len(file), done = 0;
    vmk_StatusValue status;
    char *text;

    if (len > VM_CONFIG_BYTES_MAX) {
        return diagnose(why, VMK_LIMIT_EXCEEDED, "%s has %lu bytes; a VM's description has up to %u", path,
                        len, VM_CONFIG_BYTES_MAX);
    }
    text = vmk_HeapAlloc(heap_kernel, len + 1);
    if (text == NULL) {
        return diagnose(why, VMK_NO_MEMORY, "%s: %s", path, vmk_StatusToString(VMK_NO_MEMORY));
    }
    status = vfs_read(file, 0, text, len, &done);
    status = status == VMK_OK ? vm_config_parse(path, text, done, config, why)
                              : diagnose(why, status, "%s: %s", path, vmk_StatusToString(status));
    vmk_HeapFree(heap_kernel, text);
    return status;
}

VMK_ReturnStatus vm_file_read(const char *path, struct vm_config *config, struct diagnosis *why)
{
    struct vfs_file *file;
    vmk_StatusValue status = vfs_open(path, 0, &file);

    if (status != VMK_OK) {
        return diagnose(why, status, "%s: %s", path, vmk_StatusToString(status));
    }
    status = parse(path, file, config, why);
    vfs_close(file);
    return status;
}

/* At boot. */

static bool is_description(const struct vfs_stat *stat)
{
    vmk_ByteCount len = vmk_Strlen(stat->name), suffix = sizeof(SUFFIX) - 1;

    return !stat->is_directory && len > suffix && vmk_Strcmp(stat->name + len - suffix, SUFFIX) == 0;
}

static VMK_ReturnStatus start(const struct vm_config *config, struct diagnosis *why)
{
    vmk_StatusValue status = vm_create(config, why);
    struct vm *vm;

    if (status != VMK_OK) {
        return status;
    }
    vm = vm_get(config->name);
    if (vm == NULL) {
        return diagnose(why, VMK_NOT_FOUND, "%s has been destroyed", config->name);
    }
    status = vm_start(vm, why);
    vm_put(vm);
    return status;
}

/** Start what the file describes, if it says so. One that can't be read may have been meant to be started. */
static void autostart(const char *path, struct vm_config *config)
{
    struct diagnosis why;
    vmk_StatusValue status = vm_file_read(path, config, &why);

    if (status == VMK_OK && !config->autostart) {
        return;
    }
    if (status == VMK_OK) {
        status = start(config, &why);
    }
    if (status == VMK_OK) {
        vmk_LogMessage("%s is started, as %s says", config->name, path);
    } else {
        vmk_WarningMessage("not started: %s", why.text);
    }
}

void vm_autostart(void)
{
    struct vm_config *config = vmk_HeapAlloc(heap_kernel, sizeof(*config));
    struct vfs_stat stat;
    char path[VFS_PATH_MAX];

    if (config == NULL) {
        vmk_WarningMessage("no VM is started: %s", vmk_StatusToString(VMK_NO_MEMORY));
        return;
    }
    for (unsigned i = 0; vfs_readdir(FOLDER, i, &stat) == VMK_OK; i++) {
        if (is_description(&stat)) {
            (void)vmk_Scnprintf(path, sizeof(path), FOLDER "/%s", stat.name);
            autostart(path, config);
        }
    }
    vmk_HeapFree(heap_kernel, config);
}
