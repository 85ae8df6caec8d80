/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * export.h - offering a symbol to other modules.
 *
 * vmklinux's own symbols need a line in symbols.def (it says whether only GPL modules may use them);
 * without one the file doesn't compile. Driver libraries (libata, nvme-core) export as their source says.
 */
#ifndef VMKLINUX_LINUX_EXPORT_H
#define VMKLINUX_LINUX_EXPORT_H

#include <vmkapi/base/export.h>

#ifdef VMKLINUX_BUILD

enum linux_symbol_license {
    LINUX_LICENSE_any = 0,
    LINUX_LICENSE_gpl = VMK_EXPORT_FLAG_GPL,
};

enum linux_symbol_flags {
#define LINUX_SYMBOL(name, class, license, reason) LINUX_SYMFLAGS_##name = LINUX_LICENSE_##license,
#include <symbols.def>
#undef LINUX_SYMBOL
};

#define EXPORT_SYMBOL(sym)     VMK_EXPORT_RECORD(sym, 1, LINUX_SYMFLAGS_##sym)
#define EXPORT_SYMBOL_GPL(sym) EXPORT_SYMBOL(sym)

#else

#define EXPORT_SYMBOL(sym)     VMK_EXPORT_RECORD(sym, 1, 0)
#define EXPORT_SYMBOL_GPL(sym) VMK_EXPORT_RECORD(sym, 1, VMK_EXPORT_FLAG_GPL)

#endif

#define EXPORT_SYMBOL_NS(sym, ns)     EXPORT_SYMBOL(sym)
#define EXPORT_SYMBOL_NS_GPL(sym, ns) EXPORT_SYMBOL_GPL(sym)

#endif
