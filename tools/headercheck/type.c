/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * type.c - spelling types from the inside out, as C declares them.
 */
#include "type.h"

#include <string.h>
#include "unit.h"

/* A word of a declaration: libclang keeps no attribute that the compiler does not know, such as __bitwise. */
static bool has_word(CXCursor declaration, const char *word)
{
    CXTranslationUnit translation = clang_Cursor_getTranslationUnit(declaration);
    CXToken *tokens;
    unsigned count;
    bool found = false;

    clang_tokenize(translation, clang_getCursorExtent(declaration), &tokens, &count);
    for (unsigned i = 0; i < count && !found; i++) {
        found = strcmp(take(clang_getTokenSpelling(translation, tokens[i])), word) == 0;
    }
    clang_disposeTokens(translation, tokens, count);
    return found;
}

static bool is_bitwise(CXCursor declaration)
{
    static struct map known; /* char: 'y' or 'n' */
    char *key = format("%p %s", (void *)clang_Cursor_getTranslationUnit(declaration),
                       take(clang_getCursorSpelling(declaration)));
    char *answer = map_put(&known, key, sizeof(*answer));

    if (*answer == '\0') {
        *answer = has_word(declaration, "__bitwise") || has_word(declaration, "__bitwise__") ? 'y' : 'n';
    }
    return *answer == 'y';
}

bool type_is_record(CXType type)
{
    return clang_getCanonicalType(type).kind == CXType_Record;
}

bool type_has_byte_order(const char *type)
{
    return strncmp(type, "__le", 4) == 0 || strncmp(type, "__be", 4) == 0;
}

/* Names without the place that a header chose for itself: "(unnamed struct at FILE:LINE:COLUMN)". */
static char *without_places(char *spelling)
{
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

/* The name of a type that is built from no other. */
static char *base_name(CXType type)
{
    char *name = without_places(take(clang_getTypeSpelling(type)));

    for (;;) {
        if (strncmp(name, "const ", 6) == 0) {
            name += 6;
        } else if (strncmp(name, "volatile ", 9) == 0) {
            name += 9;
        } else {
            return name;
        }
    }
}

static char *qualifiers(CXType type, const char *outer)
{
    bool is_const = clang_isConstQualifiedType(type) && strstr(outer, "const ") == NULL;
    bool is_volatile = clang_isVolatileQualifiedType(type) && strstr(outer, "volatile ") == NULL;

    return format("%s%s%s", is_const ? "const " : "", is_volatile ? "volatile " : "", outer);
}

/* Which of the words of marks.h are on @spelling, a type that libclang has no kind for. */
static char *marks(const char *spelling, const char *outer)
{
    static const char *const words[] = {"__iomem ", "__user ", "__percpu ", "__rcu "};
    char *found = format("%s", outer);

    for (unsigned i = 0; i < sizeof(words) / sizeof(*words); i++) {
        if (strstr(spelling, words[i]) != NULL && strstr(found, words[i]) == NULL) {
            found = format("%s%s", found, words[i]);
        }
    }
    return found;
}

static char *spell(CXType type, const char *outer, const char *inner);

static bool is_function(CXType type)
{
    return type.kind != CXType_Pointer && clang_getResultType(type).kind != CXType_Invalid;
}

/* Whether a function may change its own copy of an argument is no one else's concern. */
static char *spell_argument(CXType type)
{
    static const char on_pointer[] = "*const ";
    char *spelled = spell(type, "", "");
    size_t len = strlen(spelled);

    if (!clang_isConstQualifiedType(type)) {
        return spelled;
    }
    if (len >= strlen(on_pointer) && strcmp(spelled + len - strlen(on_pointer), on_pointer) == 0) {
        spelled[len - strlen("const ")] = '\0';
    } else if (strchr(spelled, '*') == NULL && strncmp(spelled, "const ", 6) == 0) {
        spelled += 6;
    }
    return spelled;
}

static char *spell_function(CXType type, const char *inner)
{
    int count = clang_getNumArgTypes(type);
    char *arguments = format("%s", count == 0 ? "void" : "");

    for (int i = 0; i < count; i++) {
        arguments = format("%s%s%s", arguments, i > 0 ? ", " : "",
                           spell_argument(clang_getArgType(type, (unsigned)i)));
    }
    if (clang_isFunctionTypeVariadic(type)) {
        arguments = format("%s, ...", arguments);
    }
    return spell(clang_getResultType(type), "", format("%s(%s)", inner, arguments));
}

static char *spell_pointer(CXType type, const char *outer, const char *inner)
{
    CXType pointee = clang_getPointeeType(type);
    enum CXTypeKind kind = clang_getCanonicalType(pointee).kind;
    char *star = format("*%s%s", qualifiers(type, outer), inner);

    if (is_function(pointee) || kind == CXType_ConstantArray || kind == CXType_IncompleteArray) {
        star = format("(%s)", star);
    }
    return spell(pointee, "", star);
}

static char *spell_typedef(CXType type, const char *outer, const char *inner)
{
    CXCursor declaration = clang_getTypeDeclaration(type);

    if (type_is_record(type) || is_bitwise(declaration)) {
        return format("%s%s%s%s", qualifiers(type, outer), take(clang_getCursorSpelling(declaration)),
                      inner[0] != '\0' ? " " : "", inner);
    }
    return spell(clang_getTypedefDeclUnderlyingType(declaration), qualifiers(type, outer), inner);
}

/* @outer: qualifiers that typedefs around @type have put on it; @inner: the declarator around which it goes.
 */
static char *spell(CXType type, const char *outer, const char *inner)
{
    CXType canonical = clang_getCanonicalType(type);

    switch (type.kind) {
    case CXType_Typedef:
        return spell_typedef(type, outer, inner);
    case CXType_Elaborated:
        return spell(clang_Type_getNamedType(type), qualifiers(type, outer), inner);
    case CXType_Attributed:
        return spell(clang_Type_getModifiedType(type), marks(take(clang_getTypeSpelling(type)), outer),
                     inner);
    case CXType_Pointer:
        return spell_pointer(type, outer, inner);
    case CXType_ConstantArray:
        return spell(clang_getArrayElementType(type), outer,
                     format("%s[%lld]", inner, clang_getArraySize(type)));
    case CXType_IncompleteArray:
        return spell(clang_getArrayElementType(type), outer, format("%s[]", inner));
    default:
        break;
    }
    if (is_function(type)) {
        return spell_function(type, inner);
    }
    if (!clang_equalTypes(canonical, type)) {
        return spell(canonical, marks(take(clang_getTypeSpelling(type)), outer), inner);
    }
    return format("%s%s%s%s", qualifiers(type, outer), base_name(type), inner[0] != '\0' ? " " : "", inner);
}

char *type_spell(CXType type)
{
    return spell(type, "", "");
}
