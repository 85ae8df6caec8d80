/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ksyms.c - from an address to function@module+offset.
 */
#include <core/ksyms.h>

#include <core/module.h>
#include <vmkapi/lib/libc.h>

#include "ksyms_table.h"

/** Section .ksyms, whose size is the linker script's and whose contents are the tool's. */
extern const char ksyms_start[];

static bool find_kernel(vmk_VA address, struct ksyms_symbol *symbol)
{
    const struct ksyms_header *header = (const struct ksyms_header *)ksyms_start;
    const uint32_t *offsets, *names;
    uint32_t low = 0, high;

    if (header->magic != KSYMS_MAGIC || address - header->base >= header->text_bytes) {
        return false;
    }
    offsets = (const uint32_t *)(header + 1);
    names = offsets + header->count;
    high = header->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (offsets[middle] <= address - header->base) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == 0) {
        return false;
    }
    symbol->name = (const char *)header + names[low - 1];
    symbol->offset = address - header->base - offsets[low - 1];
    vmk_Strlcpy(symbol->module, "vmkernel", sizeof(symbol->module));
    return true;
}

bool ksyms_find(vmk_VA address, struct ksyms_symbol *symbol)
{
    struct module_location location;

    if (find_kernel(address, symbol)) {
        return true;
    }
    if (!module_symbolise(address, &location)) {
        return false;
    }
    symbol->name = location.function;
    symbol->offset = location.offset;
    vmk_Strlcpy(symbol->module, location.module, sizeof(symbol->module));
    return true;
}

/** @param back how far before @p address its instruction surely begins. */
static const char *format_before(vmk_VA address, unsigned back, char text[KSYMS_TEXT_MAX])
{
    struct ksyms_symbol symbol;

    if (ksyms_find(address - back, &symbol)) {
        vmk_Snprintf(text, KSYMS_TEXT_MAX, "%s@%s+0x%lx", symbol.name != NULL ? symbol.name : "?",
                     symbol.module, symbol.offset + back);
    } else {
        vmk_Snprintf(text, KSYMS_TEXT_MAX, "0x%016lx", address);
    }
    return text;
}

const char *ksyms_format(vmk_VA address, char text[KSYMS_TEXT_MAX])
{
    return format_before(address, 0, text);
}

const char *ksyms_format_return(vmk_VA address, char text[KSYMS_TEXT_MAX])
{
    return format_before(address, 1, text);
}
