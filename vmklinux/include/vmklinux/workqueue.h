/* SPDX-License-Identifier: GPL-2.0-only */
/* workqueue.h - the system's own queue. */
#ifndef VMKLINUX_WORKQUEUE_H
#define VMKLINUX_WORKQUEUE_H

/* Make system_wq, or destroy it once everything on it has run. Context: may block. Returns 0 or a negative
 * errno. */
int vmklinux_workqueue_start(void);
void vmklinux_workqueue_stop(void);

/* Wait until everything queued so far, on any queue, has run. Context: may block. */
void vmklinux_workqueues_flush(void);

#endif
