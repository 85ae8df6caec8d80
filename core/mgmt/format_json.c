/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * format_json.c - rows as JSON (RFC 8259).
 */
#include "format_write.h"

/** Length of the UTF-8 sequence at @p text, 0 when it is none (RFC 3629, section 4). */
static unsigned utf8_length(const unsigned char *text)
{
    unsigned char first = text[0];
    unsigned len = first < 0x80   ? 1
                   : first < 0xc2 ? 0
                   : first < 0xe0 ? 2
                   : first < 0xf0 ? 3
                   : first < 0xf5 ? 4
                                  : 0;
    unsigned i;

    for (i = 1; i < len; i++) {
        if ((text[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    if ((first == 0xe0 && text[1] < 0xa0) || (first == 0xed && text[1] > 0x9f) ||
        (first == 0xf0 && text[1] < 0x90) || (first == 0xf4 && text[1] > 0x8f)) {
        return 0;
    }
    return len;
}

static const char *json_short_escape(unsigned char c)
{
    switch (c) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    default:
        return NULL;
    }
}

void format_json_escape(struct format_sink *sink, const char *text)
{
    const unsigned char *p = (const unsigned char *)text;

    while (*p != '\0') {
        const char *escape = json_short_escape(*p);
        unsigned len = utf8_length(p);

        if (escape != NULL) {
            sink->write(sink, escape, 2);
        } else if (len == 0) {
            sink->write(sink, "\xef\xbf\xbd", 3);
        } else if (*p < 0x20 || *p == 0x7f) {
            format_print(sink, "\\u%04x", *p);
        } else {
            sink->write(sink, (const char *)p, len);
        }
        p += len ? len : 1;
    }
}

static void put_json_value(const struct format *f, unsigned column, const char *text, bool has_value)
{
    enum format_type type = f->columns[column].type;

    if (!has_value) {
        format_put(f, "null");
    } else if (type == FORMAT_STRING || type == FORMAT_HEX) {
        format_put(f, "\"");
        format_json_escape(f->sink, text);
        format_put(f, "\"");
    } else {
        format_put(f, text);
    }
}

static void put_json_object(const struct format *f, struct cell_cursor *cursor)
{
    unsigned i;

    format_put(f, "{");
    for (i = 0; i < f->ncolumns; i++) {
        bool has_value;
        const char *text = format_next_cell(cursor, &has_value);

        format_put(f, i == 0 ? "\"" : ", \"");
        format_put_key(f, i);
        format_put(f, "\": ");
        put_json_value(f, i, text, has_value);
    }
    format_put(f, "}");
}

void format_write_json(const struct format *f)
{
    struct cell_cursor cursor = {f->cells.data};
    bool list = f->shape != FORMAT_RECORD;
    vmk_ByteCount row;

    format_put(f, list ? "[" : "");
    for (row = 0; row < f->nrows; row++) {
        format_put(f, row == 0 ? "" : ",\n ");
        put_json_object(f, &cursor);
    }
    format_put(f, list ? "]\n" : "\n");
}
