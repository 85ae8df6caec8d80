/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * traps.c - the symbols classed `trap`: offered so that a driver links, for paths that can't be reached here.
 *
 * One that is reached after all ends in the crash screen, which names the symbol and, by its backtrace, the
 * caller.
 */
#include <linux/export.h>
#include <vmkapi/base/assert.h>

#define TRAP_real(name)
#define TRAP_no_op(name)
#define TRAP_trap(name)                                                                                      \
    void name(void);                                                                                         \
    void name(void)                                                                                          \
    {                                                                                                        \
        vmk_Panic(#name "() called by %p: vmklinux does not have it", __builtin_return_address(0));          \
    }                                                                                                        \
    EXPORT_SYMBOL(name);

#define LINUX_SYMBOL(name, class, license, note) TRAP_##class(name)
#include <symbols.def>
#undef LINUX_SYMBOL
