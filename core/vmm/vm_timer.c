/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_timer.c - a device's alarm is a timer of the kernel's, whose bottom half takes the device lock.
 *
 * A device may move its alarm while the kernel's timer is already firing: what counts is deadline_ns, looked
 * at once more under the lock.
 *
 * vm->clock is the host's time at which the VM's was 0, or, while that stands still, what it shows and
 * STANDS: one word, so that who reads it at any moment gets a time.
 */
#include "vm_timer.h"

#include <core/clock.h>
#include <vmkapi/base/module.h>
#include <vmkapi/base/time.h>

#define FAR_NS (1ul << 62) /* 146 years: for arithmetic that must not wrap round. */
#define STANDS (1ul << 63)

struct vm_timer {
    vmk_TimerObject object;
    struct vm *vm;
    struct vdev_timer *timer;
    struct vm_timer *next;
};

vmk_uint64 vdev_now_ns(struct vm *vm)
{
    vmk_uint64 clock = __atomic_load_n(&vm->clock, __ATOMIC_RELAXED);

    return (clock & STANDS) == 0 ? clock_now_ns() - clock : clock & ~STANDS;
}

/* Both begin at 0 in the same moment. */
vmk_uint64 vdev_tsc_deadline_ns(struct vm *vm, vmk_uint64 tsc)
{
    unsigned __int128 ns = ((unsigned __int128)tsc * clock_scale.mult) >> 32;

    return ns < FAR_NS ? (vmk_uint64)ns : VDEV_NEVER;
}

static void fire(vmk_AddrCookie data)
{
    struct vm_timer *t = data.ptr;
    vmk_uint64 now = vdev_now_ns(t->vm), deadline;

    vdev_lock(t->vm);
    deadline = __atomic_load_n(&t->timer->deadline_ns, __ATOMIC_RELAXED);
    /* A LAPIC's is armed by its vCPU without the lock: a new deadline must not be taken for the old one. */
    if (deadline <= now && __atomic_compare_exchange_n(&t->timer->deadline_ns, &deadline, VDEV_NEVER, false,
                                                       __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
        t->timer->fire(t->timer->device, now);
    }
    vdev_unlock(t->vm);
}

/** The one that stands behind @p timer, made now if need be: a device that was put to its power-on state may
 * have forgotten. */
static struct vm_timer *find_timer(struct vm *vm, struct vdev_timer *timer)
{
    struct vm_timer *t = __atomic_load_n(&vm->timers, __ATOMIC_ACQUIRE);

    while (t != NULL && t->timer != timer) {
        t = t->next;
    }
    if (t != NULL) {
        return t;
    }
    t = vmk_HeapZalloc(vm->heap, sizeof(*t));
    if (t == NULL) {
        return NULL;
    }
    t->vm = vm;
    t->timer = timer;
    vmk_TimerInit(&t->object, VMK_VMKERNEL_MODULE_ID, fire, (vmk_AddrCookie){.ptr = t});
    t->next = __atomic_load_n(&vm->timers, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(&vm->timers, &t->next, t, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED)) {
    }
    return t;
}

void vdev_timer_arm(struct vm *vm, struct vdev_timer *timer, vmk_uint64 deadline_ns)
{
    bool off = deadline_ns >= FAR_NS || __atomic_load_n(&vm->timers_rest, __ATOMIC_ACQUIRE);
    struct vm_timer *t = timer->machine;

    __atomic_store_n(&timer->deadline_ns, deadline_ns, __ATOMIC_RELAXED);
    /* One that is armed while all rest is to be found when they no longer do. */
    if (t == NULL && deadline_ns >= FAR_NS) {
        return;
    }
    if (t == NULL) {
        t = find_timer(vm, timer);
        timer->machine = t;
    }
    if (t == NULL) {
        vm_fail(vm, "no memory for a timer");
    } else if (off) {
        (void)vmk_TimerDisarm(&t->object, VMK_FALSE);
    } else {
        (void)vmk_TimerArm(&t->object, __atomic_load_n(&vm->clock, __ATOMIC_RELAXED) + deadline_ns);
    }
}

void vm_clock_init(struct vm *vm)
{
    vm->clock = STANDS;
    vm->timers_rest = true;
}

void vm_clock_start(struct vm *vm)
{
    vmk_uint64 tsc = vmk_CPUReadTSC();

    __atomic_store_n(&vm->clock, clock_ns_at(tsc), __ATOMIC_RELAXED);
    vm->tsc_offset = -tsc;
    __atomic_store_n(&vm->timers_rest, false, __ATOMIC_RELEASE);
}

/* From here on, the clock and the guest's TSC show what they showed in one and the same moment. */
static void stand(struct vm *vm)
{
    vm->stopped_tsc = vmk_CPUReadTSC();
    __atomic_store_n(&vm->clock, STANDS | (clock_ns_at(vm->stopped_tsc) - vm->clock), __ATOMIC_RELAXED);
}

void vm_clock_stop(struct vm *vm)
{
    __atomic_store_n(&vm->timers_rest, true, __ATOMIC_RELEASE);
    for (struct vm_timer *t = __atomic_load_n(&vm->timers, __ATOMIC_ACQUIRE); t != NULL; t = t->next) {
        (void)vmk_TimerDisarm(&t->object, VMK_TRUE);
        /* A callback that was under way may have armed it once more, before it saw that all rest. */
        (void)vmk_TimerDisarm(&t->object, VMK_TRUE);
    }
    if ((vm->clock & STANDS) == 0) {
        stand(vm);
    }
}

/* What a device has forgotten of since, put to its power-on state, is no alarm. */
static void arm_again(struct vm_timer *t)
{
    vdev_lock(t->vm);
    if (t->timer->machine == t) {
        vdev_timer_arm(t->vm, t->timer, __atomic_load_n(&t->timer->deadline_ns, __ATOMIC_RELAXED));
    }
    vdev_unlock(t->vm);
}

void vm_clock_resume(struct vm *vm)
{
    vmk_uint64 tsc = vmk_CPUReadTSC(), passed = tsc - vm->stopped_tsc;

    vm->tsc_offset -= passed;
    for (vmk_uint32 i = 0; i < vm->vcpu_count; i++) {
        vcpu_tsc_offset_set(vm->vcpus[i], vm->vcpus[i]->tsc_offset - passed);
    }
    __atomic_store_n(&vm->clock, clock_ns_at(tsc) - (vm->clock & ~STANDS), __ATOMIC_RELAXED);
    __atomic_store_n(&vm->timers_rest, false, __ATOMIC_RELEASE);
    for (struct vm_timer *t = __atomic_load_n(&vm->timers, __ATOMIC_ACQUIRE); t != NULL; t = t->next) {
        arm_again(t);
    }
}

void vm_timers_free(struct vm *vm)
{
    struct vm_timer *t = vm->timers;

    while (t != NULL) {
        struct vm_timer *next = t->next;

        vmk_HeapFree(vm->heap, t);
        t = next;
    }
    vm->timers = NULL;
}
