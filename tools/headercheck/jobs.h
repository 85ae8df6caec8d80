/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * jobs.h - files compared, each in a process of its own, several at a time.
 */
#ifndef HEADERCHECK_JOBS_H
#define HEADERCHECK_JOBS_H

#include "report.h"

#define MAX_ARGS    512
#define MAX_FILES   4096
#define MAX_MODULES 1024

struct args {
    unsigned count;
    const char *list[MAX_ARGS];
};

struct job {
    const char *path;
    struct report *module; /* that the file is part of */
};

struct work {
    struct knowledge knowledge;
    struct args our_args;
    struct args linux_args;
    const char *folders[MAX_FOLDERS]; /* of the driver */

    struct report all;
    unsigned num_modules;
    struct report modules[MAX_MODULES];
    unsigned num_jobs;
    struct job jobs[MAX_FILES];
};

void args_add(struct args *args, const char *arg);

/* Do all jobs, as many at a time as there are processors. A file whose process dies is reported as crashed.
 */
void jobs_run(struct work *work);

#endif
