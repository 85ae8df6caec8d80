/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compare.c - values by value, types by their canonical spelling, macros by what they become where they are
 * used.
 */
#include "compare.h"

#include <stdlib.h>
#include <string.h>

static char *spell(const struct facts *facts)
{
    if (facts->has_value) {
        return format("%s %lld (0x%llx)", kind_name(facts->kind), facts->value,
                      (unsigned long long)facts->value);
    }
    return format("%s %s", kind_name(facts->kind), facts->type != NULL ? facts->type : "without a type");
}

/* What a macro expands to is read, not written to. */
static const char *unqualified(const char *type)
{
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

static bool same_type(const struct facts *one, const struct facts *other)
{
    if (one->is_record && other->is_record) {
        return true;
    }
    if (one->kind < KIND_MACRO && other->kind < KIND_MACRO) {
        return strcmp(one->type, other->type) == 0;
    }
    return strcmp(unqualified(one->type), unqualified(other->type)) == 0;
}

/* What is nothing but done in Linux may be an expression here: no driver can use its value. */
static bool same_at_site(const struct facts *ours, const struct facts *theirs)
{
    if (ours->has_value && theirs->has_value) {
        return ours->value == theirs->value;
    }
    return strcmp(theirs->type, "void") == 0 || same_type(ours, theirs);
}

static bool same(const struct facts *ours, const struct facts *theirs)
{
    if (ours->has_value && theirs->has_value) {
        return ours->value == theirs->value;
    }
    return !theirs->has_value && same_type(ours, theirs);
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
        char *token = take(clang_getTokenSpelling(unit->translation, tokens[i]));
        char *longer = format("%s %s", text, token);

        free(text);
        free(token);
        text = longer;
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

/* Compare what a macro with arguments became, here or in Linux, with what stands at the same place in the
 * other. */
static void compare_sites(struct comparison *comparison, const struct unit *ours, const struct unit *theirs,
                          const struct use *use)
{
    for (unsigned i = 0; use != NULL && i < use->num_sites; i++) {
        struct facts mine;
        struct facts linux_facts;

        if (!facts_at_site(ours, use->sites[i], &mine) ||
            !facts_at_site(theirs, use->sites[i], &linux_facts)) {
            continue;
        }
        comparison->verdict = VERDICT_AGREES;
        if (!same_at_site(&mine, &linux_facts)) {
            differ(comparison, &mine, &linux_facts);
            return;
        }
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

        comparison.why = "not an expression where it is used";
        compare_sites(&comparison, ours, theirs, map_find(&where->uses, name));
    } else if (mine.type == NULL || linux_facts.type == NULL) {
        comparison.why = "not an expression";
    } else if (same(&mine, &linux_facts)) {
        comparison.verdict = VERDICT_AGREES;
    } else {
        differ(&comparison, &mine, &linux_facts);
    }
    if (comparison.verdict == VERDICT_NOT_COMPARED && same_text(ours, &mine, theirs, &linux_facts)) {
        comparison.verdict = VERDICT_AGREES;
    }
    return comparison;
}
