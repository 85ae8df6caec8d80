/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pvpanic.h - a port by which a guest says that its system has crashed (QEMU's pvpanic specification, ISA
 * device): bit 0 panicked, bit 1 crash kernel loaded.
 */
#ifndef CORE_VMM_DEV_PVPANIC_H
#define CORE_VMM_DEV_PVPANIC_H

#include <core/vmm/io_bus.h>
#include <core/vmm/vdev.h>

struct pvpanic {
    struct vm *vm;
    struct io_region port;
};

void pvpanic_init(struct pvpanic *pvpanic, struct vm *vm);

#endif
