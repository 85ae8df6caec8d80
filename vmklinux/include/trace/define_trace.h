/* SPDX-License-Identifier: GPL-2.0-only */
/* define_trace.h - trace points are off (linux/tracepoint.h): nothing is defined. */
