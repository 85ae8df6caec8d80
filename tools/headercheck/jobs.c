/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * jobs.c - a process for each file: libclang may use as much memory as it likes, or crash on what it can't
 * read, and nothing is left of it.
 */
#include "jobs.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_WORKERS 16

struct worker {
    pid_t pid; /* 0: free */
    const struct job *job;
    FILE *output;
};

void args_add(struct args *args, const char *arg)
{
    if (args->count == MAX_ARGS) {
        fprintf(stderr, "headercheck: more than %d compiler options\n", MAX_ARGS);
        exit(2);
    }
    args->list[args->count++] = arg;
}

/* What a file of a module is compiled with besides: Linux writes '_' for '-' in names. */
static void add_names(struct args *args, const struct job *job)
{
    const char *slash = strrchr(job->path, '/');
    char *module = format("%s", job->module->name);
    char *base = format("%.*s", (int)strcspn(slash + 1, "."), slash + 1);

    for (char *c = module; *c != '\0'; c++) {
        *c = *c == '-' ? '_' : *c;
    }
    args_add(args, "-UKBUILD_MODNAME");
    args_add(args, "-UKBUILD_BASENAME");
    args_add(args, format("-DKBUILD_MODNAME=\"%s\"", module));
    args_add(args, format("-DKBUILD_BASENAME=\"%s\"", base));
}

static struct unit *parse(CXIndex index, const struct work *work, const struct args *common,
                          const struct job *job, const char *probes)
{
    struct args args = *common;

    add_names(&args, job);
    return unit_parse(index, job->path, work->folders, args.count, args.list, probes);
}

static void compare_file(const struct work *work, const struct job *job, FILE *output)
{
    struct report report = {.name = job->module->name};
    char *probes = unit_make_probes(job->path);
    CXIndex index = clang_createIndex(0, 0);

    report_add(&report, &work->knowledge, parse(index, work, &work->our_args, job, probes),
               parse(index, work, &work->linux_args, job, probes));
    report_write(&report, output);
    fflush(output);
}

static void start(const struct work *work, struct worker *worker, const struct job *job)
{
    worker->job = job;
    worker->output = tmpfile();
    fflush(stdout);
    worker->pid = worker->output != NULL ? fork() : -1;
    if (worker->pid < 0) {
        perror("headercheck");
        exit(2);
    }
    if (worker->pid == 0) {
        compare_file(work, job, worker->output);
        _exit(0);
    }
}

/* Read what a process has found, once for its module and once for all. */
static void finish(struct work *work, struct worker *worker, int status)
{
    const struct job *job = worker->job;
    bool complete = status == 0;

    rewind(worker->output);
    complete = report_read(job->module, worker->output) && complete;
    rewind(worker->output);
    report_read(&work->all, worker->output);
    if (!complete) {
        map_put(&work->all.crashed, job->path, sizeof(bool));
        map_put(&job->module->crashed, job->path, sizeof(bool));
    }
    fclose(worker->output);
    worker->pid = 0;
}

static void wait_for_one(struct work *work, struct worker *workers)
{
    int status;
    pid_t pid = wait(&status);

    for (unsigned i = 0; i < MAX_WORKERS; i++) {
        if (pid > 0 && workers[i].pid == pid) {
            finish(work, &workers[i], status);
            return;
        }
    }
}

static unsigned count_processors(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);

    return count < 1 ? 1 : count > MAX_WORKERS ? MAX_WORKERS : (unsigned)count;
}

void jobs_run(struct work *work)
{
    struct worker workers[MAX_WORKERS] = {0};
    unsigned limit = count_processors();
    unsigned running = 0;

    for (unsigned next = 0; next < work->num_jobs || running > 0;) {
        if (next < work->num_jobs && running < limit) {
            unsigned i = 0;

            while (workers[i].pid != 0) {
                i++;
            }
            start(work, &workers[i], &work->jobs[next++]);
            running++;
        } else {
            wait_for_one(work, workers);
            running--;
        }
    }
}
