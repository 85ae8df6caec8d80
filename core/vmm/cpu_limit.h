/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cpu_limit.h - how much of the processors' time a VM gets, at most, be they idle or not.
 *
 * A hundred times a second the time its vCPUs' worlds ran is taken from a bucket that fills at the limit;
 * when there is a debt, the vCPUs stay out of the guest until it is paid. What a world does for the guest
 * outside of it, and interrupts that come while it runs, count.
 *
 * Context of all: world, under vm->life.
 */
#ifndef VMM_CPU_LIMIT_H
#define VMM_CPU_LIMIT_H

#include <core/vmm/vdev.h>

#include <core/vmm/token_bucket.h>

struct cpu_limit {
    struct token_bucket bucket; /**< Of nanoseconds. */
    struct vdev_timer timer;
    vmk_uint64 charged_ns; /**< Of what the vCPUs have run. */
    bool holds;            /**< They were told to stay out. */
    vmk_uint64 waits;      /**< Times that was so; statistics. */
};

/** The vCPUs have been started: watch them, if the VM has a limit. */
void cpu_limit_start(struct vm *vm);

#endif
