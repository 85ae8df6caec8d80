/* SPDX-License-Identifier: GPL-2.0-only */
#include "cpu_limit.h"

#include <core/clock.h>
#include <core/vmm/vm.h>
#include <core/vmm/vm_config.h>
#include <vmkapi/lib/bits.h>

#define PERIOD_NS (10 * CLOCK_NS_PER_MS) /* As a slice, to which the time a world ran is told. */

static vmk_uint64 ran_ns(struct vm *vm)
{
    vmk_uint64 ran = 0;

    for (vmk_uint32 i = 0; i < vm->vcpu_count; i++) {
        ran += vcpu_ran_ns(vm->vcpus[i]);
    }
    return ran;
}

static void hold(struct vm *vm, bool on)
{
    struct cpu_limit *limit = vm->cpu_limit;

    if (limit->holds == on) {
        return;
    }
    limit->holds = on;
    limit->waits += on;
    for (vmk_uint32 i = 0; i < vm->vcpu_count; i++) {
        if (on) {
            vcpu_request(vm->vcpus[i], VCPU_REQUEST_LIMIT);
        } else {
            vcpu_withdraw(vm->vcpus[i], VCPU_REQUEST_LIMIT);
        }
    }
}

static void fire(void *data, vmk_uint64 now_ns)
{
    struct vm *vm = data;
    struct cpu_limit *limit = vm->cpu_limit;
    vmk_uint64 ran = ran_ns(vm), wait;

    token_bucket_take(&limit->bucket, ran - limit->charged_ns);
    limit->charged_ns = ran;
    wait = token_bucket_wait_ns(&limit->bucket, now_ns);
    hold(vm, wait != 0);
    vdev_timer_arm(vm, &limit->timer, now_ns + VMK_MAX(wait, PERIOD_NS));
}

void cpu_limit_start(struct vm *vm)
{
    struct cpu_limit *limit = vm->cpu_limit;

    if (vm->config->cpu_max_percent == 0) {
        return;
    }
    token_bucket_init(&limit->bucket, vm->config->cpu_max_percent * (CLOCK_NS_PER_S / 100));
    limit->charged_ns = ran_ns(vm);
    limit->holds = false;
    limit->timer.fire = fire;
    limit->timer.device = vm;
    vdev_timer_arm(vm, &limit->timer, vdev_now_ns(vm) + PERIOD_NS);
}
