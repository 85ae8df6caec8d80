/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * type.h - a type, spelled so that two spellings are equal when a driver cannot tell the types apart.
 *
 * Typedefs are seen through, but for those that mean something: a __bitwise one (__le16, gfp_t) and one that
 * names a record (spinlock_t), whose tag is its headers' own. Where pointers point (__iomem, __user, __rcu,
 * __percpu) is part of the type: marks.h makes these words attributes that libclang shows.
 */
#ifndef HEADERCHECK_TYPE_H
#define HEADERCHECK_TYPE_H

#include <clang-c/Index.h>
#include <stdbool.h>

char *type_spell(CXType type);

bool type_is_record(CXType type);

/* Whether the spelled @type says in which order its bytes are: __le16, __be32, … */
bool type_has_byte_order(const char *type);

#endif
