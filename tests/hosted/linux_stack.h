/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * linux_stack.h - vmklinux and the modules of a driver on it, in the order in which they are loaded.
 */
#ifndef LINUX_STACK_H
#define LINUX_STACK_H

#include <core/account.h>
#include <vmkapi/base/module.h>

/** A module of Linux's side: what hosted_linux_module() made of it. */
struct linux_module {
    const char *name;
    vmk_ModuleID *id;
    int (*init)(void);
    void (*exit)(void);
    vmk_Bool loaded;
};

/** Declare what hosted_linux_module(<name>) made, and an entry of a stack. */
#define LINUX_MODULE_DECLARE(name)                                                                           \
    extern vmk_ModuleID hosted_##name##_id;                                                                  \
    int hosted_##name##_init(void);                                                                          \
    void hosted_##name##_exit(void)
#define LINUX_MODULE(name)                                                                                   \
    {                                                                                                        \
#name, &hosted_##name##_id, hosted_##name##_init, hosted_##name##_exit                               \
    }

/** Give the modules their IDs, and load vmklinux. The machine runs, its functions are plugged in. */
void stack_start(struct linux_module *modules, unsigned count);

/** Load all, in order. @return VMK_FALSE when one would not; those before it are unloaded. */
vmk_Bool stack_load(void);

/** Unload all, the last first. @return whether each left nothing behind; what it left is printed. */
vmk_Bool stack_unload(void);

/** What they hold together. */
vmk_int64 stack_holds(enum account_kind kind);

#endif
