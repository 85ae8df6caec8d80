/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * debug_exit.h - a port that ends the machine with a code, as QEMU's isa-debug-exit: what is written to 0xf4
 * is the code.
 */
#ifndef CORE_VMM_DEV_DEBUG_EXIT_H
#define CORE_VMM_DEV_DEBUG_EXIT_H

#include <core/vmm/io_bus.h>
#include <core/vmm/vdev.h>

struct debug_exit {
    struct vm *vm;
    struct io_region port;
};

void debug_exit_init(struct debug_exit *debug_exit, struct vm *vm);

#endif
