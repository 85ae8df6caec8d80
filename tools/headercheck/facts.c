/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * facts.c - looking a name up in a parsed unit.
 */
#include "facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "type.h"

const char *kind_name(enum kind kind)
{
    static const char *const names[] = {
        [KIND_MISSING] = "nothing",   [KIND_FUNCTION] = "function", [KIND_INLINE] = "inline",
        [KIND_VARIABLE] = "variable", [KIND_TYPE] = "type",         [KIND_FIELD] = "field",
        [KIND_CONSTANT] = "constant", [KIND_MACRO] = "macro",       [KIND_MACRO_FUNCTION] = "macro",
    };

    return names[kind];
}

/* What a record's members say about it. */
struct members {
    bool is_packed;
    bool has_order; /* a member has a byte order of its own */
    bool has_pointer;
};

static enum CXChildVisitResult look_at_member(CXCursor cursor, CXCursor parent, CXClientData data)
{
    struct members *members = data;
    CXType type = clang_getCursorType(cursor);

    (void)parent;
    if (clang_getCursorKind(cursor) == CXCursor_PackedAttr) {
        members->is_packed = true;
    } else if (clang_getCursorKind(cursor) == CXCursor_FieldDecl) {
        members->has_order |= type_has_byte_order(type_spell(type));
        members->has_pointer |= clang_getCanonicalType(type).kind == CXType_Pointer;
    }
    return CXChildVisit_Recurse;
}

/* Whether others than the kernel know how @record is laid out: it is user space's, too, or is packed, or has
 * members of a certain byte order and none that mean something in this kernel only. */
static bool is_fixed(CXCursor record)
{
    const char *file = cursor_file(record);
    struct members members = {0};

    if (file != NULL && strstr(file, "/uapi/") != NULL) {
        return true;
    }
    clang_visitChildren(record, look_at_member, &members);
    return members.is_packed || (members.has_order && !members.has_pointer);
}

static void add_record_layout(struct facts *facts, CXCursor definition)
{
    CXType type = clang_getCursorType(definition);

    facts->is_record = true;
    if (clang_Type_getSizeOf(type) >= 0) {
        facts->layout =
            format("%lld bytes, aligned to %lld", clang_Type_getSizeOf(type), clang_Type_getAlignOf(type));
        facts->is_fixed = is_fixed(definition);
    }
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
    char *owner;

    (void)parent;
    if (clang_getCursorKind(cursor) != CXCursor_FieldDecl) {
        return CXChildVisit_Recurse;
    }
    name = take(clang_getCursorSpelling(cursor));
    owner = field_owner(cursor);
    if (strcmp(name, search->name) == 0 && owner != NULL && strcmp(owner, search->owner) == 0) {
        search->found = cursor;
        return CXChildVisit_Break;
    }
    /* A nested struct without a name is visited as a declaration of its own. */
    return CXChildVisit_Continue;
}

/* The definition of the record called @name, or a null cursor. */
static CXCursor find_record(const struct unit *unit, const char *name)
{
    const CXCursor *record = map_find(&unit->declarations, name);

    if (record == NULL) {
        return clang_getNullCursor();
    }
    if (clang_getCursorKind(*record) == CXCursor_TypedefDecl) {
        return clang_getTypeDeclaration(clang_getCanonicalType(clang_getCursorType(*record)));
    }
    return *record;
}

static char *field_type(CXCursor field)
{
    char *type = type_spell(clang_getCursorType(field));

    return clang_Cursor_isBitField(field) ? format("%s : %d", type, clang_getFieldDeclBitWidth(field)) : type;
}

static struct facts find_field(const struct unit *unit, const char *name)
{
    struct facts facts = {.kind = KIND_MISSING};
    const char *dot = strrchr(name, '.');
    char *owner = format("%.*s", (int)(dot - name), name);
    CXCursor record = find_record(unit, owner);
    struct field_search search = {owner, dot + 1, clang_getNullCursor()};

    if (clang_Cursor_isNull(record)) {
        return facts;
    }
    clang_visitChildren(record, visit_field, &search);
    if (!clang_Cursor_isNull(search.found)) {
        facts.kind = KIND_FIELD;
        facts.where = search.found;
        facts.type = field_type(search.found);
        facts.layout = format("at bit %lld", clang_Cursor_getOffsetOfField(search.found));
        facts.is_fixed = is_fixed(record);
    }
    return facts;
}

struct member_list {
    unsigned wanted;
    char *text;
};

static enum CXVisitorResult add_member(CXCursor field, CXClientData data)
{
    struct member_list *list = data;

    if (list->wanted == 0) {
        return CXVisit_Break;
    }
    list->wanted--;
    list->text = format("%s%s %s; ", list->text, field_type(field), take(clang_getCursorSpelling(field)));
    return CXVisit_Continue;
}

char *facts_members(const struct unit *unit, const char *name, unsigned count)
{
    CXCursor record = find_record(unit, name);
    struct member_list list = {count, format("%s", "")};

    if (clang_Cursor_isNull(record)) {
        return NULL;
    }
    clang_Type_visitFields(clang_getCursorType(record), add_member, &list);
    return list.text;
}

/* The last two numbers of "__printf(2, 3)" or "format(printf, 2, 3)". */
static char *format_positions(const char *attribute)
{
    unsigned first;
    unsigned second;

    for (const char *text = attribute; *text != '\0'; text++) {
        if ((*text == '(' || *text == ',') && sscanf(text + 1, "%u , %u )", &first, &second) == 2) {
            return format(" printf(%u, %u)", first, second);
        }
    }
    return format("%s", " printf");
}

static enum CXChildVisitResult add_promise(CXCursor cursor, CXCursor parent, CXClientData data)
{
    char **promises = data;
    char *text;

    (void)parent;
    switch (clang_getCursorKind(cursor)) {
    case CXCursor_WarnUnusedResultAttr:
        *promises = format("%s must_check", *promises);
        break;
    case CXCursor_UnexposedAttr: {
        CXTranslationUnit translation = clang_Cursor_getTranslationUnit(cursor);
        struct unit unit = {.translation = translation};

        text = unit_text(&unit, clang_getCursorExtent(cursor));
        if (strstr(text, "printf") != NULL) {
            *promises = format("%s%s", *promises, format_positions(text));
        }
        break;
    }
    default:
        break;
    }
    return CXChildVisit_Continue;
}

/* What a function's attributes promise, or demand of its caller. How it is compiled is its headers' own. */
static char *promises_of(CXCursor function)
{
    char *type = take(clang_getTypeSpelling(clang_getCanonicalType(clang_getCursorType(function))));
    char *promises = format("%s", strstr(type, "noreturn") != NULL ? " noreturn" : "");

    clang_visitChildren(function, add_promise, &promises);
    return promises;
}

static void add_enum_layout(struct facts *facts, CXCursor definition)
{
    CXType type = clang_getEnumDeclIntegerType(definition);

    if (clang_isCursorDefinition(definition) && type.kind != CXType_Invalid) {
        facts->layout = format("as %s", type_spell(type));
        facts->is_fixed = true;
    }
}

static struct facts of_type(CXCursor cursor)
{
    CXType type = clang_getCursorType(cursor);
    struct facts facts = {.kind = KIND_TYPE, .where = cursor, .type = type_spell(type)};
    CXCursor definition = clang_getTypeDeclaration(clang_getCanonicalType(type));

    if (type_is_record(type)) {
        add_record_layout(&facts, definition);
    } else if (clang_getCursorKind(definition) == CXCursor_EnumDecl) {
        add_enum_layout(&facts, definition);
    }
    return facts;
}

static struct facts of_declaration(CXCursor cursor)
{
    struct facts facts = {.where = cursor};

    switch (clang_getCursorKind(cursor)) {
    case CXCursor_FunctionDecl:
        facts.kind = clang_Cursor_isNull(clang_getCursorDefinition(cursor)) ? KIND_FUNCTION : KIND_INLINE;
        facts.type = type_spell(clang_getCursorType(cursor));
        facts.promises = promises_of(cursor);
        break;
    case CXCursor_VarDecl:
        facts.kind = KIND_VARIABLE;
        facts.type = type_spell(clang_getCursorType(cursor));
        break;
    case CXCursor_EnumConstantDecl:
        facts.kind = KIND_CONSTANT;
        facts.type = format("int");
        facts.has_value = true;
        facts.value = clang_getEnumConstantDeclValue(cursor);
        break;
    default:
        return of_type(cursor);
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
        facts.type = type_spell(clang_getCursorType(*probe));
        facts.is_record = type_is_record(clang_getCursorType(*probe));
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
    facts->type = type_spell(clang_getCursorType(*cursor));
    value = clang_Cursor_Evaluate(*cursor);
    if (value != NULL) {
        facts->has_value = clang_EvalResult_getKind(value) == CXEval_Int;
        facts->value = facts->has_value ? clang_EvalResult_getAsLongLong(value) : 0;
        clang_EvalResult_dispose(value);
    }
    return true;
}
