/* SPDX-License-Identifier: GPL-2.0-only */
/* ptrace.h - system calls have no return value here to be protected. */
#ifndef VMKLINUX_LINUX_PTRACE_H
#define VMKLINUX_LINUX_PTRACE_H

#define force_successful_syscall_return() ((void)0)

#endif
