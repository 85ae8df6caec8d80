/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * words.c - cutting lines up.
 */
#include "words.h"

#include <vmkapi/lib/libc.h>

/** Follow quotes: the open one, or 0, after @p c. */
static char quote_after(char quote, char c)
{
    if (quote != '\0') {
        return c == quote ? '\0' : quote;
    }
    return c == '"' || c == '\'' ? c : '\0';
}

VMK_ReturnStatus words_split(const char *line, char *text, vmk_ByteCount size, char **words, unsigned max,
                             unsigned *count)
{
    char quote = '\0';
    vmk_Bool inside = VMK_FALSE;

    *count = 0;
    if (vmk_Strlen(line) >= size) {
        return VMK_LIMIT_EXCEEDED;
    }
    for (; *line != '\0'; line++) {
        char next = quote_after(quote, *line);

        if (quote == '\0' && vmk_IsSpace(*line)) {
            /* A word and its NUL never take more room than the word and this blank did. */
            *text = '\0';
            text += inside;
            inside = VMK_FALSE;
            continue;
        }
        if (!inside && *count == max) {
            return VMK_LIMIT_EXCEEDED;
        }
        if (!inside) {
            words[(*count)++] = text;
            inside = VMK_TRUE;
        }
        if (next == quote) {
            *text++ = *line;
        }
        quote = next;
    }
    *text = '\0';
    return quote == '\0' ? VMK_OK : VMK_BAD_FORMAT;
}

vmk_Bool words_next_command(const char **script, char *line, vmk_ByteCount size)
{
    const char *start, *p = *script;
    char quote = '\0';

    while (vmk_IsSpace(*p) || *p == ';') {
        p++;
    }
    for (start = p; *p != '\0' && (*p != ';' || quote != '\0'); p++) {
        quote = quote_after(quote, *p);
    }
    *script = p;
    while (p > start && vmk_IsSpace(p[-1])) {
        p--;
    }
    vmk_Snprintf(line, size, "%.*s", (int)(p - start), start);
    return p > start;
}
