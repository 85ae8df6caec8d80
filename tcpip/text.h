/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * text.h - text that grows.
 *
 * After a failed allocation everything does nothing and `failed` is set. Context: world.
 */
#ifndef TCPIP_TEXT_H
#define TCPIP_TEXT_H

#include <stdbool.h>

#include <vmkapi/base/types.h>

struct text {
    char *data; /**< From stack_heap; not terminated. */
    vmk_ByteCount len;
    vmk_ByteCount room;
    bool failed;
};

/** Append @p len bytes. */
void text_add(struct text *text, const char *bytes, vmk_ByteCount len);

/** Append a string. */
void text_string(struct text *text, const char *string);

/** Append as printf would, at most 255 bytes. */
void text_format(struct text *text, const char *fmt, ...) VMK_ATTRIBUTE_PRINTF(2, 3);

/** Give the memory back. */
void text_free(struct text *text);

#endif
