/* SPDX-License-Identifier: GPL-2.0-only */
/* init.h - code used once. Modules keep it: nothing here is ever freed early. */
#ifndef VMKLINUX_LINUX_INIT_H
#define VMKLINUX_LINUX_INIT_H

#include <linux/compiler.h>
#include <linux/types.h>

#define __init      __section(".init.text")
#define __initdata  __section(".init.data")
#define __initconst __section(".init.rodata")
#define __exit      __section(".exit.text") __used notrace
#define __exitdata  __section(".exit.data")
#define __exit_p(x) (x)

typedef int (*initcall_t)(void);
typedef void (*exitcall_t)(void);

/* The driver's entry points, under names that the module's glue (module_glue.c) calls. */
#define module_init(initfn) int vmklinux_driver_init(void) __attribute__((alias(#initfn)));

#define subsys_initcall(fn) module_init(fn)

#define module_exit(exitfn) void vmklinux_driver_exit(void) __attribute__((alias(#exitfn)));

#endif
