/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sink.h - a format_sink that keeps the text.
 */
#ifndef SUPPORT_SINK_H
#define SUPPORT_SINK_H

#include <core/format.h>

struct memory_sink {
    struct format_sink sink;
    char text[16384];
    unsigned len;
};

static inline void memory_sink_write(struct format_sink *sink, const char *text, vmk_ByteCount len)
{
    struct memory_sink *memory = VMK_CONTAINER_OF(sink, struct memory_sink, sink);

    __builtin_memcpy(memory->text + memory->len, text, len);
    memory->len += (unsigned)len;
    memory->text[memory->len] = '\0';
}

static inline void memory_sink_clear(struct memory_sink *memory)
{
    memory->sink.write = memory_sink_write;
    memory->len = 0;
    memory->text[0] = '\0';
}

#endif
