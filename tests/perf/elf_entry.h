/* SPDX-License-Identifier: GPL-2.0-only */
/* elf_entry.h - where a kernel begins when QEMU loads it. */
#ifndef PERF_ELF_ENTRY_H
#define PERF_ELF_ENTRY_H

#include <stdint.h>

/** The PVH entry point of the ELF64 file at @p path (Xen's note PHYS32_ENTRY); 0 with the reason on standard
 * error. */
uint64_t elf_entry(const char *path);

#endif
