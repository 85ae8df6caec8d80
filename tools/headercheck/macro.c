/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * macro.c - reading macros, and C text at large, by its tokens.
 */
#include "macro.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "map.h"

static bool starts_word(char c)
{
    return isalpha((unsigned char)c) || c == '_';
}

static size_t word_length(const char *text)
{
    size_t len = 0;

    while (isalnum((unsigned char)text[len]) || text[len] == '_') {
        len++;
    }
    return len;
}

/* The end of the string or character constant at @text. */
static const char *skip_literal(const char *text)
{
    char quote = *text++;

    while (*text != '\0' && *text != quote && *text != '\n') {
        text += *text == '\\' && text[1] != '\0' ? 2 : 1;
    }
    return *text == quote ? text + 1 : text;
}

/* The next token at @text, which may be at its end; blanks, comments and escaped line ends are none. */
static const char *next_token(const char *text, size_t *len)
{
    for (;;) {
        if (isspace((unsigned char)*text) || (*text == '\\' && text[1] == '\n')) {
            text++;
        } else if (text[0] == '/' && text[1] == '*') {
            const char *end = strstr(text + 2, "*/");

            text = end != NULL ? end + 2 : text + strlen(text);
        } else if (text[0] == '/' && text[1] == '/') {
            text += strcspn(text, "\n");
        } else {
            break;
        }
    }
    if (*text == '\0') {
        *len = 0;
    } else if (isalnum((unsigned char)*text) || *text == '_') {
        *len = word_length(text);
    } else if (*text == '"' || *text == '\'') {
        *len = (size_t)(skip_literal(text) - text);
    } else {
        *len = text[0] == '#' && text[1] == '#' ? 2 : 1;
    }
    return text;
}

static char *copy_token(const char *token, size_t len)
{
    return format("%.*s", (int)len, token);
}

struct macro *macro_read(const char *definition)
{
    struct macro *macro = calloc(1, sizeof(*macro));
    const char *text = definition + word_length(definition);
    size_t len;

    /* A parenthesis opens parameters only where no blank is before it. */
    if (*text == '(') {
        text = next_token(text + 1, &len);
        while (len > 0 && *text != ')') {
            if (starts_word(*text) && macro->num_params < MAX_MACRO_PARAMS) {
                macro->params[macro->num_params++] = copy_token(text, len);
            }
            text = next_token(text + len, &len);
        }
        text += len;
    }
    macro->body = text;
    return macro;
}

static int param_index(const struct macro *macro, const char *word, size_t len)
{
    for (unsigned i = 0; i < macro->num_params; i++) {
        if (strlen(macro->params[i]) == len && memcmp(macro->params[i], word, len) == 0) {
            return (int)i;
        }
    }
    return -1;
}

void text_words(const char *text, void (*visit)(const char *word, void *context), void *context)
{
    size_t len;

    for (text = next_token(text, &len); len > 0; text = next_token(text + len, &len)) {
        if (starts_word(*text)) {
            char *word = copy_token(text, len);

            visit(word, context);
            free(word);
        }
    }
}

void macro_words(const struct macro *macro, void (*visit)(const char *word, void *context), void *context)
{
    size_t len;

    for (const char *text = next_token(macro->body, &len); len > 0; text = next_token(text + len, &len)) {
        if (starts_word(*text) && param_index(macro, text, len) < 0) {
            visit(copy_token(text, len), context);
        }
    }
}

/* The @index-th argument of @call if it is a single token, or NULL. */
static char *argument_of(const char *call, unsigned index)
{
    const char *text = strchr(call, '(');
    unsigned depth = 0;
    size_t len = 1;
    char *found = NULL;
    unsigned tokens = 0;

    for (text = text != NULL ? text : ""; *text != '\0' && len > 0; text = next_token(text + len, &len)) {
        if (*text == '(') {
            depth++;
        }
        if ((*text == ',' && depth == 1) || (*text == ')' && depth == 1)) {
            if (index-- == 0) {
                break;
            }
            found = NULL;
            tokens = 0;
        } else if (*text != '(' || depth > 1) {
            found = copy_token(text, len);
            tokens++;
        }
        if (*text == ')') {
            depth--;
        }
    }
    return tokens == 1 ? found : NULL;
}

/* What a token stands for in a call: itself, or the argument; NULL when that isn't one token. */
static char *meaning(const struct macro *macro, const char *call, const char *token, size_t len)
{
    int index = param_index(macro, token, len);

    return index < 0 ? copy_token(token, len) : argument_of(call, (unsigned)index);
}

void macro_pasted(const struct macro *macro, const char *call, void (*visit)(const char *name, void *context),
                  void *context)
{
    char *pasted = NULL; /* so far */
    bool joined = false; /* … of more than one token */
    bool joins = false;  /* ## was the last token */
    size_t len;

    for (const char *text = next_token(macro->body, &len); len > 0; text = next_token(text + len, &len)) {
        if (len == 2 && memcmp(text, "##", 2) == 0) {
            joins = true;
            continue;
        }
        if (joins) {
            char *more = meaning(macro, call, text, len);

            pasted = pasted != NULL && more != NULL ? format("%s%s", pasted, more) : NULL;
            joined = true;
        } else {
            if (joined && pasted != NULL && starts_word(*pasted)) {
                visit(pasted, context);
            }
            pasted = meaning(macro, call, text, len);
            joined = false;
        }
        joins = false;
    }
    if (joined && pasted != NULL && starts_word(*pasted)) {
        visit(pasted, context);
    }
}
