/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * command_complete.c - what the word under the cursor could become.
 */
#include "command_tree.h"

#include <vmkapi/lib/libc.h>

/** Passes on what begins with the word typed so far. */
struct offer {
    const char *typed;
    command_completion_fn found;
    void *arg;
};

static void offer_word(const struct offer *offer, const char *word)
{
    if (vmk_Strncmp(word, offer->typed, vmk_Strlen(offer->typed)) == 0) {
        offer->found(offer->arg, word);
    }
}

static void offer_children(const struct offer *offer, struct command_tree tree, const char *path)
{
    char child[COMMAND_WORD_MAX] = "";

    while (command_tree_next_child(tree, path, child)) {
        offer_word(offer, child);
    }
}

static void offer_options(const struct offer *offer, const struct command *command)
{
    const struct command_arg *arg;
    char option[COMMAND_WORD_MAX + 2];

    for (arg = command->args; arg != NULL && arg->name != NULL; arg++) {
        vmk_Snprintf(option, sizeof(option), "--%s", arg->name);
        offer_word(offer, option);
    }
    if (command->columns != NULL) {
        offer_word(offer, "--formatter");
    }
    offer_word(offer, "--help");
}

static void offer_choices(const struct offer *offer, const char *choices)
{
    while (*choices != '\0') {
        vmk_ByteCount len = vmk_Strcspn(choices, "|");
        char choice[COMMAND_WORD_MAX];

        vmk_Snprintf(choice, sizeof(choice), "%.*s", (int)len, choices);
        offer_word(offer, choice);
        choices += len + (choices[len] == '|');
    }
}

static void offer_values(const struct offer *offer, const struct command_arg *arg)
{
    char value[COMMAND_LINE_MAX / 4];
    unsigned n;

    if (arg->type == COMMAND_CHOICE) {
        offer_choices(offer, arg->choices);
    } else if (arg->type == COMMAND_BOOL) {
        offer_choices(offer, "true|false");
    }
    for (n = 0; arg->candidate != NULL && arg->candidate(n, value, sizeof(value)); n++) {
        offer_word(offer, value);
    }
}

/** The argument whose value stands after the option @p word. */
static const struct command_arg *option_arg(const struct command *command, const char *word)
{
    const struct command_arg *arg;

    for (arg = command->args; arg != NULL && arg->name != NULL; arg++) {
        if ((vmk_Strncmp(word, "--", 2) == 0 && vmk_Strcmp(word + 2, arg->name) == 0) ||
            (arg->letter != '\0' && word[0] == '-' && word[1] == arg->letter && word[2] == '\0')) {
            return arg;
        }
    }
    return NULL;
}

/** The first argument that a bare word could be for. */
static const struct command_arg *bare_arg(const struct command *command)
{
    const struct command_arg *arg;

    for (arg = command->args; arg != NULL && arg->name != NULL; arg++) {
        if (arg->flags & (COMMAND_REQUIRED | COMMAND_BARE)) {
            return arg;
        }
    }
    return NULL;
}

static void offer_argument(const struct offer *offer, const struct command *command, const char *before)
{
    const struct command_arg *arg = before != NULL ? option_arg(command, before) : NULL;

    if (before != NULL && vmk_Strcmp(before, "--formatter") == 0) {
        offer_choices(offer, "table|json|csv");
        return;
    }
    if (arg != NULL && arg->type != COMMAND_FLAG) {
        offer_values(offer, arg);
        return;
    }
    arg = bare_arg(command);
    if (arg != NULL && offer->typed[0] != '-') {
        offer_values(offer, arg);
    }
    if (offer->typed[0] == '-' || arg == NULL) {
        offer_options(offer, command);
    }
}

void command_complete(struct command_tree tree, const char *line, command_completion_fn found, void *arg)
{
    struct command_words words;
    struct offer offer = {.typed = "", .found = found, .arg = arg};
    char path[COMMAND_PATH_MAX];
    const struct command *command;
    unsigned used;

    if (command_split(line, &words) != VMK_OK) {
        return;
    }
    if (*line != '\0' && !vmk_IsSpace(line[vmk_Strlen(line) - 1]) && words.count > 0) {
        offer.typed = words.word[--words.count];
    }
    used = command_tree_descend(tree, &words, path);
    command = command_tree_find(tree, path);
    if (used == words.count) {
        offer_children(&offer, tree, path);
    }
    if (command != NULL) {
        offer_argument(&offer, command, used < words.count ? words.word[words.count - 1] : NULL);
    }
}
