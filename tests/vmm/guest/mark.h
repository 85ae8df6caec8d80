/* SPDX-License-Identifier: GPL-2.0-only */
/* mark.h - vmkapi/base/mark.h for test kernels: the same instruction in 32 bits and in 64. */
#ifndef TESTS_VMM_MARK_H
#define TESTS_VMM_MARK_H

#define VMKAPI_BASE_TYPES_H /* Of mark.h the marks alone are wanted. */
#include <vmkapi/base/mark.h>

#endif
