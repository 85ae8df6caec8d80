/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * command_tree.h - a command table seen as a tree of words.
 *
 * A node is named by its path, "network nic"; "" is the root. A command can have children of its own. No
 * state, no locks.
 */
#ifndef CORE_MGMT_COMMAND_TREE_H
#define CORE_MGMT_COMMAND_TREE_H

#include <core/command.h>

#define COMMAND_PATH_MAX 96
#define COMMAND_WORD_MAX 32

struct command_tree {
    const struct command *const *entries;
    unsigned count;
};

/** A command line in words. */
struct command_words {
    unsigned count;
    char *word[COMMAND_WORDS_MAX];
    char text[COMMAND_LINE_MAX]; /**< What they point into. */
};

/** Split a line. Statuses as words_split(). */
VMK_ReturnStatus command_split(const char *line, struct command_words *words);

/** The kernel's own tree. */
struct command_tree command_tree_kernel(void);

/** The command at exactly @p path, or NULL. */
const struct command *command_tree_find(struct command_tree tree, const char *path);

/** @return whether anything lies below the node @p path. */
bool command_tree_has_children(struct command_tree tree, const char *path);

/**
 * Replace @p child by the child word of @p node that follows it in order; "" starts.
 *
 * @return false past the last one.
 */
bool command_tree_next_child(struct command_tree tree, const char *node, char child[COMMAND_WORD_MAX]);

/**
 * Go down the tree along @p words, as far as they lead.
 *
 * @param path receives the node's path.
 * @return how many words were used.
 */
unsigned command_tree_descend(struct command_tree tree, const struct command_words *words,
                              char path[COMMAND_PATH_MAX]);

/** Add a word to a path. @return false, the path as it was, when it gets too long. */
bool command_path_append(char path[COMMAND_PATH_MAX], const char *word);

/** Run @p line against @p tree: command_run() is this with the kernel's tree. */
VMK_ReturnStatus command_tree_run(struct command_tree tree, const char *line, struct format_sink *out,
                                  struct command_stop *stop);

/** From one to the other command_stop() strikes the calling world; stop may be NULL. */
void command_stop_begin(struct command_stop *stop);
void command_stop_end(struct command_stop *stop);

/**
 * Check the words behind a command's path and fill call->values, ->style.
 *
 * @param help set when the words ask for help instead.
 * @return VMK_OK, or VMK_BAD_PARAM after telling why.
 */
VMK_ReturnStatus command_parse(struct command_call *call, char *const *words, unsigned count, bool *help);

/** Write help on a node or command. */
void command_help(struct command_tree tree, const char *path, struct format_sink *out);

/** The text that stands for an argument's value in help: "NUMBER", "panic|fault". */
const char *command_arg_placeholder(const struct command_arg *arg);

/** Receives one possible continuation: the last word in full. */
typedef void (*command_completion_fn)(void *arg, const char *word);

/** Find what the last, perhaps empty, word of @p line could become. */
void command_complete(struct command_tree tree, const char *line, command_completion_fn found, void *arg);

/** How many single-letter edits (neighbours swapped included) turn @p a into @p b; words only. */
unsigned command_distance(const char *a, const char *b);

/** Keeps the best match for a mistyped word. */
struct command_guess {
    const char *typed;
    unsigned distance;
    char best[COMMAND_WORD_MAX]; /**< "" while nothing is near enough. */
};

void command_guess_start(struct command_guess *guess, const char *typed);
void command_guess_offer(struct command_guess *guess, const char *word);

#endif
