/* SPDX-License-Identifier: GPL-2.0-only */
#include "marks.h"

#include <inttypes.h>
#include <stdio.h>

static void note(struct marks *marks, unsigned id, uint64_t now, uint64_t *entry, uint64_t *start)
{
    if (id == MARK_ENTRY) {
        *entry = now;
    } else if (id == MARK_WINDOW_START) {
        *start = now;
    } else if (id == MARK_WINDOW_END && marks->count < WINDOWS_MAX) {
        marks->windows[marks->count++] = now - *start;
    } else if (marks->since_entry[id] == 0) {
        marks->since_entry[id] = now - *entry;
    }
}

bool marks_read(const char *path, struct marks *marks)
{
    FILE *file = fopen(path, "r");
    uint64_t entry = 0, start = 0, now;
    unsigned id;

    *marks = (struct marks){0};
    if (file == NULL) {
        perror(path);
        return false;
    }
    while (fscanf(file, "%u %" SCNu64, &id, &now) == 2 && id < 256) {
        note(marks, id, now, &entry, &start);
    }
    fclose(file);
    return true;
}
