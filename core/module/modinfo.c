/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * modinfo.c - reading .modinfo.
 */
#include "modinfo.h"

#include <vmkapi/lib/libc.h>

VMK_ReturnStatus modinfo_open(const struct elf_file *file, const char *section, struct string_table *table,
                              struct diagnosis *why)
{
    struct elf_span span = elf_contents(file, section);

    if (span.len != 0 && span.bytes[span.len - 1] != '\0') {
        return diagnose(why, VMK_BAD_FORMAT,
                        "%s: section '%s' does not end in a string; build the module again", file->name,
                        section);
    }
    *table = (struct string_table){.text = (const char *)span.bytes, .len = span.len};
    return VMK_OK;
}

/* The string behind @previous, or the first for NULL; empty ones are passed over. NULL at the end. */
static const char *next_string(const struct string_table *table, const char *previous)
{
    const char *next = previous == NULL ? table->text : previous + vmk_Strlen(previous);

    while (next < table->text + table->len && *next == '\0') {
        next++;
    }
    return next < table->text + table->len ? next : NULL;
}

const char *modinfo_next(const struct string_table *table, const char *tag, const char *previous)
{
    vmk_ByteCount len = vmk_Strlen(tag);

    while ((previous = next_string(table, previous)) != NULL) {
        if (vmk_Strncmp(previous, tag, len) == 0 && previous[len] == '=') {
            return previous + len + 1;
        }
    }
    return NULL;
}

const char *modinfo_value(const struct string_table *table, const char *tag)
{
    const char *value = modinfo_next(table, tag, NULL);

    return value != NULL ? value : "";
}

vmk_Bool license_is_gpl_compatible(const char *license)
{
    static const char *const compatible[] = {"GPL",          "GPL v2",       "GPL and additional rights",
                                             "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL"};

    for (unsigned i = 0; i < VMK_ARRAY_SIZE(compatible); i++) {
        if (vmk_Strcmp(license, compatible[i]) == 0) {
            return VMK_TRUE;
        }
    }
    return VMK_FALSE;
}

vmk_Bool glob_match(const char *pattern, const char *text)
{
    const char *star = NULL, *resume = NULL;

    while (*text != '\0') {
        if (*pattern == '*') {
            star = pattern++;
            resume = text;
        } else if (*pattern == *text || *pattern == '?') {
            pattern++;
            text++;
        } else if (star != NULL) {
            /* Let the last star take one more: an earlier one never has to. */
            pattern = star + 1;
            text = ++resume;
        } else {
            return VMK_FALSE;
        }
    }
    while (*pattern == '*') {
        pattern++;
    }
    return *pattern == '\0';
}
