/* SPDX-License-Identifier: GPL-2.0-only */
/* string.h - strings and memory. What the VMKernel has is used as it is. */
#ifndef VMKLINUX_LINUX_STRING_H
#define VMKLINUX_LINUX_STRING_H

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/stddef.h>
#include <linux/types.h>

extern void *memcpy(void *, const void *, __kernel_size_t);
extern void *memset(void *, int, __kernel_size_t);
extern void *memmove(void *, const void *, __kernel_size_t);
extern int memcmp(const void *, const void *, __kernel_size_t);
extern void *memchr(const void *, int, __kernel_size_t);
void *memchr_inv(const void *s, int c, size_t n);
extern void *memscan(void *, int, __kernel_size_t);
extern int bcmp(const void *, const void *, __kernel_size_t);

extern char *strcpy(char *, const char *);
extern char *strncpy(char *, const char *, __kernel_size_t);
size_t strlcpy(char *, const char *, size_t);
ssize_t strscpy(char *, const char *, size_t);
extern char *strcat(char *, const char *);
extern char *strncat(char *, const char *, __kernel_size_t);
extern size_t strlcat(char *, const char *, __kernel_size_t);
extern int strcmp(const char *, const char *);
extern int strncmp(const char *, const char *, __kernel_size_t);
extern int strcasecmp(const char *s1, const char *s2);
extern int strncasecmp(const char *s1, const char *s2, size_t n);
extern char *strchr(const char *, int);
extern char *strrchr(const char *, int);
extern char *strstr(const char *, const char *);
extern char *strsep(char **, const char *);
extern char *strim(char *);
extern char *skip_spaces(const char *);
extern char *strnstr(const char *, const char *, size_t);
extern char *strnchr(const char *, size_t, int);
extern char *strchrnul(const char *, int);
extern char *strnchrnul(const char *, size_t, int);
extern char *strpbrk(const char *, const char *);
extern __kernel_size_t strspn(const char *, const char *);
extern __kernel_size_t strcspn(const char *, const char *);
extern char *stpcpy(char *__restrict__ dest, const char *__restrict__ src);
extern __kernel_size_t strlen(const char *);
extern __kernel_size_t strnlen(const char *, __kernel_size_t);

/* Whether two texts are alike, up to a newline at the end of one. */
extern bool sysfs_streq(const char *s1, const char *s2);

static inline void memzero_explicit(void *s, size_t count)
{
    memset(s, 0, count);
    barrier_data(s);
}

/* The kernel has these; the compiler may see constant sizes through them. */
#define __HAVE_ARCH_MEMCPY
#define __HAVE_ARCH_MEMSET
#define __HAVE_ARCH_MEMMOVE
#define __HAVE_ARCH_MEMCMP
#define memcpy  __builtin_memcpy
#define memset  __builtin_memset
#define memmove __builtin_memmove
#define memcmp  __builtin_memcmp

#endif
