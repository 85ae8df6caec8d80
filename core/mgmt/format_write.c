/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * format_write.c - the three styles.
 */
#include "format_write.h"

#include <vmkapi/lib/libc.h>

/** Walks the kept cells, row by row. */
struct cell_cursor {
    const char *cell;
};

static void put(const struct format *f, const char *text)
{
    f->sink->write(f->sink, text, vmk_Strlen(text));
}

static void put_padding(const struct format *f, const char *fill, vmk_ByteCount count)
{
    while (count-- > 0) {
        f->sink->write(f->sink, fill, 1);
    }
}

/** The next cell's text; "" for one without value, which @p has_value tells apart when it isn't NULL. */
static const char *next_cell(struct cell_cursor *cursor, bool *has_value)
{
    const char *cell = cursor->cell;
    bool value = format_cell_has_value(cell);

    cursor->cell += vmk_Strlen(cell) + 1;
    if (has_value != NULL) {
        *has_value = value;
    }
    return value ? cell : "";
}

/** A column's name without blanks: JSON key and CSV heading. */
static void put_key(const struct format *f, unsigned column)
{
    const char *p;

    for (p = f->columns[column].name; *p != '\0'; p++) {
        if (*p != ' ') {
            f->sink->write(f->sink, p, 1);
        }
    }
}

static bool column_is_number(const struct format_column *column)
{
    return column->type == FORMAT_UINT || column->type == FORMAT_INT;
}

/* Table. */

static vmk_ByteCount heading_format(const struct format_column *column, char *text, vmk_ByteCount size)
{
    const char *unit = column->unit;

    return (vmk_ByteCount)vmk_Scnprintf(text, size, "%s%s%s%s", column->name, unit ? " (" : "",
                                        unit ? unit : "", unit ? ")" : "");
}

static void measure(const struct format *f, vmk_ByteCount *width)
{
    struct cell_cursor cursor = {f->cells.data};
    char heading[64];
    vmk_ByteCount row;
    unsigned i;

    for (i = 0; i < f->ncolumns; i++) {
        width[i] = heading_format(&f->columns[i], heading, sizeof(heading));
    }
    for (row = 0; row < f->nrows; row++) {
        for (i = 0; i < f->ncolumns; i++) {
            vmk_ByteCount len = vmk_Strlen(next_cell(&cursor, NULL));

            width[i] = len > width[i] ? len : width[i];
        }
    }
}

/** One cell of a table: numbers to the right, the rest to the left, nothing behind the last. */
static void put_aligned(const struct format *f, unsigned column, const char *text, vmk_ByteCount width)
{
    vmk_ByteCount padding = width - vmk_Strlen(text);
    bool right = column_is_number(&f->columns[column]);
    bool last = column + 1 == f->ncolumns;

    if (right) {
        put_padding(f, " ", padding);
    }
    put(f, text);
    if (!right && !last) {
        put_padding(f, " ", padding);
    }
    put(f, last ? "\n" : "  ");
}

static void write_table_headings(const struct format *f, const vmk_ByteCount *width)
{
    char heading[64];
    unsigned i;

    for (i = 0; i < f->ncolumns; i++) {
        heading_format(&f->columns[i], heading, sizeof(heading));
        put_aligned(f, i, heading, width[i]);
    }
    for (i = 0; i < f->ncolumns; i++) {
        put_padding(f, "-", width[i]);
        put(f, i + 1 == f->ncolumns ? "\n" : "  ");
    }
}

static void write_table(const struct format *f)
{
    struct cell_cursor cursor = {f->cells.data};
    vmk_ByteCount width[FORMAT_COLUMNS_MAX];
    vmk_ByteCount row;
    unsigned i;

    measure(f, width);
    write_table_headings(f, width);
    for (row = 0; row < f->nrows; row++) {
        for (i = 0; i < f->ncolumns; i++) {
            put_aligned(f, i, next_cell(&cursor, NULL), width[i]);
        }
    }
}

static void write_record(const struct format *f)
{
    struct cell_cursor cursor = {f->cells.data};
    vmk_ByteCount row;
    unsigned i;

    for (row = 0; row < f->nrows; row++) {
        for (i = 0; i < f->ncolumns; i++) {
            bool has_value;
            const char *text = next_cell(&cursor, &has_value);
            const char *unit = has_value ? f->columns[i].unit : NULL;

            put(f, f->columns[i].name);
            put(f, *text != '\0' ? ": " : ":");
            put(f, text);
            put(f, unit ? " " : "");
            put(f, unit ? unit : "");
            put(f, "\n");
        }
    }
}

static void write_lines(const struct format *f)
{
    struct cell_cursor cursor = {f->cells.data};
    vmk_ByteCount row;
    unsigned i;

    for (row = 0; row < f->nrows; row++) {
        for (i = 0; i + 1 < f->ncolumns; i++) {
            (void)next_cell(&cursor, NULL);
        }
        put(f, next_cell(&cursor, NULL));
        put(f, "\n");
    }
}

/* JSON: RFC 8259. */

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
        put(f, "null");
    } else if (type == FORMAT_STRING || type == FORMAT_HEX) {
        put(f, "\"");
        format_json_escape(f->sink, text);
        put(f, "\"");
    } else {
        put(f, text);
    }
}

static void put_json_object(const struct format *f, struct cell_cursor *cursor)
{
    unsigned i;

    put(f, "{");
    for (i = 0; i < f->ncolumns; i++) {
        bool has_value;
        const char *text = next_cell(cursor, &has_value);

        put(f, i == 0 ? "\"" : ", \"");
        put_key(f, i);
        put(f, "\": ");
        put_json_value(f, i, text, has_value);
    }
    put(f, "}");
}

static void write_json(const struct format *f)
{
    struct cell_cursor cursor = {f->cells.data};
    bool list = f->shape != FORMAT_RECORD;
    vmk_ByteCount row;

    put(f, list ? "[" : "");
    for (row = 0; row < f->nrows; row++) {
        put(f, row == 0 ? "" : ",\n ");
        put_json_object(f, &cursor);
    }
    put(f, list ? "]\n" : "\n");
}

/* CSV: RFC 4180, with bare newlines. */

static void put_csv_value(const struct format *f, const char *text)
{
    if (text[vmk_Strcspn(text, ",\"\r\n")] == '\0') {
        put(f, text);
        return;
    }
    put(f, "\"");
    for (; *text != '\0'; text++) {
        put_padding(f, text, *text == '"' ? 2 : 1);
    }
    put(f, "\"");
}

static void write_csv(const struct format *f)
{
    struct cell_cursor cursor = {f->cells.data};
    vmk_ByteCount row;
    unsigned i;

    for (i = 0; i < f->ncolumns; i++) {
        put_key(f, i);
        put(f, i + 1 == f->ncolumns ? "\n" : ",");
    }
    for (row = 0; row < f->nrows; row++) {
        for (i = 0; i < f->ncolumns; i++) {
            put_csv_value(f, next_cell(&cursor, NULL));
            put(f, i + 1 == f->ncolumns ? "\n" : ",");
        }
    }
}

void format_write(const struct format *f)
{
    static void (*const tables[])(const struct format *) = {
        [FORMAT_LIST] = write_table, [FORMAT_RECORD] = write_record, [FORMAT_LINES] = write_lines};

    if (f->style == FORMAT_JSON) {
        write_json(f);
    } else if (f->style == FORMAT_CSV) {
        write_csv(f);
    } else {
        tables[f->shape](f);
    }
}
