/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * native_cpu.h - the host's own processor, one instruction at a time: the judge of what ours should do.
 */
#ifndef TESTS_UNIT_NATIVE_CPU_H
#define TESTS_UNIT_NATIVE_CPU_H

#include <stddef.h>
#include <stdint.h>

#define NATIVE_DATA_LEN 16384u

/** What an instruction finds and leaves. */
struct native_registers {
    uint64_t gpr[16]; /**< RSP too. */
    uint64_t rflags;
    uint64_t ymm[16][4];
};

/** Code and data that an instruction can reach by 32-bit addresses. */
struct native_memory {
    uint8_t *code; /**< 4 KiB. */
    uint8_t *data; /**< NATIVE_DATA_LEN. */
};

void native_map(struct native_memory *memory);

/** Put @p len bytes at the code's beginning and execute them as one instruction that does not branch. */
void native_run(const struct native_memory *memory, const uint8_t *instruction, size_t len,
                struct native_registers *registers);

#endif
