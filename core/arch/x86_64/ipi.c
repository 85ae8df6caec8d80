/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ipi.c - asking other CPUs to do something.
 *
 * There is one call at a time in the machine. Its caller owns it, waits with interrupts off, and serves the
 * call of another owner while it waits to become the owner: so two CPUs that call each other cannot block
 * each other.
 */
#include "ipi.h"
#include "cpu.h"
#include "lapic.h"
#include "smp.h"
#include "vector.h"

#include <core/ipi.h>
#include <vmkapi/base/atomic.h>

static struct {
    vmk_atomic32 owned;
    vmk_atomic64 todo; /* CPUs that have not finished; set last, when the rest is in place. */
    smp_call_fn fn;
    void *arg;
    vmk_Bool last_one_releases; /* Nobody waits. */
} call;

void arch_send_ipi(vmk_uint32 cpu, enum ipi ipi)
{
    lapic_send_vector(cpus[cpu]->apic_id, ipi == IPI_CALL ? VECTOR_IPI_CALL : VECTOR_IPI_RESCHEDULE);
}

void ipi_serve_calls(void)
{
    smp_mask self = 1ul << vmk_GetPCPUNum();
    vmk_Bool release;

    if (!(vmk_AtomicRead64(&call.todo) & self)) {
        return;
    }
    call.fn(call.arg);
    release = call.last_one_releases;
    if (vmk_AtomicReadAnd64(&call.todo, ~self) == self && release) {
        vmk_AtomicWrite32(&call.owned, 0);
    }
}

static void send_to_each(smp_mask targets)
{
    for (; targets != 0; targets &= targets - 1) {
        arch_send_ipi((vmk_uint32)__builtin_ctzl(targets), IPI_CALL);
    }
}

static void call_others(smp_mask targets, smp_call_fn fn, void *arg, vmk_Bool wait)
{
    while (vmk_AtomicReadIfEqualWrite32(&call.owned, 0, 1) != 0) {
        ipi_serve_calls();
        vmk_CPURelax();
    }
    call.fn = fn;
    call.arg = arg;
    call.last_one_releases = !wait;
    vmk_AtomicWrite64(&call.todo, targets);
    send_to_each(targets);
    if (wait) {
        while (vmk_AtomicRead64(&call.todo) != 0) {
            vmk_CPURelax();
        }
        vmk_AtomicWrite32(&call.owned, 0);
    }
}

void smp_call(smp_mask targets, smp_call_fn fn, void *arg, vmk_Bool wait)
{
    vmk_uint64 flags = vmk_CPUSaveInterrupts();
    smp_mask self = 1ul << vmk_GetPCPUNum();
    smp_mask others = targets & smp_online_mask() & ~self;

    if (targets & self) {
        fn(arg);
    }
    if (others != 0 && !smp_is_stopping()) {
        cpu_this()->stats.calls_made++;
        call_others(others, fn, arg, wait);
    }
    vmk_CPURestoreInterrupts(flags);
}
