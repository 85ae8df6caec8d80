/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nvme_stack.h - Linux's nvme on a machine with a software controller, and a user of its first namespace.
 */
#ifndef NVME_STACK_H
#define NVME_STACK_H

#include "nvme_controller.h"
#include "storage_subject.h"

#define NVME_BLOCKS 8192

extern struct nvme nvme;

#endif
