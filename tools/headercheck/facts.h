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
    char *type;     /* as type.h spells it, with a bit-field's width; NULL for what has none */
    char *promises; /* of a function, besides its type: " noreturn", " must_check", " printf(2, 3)" */
    char *layout;   /* of a record, a field and an enumeration, or NULL: "4 bytes, aligned to 2" */
    bool is_fixed;  /* … which others know, too: hardware, the wire, user space */
    bool is_record; /* a struct or union: its members are compared one by one */
    bool has_value;
    long long value;
    CXCursor where;
};

/* What @name is in @unit. */
struct facts facts_find(const struct unit *unit, const char *name);

/* What the expression is that the macro expansion or call at @site became, if it became one. */
bool facts_at_site(const struct unit *unit, const char *site, struct facts *facts);

/* The first @count members of the record @name, in order, with their types; NULL when there is none. */
char *facts_members(const struct unit *unit, const char *name, unsigned count);

/* "function", "field", … */
const char *kind_name(enum kind kind);

#endif
