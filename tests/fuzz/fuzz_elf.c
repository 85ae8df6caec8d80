/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuzz_elf.c - a module file, as far as a load goes without running it.
 */
#include "fuzz.h"
#include "image.h"
#include "imports.h"
#include "modinfo.h"

#include <core/elf.h>

#define MEMORY_MAX   (1u << 20)
#define TEXT_ADDRESS 0xffffffffa0000000ul

static VMK_ReturnStatus resolve(void *context, const char *name, vmk_VA *address, struct diagnosis *why)
{
    struct import import;

    *address = TEXT_ADDRESS - 4096;
    return imports_find(context, name, &import) || name[0] != '_'
               ? VMK_OK
               : diagnose(why, VMK_UNRESOLVED_SYMBOL, "nobody has %s", name);
}

/** All it says about itself. */
static VMK_ReturnStatus read_info(const struct elf_file *file, struct string_table *imports,
                                  struct diagnosis *why)
{
    static const char *const tags[] = {"license", "depends", "name", "alias", "parm"};
    struct string_table info;
    vmk_StatusValue status = modinfo_open(file, ".modinfo", &info, why);

    if (status != VMK_OK) {
        return status;
    }
    for (unsigned i = 0; i < VMK_ARRAY_SIZE(tags); i++) {
        for (const char *value = modinfo_next(&info, tags[i], NULL); value != NULL;
             value = modinfo_next(&info, tags[i], value)) {
            (void)license_is_gpl_compatible(value);
            (void)glob_match(value, "pci:v00008086d0000100Esv00001AF4sd00001100bc02sc00i00");
        }
    }
    return modinfo_open(file, ".vmk.imports", imports, why);
}

static VMK_ReturnStatus link_file(const struct elf_file *file, const struct elf_memory memory[ELF_REGIONS],
                                  struct diagnosis *why)
{
    vmk_VA *values = calloc(file->nsymbols + 1, sizeof(*values));
    struct string_table imports;
    vmk_StatusValue status = read_info(file, &imports, why);

    elf_copy(file, memory);
    if (status == VMK_OK) {
        status = elf_bind(file, memory, values, resolve, &imports, why);
    }
    if (status == VMK_OK) {
        status = elf_relocate(file, memory, values, why);
    }
    if (status == VMK_OK) {
        vmk_ByteCount len;

        (void)elf_find_symbol(file, values, "init_module", ELF_TEXT);
        (void)elf_section_address(file, memory, ".vmk.params", &len);
    }
    free(values);
    return status;
}

static VMK_ReturnStatus load(const struct elf_file *file, struct diagnosis *why)
{
    struct elf_memory memory[ELF_REGIONS];
    vmk_VA address = TEXT_ADDRESS;
    vmk_StatusValue status;

    for (unsigned region = 0; region < ELF_REGIONS; region++) {
        memory[region] = (struct elf_memory){malloc(file->region_bytes[region]), address};
        address += file->region_bytes[region];
    }
    status = link_file(file, memory, why);
    for (unsigned region = 0; region < ELF_REGIONS; region++) {
        free(memory[region].bytes);
    }
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct diagnosis why = {""};
    struct elf_file file;
    vmk_ByteCount elf_len, total = 0;
    vmk_StatusValue status = elf_parse(&file, "input", bytes, len, &why);

    (void)seal_is_whole(bytes, len, &elf_len);
    for (unsigned region = 0; region < ELF_REGIONS; region++) {
        total += file.region_bytes[region];
    }
    if (status == VMK_OK && total <= MEMORY_MAX) {
        status = load(&file, &why);
    }
    FUZZ_REQUIRE(status == VMK_OK || (why.text[0] != '\0' && strchr(why.text, '\n') == NULL));
    return 0;
}
