/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * uses.c - walking a driver's own text.
 *
 * libclang says where an expression is by the place in the driver's text that made it, and lists expansions
 * of macros at the outermost level only. What the driver's own macros mention is read from their definitions.
 */
#include "uses.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "macro.h"

#define MAX_NESTING 16 /* of the driver's macros in each other */

struct own_macro {
    struct macro *macro;
    bool pastes;
};

/* A name made by ##, and where. */
struct pasted {
    struct place place;
    bool by_driver; /* in a macro of its own: then a function's name counts, too */
};

/* Whether the driver's text at @place is the word @name, and not a macro that mentions it. */
static bool is_spelled(const struct unit *unit, const struct place *place, const char *name)
{
    size_t size;
    size_t len = strlen(name);
    const char *text = clang_getFileContents(unit->translation, place->handle, &size);

    return text != NULL && place->offset + len < size && memcmp(text + place->offset, name, len) == 0 &&
           !isalnum((unsigned char)text[place->offset + len]) && text[place->offset + len] != '_';
}

static char *word_at(const struct unit *unit, const struct place *place)
{
    size_t size;
    const char *text = clang_getFileContents(unit->translation, place->handle, &size);
    size_t len = 0;

    while (text != NULL && place->offset + len < size &&
           (isalnum((unsigned char)text[place->offset + len]) || text[place->offset + len] == '_')) {
        len++;
    }
    return format("%.*s", (int)len, text != NULL ? text + place->offset : "");
}

static void add_site(struct sites *sites, const char *site)
{
    if (sites->count == sites->room) {
        sites->room = sites->room == 0 ? 8 : 2 * sites->room;
        sites->list = reallocarray(sites->list, sites->room, sizeof(*sites->list));
    }
    sites->list[sites->count++] = format("%s", site);
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

void uses_note_own_macro(struct unit *unit, const char *name, CXCursor cursor)
{
    struct own_macro *own = map_put(&unit->own_macros, name, sizeof(*own));
    char *definition = unit_text(unit, clang_getCursorExtent(cursor));

    own->macro = macro_read(definition);
    own->pastes = strstr(definition, "##") != NULL;
}

/* An expansion in the driver's text, and the macros of the driver's it has led to. */
struct expanding {
    struct unit *unit;
    struct place place;
    const char *site;
    unsigned depth;
    bool by_driver;
    struct map seen; /* bool: words */
};

static void note_pasted(const char *name, void *context)
{
    const struct expanding *expanding = context;
    struct pasted *pasted = map_put(&expanding->unit->pasted, name, sizeof(*pasted));

    pasted->place = expanding->place;
    pasted->by_driver |= expanding->by_driver;
}

static void note_mention(const char *word, void *context)
{
    struct expanding *expanding = context;
    struct unit *unit = expanding->unit;
    const struct own_macro *own = map_find(&unit->own_macros, word);
    const CXCursor *macro = map_find(&unit->macros, word);

    if (map_find(&expanding->seen, word) != NULL) {
        return;
    }
    map_put(&expanding->seen, word, sizeof(bool));
    if (own != NULL && expanding->depth < MAX_NESTING) {
        expanding->depth++;
        macro_words(own->macro, note_mention, expanding);
        expanding->depth--;
    } else if (own == NULL && macro != NULL) {
        struct use *use = note_use(unit, word, *macro, &expanding->place);

        use->as_macro = true;
        add_site(&use->outer_sites, expanding->site);
    }
}

static void note_own_expansion(struct expanding *expanding, const char *name, const char *call)
{
    const struct own_macro *own = map_find(&expanding->unit->own_macros, name);

    expanding->by_driver = true;
    note_mention(name, expanding);
    if (own != NULL && own->pastes) {
        macro_pasted(own->macro, call, note_pasted, expanding);
    }
}

void uses_note_expansion(struct unit *unit, CXCursor cursor)
{
    CXCursor definition = clang_getCursorReferenced(cursor);
    struct expanding expanding = {.unit = unit, .place = place_of(clang_getCursorLocation(cursor))};
    struct place origin = place_of(clang_getCursorLocation(definition));
    char *name;
    char *call;
    char *body;
    struct use *use;

    if (!unit_is_drivers(unit, &expanding.place) || origin.file == NULL) {
        return;
    }
    name = take(clang_getCursorSpelling(cursor));
    if (!is_spelled(unit, &expanding.place, name)) {
        return;
    }
    expanding.site = range_key(clang_getCursorExtent(cursor));
    call = unit_text(unit, clang_getCursorExtent(cursor));
    if (unit_is_drivers(unit, &origin)) {
        note_own_expansion(&expanding, name, call);
        return;
    }
    use = note_use(unit, name, definition, &expanding.place);
    use->as_macro = true;
    if (clang_Cursor_isMacroFunctionLike(definition)) {
        add_site(&use->sites, expanding.site);
        body = unit_text(unit, clang_getCursorExtent(definition));
        if (strstr(body, "##") != NULL) {
            macro_pasted(macro_read(body), call, note_pasted, &expanding);
        }
    }
}

struct mentioning {
    const struct unit *unit;
    const char *name;
    unsigned depth;
    bool found;
};

static void look_for_mention(const char *word, void *context)
{
    struct mentioning *mentioning = context;
    const struct own_macro *own;

    if (mentioning->found || strcmp(word, mentioning->name) == 0) {
        mentioning->found = true;
        return;
    }
    own = map_find(&mentioning->unit->own_macros, word);
    if (own != NULL && mentioning->depth < MAX_NESTING) {
        mentioning->depth++;
        macro_words(own->macro, look_for_mention, mentioning);
        mentioning->depth--;
    }
}

/* Whether the macro of the driver's that is called at @place mentions @name. */
static bool is_mentioned(const struct unit *unit, const struct place *place, const char *name)
{
    struct mentioning mentioning = {.unit = unit, .name = name};
    const struct own_macro *own = map_find(&unit->own_macros, word_at(unit, place));

    if (own != NULL) {
        macro_words(own->macro, look_for_mention, &mentioning);
    }
    return mentioning.found;
}

static void note_reference(struct unit *unit, CXCursor cursor)
{
    CXCursor meant = clang_getCursorReferenced(cursor);
    struct place place = place_of(clang_getCursorLocation(cursor));
    struct place origin;
    char *spelling;
    char *name;

    if (!unit_is_drivers(unit, &place)) {
        return;
    }
    origin = place_of(clang_getCursorLocation(meant));
    if (origin.file == NULL || unit_is_drivers(unit, &origin)) {
        return;
    }
    spelling = take(clang_getCursorSpelling(meant));
    if (!is_spelled(unit, &place, spelling) && !is_mentioned(unit, &place, spelling)) {
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

/* Initializers of a record: how many of them say by their position only which member they are for. */
struct positions {
    const struct unit *unit;
    unsigned depth; /* of arrays still around the record */
    unsigned at;
    unsigned most;
};

static bool starts_with_brace(const struct unit *unit, const struct place *place)
{
    size_t size;
    const char *text = clang_getFileContents(unit->translation, place->handle, &size);

    return text != NULL && place->offset < size && text[place->offset] == '{';
}

static enum CXChildVisitResult is_designator(CXCursor cursor, CXCursor parent, CXClientData data)
{
    (void)parent;
    *(bool *)data = clang_getCursorKind(cursor) == CXCursor_MemberRef;
    return CXChildVisit_Break;
}

static enum CXChildVisitResult count_positions(CXCursor cursor, CXCursor parent, CXClientData data)
{
    struct positions *positions = data;
    struct place place = place_of(clang_getCursorLocation(cursor));
    bool is_list =
        clang_getCursorKind(cursor) == CXCursor_InitListExpr && starts_with_brace(positions->unit, &place);
    bool designated = false;

    if (positions->depth > 0 || clang_getCursorKind(parent) == CXCursor_VarDecl) {
        struct positions inside = {positions->unit, positions->depth - (positions->depth > 0), 0,
                                   positions->most};

        if (is_list) {
            clang_visitChildren(cursor, count_positions, &inside);
            positions->most = inside.most;
        }
        return CXChildVisit_Continue;
    }
    clang_visitChildren(cursor, is_designator, &designated);
    if (designated) {
        return CXChildVisit_Break;
    }
    if (++positions->at > positions->most) {
        positions->most = positions->at;
    }
    return CXChildVisit_Continue;
}

/* A variable of a type of the headers, or an array of such, with a list of what is in it. */
static void note_initializer(struct unit *unit, CXCursor variable)
{
    CXType type = clang_getCanonicalType(clang_getCursorType(variable));
    struct place place = place_of(clang_getCursorLocation(variable));
    struct positions positions = {.unit = unit};
    struct place origin;
    CXCursor record;
    char *name;
    struct use *use;

    if (!is_spelled(unit, &place, take(clang_getCursorSpelling(variable)))) {
        return;
    }

    while (type.kind == CXType_ConstantArray || type.kind == CXType_IncompleteArray) {
        type = clang_getCanonicalType(clang_getArrayElementType(type));
        positions.depth++;
    }
    record = clang_getTypeDeclaration(type);
    origin = place_of(clang_getCursorLocation(record));
    name = filed_name(record);
    if (type.kind != CXType_Record || name == NULL || unit_is_drivers(unit, &origin)) {
        return;
    }
    positions.depth += positions.depth > 0;
    clang_visitChildren(variable, count_positions, &positions);
    if (positions.most > 1) {
        use = note_use(unit, name, record, &place);
        use->as_declared = true;
        use->members = positions.most > use->members ? positions.most : use->members;
    }
}

static enum CXChildVisitResult visit_own(CXCursor cursor, CXCursor parent, CXClientData data)
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
    case CXCursor_VarDecl:
        note_initializer(data, cursor);
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

void uses_note_declaration(struct unit *unit, CXCursor cursor)
{
    visit_own(cursor, cursor, unit);
    clang_visitChildren(cursor, visit_own, unit);
}

/* A pasted name that a header's macro made may be that header's own affair, unless it is a constant. */
static void use_pasted(const char *name, void *value, void *context)
{
    struct unit *unit = context;
    const struct pasted *pasted = value;
    const CXCursor *macro = map_find(&unit->macros, name);
    const CXCursor *declaration = map_find(&unit->declarations, name);

    if (macro != NULL && (pasted->by_driver || !clang_Cursor_isMacroFunctionLike(*macro))) {
        struct use *use = note_use(unit, name, *macro, &pasted->place);

        use->as_macro = true;
        use->as_pasted = true;
    } else if (declaration != NULL &&
               (pasted->by_driver || clang_getCursorKind(*declaration) == CXCursor_EnumConstantDecl)) {
        note_use(unit, name, *declaration, &pasted->place)->as_declared = true;
    }
}

void uses_finish(struct unit *unit)
{
    map_walk(&unit->pasted, use_pasted, unit);
}
