/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * facts.c - looking a name up in a parsed unit.
 */
#include "facts.h"

#include <stdlib.h>
#include <string.h>

const char *kind_name(enum kind kind)
{
    static const char *const names[] = {
        [KIND_MISSING] = "nothing",   [KIND_FUNCTION] = "function", [KIND_INLINE] = "inline",
        [KIND_VARIABLE] = "variable", [KIND_TYPE] = "type",         [KIND_FIELD] = "field",
        [KIND_CONSTANT] = "constant", [KIND_MACRO] = "macro",       [KIND_MACRO_FUNCTION] = "macro",
    };

    return names[kind];
}

/* A type as C spells it, without names that a header chose for itself: "(unnamed struct at
 * FILE:LINE:COLUMN)". */
static char *spell_type(CXType type)
{
    char *spelling = take(clang_getTypeSpelling(clang_getCanonicalType(type)));
    char *place;

    while ((place = strstr(spelling, " at ")) != NULL) {
        char *end = strchr(place, ')');

        if (end == NULL) {
            break;
        }
        memmove(place, end, strlen(end) + 1);
    }
    return spelling;
}

static bool is_record(CXType type)
{
    return clang_getCanonicalType(type).kind == CXType_Record;
}

struct field_search {
    const char *owner;
    const char *name;
    CXCursor found;
};

static enum CXChildVisitResult visit_field(CXCursor cursor, CXCursor parent, CXClientData data)
{
    struct field_search *search = data;
    char *name;
    bool matches;

    (void)parent;
    if (clang_getCursorKind(cursor) != CXCursor_FieldDecl) {
        return CXChildVisit_Recurse;
    }
    name = take(clang_getCursorSpelling(cursor));
    matches = strcmp(name, search->name) == 0 && strcmp(field_owner(cursor), search->owner) == 0;
    free(name);
    if (matches) {
        search->found = cursor;
        return CXChildVisit_Break;
    }
    /* A nested struct without a name is visited as a declaration of its own. */
    return CXChildVisit_Continue;
}

static struct facts find_field(const struct unit *unit, const char *name)
{
    struct facts facts = {.kind = KIND_MISSING};
    const char *dot = strrchr(name, '.');
    char *owner = format("%.*s", (int)(dot - name), name);
    const CXCursor *record = map_find(&unit->declarations, owner);
    struct field_search search = {owner, dot + 1, clang_getNullCursor()};
    CXCursor definition;

    if (record == NULL) {
        return facts;
    }
    definition = *record;
    if (clang_getCursorKind(definition) == CXCursor_TypedefDecl) {
        definition = clang_getTypeDeclaration(clang_getCanonicalType(clang_getCursorType(definition)));
    }
    clang_visitChildren(definition, visit_field, &search);
    if (!clang_Cursor_isNull(search.found)) {
        facts.kind = KIND_FIELD;
        facts.where = search.found;
        facts.type = spell_type(clang_getCursorType(search.found));
    }
    return facts;
}

static struct facts of_declaration(CXCursor cursor)
{
    CXType type = clang_getCursorType(cursor);
    struct facts facts = {.where = cursor, .type = spell_type(type)};

    switch (clang_getCursorKind(cursor)) {
    case CXCursor_FunctionDecl:
        facts.kind = clang_Cursor_isNull(clang_getCursorDefinition(cursor)) ? KIND_FUNCTION : KIND_INLINE;
        break;
    case CXCursor_VarDecl:
        facts.kind = KIND_VARIABLE;
        break;
    case CXCursor_EnumConstantDecl:
        facts.kind = KIND_CONSTANT;
        facts.has_value = true;
        facts.value = clang_getEnumConstantDeclValue(cursor);
        break;
    default:
        facts.kind = KIND_TYPE;
        facts.is_record = is_record(type);
        break;
    }
    return facts;
}

static struct facts of_macro(const struct unit *unit, const char *name, CXCursor definition)
{
    struct facts facts = {.kind = KIND_MACRO, .where = definition};
    const CXCursor *probe;

    if (clang_Cursor_isMacroFunctionLike(definition)) {
        facts.kind = KIND_MACRO_FUNCTION;
        return facts;
    }
    probe = unit_probe(unit, PROBE_VALUE, name);
    if (probe != NULL) {
        facts.has_value = true;
        facts.value = clang_getEnumConstantDeclValue(*probe);
    }
    probe = unit_probe(unit, PROBE_TYPE, name);
    if (probe != NULL) {
        facts.type = spell_type(clang_getCursorType(*probe));
        facts.is_record = is_record(clang_getCursorType(*probe));
    }
    return facts;
}

struct facts facts_find(const struct unit *unit, const char *name)
{
    const CXCursor *declaration = map_find(&unit->declarations, name);
    const CXCursor *macro = map_find(&unit->macros, name);
    const struct use *use = map_find(&unit->uses, name);

    if (strchr(name, '.') != NULL) {
        return find_field(unit, name);
    }
    /* A function with a macro of the same name is what it was where it was used. */
    if (macro != NULL && (declaration == NULL || (use != NULL && !use->as_declared))) {
        return of_macro(unit, name, *macro);
    }
    return declaration != NULL ? of_declaration(*declaration) : (struct facts){.kind = KIND_MISSING};
}

bool facts_at_site(const struct unit *unit, const char *site, struct facts *facts)
{
    const CXCursor *cursor = map_find(&unit->expressions, site);
    CXEvalResult value;

    if (cursor == NULL || clang_isDeclaration(clang_getCursorKind(*cursor)) || unit_refuses(unit, *cursor)) {
        return false;
    }
    *facts = (struct facts){.kind = KIND_MACRO, .where = *cursor};
    if (clang_isStatement(clang_getCursorKind(*cursor))) {
        facts->type = format("void");
        return true;
    }
    facts->type = spell_type(clang_getCursorType(*cursor));
    value = clang_Cursor_Evaluate(*cursor);
    if (value != NULL) {
        facts->has_value = clang_EvalResult_getKind(value) == CXEval_Int;
        facts->value = facts->has_value ? clang_EvalResult_getAsLongLong(value) : 0;
        clang_EvalResult_dispose(value);
    }
    return true;
}
