/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * assert.h - what must hold, and the end when it doesn't.
 *
 * VMK_ASSERT  a bug of ours, checked in debug builds
 * VMK_VERIFY  a bug of ours, checked always
 * Neither is for anything a guest, a device, a packet, a module, a disk or a user can cause: that is a
 * status. Context: any.
 */
#ifndef VMKAPI_BASE_ASSERT_H
#define VMKAPI_BASE_ASSERT_H

#include <vmkapi/base/types.h>

/** Stop the system with the crash screen; @p fmt says why, in one line without newline. */
VMK_ATTRIBUTE_NORETURN VMK_ATTRIBUTE_COLD void vmk_Panic(const char *fmt, ...) VMK_ATTRIBUTE_PRINTF(1, 2);

/** The same, naming @p moduleID as the module to blame. */
VMK_ATTRIBUTE_NORETURN VMK_ATTRIBUTE_COLD void vmk_PanicWithModuleID(vmk_ModuleID moduleID, const char *fmt,
                                                                     ...) VMK_ATTRIBUTE_PRINTF(2, 3);

/** Where a failed check ends: @p what is "file:line: condition". */
VMK_ATTRIBUTE_NORETURN VMK_ATTRIBUTE_COLD void vmk_CheckFailed(const char *what);

#define VMK_STRINGIFY_(x) #x
#define VMK_STRINGIFY(x)  VMK_STRINGIFY_(x)
#define VMK_CHECK(cond)                                                                                      \
    (VMK_LIKELY(cond) ? (void)0 : vmk_CheckFailed(__FILE__ ":" VMK_STRINGIFY(__LINE__) ": " #cond))

#define VMK_VERIFY(cond) VMK_CHECK(cond)

#ifdef VMK_DEBUG
#define VMK_ASSERT(cond) VMK_CHECK(cond)
#else
#define VMK_ASSERT(cond) ((void)sizeof((cond) ? 1 : 0))
#endif

/** A place control never comes to. */
#define VMK_NOT_REACHED() vmk_CheckFailed(__FILE__ ":" VMK_STRINGIFY(__LINE__) ": not reached")

#endif
