/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * format_write.h - collected cells, written out in one of the styles.
 */
#ifndef CORE_MGMT_FORMAT_WRITE_H
#define CORE_MGMT_FORMAT_WRITE_H

#include <core/format.h>

/** Write all of @p f's rows to its sink. */
void format_write(const struct format *f);

/** @return whether a kept cell is other than format_none()'s. */
bool format_cell_has_value(const char *cell);

#endif
