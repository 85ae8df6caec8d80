/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * status.h - between VMKAPI's status codes and Linux's negative errno.
 *
 * The numbers stand in vmkapi/base/status.def; this is the only place where the two meet.
 */
#ifndef VMKLINUX_STATUS_H
#define VMKLINUX_STATUS_H

#include <vmkapi/base/status.h>

/* 0 for VMK_OK, else the negative errno of @status. */
int vmklinux_errno(vmk_StatusValue status);

/* VMK_OK for 0 and above, else a status that stands for the negative errno @err. */
VMK_ReturnStatus vmklinux_status(int err);

#endif
