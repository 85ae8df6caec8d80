/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * map.c - maps on the C library's search trees.
 */
#include "map.h"

#include <search.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct map_entry {
    char *key; /* first: what is compared */
    void *value;
};

struct walk {
    void (*visit)(const char *key, void *value, void *context);
    void *context;
};

static int compare(const void *one, const void *other)
{
    return strcmp(((const struct map_entry *)one)->key, ((const struct map_entry *)other)->key);
}

__attribute__((noreturn)) static void out_of_memory(void)
{
    fputs("headercheck: out of memory\n", stderr);
    exit(2);
}

void *map_find(const struct map *map, const char *key)
{
    struct map_entry wanted = {.key = (char *)key};
    struct map_entry **found = tfind(&wanted, &map->root, compare);

    return found != NULL ? (*found)->value : NULL;
}

void *map_put(struct map *map, const char *key, size_t size)
{
    struct map_entry *entry;
    void *value = map_find(map, key);

    if (value != NULL) {
        return value;
    }
    entry = malloc(sizeof(*entry));
    if (entry == NULL) {
        out_of_memory();
    }
    entry->key = strdup(key);
    entry->value = calloc(1, size);
    if (entry->key == NULL || entry->value == NULL || tsearch(entry, &map->root, compare) == NULL) {
        out_of_memory();
    }
    return entry->value;
}

static void visit_node(const void *node, VISIT which, void *context)
{
    const struct map_entry *entry = *(const struct map_entry *const *)node;
    struct walk *walk = context;

    if (which == postorder || which == leaf) {
        walk->visit(entry->key, entry->value, walk->context);
    }
}

void map_walk(const struct map *map, void (*visit)(const char *key, void *value, void *context),
              void *context)
{
    struct walk walk = {visit, context};

    twalk_r(map->root, visit_node, &walk);
}

char *format(const char *text, ...)
{
    va_list arguments;
    char *result;

    va_start(arguments, text);
    if (vasprintf(&result, text, arguments) < 0) {
        out_of_memory();
    }
    va_end(arguments);
    return result;
}
