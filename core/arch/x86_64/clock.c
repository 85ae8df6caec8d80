/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * clock.c - the time-stamp counter as the system's clock, the LAPIC timer as its alarm.
 */
#define VMK_LOG_MODULE "Clock"

#include "clock.h"
#include "clock_reference.h"
#include "cpu.h"
#include "lapic.h"

#include <core/clock.h>
#include <vmkapi/base/logging.h>

#define MEASURE_PER_SECOND 50 /* Measure for 1/50 s. */
#define SAMPLE_TRIES       8
#define LAPIC_TICKS_MAX    0xffffffffu

struct clock_scale clock_scale;

static vmk_uint64 lapic_ticks_mult; /* 2^32 * LAPIC ticks per nanosecond. */

/* The three counters, read at one moment. */
struct sample {
    vmk_uint64 tsc;
    vmk_uint64 reference;
    vmk_uint32 lapic_left;
};

/* A reading may be torn by the host of a virtual machine: of several, the quickest one is the best. */
static struct sample take_sample(const struct clock_reference *reference)
{
    struct sample best = {0};
    vmk_uint64 best_window = ~0ul;

    for (unsigned i = 0; i < SAMPLE_TRIES; i++) {
        vmk_uint64 before = vmk_CPUReadTSC();
        struct sample sample = {.reference = reference->read(), .lapic_left = lapic_timer_left()};
        vmk_uint64 window = vmk_CPUReadTSC() - before;

        if (window < best_window) {
            best_window = window;
            best = sample;
            best.tsc = before + window / 2;
        }
    }
    return best;
}

void clock_start(void)
{
    clock_scale.base = vmk_CPUReadTSC();
}

/* value * by / over, with a 128-bit product: the processor has what C would call a library for. */
static vmk_uint64 scale(vmk_uint64 value, vmk_uint64 by, vmk_uint64 over)
{
    vmk_uint64 high;

    __asm__("mulq %2\n\t"
            "divq %3"
            : "+a"(value), "=&d"(high)
            : "r"(by), "r"(over)
            : "cc");
    return value;
}

void clock_init(void)
{
    struct clock_reference reference = clock_reference_start();
    struct sample first, last;
    vmk_uint64 ticks, lapic_hz;

    lapic_timer_start(LAPIC_TICKS_MAX);
    first = take_sample(&reference);
    while (((reference.read() - first.reference) & reference.mask) < reference.hz / MEASURE_PER_SECOND) {
        vmk_CPURelax();
    }
    last = take_sample(&reference);
    lapic_timer_start(0);

    ticks = (last.reference - first.reference) & reference.mask;
    lapic_hz = scale(first.lapic_left - last.lapic_left, reference.hz, ticks);
    lapic_ticks_mult = scale(lapic_hz, 1ul << 32, CLOCK_NS_PER_S);
    clock_scale.hz = scale(last.tsc - first.tsc, reference.hz, ticks);
    clock_scale.reference = reference.name;
    clock_scale.mult = scale(CLOCK_NS_PER_S, 1ul << 32, clock_scale.hz);

    boot_cpu.info.tsc_hz = clock_scale.hz;
    vmk_LogMessage("TSC %lu kHz, LAPIC timer %lu kHz, by the %s", clock_scale.hz / 1000, lapic_hz / 1000,
                   reference.name);
    if (!boot_cpu.info.invariant_tsc) {
        vmk_LogMessage("the TSC does not promise a constant rate on this CPU");
    }
}

void clock_delay_ns(vmk_uint64 ns)
{
    vmk_uint64 end = clock_now_ns() + ns;

    while (clock_now_ns() < end) {
        vmk_CPURelax();
    }
}

void arch_timer_set(vmk_uint64 deadline_ns)
{
    vmk_uint64 now = clock_now_ns();
    vmk_uint64 delta = deadline_ns > now ? deadline_ns - now : 0;
    vmk_uint64 ticks;

    if (deadline_ns == ~0ul) {
        lapic_timer_start(0);
        return;
    }
    /* Rounded up: an interrupt before the deadline would have to be asked for again. */
    ticks = (vmk_uint64)((unsigned __int128)delta * lapic_ticks_mult >> 32) + 1;
    lapic_timer_start(ticks < LAPIC_TICKS_MAX ? (vmk_uint32)ticks : LAPIC_TICKS_MAX);
}
