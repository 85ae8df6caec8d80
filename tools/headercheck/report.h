/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * report.h - what the files of a driver came to, name by name.
 */
#ifndef HEADERCHECK_REPORT_H
#define HEADERCHECK_REPORT_H

#include <stdio.h>
#include "compare.h"

/* What is known of names beside what the headers say. */
struct knowledge {
    const char *headers;   /* the folder of Linux's */
    struct map deviations; /* char *: the number, by name */
    struct map symbols;    /* char *: the class in symbols.def, by name */
    struct map sources;    /* char *: the file of vmklinux that has the symbol */
    struct map providers;  /* char *: what has the symbol in Linux, "vmlinux" or a module */
    struct map modules;    /* bool: those that are looked at */
};

struct result {
    struct comparison comparison;
    unsigned uses;
    char *header; /* Linux's */
};

struct report {
    const char *name; /* of the driver */
    unsigned files;
    unsigned lines;
    struct map results;   /* struct result, by name */
    struct map not_found; /* bool: headers of which we have none */
    struct map errors;    /* bool: what the driver's own text is refused for, with Linux's headers */
    struct map refused;   /* bool: … here */
    struct map options;   /* bool: CONFIG_ options it asks for that Linux's build has and ours lacks */
    struct map crashed;   /* bool: files of which nothing is known */
};

/* The largest part of what a name can come to. */
struct counts {
    unsigned names;
    unsigned agree;
    unsigned deviate;
    unsigned differ;
    unsigned missing;
    unsigned not_compared;
    unsigned headers_missing; /* that the driver includes and a driver does not get */
    unsigned symbols;         /* missing, that Linux's kernel has */
    unsigned library_symbols; /* missing, that another driver has */
    unsigned traps;
};

/* Compare what the driver uses in one file; parsed against our headers and Linux's. */
void report_add(struct report *report, const struct knowledge *knowledge, const struct unit *ours,
                const struct unit *theirs);

/* Write all of @report; read such into @report, beside what it has. False when it breaks off. */
void report_write(const struct report *report, FILE *file);
bool report_read(struct report *report, FILE *file);

struct counts report_count(const struct report *report, const struct knowledge *knowledge);

/* The number of the deviation that lets @name differ, or NULL. */
const char *deviation_of(const struct knowledge *knowledge, const char *name);

/* What has the symbol @name in Linux: "vmlinux" or a driver's module. */
const char *provider_of(const struct knowledge *knowledge, const char *name);

/* Whether the symbol @name is to be written: vmklinux has it not, nor does one of the modules themselves. */
bool is_lacking(const struct knowledge *knowledge, const char *name);

/* Whether @name is a symbol that is a trap here. */
bool is_trap(const struct knowledge *knowledge, const char *name);

#endif
