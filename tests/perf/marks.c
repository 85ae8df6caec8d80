/* SPDX-License-Identifier: GPL-2.0-only */
#include "marks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define OPERATIONS_MAX 1000000

/* The window being read. */
struct reader {
    struct marks *marks;
    struct marks_counts entry, start, operation;
    unsigned ended, unhalted;
    uint32_t instructions[OPERATIONS_MAX]; /* of operations without a HLT */
};

static int compare(const void *a, const void *b)
{
    uint32_t first = *(const uint32_t *)a, second = *(const uint32_t *)b;

    return (first > second) - (first < second);
}

static void start_window(struct reader *r, struct marks_counts now)
{
    r->start = r->operation = now;
    r->ended = r->unhalted = 0;
}

static void end_operation(struct reader *r, struct marks_counts now)
{
    if (now.halts == r->operation.halts && r->unhalted < OPERATIONS_MAX) {
        r->instructions[r->unhalted++] = (uint32_t)(now.instructions - r->operation.instructions);
    }
    r->operation = now;
    r->ended++;
}

static void end_window(struct reader *r, struct marks_counts now)
{
    if (r->marks->count == WINDOWS_MAX) {
        return;
    }
    struct window *window = &r->marks->windows[r->marks->count++];
    *window = (struct window){
        .counts = {now.instructions - r->start.instructions, now.halts - r->start.halts,
                   now.returns - r->start.returns, now.device_reads - r->start.device_reads,
                   now.device_writes - r->start.device_writes, now.calls - r->start.calls},
        .operations = r->ended,
        .unhalted = r->unhalted,
    };
    if (r->unhalted != 0) {
        qsort(r->instructions, r->unhalted, sizeof r->instructions[0], compare);
        window->typical = r->instructions[r->unhalted / 2];
    }
}

static void note(struct reader *r, unsigned id, struct marks_counts now)
{
    if (id == MARK_ENTRY) {
        r->entry = now;
    } else if (id == MARK_WINDOW_START) {
        start_window(r, now);
    } else if (id == MARK_WINDOW_END) {
        end_window(r, now);
    } else if (id == MARK_OPERATION) {
        end_operation(r, now);
    } else if (r->marks->since_entry[id] == 0) {
        r->marks->since_entry[id] = now.instructions - r->entry.instructions;
    }
}

bool marks_read(const char *path, struct marks *marks)
{
    static struct reader reader;
    FILE *file = fopen(path, "r");
    struct marks_counts now;
    unsigned id;

    *marks = (struct marks){0};
    if (file == NULL) {
        perror(path);
        return false;
    }
    reader.marks = marks;
    reader.entry = (struct marks_counts){0};
    start_window(&reader, reader.entry);
    while (fscanf(file, "%u %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64, &id,
                  &now.instructions, &now.halts, &now.returns, &now.device_reads, &now.device_writes,
                  &now.calls) == 7 &&
           id < 256) {
        note(&reader, id, now);
    }
    fclose(file);
    return true;
}
