/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * format_csv.c - rows as CSV (RFC 4180, with bare newlines).
 */
#include "format_write.h"

#include <vmkapi/lib/libc.h>

static void put_csv_value(const struct format *f, const char *text)
{
    if (text[vmk_Strcspn(text, ",\"\r\n")] == '\0') {
        format_put(f, text);
        return;
    }
    format_put(f, "\"");
    for (; *text != '\0'; text++) {
        format_put_repeated(f, text, *text == '"' ? 2 : 1);
    }
    format_put(f, "\"");
}

void format_write_csv(const struct format *f)
{
    struct cell_cursor cursor = {f->cells.data};
    vmk_ByteCount row;
    unsigned i;

    for (i = 0; i < f->ncolumns; i++) {
        format_put_key(f, i);
        format_put(f, i + 1 == f->ncolumns ? "\n" : ",");
    }
    for (row = 0; row < f->nrows; row++) {
        for (i = 0; i < f->ncolumns; i++) {
            put_csv_value(f, format_next_cell(&cursor, NULL));
            format_put(f, i + 1 == f->ncolumns ? "\n" : ",");
        }
    }
}
