/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * smp.h - what the rest of the processor layer tells and asks the part that starts CPUs.
 */
#ifndef ARCH_SMP_H
#define ARCH_SMP_H

#include <core/smp.h>

/** A page below 1 MiB for the trampoline; 0 when the machine has none free. Set by boot. */
extern vmk_MA smp_trampoline_ma;

/** Note a CPU of the MADT. The boot CPU is recognised and skipped. Context: boot CPU. */
void smp_add_cpu(vmk_uint32 apic_id);

/** This CPU does nothing any more. Context: any. */
void smp_note_stopped(void);

/** @return whether the other CPUs have been told to stop, so that none of them answers. Context: any. */
vmk_Bool smp_is_stopping(void);

#endif
