/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compare.c - values by value, types by their spelling, macros by what they become where they are used.
 */
#include "compare.h"

#include <stdlib.h>
#include <string.h>

static const char *or_nothing(const char *text)
{
    return text != NULL ? text : "";
}

static char *spell(const struct facts *facts)
{
    char *text = format("%s %s%s", kind_name(facts->kind),
                        facts->type != NULL ? facts->type : "without a type", or_nothing(facts->promises));

    if (facts->has_value) {
        text = format("%s = %lld (0x%llx)", text, facts->value, (unsigned long long)facts->value);
    }
    return facts->layout != NULL ? format("%s, %s", text, facts->layout) : text;
}

/* What a macro expands to is read, not written to: the outermost qualifiers say nothing. */
static const char *unqualified(const char *type)
{
    const char *star = strrchr(type, '*');

    /* Of a pointer they are behind its star. */
    if (star != NULL && strpbrk(star, "([") == NULL) {
        return format("%.*s", (int)(star + 1 - type), type);
    }
    for (;;) {
        if (strncmp(type, "const ", 6) == 0) {
            type += 6;
        } else if (strncmp(type, "volatile ", 9) == 0) {
            type += 9;
        } else {
            return type;
        }
    }
}

static bool is_declared(enum kind kind)
{
    return kind < KIND_CONSTANT;
}

static bool same_type(const struct facts *ours, const struct facts *theirs)
{
    if (!is_declared(ours->kind) || !is_declared(theirs->kind)) {
        return strcmp(unqualified(ours->type), unqualified(theirs->type)) == 0;
    }
    /* Records of one name are compared by the members that the driver names. */
    return (ours->kind == KIND_TYPE && ours->is_record && theirs->is_record) ||
           strcmp(ours->type, theirs->type) == 0;
}

/* The promises of macros are not known, nor do those of others matter then. */
static bool same_promises(const struct facts *ours, const struct facts *theirs)
{
    return ours->promises == NULL || theirs->promises == NULL ||
           strcmp(ours->promises, theirs->promises) == 0;
}

static bool same_layout(const struct facts *ours, const struct facts *theirs)
{
    return !theirs->is_fixed || ours->layout == NULL || strcmp(ours->layout, theirs->layout) == 0;
}

/* What is nothing but done in Linux may be an expression here: no driver can use its value. */
static bool same_at_site(const struct facts *ours, const struct facts *theirs)
{
    if (strcmp(theirs->type, "void") == 0) {
        return true;
    }
    if (ours->has_value && theirs->has_value && ours->value != theirs->value) {
        return false;
    }
    return same_type(ours, theirs);
}

static bool same(const struct facts *ours, const struct facts *theirs)
{
    if (theirs->has_value && (!ours->has_value || ours->value != theirs->value)) {
        return false;
    }
    return same_type(ours, theirs) && same_promises(ours, theirs) && same_layout(ours, theirs);
}

static void differ(struct comparison *comparison, const struct facts *ours, const struct facts *theirs)
{
    comparison->verdict = VERDICT_DIFFERS;
    comparison->ours = spell(ours);
    comparison->linux_spelling = spell(theirs);
}

/* The words of a macro's definition, one blank between any two. */
static char *definition_text(const struct unit *unit, CXCursor definition)
{
    CXSourceRange range = clang_getCursorExtent(definition);
    CXToken *tokens;
    unsigned count;
    char *text = format("%s", "");

    clang_tokenize(unit->translation, range, &tokens, &count);
    for (unsigned i = 0; i < count; i++) {
        text = format("%s%s%s", text, i > 0 ? " " : "",
                      take(clang_getTokenSpelling(unit->translation, tokens[i])));
    }
    clang_disposeTokens(unit->translation, tokens, count);
    return text;
}

static bool same_text(const struct unit *ours, const struct facts *mine, const struct unit *theirs,
                      const struct facts *linux_facts)
{
    return mine->kind == linux_facts->kind && mine->kind >= KIND_MACRO &&
           strcmp(definition_text(ours, mine->where), definition_text(theirs, linux_facts->where)) == 0;
}

static bool is_string(const struct facts *facts)
{
    return facts->kind == KIND_MACRO && facts->type != NULL && strncmp(facts->type, "char [", 6) == 0;
}

/* Macros of which the types say too little: of strings their length only, of a name that nobody could ask for
 * nothing at all. */
static bool needs_text(const struct unit *theirs, const char *name, const struct facts *mine,
                       const struct facts *linux_facts)
{
    const struct use *use = map_find(&theirs->uses, name);

    return mine->kind == KIND_MACRO && linux_facts->kind == KIND_MACRO &&
           (is_string(mine) || (use != NULL && use->as_pasted && mine->type == NULL));
}

/* Compare what macros with arguments became, here or in Linux, with what stands at the same place in the
 * other. False when there was no such place. */
static bool compare_sites(struct comparison *comparison, const struct unit *ours, const struct unit *theirs,
                          const struct sites *sites)
{
    bool compared = false;

    for (unsigned i = 0; i < sites->count; i++) {
        struct facts mine;
        struct facts linux_facts;

        if (!facts_at_site(ours, sites->list[i], &mine) ||
            !facts_at_site(theirs, sites->list[i], &linux_facts)) {
            continue;
        }
        compared = true;
        comparison->verdict = VERDICT_AGREES;
        if (!same_at_site(&mine, &linux_facts)) {
            differ(comparison, &mine, &linux_facts);
            break;
        }
    }
    return compared;
}

static void compare_calls(struct comparison *comparison, const struct unit *ours, const struct unit *theirs,
                          const struct use *use)
{
    comparison->why = "not an expression where it is used";
    if (use != NULL && !compare_sites(comparison, ours, theirs, &use->sites)) {
        compare_sites(comparison, ours, theirs, &use->outer_sites);
    }
}

/* Members that the driver initializes by position must be the same ones, in the same order. */
static void compare_members(struct comparison *comparison, const struct unit *ours, const struct unit *theirs,
                            const char *name)
{
    const struct use *use = map_find(&theirs->uses, name);
    unsigned count = use != NULL ? use->members : 0;
    char *mine = count > 0 ? facts_members(ours, name, count) : NULL;
    char *linux_members = count > 0 ? facts_members(theirs, name, count) : NULL;

    if (mine != NULL && linux_members != NULL && strcmp(mine, linux_members) != 0) {
        comparison->verdict = VERDICT_DIFFERS;
        comparison->ours = format("%s { %s}", name, mine);
        comparison->linux_spelling = format("%s { %s}", name, linux_members);
    }
}

struct comparison compare(const struct unit *ours, const struct unit *theirs, const char *name)
{
    struct facts mine = facts_find(ours, name);
    struct facts linux_facts = facts_find(theirs, name);
    struct comparison comparison = {.verdict = VERDICT_NOT_COMPARED, .kind = linux_facts.kind};

    if (linux_facts.kind == KIND_FUNCTION || linux_facts.kind == KIND_VARIABLE) {
        comparison.is_symbol = clang_getCursorLinkage(linux_facts.where) == CXLinkage_External;
    }
    if (linux_facts.kind == KIND_MISSING) {
        comparison.why = "Linux's configuration leaves it out";
    } else if (mine.kind == KIND_MISSING) {
        comparison.verdict = VERDICT_MISSING;
    } else if (mine.kind == KIND_MACRO_FUNCTION || linux_facts.kind == KIND_MACRO_FUNCTION) {
        const struct unit *where = mine.kind == KIND_MACRO_FUNCTION ? ours : theirs;

        compare_calls(&comparison, ours, theirs, map_find(&where->uses, name));
    } else if (needs_text(theirs, name, &mine, &linux_facts)) {
        if (!same_text(ours, &mine, theirs, &linux_facts)) {
            comparison.verdict = VERDICT_DIFFERS;
            comparison.ours = definition_text(ours, mine.where);
            comparison.linux_spelling = definition_text(theirs, linux_facts.where);
        }
    } else if (mine.type == NULL || linux_facts.type == NULL) {
        comparison.why = "not an expression";
    } else if (!same(&mine, &linux_facts)) {
        differ(&comparison, &mine, &linux_facts);
    } else {
        comparison.verdict = VERDICT_AGREES;
        compare_members(&comparison, ours, theirs, name);
    }
    if (comparison.verdict == VERDICT_NOT_COMPARED && same_text(ours, &mine, theirs, &linux_facts)) {
        comparison.verdict = VERDICT_AGREES;
    }
    return comparison;
}
