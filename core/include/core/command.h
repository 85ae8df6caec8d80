/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * command.h - the command tree: one table says what there is, and makes help, usage errors, completion,
 * argument checks and output columns.
 *
 * A subsystem adds commands in its own *_commands.c:
 *
 *     static const struct command_arg nic_args[] = {
 *         {.name = "nic-name", .letter = 'n', .type = COMMAND_STRING, .flags = COMMAND_REQUIRED, .help = "The
 * uplink", .candidate = nic_candidate}, {0}}; static const struct format_column nic_columns[] = {{"Name",
 * FORMAT_STRING}, {"Speed", FORMAT_UINT, "Mbps"}, {0}}; static VMK_ReturnStatus nic_get(struct command_call
 * *call)
 *     {
 *         const char *name = command_string(call, "nic-name");
 *         ...
 *         return command_fail(call, VMK_NOT_FOUND, "there is no uplink '%s'; 'network nic list' shows them",
 * name);
 *         ...
 *         format_row(&call->format);
 *         format_string(&call->format, nic->name);
 *         format_uint(&call->format, nic->speed);
 *         return VMK_OK;
 *     }
 *     COMMAND(network_nic_get, .path = "network nic get", .help = "Show one uplink", .handler = nic_get,
 *             .args = nic_args, .columns = nic_columns, .shape = FORMAT_RECORD);
 *
 * On a line an argument is `--nic-name vmnic0`, `--nic-name=vmnic0`, `-n vmnic0`, or a bare word: bare words
 * fill, in table order, the required arguments still missing, then the COMMAND_BARE ones.
 * `--formatter=table|json|csv` and `--help` are understood by all. Words may be quoted '…' or "…". Context:
 * world, for everything here.
 */
#ifndef CORE_COMMAND_H
#define CORE_COMMAND_H

#include <stdbool.h>

#include <core/format.h>
#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>
#include <vmkapi/base/world.h>
#include <vmkapi/core/spinlock.h>

#define COMMAND_LINE_MAX  512 /**< Longest command line, NUL included. */
#define COMMAND_WORDS_MAX 48
#define COMMAND_ARGS_MAX  16

enum command_arg_type {
    COMMAND_STRING,
    COMMAND_UINT,   /**< Decimal or 0x…, within min..max when max is not 0. */
    COMMAND_BOOL,   /**< true/false, on/off, yes/no, 1/0. */
    COMMAND_FLAG,   /**< Present or not; takes no value. */
    COMMAND_CHOICE, /**< One of .choices, "a|b|c". */
};

#define COMMAND_REQUIRED 1u
#define COMMAND_BARE     2u /**< Optional, and may stand without its name. */

/** One argument; a table of them ends with a NULL name. */
struct command_arg {
    const char *name; /**< Without dashes. */
    char letter;      /**< Short form, 0 for none. */
    enum command_arg_type type;
    unsigned flags;
    const char *help;
    const char *choices;
    vmk_uint64 min, max;
    /** The @p n-th value worth offering at tab, into @p text; false past the last. May be NULL. */
    bool (*candidate)(unsigned n, char *text, vmk_ByteCount len);
};

struct command_call;

/** Do the command. Rows go to &call->format, free text by command_print(). */
typedef VMK_ReturnStatus (*command_handler)(struct command_call *call);

struct command {
    const char *path; /**< Words separated by single blanks. */
    const char *help; /**< One line, capital first, no full stop. */
    command_handler handler;
    const struct command_arg *args;      /**< NULL when it takes none. */
    const struct format_column *columns; /**< NULL when it lists nothing. */
    enum format_shape shape;
    bool stoppable; /**< command_stop() ends its interruptible waits with VMK_WAIT_INTERRUPTED: it then tells
                       what it has reached, and returns that status. */
};

/** One end at which commands are typed, and one under way can be stopped. */
struct command_stop {
    vmk_SpinlockObject lock;                /**< Rank CONSOLE_INPUT. */
    vmk_WorldID world VMK_GUARDED_BY(lock); /**< Runs a stoppable command; else VMK_INVALID_WORLD_ID. */
};

/** @p stop_name is static text. */
#define COMMAND_STOP_INITIALIZER(stop_name)                                                                  \
    {                                                                                                        \
        .lock = VMK_SPINLOCK_INITIALIZER(stop_name, VMK_RANK_CONSOLE_INPUT), .world = VMK_INVALID_WORLD_ID   \
    }

/** Stop the command under way. Context: any but NMI. @return false: there is none, or none that is stoppable.
 */
bool command_stop(struct command_stop *stop);

/** Add a command to the kernel's tree. @p ident is unique in its file. */
#define COMMAND(ident, ...)                                                                                  \
    static const struct command command_##ident = {__VA_ARGS__};                                             \
    static const struct command *const command_entry_##ident                                                 \
        __attribute__((used, section(".vmk.commands"))) = &command_##ident

/** One run of one command. */
struct command_call {
    const struct command *command;
    struct format_sink *out;
    struct command_stop *stop; /**< What can stop it; NULL: nothing. */
    struct format format;      /**< Begun for .columns when the handler is called, ended after it. */
    enum format_style style;
    const char *values[COMMAND_ARGS_MAX]; /**< As text, checked; NULL when not given. */
    bool explained;                       /**< command_fail() has told the user why. */
};

/** An argument's value; NULL, @p otherwise or false when it was not given. Any argument has one as a string.
 */
const char *command_string(const struct command_call *call, const char *name);
vmk_uint64 command_uint(const struct command_call *call, const char *name, vmk_uint64 otherwise);
bool command_bool(const struct command_call *call, const char *name, bool otherwise);

/** Write free text to the command's output. */
#define command_print(call, ...) format_print((call)->out, __VA_ARGS__)

/** Tell the user the cause and the cure in one line; @return @p status. */
vmk_StatusValue command_fail(struct command_call *call, vmk_StatusValue status, const char *fmt, ...)
    VMK_ATTRIBUTE_PRINTF(3, 4);

/**
 * Run one command line of the kernel's tree; output and errors go to @p out. An empty line does nothing.
 *
 * @param stop  what can stop it meanwhile, of this world alone; NULL: nothing.
 * @return VMK_OK, VMK_BAD_PARAM for a line that isn't understood (the output says why), or the handler's
 * status.
 */
VMK_ReturnStatus command_run(const char *line, struct format_sink *out, struct command_stop *stop);

#endif
