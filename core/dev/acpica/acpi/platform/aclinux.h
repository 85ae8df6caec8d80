/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * aclinux.h - what ACPICA has to know about OpenVMK.
 *
 * ACPICA's sources are compiled unmodified out of a Linux source tree, where they include a header of this
 * name for the host's own choices; this one comes first on the include path. The functions that ACPICA calls
 * in the host are in core/dev/acpi_osl*.c.
 */
#ifndef OPENVMK_ACLINUX_H
#define OPENVMK_ACLINUX_H

#include <stddef.h>
#include <stdint.h>

#include <vmkapi/core/spinlock.h>
#include <vmkapi/lib/libc.h>

/* Headers of Linux's own that the sources there include as well: nothing in them is for us. */
#define __ACLINUXEX_H__
#define __KMEMLEAK_H
#define kmemleak_not_leak(object) ((void)(object))
#define __iomem

#define ACPI_MACHINE_WIDTH        64
#define COMPILER_DEPENDENT_INT64  long
#define COMPILER_DEPENDENT_UINT64 unsigned long
#define ACPI_USE_NATIVE_DIVIDE
#define ACPI_USE_NATIVE_MATH64
#define ACPI_USE_DO_WHILE_0
#define ACPI_PCI_CONFIGURED

/* A package element that names something missing is firmware's usual sloppiness, and no news. */
#define ACPI_IGNORE_PACKAGE_RESOLUTION_ERRORS

/* ACPICA recycles its objects itself, so the host needs no object caches. */
#define ACPI_USE_LOCAL_CACHE

#define acpi_spinlock  vmk_SpinlockObject *
#define acpi_cpu_flags vmk_uint64

/* The global lock arbitrates with firmware that runs in system management mode (ACPI 6.4, 5.2.10.1). */
int acpi_os_acquire_global_lock(vmk_uint32 *lock);
int acpi_os_release_global_lock(vmk_uint32 *lock);
#define ACPI_ACQUIRE_GLOBAL_LOCK(facs, acquired)                                                             \
    ((acquired) = acpi_os_acquire_global_lock(&(facs)->global_lock))
#define ACPI_RELEASE_GLOBAL_LOCK(facs, pending)                                                              \
    ((pending) = acpi_os_release_global_lock(&(facs)->global_lock))

#define ACPI_FLUSH_CPU_CACHE() __asm__ volatile("wbinvd" ::: "memory")

/* acpi_os_vprintf() sorts lines by these characters at their beginning. */
#define ACPI_OSL_WARNING      "\001"
#define ACPI_OSL_INFORMATION  "\002"
#define ACPI_MSG_ERROR        ACPI_OSL_WARNING "error: "
#define ACPI_MSG_WARNING      ACPI_OSL_WARNING "warning: "
#define ACPI_MSG_INFO         ACPI_OSL_INFORMATION
#define ACPI_MSG_BIOS_ERROR   ACPI_OSL_WARNING "firmware error: "
#define ACPI_MSG_BIOS_WARNING ACPI_OSL_WARNING "firmware warning: "

/* The part of a C library ACPICA wants. */
#define ACPI_USE_SYSTEM_CLIBRARY
#define strlen(s)        vmk_Strlen(s)
#define strcmp(a, b)     vmk_Strcmp(a, b)
#define strncmp(a, b, n) vmk_Strncmp(a, b, n)
#define strcpy(d, s)     vmk_Strcpy(d, s)
#define strncpy(d, s, n) vmk_Strncpy(d, s, n)
#define strcat(d, s)     vmk_Strcpy((d) + vmk_Strlen(d), s)
#define isdigit(c)       vmk_IsDigit(c)
#define isprint(c)       vmk_IsPrint(c)
#define isspace(c)       vmk_IsSpace(c)
#define isxdigit(c)      (vmk_IsDigit(c) || (((c) | 0x20) >= 'a' && ((c) | 0x20) <= 'f'))
#define tolower(c)       vmk_ToLower(c)
#define toupper(c)       vmk_ToUpper(c)

#endif
