/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * imports.c - a binary search straight in the section's text.
 */
#include "imports.h"

#include <vmkapi/lib/libc.h>

/** Order of @p symbol against the one in @p line, which reads "provider:symbol@version". */
static int compare(const char *symbol, const char *line)
{
    const char *other = line + vmk_Strcspn(line, ":");
    vmk_ByteCount len;
    int order;

    other += *other == ':';
    len = vmk_Strcspn(other, "@");
    order = vmk_Strncmp(symbol, other, len);
    return order == 0 && symbol[len] != '\0' ? 1 : order;
}

static vmk_Bool parse(const char *line, struct import *import)
{
    vmk_ByteCount provider_len = vmk_Strcspn(line, ":");
    const char *version = vmk_Strchr(line, '@');
    char *end;

    if (line[provider_len] == '\0' || version == NULL || provider_len >= sizeof(import->provider)) {
        return VMK_FALSE;
    }
    vmk_Strlcpy(import->provider, line, provider_len + 1);
    import->version = (vmk_uint32)vmk_Strtoul(version + 1, &end, 10);
    return *end == '\0' && end != version + 1;
}

vmk_Bool imports_find(const struct string_table *imports, const char *symbol, struct import *import)
{
    vmk_ByteCount low = 0, high = imports->len;

    while (low < high) {
        vmk_ByteCount start = (low + high) / 2;
        int order;

        while (start > low && imports->text[start - 1] != '\0') {
            start--;
        }
        order = compare(symbol, imports->text + start);
        if (order == 0) {
            return parse(imports->text + start, import);
        }
        if (order < 0) {
            high = start;
        } else {
            low = start + vmk_Strlen(imports->text + start) + 1;
        }
    }
    return VMK_FALSE;
}
