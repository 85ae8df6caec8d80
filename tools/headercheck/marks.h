/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * marks.h - included before a driver's file, on both sides: Linux's words for where a pointer points, as
 * attributes that are part of the type.
 */
#undef __iomem
#undef __user
#undef __percpu
#undef __rcu
#define __iomem  __attribute__((btf_type_tag("iomem")))
#define __user   __attribute__((btf_type_tag("user")))
#define __percpu __attribute__((btf_type_tag("percpu")))
#define __rcu    __attribute__((btf_type_tag("rcu")))
