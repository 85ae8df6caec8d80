/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * index.h - the modules that could be loaded: what they say about themselves, and the parameters kept for
 * them.
 */
#ifndef CORE_MODULE_INDEX_H
#define CORE_MODULE_INDEX_H

#include "modinfo.h"

#include <core/module.h>

#define MODULE_PARAMETERS_MAX 256 /**< Longest parameter text, NUL included. */

/** What the @p index'th module of MODULE_DIRECTORY says about itself; NULL past the last. Constant after
 * boot. */
const struct string_table *index_at(unsigned index);

/** What the module called @p name says about itself; NULL when it is not indexed. */
const struct string_table *index_find(const char *name);

/** The text kept by module_set_parameters(), or "". Context: may block. */
void kept_parameters(const char *name, char text[MODULE_PARAMETERS_MAX]);

#endif
