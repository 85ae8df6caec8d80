/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * logging.c - hosted: log lines go to stderr.
 */
#include <stdio.h>

#include <sanitizer/common_interface_defs.h>
#include <vmkapi/base/logging.h>

void vmk_vLogNamed(vmk_LogUrgency urgency, const char *module, const char *fmt, va_list ap)
{
    fprintf(stderr, "%s: ", module);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
}

void vmk_LogNamed(vmk_LogUrgency urgency, const char *module, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vmk_vLogNamed(urgency, module, fmt, args);
    va_end(args);
}

void vmk_LogBacktraceMessage(void)
{
    __sanitizer_print_stack_trace();
}
