/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * module_format.h - what the module tool writes into a .vmk file and the loader reads.
 *
 * A .vmk file is a relocatable ELF64 file followed by a seal. Sections of its own:
 *   .modinfo      strings "tag=value"
 *   .vmk.imports  strings "provider:symbol@version", in strcmp() order of the symbols
 *   .vmk.exports  vmk_Export records      .vmk.params  vmk_ModuleParam records
 *   .vmk.coverage pointers to GCC's records of counted objects, with preset `coverage`
 */
#ifndef CORE_MODULE_FORMAT_H
#define CORE_MODULE_FORMAT_H

#include <vmkapi/base/types.h>

#define MODULE_SUFFIX           ".vmk"
#define MODULE_KERNEL_PROVIDER  "vmkapi" /**< The provider's name for what the kernel exports. */
#define MODULE_INFO_SECTION     ".modinfo"
#define MODULE_IMPORT_SECTION   ".vmk.imports"
#define MODULE_EXPORT_SECTION   ".vmk.exports"
#define MODULE_PARAM_SECTION    ".vmk.params"
#define MODULE_COVERAGE_SECTION ".vmk.coverage"

/** The last bytes of a .vmk file: a damaged module must not run, however little of it changed. */
struct module_seal {
    char magic[8];
    vmk_uint32 reserved;
    vmk_uint32 checksum; /**< CRC-32 (zip's) of all bytes before the seal. */
};
VMK_STATIC_ASSERT(sizeof(struct module_seal) == 16, "the seal is a file format");
#define MODULE_SEAL_MAGIC "VMKSEAL\n"

#endif
