/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * report.c - collecting comparisons, of one process and from others.
 */
#include "report.h"

#include <stdlib.h>
#include <string.h>
#include "macro.h"

/* The header's name within Linux: the folder of the headers has one for each package they come from. */
static const char *header_of(const struct knowledge *knowledge, CXCursor where)
{
    const char *file = cursor_file(where);
    size_t len = strlen(knowledge->headers);
    const char *slash;

    if (file == NULL) {
        return "the compiler";
    }
    if (strncmp(file, knowledge->headers, len) != 0) {
        return file;
    }
    slash = strchr(file + len + 1, '/');
    return slash != NULL ? slash + 1 : file;
}

static void add_result(struct report *report, const char *name, const struct result *found)
{
    struct result *result = map_put(&report->results, name, sizeof(*result));

    if (result->uses == 0 || found->comparison.verdict > result->comparison.verdict) {
        unsigned uses = result->uses;

        *result = *found;
        result->uses = uses;
    }
    result->uses += found->uses;
}

struct adding {
    struct report *report;
    const struct knowledge *knowledge;
    const struct unit *ours;
    const struct unit *theirs;
};

static void add_use(const char *name, void *value, void *context)
{
    struct adding *adding = context;
    const struct use *use = value;
    struct result result = {
        .comparison = compare(adding->ours, adding->theirs, name),
        .uses = use->count,
        .header = format("%s", header_of(adding->knowledge, use->where)),
    };

    add_result(adding->report, name, &result);
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

static bool has_option(const struct unit *unit, const char *option)
{
    return map_find(&unit->macros, option) != NULL ||
           map_find(&unit->macros, format("%s_MODULE", option)) != NULL;
}

static void note_option(const char *word, void *context)
{
    struct adding *adding = context;

    if (strncmp(word, "CONFIG_", 7) == 0 && has_option(adding->theirs, word) &&
        !has_option(adding->ours, word)) {
        map_put(&adding->report->options, word, sizeof(bool));
    }
}

void report_add(struct report *report, const struct knowledge *knowledge, const struct unit *ours,
                const struct unit *theirs)
{
    struct adding adding = {report, knowledge, ours, theirs};
    char *text = read_text(ours->path);

    report->files++;
    for (const char *c = text; *c != '\0'; c++) {
        report->lines += *c == '\n';
    }
    text_words(text, note_option, &adding);
    map_walk(&theirs->uses, add_linux_use, &adding);
    map_walk(&ours->uses, add_our_use, &adding);
    map_walk(&ours->not_found, copy_key, &report->not_found);
    map_walk(&ours->errors, copy_key, &report->refused);
    map_walk(&theirs->errors, copy_key, &report->errors);
    map_walk(&theirs->not_found, copy_key, &report->errors);
}

/* A record is a line: its kind, then its fields, each after a tab. */
static void write_text(FILE *file, const char *text)
{
    putc('\t', file);
    for (; text != NULL && *text != '\0'; text++) {
        putc(*text == '\t' || *text == '\n' ? ' ' : *text, file);
    }
}

struct writing {
    FILE *file;
    char kind;
};

static void write_key(const char *key, void *value, void *context)
{
    const struct writing *writing = context;

    (void)value;
    putc(writing->kind, writing->file);
    write_text(writing->file, key);
    putc('\n', writing->file);
}

static void write_result(const char *name, void *value, void *context)
{
    const struct writing *writing = context;
    const struct result *result = value;
    const struct comparison *comparison = &result->comparison;

    putc(writing->kind, writing->file);
    write_text(writing->file, name);
    fprintf(writing->file, "\t%d %d %d %u", (int)comparison->verdict, (int)comparison->kind,
            (int)comparison->is_symbol, result->uses);
    write_text(writing->file, result->header);
    write_text(writing->file, comparison->ours);
    write_text(writing->file, comparison->linux_spelling);
    write_text(writing->file, comparison->why);
    putc('\n', writing->file);
}

static void write_keys(FILE *file, char kind, const struct map *map)
{
    struct writing writing = {file, kind};

    map_walk(map, write_key, &writing);
}

void report_write(const struct report *report, FILE *file)
{
    struct writing writing = {file, 'R'};

    map_walk(&report->results, write_result, &writing);
    write_keys(file, 'H', &report->not_found);
    write_keys(file, 'E', &report->errors);
    write_keys(file, 'F', &report->refused);
    write_keys(file, 'O', &report->options);
    fprintf(file, "Z\t%u %u\n", report->files, report->lines);
}

static char *next_field(char **rest)
{
    return format("%s", strsep(rest, "\t\n"));
}

static void read_result(struct report *report, char *rest)
{
    char *name = next_field(&rest);
    struct result result = {0};
    int verdict;
    int kind;
    int is_symbol;

    if (sscanf(strsep(&rest, "\t"), "%d %d %d %u", &verdict, &kind, &is_symbol, &result.uses) != 4) {
        return;
    }
    result.header = next_field(&rest);
    result.comparison = (struct comparison){
        .verdict = (enum verdict)verdict, .kind = (enum kind)kind, .is_symbol = is_symbol != 0};
    result.comparison.ours = next_field(&rest);
    result.comparison.linux_spelling = next_field(&rest);
    result.comparison.why = next_field(&rest);
    add_result(report, name, &result);
}

static struct map *keys_of(struct report *report, char kind)
{
    switch (kind) {
    case 'H':
        return &report->not_found;
    case 'E':
        return &report->errors;
    case 'F':
        return &report->refused;
    default:
        return &report->options;
    }
}

bool report_read(struct report *report, FILE *file)
{
    char *line = NULL;
    size_t size = 0;
    bool complete = false;

    while (!complete && getline(&line, &size, file) > 0) {
        char *rest = line + 2;
        unsigned files;
        unsigned lines;

        if (line[0] == 'R') {
            read_result(report, rest);
        } else if (line[0] == 'Z' && sscanf(rest, "%u %u", &files, &lines) == 2) {
            report->files += files;
            report->lines += lines;
            complete = true;
        } else {
            map_put(keys_of(report, line[0]), next_field(&rest), sizeof(bool));
        }
    }
    free(line);
    return complete;
}

const char *deviation_of(const struct knowledge *knowledge, const char *name)
{
    /* "struct net_device.name" is listed without the "struct". */
    const char *blank = strrchr(name, ' ');
    char **number = map_find(&knowledge->deviations, blank != NULL ? blank + 1 : name);

    return number != NULL ? *number : NULL;
}

const char *provider_of(const struct knowledge *knowledge, const char *name)
{
    char **provider = map_find(&knowledge->providers, name);

    return provider != NULL ? *provider : "vmlinux";
}

bool is_lacking(const struct knowledge *knowledge, const char *name)
{
    const char *provider = provider_of(knowledge, name);
    const char *slash = strrchr(provider, '/');

    return map_find(&knowledge->symbols, name) == NULL &&
           map_find(&knowledge->modules, slash != NULL ? slash + 1 : provider) == NULL;
}

bool is_trap(const struct knowledge *knowledge, const char *name)
{
    char **class = map_find(&knowledge->symbols, name);

    return class != NULL && strcmp(*class, "trap") == 0;
}

struct counting {
    const struct knowledge *knowledge;
    struct counts counts;
};

static void count_missing(struct counting *counting, const char *name, const struct comparison *comparison)
{
    counting->counts.missing++;
    /* Where the symbol is there, its declaration is all that is not. */
    if (!comparison->is_symbol || !is_lacking(counting->knowledge, name)) {
        return;
    }
    if (strcmp(provider_of(counting->knowledge, name), "vmlinux") == 0) {
        counting->counts.symbols++;
    } else {
        counting->counts.library_symbols++;
    }
}

static void count(const char *name, void *value, void *context)
{
    struct counting *counting = context;
    const struct comparison *comparison = &((const struct result *)value)->comparison;

    counting->counts.names++;
    counting->counts.traps += is_trap(counting->knowledge, name);
    switch (comparison->verdict) {
    case VERDICT_AGREES:
        counting->counts.agree++;
        break;
    case VERDICT_MISSING:
        count_missing(counting, name, comparison);
        break;
    case VERDICT_NOT_COMPARED:
        counting->counts.not_compared++;
        break;
    case VERDICT_DIFFERS:
        if (deviation_of(counting->knowledge, name) != NULL) {
            counting->counts.deviate++;
        } else {
            counting->counts.differ++;
        }
        break;
    }
}

struct counts report_count(const struct report *report, const struct knowledge *knowledge)
{
    struct counting counting = {.knowledge = knowledge};

    map_walk(&report->results, count, &counting);
    counting.counts.headers_missing = (unsigned)report->not_found.count;
    return counting.counts;
}
