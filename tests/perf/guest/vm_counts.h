/* SPDX-License-Identifier: GPL-2.0-only */
/* vm_counts.h - how often the guests of vm_*.c do in a window what is counted. */
#ifndef PERF_VM_COUNTS_H
#define PERF_VM_COUNTS_H

#define VM_EXITS       1000 /* Of each kind but halts. */
#define VM_HALTS       200
#define VM_KICKS       2000
#define VM_READS_ALONE 1000
#define VM_READS_DEEP  8000
#define VM_DEPTH       32
#define VM_FRAME       60   /* Bytes of a frame, without FCS. */
#define VM_FRAMES      8000 /* Each way. */
#define VM_BURST       32   /* Frames sent at a time. */

#endif
