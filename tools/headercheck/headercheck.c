/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * headercheck - compares what a Linux driver gets from our headers with what it gets from Linux's.
 *
 *   headercheck OPTION… FILE.c…
 *
 *   --driver NAME       what to call it
 *   --build DIR         the build folder whose compile_commands.json has …
 *   --like FILE         … this file, with whose options ours are parsed
 *   --first OPTION      an option for ours that goes before the others; may be repeated
 *   --linux FILE        the options for Linux's headers, one a line
 *   --headers DIR       where Linux's headers are
 *   --deviations FILE   names that may differ: NUMBER NAME lines
 *   --symbols FILE      vmklinux's symbols.def
 *   --port              say what is missing, instead of checking
 *
 * Every name of a header that the files' own text spells is looked up on both sides: functions and variables
 * by type, fields by type, constants and macros by value or else by the type of what they expand to. How
 * structs are laid out, and what else is in them, is each side's own.
 *
 * Exit status: 0 agreement (always with --port), 1 a difference, 2 the comparison could not be made.
 */
#include <clang-c/CXCompilationDatabase.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "report.h"

#define MAX_ARGS 256

struct args {
    unsigned count;
    const char *list[MAX_ARGS];
};

static void add_arg(struct args *args, const char *arg)
{
    if (args->count == MAX_ARGS) {
        fprintf(stderr, "headercheck: more than %d compiler options\n", MAX_ARGS);
        exit(2);
    }
    args->list[args->count++] = arg;
}

/* What both sides are parsed with: all errors; a function nobody declared is one, too. */
static void add_common_args(struct args *args)
{
    add_arg(args, "-Werror=implicit-function-declaration");
    add_arg(args, "-ferror-limit=0");
}

static void read_args(struct args *args, const char *path)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t size = 0;
    ssize_t len;

    if (file == NULL) {
        perror(path);
        exit(2);
    }
    while ((len = getline(&line, &size, file)) > 0) {
        line[len - (line[len - 1] == '\n')] = '\0';
        add_arg(args, format("%s", line));
    }
    free(line);
    fclose(file);
}

/* The options of a compile command: not the compiler nor what starts it, the source, the output. */
static void add_command(struct args *args, CXCompileCommand command)
{
    unsigned count = clang_CompileCommand_getNumArgs(command);
    unsigned i = 0;

    while (i < count && take(clang_CompileCommand_getArg(command, i))[0] != '-') {
        i++;
    }
    for (; i < count; i++) {
        char *arg = take(clang_CompileCommand_getArg(command, i));

        if (strcmp(arg, "-o") == 0 || strcmp(arg, "-c") == 0) {
            i++;
        } else if (strcmp(arg, "--") != 0) {
            add_arg(args, arg);
        }
    }
}

static void find_args(struct args *args, const char *build, const char *like)
{
    CXCompilationDatabase_Error failed;
    CXCompilationDatabase database = clang_CompilationDatabase_fromDirectory(build, &failed);
    CXCompileCommands commands = NULL;

    if (failed == CXCompilationDatabase_NoError) {
        commands = clang_CompilationDatabase_getCompileCommands(database, like);
    }
    if (commands == NULL || clang_CompileCommands_getSize(commands) == 0) {
        fprintf(stderr, "headercheck: %s does not say how %s is compiled\n", build, like);
        exit(2);
    }
    add_command(args, clang_CompileCommands_getCommand(commands, 0));
    clang_CompileCommands_dispose(commands);
    clang_CompilationDatabase_dispose(database);
}

struct probing {
    const struct unit *ours;
    const struct unit *theirs;
    struct map probed;
    char *probes;
};

static bool is_object_macro(const struct unit *unit, const char *name)
{
    const CXCursor *macro = map_find(&unit->macros, name);

    return macro != NULL && !clang_Cursor_isMacroFunctionLike(*macro);
}

static void add_probe(const char *name, void *value, void *context)
{
    struct probing *probing = context;

    (void)value;
    if ((is_object_macro(probing->ours, name) || is_object_macro(probing->theirs, name)) &&
        map_find(&probing->probed, name) == NULL) {
        map_put(&probing->probed, name, sizeof(bool));
        probing->probes = unit_add_probe(probing->probes, name);
    }
}

/* Parse twice: to see which macros are used, then with probes for them. */
static void compare_file(struct report *report, const char *path, const struct args *our_args,
                         const struct args *linux_args)
{
    CXIndex index = clang_createIndex(0, 0);
    struct unit *ours = unit_parse(index, path, our_args->count, our_args->list, NULL);
    struct unit *theirs = unit_parse(index, path, linux_args->count, linux_args->list, NULL);
    struct probing probing = {.ours = ours, .theirs = theirs, .probes = format("%s", "")};

    map_walk(&ours->uses, add_probe, &probing);
    map_walk(&theirs->uses, add_probe, &probing);
    unit_free(ours);
    unit_free(theirs);

    ours = unit_parse(index, path, our_args->count, our_args->list, probing.probes);
    theirs = unit_parse(index, path, linux_args->count, linux_args->list, probing.probes);
    report_add(report, ours, theirs);
    unit_free(ours);
    unit_free(theirs);
    clang_disposeIndex(index);
}

struct job {
    struct report report;
    struct args our_args;
    struct args linux_args;
    bool port;
};

/* Do what the options say; the rest are files. False when something is missing. */
static bool read_options(struct job *job, int argc, char **argv)
{
    enum { DRIVER = 1, BUILD, LIKE, FIRST, LINUX, HEADERS, DEVIATIONS, SYMBOLS, PORT };
    static const struct option options[] = {
        {"driver", required_argument, NULL, DRIVER},
        {"build", required_argument, NULL, BUILD},
        {"like", required_argument, NULL, LIKE},
        {"first", required_argument, NULL, FIRST},
        {"linux", required_argument, NULL, LINUX},
        {"headers", required_argument, NULL, HEADERS},
        {"deviations", required_argument, NULL, DEVIATIONS},
        {"symbols", required_argument, NULL, SYMBOLS},
        {"port", no_argument, NULL, PORT},
        {NULL, 0, NULL, 0},
    };
    const char *build = NULL;
    const char *like = NULL;
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case DRIVER:
            job->report.driver = optarg;
            break;
        case BUILD:
            build = optarg;
            break;
        case LIKE:
            like = optarg;
            break;
        case FIRST:
            add_arg(&job->our_args, optarg);
            break;
        case LINUX:
            read_args(&job->linux_args, optarg);
            break;
        case HEADERS:
            job->report.headers = optarg;
            break;
        case DEVIATIONS:
            report_read_deviations(&job->report, optarg);
            break;
        case SYMBOLS:
            report_read_symbols(&job->report, optarg);
            break;
        case PORT:
            job->port = true;
            break;
        default:
            return false;
        }
    }
    if (build == NULL || like == NULL || job->report.headers == NULL || job->linux_args.count == 0) {
        return false;
    }
    find_args(&job->our_args, build, like);
    return true;
}

int main(int argc, char **argv)
{
    static struct job job = {.report.driver = "driver"};

    if (!read_options(&job, argc, argv) || optind == argc) {
        fprintf(stderr, "headercheck: wants --build, --like, --linux, --headers and files\n");
        return 2;
    }
    add_common_args(&job.our_args);
    add_common_args(&job.linux_args);
    for (int i = optind; i < argc; i++) {
        compare_file(&job.report, argv[i], &job.our_args, &job.linux_args);
    }
    if (job.port) {
        report_port(&job.report);
        return 0;
    }
    return report_check(&job.report) ? 0 : 1;
}
