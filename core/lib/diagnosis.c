/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * diagnosis.c - one line of why.
 */
#include <core/diagnosis.h>
#include <vmkapi/lib/libc.h>

/** Names come from damaged files too: nothing of theirs ends the line or reaches a terminal as a command. */
static void keep_printable(char *text)
{
    for (; *text != '\0'; text++) {
        *text = vmk_IsPrint(*text) ? *text : '?';
    }
}

vmk_StatusValue diagnose(struct diagnosis *why, vmk_StatusValue status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vmk_Vsnprintf(why->text, sizeof(why->text), format, args);
    va_end(args);
    keep_printable(why->text);
    return status;
}
