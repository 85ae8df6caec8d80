/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * unit.c - parsing a driver's file, and noting what it uses and what the headers offer.
 */
#include "unit.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct place {
    char *file; /* NULL: nowhere, as what is built into the compiler */
    CXFile handle;
    unsigned offset;
    unsigned line;
};

char *take(CXString string)
{
    const char *text = clang_getCString(string);
    char *copy = format("%s", text != NULL ? text : "");

    clang_disposeString(string);
    return copy;
}

/* Where text is in a file: the argument itself for what a macro was given, the expansion for what it made. */
static struct place place_of(CXSourceLocation location)
{
    struct place place = {0};

    clang_getFileLocation(location, &place.handle, &place.line, NULL, &place.offset);
    if (place.handle != NULL) {
        place.file = take(clang_getFileName(place.handle));
    }
    return place;
}

char *cursor_file(CXCursor cursor)
{
    return place_of(clang_getCursorLocation(cursor)).file;
}

static bool is_probe(const struct unit *unit, const struct place *place)
{
    return strcmp(place->file, unit->path) == 0 && place->offset >= unit->length;
}

static bool is_drivers(const struct unit *unit, const struct place *place)
{
    return place->file != NULL && strncmp(place->file, unit->folder, strlen(unit->folder)) == 0 &&
           !is_probe(unit, place);
}

/* Whether the driver's text at @place is the word @name, and not a macro that mentions it. */
static bool is_spelled(const struct unit *unit, const struct place *place, const char *name)
{
    size_t size;
    size_t len = strlen(name);
    const char *text = clang_getFileContents(unit->translation, place->handle, &size);

    return text != NULL && place->offset + len < size && memcmp(text + place->offset, name, len) == 0 &&
           !isalnum((unsigned char)text[place->offset + len]) && text[place->offset + len] != '_';
}

static char *range_key(CXSourceRange range)
{
    struct place start = place_of(clang_getRangeStart(range));
    struct place end = place_of(clang_getRangeEnd(range));

    return format("%s:%u:%u", start.file, start.offset, end.offset);
}

static bool is_nameless(const char *name)
{
    return name[0] == '\0' || strstr(name, "(unnamed") != NULL || strstr(name, "(anonymous") != NULL;
}

char *field_owner(CXCursor field)
{
    CXCursor record = clang_getCursorSemanticParent(field);

    for (;;) {
        char *name = take(clang_getTypeSpelling(clang_getCursorType(record)));
        CXCursor around = clang_getCursorLexicalParent(record);

        if (!is_nameless(name)) {
            return name;
        }
        if (clang_equalCursors(around, record) || clang_isInvalid(clang_getCursorKind(around)) ||
            clang_getCursorKind(around) == CXCursor_TranslationUnit) {
            return NULL;
        }
        record = around;
    }
}

/* The name by which uses and declarations of @declared are filed, or NULL for what is not compared. */
static char *filed_name(CXCursor declared)
{
    char *spelling = take(clang_getCursorSpelling(declared));
    char *owner;

    if (is_nameless(spelling)) {
        return NULL;
    }
    switch (clang_getCursorKind(declared)) {
    case CXCursor_FunctionDecl:
    case CXCursor_VarDecl:
    case CXCursor_TypedefDecl:
    case CXCursor_EnumConstantDecl:
        return spelling;
    case CXCursor_StructDecl:
        return format("struct %s", spelling);
    case CXCursor_UnionDecl:
        return format("union %s", spelling);
    case CXCursor_EnumDecl:
        return format("enum %s", spelling);
    case CXCursor_FieldDecl:
        owner = field_owner(declared);
        return owner != NULL ? format("%s.%s", owner, spelling) : NULL;
    default:
        return NULL;
    }
}

static struct use *note_use(struct unit *unit, const char *name, CXCursor where, const struct place *place)
{
    struct use *use = map_put(&unit->uses, name, sizeof(*use));

    if (use->count++ == 0) {
        use->where = where;
        use->file = place->file;
        use->file_offset = place->offset;
    }
    return use;
}

static void note_reference(struct unit *unit, CXCursor cursor)
{
    CXCursor meant = clang_getCursorReferenced(cursor);
    struct place place = place_of(clang_getCursorLocation(cursor));
    struct place origin = place_of(clang_getCursorLocation(meant));
    char *name;

    if (!is_drivers(unit, &place) || origin.file == NULL || is_drivers(unit, &origin) ||
        !is_spelled(unit, &place, take(clang_getCursorSpelling(meant)))) {
        return;
    }
    name = filed_name(meant);
    if (name != NULL) {
        note_use(unit, name, meant, &place)->as_declared = true;
    }
}

static enum CXChildVisitResult count_child(CXCursor cursor, CXCursor parent, CXClientData data)
{
    (void)cursor;
    (void)parent;
    ++*(unsigned *)data;
    return CXChildVisit_Continue;
}

/* libclang has no names for conversions, which have one part, nor for __builtin_choose_expr(), which has
 * three. */
static bool is_conversion(CXCursor cursor)
{
    unsigned parts = 0;

    if (clang_getCursorKind(cursor) == CXCursor_UnexposedExpr) {
        clang_visitChildren(cursor, count_child, &parts);
    }
    return parts == 1;
}

/* File what is outermost at each range; implicit conversions around an expression are the driver's. */
static void note_expression(struct unit *unit, CXCursor cursor)
{
    char *key = range_key(clang_getCursorExtent(cursor));

    if (map_find(&unit->expressions, key) == NULL) {
        *(CXCursor *)map_put(&unit->expressions, key, sizeof(cursor)) = cursor;
    }
    free(key);
}

static enum CXChildVisitResult visit_drivers(CXCursor cursor, CXCursor parent, CXClientData data)
{
    enum CXCursorKind kind = clang_getCursorKind(cursor);

    (void)parent;
    switch (kind) {
    case CXCursor_DeclRefExpr:
    case CXCursor_MemberRefExpr:
    case CXCursor_MemberRef:
    case CXCursor_TypeRef:
        note_reference(data, cursor);
        break;
    default:
        break;
    }
    if ((clang_isExpression(kind) && !is_conversion(cursor)) || clang_isStatement(kind) ||
        clang_isDeclaration(kind)) {
        note_expression(data, cursor);
    }
    return CXChildVisit_Recurse;
}

static void note_expansion(struct unit *unit, CXCursor cursor)
{
    CXCursor definition = clang_getCursorReferenced(cursor);
    struct place place = place_of(clang_getCursorLocation(cursor));
    struct place origin = place_of(clang_getCursorLocation(definition));
    char *name = take(clang_getCursorSpelling(cursor));
    struct use *use;

    if (!is_drivers(unit, &place) || origin.file == NULL || is_drivers(unit, &origin) ||
        !is_spelled(unit, &place, name)) {
        return;
    }
    use = note_use(unit, name, definition, &place);
    use->as_macro = true;
    if (use->num_sites < MAX_SITES) {
        use->sites[use->num_sites++] = range_key(clang_getCursorExtent(cursor));
    }
}

static void note_declaration(struct unit *unit, CXCursor cursor)
{
    char *name = filed_name(cursor);
    CXCursor *known;

    if (name == NULL) {
        return;
    }
    known = map_put(&unit->declarations, name, sizeof(*known));
    if (known->kind == 0 || clang_isCursorDefinition(cursor)) {
        *known = cursor;
    }
}

/* Enumerations' constants, and what is declared within structs. */
static enum CXChildVisitResult visit_members(CXCursor cursor, CXCursor parent, CXClientData data)
{
    (void)parent;
    switch (clang_getCursorKind(cursor)) {
    case CXCursor_EnumConstantDecl:
    case CXCursor_EnumDecl:
    case CXCursor_StructDecl:
    case CXCursor_UnionDecl:
        note_declaration(data, cursor);
        return CXChildVisit_Recurse;
    default:
        return CXChildVisit_Continue;
    }
}

static enum CXChildVisitResult visit_top(CXCursor cursor, CXCursor parent, CXClientData data)
{
    struct unit *unit = data;
    struct place place = place_of(clang_getCursorLocation(cursor));

    (void)parent;
    switch (clang_getCursorKind(cursor)) {
    case CXCursor_MacroDefinition:
        if (place.file != NULL && !is_drivers(unit, &place)) {
            char *name = take(clang_getCursorSpelling(cursor));

            *(CXCursor *)map_put(&unit->macros, name, sizeof(cursor)) = cursor;
        }
        return CXChildVisit_Continue;
    case CXCursor_MacroExpansion:
        note_expansion(unit, cursor);
        return CXChildVisit_Continue;
    default:
        break;
    }
    if (is_drivers(unit, &place)) {
        visit_drivers(cursor, parent, data);
        clang_visitChildren(cursor, visit_drivers, data);
    } else {
        note_declaration(unit, cursor);
        clang_visitChildren(cursor, visit_members, data);
    }
    free(place.file);
    return CXChildVisit_Continue;
}

static void note_error(struct unit *unit, CXDiagnostic diagnostic)
{
    struct place place = place_of(clang_getDiagnosticLocation(diagnostic));
    char *text = take(clang_getDiagnosticSpelling(diagnostic));
    char *missing = strstr(text, "' file not found");

    if (place.file != NULL && is_probe(unit, &place)) {
        map_put(&unit->probes, format("%u", place.line), sizeof(bool));
    } else if (missing != NULL) {
        *missing = '\0';
        map_put(&unit->not_found, text + 1, sizeof(bool));
    } else {
        map_put(&unit->errors, format("%s:%u: %s", place.file, place.line, text), sizeof(bool));
        map_put(&unit->refused, format("%s:%u", place.file, place.line), sizeof(bool));
    }
}

static void note_errors(struct unit *unit)
{
    for (unsigned i = 0; i < clang_getNumDiagnostics(unit->translation); i++) {
        CXDiagnostic diagnostic = clang_getDiagnostic(unit->translation, i);

        if (clang_getDiagnosticSeverity(diagnostic) >= CXDiagnostic_Error) {
            note_error(unit, diagnostic);
        }
        clang_disposeDiagnostic(diagnostic);
    }
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t size = 0;

    if (file == NULL || getdelim(&text, &size, '\0', file) < 0) {
        perror(path);
        exit(2);
    }
    fclose(file);
    return text;
}

struct unit *unit_parse(CXIndex index, const char *path, unsigned num_args, const char *const *args,
                        const char *probes)
{
    struct unit *unit = calloc(1, sizeof(*unit));
    char *own = read_file(path);
    char *text = format("%s\n%s", own, probes != NULL ? probes : "");
    struct CXUnsavedFile file = {path, text, strlen(text)};
    enum CXErrorCode failed;

    unit->path = path;
    unit->folder = format("%.*s/", (int)(strrchr(path, '/') - path), path);
    unit->length = strlen(own) + 1;
    for (const char *c = own; *c != '\0'; c++) {
        unit->lines += *c == '\n';
    }
    failed = clang_parseTranslationUnit2(
        index, path, args, (int)num_args, &file, 1,
        CXTranslationUnit_DetailedPreprocessingRecord | CXTranslationUnit_KeepGoing, &unit->translation);
    if (failed != CXError_Success) {
        fprintf(stderr, "headercheck: libclang could not parse %s (error %d)\n", path, failed);
        exit(2);
    }
    note_errors(unit);
    clang_visitChildren(clang_getTranslationUnitCursor(unit->translation), visit_top, unit);
    unit->skipped = clang_getAllSkippedRanges(unit->translation);
    free(own);
    free(text);
    return unit;
}

void unit_free(struct unit *unit)
{
    clang_disposeSourceRangeList(unit->skipped);
    clang_disposeTranslationUnit(unit->translation);
    free(unit);
}

char *unit_add_probe(char *probes, const char *name)
{
    char *longer = format("%sextern __typeof__(%s) " PROBE_TYPE "%s;\nenum { " PROBE_VALUE "%s = (%s) };\n",
                          probes, name, name, name, name);

    free(probes);
    return longer;
}

const CXCursor *unit_probe(const struct unit *unit, const char *probe, const char *name)
{
    char *declared = format("%s%s", probe, name);
    const CXCursor *cursor = map_find(&unit->declarations, declared);
    char *line;

    free(declared);
    if (cursor == NULL) {
        return NULL;
    }
    line = format("%u", place_of(clang_getCursorLocation(*cursor)).line);
    return map_find(&unit->probes, line) == NULL ? cursor : NULL;
}

bool unit_refuses(const struct unit *unit, CXCursor cursor)
{
    CXSourceRange range = clang_getCursorExtent(cursor);
    struct place start = place_of(clang_getRangeStart(range));
    struct place end = place_of(clang_getRangeEnd(range));

    for (unsigned line = start.line; line <= end.line; line++) {
        if (map_find(&unit->refused, format("%s:%u", start.file, line)) != NULL) {
            return true;
        }
    }
    return false;
}

bool unit_skips(const struct unit *unit, const char *file, unsigned offset)
{
    for (unsigned i = 0; i < unit->skipped->count; i++) {
        struct place start = place_of(clang_getRangeStart(unit->skipped->ranges[i]));
        struct place end = place_of(clang_getRangeEnd(unit->skipped->ranges[i]));

        if (start.file != NULL && strcmp(start.file, file) == 0 && start.offset <= offset &&
            offset < end.offset) {
            return true;
        }
    }
    return false;
}
