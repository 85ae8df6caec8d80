/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * format_write.c - reading the cells back, and what the styles share.
 */
#include "format_write.h"

#include <vmkapi/lib/libc.h>

void format_put(const struct format *f, const char *text)
{
    f->sink->write(f->sink, text, vmk_Strlen(text));
}

void format_put_repeated(const struct format *f, const char *fill, vmk_ByteCount count)
{
    while (count-- > 0) {
        f->sink->write(f->sink, fill, 1);
    }
}

const char *format_next_cell(struct cell_cursor *cursor, bool *has_value)
{
    const char *cell = cursor->cell;
    bool value = format_cell_has_value(cell);

    cursor->cell += vmk_Strlen(cell) + 1;
    if (has_value != NULL) {
        *has_value = value;
    }
    return value ? cell : "";
}

void format_put_key(const struct format *f, unsigned column)
{
    const char *p;

    for (p = f->columns[column].name; *p != '\0'; p++) {
        if (*p != ' ') {
            f->sink->write(f->sink, p, 1);
        }
    }
}

void format_write(const struct format *f)
{
    if (f->style == FORMAT_JSON) {
        format_write_json(f);
    } else if (f->style == FORMAT_CSV) {
        format_write_csv(f);
    } else {
        format_write_table(f);
    }
}
