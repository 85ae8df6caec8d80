/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * objdump.h - machine code as binutils' disassembler reads it.
 */
#ifndef TESTS_UNIT_OBJDUMP_H
#define TESTS_UNIT_OBJDUMP_H

#include <stddef.h>

#include <core/vmm/insn.h>

/** What objdump says is at byte @p at: an instruction, a lone prefix, or "(bad)". In order of addresses. */
typedef void (*objdump_line)(void *context, size_t at, const char *text);

/** Disassemble @p len bytes. Aborts the test when objdump does not run. */
void objdump_read(const void *code, size_t len, enum insn_mode mode, objdump_line line, void *context);

#endif
