/* SPDX-License-Identifier: GPL-2.0-only */
/* async.h - functions called once, soon, in a world of their own. */
#ifndef VMKLINUX_LINUX_ASYNC_H
#define VMKLINUX_LINUX_ASYNC_H

#include <linux/list.h>
#include <linux/types.h>

typedef u64 async_cookie_t;
typedef void (*async_func_t)(void *data, async_cookie_t cookie);

/* Call @func(@data) on behalf of @module; at once, without memory. Returns its cookie, which grows with each
 * call. Context: may block. */
struct module;
extern struct module __this_module;
async_cookie_t vmklinux_async_schedule(struct module *module, async_func_t func, void *data);

static inline async_cookie_t async_schedule(async_func_t func, void *data)
{
    return vmklinux_async_schedule(&__this_module, func, data);
}

/* Wait until all functions scheduled before have returned. Context: may block. */
extern void async_synchronize_full(void);

#endif
