/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vcpu.c - a virtual CPU's making, its world, its life.
 */
#include "guest_clock.h"
#include "vcpu_internal.h"

#include <core/vmm/guest_fpu.h>
#include <core/vmm/lapic.h>
#include <core/vmm/vm.h>
#include <core/vmm/vm_config.h>
#include <core/sched.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/module.h>
#include <vmkapi/lib/name.h>

static vmk_uint64 read_run_ns(vmk_AddrCookie vcpu)
{
    return vcpu_ran_ns(vcpu.ptr);
}

static const vmk_StatField fields[] = {
    VMK_STAT_FIELD(struct vcpu, entries),      VMK_STAT_FIELD(struct vcpu, injected),
    VMK_STAT_FIELD(struct vcpu, lingers),      VMK_STAT_FIELD(struct vcpu, in_vain),
    VMK_STAT_FIELD(struct vcpu, unknown_msrs), VMK_STAT_READ("run_ns", read_run_ns),
};

static const vmk_StatField exit_fields[VCPU_EXIT_COUNT] = {
#define X(reason, text)                                                                                      \
    [VCPU_EXIT_##reason] = {.name = text, .offset = VCPU_EXIT_##reason * sizeof(vmk_uint64)},
    VCPU_EXITS(X)
#undef X
};

static VMK_ReturnStatus show_counters(struct vcpu *vcpu)
{
    vmk_StatusValue status;

    vmk_StatGroupInit(&vcpu->stats, VMK_VMKERNEL_MODULE_ID, fields, VMK_ARRAY_SIZE(fields), "vm/%s/vcpu%u",
                      vcpu->vm->name.string, vcpu->index);
    vcpu->stats.base = vcpu;
    vcpu->stats.cookie.ptr = vcpu;
    status = vmk_StatGroupRegister(&vcpu->stats);
    if (status != VMK_OK) {
        return status;
    }
    vmk_StatGroupInit(&vcpu->exit_stats, VMK_VMKERNEL_MODULE_ID, exit_fields, VMK_ARRAY_SIZE(exit_fields),
                      "vm/%s/vcpu%u/exits", vcpu->vm->name.string, vcpu->index);
    vcpu->exit_stats.base = vcpu->exits;
    status = vmk_StatGroupRegister(&vcpu->exit_stats);
    if (status != VMK_OK) {
        vmk_StatGroupUnregister(&vcpu->stats);
    }
    return status;
}

VMK_ReturnStatus vcpu_create(struct vm *vm, vmk_uint32 index, struct vcpu **vcpu)
{
    struct vcpu *made = vmk_HeapZalloc(vm->heap, sizeof(*made));
    vmk_StatusValue status;

    if (made == NULL) {
        return VMK_NO_MEMORY;
    }
    made->vm = vm;
    made->index = index;
    made->lapic = vm->lapics[index];
    made->world_id = VMK_INVALID_WORLD_ID;
    made->parked = true;
    wait_queue_init(&made->waits, "vcpu");
    status = guest_fpu_create(vm->heap, &made->fpu);
    if (status != VMK_OK) {
        goto free_vcpu;
    }
    status = vmm_vendor->vcpu_create(made);
    if (status != VMK_OK) {
        goto free_fpu;
    }
    status = show_counters(made);
    if (status != VMK_OK) {
        goto free_vendor;
    }
    vcpu_reset(made);
    *vcpu = made;
    return VMK_OK;

free_vendor:
    vmm_vendor->vcpu_destroy(made);
free_fpu:
    guest_fpu_destroy(made->fpu);
free_vcpu:
    vmk_HeapFree(vm->heap, made);
    return status;
}

void vcpu_reset(struct vcpu *vcpu)
{
    vmm_vendor->vcpu_reset(vcpu);
    vcpu->clock_msr = 0; /* Before the TSC moves, which is told where it points. */
    vcpu_tsc_offset_set(vcpu, vcpu->vm->tsc_offset);
    guest_fpu_reset(vcpu->fpu);
    vcpu->inject.kind = VCPU_EVENT_NONE;
    vcpu->deferred.kind = VCPU_EVENT_NONE;
    vcpu->nmi_pending = false;
    vcpu->hwcr = 0;
    for (unsigned i = 0; i < VMK_ARRAY_SIZE(vcpu->mtrr); i++) {
        vcpu->mtrr[i] = 0;
    }
    vcpu->state = vcpu->index == 0 ? VCPU_RUNS : VCPU_WAITS_FOR_STARTUP;
}

void vcpu_tsc_offset_set(struct vcpu *vcpu, vmk_uint64 offset)
{
    vcpu->tsc_offset = offset;
    vmm_vendor->tsc_offset_set(vcpu, offset);
    guest_clock_update(vcpu);
}

/** Let go of its world, of which only the time it ran is remembered. */
static void forget_world(struct vcpu *vcpu)
{
    struct world *world = vcpu->world;
    vmk_uint64 flags;

    if (world == NULL) {
        return;
    }
    vmk_SpinlockLockIRQ(&vcpu->waits.lock, &flags);
    vcpu->past_ns += world->run_ns;
    vcpu->world = NULL;
    vmk_SpinlockUnlockIRQ(&vcpu->waits.lock, flags);
    world_put(world);
}

vmk_uint64 vcpu_ran_ns(struct vcpu *vcpu)
{
    vmk_uint64 flags, ran;

    vmk_SpinlockLockIRQ(&vcpu->waits.lock, &flags);
    ran = vcpu->past_ns;
    if (vcpu->world != NULL) {
        ran += __atomic_load_n(&vcpu->world->run_ns, __ATOMIC_RELAXED);
    }
    vmk_SpinlockUnlockIRQ(&vcpu->waits.lock, flags);
    return ran;
}

void vcpu_destroy(struct vcpu *vcpu)
{
    forget_world(vcpu);
    vmk_StatGroupUnregister(&vcpu->exit_stats);
    vmk_StatGroupUnregister(&vcpu->stats);
    vmm_vendor->vcpu_destroy(vcpu);
    guest_fpu_destroy(vcpu->fpu);
    vmk_HeapFree(vcpu->vm->heap, vcpu);
}

static void store_fpu(void *vcpu)
{
    guest_fpu_store(((struct vcpu *)vcpu)->fpu);
}

static void begin(struct vcpu *vcpu)
{
    struct world *self = world_get(vmk_WorldGetID());
    vmk_uint64 flags;

    world_become_guest(vcpu->vm->config->cpu_shares);
    self->leave_cpu = store_fpu;
    vmk_SpinlockLockIRQ(&vcpu->waits.lock, &flags);
    __atomic_store_n(&vcpu->world, self, __ATOMIC_SEQ_CST);
    vmk_SpinlockUnlockIRQ(&vcpu->waits.lock, flags);
}

/* From here on nothing of this world touches the vCPU, which may vanish. */
static void end(struct vcpu *vcpu)
{
    vmk_uint64 flags = vmk_CPUSaveInterrupts();

    guest_fpu_store(vcpu->fpu);
    world_current()->leave_cpu = NULL;
    vmk_CPURestoreInterrupts(flags);
    vcpu_park(vcpu);
}

static vmk_StatusValue vcpu_main(void *data)
{
    struct vcpu *vcpu = data;

    begin(vcpu);
    vcpu_run(vcpu);
    end(vcpu);
    return VMK_OK;
}

VMK_ReturnStatus vcpu_start(struct vcpu *vcpu)
{
    vmk_WorldProps props = {.moduleID = VMK_VMKERNEL_MODULE_ID,
                            .startFunction = vcpu_main,
                            .data = vcpu,
                            .affinity = vmm_vendor_cpus()};
    vmk_StatusValue status;
    vmk_Name name;

    status = vmk_NameFormat(&name, "%s.vcpu%u", vcpu->vm->name.string, vcpu->index);
    if (status != VMK_OK && status != VMK_NAME_TOO_LONG) {
        return status;
    }
    props.name = name.string;
    forget_world(vcpu);
    vcpu->parked = false;
    __atomic_store_n(&vcpu->requests, VCPU_REQUEST_EVENT | (vcpu->vm->paused ? VCPU_REQUEST_PAUSE : 0),
                     __ATOMIC_RELEASE);
    return vmk_WorldCreate(&props, &vcpu->world_id);
}

void vcpu_wait_stopped(struct vcpu *vcpu)
{
    if (vcpu->world_id != VMK_INVALID_WORLD_ID) {
        VMK_VERIFY(world_wait_for_death(vcpu->world_id, WAITER_UNINTERRUPTIBLE) == VMK_OK);
    }
}

static void set_parked(struct vcpu *vcpu, bool parked)
{
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&vcpu->waits.lock, &flags);
    vcpu->parked = parked;
    vmk_SpinlockUnlockIRQ(&vcpu->waits.lock, flags);
}

void vcpu_park(struct vcpu *vcpu)
{
    set_parked(vcpu, true);
    wait_queue_wake_all(&vcpu->waits);
}

void vcpu_unpark(struct vcpu *vcpu)
{
    set_parked(vcpu, false);
}

void vcpu_wait_paused(struct vcpu *vcpu)
{
    struct waiter waiter;
    vmk_uint64 flags;
    bool parked;

    vmk_SpinlockLockIRQ(&vcpu->waits.lock, &flags);
    parked = vcpu->parked;
    if (!parked) {
        waiter_add(&waiter, &vcpu->waits.waiters, 0);
    }
    vmk_SpinlockUnlockIRQ(&vcpu->waits.lock, flags);
    if (!parked) {
        VMK_VERIFY(waiter_sleep(&waiter, &vcpu->waits.lock, WAIT_FOREVER, WAITER_UNINTERRUPTIBLE) == VMK_OK);
    }
}

void vcpu_withdraw(struct vcpu *vcpu, vmk_uint32 requests)
{
    __atomic_fetch_and(&vcpu->requests, ~requests, __ATOMIC_SEQ_CST);
    vcpu_kick(vcpu);
}
