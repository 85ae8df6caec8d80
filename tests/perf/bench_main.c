/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bench_main - what things cost OpenVMK, beside Linux: the same QEMU, the same machine with one CPU, the same
 * device, the same driver source, boots of both in turn. Counted are guest instructions, all that the CPU
 * executes in a window: who asks, the system's layers, driver, interrupts, idle loop.
 *
 *   bench_main nic|storage|vm --openvmk ELF --openvmk-archive FILE --plugin FILE --folder FOLDER
 *              [--calls PLUGIN_OPTIONS] [--linux ELF --linux-archive FILE] [--repeat N]
 *              [--formatter table|json] [--check LIMITS] [--only PREFIX]
 *
 * Without --linux OpenVMK's side alone. Exit status: 0 success, 1 a measurement failed or a limit was
 * exceeded, 2 bad usage.
 */
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest.h"
#include "report.h"

struct request {
    const struct suite *suite;
    struct guest openvmk, linux_;
    const char *limits;
    unsigned repeat;
    bool json;
};

static int usage_error(const char *what)
{
    fprintf(stderr, "vmk: bench: %s; see ./vmk bench --help\n", what);
    return 2;
}

static bool measure(suite_measure_fn *fn, const struct guest *guest, unsigned round, struct series *series)
{
    struct sample *sample = &series->samples[series->count];

    for (unsigned i = 0; i < CASES_MAX * METRICS; i++) {
        sample->value[i / METRICS][i % METRICS] = NAN;
    }
    fprintf(stderr, "Round %u: %s\n", round + 1, guest->name);
    if (!fn(guest, sample)) {
        return false;
    }
    series->count++;
    return true;
}

static int run(const struct request *request)
{
    static struct series openvmk, linux_;
    const struct suite *suite = request->suite;

    for (unsigned round = 0; round < request->repeat; round++) {
        if (!measure(suite->openvmk, &request->openvmk, round, &openvmk) ||
            (request->linux_.kernel != NULL && suite->linux_ != NULL &&
             !measure(suite->linux_, &request->linux_, round, &linux_))) {
            return 1;
        }
    }
    if (request->json) {
        report_json(suite, &openvmk, &linux_);
    } else {
        report_table(suite, &openvmk, &linux_);
    }
    return request->limits == NULL || report_check(suite, &openvmk, request->openvmk.only, request->limits)
               ? 0
               : 1;
}

/* Options that take a value, by their short name. */
static const struct option options[] = {
    {"openvmk", required_argument, NULL, 'o'}, {"openvmk-archive", required_argument, NULL, 'O'},
    {"linux", required_argument, NULL, 'l'},   {"linux-archive", required_argument, NULL, 'L'},
    {"plugin", required_argument, NULL, 'p'},  {"folder", required_argument, NULL, 'f'},
    {"repeat", required_argument, NULL, 'r'},  {"formatter", required_argument, NULL, 'F'},
    {"check", required_argument, NULL, 'c'},   {"calls", required_argument, NULL, 'C'},
    {"only", required_argument, NULL, 'n'},    {NULL, 0, NULL, 0},
};

static bool take_option(struct request *request, int option, const char *value)
{
    switch (option) {
    case 'o':
        request->openvmk.kernel = value;
        return true;
    case 'O':
        request->openvmk.archive = value;
        return true;
    case 'l':
        request->linux_.kernel = value;
        return true;
    case 'L':
        request->linux_.archive = value;
        return true;
    case 'p':
        request->openvmk.plugin = request->linux_.plugin = value;
        return true;
    case 'f':
        request->openvmk.folder = request->linux_.folder = value;
        return true;
    case 'r':
        request->repeat = (unsigned)atoi(value);
        return request->repeat >= 1 && request->repeat <= REPEAT_MAX;
    case 'F':
        request->json = strcmp(value, "json") == 0;
        return request->json || strcmp(value, "table") == 0;
    case 'C':
        request->openvmk.calls = value;
        return true;
    case 'n':
        request->openvmk.only = request->linux_.only = value;
        return true;
    case 'c':
        request->limits = value;
        return true;
    default:
        return false;
    }
}

static const struct suite *const suites[] = {&nic_suite, &storage_suite, &vm_suite};

int main(int argc, char **argv)
{
    struct request request = {.openvmk.name = "openvmk", .linux_.name = "linux", .repeat = 3};
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (!take_option(&request, option, optarg)) {
            return usage_error("an option is unknown, or its value makes no sense");
        }
    }
    for (unsigned i = 0; optind + 1 == argc && i < sizeof suites / sizeof suites[0]; i++) {
        if (strcmp(argv[optind], suites[i]->name) == 0) {
            request.suite = suites[i];
        }
    }
    if (request.suite == NULL || request.openvmk.kernel == NULL || request.openvmk.archive == NULL ||
        request.openvmk.plugin == NULL || request.openvmk.folder == NULL ||
        (request.linux_.kernel == NULL) != (request.linux_.archive == NULL)) {
        return usage_error("something to run is missing");
    }
    if (request.openvmk.only != NULL && !request.suite->divisible) {
        return usage_error("--only is for vm");
    }
    return run(&request);
}
