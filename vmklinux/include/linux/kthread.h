/* SPDX-License-Identifier: GPL-2.0-only */
/* kthread.h - threads of the kernel's: worlds that end when asked to. */
#ifndef VMKLINUX_LINUX_KTHREAD_H
#define VMKLINUX_LINUX_KTHREAD_H

#include <linux/err.h>
#include <linux/sched.h>

struct module;
extern struct module __this_module;

/* Start a world that runs @threadfn; an error pointer when that fails. Context: may block. */
__printf(4, 5) struct task_struct *vmklinux_kthread_run(struct module *module, int (*threadfn)(void *data),
                                                        void *data, const char *namefmt, ...);
#define kthread_run(threadfn, data, namefmt, ...)                                                            \
    vmklinux_kthread_run(&__this_module, threadfn, data, namefmt, ##__VA_ARGS__)

/* Have kthread_should_stop() say true there and wait for the function's end; whoever waits in there is to be
 * woken by what he waits for. Returns what the function returned. Context: may block. */
int kthread_stop(struct task_struct *k);
bool kthread_should_stop(void);

#endif
