/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gpa.h - guest-physical addresses: a type of their own, so that nobody takes one for a machine address.
 */
#ifndef CORE_VMM_GPA_H
#define CORE_VMM_GPA_H

#include <vmkapi/base/types.h>

typedef struct gpa {
    vmk_uint64 value;
} gpa_t;

/** The guest-physical address @p value. */
VMK_ALWAYS_INLINE gpa_t gpa(vmk_uint64 value)
{
    return (gpa_t){.value = value};
}

/** @p at moved up by @p bytes; wraps round like the numbers do. */
VMK_ALWAYS_INLINE gpa_t gpa_add(gpa_t at, vmk_uint64 bytes)
{
    return gpa(at.value + bytes);
}

#endif
