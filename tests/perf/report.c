/* SPDX-License-Identifier: GPL-2.0-only */
#include "report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct summary {
    double median, least, most; /* NaN when nothing was measured */
};

static int compare(const void *a, const void *b)
{
    double first = *(const double *)a, second = *(const double *)b;

    return (first > second) - (first < second);
}

static struct summary summarise(const struct series *series, unsigned number, enum metric metric)
{
    double values[REPEAT_MAX];
    unsigned count = 0;

    for (unsigned i = 0; i < series->count; i++) {
        if (!isnan(series->samples[i].value[number][metric])) {
            values[count++] = series->samples[i].value[number][metric];
        }
    }
    if (count == 0) {
        return (struct summary){NAN, NAN, NAN};
    }
    qsort(values, count, sizeof values[0], compare);
    return (struct summary){(values[(count - 1) / 2] + values[count / 2]) / 2, values[0], values[count - 1]};
}

/* The largest deviation from the median, as a part of it. */
static double spread_of(struct summary s)
{
    return fmax(s.most - s.median, s.median - s.least) / s.median;
}

/* NaN counts as none. */
static double spread_of_both(struct summary a, struct summary b)
{
    return fmax(spread_of(a), spread_of(b));
}

static void print_number(double value, const char *format, const char *none)
{
    if (isnan(value)) {
        fputs(none, stdout);
    } else {
        printf(format, value);
    }
}

/* What is told beside instructions, where it was counted. */
static const struct {
    enum metric metric;
    const char *heading, *name;
} details[] = {
    {METRIC_INTERRUPTS, "Interrupts", "interrupts"},    {METRIC_HALTS, "Halts", "halts"},
    {METRIC_DEVICE_READS, "MMIO Reads", "mmio_reads"},  {METRIC_DEVICE_WRITES, "MMIO Writes", "mmio_writes"},
    {METRIC_ALLOCATIONS, "Allocations", "allocations"}, {METRIC_COPIED_BYTES, "Copied Bytes", "copied_bytes"},
};

#define DETAILS (sizeof details / sizeof details[0])

static bool has_details(const struct series *series)
{
    return !isnan(summarise(series, 0, METRIC_INTERRUPTS).median);
}

static void print_details(const struct suite *suite, const char *system, const struct series *series)
{
    if (!has_details(series)) {
        return;
    }
    printf("\n%-22s", system);
    for (unsigned d = 0; d < DETAILS; d++) {
        printf("  %12s", details[d].heading);
    }
    putchar('\n');
    for (unsigned i = 0; i < suite->count; i++) {
        printf("%-22s", suite->cases[i].name);
        for (unsigned d = 0; d < DETAILS; d++) {
            print_number(summarise(series, i, details[d].metric).median, "  %12.3f", "             -");
        }
        putchar('\n');
    }
}

void report_table(const struct suite *suite, const struct series *openvmk, const struct series *linux_)
{
    printf("%-22s  %14s  %14s  %7s  %8s  %s\n", "Case", "OpenVMK", "Linux", "Ratio", "Spread", "Unit");
    for (unsigned i = 0; i < suite->count; i++) {
        struct summary ours = summarise(openvmk, i, METRIC_INSTRUCTIONS),
                       theirs = summarise(linux_, i, METRIC_INSTRUCTIONS);

        printf("%-22s  ", suite->cases[i].name);
        print_number(ours.median, "%14.0f  ", "             -  ");
        print_number(theirs.median, "%14.0f  ", "             -  ");
        print_number(ours.median / theirs.median, "%7.3f  ", "      -  ");
        print_number(100 * spread_of_both(ours, theirs), "%7.1f%%  ", "       -  ");
        puts(suite->cases[i].unit);
    }
    print_details(suite, "OpenVMK, each", openvmk);
    print_details(suite, "Linux, each", linux_);
}

static void print_json_details(const char *system, const struct series *series, unsigned number)
{
    if (!has_details(series)) {
        return;
    }
    printf(", \"%s_each\": {", system);
    for (unsigned d = 0; d < DETAILS; d++) {
        printf("%s\"%s\": ", d == 0 ? "" : ", ", details[d].name);
        print_number(summarise(series, number, details[d].metric).median, "%.4f", "null");
    }
    putchar('}');
}

void report_json(const struct suite *suite, const struct series *openvmk, const struct series *linux_)
{
    printf("{\"results\": [");
    for (unsigned i = 0; i < suite->count; i++) {
        struct summary ours = summarise(openvmk, i, METRIC_INSTRUCTIONS),
                       theirs = summarise(linux_, i, METRIC_INSTRUCTIONS);

        printf("%s\n  {\"case\": \"%s\", \"openvmk\": ", i == 0 ? "" : ",", suite->cases[i].name);
        print_number(ours.median, "%.1f", "null");
        printf(", \"linux\": ");
        print_number(theirs.median, "%.1f", "null");
        printf(", \"unit\": \"%s\", \"ratio\": ", suite->cases[i].unit);
        print_number(ours.median / theirs.median, "%.4f", "null");
        printf(", \"spread\": ");
        print_number(spread_of_both(ours, theirs), "%.4f", "null");
        printf(", \"runs\": %u", openvmk->count);
        print_json_details("openvmk", openvmk, i);
        print_json_details("linux", linux_, i);
        putchar('}');
    }
    printf("\n]}\n");
}

/* Look up a case's limit. False when it has none. */
static bool find_limit(FILE *file, const char *name, double *limit)
{
    char line[128], found[64];

    rewind(file);
    while (fgets(line, sizeof line, file) != NULL) {
        if (line[0] != '#' && sscanf(line, "%63s %lf", found, limit) == 2 && strcmp(found, name) == 0) {
            return true;
        }
    }
    return false;
}

bool report_check(const struct suite *suite, const struct series *openvmk, const char *path)
{
    FILE *file = fopen(path, "r");
    bool good = true;

    if (file == NULL) {
        perror(path);
        return false;
    }
    for (unsigned i = 0; i < suite->count; i++) {
        double limit = NAN, value = summarise(openvmk, i, METRIC_INSTRUCTIONS).median;

        /* Written so that NaN fails. */
        if (!find_limit(file, suite->cases[i].name, &limit) || !(value <= limit)) {
            fprintf(stderr, "%s: %.0f %s, the limit is %.0f\n", suite->cases[i].name, value,
                    suite->cases[i].unit, limit);
            good = false;
        }
    }
    fclose(file);
    return good;
}
