/* SPDX-License-Identifier: GPL-2.0-only */
#include "buffer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buffer_append(struct buffer *b, const char *data, size_t len)
{
    if (b->len + len + 1 > b->capacity) {
        size_t capacity = (b->len + len + 1) * 2;
        char *grown = realloc(b->data, capacity);
        if (grown == NULL) {
            fputs("out of memory\n", stderr);
            exit(1);
        }
        b->data = grown;
        b->capacity = capacity;
    }
    memcpy(b->data + b->len, data, len);
    b->len += len;
    b->data[b->len] = '\0';
}

void buffer_consume(struct buffer *b, size_t len)
{
    b->len -= len;
    memmove(b->data, b->data + len, b->len + 1);
}

const char *buffer_text(const struct buffer *b)
{
    return b->data != NULL ? b->data : "";
}

void buffer_free(struct buffer *b)
{
    free(b->data);
    *b = (struct buffer){0};
}
