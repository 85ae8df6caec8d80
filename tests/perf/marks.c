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
    unsigned ended, unhalted, quiet, kicks;
    uint32_t instructions[OPERATIONS_MAX]; /* of operations without a HLT */
    uint32_t host[OPERATIONS_MAX];         /* of all, outside VMs */
    uint32_t host_quiet[OPERATIONS_MAX];   /* of those without an interrupt there */
};

static int compare(const void *a, const void *b)
{
    uint32_t first = *(const uint32_t *)a, second = *(const uint32_t *)b;

    return (first > second) - (first < second);
}

static void start_window(struct reader *r, struct marks_counts now)
{
    r->start = r->operation = now;
    r->ended = r->unhalted = r->quiet = r->kicks = 0;
}

static void end_operation(struct reader *r, struct marks_counts now)
{
    if (now.halts == r->operation.halts && r->unhalted < OPERATIONS_MAX) {
        r->instructions[r->unhalted++] = (uint32_t)(now.instructions - r->operation.instructions);
    }
    if (r->ended < OPERATIONS_MAX) {
        r->host[r->ended] = (uint32_t)(marks_host(&now) - marks_host(&r->operation));
        if (now.returns == r->operation.returns) {
            r->host_quiet[r->quiet++] = r->host[r->ended];
        }
    }
    r->operation = now;
    r->ended++;
}

static double median(uint32_t *values, unsigned count)
{
    if (count == 0) {
        return 0;
    }
    qsort(values, count, sizeof values[0], compare);
    return values[count / 2];
}

static void end_window(struct reader *r, struct marks_counts now)
{
    const struct marks_counts *start = &r->start;

    if (r->marks->count == WINDOWS_MAX) {
        return;
    }
    struct window *window = &r->marks->windows[r->marks->count++];
    *window = (struct window){
        .counts = {now.instructions - start->instructions, now.halts - start->halts,
                   now.returns - start->returns, now.device_reads - start->device_reads,
                   now.device_writes - start->device_writes, now.calls - start->calls,
                   now.vm_entries - start->vm_entries, now.vm_instructions - start->vm_instructions,
                   now.vm_halts - start->vm_halts},
        .operations = r->ended,
        .unhalted = r->unhalted,
        .typical = median(r->instructions, r->unhalted),
        .host_typical = median(r->host, r->ended < OPERATIONS_MAX ? r->ended : OPERATIONS_MAX),
        .quiet = r->quiet,
        .host_quiet = median(r->host_quiet, r->quiet),
        .kicks = r->kicks,
    };
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
    } else if (id == MARK_BEGIN) {
        r->operation = now;
    } else if (id == MARK_KICK) {
        r->kicks++;
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
    while (fscanf(file,
                  "%u %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
                  " %" SCNu64 " %" SCNu64,
                  &id, &now.instructions, &now.halts, &now.returns, &now.device_reads, &now.device_writes,
                  &now.calls, &now.vm_entries, &now.vm_instructions, &now.vm_halts) == 10 &&
           id < 256) {
        note(&reader, id, now);
    }
    fclose(file);
    return true;
}
