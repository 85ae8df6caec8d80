/* SPDX-License-Identifier: GPL-2.0-only */
/* async.h - start and end of vmklinux's asynchronous functions. */
#ifndef VMKLINUX_ASYNC_H
#define VMKLINUX_ASYNC_H

/* Returns 0 or a negative errno. Context: may block. */
int vmklinux_async_start(void);
void vmklinux_async_stop(void);

#endif
