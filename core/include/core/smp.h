/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * smp.h - the CPUs of the machine: found in the MADT, started once, numbered from 0 without gaps.
 */
#ifndef CORE_SMP_H
#define CORE_SMP_H

#include <vmkapi/base/pcpu.h>
#include <vmkapi/base/types.h>

/** A set of CPUs, bit n for CPU n. */
typedef vmk_uint64 smp_mask;

/** What a function called on other CPUs looks like. Context: interrupt on each of them; takes no locks. */
typedef void (*smp_call_fn)(void *arg);

/** @return the CPUs that run. Grows while arch_start_secondary_cpus() works. Context: any. */
smp_mask smp_online_mask(void);

/** @return how many CPUs firmware names, started or not. Context: any, after irq_vector_init(). */
vmk_uint32 smp_present_count(void);

/** @return CPU @p cpu's data. It must be online. Context: any. */
vmk_PCPU *smp_pcpu(vmk_uint32 cpu);

/**
 * Start all other usable CPUs and wait until each is in the scheduler.
 *
 * A CPU that does not answer within 10 seconds is left out with a warning. Each started CPU runs on its own
 * stack and calls sched_secondary_main(), which must not return.
 * Context: boot world, interrupts on, after sched_init().
 */
void arch_start_secondary_cpus(void);

/**
 * The first C function of a started CPU that is not ours: implemented by core/sched.
 *
 * Called on the CPU's idle stack, which spans [stack_base, stack_base + stack_bytes), interrupts off; timers
 * and IPIs work. Becomes the CPU's idle world.
 */
VMK_ATTRIBUTE_NORETURN void sched_secondary_main(vmk_uint32 cpu, vmk_VA stack_base,
                                                 vmk_ByteCount stack_bytes);

/**
 * Run fn(arg) on each online CPU in @p cpus, this one included if it is among them.
 *
 * @param wait  return only when all have finished; without it the caller keeps *arg valid until they have.
 * Serialised machine-wide. Context: any but NMI; interrupts may be off: while it waits, this CPU serves
 * the calls of others.
 */
void smp_call(smp_mask cpus, smp_call_fn fn, void *arg, vmk_Bool wait);

/**
 * Stop all other CPUs for good, by NMI, wherever they are.
 *
 * @return those that did not confirm within @p timeout_ns. Context: any, interrupts off. For the crash path.
 */
smp_mask smp_stop_others(vmk_uint64 timeout_ns);

#endif
