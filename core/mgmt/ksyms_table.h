/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ksyms_table.h - the kernel's function names, as tools/ksyms leaves them in section .ksyms after the link.
 *
 * A header, then `count` offsets of functions from `base`, ascending, then `count` offsets of their names
 * from the table's start, then the names. Shared with the host tool.
 */
#ifndef CORE_MGMT_KSYMS_TABLE_H
#define CORE_MGMT_KSYMS_TABLE_H

#include <stdint.h>

#define KSYMS_MAGIC 0x534d59534b4d5601ull

struct ksyms_header {
    uint64_t magic; /* 0 until the tool has been here. */
    uint64_t base;  /* Address the offsets count from. */
    uint32_t count;
    uint32_t text_bytes; /* Code lies within [base, base + text_bytes). */
};

#endif
