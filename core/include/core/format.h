/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * format.h - records out as a table, JSON or CSV, from one description of their columns.
 *
 * A column's name is what a table shows ("Link Status"); JSON keys and CSV headings are the name without
 * its spaces ("LinkStatus"), as esxcli spells them. A row's cells are given in the columns' order, each by
 * the call of its column's type or by format_none(). A list is a table with headings (JSON: array); a record
 * is `Key: value` lines (JSON: object); lines are a list whose table form is the bare text of its last
 * column.
 *
 * Rows are kept until format_end(), which alone writes. Out of memory shows there. Context: world.
 */
#ifndef CORE_FORMAT_H
#define CORE_FORMAT_H

#include <stdbool.h>

#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>

#define FORMAT_COLUMNS_MAX 32

enum format_style {
    FORMAT_TABLE,
    FORMAT_JSON,
    FORMAT_CSV,
};

enum format_shape {
    FORMAT_LIST,
    FORMAT_RECORD,
    FORMAT_LINES,
};

enum format_type {
    FORMAT_STRING,
    FORMAT_UINT,
    FORMAT_INT,
    FORMAT_HEX, /**< 0x…; a string in JSON. */
    FORMAT_BOOL,
};

/** One column; a table of them ends with a NULL name. */
struct format_column {
    const char *name;
    enum format_type type;
    const char *unit; /**< "Mbps", "bytes"; NULL when it has none. */
};

/** Where text goes. Embed it; write gets the address of this struct. */
struct format_sink {
    void (*write)(struct format_sink *sink, const char *text, vmk_ByteCount len);
};

/** Growing text; all calls do nothing after the first failed allocation, which sets failed. */
struct format_text {
    char *data;
    vmk_ByteCount len;
    vmk_ByteCount capacity;
    bool failed;
};

/** One emission. The fields are format.c's. */
struct format {
    struct format_sink *sink;
    const struct format_column *columns;
    enum format_style style;
    enum format_shape shape;
    unsigned ncolumns;
    unsigned column; /**< The next cell's. */
    vmk_ByteCount nrows;
    struct format_text cells; /**< Per cell a NUL-terminated text; "\1" alone is none. */
};

/** Print to a sink: at most 511 bytes a call, more is cut off. */
void format_print(struct format_sink *sink, const char *fmt, ...) VMK_ATTRIBUTE_PRINTF(2, 3);

/** Start an emission of @p columns (at most FORMAT_COLUMNS_MAX) to @p sink. */
void format_begin(struct format *f, struct format_sink *sink, enum format_style style,
                  enum format_shape shape, const struct format_column *columns);

/** Start a row; the row before it must be complete. */
void format_row(struct format *f);

/** Give the row's next cell. NULL text is as format_none(). */
void format_string(struct format *f, const char *text);
void format_stringf(struct format *f, const char *fmt, ...) VMK_ATTRIBUTE_PRINTF(2, 3);
void format_uint(struct format *f, vmk_uint64 value);
void format_int(struct format *f, vmk_int64 value);
void format_hex(struct format *f, vmk_uint64 value);
void format_bool(struct format *f, bool value);
/** A cell without value: empty in a table and CSV, null in JSON. */
void format_none(struct format *f);

/**
 * Write everything and free what was kept.
 *
 * @return VMK_OK; VMK_NO_MEMORY when rows had to be dropped (nothing is written then).
 */
VMK_ReturnStatus format_end(struct format *f);

/** "table", "json" or "csv" to a style. @return VMK_OK or VMK_BAD_PARAM. */
VMK_ReturnStatus format_style_parse(const char *name, enum format_style *style);

/** Write @p text with JSON's escapes, without quotes. Bytes that are no UTF-8 become U+FFFD. */
void format_json_escape(struct format_sink *sink, const char *text);

#endif
