/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * load.c - from a file to a running module, in steps; whichever fails, all before it is undone.
 */
#define VMK_LOG_MODULE "Module"

#include "discard.h"
#include "image.h"
#include "imports.h"
#include "index.h"
#include "modinfo.h"
#include "parameters.h"
#include "table.h"

#include <core/coverage.h>
#include <core/elf.h>
#include <core/heap.h>
#include <core/kmap.h>
#include <core/module_format.h>
#include <core/vfs.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/base/stress.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/lib/string.h>

/** One load under way. */
struct load {
    const char *name;             /* as asked for: a name or a path */
    const char *parameters;       /* NULL: those kept for the module */
    const struct load *requester; /* the load this one is a dependency of */
    struct diagnosis *why;
    struct module *module;
    struct module_image image;
    struct elf_file elf;
    struct string_table info, imports;
    struct elf_memory memory[ELF_REGIONS];
    vmk_VA *values;                                       /* of the symbols */
    vmk_Bool gpl;                                         /* its licence is GPL-compatible */
    char loaded[MODULE_DEPENDS_MAX][VMK_MODULE_NAME_MAX]; /* dependencies this load has brought in */
    unsigned nloaded;
};

static VMK_ReturnStatus load_module(const char *name, const char *parameters, const struct load *requester,
                                    struct diagnosis *why);

VMK_STRESS_POINT(module_no_memory, "A module finds no memory for its code");

/* The file. */

static VMK_ReturnStatus open_image(struct load *load)
{
    char path[VFS_PATH_MAX];

    if (load->name[0] == '/') {
        return image_open(&load->image, load->name, load->why);
    }
    vmk_Snprintf(path, sizeof(path), MODULE_DIRECTORY "/%s" MODULE_SUFFIX, load->name);
    return image_open(&load->image, path, load->why);
}

static VMK_ReturnStatus open_sections(struct load *load)
{
    vmk_StatusValue status = elf_parse(&load->elf, load->name, load->image.bytes, load->image.len, load->why);

    if (status == VMK_OK) {
        status = modinfo_open(&load->elf, MODULE_INFO_SECTION, &load->info, load->why);
    }
    if (status == VMK_OK) {
        status = modinfo_open(&load->elf, MODULE_IMPORT_SECTION, &load->imports, load->why);
    }
    return status;
}

static VMK_ReturnStatus check_identity(struct load *load)
{
    const char *name = modinfo_value(&load->info, "name");

    if (name[0] == '\0' || vmk_Strlen(name) >= VMK_MODULE_NAME_MAX) {
        return diagnose(load->why, VMK_BAD_FORMAT, "%s: does not say its name; build it with vmk_module()",
                        load->name);
    }
    if (load->name[0] != '/' && vmk_Strcmp(load->name, name) != 0) {
        return diagnose(load->why, VMK_BAD_FORMAT, "%s: the file holds module '%s'; give it that name",
                        load->name, name);
    }
    vmk_Strlcpy(load->module->name, name, sizeof(load->module->name));
    vmk_Strlcpy(load->module->version, modinfo_value(&load->info, "version"), sizeof(load->module->version));
    vmk_Strlcpy(load->module->license, modinfo_value(&load->info, "license"), sizeof(load->module->license));
    return VMK_OK;
}

static VMK_ReturnStatus check_revision(struct load *load)
{
    const char *text = modinfo_value(&load->info, "vmkapi");
    unsigned major = 0, minor = 0;

    if (vmk_Sscanf(text, "%u.%u", &major, &minor) != 2 || major != VMKAPI_REVISION_MAJOR ||
        minor > VMKAPI_REVISION_MINOR) {
        return diagnose(
            load->why, VMK_VERSION_MISMATCH,
            "%s: built for VMKAPI '%s', this kernel offers %d.%d; build it against this kernel's SDK",
            load->module->name, text, VMKAPI_REVISION_MAJOR, VMKAPI_REVISION_MINOR);
    }
    return VMK_OK;
}

static VMK_ReturnStatus check_license(struct load *load)
{
    load->gpl = license_is_gpl_compatible(load->module->license);
    if (load->module->license[0] == '\0') {
        return diagnose(load->why, VMK_LICENSE_REFUSED, "%s: states no licence; add VMK_MODULE_LICENSE()",
                        load->module->name);
    }
    return VMK_OK;
}

/* Its place among the modules. */

static VMK_ReturnStatus enter_table(struct load *load)
{
    vmk_StatusValue status = table_enter(load->module);

    if (status == VMK_EXISTS) {
        return diagnose(load->why, status, "%s is loaded already", load->module->name);
    }
    if (status != VMK_OK) {
        return diagnose(load->why, status, "%s: cannot be loaded now: %s", load->module->name,
                        vmk_StatusToString(status));
    }
    return VMK_OK;
}

/** Whether the load of module @p name has led to this one: to wait for it would be to wait for ourselves. */
static vmk_Bool is_requester(const struct load *load, const char *name)
{
    while (load != NULL && vmk_Strcmp(load->module->name, name) != 0) {
        load = load->requester;
    }
    return load != NULL;
}

/** Have the module called @p name loaded, and take a use of it. */
static VMK_ReturnStatus get_dependency(struct load *load, const char *name)
{
    struct module *module = load->module;
    vmk_StatusValue status;

    if (module->ndepends == MODULE_DEPENDS_MAX) {
        return diagnose(load->why, VMK_LIMIT_EXCEEDED, "%s: depends on more than %u modules", module->name,
                        MODULE_DEPENDS_MAX);
    }
    if (is_requester(load, name)) {
        return diagnose(load->why, VMK_BAD_FORMAT, "%s: depends on itself by way of %s; break that circle",
                        name, module->name);
    }
    status = table_get(name, &module->depends[module->ndepends]);
    if (status == VMK_NOT_FOUND) {
        status = load_module(name, NULL, load, load->why);
        if (status == VMK_OK) {
            vmk_Strlcpy(load->loaded[load->nloaded++], name, VMK_MODULE_NAME_MAX);
        } else if (status != VMK_EXISTS) {
            return status;
        }
        status = table_get(name, &module->depends[module->ndepends]);
    }
    if (status != VMK_OK) {
        return diagnose(load->why, status, "%s: needs module %s: %s", module->name, name,
                        vmk_StatusToString(status));
    }
    module->ndepends++;
    return VMK_OK;
}

static VMK_ReturnStatus get_dependencies(struct load *load)
{
    const char *list = modinfo_value(&load->info, "depends");
    vmk_StatusValue status = VMK_OK;

    while (*list != '\0' && status == VMK_OK) {
        vmk_ByteCount len = vmk_Strcspn(list, ",");
        char name[VMK_MODULE_NAME_MAX];

        if (len >= sizeof(name)) {
            return diagnose(load->why, VMK_BAD_FORMAT, "%s: depends on a module with too long a name",
                            load->module->name);
        }
        vmk_Strlcpy(name, list, len + 1);
        status = get_dependency(load, name);
        list += len;
        list += *list == ',';
    }
    return status;
}

/* Its code. */

static VMK_ReturnStatus allocate(struct load *load)
{
    struct module *module = load->module;
    vmk_VA va;
    vmk_StatusValue status;

    for (unsigned region = 0; region < ELF_REGIONS; region++) {
        module->bytes += load->elf.region_bytes[region];
    }
    load->values = vmk_HeapAlloc(heap_kernel, load->elf.nsymbols * sizeof(vmk_VA));
    status = load->values == NULL || VMK_STRESS_HIT(module_no_memory)
                 ? VMK_NO_MEMORY
                 : kmap_module_alloc(VMK_VMKERNEL_MODULE_ID, module->bytes, &module->base);
    if (status != VMK_OK) {
        return diagnose(load->why, status,
                        "%s: no memory for its %lu KiB; free some or give the machine more", module->name,
                        module->bytes >> 10);
    }
    va = module->base;
    for (unsigned region = 0; region < ELF_REGIONS; region++) {
        load->memory[region] = (struct elf_memory){.bytes = (vmk_uint8 *)va, .address = va};
        va += load->elf.region_bytes[region];
    }
    return VMK_OK;
}

/** The module that offers what is imported from @p name, or NULL when it is not one this one depends on. */
static const struct module *find_provider(const struct load *load, const char *name)
{
    if (vmk_Strcmp(name, MODULE_KERNEL_PROVIDER) == 0) {
        return &module_kernel;
    }
    for (unsigned i = 0; i < load->module->ndepends; i++) {
        if (vmk_Strcmp(load->module->depends[i]->name, name) == 0) {
            return load->module->depends[i];
        }
    }
    return NULL;
}

/** Whether this module's licence lets it use @p symbol. A module's symbols are all for GPL-compatible ones.
 */
static vmk_Bool license_allows(const struct load *load, const struct module *provider,
                               const vmk_Export *symbol)
{
    return load->gpl || (provider == &module_kernel && !(symbol->flags & VMK_EXPORT_FLAG_GPL));
}

static VMK_ReturnStatus resolve(void *context, const char *name, vmk_VA *address, struct diagnosis *why)
{
    const struct load *load = context;
    const struct module *provider;
    const vmk_Export *symbol;
    struct import import;

    if (!imports_find(&load->imports, name, &import)) {
        return diagnose(why, VMK_UNRESOLVED_SYMBOL,
                        "%s: does not say who offers '%s'; build it with vmk_module()", load->module->name,
                        name);
    }
    provider = find_provider(load, import.provider);
    symbol = provider != NULL ? exports_find(&provider->exports, name) : NULL;
    if (symbol == NULL) {
        return diagnose(
            why, VMK_UNRESOLVED_SYMBOL,
            "%s: needs symbol '%s', which %s does not offer; use a build of both that fit together",
            load->module->name, name, import.provider);
    }
    if (symbol->version != import.version) {
        return diagnose(why, VMK_VERSION_MISMATCH,
                        "%s: needs version %u of symbol '%s', %s offers version %u; build the module again",
                        load->module->name, import.version, name, import.provider, symbol->version);
    }
    if (!license_allows(load, provider, symbol)) {
        return diagnose(why, VMK_LICENSE_REFUSED,
                        "%s: symbol '%s' of %s is for GPL-compatible modules, its licence is '%s'; see "
                        "VMK_MODULE_LICENSE()",
                        load->module->name, name, import.provider, load->module->license);
    }
    *address = (vmk_VA)symbol->address;
    return VMK_OK;
}

static VMK_ReturnStatus link(struct load *load)
{
    vmk_StatusValue status;

    elf_copy(&load->elf, load->memory);
    status = elf_bind(&load->elf, load->memory, load->values, resolve, load, load->why);
    return status == VMK_OK ? elf_relocate(&load->elf, load->memory, load->values, load->why) : status;
}

/** Tell the module's code which module it is in. */
static VMK_ReturnStatus set_current_id(struct load *load)
{
    vmk_VA start = load->memory[ELF_RODATA].address;
    vmk_VA datum = elf_find_symbol(&load->elf, load->values, "vmk_ModuleCurrentID", ELF_RODATA);

    if (datum == 0 || datum - start > load->elf.region_bytes[ELF_RODATA] - sizeof(vmk_ModuleID)) {
        return diagnose(load->why, VMK_BAD_FORMAT,
                        "%s: has no vmk_ModuleCurrentID; build it with vmk_module()", load->module->name);
    }
    *(vmk_ModuleID *)datum = load->module->id;
    return VMK_OK;
}

static VMK_ReturnStatus find_entries(struct load *load)
{
    struct module *module = load->module;
    vmk_ByteCount exports_bytes, params_bytes, counted_bytes;
    vmk_VA exports = elf_section_address(&load->elf, load->memory, MODULE_EXPORT_SECTION, &exports_bytes);
    vmk_VA params = elf_section_address(&load->elf, load->memory, MODULE_PARAM_SECTION, &params_bytes);
    vmk_VA counted = elf_section_address(&load->elf, load->memory, MODULE_COVERAGE_SECTION, &counted_bytes);
    vmk_StatusValue status;

    module->init = (int (*)(void))elf_find_symbol(&load->elf, load->values, "init_module", ELF_TEXT);
    module->cleanup = (void (*)(void))elf_find_symbol(&load->elf, load->values, "cleanup_module", ELF_TEXT);
    module->params = (const vmk_ModuleParam *)params;
    module->nparams = params_bytes / sizeof(vmk_ModuleParam);
    if (module->init == NULL) {
        return diagnose(load->why, VMK_BAD_FORMAT, "%s: has no init_module()", module->name);
    }
    status = exports_build(&module->exports, (const vmk_Export *)exports, exports_bytes / sizeof(vmk_Export));
    if (status == VMK_OK) {
        status = functions_build(&module->functions, &load->elf);
    }
    if (status != VMK_OK) {
        return diagnose(load->why, status, "%s: no memory for its symbols", module->name);
    }
    coverage_add(counted, counted_bytes);
    /* From here on a crash on any CPU finds its names. */
    __atomic_store_n(&module->text_bytes, load->elf.region_bytes[ELF_TEXT], __ATOMIC_RELEASE);
    return VMK_OK;
}

static VMK_ReturnStatus set_parameters(struct load *load)
{
    struct module *module = load->module;
    char kept[MODULE_PARAMETERS_MAX];
    const char *text = load->parameters;

    if (text == NULL) {
        kept_parameters(module->name, kept);
        text = kept;
    }
    if (vmk_StringDup(heap_kernel, text, &module->params_text) != VMK_OK) {
        return diagnose(load->why, VMK_NO_MEMORY, "%s: no memory for its parameters", module->name);
    }
    return parameters_set(module->name, module->params, module->nparams, module->params_text, load->why);
}

static VMK_ReturnStatus protect(struct load *load)
{
    static const enum kmap_access access[ELF_REGIONS] = {
        [ELF_TEXT] = KMAP_READ_EXECUTE, [ELF_RODATA] = KMAP_READ_ONLY, [ELF_DATA] = KMAP_READ_WRITE};
    vmk_StatusValue status = VMK_OK;

    for (unsigned region = 0; region < ELF_REGIONS && status == VMK_OK; region++) {
        if (load->elf.region_bytes[region] != 0) {
            status = kmap_module_protect(load->memory[region].address, load->elf.region_bytes[region],
                                         access[region]);
        }
    }
    if (status != VMK_OK) {
        return diagnose(load->why, status, "%s: its memory cannot be protected: %s", load->module->name,
                        vmk_StatusToString(status));
    }
    return VMK_OK;
}

static VMK_ReturnStatus run_init(struct load *load)
{
    struct module *module = load->module;
    int result = module->init();

    if (result == 0) {
        table_set_loaded(module);
        vmk_LogMessage("Loaded module %s%s%s (ID %u, %lu KiB)", module->name,
                       module->version[0] != '\0' ? " " : "", module->version, module->id,
                       module->bytes >> 10);
        return VMK_OK;
    }
    return diagnose(load->why, VMK_FAILURE, "%s: init_module() failed with %d%s%s; the log may say more",
                    module->name, result, result > 0 ? ": " : "",
                    result > 0 ? vmk_StatusToString(result) : "");
}

static VMK_ReturnStatus run_steps(struct load *load)
{
    static VMK_ReturnStatus (*const steps[])(struct load *) = {
        open_image,   open_sections,    check_identity, check_revision, check_license,
        enter_table,  get_dependencies, allocate,       link,           set_current_id,
        find_entries, protect,          set_parameters, run_init};
    vmk_StatusValue status = VMK_OK;

    for (unsigned i = 0; i < VMK_ARRAY_SIZE(steps) && status == VMK_OK; i++) {
        status = steps[i](load);
    }
    return status;
}

/** Leave nothing of a failed load behind. */
static void undo(struct load *load)
{
    struct diagnosis why;

    if (module_discard(load->module, &why) != VMK_OK) {
        vmk_WarningMessage("%s", why.text);
    }
    while (load->nloaded != 0) {
        /* Somebody else may use it by now: then it stays. */
        (void)!module_unload(load->loaded[--load->nloaded], &why);
    }
}

static VMK_ReturnStatus load_module(const char *name, const char *parameters, const struct load *requester,
                                    struct diagnosis *why)
{
    struct load *load = vmk_HeapZalloc(heap_kernel, sizeof(*load));
    struct module *module = vmk_HeapZalloc(heap_kernel, sizeof(*module));
    vmk_StatusValue status;

    if (load == NULL || module == NULL) {
        vmk_HeapFree(heap_kernel, module);
        vmk_HeapFree(heap_kernel, load);
        return diagnose(why, VMK_NO_MEMORY, "%s: no memory to load it", name);
    }
    *load = (struct load){
        .name = name, .parameters = parameters, .requester = requester, .why = why, .module = module};
    status = run_steps(load);
    if (status != VMK_OK) {
        undo(load);
    }
    image_close(&load->image);
    vmk_HeapFree(heap_kernel, load->values);
    vmk_HeapFree(heap_kernel, load);
    return status;
}

VMK_ReturnStatus module_load(const char *name, const char *parameters, struct diagnosis *why)
{
    return load_module(name, parameters, NULL, why);
}
