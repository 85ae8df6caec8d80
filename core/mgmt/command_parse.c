/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * command_parse.c - the words behind a command's path, checked against its arguments.
 */
#include "command_tree.h"

#include <vmkapi/base/assert.h>
#include <vmkapi/lib/libc.h>

static const struct command_arg no_args[] = {{0}};

static const struct command_arg *args_of(const struct command_call *call)
{
    return call->command->args != NULL ? call->command->args : no_args;
}

const char *command_arg_placeholder(const struct command_arg *arg)
{
    switch (arg->type) {
    case COMMAND_UINT:
        return "NUMBER";
    case COMMAND_BOOL:
        return "true|false";
    case COMMAND_CHOICE:
        return arg->choices;
    case COMMAND_FLAG:
        return "";
    case COMMAND_STRING:
        break;
    }
    return "TEXT";
}

/** @return whether @p value is one of "a|b|c". */
static bool choice_has(const char *choices, const char *value)
{
    vmk_ByteCount len = vmk_Strlen(value);

    while (len > 0) {
        vmk_ByteCount step = vmk_Strcspn(choices, "|");

        if (step == len && vmk_Strncmp(choices, value, len) == 0) {
            return true;
        }
        if (choices[step] == '\0') {
            break;
        }
        choices += step + 1;
    }
    return false;
}

/** 1 for a word that means true, 0 for false, -1 for neither. */
static int truth(const char *value)
{
    if (choice_has("true|on|yes|1", value)) {
        return 1;
    }
    return choice_has("false|off|no|0", value) ? 0 : -1;
}

static vmk_uint64 uint_limit(const struct command_arg *arg)
{
    return arg->max != 0 ? arg->max : ~0ul;
}

static bool uint_ok(const struct command_arg *arg, const char *value)
{
    char *end;
    vmk_uint64 number = vmk_Strtoul(value, &end, 0);

    return vmk_IsDigit(value[0]) && *end == '\0' && number >= arg->min && number <= uint_limit(arg);
}

static vmk_StatusValue fail_value(struct command_call *call, const struct command_arg *arg, const char *value)
{
    if (arg->type != COMMAND_UINT) {
        return command_fail(call, VMK_BAD_PARAM, "--%s takes %s, not '%s'", arg->name,
                            command_arg_placeholder(arg), value);
    }
    if (arg->max == 0 && arg->min == 0) {
        return command_fail(call, VMK_BAD_PARAM, "--%s takes a number, not '%s'", arg->name, value);
    }
    return command_fail(call, VMK_BAD_PARAM, "--%s takes a number from %lu to %lu, not '%s'", arg->name,
                        arg->min, uint_limit(arg), value);
}

static VMK_ReturnStatus set_value(struct command_call *call, const struct command_arg *arg, const char *value)
{
    bool ok = (arg->type == COMMAND_UINT && uint_ok(arg, value)) ||
              (arg->type == COMMAND_BOOL && truth(value) >= 0) ||
              (arg->type == COMMAND_CHOICE && choice_has(arg->choices, value)) ||
              arg->type == COMMAND_STRING || arg->type == COMMAND_FLAG;
    const char **slot = &call->values[arg - args_of(call)];

    if (!ok) {
        return fail_value(call, arg, value);
    }
    if (*slot != NULL) {
        return command_fail(call, VMK_BAD_PARAM, "--%s is given twice", arg->name);
    }
    *slot = value;
    return VMK_OK;
}

static vmk_StatusValue fail_option(struct command_call *call, const char *word)
{
    struct command_guess guess;
    const struct command_arg *arg;

    command_guess_start(&guess, word[1] == '-' ? word + 2 : word + 1);
    for (arg = args_of(call); arg->name != NULL; arg++) {
        command_guess_offer(&guess, arg->name);
    }
    command_guess_offer(&guess, "formatter");
    return command_fail(call, VMK_BAD_PARAM, "'%s' has no option '%s';%s%s%s try '%s --help'",
                        call->command->path, word, guess.best[0] != '\0' ? " did you mean '--" : "",
                        guess.best, guess.best[0] != '\0' ? "'?" : "", call->command->path);
}

/** The argument a bare word is for: the first required one still missing, else a bare one. */
static const struct command_arg *bare_target(const struct command_call *call)
{
    const struct command_arg *arg, *bare = NULL;

    for (arg = args_of(call); arg->name != NULL; arg++) {
        if (call->values[arg - args_of(call)] != NULL) {
            continue;
        }
        if (arg->flags & COMMAND_REQUIRED) {
            return arg;
        }
        if (bare == NULL && (arg->flags & COMMAND_BARE)) {
            bare = arg;
        }
    }
    return bare;
}

static VMK_ReturnStatus parse_bare(struct command_call *call, const char *word)
{
    const struct command_arg *arg = bare_target(call);

    if (arg == NULL) {
        return command_fail(call, VMK_BAD_PARAM, "'%s' has no use for '%s'; try '%s --help'",
                            call->command->path, word, call->command->path);
    }
    return set_value(call, arg, word);
}

static const struct command_arg *find_option(const struct command_call *call, const char *word)
{
    const struct command_arg *arg;

    for (arg = args_of(call); arg->name != NULL; arg++) {
        vmk_ByteCount len = vmk_Strlen(arg->name);
        bool is_long = word[1] == '-' && vmk_Strncmp(word + 2, arg->name, len) == 0 &&
                       (word[2 + len] == '\0' || word[2 + len] == '=');
        bool is_short = arg->letter != '\0' && word[1] == arg->letter && word[2] == '\0';

        if (is_long || is_short) {
            return arg;
        }
    }
    return NULL;
}

/** The options every command has stand behind its own in the search. */
static const struct command_arg formatter = {
    .name = "formatter", .type = COMMAND_CHOICE, .choices = "table|json|csv"};

static VMK_ReturnStatus set_formatter(struct command_call *call, const char *value)
{
    vmk_StatusValue status = format_style_parse(value, &call->style);

    return status == VMK_OK ? VMK_OK : fail_value(call, &formatter, value);
}

/** One option and its value. @param used how many words it took. */
static VMK_ReturnStatus parse_option(struct command_call *call, char *const *words, unsigned count,
                                     unsigned *used)
{
    const struct command_arg *arg = find_option(call, words[0]);
    const char *value = vmk_Strchr(words[0], '=');

    if (arg == NULL && vmk_Strncmp(words[0], "--formatter", 11) == 0 &&
        (words[0][11] == '\0' || words[0][11] == '=')) {
        arg = &formatter;
    }
    if (arg == NULL) {
        return fail_option(call, words[0]);
    }
    *used = 1;
    if (arg->type == COMMAND_FLAG) {
        return value == NULL ? set_value(call, arg, "true")
                             : command_fail(call, VMK_BAD_PARAM, "--%s takes no value", arg->name);
    }
    if (value == NULL && count < 2) {
        return command_fail(call, VMK_BAD_PARAM, "--%s needs a value: --%s %s", arg->name, arg->name,
                            command_arg_placeholder(arg));
    }
    if (value == NULL) {
        *used = 2;
        value = words[1];
    } else {
        value++;
    }
    return arg == &formatter ? set_formatter(call, value) : set_value(call, arg, value);
}

static VMK_ReturnStatus check_required(struct command_call *call)
{
    const struct command_arg *arg;

    for (arg = args_of(call); arg->name != NULL; arg++) {
        if ((arg->flags & COMMAND_REQUIRED) && call->values[arg - args_of(call)] == NULL) {
            return command_fail(call, VMK_BAD_PARAM, "'%s' needs --%s %s; try '%s --help'",
                                call->command->path, arg->name, command_arg_placeholder(arg),
                                call->command->path);
        }
    }
    return VMK_OK;
}

VMK_ReturnStatus command_parse(struct command_call *call, char *const *words, unsigned count, bool *help)
{
    vmk_StatusValue status = VMK_OK;
    unsigned i = 0;

    *help = false;
    while (i < count && status == VMK_OK) {
        unsigned used = 1;

        if (vmk_Strcmp(words[i], "--help") == 0 || vmk_Strcmp(words[i], "-h") == 0) {
            *help = true;
            return VMK_OK;
        }
        if (words[i][0] == '-' && words[i][1] != '\0') {
            status = parse_option(call, words + i, count - i, &used);
        } else {
            status = parse_bare(call, words[i]);
        }
        i += used;
    }
    return status == VMK_OK ? check_required(call) : status;
}

static const char *value_of(const struct command_call *call, const char *name, enum command_arg_type type)
{
    const struct command_arg *arg;

    for (arg = args_of(call); arg->name != NULL; arg++) {
        if (vmk_Strcmp(arg->name, name) == 0) {
            VMK_ASSERT(arg->type == type || type == COMMAND_STRING ||
                       (type == COMMAND_BOOL && arg->type == COMMAND_FLAG));
            return call->values[arg - args_of(call)];
        }
    }
    VMK_NOT_REACHED();
}

const char *command_string(const struct command_call *call, const char *name)
{
    return value_of(call, name, COMMAND_STRING);
}

vmk_uint64 command_uint(const struct command_call *call, const char *name, vmk_uint64 otherwise)
{
    const char *value = value_of(call, name, COMMAND_UINT);

    return value != NULL ? vmk_Strtoul(value, NULL, 0) : otherwise;
}

bool command_bool(const struct command_call *call, const char *name, bool otherwise)
{
    const char *value = value_of(call, name, COMMAND_BOOL);

    return value != NULL ? truth(value) == 1 : otherwise;
}
