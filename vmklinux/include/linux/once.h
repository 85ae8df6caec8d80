/* SPDX-License-Identifier: GPL-2.0-only */
/* once.h - calling something the first time one comes by. */
#ifndef VMKLINUX_LINUX_ONCE_H
#define VMKLINUX_LINUX_ONCE_H

#include <linux/atomic.h>
#include <linux/types.h>

/* Whether this was the time. */
#define DO_ONCE(func, ...)                                                                                   \
    ({                                                                                                       \
        static bool ___done;                                                                                 \
        bool ___ret = !READ_ONCE(___done) && !xchg(&___done, true);                                          \
        if (unlikely(___ret))                                                                                \
            func(__VA_ARGS__);                                                                               \
        unlikely(___ret);                                                                                    \
    })

#endif
