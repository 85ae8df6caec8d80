/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * text.c - growing by doubling.
 */
#include "text.h"

#include <stdarg.h>

#include <vmkapi/lib/libc.h>

#include "stack.h"

#define FIRST_ROOM 4096

static bool reserve(struct text *text, vmk_ByteCount more)
{
    vmk_ByteCount room = text->room != 0 ? text->room : FIRST_ROOM;
    char *data;

    while (room < text->len + more) {
        room *= 2;
    }
    if (text->failed || room == text->room) {
        return !text->failed;
    }
    data = vmk_HeapAlloc(stack_heap, room);
    if (!data) {
        text->failed = true;
        return false;
    }
    if (text->data) {
        vmk_Memcpy(data, text->data, text->len);
    }
    vmk_HeapFree(stack_heap, text->data);
    text->data = data;
    text->room = room;
    return true;
}

void text_add(struct text *text, const char *bytes, vmk_ByteCount len)
{
    if (reserve(text, len)) {
        vmk_Memcpy(text->data + text->len, bytes, len);
        text->len += len;
    }
}

void text_string(struct text *text, const char *string)
{
    text_add(text, string, vmk_Strlen(string));
}

void text_format(struct text *text, const char *fmt, ...)
{
    char line[256];
    va_list args;

    va_start(args, fmt);
    (void)vmk_Vsnprintf(line, sizeof(line), fmt, args);
    va_end(args);
    text_string(text, line);
}

void text_free(struct text *text)
{
    vmk_HeapFree(stack_heap, text->data);
    *text = (struct text){0};
}
