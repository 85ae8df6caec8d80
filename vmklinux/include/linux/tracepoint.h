/* SPDX-License-Identifier: GPL-2.0-only */
/* tracepoint.h - as without CONFIG_TRACEPOINTS: each trace point is a function that does nothing. */
#ifndef VMKLINUX_LINUX_TRACEPOINT_H
#define VMKLINUX_LINUX_TRACEPOINT_H

#include <linux/types.h>

#define PARAMS(args...)   args
#define TP_PROTO(args...) args
#define TP_ARGS(args...)  args
#define TP_STRUCT__entry(args...)
#define TP_fast_assign(args...)
#define TP_printk(args...)

#define TRACEPOINT_FUNCTION(name, proto)                                                                     \
    static inline void trace_##name(proto)                                                                   \
    {                                                                                                        \
    }                                                                                                        \
    static inline bool trace_##name##_enabled(void)                                                          \
    {                                                                                                        \
        return false;                                                                                        \
    }
#define TRACE_EVENT(name, proto, args, tstruct, assign, print) TRACEPOINT_FUNCTION(name, PARAMS(proto))
#define DECLARE_EVENT_CLASS(name, proto, args, tstruct, assign, print)
#define DEFINE_EVENT(template, name, proto, args) TRACEPOINT_FUNCTION(name, PARAMS(proto))
#define TRACE_DEFINE_ENUM(a)
#define EXPORT_TRACEPOINT_SYMBOL(name)
#define EXPORT_TRACEPOINT_SYMBOL_GPL(name)

#endif
