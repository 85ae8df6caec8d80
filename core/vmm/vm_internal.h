/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_internal.h - what the files of the VM say to each other.
 *
 *   vm.c          which VMs there are; making and destroying one
 *   vm_parts.c    what one is made of
 *   vm_life.c     its world: start, run, stop, reset
 *   vm_timer.c    its clock and alarms
 *   vm_vdev.c     what its devices ask of it
 *   vm_console.c  what it writes on its serial line
 *   vm_files.c    description files, and the VMs that are started at boot
 */
#ifndef VMM_VM_INTERNAL_H
#define VMM_VM_INTERNAL_H

#include <core/vmm/vm.h>

/** Make all that the VM's configuration asks for; what was made before a failure is taken down again. */
VMK_ReturnStatus vm_parts_create(struct vm *vm, struct diagnosis *why);

/** Take it down; the VM does not run. */
void vm_parts_destroy(struct vm *vm);

/** Everything to its power-on state, the kernel loaded, the boot processor at its entry. The VM does not run.
 */
VMK_ReturnStatus vm_parts_power_on(struct vm *vm, struct diagnosis *why);

/** Have the devices come to rest: nothing uses the guest's memory any more. No vCPU runs. */
void vm_parts_quiesce(struct vm *vm);

#endif
