/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kept.c - parameters that wait for a module's next load, one file for each module.
 */
#include "index.h"

#include <core/vfs.h>
#include <vmkapi/lib/libc.h>

#define PARAMETER_DIRECTORY "/etc/modules"

static void parameter_path(const char *name, char path[VFS_PATH_MAX])
{
    vmk_Snprintf(path, VFS_PATH_MAX, PARAMETER_DIRECTORY "/%s", name);
}

void kept_parameters(const char *name, char text[MODULE_PARAMETERS_MAX])
{
    char path[VFS_PATH_MAX];
    vmk_ByteCount done = 0;
    struct vfs_file *file;

    parameter_path(name, path);
    if (vfs_open(path, 0, &file) == VMK_OK) {
        if (vfs_read(file, 0, text, MODULE_PARAMETERS_MAX - 1, &done) != VMK_OK) {
            done = 0;
        }
        vfs_close(file);
    }
    text[done] = '\0';
    text[vmk_Strcspn(text, "\n")] = '\0';
}

/** Whether the module declares the parameter that starts @p pair. */
static vmk_Bool declares(const struct string_table *info, const char *pair)
{
    vmk_ByteCount len = vmk_Strcspn(pair, "= \t");
    const char *type = NULL;

    while ((type = modinfo_next(info, "parmtype", type)) != NULL) {
        if (vmk_Strncmp(type, pair, len) == 0 && type[len] == ':') {
            return VMK_TRUE;
        }
    }
    return VMK_FALSE;
}

static VMK_ReturnStatus write_parameters(const char *name, const char *parameters)
{
    char path[VFS_PATH_MAX];
    struct vfs_file *file;
    vmk_StatusValue status = vfs_mkdir(PARAMETER_DIRECTORY);

    if (status != VMK_OK && status != VMK_EXISTS) {
        return status;
    }
    parameter_path(name, path);
    status = vfs_open(path, VFS_CREATE | VFS_TRUNCATE, &file);
    if (status == VMK_OK) {
        status = vfs_write(file, 0, parameters, vmk_Strlen(parameters));
        vfs_close(file);
    }
    return status;
}

VMK_ReturnStatus module_set_parameters(const char *name, const char *parameters, struct diagnosis *why)
{
    const struct string_table *info = index_find(name);
    vmk_StatusValue status;

    if (info == NULL) {
        return diagnose(why, VMK_NOT_FOUND, "there is no module %s in " MODULE_DIRECTORY, name);
    }
    if (vmk_Strlen(parameters) >= MODULE_PARAMETERS_MAX) {
        return diagnose(why, VMK_LIMIT_EXCEEDED, "%s: parameters longer than %u characters", name,
                        MODULE_PARAMETERS_MAX - 1);
    }
    for (const char *pair = parameters; *(pair += vmk_Strspn(pair, " \t")) != '\0';
         pair += vmk_Strcspn(pair, " \t")) {
        if (!declares(info, pair)) {
            return diagnose(why, VMK_BAD_PARAM,
                            "%s has no parameter '%.*s'; 'system module parameters list' shows them", name,
                            (int)vmk_Strcspn(pair, "= \t"), pair);
        }
    }
    status = write_parameters(name, parameters);
    return status == VMK_OK
               ? VMK_OK
               : diagnose(why, status, "%s: parameters cannot be kept: %s", name, vmk_StatusToString(status));
}
