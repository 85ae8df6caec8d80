/* SPDX-License-Identifier: GPL-2.0-only */
/* rwonce.h - one access, as written, neither torn nor repeated. */
#ifndef VMKLINUX_ASM_RWONCE_H
#define VMKLINUX_ASM_RWONCE_H

#include <linux/compiler_types.h>

#define __READ_ONCE(x)       (*(const volatile __unqual_scalar_typeof(x) *)&(x))
#define READ_ONCE(x)         __READ_ONCE(x)
#define __WRITE_ONCE(x, val) (*(volatile typeof(x) *)&(x) = (val))
#define WRITE_ONCE(x, val)                                                                                   \
    do {                                                                                                     \
        __WRITE_ONCE(x, val);                                                                                \
    } while (0)

/* A word that may reach beyond the end of what was allocated, never beyond its page. */
static inline __attribute__((no_sanitize("address"))) unsigned long read_word_at_a_time(const void *addr)
{
    return *(const unsigned long *)addr;
}

#endif
