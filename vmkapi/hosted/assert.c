/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * assert.c - hosted: a crash is a line on stderr and SIGABRT.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <vmkapi/base/assert.h>

void vmk_Panic(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fputc('\n', stderr);
    abort();
}

void vmk_PanicWithModuleID(vmk_ModuleID moduleID, const char *fmt, ...)
{
    va_list args;

    fprintf(stderr, "module %u: ", moduleID);
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fputc('\n', stderr);
    abort();
}

void vmk_CheckFailed(const char *what)
{
    vmk_Panic("%s", what);
}
