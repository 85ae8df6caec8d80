/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * export.h - offering a symbol to modules.
 *
 * Each export leaves one vmk_Export record in section .vmk.exports of the kernel or module that has it;
 * the loader builds its symbol tables from those sections. The symbol's version comes from the
 * provider's list (symbols.def), through an enumerator VMK_SYMVER_<name>.
 */
#ifndef VMKAPI_BASE_EXPORT_H
#define VMKAPI_BASE_EXPORT_H

#include <vmkapi/base/types.h>

#define VMK_EXPORT_FLAG_GPL 1u /**< Only modules with a GPL-compatible licence may import it. */

typedef struct vmk_Export {
    const void *address;
    const char *name;
    vmk_uint32 version;
    vmk_uint32 flags;
} vmk_Export;

enum vmk_SymbolVersion {
#define VMK_SYMBOL(name, version) VMK_SYMVER_##name = version,
#include <vmkapi/abi/symbols.def>
#undef VMK_SYMBOL
};

#define VMK_EXPORT_RECORD(sym, symbol_version, symbol_flags)                                                 \
    static const vmk_Export vmk_export_##sym __attribute__((used, section(".vmk.exports"), aligned(8))) = {  \
        .address = (const void *)&sym, .name = #sym, .version = symbol_version, .flags = symbol_flags}

/** Offer a VMKAPI symbol; it needs a line in abi/symbols.def. */
#define VMK_EXPORT_SYMBOL(sym) VMK_EXPORT_RECORD(sym, VMK_SYMVER_##sym, 0)

#endif
