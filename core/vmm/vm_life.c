/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_life.c - a VM's world: from its start to what ends it.
 */
#define VMK_LOG_MODULE "VM"
#include "cpu_limit.h"
#include "vm_internal.h"
#include "vm_timer.h"

#include <core/vmm/vm_config.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/base/module.h>
#include <vmkapi/lib/libc.h>

const char *vm_stop_text(enum vm_stop_reason reason)
{
    static const char *const texts[] = {
#define X(constant, text) [constant] = text,
        VM_STOPS(X)
#undef X
    };

    return texts[reason];
}

static enum vm_state state_of(const struct vm *vm)
{
    return __atomic_load_n(&vm->state, __ATOMIC_ACQUIRE);
}

const char *vm_state_text(const struct vm *vm)
{
    static const char *const texts[] = {
        [VM_CREATED] = "created", [VM_RUNNING] = "running", [VM_STOPPED] = "stopped"};

    if (state_of(vm) == VM_RUNNING && __atomic_load_n(&vm->paused, __ATOMIC_RELAXED)) {
        return "paused";
    }
    return texts[state_of(vm)];
}

/* Ends. */

/** @return whether this is what ends the run: nothing else had been asked for before, but a reset. */
static bool note_end(struct vm *vm, enum vm_stop_reason reason, vmk_uint32 code, const char *text)
{
    vmk_uint64 flags;
    bool first;

    vmk_SpinlockLockIRQ(&vm->ends.lock, &flags);
    first = state_of(vm) == VM_RUNNING &&
            (vm->ending == VM_STOP_NONE || (vm->ending == VM_STOP_RESET && reason != VM_STOP_RESET));
    if (first) {
        vm->ending = reason;
        vm->stop_code = code;
        vmk_Strlcpy(vm->stop_text, text, sizeof(vm->stop_text));
    }
    vmk_SpinlockUnlockIRQ(&vm->ends.lock, flags);
    return first;
}

static void end_run(struct vm *vm)
{
    for (vmk_uint32 i = 0; i < vm->vcpu_count; i++) {
        vcpu_request(vm->vcpus[i], VCPU_REQUEST_STOP);
    }
    wait_queue_wake_all(&vm->ends);
}

void vm_end(struct vm *vm, enum vm_stop_reason reason, vmk_uint32 code)
{
    if (note_end(vm, reason, code, "")) {
        end_run(vm);
    }
}

void vm_fail(struct vm *vm, const char *format, ...)
{
    char text[sizeof(vm->stop_text)];
    va_list args;

    va_start(args, format);
    (void)vmk_Vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (note_end(vm, VM_STOP_FAILED, 0, text)) {
        vmk_WarningMessage("%s is stopped: %s", vm->name.string, text);
        end_run(vm);
    }
}

/** Wait for an end. The world is nobody's to kill: it ends by itself. */
static void wait_for_end(struct vm *vm)
{
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&vm->ends.lock, &flags);
    while (vm->ending == VM_STOP_NONE) {
        struct waiter waiter;

        waiter_add(&waiter, &vm->ends.waiters, 0);
        vmk_SpinlockUnlockIRQ(&vm->ends.lock, flags);
        (void)!waiter_sleep(&waiter, &vm->ends.lock, WAIT_FOREVER, WAITER_UNINTERRUPTIBLE);
        vmk_SpinlockLockIRQ(&vm->ends.lock, &flags);
    }
    vmk_SpinlockUnlockIRQ(&vm->ends.lock, flags);
}

/* Runs. */

/* @return how many vCPUs run; if not all, the run has failed. */
static vmk_uint32 start_vcpus(struct vm *vm)
{
    vmk_uint32 started = 0;

    mutex_lock(&vm->life);
    while (started < vm->vcpu_count) {
        vmk_StatusValue status = vcpu_start(vm->vcpus[started]);

        if (status != VMK_OK) {
            vm_fail(vm, "vCPU %u has no world: %s", started, vmk_StatusToString(status));
            break;
        }
        started++;
    }
    cpu_limit_start(vm);
    mutex_unlock(&vm->life);
    return started;
}

/** Have the vCPUs run until something ends it. */
static void run_once(struct vm *vm)
{
    vmk_uint32 started = start_vcpus(vm);

    wait_for_end(vm);
    /* Once more: one that had not been started yet when the end came. */
    end_run(vm);
    while (started > 0) {
        vcpu_wait_stopped(vm->vcpus[--started]);
    }
}

/** What ended the run. A reset after which the VM begins again is forgotten by that: what ends it next
 * counts. */
static enum vm_stop_reason take_ending(struct vm *vm, bool *again)
{
    enum vm_stop_reason ending;
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&vm->ends.lock, &flags);
    ending = vm->ending;
    *again = ending == VM_STOP_RESET && vm->config->restart;
    if (*again) {
        vm->ending = VM_STOP_NONE;
    }
    vmk_SpinlockUnlockIRQ(&vm->ends.lock, flags);
    return ending;
}

static void say_end(const struct vm *vm, enum vm_stop_reason ending)
{
    if (ending == VM_STOP_DEBUG_EXIT) {
        vmk_LogMessage("%s has stopped: debug exit, code %u", vm->name.string, vm->stop_code);
    } else if (ending != VM_STOP_FAILED) {
        vmk_LogMessage("%s has stopped: %s", vm->name.string, vm_stop_text(ending));
    }
}

static void set_ending(struct vm *vm, enum vm_stop_reason ending, enum vm_state state)
{
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&vm->ends.lock, &flags);
    if (state == VM_STOPPED) {
        vm->stop_reason = ending;
    }
    vm->ending = VM_STOP_NONE;
    __atomic_store_n(&vm->state, state, __ATOMIC_RELEASE);
    vmk_SpinlockUnlockIRQ(&vm->ends.lock, flags);
}

/** After a reset: begin anew. @return false: that failed. */
static bool restart(struct vm *vm)
{
    struct diagnosis why;

    if (vm_parts_power_on(vm, &why) != VMK_OK) {
        vm_fail(vm, "after a reset: %s", why.text);
        return false;
    }
    vm->resets++;
    vmk_LogMessage("%s is reset", vm->name.string);
    return true;
}

/** No vCPU runs any more. @return what ended the run; *again: another has been prepared. */
static enum vm_stop_reason finish_run(struct vm *vm, bool *again) VMK_REQUIRES(vm->life)
{
    enum vm_stop_reason ending;

    vm_parts_quiesce(vm);
    __atomic_store_n(&vm->paused, false, __ATOMIC_RELAXED);
    ending = take_ending(vm, again);
    if (*again && !restart(vm)) {
        *again = false;
        return VM_STOP_FAILED;
    }
    return ending;
}

static vmk_StatusValue vm_main(void *data)
{
    struct vm *vm = data;
    enum vm_stop_reason ending;
    bool again;

    do {
        run_once(vm);
        mutex_lock(&vm->life);
        ending = finish_run(vm, &again);
        mutex_unlock(&vm->life);
    } while (again);
    say_end(vm, ending);
    set_ending(vm, ending, VM_STOPPED);
    return VMK_OK;
}

/* By command. */

static VMK_ReturnStatus start(struct vm *vm, struct diagnosis *why) VMK_REQUIRES(vm->life)
{
    vmk_WorldProps props = {
        .name = vm->name.string, .moduleID = VMK_VMKERNEL_MODULE_ID, .startFunction = vm_main, .data = vm};
    enum vm_state before = state_of(vm);
    vmk_StatusValue status;

    if (before == VM_RUNNING) {
        return diagnose(why, VMK_BUSY, "%s is running", vm->name.string);
    }
    status = vm_wait(vm);
    if (status != VMK_OK) {
        return diagnose(why, status, "%s: %s", vm->name.string, vmk_StatusToString(status));
    }
    status = vm_parts_power_on(vm, why);
    if (status != VMK_OK) {
        return status;
    }
    set_ending(vm, VM_STOP_NONE, VM_RUNNING);
    status = vmk_WorldCreate(&props, &vm->world);
    if (status != VMK_OK) {
        vm_parts_quiesce(vm);
        set_ending(vm, vm->stop_reason, before);
        return diagnose(why, status, "%s has no world: %s", vm->name.string, vmk_StatusToString(status));
    }
    vm->starts++;
    return VMK_OK;
}

VMK_ReturnStatus vm_start(struct vm *vm, struct diagnosis *why)
{
    vmk_StatusValue status;

    mutex_lock(&vm->life);
    status = start(vm, why);
    mutex_unlock(&vm->life);
    return status;
}

VMK_ReturnStatus vm_wait(struct vm *vm)
{
    return vm->world != VMK_INVALID_WORLD_ID ? vmk_WorldWaitForDeath(vm->world) : VMK_OK;
}

VMK_ReturnStatus vm_stop(struct vm *vm)
{
    if (state_of(vm) != VM_RUNNING) {
        return VMK_IS_DISABLED;
    }
    vm_end(vm, VM_STOP_COMMAND, 0);
    return vm_wait(vm);
}

VMK_ReturnStatus vm_reset(struct vm *vm)
{
    if (state_of(vm) != VM_RUNNING) {
        return VMK_IS_DISABLED;
    }
    vm_end(vm, VM_STOP_RESET, 0);
    return VMK_OK;
}

/* Pause. */

/** @return whether it runs, and nothing has ended that yet. */
static bool runs_on(struct vm *vm)
{
    vmk_uint64 flags;
    bool on;

    vmk_SpinlockLockIRQ(&vm->ends.lock, &flags);
    on = state_of(vm) == VM_RUNNING && vm->ending == VM_STOP_NONE;
    vmk_SpinlockUnlockIRQ(&vm->ends.lock, flags);
    return on;
}

/* If the run ends meanwhile, its vCPUs count as paused, and the VM's world waits for `life`. */
static VMK_ReturnStatus pause(struct vm *vm) VMK_REQUIRES(vm->life)
{
    if (!runs_on(vm)) {
        return VMK_IS_DISABLED;
    }
    if (vm->paused) {
        return VMK_BUSY;
    }
    __atomic_store_n(&vm->paused, true, __ATOMIC_RELAXED);
    for (vmk_uint32 i = 0; i < vm->vcpu_count; i++) {
        vcpu_request(vm->vcpus[i], VCPU_REQUEST_PAUSE);
    }
    for (vmk_uint32 i = 0; i < vm->vcpu_count; i++) {
        vcpu_wait_paused(vm->vcpus[i]);
    }
    vm_clock_stop(vm);
    vm->pauses++;
    return VMK_OK;
}

static VMK_ReturnStatus resume(struct vm *vm) VMK_REQUIRES(vm->life)
{
    if (!runs_on(vm) || !vm->paused) {
        return VMK_IS_DISABLED;
    }
    vm_clock_resume(vm);
    __atomic_store_n(&vm->paused, false, __ATOMIC_RELAXED);
    for (vmk_uint32 i = 0; i < vm->vcpu_count; i++) {
        vcpu_withdraw(vm->vcpus[i], VCPU_REQUEST_PAUSE);
    }
    return VMK_OK;
}

VMK_ReturnStatus vm_pause(struct vm *vm)
{
    vmk_StatusValue status;

    mutex_lock(&vm->life);
    status = pause(vm);
    mutex_unlock(&vm->life);
    return status;
}

VMK_ReturnStatus vm_resume(struct vm *vm)
{
    vmk_StatusValue status;

    mutex_lock(&vm->life);
    status = resume(vm);
    mutex_unlock(&vm->life);
    return status;
}
