/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * diagnosis.c - one line of why.
 */
#include <core/diagnosis.h>
#include <vmkapi/lib/libc.h>

vmk_StatusValue diagnose(struct diagnosis *why, vmk_StatusValue status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vmk_Vsnprintf(why->text, sizeof(why->text), format, args);
    va_end(args);
    return status;
}
