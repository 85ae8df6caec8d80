/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * json.c - a report as JSON.
 */
#include <string.h>
#include "tell.h"

static void print_string(const char *text)
{
    putchar('"');
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') {
            printf("\\%c", *text);
        } else if ((unsigned char)*text < ' ') {
            printf("\\u%04x", (unsigned)*text);
        } else {
            putchar(*text);
        }
    }
    putchar('"');
}

static void print_member(const char *name, const char *value)
{
    printf(", ");
    print_string(name);
    printf(": ");
    print_string(value);
}

struct list {
    const struct knowledge *knowledge;
    bool (*wants)(const struct knowledge *knowledge, const char *name, const struct result *result);
    bool is_started;
};

static void print_key(const char *key, void *value, void *context)
{
    struct list *list = context;

    (void)value;
    printf(list->is_started ? ", " : "");
    print_string(key);
    list->is_started = true;
}

static void print_keys(const char *name, const struct map *map)
{
    struct list list = {0};

    printf(", \"%s\": [", name);
    map_walk(map, print_key, &list);
    printf("]");
}

static bool is_missing(const struct knowledge *knowledge, const char *name, const struct result *result)
{
    (void)knowledge;
    (void)name;
    return result->comparison.verdict == VERDICT_MISSING;
}

static bool differs(const struct knowledge *knowledge, const char *name, const struct result *result)
{
    (void)knowledge;
    (void)name;
    return result->comparison.verdict == VERDICT_DIFFERS;
}

static bool is_not_compared(const struct knowledge *knowledge, const char *name, const struct result *result)
{
    (void)knowledge;
    (void)name;
    return result->comparison.verdict == VERDICT_NOT_COMPARED;
}

static bool agrees(const struct knowledge *knowledge, const char *name, const struct result *result)
{
    (void)knowledge;
    (void)name;
    return result->comparison.verdict == VERDICT_AGREES;
}

static bool traps(const struct knowledge *knowledge, const char *name, const struct result *result)
{
    (void)result;
    return is_trap(knowledge, name);
}

static void print_symbol(const struct knowledge *knowledge, const char *name)
{
    char **class = map_find(&knowledge->symbols, name);
    char **source = map_find(&knowledge->sources, name);

    print_member("provider", provider_of(knowledge, name));
    if (class != NULL) {
        print_member("class", *class);
    }
    if (source != NULL) {
        print_member("source", *source);
    }
}

static void print_result(const char *name, void *value, void *context)
{
    struct list *list = context;
    const struct result *result = value;
    const struct comparison *comparison = &result->comparison;
    const char *deviation = deviation_of(list->knowledge, name);

    if (!list->wants(list->knowledge, name, result)) {
        return;
    }
    printf(list->is_started ? ",\n  {\"name\": " : "\n  {\"name\": ");
    list->is_started = true;
    print_string(name);
    print_member("kind", kind_name(comparison->kind));
    print_member("header", result->header);
    printf(", \"uses\": %u", result->uses);
    if (comparison->is_symbol) {
        print_symbol(list->knowledge, name);
    }
    if (comparison->verdict == VERDICT_DIFFERS) {
        print_member("ours", comparison->ours);
        print_member("linux", comparison->linux_spelling);
        if (deviation != NULL) {
            print_member("deviation", deviation);
        }
    } else if (comparison->verdict == VERDICT_NOT_COMPARED) {
        print_member("why", comparison->why);
    }
    printf("}");
}

static void print_results(const char *name, const struct report *report, const struct knowledge *knowledge,
                          bool (*wants)(const struct knowledge *, const char *, const struct result *))
{
    struct list list = {.knowledge = knowledge, .wants = wants};

    printf(",\n \"%s\": [", name);
    map_walk(&report->results, print_result, &list);
    printf("]");
}

static void print_counts(const struct report *report, const struct knowledge *knowledge)
{
    struct counts counts = report_count(report, knowledge);

    printf("\"name\": ");
    print_string(report->name);
    printf(", \"files\": %u, \"lines\": %u, \"names\": %u, \"agree\": %u, \"deviate\": %u, \"differ\": %u, "
           "\"missing\": %u, \"not_compared\": %u, \"headers_to_supply\": %u, \"symbols_to_write\": %u, "
           "\"library_symbols\": %u, \"traps\": %u",
           report->files, report->lines, counts.names, counts.agree, counts.deviate, counts.differ,
           counts.missing, counts.not_compared, counts.headers_missing, counts.symbols,
           counts.library_symbols, counts.traps);
    print_keys("headers", &report->not_found);
}

void tell_json(const struct report *all, const struct report *modules, unsigned count,
               const struct knowledge *knowledge)
{
    printf("{");
    print_counts(all, knowledge);
    print_keys("options", &all->options);
    print_keys("errors", &all->errors);
    print_keys("not_looked_at", &all->crashed);
    printf(",\n \"modules\": [");
    for (unsigned i = 0; i < count; i++) {
        printf(i > 0 ? ",\n  {" : "\n  {");
        print_counts(&modules[i], knowledge);
        printf("}");
    }
    printf("]");
    print_results("missing_names", all, knowledge, is_missing);
    print_results("differing_names", all, knowledge, differs);
    print_results("trapping_names", all, knowledge, traps);
    print_results("names_not_compared", all, knowledge, is_not_compared);
    print_results("agreeing_names", all, knowledge, agrees);
    printf("}\n");
}
