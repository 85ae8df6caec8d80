/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * file_commands.c - system file ...
 */
#include <core/command.h>
#include <core/vfs.h>
#include <vmkapi/lib/libc.h>

static VMK_ReturnStatus fail(struct command_call *call, VMK_ReturnStatus status, const char *path)
{
    return command_fail(call, status, "%s: %s; 'system file list' shows what there is", path,
                        vmk_StatusToString(status));
}

static const struct command_arg path_args[] = {{.name = "path",
                                                .letter = 'p',
                                                .type = COMMAND_STRING,
                                                .flags = COMMAND_BARE,
                                                .help = "The path; / when not given"},
                                               {0}};

static void list_row(struct format *f, const struct vfs_stat *stat)
{
    format_row(f);
    format_string(f, stat->name);
    format_string(f, stat->is_directory ? "directory" : "file");
    format_uint(f, stat->len);
    format_bool(f, stat->from_boot);
}

static VMK_ReturnStatus file_list(struct command_call *call)
{
    const char *path = command_string(call, "path");
    struct vfs_stat stat;
    vmk_StatusValue status;

    path = path != NULL ? path : "/";
    status = vfs_stat(path, &stat);
    if (status == VMK_OK && !stat.is_directory) {
        list_row(&call->format, &stat);
        return VMK_OK;
    }
    for (unsigned i = 0; status == VMK_OK; i++) {
        status = vfs_readdir(path, i, &stat);
        if (status == VMK_OK) {
            list_row(&call->format, &stat);
        }
    }
    return status == VMK_EOF ? VMK_OK : fail(call, status, path);
}

static const struct format_column list_columns[] = {{"Name", FORMAT_STRING},
                                                    {"Kind", FORMAT_STRING},
                                                    {"Length", FORMAT_UINT},
                                                    {"From Boot", FORMAT_BOOL},
                                                    {0}};
COMMAND(file_list, .path = "system file list", .help = "Show a directory, or one file", .handler = file_list,
        .args = path_args, .columns = list_columns);

/** Print a file, bytes that are not text as dots. */
static VMK_ReturnStatus print_file(struct command_call *call, struct vfs_file *file)
{
    vmk_ByteCount offset = 0, done;
    char text[256];
    vmk_StatusValue status;

    while ((status = vfs_read(file, offset, text, sizeof(text) - 1, &done)) == VMK_OK && done != 0) {
        for (vmk_ByteCount i = 0; i < done; i++) {
            text[i] = vmk_IsPrint(text[i]) || vmk_IsSpace(text[i]) ? text[i] : '.';
        }
        text[done] = '\0';
        command_print(call, "%s", text);
        offset += done;
    }
    return status;
}

static VMK_ReturnStatus file_cat(struct command_call *call)
{
    const char *path = command_string(call, "path");
    struct vfs_file *file;
    vmk_StatusValue status = vfs_open(path, 0, &file);

    if (status != VMK_OK) {
        return fail(call, status, path);
    }
    status = print_file(call, file);
    vfs_close(file);
    return status;
}

static const struct command_arg cat_args[] = {
    {.name = "path", .letter = 'p', .type = COMMAND_STRING, .flags = COMMAND_REQUIRED, .help = "The file"},
    {0}};
COMMAND(file_cat, .path = "system file cat", .help = "Print a file", .handler = file_cat, .args = cat_args);
