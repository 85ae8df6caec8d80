/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * headercheck - compares what a Linux driver gets from our headers with what it gets from Linux's.
 *
 *   headercheck OPTION… { --module NAME FILE.c… }…
 *
 *   --name NAME         what to call all of it
 *   --build DIR         the build folder whose compile_commands.json has …
 *   --like FILE         … this file, with whose options ours are parsed
 *   --first OPTION      an option for ours that goes before the others; may be repeated
 *   --linux FILE        the options for Linux's headers, one a line
 *   --both OPTION       an option for both, behind the others; may be repeated
 *   --own DIR           files below DIR/ are the driver's own, too; may be repeated
 *   --headers DIR       where Linux's headers are
 *   --deviations FILE   names that may differ: NUMBER NAME lines
 *   --symbols FILE      vmklinux's symbols.def
 *   --sources FILE      where vmklinux has them: SYMBOL FILE lines
 *   --symvers FILE      Linux's Module.symvers
 *   --port              say what is missing, instead of checking
 *   --json              as JSON
 *
 * Every name of a header that the files' own text spells is looked up on both sides: functions and variables
 * by type, fields by type, constants and macros by value and type, or else by what they expand to. How
 * structs are laid out, and what else is in them, is each side's own, but for those that hardware, the wire
 * or user space knows, too.
 *
 * Exit status: 0 agreement (with --port: the files were looked at), 1 a difference, 2 the comparison could
 * not be made.
 */
#include <clang-c/CXCompilationDatabase.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "jobs.h"
#include "tell.h"

static FILE *open_list(const char *path)
{
    FILE *file = fopen(path, "r");

    if (file == NULL) {
        perror(path);
        exit(2);
    }
    return file;
}

static void put_text(struct map *map, const char *key, const char *text)
{
    *(char **)map_put(map, key, sizeof(char *)) = format("%s", text);
}

/* Deviations are NUMBER NAME lines, sources NAME FILE lines. */
static void read_pairs(struct map *map, const char *path, bool name_is_second)
{
    FILE *file = open_list(path);
    char first[256];
    char second[256];

    while (fscanf(file, "%255s %255s", first, second) == 2) {
        put_text(map, name_is_second ? second : first, name_is_second ? first : second);
    }
    fclose(file);
}

static void read_symbols(struct map *map, const char *path)
{
    FILE *file = open_list(path);
    char line[512];
    char name[256];
    char class[16];

    while (fgets(line, sizeof(line), file) != NULL) {
        if (sscanf(line, "LINUX_SYMBOL(%255[^,], %15[^,],", name, class) == 2) {
            put_text(map, name, class);
        }
    }
    fclose(file);
}

static void read_symvers(struct map *map, const char *path)
{
    FILE *file = open_list(path);
    char line[1024];
    char name[256];
    char module[256];

    while (fgets(line, sizeof(line), file) != NULL) {
        if (sscanf(line, "%*s %255s %255s", name, module) == 2) {
            put_text(map, name, module);
        }
    }
    fclose(file);
}

static void read_args(struct args *args, const char *path)
{
    FILE *file = open_list(path);
    char *line = NULL;
    size_t size = 0;
    ssize_t len;

    while ((len = getline(&line, &size, file)) > 0) {
        line[len - (line[len - 1] == '\n')] = '\0';
        args_add(args, format("%s", line));
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
            args_add(args, arg);
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

/* What the command line says beside the work itself. */
struct mode {
    const char *build;
    const char *like;
    struct args both;
    bool port;
    bool json;
};

static void add_module(struct work *work, const char *name)
{
    if (work->num_modules == MAX_MODULES) {
        fprintf(stderr, "headercheck: more than %d modules\n", MAX_MODULES);
        exit(2);
    }
    work->modules[work->num_modules++].name = name;
    map_put(&work->knowledge.modules, name, sizeof(bool));
}

static void add_file(struct work *work, const char *path)
{
    if (work->num_jobs == MAX_FILES) {
        fprintf(stderr, "headercheck: more than %d files\n", MAX_FILES);
        exit(2);
    }
    if (work->num_modules == 0) {
        add_module(work, work->all.name);
    }
    work->jobs[work->num_jobs++] = (struct job){path, &work->modules[work->num_modules - 1]};
}

static void add_folder(struct work *work, const char *path)
{
    unsigned count = 0;

    while (work->folders[count] != NULL) {
        count++;
    }
    if (count < MAX_FOLDERS - 1) {
        work->folders[count] = format("%s/", path);
    }
}

enum choice {
    OPTION_FILE = 1, /* what is no option */
    OPTION_NAME,
    OPTION_MODULE,
    OPTION_BUILD,
    OPTION_LIKE,
    OPTION_FIRST,
    OPTION_LINUX,
    OPTION_BOTH,
    OPTION_OWN,
    OPTION_HEADERS,
    OPTION_DEVIATIONS,
    OPTION_SYMBOLS,
    OPTION_SOURCES,
    OPTION_SYMVERS,
    OPTION_PORT,
    OPTION_JSON,
};

static void take_option(struct work *work, struct mode *mode, enum choice option, const char *value)
{
    switch (option) {
    case OPTION_FILE:
        add_file(work, value);
        break;
    case OPTION_NAME:
        work->all.name = value;
        break;
    case OPTION_MODULE:
        add_module(work, value);
        break;
    case OPTION_BUILD:
        mode->build = value;
        break;
    case OPTION_LIKE:
        mode->like = value;
        break;
    case OPTION_FIRST:
        args_add(&work->our_args, value);
        break;
    case OPTION_LINUX:
        read_args(&work->linux_args, value);
        break;
    case OPTION_BOTH:
        args_add(&mode->both, value);
        break;
    case OPTION_OWN:
        add_folder(work, value);
        break;
    case OPTION_HEADERS:
        work->knowledge.headers = value;
        break;
    case OPTION_DEVIATIONS:
        read_pairs(&work->knowledge.deviations, value, true);
        break;
    case OPTION_SYMBOLS:
        read_symbols(&work->knowledge.symbols, value);
        break;
    case OPTION_SOURCES:
        read_pairs(&work->knowledge.sources, value, false);
        break;
    case OPTION_SYMVERS:
        read_symvers(&work->knowledge.providers, value);
        break;
    case OPTION_PORT:
        mode->port = true;
        break;
    case OPTION_JSON:
        mode->json = true;
        break;
    }
}

/* False when something is missing or not understood. */
static bool read_options(struct work *work, struct mode *mode, int argc, char **argv)
{
    static const struct option options[] = {
        {"name", required_argument, NULL, OPTION_NAME},
        {"module", required_argument, NULL, OPTION_MODULE},
        {"build", required_argument, NULL, OPTION_BUILD},
        {"like", required_argument, NULL, OPTION_LIKE},
        {"first", required_argument, NULL, OPTION_FIRST},
        {"linux", required_argument, NULL, OPTION_LINUX},
        {"both", required_argument, NULL, OPTION_BOTH},
        {"own", required_argument, NULL, OPTION_OWN},
        {"headers", required_argument, NULL, OPTION_HEADERS},
        {"deviations", required_argument, NULL, OPTION_DEVIATIONS},
        {"symbols", required_argument, NULL, OPTION_SYMBOLS},
        {"sources", required_argument, NULL, OPTION_SOURCES},
        {"symvers", required_argument, NULL, OPTION_SYMVERS},
        {"port", no_argument, NULL, OPTION_PORT},
        {"json", no_argument, NULL, OPTION_JSON},
        {NULL, 0, NULL, 0},
    };
    int option;

    /* '-': files and options in their order; a file comes as option 1. */
    while ((option = getopt_long(argc, argv, "-", options, NULL)) != -1) {
        if (option == '?') {
            return false;
        }
        take_option(work, mode, (enum choice)option, optarg);
    }
    return mode->build != NULL && mode->like != NULL && work->knowledge.headers != NULL &&
           work->linux_args.count > 0 && work->num_jobs > 0;
}

/* What both sides are parsed with: all errors; a function nobody declared is one, too. */
static void add_common_args(struct args *args, const struct args *both)
{
    args_add(args, "-Werror=implicit-function-declaration");
    args_add(args, "-ferror-limit=0");
    for (unsigned i = 0; i < both->count; i++) {
        args_add(args, both->list[i]);
    }
}

int main(int argc, char **argv)
{
    static struct work work = {.all.name = "driver"};
    static struct mode mode;
    bool agrees = true;

    if (!read_options(&work, &mode, argc, argv)) {
        fprintf(stderr, "headercheck: wants --build, --like, --linux, --headers and files\n");
        return 2;
    }
    find_args(&work.our_args, mode.build, mode.like);
    add_common_args(&work.our_args, &mode.both);
    add_common_args(&work.linux_args, &mode.both);
    jobs_run(&work);
    if (mode.json) {
        tell_json(&work.all, work.modules, work.num_modules, &work.knowledge);
    } else if (mode.port) {
        tell_port(&work.all, &work.knowledge);
        if (work.num_modules > 1) {
            tell_modules(work.modules, work.num_modules, &work.knowledge);
        }
    } else {
        agrees = tell_check(&work.all, &work.knowledge);
    }
    return work.all.crashed.count > 0 ? 2 : agrees ? 0 : 1;
}
