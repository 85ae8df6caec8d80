/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * format_write.h - collected cells, written out: what the styles share, and their entries.
 */
#ifndef CORE_MGMT_FORMAT_WRITE_H
#define CORE_MGMT_FORMAT_WRITE_H

#include <core/format.h>

/** Walks the kept cells, row by row; starts at format.cells.data. */
struct cell_cursor {
    const char *cell;
};

/** The next cell's text; "" for one without value, which @p has_value tells apart when it isn't NULL. */
const char *format_next_cell(struct cell_cursor *cursor, bool *has_value);

/** @return whether a kept cell is other than format_none()'s. */
bool format_cell_has_value(const char *cell);

/** Write text; one character so many times; a column's name without its blanks. */
void format_put(const struct format *f, const char *text);
void format_put_repeated(const struct format *f, const char *character, vmk_ByteCount count);
void format_put_key(const struct format *f, unsigned column);

/** Write all rows to f's sink, in f's style. */
void format_write(const struct format *f);

/* The styles. A table depends on the shape, JSON wraps a list in an array, CSV is always the same. */
void format_write_table(const struct format *f);
void format_write_json(const struct format *f);
void format_write_csv(const struct format *f);

#endif
