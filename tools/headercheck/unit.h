/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * unit.h - a driver's source file, parsed against one set of headers.
 *
 * A name is spelled as a C programmer would: "kfree", "struct device", "struct device.parent"; the members of
 * nested nameless structs belong to the one around them that has a name.
 *
 * Probes are declarations appended to the file, two for each object-like macro of the headers that the driver
 * could mean, by which the compiler says what the macro means there: its type, and its value if it is an
 * integer constant.
 */
#ifndef HEADERCHECK_UNIT_H
#define HEADERCHECK_UNIT_H

#include <clang-c/Index.h>
#include <stdbool.h>
#include "map.h"

#define MAX_FOLDERS 16

/* A list of places, each a key into struct unit.expressions. */
struct sites {
    unsigned count;
    unsigned room;
    char **list;
};

/* A name of the headers that the driver's own text spells, itself or through its own macros. */
struct use {
    unsigned count;
    bool as_macro;            /* at least once */
    bool as_pasted;           /* … put together of pieces: no probe asks for it */
    bool as_declared;         /* at least once: a function, variable, type, … */
    CXCursor where;           /* what it means: a declaration or a macro's definition */
    struct sites sites;       /* where, as a macro, the driver's functions call it */
    struct sites outer_sites; /* where they call a macro of the driver's that does */
    unsigned file_offset;     /* of the first use */
    const char *file;
    unsigned members; /* a record's: how many are initialized by position, the first ones */
};

struct unit {
    const char *path;
    const char *folders[MAX_FOLDERS]; /* files in them are the driver's own; NULL ends the list */
    CXTranslationUnit translation;

    size_t length; /* of the file, without probes */

    struct map uses;         /* struct use */
    struct map declarations; /* CXCursor: what the headers declare */
    struct map macros;       /* CXCursor: what they define */
    struct map own_macros;   /* struct own_macro: what the driver defines */
    struct map pasted;       /* struct pasted: names that macros make in the driver's text, by ## */
    struct map expressions;  /* CXCursor: what the driver's text is, by "file:start:end" */
    struct map probes;       /* bool: those that did not compile */
    struct map not_found;    /* bool: headers the driver includes and which are not there */
    struct map errors;       /* bool: what else the compiler objected to */
    struct map refused;      /* bool: lines of the driver with errors, by "file:line" */
    CXSourceRangeList *skipped;
};

/*
 * Parse @path with compiler arguments @args, and with @probes behind its own text. Files below @folders (each
 * ends with a slash, NULL ends the list), and below the file's own folder, are the driver's.
 */
struct unit *unit_parse(CXIndex index, const char *path, const char *const *folders, unsigned num_args,
                        const char *const *args, const char *probes);

/* The probes for each word of the file at @path, and of what it includes from its own folder. */
char *unit_make_probes(const char *path);
#define PROBE_TYPE  "__headercheck_type_"
#define PROBE_VALUE "__headercheck_value_"

/* The declaration a probe made, or NULL when it did not compile. */
const CXCursor *unit_probe(const struct unit *unit, const char *probe, const char *name);

/* Whether @cursor, part of the driver's text, has an error in it: it isn't what it would be then. */
bool unit_refuses(const struct unit *unit, CXCursor cursor);

/* Whether the configuration leaves out the text at @offset of the driver's file @file. */
bool unit_skips(const struct unit *unit, const char *file, unsigned offset);

/* Where text is in a file: the argument itself for what a macro was given, the expansion for what it made. */
struct place {
    const char *file; /* NULL: nowhere, as what is built into the compiler */
    CXFile handle;
    unsigned offset;
    unsigned line;
};
struct place place_of(CXSourceLocation location);

bool unit_is_drivers(const struct unit *unit, const struct place *place);

/* The name by which uses and declarations of @declared are filed, or NULL for what is not compared. */
char *filed_name(CXCursor declared);

/* The text of @range. */
char *unit_text(const struct unit *unit, CXSourceRange range);

/* The file @cursor is in, or NULL. */
const char *cursor_file(CXCursor cursor);

/* A copy of @string, which is disposed of. */
char *take(CXString string);

/* The name of the record that @field is a member of, as above; NULL when no record around it has one. */
char *field_owner(CXCursor field);

/* "file:start:end" of @range. */
char *range_key(CXSourceRange range);

/* All of the file at @path; NULL when it cannot be read. */
char *read_text(const char *path);

#endif
