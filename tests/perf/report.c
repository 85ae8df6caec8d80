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

static struct summary summarise(const struct series *series, unsigned number)
{
    double values[REPEAT_MAX];
    unsigned count = 0;

    for (unsigned i = 0; i < series->count; i++) {
        if (!isnan(series->samples[i].value[number])) {
            values[count++] = series->samples[i].value[number];
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

void report_table(const struct series *openvmk, const struct series *linux_)
{
    printf("%-22s  %14s  %14s  %7s  %8s  %s\n", "Case", "OpenVMK", "Linux", "Ratio", "Spread", "Unit");
    for (unsigned i = 0; i < CASES; i++) {
        struct summary ours = summarise(openvmk, i), theirs = summarise(linux_, i);

        printf("%-22s  ", cases[i].name);
        print_number(ours.median, "%14.0f  ", "             -  ");
        print_number(theirs.median, "%14.0f  ", "             -  ");
        print_number(ours.median / theirs.median, "%7.3f  ", "      -  ");
        print_number(100 * spread_of_both(ours, theirs), "%7.1f%%  ", "       -  ");
        puts(case_unit(&cases[i]));
    }
}

void report_json(const struct series *openvmk, const struct series *linux_)
{
    printf("{\"results\": [");
    for (unsigned i = 0; i < CASES; i++) {
        struct summary ours = summarise(openvmk, i), theirs = summarise(linux_, i);

        printf("%s\n  {\"case\": \"%s\", \"openvmk\": ", i == 0 ? "" : ",", cases[i].name);
        print_number(ours.median, "%.1f", "null");
        printf(", \"linux\": ");
        print_number(theirs.median, "%.1f", "null");
        printf(", \"unit\": \"%s\", \"ratio\": ", case_unit(&cases[i]));
        print_number(ours.median / theirs.median, "%.4f", "null");
        printf(", \"spread\": ");
        print_number(spread_of_both(ours, theirs), "%.4f", "null");
        printf(", \"runs\": %u}", openvmk->count);
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

bool report_check(const struct series *openvmk, const char *path)
{
    FILE *file = fopen(path, "r");
    bool good = true;

    if (file == NULL) {
        perror(path);
        return false;
    }
    for (unsigned i = 0; i < CASES; i++) {
        double limit = NAN, value = summarise(openvmk, i).median;

        /* Written so that NaN fails. */
        if (!find_limit(file, cases[i].name, &limit) || !(value <= limit)) {
            fprintf(stderr, "%s: %.0f %s, the limit is %.0f\n", cases[i].name, value, case_unit(&cases[i]),
                    limit);
            good = false;
        }
    }
    fclose(file);
    return good;
}
