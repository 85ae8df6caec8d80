/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * facts.h - what a name is by one set of headers.
 */
#ifndef HEADERCHECK_FACTS_H
#define HEADERCHECK_FACTS_H

#include "unit.h"

enum kind {
    KIND_MISSING,
    KIND_FUNCTION,
    KIND_INLINE,
    KIND_VARIABLE,
    KIND_TYPE,
    KIND_FIELD,
    KIND_CONSTANT,
    KIND_MACRO,         /* object-like */
    KIND_MACRO_FUNCTION /* with arguments: it means something where it is used only */
};

struct facts {
    enum kind kind;
    char *type;     /* canonical; NULL for what has none */
    bool is_record; /* a struct or union: its layout is its headers' own */
    bool has_value;
    long long value;
    CXCursor where;
};

/* What @name is in @unit. */
struct facts facts_find(const struct unit *unit, const char *name);

/* What the expression is that the macro expansion or call at @site became, if it became one. */
bool facts_at_site(const struct unit *unit, const char *site, struct facts *facts);

/* "function", "field", … */
const char *kind_name(enum kind kind);

#endif
