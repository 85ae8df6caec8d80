/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * module_commands.c - system module ...
 */
#include "index.h"
#include "table.h"

#include <core/command.h>
#include <vmkapi/base/rcu.h>
#include <vmkapi/lib/libc.h>

static const char *const state_names[] = {[MODULE_LOADING] = "loading",
                                          [MODULE_LOADED] = "loaded",
                                          [MODULE_UNLOADING] = "unloading",
                                          [MODULE_STUCK] = "stuck"};

/** Find a module that is in the table. */
static bool find_loaded(const char *name, struct module_info *info)
{
    for (vmk_ModuleID id = 0; module_next(id, info) == VMK_OK; id = info->id + 1) {
        if (vmk_Strcmp(info->name, name) == 0) {
            return true;
        }
    }
    return false;
}

static bool loaded_candidate(unsigned n, char *text, vmk_ByteCount len)
{
    struct module_info info = {.id = VMK_VMKERNEL_MODULE_ID};

    for (unsigned i = 0; i <= n; i++) {
        if (module_next(info.id + 1, &info) != VMK_OK) {
            return false;
        }
    }
    vmk_Strlcpy(text, info.name, len);
    return true;
}

static bool indexed_candidate(unsigned n, char *text, vmk_ByteCount len)
{
    const struct string_table *info = index_at(n);

    if (info != NULL) {
        vmk_Strlcpy(text, modinfo_value(info, "name"), len);
    }
    return info != NULL;
}

static const struct command_arg indexed_args[] = {{.name = "module",
                                                   .letter = 'm',
                                                   .type = COMMAND_STRING,
                                                   .flags = COMMAND_REQUIRED,
                                                   .help = "The module",
                                                   .candidate = indexed_candidate},
                                                  {0}};

static void list_row(struct format *f, const char *name, const struct module_info *info)
{
    format_row(f);
    format_string(f, name);
    format_bool(f, info != NULL);
    if (info == NULL) {
        for (unsigned i = 0; i < 5; i++) {
            format_none(f);
        }
        return;
    }
    format_uint(f, info->id);
    format_string(f, state_names[info->state]);
    format_uint(f, info->use_count);
    format_uint(f, info->bytes);
    format_string(f, info->version[0] != '\0' ? info->version : NULL);
}

static VMK_ReturnStatus module_list(struct command_call *call)
{
    struct module_info info;
    const struct string_table *indexed;

    for (vmk_ModuleID id = 0; module_next(id, &info) == VMK_OK; id = info.id + 1) {
        list_row(&call->format, info.name, &info);
    }
    for (unsigned i = 0; (indexed = index_at(i)) != NULL; i++) {
        if (!find_loaded(modinfo_value(indexed, "name"), &info)) {
            list_row(&call->format, modinfo_value(indexed, "name"), NULL);
        }
    }
    return VMK_OK;
}

static const struct format_column list_columns[] = {
    {"Name", FORMAT_STRING},    {"Is Loaded", FORMAT_BOOL},
    {"ID", FORMAT_UINT},        {"State", FORMAT_STRING},
    {"Use Count", FORMAT_UINT}, {"Size", FORMAT_UINT, "bytes"},
    {"Version", FORMAT_STRING}, {0}};
COMMAND(module_list, .path = "system module list", .help = "Show the modules, loaded and loadable",
        .handler = module_list, .columns = list_columns);

static void get_loaded(struct format *f, const struct module_info *info)
{
    char users[128], held[160];
    const struct module *module;

    account_is_clear(info->id, held, sizeof(held));
    vmk_RCUReadLock();
    module = table_at(info->id);
    users[0] = '\0';
    if (module != NULL) {
        table_users(module, users, sizeof(users));
    }
    vmk_RCUReadUnlock();
    format_uint(f, info->id);
    format_string(f, state_names[info->state]);
    format_uint(f, info->use_count);
    format_string(f, users);
    format_uint(f, info->bytes);
    format_hex(f, info->text);
    format_string(f, held);
}

static VMK_ReturnStatus module_get(struct command_call *call)
{
    const char *name = command_string(call, "module");
    const struct string_table *indexed = index_find(name);
    struct format *f = &call->format;
    struct module_info info;
    bool loaded = find_loaded(name, &info);

    if (!loaded && indexed == NULL) {
        return command_fail(call, VMK_NOT_FOUND, "there is no module '%s'; 'system module list' shows them",
                            name);
    }
    format_row(f);
    format_string(f, name);
    format_string(f, loaded ? info.version : modinfo_value(indexed, "version"));
    format_string(f, loaded ? info.license : modinfo_value(indexed, "license"));
    format_string(f, indexed != NULL ? modinfo_value(indexed, "description") : NULL);
    format_string(f, indexed != NULL ? modinfo_value(indexed, "depends") : NULL);
    format_bool(f, loaded);
    if (loaded) {
        get_loaded(f, &info);
    } else {
        for (unsigned i = 0; i < 7; i++) {
            format_none(f);
        }
    }
    return VMK_OK;
}

static const struct format_column get_columns[] = {{"Module", FORMAT_STRING},
                                                   {"Version", FORMAT_STRING},
                                                   {"License", FORMAT_STRING},
                                                   {"Description", FORMAT_STRING},
                                                   {"Depends", FORMAT_STRING},
                                                   {"Is Loaded", FORMAT_BOOL},
                                                   {"ID", FORMAT_UINT},
                                                   {"State", FORMAT_STRING},
                                                   {"Use Count", FORMAT_UINT},
                                                   {"Used By", FORMAT_STRING},
                                                   {"Size", FORMAT_UINT, "bytes"},
                                                   {"Text", FORMAT_HEX},
                                                   {"Holds", FORMAT_STRING},
                                                   {0}};
COMMAND(module_get, .path = "system module get", .help = "Show one module", .handler = module_get,
        .args = indexed_args, .columns = get_columns, .shape = FORMAT_RECORD);

static VMK_ReturnStatus load_command(struct command_call *call)
{
    struct diagnosis why;
    vmk_StatusValue status =
        module_load(command_string(call, "module"), command_string(call, "parameters"), &why);

    return status == VMK_OK ? VMK_OK : command_fail(call, status, "%s", why.text);
}

static const struct command_arg load_args[] = {
    {.name = "module",
     .letter = 'm',
     .type = COMMAND_STRING,
     .flags = COMMAND_REQUIRED,
     .help = "The module, or the path of its file",
     .candidate = indexed_candidate},
    {.name = "parameters",
     .letter = 'p',
     .type = COMMAND_STRING,
     .flags = COMMAND_BARE,
     .help = "Its parameters, as in \"a=1 b=2,3\"; those kept when not given"},
    {0}};
COMMAND(module_load, .path = "system module load", .help = "Load a module and what it depends on",
        .handler = load_command, .args = load_args);

static VMK_ReturnStatus unload_command(struct command_call *call)
{
    struct diagnosis why;
    vmk_StatusValue status = module_unload(command_string(call, "module"), &why);

    return status == VMK_OK ? VMK_OK : command_fail(call, status, "%s", why.text);
}

static const struct command_arg unload_args[] = {{.name = "module",
                                                  .letter = 'm',
                                                  .type = COMMAND_STRING,
                                                  .flags = COMMAND_REQUIRED,
                                                  .help = "The module",
                                                  .candidate = loaded_candidate},
                                                 {0}};
COMMAND(module_unload, .path = "system module unload", .help = "Unload a module that is not in use",
        .handler = unload_command, .args = unload_args);

/** The text behind "name:" in the module's strings called @p tag; NULL when there is none. */
static const char *parameter_text(const struct string_table *info, const char *tag, const char *name,
                                  vmk_ByteCount len)
{
    const char *text = NULL;

    while ((text = modinfo_next(info, tag, text)) != NULL) {
        if (vmk_Strncmp(text, name, len) == 0 && text[len] == ':') {
            return text + len + 1;
        }
    }
    return NULL;
}

/** VMK_MODPARAM_INT reads "int". */
static void type_cell(struct format *f, const char *type)
{
    static const char prefix[] = "VMK_MODPARAM_";
    char name[16];
    vmk_ByteCount i = 0;

    type += vmk_Strncmp(type, prefix, sizeof(prefix) - 1) == 0 ? sizeof(prefix) - 1 : 0;
    for (; i < sizeof(name) - 1 && type[i] != '\0'; i++) {
        name[i] = (char)vmk_ToLower(type[i]);
    }
    name[i] = '\0';
    format_string(f, name);
}

/** What is kept for the parameter called @p name in "a=1 b=2". */
static void kept_cell(struct format *f, const char *kept, const char *name, vmk_ByteCount len)
{
    for (; *(kept += vmk_Strspn(kept, " \t")) != '\0'; kept += vmk_Strcspn(kept, " \t")) {
        if (vmk_Strncmp(kept, name, len) == 0 && kept[len] == '=') {
            kept += len + 1;
            format_stringf(f, "%.*s", (int)vmk_Strcspn(kept, " \t"), kept);
            return;
        }
    }
    format_none(f);
}

static VMK_ReturnStatus parameters_list(struct command_call *call)
{
    const char *name = command_string(call, "module"), *parameter = NULL;
    const struct string_table *info = index_find(name);
    char kept[MODULE_PARAMETERS_MAX];

    if (info == NULL) {
        return command_fail(call, VMK_NOT_FOUND, "there is no module '%s'; 'system module list' shows them",
                            name);
    }
    kept_parameters(name, kept);
    while ((parameter = modinfo_next(info, "parmtype", parameter)) != NULL) {
        vmk_ByteCount len = vmk_Strcspn(parameter, ":");

        format_row(&call->format);
        format_stringf(&call->format, "%.*s", (int)len, parameter);
        type_cell(&call->format, parameter + len + (parameter[len] == ':'));
        kept_cell(&call->format, kept, parameter, len);
        format_string(&call->format, parameter_text(info, "parm", parameter, len));
    }
    return VMK_OK;
}

static const struct format_column parameter_columns[] = {{"Name", FORMAT_STRING},
                                                         {"Type", FORMAT_STRING},
                                                         {"Value", FORMAT_STRING},
                                                         {"Description", FORMAT_STRING},
                                                         {0}};
COMMAND(parameters_list, .path = "system module parameters list", .help = "Show a module's parameters",
        .handler = parameters_list, .args = indexed_args, .columns = parameter_columns);

static VMK_ReturnStatus parameters_set_command(struct command_call *call)
{
    struct diagnosis why;
    vmk_StatusValue status =
        module_set_parameters(command_string(call, "module"), command_string(call, "parameter-string"), &why);

    return status == VMK_OK ? VMK_OK : command_fail(call, status, "%s", why.text);
}

static const struct command_arg set_args[] = {
    {.name = "module",
     .letter = 'm',
     .type = COMMAND_STRING,
     .flags = COMMAND_REQUIRED,
     .help = "The module",
     .candidate = indexed_candidate},
    {.name = "parameter-string",
     .letter = 'p',
     .type = COMMAND_STRING,
     .flags = COMMAND_REQUIRED,
     .help = "Its parameters at the next load, as in \"a=1 b=2,3\""},
    {0}};
COMMAND(parameters_set, .path = "system module parameters set",
        .help = "Keep parameters for a module's next load", .handler = parameters_set_command,
        .args = set_args);

static VMK_ReturnStatus account_list(struct command_call *call)
{
    const char *name = command_string(call, "module");
    struct module_info info;

    for (vmk_ModuleID id = 0; module_next(id, &info) == VMK_OK; id = info.id + 1) {
        for (unsigned kind = 0; kind < ACCOUNT_KIND_COUNT; kind++) {
            vmk_int64 count = account_read(info.id, kind);

            if (count != 0 && (name == NULL || vmk_Strcmp(info.name, name) == 0)) {
                format_row(&call->format);
                format_string(&call->format, info.name);
                format_string(&call->format, account_kind_name(kind));
                format_int(&call->format, count);
            }
        }
    }
    return VMK_OK;
}

static const struct command_arg account_args[] = {{.name = "module",
                                                   .letter = 'm',
                                                   .type = COMMAND_STRING,
                                                   .flags = COMMAND_BARE,
                                                   .help = "This module only",
                                                   .candidate = loaded_candidate},
                                                  {0}};
static const struct format_column account_columns[] = {
    {"Module", FORMAT_STRING}, {"Resource", FORMAT_STRING}, {"Count", FORMAT_INT}, {0}};
COMMAND(account_list, .path = "system module account list", .help = "Show what each module holds",
        .handler = account_list, .args = account_args, .columns = account_columns);
