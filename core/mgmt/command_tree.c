/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * command_tree.c - finding one's way in a table of paths.
 */
#include "command_tree.h"

#include <vmkapi/lib/libc.h>

#include "words.h"

/** What follows @p node in @p path, "" at the node itself, NULL when path lies elsewhere. */
static const char *below(const char *node, const char *path)
{
    vmk_ByteCount len = vmk_Strlen(node);

    if (len == 0) {
        return path;
    }
    if (vmk_Strncmp(node, path, len) != 0 || (path[len] != ' ' && path[len] != '\0')) {
        return NULL;
    }
    return path[len] == ' ' ? path + len + 1 : path + len;
}

const struct command *command_tree_find(struct command_tree tree, const char *path)
{
    unsigned i;

    for (i = 0; i < tree.count; i++) {
        if (vmk_Strcmp(tree.entries[i]->path, path) == 0) {
            return tree.entries[i];
        }
    }
    return NULL;
}

bool command_tree_has_children(struct command_tree tree, const char *path)
{
    char child[COMMAND_WORD_MAX] = "";

    return command_tree_next_child(tree, path, child);
}

bool command_tree_next_child(struct command_tree tree, const char *node, char child[COMMAND_WORD_MAX])
{
    char after[COMMAND_WORD_MAX], word[COMMAND_WORD_MAX];
    bool found = false;
    unsigned i;

    vmk_Strlcpy(after, child, sizeof(after));
    for (i = 0; i < tree.count; i++) {
        const char *rest = below(node, tree.entries[i]->path);

        if (rest == NULL || *rest == '\0') {
            continue;
        }
        vmk_Snprintf(word, sizeof(word), "%.*s", (int)vmk_Strcspn(rest, " "), rest);
        if (vmk_Strcmp(word, after) > 0 && (!found || vmk_Strcmp(word, child) < 0)) {
            vmk_Strlcpy(child, word, COMMAND_WORD_MAX);
            found = true;
        }
    }
    return found;
}

bool command_path_append(char path[COMMAND_PATH_MAX], const char *word)
{
    vmk_ByteCount len = vmk_Strlen(path);

    if (len + 1 + vmk_Strlen(word) >= COMMAND_PATH_MAX) {
        return false;
    }
    vmk_Snprintf(path + len, COMMAND_PATH_MAX - len, "%s%s", len == 0 ? "" : " ", word);
    return true;
}

static bool is_node(struct command_tree tree, const char *path)
{
    return command_tree_find(tree, path) != NULL || command_tree_has_children(tree, path);
}

unsigned command_tree_descend(struct command_tree tree, const struct command_words *words,
                              char path[COMMAND_PATH_MAX])
{
    unsigned used;

    path[0] = '\0';
    for (used = 0; used < words->count; used++) {
        vmk_ByteCount len = vmk_Strlen(path);

        /* A blank inside a quoted word must not pass for two words of a path. */
        if (vmk_Strchr(words->word[used], ' ') != NULL || !command_path_append(path, words->word[used])) {
            break;
        }
        if (!is_node(tree, path)) {
            path[len] = '\0';
            break;
        }
    }
    return used;
}

VMK_ReturnStatus command_split(const char *line, struct command_words *words)
{
    return words_split(line, words->text, sizeof(words->text), words->word, COMMAND_WORDS_MAX, &words->count);
}
