/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mutate.h - damage to a file's bytes, reproducible from a seed.
 */
#ifndef TESTS_UNIT_SUPPORT_MUTATE_H
#define TESTS_UNIT_SUPPORT_MUTATE_H

#include <stddef.h>

/** A copy of @p len bytes, in an allocation of exactly the length it has, damaged in 1 to 8 places or cut
 * off. */
unsigned char *mutate(const void *bytes, size_t len, unsigned seed, size_t *mutated_len);

#endif
