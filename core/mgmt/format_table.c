/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * format_table.c - rows for people.
 */
#include "format_write.h"

#include <vmkapi/lib/libc.h>

static bool column_is_number(const struct format_column *column)
{
    return column->type == FORMAT_UINT || column->type == FORMAT_INT;
}

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
            vmk_ByteCount len = vmk_Strlen(format_next_cell(&cursor, NULL));

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
        format_put_repeated(f, " ", padding);
    }
    format_put(f, text);
    if (!right && !last) {
        format_put_repeated(f, " ", padding);
    }
    format_put(f, last ? "\n" : "  ");
}

static void write_headings(const struct format *f, const vmk_ByteCount *width)
{
    char heading[64];
    unsigned i;

    for (i = 0; i < f->ncolumns; i++) {
        heading_format(&f->columns[i], heading, sizeof(heading));
        put_aligned(f, i, heading, width[i]);
    }
    for (i = 0; i < f->ncolumns; i++) {
        format_put_repeated(f, "-", width[i]);
        format_put(f, i + 1 == f->ncolumns ? "\n" : "  ");
    }
}

static void write_list(const struct format *f)
{
    struct cell_cursor cursor = {f->cells.data};
    vmk_ByteCount width[FORMAT_COLUMNS_MAX];
    vmk_ByteCount row;
    unsigned i;

    measure(f, width);
    write_headings(f, width);
    for (row = 0; row < f->nrows; row++) {
        for (i = 0; i < f->ncolumns; i++) {
            put_aligned(f, i, format_next_cell(&cursor, NULL), width[i]);
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
            const char *text = format_next_cell(&cursor, &has_value);
            const char *unit = has_value ? f->columns[i].unit : NULL;

            format_put(f, f->columns[i].name);
            format_put(f, *text != '\0' ? ": " : ":");
            format_put(f, text);
            format_put(f, unit ? " " : "");
            format_put(f, unit ? unit : "");
            format_put(f, "\n");
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
            (void)format_next_cell(&cursor, NULL);
        }
        format_put(f, format_next_cell(&cursor, NULL));
        format_put(f, "\n");
    }
}

void format_write_table(const struct format *f)
{
    static void (*const shapes[])(const struct format *) = {
        [FORMAT_LIST] = write_list, [FORMAT_RECORD] = write_record, [FORMAT_LINES] = write_lines};

    shapes[f->shape](f);
}
