/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * thread_safety.h - which lock guards what, and who takes it: for clang's -Wthread-safety; empty for gcc.
 *
 * VMK_GUARDED_BY(lock) stands on a variable, or on a member of a structure, `lock` being another member of
 * it, a path from one (`queue->lock`) or a variable. What it stands on is touched, and its address taken,
 * only with that lock held. C has no way to say so to clang of members: `./vmk test -R threads` teaches it
 * one, by tools/guardcheck; in every other build it is empty.
 *
 * Of a function, VMK_REQUIRES says that it is called with the lock held, VMK_EXCLUDES that it is called
 * without, VMK_ACQUIRE that it returns with it taken, VMK_RELEASE with it released, VMK_ASSERT_CAPABILITY
 * that it returns only if it is held. The _SHARED forms are a reader's.
 *
 * A thing that is held without being a lock, as an RCU read section, is a capability as well: an object
 * declared for the annotations' sake and never defined.
 */
#ifndef VMKAPI_BASE_THREAD_SAFETY_H
#define VMKAPI_BASE_THREAD_SAFETY_H

#if defined(__clang__)
#define VMK_THREAD_SAFETY(...) __attribute__((__VA_ARGS__))
#else
#define VMK_THREAD_SAFETY(...)
#endif

#define VMK_CAPABILITY(kind)       VMK_THREAD_SAFETY(capability(kind))
#define VMK_REQUIRES(...)          VMK_THREAD_SAFETY(requires_capability(__VA_ARGS__))
#define VMK_REQUIRES_SHARED(...)   VMK_THREAD_SAFETY(requires_shared_capability(__VA_ARGS__))
#define VMK_EXCLUDES(...)          VMK_THREAD_SAFETY(locks_excluded(__VA_ARGS__))
#define VMK_ACQUIRE(...)           VMK_THREAD_SAFETY(acquire_capability(__VA_ARGS__))
#define VMK_ACQUIRE_SHARED(...)    VMK_THREAD_SAFETY(acquire_shared_capability(__VA_ARGS__))
#define VMK_TRY_ACQUIRE(...)       VMK_THREAD_SAFETY(try_acquire_capability(__VA_ARGS__))
#define VMK_RELEASE(...)           VMK_THREAD_SAFETY(release_capability(__VA_ARGS__))
#define VMK_RELEASE_SHARED(...)    VMK_THREAD_SAFETY(release_shared_capability(__VA_ARGS__))
#define VMK_ASSERT_CAPABILITY(...) VMK_THREAD_SAFETY(assert_capability(__VA_ARGS__))

#ifdef VMK_GUARDCHECK
#define VMK_GUARDED_BY(lock) __attribute__((annotate("guarded_by:" #lock)))
#else
#define VMK_GUARDED_BY(lock)
#endif

/** On a definition: the analysis can't follow it, for the reason given as text. */
#define VMK_NO_THREAD_SAFETY_ANALYSIS(why) VMK_THREAD_SAFETY(no_thread_safety_analysis)

/** The commonest reason: nobody else reaches what the function touches, not yet or no more. */
#define VMK_UNSHARED VMK_NO_THREAD_SAFETY_ANALYSIS("the object is being made, or taken down")

#endif
