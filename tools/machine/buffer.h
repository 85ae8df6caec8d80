/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * buffer.h - a growing, always NUL-terminated byte buffer. Running out of memory ends the program.
 */
#ifndef MACHINE_BUFFER_H
#define MACHINE_BUFFER_H

#include <stddef.h>

struct buffer {
    char *data; /**< NULL until the first append. */
    size_t len; /**< Without the NUL. */
    size_t capacity;
};

/** Append @p len bytes of @p data. */
void buffer_append(struct buffer *b, const char *data, size_t len);

/** Remove the first @p len bytes. */
void buffer_consume(struct buffer *b, size_t len);

/** The contents as a string, never NULL. */
const char *buffer_text(const struct buffer *b);

/** Free the contents; the buffer is empty again. */
void buffer_free(struct buffer *b);

#endif
