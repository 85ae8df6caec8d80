/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vcpu_run.c - the way round: requests, entry, exit; or sleep, while the guest halts.
 */
#include "vcpu_internal.h"

#include <core/clock.h>
#include <core/config.h>
#include <core/ipi.h>
#include <core/timer.h>
#include <core/vmm/guest_fpu.h>
#include <core/vmm/vm.h>
#include <core/vmm/vm_config.h>
#include <core/world.h>
#include <vmkapi/base/bottom_half.h>
#include <vmkapi/base/stress.h>

VMK_STRESS_POINT(vm_stop_at_exit, "A VM is stopped, as by command, once this exit of a vCPU is handled");
VMK_STRESS_POINT(vm_reset_at_exit, "A VM is reset, as by command, once this exit of a vCPU is handled");

/* Any disk without mechanics has read something by then. */
CONFIG_UINT(
    linger, "/VM/LingerMicroseconds", 1000, 0, 10000,
    "How long a vCPU stays out of its guest, at most, for a request that the guest would halt for; 0: never");

static vmk_uint32 requests_of(const struct vcpu *vcpu)
{
    return __atomic_load_n(&vcpu->requests, __ATOMIC_SEQ_CST);
}

void vcpu_kick(struct vcpu *vcpu)
{
    vmk_uint32 where = __atomic_load_n(&vcpu->in_guest, __ATOMIC_SEQ_CST);
    struct world *world = __atomic_load_n(&vcpu->world, __ATOMIC_SEQ_CST);

    if (where == vmk_GetPCPUNum() + 1) {
        /* We have interrupted a nap, behind which it will look. */
    } else if (where != 0) {
        /* The interrupt is all it takes: the guest leaves for it. */
        arch_send_ipi(where - 1, IPI_RESCHEDULE);
    } else if (world != NULL) {
        world_wake(world);
    }
}

void vcpu_request(struct vcpu *vcpu, vmk_uint32 requests)
{
    /* Whoever set them before has kicked, or is about to. */
    if ((__atomic_fetch_or(&vcpu->requests, requests, __ATOMIC_SEQ_CST) & requests) != requests) {
        vcpu_kick(vcpu);
    }
}

/* Sleep while there is no request. */
static void sleep(struct vcpu *vcpu, const char *reason)
{
    world_wait_announce();
    if (requests_of(vcpu) == 0) {
        world_current()->reason = reason;
        world_block();
        world_current()->reason = NULL;
    }
    world_wait_cancel();
}

static void take(struct vcpu *vcpu, vmk_uint32 request)
{
    __atomic_fetch_and(&vcpu->requests, ~request, __ATOMIC_SEQ_CST);
}

/* Sleep while @p request, and none of @p others, stands. */
static void stay_out(struct vcpu *vcpu, vmk_uint32 request, vmk_uint32 others, const char *reason)
{
    for (;;) {
        world_wait_announce();
        if ((requests_of(vcpu) & (request | others)) != request) {
            break;
        }
        world_current()->reason = reason;
        world_block();
        world_current()->reason = NULL;
    }
    world_wait_cancel();
}

/* Whoever pauses again before we are unparked finds us parked: we shall see that before we enter the guest.
 */
static void pause(struct vcpu *vcpu)
{
    vcpu_park(vcpu);
    stay_out(vcpu, VCPU_REQUEST_PAUSE, VCPU_REQUEST_STOP, "VM paused");
    vcpu_unpark(vcpu);
}

/* @return false: leave for good. */
static bool serve_requests(struct vcpu *vcpu, vmk_uint32 requests)
{
    if (requests & VCPU_REQUEST_STOP) {
        return false;
    }
    if (requests & VCPU_REQUEST_FLUSH) {
        take(vcpu, VCPU_REQUEST_FLUSH);
        vmm_vendor->nested_flush(vcpu);
    }
    if (requests & VCPU_REQUEST_PAUSE) {
        pause(vcpu);
        return true;
    }
    if (requests & VCPU_REQUEST_LIMIT) {
        stay_out(vcpu, VCPU_REQUEST_LIMIT, VCPU_REQUEST_STOP | VCPU_REQUEST_PAUSE, "VM at its limit");
        return true;
    }
    if (requests & VCPU_REQUEST_EVENT) {
        take(vcpu, VCPU_REQUEST_EVENT);
        vcpu_take_events(vcpu);
    }
    return true;
}

/* Once into the guest and out of it. @return false: there was a request, and it was not entered. */
static bool enter(struct vcpu *vcpu, struct vcpu_exit *exit)
{
    bool entered = false;

    vmk_CPUDisableInterrupts();
    __atomic_store_n(&vcpu->in_guest, vmk_GetPCPUNum() + 1, __ATOMIC_SEQ_CST);
    if (VMK_LIKELY(requests_of(vcpu) == 0)) {
        guest_fpu_use(vcpu->fpu);
        vmm_vendor->run(vcpu, exit);
        entered = true;
    }
    __atomic_store_n(&vcpu->in_guest, 0, __ATOMIC_RELEASE);
    vmk_CPUEnableInterrupts();
    return entered;
}

/* What comes by command comes at any moment: here, at one that a test has chosen. */
static void hit_stress_points(struct vcpu *vcpu)
{
    if (VMK_STRESS_HIT(vm_stop_at_exit)) {
        vm_end(vcpu->vm, VM_STOP_COMMAND, 0);
    }
    if (VMK_STRESS_HIT(vm_reset_at_exit)) {
        vm_end(vcpu->vm, VM_STOP_RESET, 0);
    }
}

/* Whether there is nothing to do but to wait. */
static bool may_nap(const struct vcpu *vcpu, vmk_uint64 end_ns)
{
    return linger_is_under_way(&vcpu->linger) && requests_of(vcpu) == 0 &&
           vcpu->inject.kind == VCPU_EVENT_NONE && VMK_THIS_PCPU->wishes == 0 && !world_others_wait() &&
           clock_now_ns() < end_ns;
}

/* Halt this CPU until the guest's request has ended, or something else is to be done: there is no other world
 * for it. in_guest has others interrupt us, as in the guest. */
static void nap(struct vcpu *vcpu, vmk_uint64 end_ns)
{
    bool napped = false;

    for (;;) {
        vmk_CPUDisableInterrupts();
        __atomic_store_n(&vcpu->in_guest, vmk_GetPCPUNum() + 1, __ATOMIC_SEQ_CST);
        if (!may_nap(vcpu, end_ns)) {
            break;
        }
        timer_nap_begin(end_ns);
        arch_idle_wait();
        napped = true;
    }
    if (napped) {
        timer_nap_end();
    }
    __atomic_store_n(&vcpu->in_guest, 0, __ATOMIC_RELEASE);
    vmk_CPUEnableInterrupts();
}

static void linger(struct vcpu *vcpu)
{
    struct linger *linger = &vcpu->linger;
    vmk_uint64 now;

    linger->made = false;
    if (!linger_is_under_way(linger)) {
        return;
    }
    now = clock_now_ns();
    if (linger_begin(linger, now)) {
        vcpu->lingers++;
        nap(vcpu, now + linger->longest_ns);
        vcpu->in_vain += linger_is_under_way(linger);
        linger_end(linger, clock_now_ns());
    }
}

static void run_guest(struct vcpu *vcpu)
{
    struct vcpu_exit exit;

    /* What was handed over while bottom halves were held off does not interrupt us for it. */
    if (VMK_UNLIKELY(VMK_THIS_PCPU->wishes != 0)) {
        vmk_BottomHalfCheck();
    }
    if (enter(vcpu, &exit)) {
        vcpu->entries++;
        vcpu->exits[exit.reason]++;
        vcpu_exit_handlers[exit.reason](vcpu, &exit);
        hit_stress_points(vcpu);
        if (VMK_UNLIKELY(vcpu->nmi_pending || vcpu->look_after_exit)) {
            vcpu->look_after_exit = false;
            vcpu_look_again(vcpu);
        }
        if (vcpu->linger.made) {
            linger(vcpu);
        }
    }
}

void vcpu_run(struct vcpu *vcpu)
{
    /* Whoever has a limit would pay for it. */
    linger_init(&vcpu->linger,
                vcpu->vm->config->cpu_max_percent == 0 ? config_linger.value * CLOCK_NS_PER_US : 0);
    for (;;) {
        vmk_uint32 requests = requests_of(vcpu);

        if (requests != 0) {
            if (!serve_requests(vcpu, requests)) {
                return;
            }
        } else if (vcpu->state == VCPU_RUNS) {
            run_guest(vcpu);
        } else {
            sleep(vcpu, "guest halted");
        }
    }
}
