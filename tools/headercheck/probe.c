/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * probe.c - asking the compiler what macros mean at the end of a driver's file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "macro.h"
#include "unit.h"

struct words {
    struct map known;   /* bool: words of the driver's text */
    struct map defined; /* bool: those it defines as macros */
    struct map files;   /* bool: read */
};

static void note_word(const char *word, void *context)
{
    map_put(&((struct words *)context)->known, word, sizeof(bool));
}

/* What a line of @text starting with '#' defines or includes. */
static void note_directive(struct words *words, const char *text, char **include)
{
    char word[128];

    if (sscanf(text, "# define %127[A-Za-z0-9_]", word) == 1) {
        map_put(&words->defined, word, sizeof(bool));
    } else if (sscanf(text, "# include \"%127[^\"]\"", word) == 1) {
        *include = format("%s", word);
    }
}

static void read_words(struct words *words, const char *path)
{
    char *text = read_text(path);
    char *folder = format("%.*s", (int)(strrchr(path, '/') - path), path);

    if (text == NULL || map_find(&words->files, path) != NULL) {
        return;
    }
    map_put(&words->files, path, sizeof(bool));
    text_words(text, note_word, words);
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        char *include = NULL;

        line += *line == '\n';
        note_directive(words, line + strspn(line, " \t"), &include);
        if (include != NULL) {
            read_words(words, format("%s/%s", folder, include));
        }
    }
}

struct probing {
    const struct words *words;
    FILE *text;
};

/* Each on a line of its own, to which an error can be traced. */
static void add_probe(const char *name, void *value, void *context)
{
    struct probing *probing = context;

    (void)value;
    if (map_find(&probing->words->defined, name) == NULL) {
        fprintf(probing->text,
                "#ifdef %s\nextern __typeof__(%s) " PROBE_TYPE "%s;\nenum { " PROBE_VALUE
                "%s = (%s) };\n#endif\n",
                name, name, name, name, name);
    }
}

char *unit_make_probes(const char *path)
{
    struct words words = {0};
    char *text = NULL;
    size_t size = 0;
    struct probing probing = {&words, open_memstream(&text, &size)};

    read_words(&words, path);
    map_walk(&words.known, add_probe, &probing);
    fclose(probing.text);
    return text;
}

const CXCursor *unit_probe(const struct unit *unit, const char *probe, const char *name)
{
    char *declared = format("%s%s", probe, name);
    const CXCursor *cursor = map_find(&unit->declarations, declared);
    char *line;

    free(declared);
    if (cursor == NULL) {
        return NULL;
    }
    line = format("%u", place_of(clang_getCursorLocation(*cursor)).line);
    return map_find(&unit->probes, line) == NULL ? cursor : NULL;
}
