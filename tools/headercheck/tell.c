/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tell.c - a report as text: as a check's findings, and as a porter's list of work.
 */
#include "tell.h"

#include <string.h>

#define COLUMNS 110

struct telling {
    const struct report *report;
    const struct knowledge *knowledge;
    struct map groups; /* struct group, by heading */
    struct map ours;   /* struct group: what we have */
};

/* Names of one heading. */
struct group {
    unsigned count;
    char *names;
};

static void add_to_group(struct map *groups, const char *heading, const char *name)
{
    struct group *group = map_put(groups, heading, sizeof(*group));

    group->names = group->count++ > 0 ? format("%s, %s", group->names, name) : format("%s", name);
}

/* Print @names behind @label, broken at commas, each line indented like the first. */
static void print_wrapped(const char *label, const char *names)
{
    int column = printf("    %-12s", label);

    for (const char *name = names; *name != '\0';) {
        int len = (int)strcspn(name, ",");

        if (column + len > COLUMNS && name != names) {
            printf("\n    %-12s", "");
            column = 16;
        }
        len += name[len] == ',';
        column += printf("%.*s", len, name) + 1;
        name += len;
        name += strspn(name, " ");
        putchar(*name != '\0' ? ' ' : '\n');
    }
}

static void print_difference(const char *name, void *value, void *context)
{
    const struct telling *telling = context;
    const struct comparison *comparison = &((const struct result *)value)->comparison;
    const char *deviation = deviation_of(telling->knowledge, name);

    if (comparison->verdict != VERDICT_DIFFERS) {
        return;
    }
    if (deviation != NULL) {
        printf("deviates: %s (DEVIATION-%s)\n", name, deviation);
    } else {
        printf("wrong: %s\n", name);
    }
    printf("    ours:  %s\n    Linux: %s\n", comparison->ours, comparison->linux_spelling);
}

static void print_missing(const char *name, void *value, void *context)
{
    const struct result *result = value;

    (void)context;
    if (result->comparison.verdict == VERDICT_MISSING) {
        printf("missing: %s (%s, %s)\n", name, kind_name(result->comparison.kind), result->header);
    }
}

static void print_not_compared(const char *name, void *value, void *context)
{
    const struct result *result = value;

    (void)context;
    if (result->comparison.verdict == VERDICT_NOT_COMPARED) {
        printf("not compared: %s (%s)\n", name, result->comparison.why);
    }
}

static void print_error(const char *error, void *value, void *context)
{
    (void)value;
    (void)context;
    printf("error: %s\n", error);
}

static void print_counts(const struct report *report, const struct counts *counts)
{
    printf("%s: %u names used, %u agree, %u deviate by number, %u differ, %u missing, %u not compared\n",
           report->name, counts->names, counts->agree, counts->deviate, counts->differ, counts->missing,
           counts->not_compared);
}

bool tell_check(const struct report *report, const struct knowledge *knowledge)
{
    struct telling telling = {.report = report, .knowledge = knowledge};
    struct counts counts = report_count(report, knowledge);

    map_walk(&report->errors, print_error, NULL);
    map_walk(&report->refused, print_error, NULL);
    map_walk(&report->not_found, print_error, NULL);
    map_walk(&report->results, print_not_compared, &telling);
    map_walk(&report->results, print_missing, &telling);
    map_walk(&report->results, print_difference, &telling);
    print_counts(report, &counts);
    return report->errors.count + report->refused.count + report->not_found.count == 0 && counts.names > 0 &&
           counts.differ == 0 && counts.missing == 0;
}

static void print_item(const char *item, void *value, void *context)
{
    (void)value;
    (void)context;
    printf("    %s\n", item);
}

/* "function" and "functions": all kinds are regular. */
static void group_missing(const char *name, void *value, void *context)
{
    struct telling *telling = context;
    const struct result *result = value;

    if (result->comparison.verdict == VERDICT_MISSING) {
        add_to_group(&telling->groups, format("%s\t%s", result->header, kind_name(result->comparison.kind)),
                     name);
    }
}

struct heading {
    char *last;
};

/* Headings are HEADER<TAB>KIND: the header is printed once. */
static void print_kinds(const char *heading, void *value, void *context)
{
    const struct group *group = value;
    char **last = context;
    char *header = format("%.*s", (int)strcspn(heading, "\t"), heading);

    if (*last == NULL || strcmp(*last, header) != 0) {
        printf("  %s\n", header);
        *last = header;
    }
    print_wrapped(format("%s%s", strchr(heading, '\t') + 1, group->count > 1 ? "s" : ""), group->names);
}

static void print_group(const char *heading, void *value, void *context)
{
    const struct group *group = value;

    (void)context;
    printf("  %s (%u)\n", heading, group->count);
    print_wrapped("", group->names);
}

static void group_symbol(const char *name, void *value, void *context)
{
    struct telling *telling = context;
    const struct result *result = value;

    if (result->comparison.verdict == VERDICT_MISSING && result->comparison.is_symbol &&
        is_lacking(telling->knowledge, name)) {
        const char *provider = provider_of(telling->knowledge, name);
        bool is_library = strcmp(provider, "vmlinux") != 0;

        add_to_group(&telling->groups,
                     is_library ? format("of the driver library %s, to be ported first", provider)
                                : format("declared in %s", result->header),
                     name);
    }
}

static void group_trap(const char *name, void *value, void *context)
{
    struct telling *telling = context;

    (void)value;
    if (is_trap(telling->knowledge, name)) {
        add_to_group(&telling->groups, "traps so far, to be made real", name);
    }
}

static void group_ours(const char *name, void *value, void *context)
{
    struct telling *telling = context;
    const struct result *result = value;
    char **source = map_find(&telling->knowledge->sources, name);

    if (result->comparison.verdict == VERDICT_MISSING) {
        return;
    }
    if (source != NULL) {
        add_to_group(&telling->ours, *source, name);
    }
}

static void print_source(const char *source, void *value, void *context)
{
    const struct group *group = value;

    (void)context;
    print_wrapped("", format("%s: %s", source, group->names));
}

/* Print @heading and what @group finds; say so when it is nothing. */
static void tell_groups(struct telling *telling, const char *heading,
                        void (*group)(const char *name, void *value, void *context),
                        void (*print)(const char *heading, void *value, void *context))
{
    char *last = NULL;

    telling->groups = (struct map){0};
    map_walk(&telling->report->results, group, telling);
    printf("%s%s\n", heading, telling->groups.count == 0 ? " none" : "");
    map_walk(&telling->groups, print, &last);
}

static void tell_keys(const char *heading, const struct map *keys)
{
    if (keys->count > 0) {
        printf("%s\n", heading);
        map_walk(keys, print_item, NULL);
    }
}

static void print_verdict(const struct report *report, const struct counts *counts)
{
    if (report->crashed.count > 0 || report->errors.count > 0) {
        printf("verdict: incomplete, see the errors above; so far ");
    } else {
        printf("verdict: ");
    }
    if (counts->missing + counts->differ + counts->headers_missing + counts->traps == 0) {
        printf("nothing is missing\n");
        return;
    }
    printf("to port it, supply %u headers and %u names; %u symbols to write, %u from driver libraries, "
           "%u traps to make real, %u names to mend\n",
           counts->headers_missing, counts->missing, counts->symbols, counts->library_symbols, counts->traps,
           counts->differ);
}

void tell_port(const struct report *report, const struct knowledge *knowledge)
{
    struct telling telling = {.report = report, .knowledge = knowledge};
    struct counts counts = report_count(report, knowledge);

    printf("%s: %u file%s, %u lines\n", report->name, report->files, report->files == 1 ? "" : "s",
           report->lines);
    tell_keys("Files that could not be looked at:", &report->crashed);
    tell_keys("What the files are refused for even with Linux's headers:", &report->errors);
    printf("Headers it includes that a driver does not get yet:%s\n",
           report->not_found.count == 0 ? " none" : "");
    map_walk(&report->not_found, print_item, NULL);
    tell_groups(&telling,
                "Names our headers do not have, by the header that has them in Linux:", group_missing,
                print_kinds);
    tell_groups(&telling, "Symbols vmklinux does not have:", group_symbol, print_group);
    tell_groups(&telling, "Symbols that end the driver when called:", group_trap, print_group);
    printf("Names that are not what they are in Linux:%s\n",
           counts.differ + counts.deviate == 0 ? " none" : "");
    map_walk(&report->results, print_difference, &telling);
    tell_keys(
        "Options it asks for that Linux's build has and ours does not (CONFIG in its manifest sets them):",
        &report->options);
    map_walk(&report->results, group_ours, &telling);
    printf("Symbols vmklinux has, by the file they are in:%s\n", telling.ours.count == 0 ? " none" : "");
    map_walk(&telling.ours, print_source, NULL);
    print_counts(report, &counts);
    print_verdict(report, &counts);
}

void tell_modules(const struct report *modules, unsigned count, const struct knowledge *knowledge)
{
    printf("%-20s %6s %8s %6s %6s %8s %8s %8s %8s\n", "module", "files", "lines", "names", "agree", "headers",
           "missing", "symbols", "library");
    for (unsigned i = 0; i < count; i++) {
        struct counts counts = report_count(&modules[i], knowledge);

        printf("%-20s %6u %8u %6u %6u %8u %8u %8u %8u\n", modules[i].name, modules[i].files, modules[i].lines,
               counts.names, counts.agree, counts.headers_missing, counts.missing, counts.symbols,
               counts.library_symbols);
    }
}
