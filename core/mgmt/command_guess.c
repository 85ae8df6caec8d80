/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * command_guess.c - what a mistyped word may have meant.
 */
#include "command_tree.h"

#include <vmkapi/lib/libc.h>

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Optimal string alignment: three rows of the edit-distance table are enough to see a swap. */
unsigned command_distance(const char *a, const char *b)
{
    unsigned rows[3][COMMAND_WORD_MAX + 1];
    unsigned la = (unsigned)vmk_Strnlen(a, COMMAND_WORD_MAX), lb = (unsigned)vmk_Strnlen(b, COMMAND_WORD_MAX);
    unsigned i, j;

    for (j = 0; j <= lb; j++) {
        rows[0][j] = j;
    }
    for (i = 1; i <= la; i++) {
        unsigned *now = rows[i % 3], *before = rows[(i - 1) % 3];

        now[0] = i;
        for (j = 1; j <= lb; j++) {
            now[j] = least(least(before[j], now[j - 1]) + 1, before[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                now[j] = least(now[j], rows[(i - 2) % 3][j - 2] + 1);
            }
        }
    }
    return rows[la % 3][lb];
}

void command_guess_start(struct command_guess *guess, const char *typed)
{
    guess->typed = typed;
    guess->best[0] = '\0';
    /* A third of the letters may be wrong, and one always. */
    guess->distance = (unsigned)vmk_Strlen(typed) / 3 + 2;
}

void command_guess_offer(struct command_guess *guess, const char *word)
{
    unsigned distance = command_distance(guess->typed, word);
    vmk_ByteCount len = vmk_Strlen(guess->typed);

    /* What was begun right is the likeliest: "net" for "network". */
    if (len >= 2 && vmk_Strncmp(guess->typed, word, len) == 0) {
        distance = 0;
    }
    if (distance < guess->distance) {
        guess->distance = distance;
        vmk_Strlcpy(guess->best, word, sizeof(guess->best));
    }
}
