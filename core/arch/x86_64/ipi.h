/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ipi.h - the receiving side of smp_call().
 */
#ifndef ARCH_IPI_H
#define ARCH_IPI_H

/** Run what another CPU asked this one to run, if it did. Context: interrupt, or interrupts off. */
void ipi_serve_calls(void);

#endif
