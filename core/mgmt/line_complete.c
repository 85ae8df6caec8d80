/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * line_complete.c - Tab.
 */
#include "line_complete.h"

#include <vmkapi/lib/libc.h>

/** What all candidates have in common. */
struct common {
    char text[COMMAND_LINE_MAX];
    unsigned candidates;
};

static void narrow(void *arg, const char *word)
{
    struct common *common = arg;
    unsigned i;

    if (common->candidates++ == 0) {
        vmk_Strlcpy(common->text, word, sizeof(common->text));
        return;
    }
    for (i = 0; common->text[i] != '\0' && common->text[i] == word[i]; i++) {
    }
    common->text[i] = '\0';
}

static void list(void *arg, const char *word)
{
    format_print(arg, "  %s\n", word);
}

/** Length of the last word of @p line, 0 after a blank. */
static unsigned last_word_len(const char *line)
{
    vmk_ByteCount len = vmk_Strlen(line), start = len;

    while (start > 0 && line[start - 1] != ' ') {
        start--;
    }
    return (unsigned)(len - start);
}

void line_complete(struct line_edit *edit, struct command_tree tree)
{
    struct common common = {.candidates = 0};
    char line[COMMAND_LINE_MAX];
    unsigned typed;

    vmk_Snprintf(line, sizeof(line), "%.*s", (int)edit->cursor, edit->text);
    typed = last_word_len(line);
    command_complete(tree, line, narrow, &common);
    if (common.candidates == 0) {
        return;
    }
    if (vmk_Strlen(common.text) > typed) {
        line_edit_insert(edit, common.text + typed);
    } else if (common.candidates > 1) {
        line_edit_hide(edit);
        command_complete(tree, line, list, edit->sink);
    }
    if (common.candidates == 1) {
        line_edit_insert(edit, " ");
    }
    line_edit_draw(edit);
}
