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

/* A column of a table, behind two blanks. */
static void print_number(double value, int width, unsigned digits)
{
    if (isnan(value)) {
        printf("  %*s", width, "-");
    } else {
        printf("  %*.*f", width, (int)digits, value);
    }
}

static void print_json_number(double value, int digits)
{
    if (isnan(value)) {
        printf("null");
    } else {
        printf("%.*f", digits, value);
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
    {METRIC_VM_EXITS, "VM Exits", "vm_exits"},          {METRIC_VM_HALTS, "VM Halts", "vm_halts"},
    {METRIC_VM_KICKS, "VM Kicks", "vm_kicks"},
};

#define DETAILS (sizeof details / sizeof details[0])

/* It was counted for one case at least. */
static bool is_told(const struct suite *suite, const struct series *series, unsigned detail)
{
    for (unsigned i = 0; i < suite->count; i++) {
        if (!isnan(summarise(series, i, details[detail].metric).median)) {
            return true;
        }
    }
    return false;
}

static bool has_details(const struct suite *suite, const struct series *series)
{
    for (unsigned d = 0; d < DETAILS; d++) {
        if (is_told(suite, series, d)) {
            return true;
        }
    }
    return false;
}

/* A case may not have been wanted. */
static bool was_measured(const struct series *series, unsigned number)
{
    return !isnan(summarise(series, number, METRIC_INSTRUCTIONS).median);
}

static void print_details_of(const struct suite *suite, const struct series *series, unsigned number)
{
    printf("%-22s", suite->cases[number].name);
    for (unsigned d = 0; d < DETAILS; d++) {
        if (is_told(suite, series, d)) {
            print_number(summarise(series, number, details[d].metric).median, 12, 3);
        }
    }
    putchar('\n');
}

static void print_details(const struct suite *suite, const char *system, const struct series *series)
{
    if (!has_details(suite, series)) {
        return;
    }
    printf("\n%-22s", system);
    for (unsigned d = 0; d < DETAILS; d++) {
        if (is_told(suite, series, d)) {
            printf("  %12s", details[d].heading);
        }
    }
    putchar('\n');
    for (unsigned i = 0; i < suite->count; i++) {
        if (was_measured(series, i)) {
            print_details_of(suite, series, i);
        }
    }
}

void report_table(const struct suite *suite, const struct series *openvmk, const struct series *linux_)
{
    printf("%-22s  %14s  %14s  %7s  %8s  %s\n", "Case", "OpenVMK", "Linux", "Ratio", "Spread", "Unit");
    for (unsigned i = 0; i < suite->count; i++) {
        struct summary ours = summarise(openvmk, i, METRIC_INSTRUCTIONS),
                       theirs = summarise(linux_, i, METRIC_INSTRUCTIONS);

        if (!was_measured(openvmk, i) && !was_measured(linux_, i)) {
            continue;
        }
        printf("%-22s", suite->cases[i].name);
        print_number(ours.median, 14, suite->cases[i].digits);
        print_number(theirs.median, 14, suite->cases[i].digits);
        print_number(ours.median / theirs.median, 7, 3);
        print_number(100 * spread_of_both(ours, theirs), 7, 1);
        printf("%%  %s\n", suite->cases[i].unit);
    }
    print_details(suite, "OpenVMK, each", openvmk);
    print_details(suite, "Linux, each", linux_);
}

static void print_json_details(const struct suite *suite, const char *system, const struct series *series,
                               unsigned number)
{
    const char *separator = "";

    if (!has_details(suite, series)) {
        return;
    }
    printf(", \"%s_each\": {", system);
    for (unsigned d = 0; d < DETAILS; d++) {
        if (is_told(suite, series, d)) {
            printf("%s\"%s\": ", separator, details[d].name);
            print_json_number(summarise(series, number, details[d].metric).median, 4);
            separator = ", ";
        }
    }
    putchar('}');
}

void report_json(const struct suite *suite, const struct series *openvmk, const struct series *linux_)
{
    const char *separator = "";

    printf("{\"results\": [");
    for (unsigned i = 0; i < suite->count; i++) {
        struct summary ours = summarise(openvmk, i, METRIC_INSTRUCTIONS),
                       theirs = summarise(linux_, i, METRIC_INSTRUCTIONS);
        int digits = (int)suite->cases[i].digits + 1;

        if (!was_measured(openvmk, i) && !was_measured(linux_, i)) {
            continue;
        }
        printf("%s\n  {\"case\": \"%s\", \"openvmk\": ", separator, suite->cases[i].name);
        print_json_number(ours.median, digits);
        printf(", \"linux\": ");
        print_json_number(theirs.median, digits);
        printf(", \"unit\": \"%s\", \"ratio\": ", suite->cases[i].unit);
        print_json_number(ours.median / theirs.median, 4);
        printf(", \"spread\": ");
        print_json_number(spread_of_both(ours, theirs), 4);
        printf(", \"runs\": %u", openvmk->count);
        print_json_details(suite, "openvmk", openvmk, i);
        print_json_details(suite, "linux", linux_, i);
        putchar('}');
        separator = ",";
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

bool report_check(const struct suite *suite, const struct series *openvmk, const char *only, const char *path)
{
    FILE *file = fopen(path, "r");
    bool good = true;

    if (file == NULL) {
        perror(path);
        return false;
    }
    for (unsigned i = 0; i < suite->count; i++) {
        if (only != NULL && strncmp(suite->cases[i].name, only, strlen(only)) != 0) {
            continue;
        }
        double limit = NAN, value = summarise(openvmk, i, METRIC_INSTRUCTIONS).median;

        /* Written so that NaN fails. */
        if (!find_limit(file, suite->cases[i].name, &limit) || !(value <= limit)) {
            int digits = (int)suite->cases[i].digits;

            fprintf(stderr, "%s: %.*f %s, the limit is %.*f\n", suite->cases[i].name, digits, value,
                    suite->cases[i].unit, digits, limit);
            good = false;
        }
    }
    fclose(file);
    return good;
}
