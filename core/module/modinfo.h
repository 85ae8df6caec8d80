/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * modinfo.h - what a module says about itself: NUL-terminated strings "tag=value", and lists in them.
 *
 * Pure. The strings come from a file and may be anything, but for one thing: modinfo_open() checked that the
 * last one ends.
 */
#ifndef CORE_MODULE_MODINFO_H
#define CORE_MODULE_MODINFO_H

#include <core/diagnosis.h>
#include <core/elf.h>

/** Strings one after another. */
struct string_table {
    const char *text;
    vmk_ByteCount len;
};

/**
 * Take the section called @p section.
 *
 * @return VMK_OK, an absent section being an empty table; VMK_BAD_FORMAT when the last string does not end.
 */
VMK_ReturnStatus modinfo_open(const struct elf_file *file, const char *section, struct string_table *table,
                              struct diagnosis *why);

/** The value of the next "tag=value" behind @p previous (a value, or NULL to begin). NULL when there is none.
 */
const char *modinfo_next(const struct string_table *table, const char *tag, const char *previous);

/** The first value of @p tag, or "". */
const char *modinfo_value(const struct string_table *table, const char *tag);

/** Whether a licence in Linux's words is one that GPL-only symbols are for. */
vmk_Bool license_is_gpl_compatible(const char *license);

/**
 * Match @p text against a pattern in which '*' stands for any characters and '?' for any one.
 *
 * In time proportional to the product of the two lengths.
 */
vmk_Bool glob_match(const char *pattern, const char *text);

#endif
