/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kmain.h - the kernel's C entry.
 */
#ifndef CORE_KMAIN_H
#define CORE_KMAIN_H

#include <core/boot_info.h>
#include <vmkapi/base/types.h>

/** Bring the kernel up on the boot CPU. Called once, on the boot stack, interrupts off. */
VMK_ATTRIBUTE_NORETURN void kmain(struct boot_info *boot);

#endif
