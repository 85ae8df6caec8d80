/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuzz.h - what fuzz targets share.
 *
 * A target is called with one input after another, in one process. It leaves nothing behind: the next call
 * must not depend on this one.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** The target, called by libFuzzer. @return 0. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/** Prepare the process, where there is something to prepare. @return 0. */
int LLVMFuzzerInitialize(int *argc, char ***argv);

/** What must hold whatever the input is. */
#define FUZZ_REQUIRE(cond)                                                                                   \
    do {                                                                                                     \
        if (!(cond)) {                                                                                       \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #cond);                        \
            abort();                                                                                         \
        }                                                                                                    \
    } while (0)

/** What is left of an input. */
struct fuzz_input {
    const uint8_t *bytes;
    size_t len;
};

/** Take the next @p len bytes to @p to; zeros where the input has ended. */
static inline void fuzz_take(struct fuzz_input *input, void *to, size_t len)
{
    size_t have = len < input->len ? len : input->len;

    memset(to, 0, len);
    if (have != 0) {
        memcpy(to, input->bytes, have);
    }
    input->bytes += have;
    input->len -= have;
}

#endif
