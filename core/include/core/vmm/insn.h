/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * insn.h - x86 instructions taken apart: lengths, and what those that touch devices do.
 *
 * Hardware-free. The decoder knows the length of every instruction of real, protected and long mode (legacy,
 * VEX and EVEX encodings), and the meaning of those a guest may use on device memory (emulate.h).
 */
#ifndef CORE_VMM_INSN_H
#define CORE_VMM_INSN_H

#include <vmkapi/base/types.h>

#define INSN_BYTES_MAX 15 /**< AMD64 APM vol. 3, 1.1: longer ones are #GP. */

/** How the processor reads instructions just now. */
enum insn_mode {
    INSN_MODE_16, /**< Real, virtual-8086, and 16-bit code segments. */
    INSN_MODE_32,
    INSN_MODE_64,
};

#endif
