/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * machine.h - a machine of one CPU within a Linux process, for drivers and what they run on.
 *
 * The scheduler, the page allocator, the device model and the network are the kernel's own sources. What
 * stands in for hardware is here: worlds are threads that pass one CPU on to one another, so that only one
 * runs at a time and each run is like the last; time is counted, not waited for: an idle CPU goes straight on
 * to its next deadline; devices are models called at each access to a register.
 *
 * Interrupts are taken where the CPU enables them, touches a register, spins, or idles.
 */
#ifndef HOSTED_MACHINE_H
#define HOSTED_MACHINE_H

#include <vmkapi/base/types.h>

/** RAM of the machine, from address 0 on. */
#define HOSTED_RAM_BYTES (128ul << 20)

/** Bring the machine up; the caller becomes its first world. Once in a process. */
void hosted_start(void);

/** Let what is on its way happen: sleep for @p ms milliseconds of the machine's time. Context: world. */
void hosted_run_ms(unsigned ms);

/** Raise or lower global system interrupt @p gsi. Context: any. */
void hosted_gsi_set(vmk_uint32 gsi, vmk_Bool asserted);

/* Between the files of the library: */

/** Raise a vector of the CPU. */
void hosted_vector_raise(vmk_uint8 vector);
#define HOSTED_VECTOR_RESCHEDULE 0
#define HOSTED_VECTOR_TIMER      1
#define HOSTED_VECTOR_DEVICES    2

/** Let @p ns pass, and take the interrupts that come. */
void hosted_pass(vmk_uint64 ns);

/** Let the events that are due happen, and raise the timer's interrupt if it is. */
void hosted_timer_check(void);

/** Go on to the next event, or the timer's deadline. @return VMK_FALSE when there is neither. */
vmk_Bool hosted_timer_skip(void);

/** Put memory behind the machine's RAM, and start the page allocator. */
void hosted_memory_start(void);

/** Let nobody touch free memory: pages.c opens it as it is allocated. */
void hosted_pages_close(vmk_MA base, vmk_ByteCount bytes);

/** Mappings: see mapping.c. Map @p bytes of the memory file at @p offset to @p va. */
void hosted_memory_map(vmk_VA va, vmk_ByteCount offset, vmk_ByteCount bytes, vmk_Bool writable);

#endif
