/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * macro.h - a macro's definition as text: what it mentions, and what it makes by pasting.
 */
#ifndef HEADERCHECK_MACRO_H
#define HEADERCHECK_MACRO_H

#include <stdbool.h>

#define MAX_MACRO_PARAMS 16

struct macro {
    unsigned num_params;
    char *params[MAX_MACRO_PARAMS];
    const char *body; /* what it expands to */
};

/* Read "NAME(A, B) BODY" or "NAME BODY". */
struct macro *macro_read(const char *definition);

/* Call @visit for each word of the body that is not a parameter. */
void macro_words(const struct macro *macro, void (*visit)(const char *word, void *context), void *context);

/* Call @visit for each name that the body makes with ## when called as @call, "NAME(X, Y)". */
void macro_pasted(const struct macro *macro, const char *call, void (*visit)(const char *name, void *context),
                  void *context);

/* Call @visit for each identifier of @text outside of comments, strings and numbers. */
void text_words(const char *text, void (*visit)(const char *word, void *context), void *context);

#endif
