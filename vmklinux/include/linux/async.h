/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * async.h - functions that run beside the one who started them, as probing of slow devices does.
 *
 * Each has a cookie; cookies grow in the order of starting.
 */
#ifndef VMKLINUX_LINUX_ASYNC_H
#define VMKLINUX_LINUX_ASYNC_H

#include <linux/list.h>
#include <linux/types.h>

struct device;
struct module;
extern struct module __this_module;

typedef u64 async_cookie_t;
typedef void (*async_func_t)(void *data, async_cookie_t cookie);

/* Have @func run in a world of its own, or at once without memory. Context: may block. */
async_cookie_t vmklinux_async_schedule(struct module *module, async_func_t func, void *data);

static inline async_cookie_t async_schedule(async_func_t func, void *data)
{
    return vmklinux_async_schedule(&__this_module, func, data);
}

static inline async_cookie_t async_schedule_dev(async_func_t func, struct device *dev)
{
    return async_schedule(func, dev);
}

/* Wait for all that were started before @cookie's; for all. Context: may block. */
extern void async_synchronize_cookie(async_cookie_t cookie);
extern void async_synchronize_full(void);

#endif
