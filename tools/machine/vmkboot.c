/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vmkboot - boots OpenVMK in QEMU: what `./vmk boot` runs once everything is built.
 *
 * With a terminal it hands the terminal over to the machine's console. Without one it shows the boot and
 * powers off. With --run it runs console commands, prints what they print and nothing else on standard
 * output, and powers off. Exit status: 0 success, 1 the boot or a command failed, 2 bad usage.
 */
#include "disk_option.h"
#include "machine.h"
#include "qemu_args.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CPUS_MAX            64
#define COMMAND_TIMEOUT_S   300
#define POWER_OFF_TIMEOUT_S 60

struct request {
    struct machine_options machine;
    const char *run;
    unsigned nextra, ndisks;
};

static int usage_error(const char *what, const char *value)
{
    fprintf(stderr, "vmk: %s%s; see ./vmk boot --help\n", what, value);
    return 2;
}

/* A TCP port of this host that is free now, from 8080 up; 0 when there is none. */
static unsigned free_port(void)
{
    for (unsigned port = 8080; port < 8180; port++) {
        struct sockaddr_in address = {.sin_family = AF_INET,
                                      .sin_port = htons((unsigned short)port),
                                      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        bool free_now = bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
        close(fd);
        if (free_now) {
            return port;
        }
    }
    return 0;
}

static int boot_at_terminal(const struct request *request)
{
    struct qemu_args args;
    qemu_args_build(&args, &request->machine, -1, -1, -1);
    fprintf(stderr, "The status page, once there is a lease: http://localhost:%u/   (Ctrl-A x ends QEMU)\n",
            request->machine.http_port);
    execvp(args.argv[0], args.argv);
    fprintf(stderr, "vmk: cannot run %s: %s; ./vmk setup boot installs it\n", args.argv[0], strerror(errno));
    return 1;
}

/* Run the commands between the semicolons that stand outside quotes. */
static bool run_commands(struct machine *m, const char *commands)
{
    char *copy = strdup(commands), *start = copy;
    bool good = true, quoted = false, last = false;
    for (char *p = copy; !last && good; p++) {
        quoted = quoted != (*p == '"');
        last = *p == '\0';
        if (!last && (*p != ';' || quoted)) {
            continue;
        }
        *p = '\0';
        start += strspn(start, " \t");
        if (*start != '\0') {
            char *output;
            int status = machine_command(m, start, COMMAND_TIMEOUT_S, &output);
            fputs(output != NULL ? output : "", stdout);
            fflush(stdout);
            free(output);
            if (status < 0) {
                fprintf(stderr, "vmk: %s\n", machine_error(m));
            }
            good = status == 0;
        }
        start = p + 1;
    }
    free(copy);
    return good;
}

static int boot_unattended(const struct request *request)
{
    struct machine *m = machine_start(&request->machine);
    if (m == NULL) {
        return 1;
    }
    bool good = machine_wait_ready(m);
    if (!good) {
        fprintf(stderr, "vmk: %s\n", machine_error(m));
        if (!request->machine.echo_console && request->machine.log_path != NULL) {
            fprintf(stderr, "     The boot log is in %s.\n", request->machine.log_path);
        }
    }
    if (good && request->run != NULL) {
        good = run_commands(m, request->run);
    }
    if (!machine_ended(m) && !machine_power_off(m, POWER_OFF_TIMEOUT_S) && good) {
        fprintf(stderr, "vmk: %s\n", machine_error(m));
        good = false;
    }
    machine_stop(m);
    return good ? 0 : 1;
}

enum option_kind { TEXT = 1, SMP, UEFI, QEMU_ARG, DISK };

/* The options that keep their value as it is come first, each with its place. */
static const struct option options[] = {
    {"kernel", required_argument, NULL, TEXT},  {"archive", required_argument, NULL, TEXT},
    {"iso", required_argument, NULL, TEXT},     {"log", required_argument, NULL, TEXT},
    {"machine", required_argument, NULL, TEXT}, {"mem", required_argument, NULL, TEXT},
    {"nic", required_argument, NULL, TEXT},     {"append", required_argument, NULL, TEXT},
    {"run", required_argument, NULL, TEXT},     {"smp", required_argument, NULL, SMP},
    {"uefi", no_argument, NULL, UEFI},          {"qemu-arg", required_argument, NULL, QEMU_ARG},
    {"disk", required_argument, NULL, DISK},    {NULL, 0, NULL, 0},
};
static const size_t places[] = {
    offsetof(struct request, machine.kernel),
    offsetof(struct request, machine.archive),
    offsetof(struct request, machine.iso),
    offsetof(struct request, machine.log_path),
    offsetof(struct request, machine.type),
    offsetof(struct request, machine.memory),
    offsetof(struct request, machine.nic),
    offsetof(struct request, machine.append),
    offsetof(struct request, run),
};

/* NVMe disks get an adapter each, as they come; AHCI disks are ports of one. */
static int take_disk(struct request *request, char *text)
{
    struct machine_disk *disks = request->machine.disks, *disk = &disks[request->ndisks];
    char why[512];

    if (request->ndisks == MACHINE_MAX_DISKS) {
        return usage_error("too many --disk", "");
    }
    if (!disk_option_parse(text, disk, why, sizeof why)) {
        return usage_error("--disk: ", why);
    }
    for (unsigned i = 0; i < request->ndisks; i++) {
        disk->adapter += disk->kind == MACHINE_DISK_NVME && disks[i].kind == disk->kind;
    }
    request->ndisks++;
    return 0;
}

/* Take the option getopt_long() has found. @return 0, or the exit status. */
static int take(struct request *request, enum option_kind kind, int index)
{
    struct machine_options *m = &request->machine;
    unsigned long number;
    char *end;

    switch (kind) {
    case TEXT:
        *(const char **)((char *)request + places[index]) = optarg;
        return 0;
    case SMP:
        number = strtoul(optarg, &end, 10);
        if (*end != '\0' || number < 1 || number > CPUS_MAX) {
            return usage_error("--smp wants a number from 1 to 64, not ", optarg);
        }
        m->smp = (unsigned)number;
        return 0;
    case UEFI:
        m->uefi = true;
        return 0;
    case QEMU_ARG:
        if (request->nextra + 1 >= MACHINE_MAX_EXTRA) {
            return usage_error("too many --qemu-arg", "");
        }
        m->extra[request->nextra++] = optarg;
        return 0;
    case DISK:
        return take_disk(request, optarg);
    }
    return 0;
}

/* @return 0, or the exit status. */
static int parse(int argc, char **argv, struct request *request)
{
    int stop = 0, index = 0, kind;

    opterr = 0;
    while (stop == 0 && (kind = getopt_long(argc, argv, "", options, &index)) != -1) {
        stop = kind == '?' ? usage_error("unknown option, or one without its value: ", argv[optind - 1])
                           : take(request, (enum option_kind)kind, index);
    }
    if (stop == 0 && optind < argc) {
        stop = usage_error("unexpected argument ", argv[optind]);
    }
    if (stop == 0 && request->machine.iso != NULL && request->machine.append != NULL) {
        stop = usage_error("--append does not go with --iso, whose options are in its boot menu", "");
    }
    return stop;
}

int main(int argc, char **argv)
{
    struct request request = {0};
    int stop = parse(argc, argv, &request);
    if (stop != 0) {
        return stop;
    }
    request.machine.http_port = free_port();
    if (request.run == NULL && isatty(STDIN_FILENO)) {
        return boot_at_terminal(&request);
    }
    request.machine.echo_console = request.run == NULL;
    return boot_unattended(&request);
}
