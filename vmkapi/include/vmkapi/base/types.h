/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * types.h - the scalar types, address kinds and compiler notes every VMKAPI header is written in.
 *
 * Sizes are fixed; vmk_uint64 is `unsigned long`, as on every LP64 x86-64 system.
 */
#ifndef VMKAPI_BASE_TYPES_H
#define VMKAPI_BASE_TYPES_H

#include <vmkapi/base/thread_safety.h>

typedef unsigned char vmk_uint8;
typedef unsigned short vmk_uint16;
typedef unsigned int vmk_uint32;
typedef unsigned long vmk_uint64;
typedef signed char vmk_int8;
typedef short vmk_int16;
typedef int vmk_int32;
typedef long vmk_int64;

/** Truth value; VMK_TRUE or VMK_FALSE. */
typedef vmk_uint8 vmk_Bool;
#define VMK_TRUE  ((vmk_Bool)1)
#define VMK_FALSE ((vmk_Bool)0)

typedef unsigned long vmk_size_t;
typedef vmk_uint64 vmk_ByteCount; /**< A length in bytes, unsigned. */
typedef vmk_int64 vmk_ByteCountSigned;
typedef vmk_uint32 vmk_ByteCountSmall; /**< A length in bytes that fits 32 bits. */
typedef vmk_uint64 vmk_VA;             /**< A kernel virtual address. */
typedef vmk_uint64 vmk_MA;             /**< A machine (physical) address. */
typedef vmk_uint64 vmk_MPN;            /**< A machine page number: vmk_MA >> VMK_PAGE_SHIFT. */
typedef vmk_uint64 vmk_VPN;            /**< A virtual page number. */
typedef vmk_uint64 vmk_IOA;            /**< An address as a device sees it. */
typedef vmk_uint64 vmk_AddrCookieValue;

/** An address handed through a callback: a number or a pointer. */
typedef union vmk_AddrCookie {
    void *ptr;
    vmk_VA addr;
    vmk_uint64 u64;
    vmk_int64 i64;
    vmk_uint32 u32;
    vmk_int32 i32;
} vmk_AddrCookie;

/** The module an object belongs to and is charged to. 0 is nobody; the kernel itself is 1. */
typedef vmk_uint32 vmk_ModuleID;
#define VMK_INVALID_MODULE_ID  ((vmk_ModuleID)0)
#define VMK_VMKERNEL_MODULE_ID ((vmk_ModuleID)1)

#define VMK_PAGE_SHIFT         12
#define VMK_PAGE_SIZE          (1ul << VMK_PAGE_SHIFT)
#define VMK_PAGE_MASK          (VMK_PAGE_SIZE - 1)

#define VMK_MISC_NAME_MAX      32 /**< Longest general object name, NUL included. */
#define VMK_MODULE_NAME_MAX    32
#define VMK_DEVICE_NAME_MAX    32
#define VMK_MAX_PCPUS          64
#define VMK_L1_CACHELINE_SIZE  64

/** A short object name; always NUL-terminated. */
typedef struct vmk_Name {
    char string[VMK_MISC_NAME_MAX];
} vmk_Name;

#ifndef NULL
#define NULL ((void *)0)
#endif

#define VMK_ATTRIBUTE_ALIGN(n)     __attribute__((aligned(n)))
#define VMK_ATTRIBUTE_PACKED       __attribute__((packed))
#define VMK_ATTRIBUTE_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define VMK_ATTRIBUTE_NORETURN     __attribute__((noreturn))
#define VMK_ATTRIBUTE_COLD         __attribute__((cold))
#define VMK_ATTRIBUTE_WARN_UNUSED  __attribute__((warn_unused_result))
#define VMK_ALWAYS_INLINE          static inline __attribute__((always_inline, unused))
#define VMK_LIKELY(x)              __builtin_expect(!!(x), 1)
#define VMK_UNLIKELY(x)            __builtin_expect(!!(x), 0)

/** Fail the build, with the reason, when @p cond is false. */
#define VMK_STATIC_ASSERT(cond, why) _Static_assert(cond, why)

#define VMK_ARRAY_SIZE(a)            (sizeof(a) / sizeof((a)[0]))

/** The object of @p type whose member @p member lies at @p ptr. */
#define VMK_CONTAINER_OF(ptr, type, member) ((type *)((char *)(ptr) - __builtin_offsetof(type, member)))

VMK_STATIC_ASSERT(sizeof(vmk_uint64) == 8 && sizeof(void *) == 8, "VMKAPI is defined for LP64 only");

#endif
