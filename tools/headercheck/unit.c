/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * unit.c - parsing a driver's file, and noting what the headers offer.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "macro.h"
#include "uses.h"

char *take(CXString string)
{
    const char *text = clang_getCString(string);
    char *copy = format("%s", text != NULL ? text : "");

    clang_disposeString(string);
    return copy;
}

/* libclang's handle of a file is good until its unit ends, as all units do together. */
static const char *file_name(CXFile handle)
{
    static CXFile last;
    static char *name;

    if (handle != last) {
        last = handle;
        name = take(clang_getFileName(handle));
    }
    return name;
}

struct place place_of(CXSourceLocation location)
{
    struct place place = {0};

    clang_getFileLocation(location, &place.handle, &place.line, NULL, &place.offset);
    if (place.handle != NULL) {
        place.file = file_name(place.handle);
    }
    return place;
}

const char *cursor_file(CXCursor cursor)
{
    return place_of(clang_getCursorLocation(cursor)).file;
}

static bool is_probe(const struct unit *unit, const struct place *place)
{
    return strcmp(place->file, unit->path) == 0 && place->offset >= unit->length;
}

bool unit_is_drivers(const struct unit *unit, const struct place *place)
{
    if (place->file == NULL || is_probe(unit, place)) {
        return false;
    }
    for (unsigned i = 0; unit->folders[i] != NULL; i++) {
        if (strncmp(place->file, unit->folders[i], strlen(unit->folders[i])) == 0) {
            return true;
        }
    }
    return false;
}

char *range_key(CXSourceRange range)
{
    struct place start = place_of(clang_getRangeStart(range));
    struct place end = place_of(clang_getRangeEnd(range));

    return format("%s:%u:%u", start.file, start.offset, end.offset);
}

char *unit_text(const struct unit *unit, CXSourceRange range)
{
    struct place start = place_of(clang_getRangeStart(range));
    struct place end = place_of(clang_getRangeEnd(range));
    size_t size;
    const char *text;

    if (start.handle == NULL || end.handle != start.handle || end.offset < start.offset) {
        return format("%s", "");
    }
    text = clang_getFileContents(unit->translation, start.handle, &size);
    return format("%.*s", (int)(end.offset - start.offset), text + start.offset);
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

char *filed_name(CXCursor declared)
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

/* Of several declarations the definition counts, or else the last, which has the attributes of all. */
static void note_declaration(struct unit *unit, CXCursor cursor)
{
    char *name = filed_name(cursor);
    CXCursor *known;

    if (name == NULL) {
        return;
    }
    known = map_put(&unit->declarations, name, sizeof(*known));
    if (known->kind == 0 || !clang_isCursorDefinition(*known)) {
        *known = cursor;
    }
    free(name);
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

static void note_definition(struct unit *unit, CXCursor cursor, const struct place *place)
{
    char *name = take(clang_getCursorSpelling(cursor));

    if (unit_is_drivers(unit, place)) {
        uses_note_own_macro(unit, name, cursor);
    } else if (place->file != NULL || strncmp(name, "CONFIG_", 7) == 0) {
        /* Not what the compiler predefines, but the options of a manifest. */
        *(CXCursor *)map_put(&unit->macros, name, sizeof(cursor)) = cursor;
    }
    free(name);
}

/* Macros come first, in their order, before all declarations. */
static enum CXChildVisitResult visit_top(CXCursor cursor, CXCursor parent, CXClientData data)
{
    struct unit *unit = data;
    struct place place = place_of(clang_getCursorLocation(cursor));

    (void)parent;
    switch (clang_getCursorKind(cursor)) {
    case CXCursor_MacroDefinition:
        note_definition(unit, cursor, &place);
        return CXChildVisit_Continue;
    case CXCursor_MacroExpansion:
        uses_note_expansion(unit, cursor);
        return CXChildVisit_Continue;
    default:
        break;
    }
    if (unit_is_drivers(unit, &place)) {
        uses_note_declaration(unit, cursor);
    } else {
        note_declaration(unit, cursor);
        clang_visitChildren(cursor, visit_members, data);
    }
    return CXChildVisit_Continue;
}

static void note_error(struct unit *unit, CXDiagnostic diagnostic)
{
    struct place place = place_of(clang_getDiagnosticLocation(diagnostic));
    char *text;
    char *missing;

    if (place.file != NULL && is_probe(unit, &place)) {
        map_put(&unit->probes, format("%u", place.line), sizeof(bool));
        return;
    }
    text = take(clang_getDiagnosticSpelling(diagnostic));
    missing = strstr(text, "' file not found");
    if (missing != NULL) {
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

char *read_text(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t size = 0;

    if (file == NULL) {
        return NULL;
    }
    if (getdelim(&text, &size, '\0', file) < 0) {
        free(text);
        text = feof(file) ? format("%s", "") : NULL;
    }
    fclose(file);
    return text;
}

static void add_folders(struct unit *unit, const char *const *folders)
{
    unsigned count = 0;

    unit->folders[count++] = format("%.*s/", (int)(strrchr(unit->path, '/') - unit->path), unit->path);
    for (unsigned i = 0; folders[i] != NULL && count < MAX_FOLDERS - 1; i++) {
        unit->folders[count++] = folders[i];
    }
}

struct unit *unit_parse(CXIndex index, const char *path, const char *const *folders, unsigned num_args,
                        const char *const *args, const char *probes)
{
    struct unit *unit = calloc(1, sizeof(*unit));
    char *own = read_text(path);
    char *text;
    struct CXUnsavedFile file;
    enum CXErrorCode failed;

    if (own == NULL) {
        perror(path);
        exit(2);
    }
    text = format("%s\n%s", own, probes);
    file = (struct CXUnsavedFile){path, text, strlen(text)};
    unit->path = path;
    unit->length = strlen(own) + 1;
    add_folders(unit, folders);
    failed = clang_parseTranslationUnit2(index, path, args, (int)num_args, &file, 1,
                                         CXTranslationUnit_DetailedPreprocessingRecord |
                                             CXTranslationUnit_KeepGoing |
                                             CXTranslationUnit_IncludeAttributedTypes,
                                         &unit->translation);
    if (failed != CXError_Success) {
        fprintf(stderr, "headercheck: libclang could not parse %s (error %d)\n", path, failed);
        exit(2);
    }
    note_errors(unit);
    clang_visitChildren(clang_getTranslationUnitCursor(unit->translation), visit_top, unit);
    uses_finish(unit);
    unit->skipped = clang_getAllSkippedRanges(unit->translation);
    return unit;
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
