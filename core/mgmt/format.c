/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * format.c - collecting the cells of an emission.
 */
#include <core/format.h>

#include <vmkapi/base/assert.h>
#include <vmkapi/lib/libc.h>

#include "format_text.h"
#include "format_write.h"

#define PRINT_MAX 512
#define CELL_MAX  256
/** What the cells hold for a cell without value: no text of ours begins with it. */
#define NO_VALUE "\1"

void format_print(struct format_sink *sink, const char *fmt, ...)
{
    char text[PRINT_MAX];
    va_list args;

    va_start(args, fmt);
    vmk_Vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    sink->write(sink, text, vmk_Strlen(text));
}

void format_begin(struct format *f, struct format_sink *sink, enum format_style style,
                  enum format_shape shape, const struct format_column *columns)
{
    *f = (struct format){.sink = sink, .columns = columns, .style = style, .shape = shape};
    while (columns[f->ncolumns].name != NULL) {
        f->ncolumns++;
    }
    VMK_ASSERT(f->ncolumns > 0 && f->ncolumns <= FORMAT_COLUMNS_MAX);
}

void format_row(struct format *f)
{
    VMK_ASSERT(f->nrows == 0 || f->column == f->ncolumns);
    f->column = 0;
    f->nrows++;
}

static void cell_add(struct format *f, const char *text)
{
    VMK_ASSERT(f->nrows > 0 && f->column < f->ncolumns);
    format_text_append(&f->cells, text, vmk_Strlen(text) + 1);
    f->column++;
}

static void cell_check(const struct format *f, enum format_type type)
{
    VMK_ASSERT(f->column < f->ncolumns && f->columns[f->column].type == type);
}

static void cell_printf(struct format *f, enum format_type type, const char *fmt, ...)
    VMK_ATTRIBUTE_PRINTF(3, 4);

static void cell_printf(struct format *f, enum format_type type, const char *fmt, ...)
{
    char text[32];
    va_list args;

    cell_check(f, type);
    va_start(args, fmt);
    vmk_Vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    cell_add(f, text);
}

void format_string(struct format *f, const char *text)
{
    if (text == NULL) {
        format_none(f);
        return;
    }
    cell_check(f, FORMAT_STRING);
    cell_add(f, text);
}

void format_stringf(struct format *f, const char *fmt, ...)
{
    char text[CELL_MAX];
    va_list args;

    va_start(args, fmt);
    vmk_Vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    format_string(f, text);
}

void format_uint(struct format *f, vmk_uint64 value)
{
    cell_printf(f, FORMAT_UINT, "%lu", value);
}

void format_int(struct format *f, vmk_int64 value)
{
    cell_printf(f, FORMAT_INT, "%ld", value);
}

void format_hex(struct format *f, vmk_uint64 value)
{
    cell_printf(f, FORMAT_HEX, "0x%lx", value);
}

void format_bool(struct format *f, bool value)
{
    cell_printf(f, FORMAT_BOOL, "%s", value ? "true" : "false");
}

void format_none(struct format *f)
{
    cell_add(f, NO_VALUE);
}

bool format_cell_has_value(const char *cell)
{
    return cell[0] != NO_VALUE[0];
}

VMK_ReturnStatus format_end(struct format *f)
{
    bool failed = f->cells.failed;

    /* A handler that failed half-way through a row leaves it short. */
    while (f->nrows > 0 && f->column < f->ncolumns) {
        format_none(f);
    }
    if (!failed) {
        format_write(f);
    }
    format_text_clear(&f->cells);
    return failed ? VMK_NO_MEMORY : VMK_OK;
}

VMK_ReturnStatus format_style_parse(const char *name, enum format_style *style)
{
    static const char *const names[] = {
        [FORMAT_TABLE] = "table", [FORMAT_JSON] = "json", [FORMAT_CSV] = "csv"};
    unsigned i;

    for (i = 0; i < VMK_ARRAY_SIZE(names); i++) {
        if (vmk_Strcmp(name, names[i]) == 0) {
            *style = (enum format_style)i;
            return VMK_OK;
        }
    }
    return VMK_BAD_PARAM;
}
