/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * format_text.c - text that grows.
 */
#include "format_text.h"

#include <core/heap.h>
#include <vmkapi/lib/libc.h>

#define TEXT_FIRST 256

static bool text_grow(struct format_text *text, vmk_ByteCount wanted)
{
    vmk_ByteCount capacity = text->capacity ? text->capacity : TEXT_FIRST;
    char *data;

    while (capacity < wanted) {
        capacity *= 2;
    }
    data = vmk_HeapAlloc(heap_kernel, capacity);
    if (data == NULL) {
        return false;
    }
    if (text->data != NULL) {
        vmk_Memcpy(data, text->data, text->len);
        vmk_HeapFree(heap_kernel, text->data);
    }
    text->data = data;
    text->capacity = capacity;
    return true;
}

void format_text_append(struct format_text *text, const char *data, vmk_ByteCount len)
{
    if (text->failed) {
        return;
    }
    if (text->len + len > text->capacity && !text_grow(text, text->len + len)) {
        format_text_clear(text);
        text->failed = true;
        return;
    }
    vmk_Memcpy(text->data + text->len, data, len);
    text->len += len;
}

void format_text_clear(struct format_text *text)
{
    vmk_HeapFree(heap_kernel, text->data);
    *text = (struct format_text){0};
}
