/* SPDX-License-Identifier: GPL-2.0-only */
/* lockdep.h - assertions about locks: the VMKernel's debug builds check what can be checked of locks without
 * ranks, at each acquisition. */
#ifndef VMKLINUX_LINUX_LOCKDEP_H
#define VMKLINUX_LINUX_LOCKDEP_H

struct lock_class_key {
};

#define lockdep_assert_held(l)       ((void)(l))
#define lockdep_assert_held_write(l) ((void)(l))
#define lockdep_assert_not_held(l)   ((void)(l))
#define lockdep_set_class(lock, key) ((void)(lock))
#define lockdep_register_key(key)    ((void)(key))
#define lockdep_unregister_key(key)  ((void)(key))
#define lockdep_hardirqs_enabled()   1

#endif
