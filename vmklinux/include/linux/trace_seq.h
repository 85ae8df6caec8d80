/* SPDX-License-Identifier: GPL-2.0-only */
/* trace_seq.h - text of trace points, which are off (linux/tracepoint.h). */
struct trace_seq;
