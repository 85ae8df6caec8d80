/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * map.h - a map from strings, walked in their order.
 *
 * As everywhere in headercheck, memory lives until the program ends; running out of it ends the program.
 */
#ifndef HEADERCHECK_MAP_H
#define HEADERCHECK_MAP_H

#include <stddef.h>

struct map {
    struct map_entry *entries;
    size_t size;
    size_t count;
};

/* The value at @key, or NULL. */
void *map_find(const struct map *map, const char *key);

/* The value at @key; where there is none, @size bytes of zeroes are put there first. */
void *map_put(struct map *map, const char *key, size_t size);

/* Call @visit for each entry. It may not change the map. */
void map_walk(const struct map *map, void (*visit)(const char *key, void *value, void *context),
              void *context);

/* printf() into memory. */
char *format(const char *text, ...) __attribute__((format(printf, 1, 2)));

#endif
