/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * map.c - maps as hash tables that double, sorted for a walk.
 */
#include "map.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct map_entry {
    char *key; /* NULL: free */
    void *value;
};

__attribute__((noreturn)) static void out_of_memory(void)
{
    fputs("headercheck: out of memory\n", stderr);
    exit(2);
}

static void *zeroes(size_t count, size_t size)
{
    void *memory = calloc(count, size);

    if (memory == NULL) {
        out_of_memory();
    }
    return memory;
}

/* FNV-1a. */
static size_t hash(const char *key)
{
    uint64_t value = 0xcbf29ce484222325;

    for (; *key != '\0'; key++) {
        value = (value ^ (unsigned char)*key) * 0x100000001b3;
    }
    return (size_t)value;
}

/* Where @key is, or where it would go. The table, whose size is a power of two, is never full. */
static struct map_entry *slot_of(const struct map *map, const char *key)
{
    size_t i = hash(key) & (map->size - 1);

    while (map->entries[i].key != NULL && strcmp(map->entries[i].key, key) != 0) {
        i = (i + 1) & (map->size - 1);
    }
    return &map->entries[i];
}

static void grow(struct map *map)
{
    struct map old = *map;

    map->size = old.size == 0 ? 64 : 2 * old.size;
    map->entries = zeroes(map->size, sizeof(*map->entries));
    for (size_t i = 0; i < old.size; i++) {
        if (old.entries[i].key != NULL) {
            *slot_of(map, old.entries[i].key) = old.entries[i];
        }
    }
    free(old.entries);
}

void *map_find(const struct map *map, const char *key)
{
    return map->size == 0 ? NULL : slot_of(map, key)->value;
}

void *map_put(struct map *map, const char *key, size_t size)
{
    struct map_entry *entry;

    if (map->count >= map->size / 2) {
        grow(map);
    }
    entry = slot_of(map, key);
    if (entry->key == NULL) {
        map->count++;
        entry->key = format("%s", key);
        entry->value = zeroes(1, size);
    }
    return entry->value;
}

static int compare(const void *one, const void *other)
{
    return strcmp(((const struct map_entry *)one)->key, ((const struct map_entry *)other)->key);
}

void map_walk(const struct map *map, void (*visit)(const char *key, void *value, void *context),
              void *context)
{
    struct map_entry *sorted = zeroes(map->count + 1, sizeof(*sorted));
    size_t count = 0;

    for (size_t i = 0; i < map->size; i++) {
        if (map->entries[i].key != NULL) {
            sorted[count++] = map->entries[i];
        }
    }
    qsort(sorted, count, sizeof(*sorted), compare);
    for (size_t i = 0; i < count; i++) {
        visit(sorted[i].key, sorted[i].value, context);
    }
    free(sorted);
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
