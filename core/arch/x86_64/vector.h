/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vector.h - what each of the 256 interrupt vectors is for.
 *
 *   0x00-0x1f exceptions   0x20-0x2f the legacy PICs, masked   0x30-0xef devices   0xf0-0xff the kernel
 * itself
 *
 * The higher the vector, the more urgent (Intel SDM vol. 3A, 11.8.3.1).
 */
#ifndef ARCH_VECTOR_H
#define ARCH_VECTOR_H

#include "cpu.h"

enum {
    VECTOR_PIC_FIRST = 0x20,
    VECTOR_DEVICE_FIRST = 0x30,
    VECTOR_DEVICE_LAST = 0xef,
    VECTOR_IPI_CALL = 0xfc,
    VECTOR_IPI_RESCHEDULE = 0xfd,
    VECTOR_TIMER = 0xfe,
    VECTOR_SPURIOUS = 0xff, /* Low four bits set, as old processors demand: Intel SDM vol. 3A, 11.9. */
};

/** Fill in the kernel's own vectors of a CPU. Context: any, before the CPU takes interrupts. */
void vector_init_cpu(struct cpu *cpu);

/** Put a CPU's counters into the statistics tree. Context: world. */
void vector_show_counters(struct cpu *cpu);

#endif
