/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_timer.h - a VM's clock and its devices' alarms, on the kernel's own.
 */
#ifndef VMM_VM_TIMER_H
#define VMM_VM_TIMER_H

#include <core/vmm/vm.h>

/** It stands still, at 0. */
void vm_clock_init(struct vm *vm);

/** The VM begins to run: its clock and its TSC begin at 0. No vCPU runs. */
void vm_clock_start(struct vm *vm);

/** It stands still from now on: on return no alarm fires any more. No vCPU is in the guest. Context: world,
 * no lock held. */
void vm_clock_stop(struct vm *vm);

/** It goes on from there, with TSC and alarms. All vCPUs are paused. Context: world, no lock held. */
void vm_clock_resume(struct vm *vm);

/** Free what stands behind its alarms; the devices are gone. */
void vm_timers_free(struct vm *vm);

#endif
