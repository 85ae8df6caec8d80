/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * unit.h - a driver's source file, parsed against one set of headers.
 *
 * A name is spelled as a C programmer would: "kfree", "struct device", "struct device.parent"; the members of
 * nested nameless structs belong to the one around them that has a name.
 *
 * Probes are declarations appended to the file, two for each object-like macro, by which the compiler says
 * what the macro means there: its type, and its value if it is an integer constant.
 */
#ifndef HEADERCHECK_UNIT_H
#define HEADERCHECK_UNIT_H

#include <clang-c/Index.h>
#include <stdbool.h>
#include "map.h"

#define MAX_SITES 64

/* A name of the headers that the driver's own text spells. */
struct use {
    unsigned count;
    bool as_macro;    /* at least once */
    bool as_declared; /* at least once: a function, variable, type, … */
    CXCursor where;   /* what it means: a declaration or a macro's definition */
    /* Macro expansions: keys into struct unit.expressions. */
    unsigned num_sites;
    char *sites[MAX_SITES];
    unsigned file_offset; /* of the first use */
    const char *file;
};

struct unit {
    const char *path;
    char *folder; /* the driver's: files in it are its own */
    unsigned num_args;
    const char *const *args;
    CXTranslationUnit translation;

    size_t length;  /* of the file, without probes */
    unsigned lines; /* in it */

    struct map uses;         /* struct use */
    struct map declarations; /* CXCursor: what the headers declare */
    struct map macros;       /* CXCursor: what they define */
    struct map expressions;  /* CXCursor: what the driver's text is, by "file:start:end" */
    struct map probes;       /* bool: those that did not compile */
    struct map not_found;    /* bool: headers the driver includes and which are not there */
    struct map errors;       /* bool: what else the compiler objected to */
    struct map refused;      /* bool: lines of the driver with errors, by "file:line" */
    CXSourceRangeList *skipped;
};

/* Parse @path with compiler arguments @args, and with @probes (NULL or text) behind its own text. */
struct unit *unit_parse(CXIndex index, const char *path, unsigned num_args, const char *const *args,
                        const char *probes);
void unit_free(struct unit *unit);

/* Append the probes of @name to @probes. Each takes two lines, in order: PROBE_TYPE, PROBE_VALUE. */
char *unit_add_probe(char *probes, const char *name);
#define PROBE_TYPE  "__headercheck_type_"
#define PROBE_VALUE "__headercheck_value_"

/* The declaration a probe made, or NULL when it did not compile. */
const CXCursor *unit_probe(const struct unit *unit, const char *probe, const char *name);

/* Whether @cursor, part of the driver's text, has an error in it: it isn't what it would be then. */
bool unit_refuses(const struct unit *unit, CXCursor cursor);

/* Whether the configuration leaves out the text at @offset of the driver's file @file. */
bool unit_skips(const struct unit *unit, const char *file, unsigned offset);

/* The file @cursor is in. */
char *cursor_file(CXCursor cursor);

/* A copy of @string, which is disposed of. */
char *take(CXString string);

/* The name of the record that @field is a member of, as above; NULL when no record around it has one. */
char *field_owner(CXCursor field);

#endif
