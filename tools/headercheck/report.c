/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * report.c - collecting comparisons, and printing them.
 */
#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct result {
    struct comparison comparison;
    unsigned uses;
    char *header; /* Linux's */
};

struct counts {
    unsigned names;
    unsigned agree;
    unsigned deviate;
    unsigned wrong;
    unsigned missing;
    unsigned not_compared;
};

/* What a visitor of results gets. */
struct telling {
    const struct report *report;
    struct counts counts;
    struct map lines; /* struct line, by header */
    unsigned headers;
    unsigned symbols;
    unsigned traps;
};

struct line {
    char *text;
};

static FILE *open_list(const char *path)
{
    FILE *file = fopen(path, "r");

    if (file == NULL) {
        perror(path);
        exit(2);
    }
    return file;
}

void report_read_deviations(struct report *report, const char *path)
{
    FILE *file = open_list(path);
    char number[16];
    char name[256];

    while (fscanf(file, "%15s %255s", number, name) == 2) {
        strcpy(map_put(&report->deviations, name, sizeof(number)), number);
    }
    fclose(file);
}

void report_read_symbols(struct report *report, const char *path)
{
    FILE *file = open_list(path);
    char line[512];
    char name[256];
    char class[16];

    while (fgets(line, sizeof(line), file) != NULL) {
        if (sscanf(line, "LINUX_SYMBOL(%255[^,], %15[^,],", name, class) == 2) {
            strcpy(map_put(&report->symbols, name, sizeof(class)), class);
        }
    }
    fclose(file);
}

/* The header's name within Linux: the folder of the headers has one for each package they come from. */
static char *header_of(const struct report *report, CXCursor where)
{
    char *file = cursor_file(where);
    size_t len = strlen(report->headers);
    char *slash;

    if (file == NULL || strncmp(file, report->headers, len) != 0) {
        return file != NULL ? file : format("the compiler");
    }
    slash = strchr(file + len + 1, '/');
    return slash != NULL ? slash + 1 : file;
}

struct adding {
    struct report *report;
    const struct unit *ours;
    const struct unit *theirs;
};

static void add_use(const char *name, void *value, void *context)
{
    struct adding *adding = context;
    const struct use *use = value;
    struct comparison comparison = compare(adding->ours, adding->theirs, name);
    struct result *result = map_put(&adding->report->results, name, sizeof(*result));

    if (result->uses == 0 || comparison.verdict > result->comparison.verdict) {
        result->comparison = comparison;
        result->header = header_of(adding->report, use->where);
    }
    result->uses += use->count;
}

static void add_linux_use(const char *name, void *value, void *context)
{
    struct adding *adding = context;
    const struct use *use = value;

    if (map_find(&adding->ours->uses, name) == NULL &&
        !unit_skips(adding->ours, use->file, use->file_offset)) {
        add_use(name, value, context);
    }
}

static void add_our_use(const char *name, void *value, void *context)
{
    struct adding *adding = context;
    void *linux_use = map_find(&adding->theirs->uses, name);

    add_use(name, linux_use != NULL ? linux_use : value, context);
}

static void copy_key(const char *key, void *value, void *context)
{
    (void)value;
    map_put(context, key, sizeof(bool));
}

void report_add(struct report *report, const struct unit *ours, const struct unit *theirs)
{
    struct adding adding = {report, ours, theirs};

    map_walk(&theirs->uses, add_linux_use, &adding);
    map_walk(&ours->uses, add_our_use, &adding);
    map_walk(&ours->not_found, copy_key, &report->not_found);
    map_walk(&ours->errors, copy_key, &report->errors);
    map_walk(&theirs->errors, copy_key, &report->errors);
    map_walk(&theirs->not_found, copy_key, &report->errors);
}

static const char *deviation_of(const struct report *report, const char *name)
{
    /* "struct net_device.name" is listed without the "struct". */
    const char *blank = strrchr(name, ' ');

    return map_find(&report->deviations, blank != NULL ? blank + 1 : name);
}

static void count(const char *name, void *value, void *context)
{
    struct telling *telling = context;
    const struct result *result = value;

    telling->counts.names++;
    switch (result->comparison.verdict) {
    case VERDICT_AGREES:
        telling->counts.agree++;
        break;
    case VERDICT_MISSING:
        telling->counts.missing++;
        break;
    case VERDICT_NOT_COMPARED:
        telling->counts.not_compared++;
        break;
    case VERDICT_DIFFERS:
        if (deviation_of(telling->report, name) != NULL) {
            telling->counts.deviate++;
        } else {
            telling->counts.wrong++;
        }
        break;
    }
}

static void print_difference(const char *name, void *value, void *context)
{
    const struct telling *telling = context;
    const struct comparison *comparison = &((const struct result *)value)->comparison;
    const char *deviation = deviation_of(telling->report, name);

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
    *(bool *)context = true;
    printf("error: %s\n", error);
}

static void print_counts(const struct report *report, const struct counts *counts)
{
    printf("%s: %u names used, %u agree, %u deviate by number, %u differ, %u missing, %u not compared\n",
           report->driver, counts->names, counts->agree, counts->deviate, counts->wrong, counts->missing,
           counts->not_compared);
}

bool report_check(const struct report *report)
{
    struct telling telling = {.report = report};
    bool refused = false;

    map_walk(&report->results, count, &telling);
    map_walk(&report->errors, print_error, &refused);
    map_walk(&report->not_found, print_error, &refused);
    map_walk(&report->results, print_not_compared, &telling);
    map_walk(&report->results, print_missing, &telling);
    map_walk(&report->results, print_difference, &telling);
    print_counts(report, &telling.counts);
    return !refused && telling.counts.names > 0 && telling.counts.wrong == 0 && telling.counts.missing == 0;
}

static void add_to_header(const char *name, void *value, void *context)
{
    struct telling *telling = context;
    const struct result *result = value;
    struct line *line;

    if (result->comparison.verdict != VERDICT_MISSING) {
        return;
    }
    line = map_put(&telling->lines, result->header, sizeof(*line));
    telling->headers += line->text == NULL;
    line->text = format("%s    %-10s %s\n", line->text != NULL ? line->text : "",
                        kind_name(result->comparison.kind), name);
}

static void print_header(const char *header, void *value, void *context)
{
    (void)context;
    printf("%s\n%s", header, ((struct line *)value)->text);
}

static void print_symbol(const char *name, void *value, void *context)
{
    struct telling *telling = context;
    const struct result *result = value;
    const char *class = map_find(&telling->report->symbols, name);

    if (!result->comparison.is_symbol) {
        return;
    }
    if (result->comparison.verdict == VERDICT_MISSING && class == NULL) {
        telling->symbols++;
        printf("    %s (%s)\n", name, result->header);
    } else if (class != NULL && strcmp(class, "trap") == 0) {
        telling->traps++;
        printf("    %s, which is a trap so far\n", name);
    }
}

static void print_not_found(const char *header, void *value, void *context)
{
    (void)value;
    (void)context;
    printf("    %s\n", header);
}

void report_port(const struct report *report)
{
    struct telling telling = {.report = report};
    const struct counts *counts = &telling.counts;

    printf("Headers it includes that a driver does not get yet:\n");
    map_walk(&report->not_found, print_not_found, NULL);
    printf("Names our headers do not have, by the header that has them in Linux:\n");
    map_walk(&report->results, add_to_header, &telling);
    map_walk(&telling.lines, print_header, NULL);
    printf("Symbols vmklinux does not have:\n");
    map_walk(&report->results, print_symbol, &telling);
    printf("Names that are not what they are in Linux:\n");
    map_walk(&report->results, print_difference, &telling);
    map_walk(&report->results, count, &telling);
    print_counts(report, counts);
    printf("verdict: %s %u names from %u headers; %u symbols to write, %u traps to make real\n",
           counts->missing + counts->wrong == 0 ? "nothing is missing:" : "to port it, supply",
           counts->missing, telling.headers, telling.symbols, telling.traps);
}
