/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * command_help.c - help, made from the table.
 */
#include "command_tree.h"

#include <vmkapi/lib/libc.h>

#define HELP_COLUMN 18

static void print_entry(struct format_sink *out, const char *name, const char *text)
{
    format_print(out, "  %-*s  %s\n", HELP_COLUMN, name, text);
}

/** The children of a node in one line, for a node that has no text of its own. */
static void print_summary(struct command_tree tree, const char *path, const char *word,
                          struct format_sink *out)
{
    char child[COMMAND_WORD_MAX] = "";
    char list[160] = "";

    while (command_tree_next_child(tree, path, child)) {
        vmk_Strlcat(list, list[0] == '\0' ? "" : ", ", sizeof(list));
        vmk_Strlcat(list, child, sizeof(list));
    }
    print_entry(out, word, list);
}

static void print_children(struct command_tree tree, const char *path, struct format_sink *out)
{
    char child[COMMAND_WORD_MAX] = "";

    while (command_tree_next_child(tree, path, child)) {
        char child_path[COMMAND_PATH_MAX];
        const struct command *command;

        vmk_Strlcpy(child_path, path, sizeof(child_path));
        if (command_path_append(child_path, child)) {
            command = command_tree_find(tree, child_path);
            if (command != NULL) {
                print_entry(out, child, command->help);
            } else {
                print_summary(tree, child_path, child, out);
            }
        }
    }
}

static void print_usage(const struct command *command, struct format_sink *out)
{
    const struct command_arg *arg;

    format_print(out, "%s\n\nUsage: %s", command->help, command->path);
    for (arg = command->args; arg != NULL && arg->name != NULL; arg++) {
        bool optional = !(arg->flags & COMMAND_REQUIRED);
        const char *placeholder = command_arg_placeholder(arg);

        format_print(out, " %s--%s%s%s%s", optional ? "[" : "", arg->name, *placeholder != '\0' ? " " : "",
                     placeholder, optional ? "]" : "");
    }
    format_print(out, "%s\n", command->columns != NULL ? " [--formatter table|json|csv]" : "");
}

static void print_args(const struct command *command, struct format_sink *out)
{
    const struct command_arg *arg;

    if (command->args == NULL) {
        return;
    }
    format_print(out, "\nArguments:\n");
    for (arg = command->args; arg->name != NULL; arg++) {
        char name[COMMAND_WORD_MAX + 8];

        if (arg->letter != '\0') {
            vmk_Snprintf(name, sizeof(name), "--%s, -%c", arg->name, arg->letter);
        } else {
            vmk_Snprintf(name, sizeof(name), "--%s", arg->name);
        }
        print_entry(out, name, arg->help);
    }
}

static void print_columns(const struct command *command, struct format_sink *out)
{
    const struct format_column *column;

    if (command->columns == NULL) {
        return;
    }
    format_print(out, "\nShows:");
    for (column = command->columns; column->name != NULL; column++) {
        format_print(out, "%s %s%s%s%s", column == command->columns ? "" : ",", column->name,
                     column->unit ? " (" : "", column->unit ? column->unit : "", column->unit ? ")" : "");
    }
    format_print(out, "\n");
}

void command_help(struct command_tree tree, const char *path, struct format_sink *out)
{
    const struct command *command = command_tree_find(tree, path);

    if (command != NULL) {
        print_usage(command, out);
        print_args(command, out);
        print_columns(command, out);
    }
    if (!command_tree_has_children(tree, path)) {
        return;
    }
    format_print(out, "%s%s%s%s:\n", command != NULL ? "\n" : "",
                 *path != '\0' ? "Commands under '" : "Commands", path, *path != '\0' ? "'" : "");
    print_children(tree, path, out);
    format_print(out, "\n'%s%sCOMMAND --help' tells more.\n", path, *path != '\0' ? " " : "");
}
