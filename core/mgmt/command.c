/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * command.c - from a line to a handler's status.
 */
#include <core/command.h>

#include <vmkapi/lib/libc.h>

#include "command_tree.h"

#define MESSAGE_MAX 320

static vmk_StatusValue fail_text(struct format_sink *out, vmk_StatusValue status, const char *text)
{
    format_print(out, "error: %s\n", text);
    return status;
}

vmk_StatusValue command_fail(struct command_call *call, vmk_StatusValue status, const char *fmt, ...)
{
    char text[MESSAGE_MAX];
    va_list args;

    va_start(args, fmt);
    vmk_Vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    call->explained = true;
    return fail_text(call->out, status, text);
}

static VMK_ReturnStatus fail_unknown(struct command_tree tree, const char *path, const char *word,
                                     struct format_sink *out)
{
    char child[COMMAND_WORD_MAX] = "";
    struct command_guess guess;
    char text[MESSAGE_MAX];
    bool top = *path == '\0';

    command_guess_start(&guess, word);
    while (command_tree_next_child(tree, path, child)) {
        command_guess_offer(&guess, child);
    }
    vmk_Snprintf(text, sizeof(text), "unknown command '%s'%s%s%s;%s%s%s try '%s%shelp'", word,
                 top ? "" : " under '", path, top ? "" : "'", guess.best[0] != '\0' ? " did you mean '" : "",
                 guess.best, guess.best[0] != '\0' ? "'?" : "", path, top ? "" : " ");
    return fail_text(out, VMK_BAD_PARAM, text);
}

/** Call the handler with its emission open, and say what failed if it doesn't. */
static VMK_ReturnStatus call_handler(struct command_call *call)
{
    const struct command *command = call->command;
    vmk_StatusValue status, written = VMK_OK;

    if (command->columns != NULL) {
        format_begin(&call->format, call->out, call->style, command->shape, command->columns);
    }
    command_stop_begin(call->stop);
    status = command->handler(call);
    command_stop_end(call->stop);
    if (command->columns != NULL && (status == VMK_OK || call->format.nrows > 0)) {
        written = format_end(&call->format);
    }
    status = status == VMK_OK ? written : status;
    if (status == VMK_WAIT_INTERRUPTED && !call->explained) {
        return command_fail(call, status, "stopped");
    }
    if (status != VMK_OK && !call->explained) {
        return command_fail(call, status, "%s: %s", command->path, vmk_StatusToString(status));
    }
    return status;
}

static VMK_ReturnStatus run_command(struct command_tree tree, const struct command *command,
                                    char *const *words, unsigned count, struct format_sink *out,
                                    struct command_stop *stop)
{
    struct command_call call = {.command = command, .out = out, .stop = command->stoppable ? stop : NULL};
    bool help;
    vmk_StatusValue status = command_parse(&call, words, count, &help);

    if (help) {
        command_help(tree, command->path, out);
        return VMK_OK;
    }
    return status == VMK_OK ? call_handler(&call) : status;
}

static bool is_help(const char *word)
{
    return vmk_Strcmp(word, "help") == 0 || vmk_Strcmp(word, "--help") == 0 || vmk_Strcmp(word, "-h") == 0;
}

/** `help`, `help network nic` and `network nic help` are the same; so are inner nodes by themselves. */
static VMK_ReturnStatus run_words(struct command_tree tree, struct command_words *words,
                                  struct format_sink *out, struct command_stop *stop)
{
    bool help = is_help(words->word[0]);
    char path[COMMAND_PATH_MAX];
    const struct command *command;
    unsigned used;

    if (help) {
        words->count--;
        vmk_Memmove(words->word, words->word + 1, words->count * sizeof(words->word[0]));
    } else if (is_help(words->word[words->count - 1])) {
        help = true;
        words->count--;
    }
    used = command_tree_descend(tree, words, path);
    command = command_tree_find(tree, path);
    if (command != NULL && !help) {
        return run_command(tree, command, words->word + used, words->count - used, out, stop);
    }
    if (used < words->count && command == NULL) {
        return fail_unknown(tree, path, words->word[used], out);
    }
    command_help(tree, path, out);
    return VMK_OK;
}

VMK_ReturnStatus command_tree_run(struct command_tree tree, const char *line, struct format_sink *out,
                                  struct command_stop *stop)
{
    struct command_words words;
    vmk_StatusValue status = command_split(line, &words);

    if (status == VMK_BAD_FORMAT) {
        return fail_text(out, VMK_BAD_PARAM, "a quote is left open");
    }
    if (status != VMK_OK) {
        return fail_text(out, VMK_BAD_PARAM, "the line is too long or has too many words");
    }
    return words.count == 0 ? VMK_OK : run_words(tree, &words, out, stop);
}
