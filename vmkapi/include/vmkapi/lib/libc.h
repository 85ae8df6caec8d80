/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libc.h - strings, memory and formatting, with C's semantics under VMKAPI names.
 *
 * Nothing here allocates, blocks or keeps state.
 * Context: any, on any CPU, unless a function says otherwise. Locks: none.
 */
#ifndef VMKAPI_LIB_LIBC_H
#define VMKAPI_LIB_LIBC_H

#include <stdarg.h>
#include <vmkapi/base/types.h>

/* What compilers call by themselves; everybody else writes vmk_Memcpy() and so on. */
void *memcpy(void *restrict dst, const void *restrict src, vmk_size_t len);
void *memmove(void *dst, const void *src, vmk_size_t len);
void *memset(void *dst, int byte, vmk_size_t len);
int memcmp(const void *a, const void *b, vmk_size_t len);

/** Copy @p len bytes between buffers that do not overlap. @return @p dst. */
VMK_ALWAYS_INLINE void *vmk_Memcpy(void *restrict dst, const void *restrict src, vmk_size_t len)
{
    return __builtin_memcpy(dst, src, len);
}

/** Copy @p len bytes between buffers that may overlap. @return @p dst. */
VMK_ALWAYS_INLINE void *vmk_Memmove(void *dst, const void *src, vmk_size_t len)
{
    return __builtin_memmove(dst, src, len);
}

/** Fill @p len bytes with the low byte of @p byte. @return @p dst. */
VMK_ALWAYS_INLINE void *vmk_Memset(void *dst, int byte, vmk_size_t len)
{
    return __builtin_memset(dst, byte, len);
}

/** Compare as unsigned bytes. @return <0, 0 or >0. */
VMK_ALWAYS_INLINE int vmk_Memcmp(const void *a, const void *b, vmk_size_t len)
{
    return __builtin_memcmp(a, b, len);
}

/** The first byte equal to the low byte of @p byte, or NULL. */
void *vmk_Memchr(const void *buf, int byte, vmk_size_t len);

/** Length of @p str in bytes, without its NUL. */
vmk_size_t vmk_Strlen(const char *str);
/** As vmk_Strlen(), but looks at no more than @p max bytes and returns at most @p max. */
vmk_size_t vmk_Strnlen(const char *str, vmk_size_t max);

/** Copy @p src with its NUL; @p dst must have room. @return @p dst. */
char *vmk_Strcpy(char *dst, const char *src);
/** C's strncpy: pads with NULs, and does not terminate when @p src fills @p len. @return @p dst. */
char *vmk_Strncpy(char *dst, const char *src, vmk_size_t len);
/** Copy as much as fits @p size bytes, always terminated when @p size is not 0. @return length of @p src. */
vmk_size_t vmk_Strlcpy(char *dst, const char *src, vmk_size_t size);
/** Append within a buffer of @p size bytes. @return the length the whole would have had. */
vmk_size_t vmk_Strlcat(char *dst, const char *src, vmk_size_t size);

int vmk_Strcmp(const char *a, const char *b);
int vmk_Strncmp(const char *a, const char *b, vmk_size_t len);
/** ASCII letters compare without regard to case. */
int vmk_Strcasecmp(const char *a, const char *b);
int vmk_Strncasecmp(const char *a, const char *b, vmk_size_t len);

/** First, or last, occurrence of @p ch (its NUL included), or NULL. */
char *vmk_Strchr(const char *str, int ch);
char *vmk_Strrchr(const char *str, int ch);
/** First occurrence of @p needle, or NULL. An empty needle is found at the start. */
char *vmk_Strstr(const char *haystack, const char *needle);
/** Length of the leading part of @p str made only of, or free of, the characters in @p set. */
vmk_size_t vmk_Strspn(const char *str, const char *set);
vmk_size_t vmk_Strcspn(const char *str, const char *set);

/**
 * Read a number as C's strtol() and strtoul() do: white space, sign, prefix 0x or 0 when @p base is 0.
 *
 * @param end  if not NULL, set to the first character not used; equals @p str when there was no number.
 * @return the value; beyond the type's range, the nearest end of that range.
 */
long vmk_Strtol(const char *str, char **end, int base);
unsigned long vmk_Strtoul(const char *str, char **end, int base);

/**
 * Format into a buffer of @p size bytes, always terminated when @p size is not 0.
 *
 * C99's conversions d i o u x X c s p %, its flags, width, precision, `*` and the lengths
 * hh h l ll j z t. Not offered: floating point and %n; such a conversion is copied out as it stands and
 * takes no argument. %p is `0x` and hexadecimal digits. A NULL string prints `(null)`.
 *
 * @return the length the whole text would have had, without the NUL.
 */
int vmk_Snprintf(char *buf, vmk_size_t size, const char *fmt, ...) VMK_ATTRIBUTE_PRINTF(3, 4);
int vmk_Vsnprintf(char *buf, vmk_size_t size, const char *fmt, va_list args) VMK_ATTRIBUTE_PRINTF(3, 0);

/**
 * As vmk_Snprintf(), for building text piece by piece: the return value never exceeds what was written.
 *
 * @return characters stored, without the NUL; 0 when @p size is 0.
 */
int vmk_Scnprintf(char *buf, vmk_size_t size, const char *fmt, ...) VMK_ATTRIBUTE_PRINTF(3, 4);

/**
 * Print what `%p` followed by letters or digits means to a foreign dialect of printf.
 *
 * @param buf, size  where the text goes, as for vmk_Snprintf().
 * @param suffix     the characters after `%p`; terminated by the end of the format, not of the suffix.
 * @param value      the argument.
 * @param width      the conversion's width, 0 without one. A dialect to which it means another thing sets 0.
 * @param used       set to the number of suffix characters taken; 0 leaves the plain %p to be printed.
 * @return the length of the text, whether or not it fitted. Width and left adjustment are the caller's.
 */
typedef int (*vmk_FormatPointer)(char *buf, vmk_size_t size, const char *suffix, const void *value,
                                 vmk_uint32 *width, vmk_uint32 *used);

/** vmk_Vsnprintf() with @p pointer (may be NULL) deciding what suffixes of %p print. */
int vmk_VsnprintfWith(vmk_FormatPointer pointer, char *buf, vmk_size_t size, const char *fmt, va_list args);

/**
 * Scan text as C's sscanf() does: d i u o x X p s c [set] n %, `*`, widths, lengths hh h l ll j z t.
 *
 * @return conversions stored; -1 when the text ended before the first one.
 */
int vmk_Sscanf(const char *str, const char *fmt, ...) __attribute__((format(scanf, 2, 3)));
int vmk_Vsscanf(const char *str, const char *fmt, va_list args) __attribute__((format(scanf, 2, 0)));

/** A pseudo-random number made from @p seed; feed the result back for the next one. Not for secrets. */
vmk_uint32 vmk_Rand(vmk_uint32 seed);
/** A seed that differs from call to call and boot to boot; never 0. */
vmk_uint32 vmk_GetRandSeed(void);

VMK_ALWAYS_INLINE vmk_Bool vmk_IsPrint(int ch)
{
    return ch >= ' ' && ch <= '~';
}

VMK_ALWAYS_INLINE vmk_Bool vmk_IsSpace(int ch)
{
    return ch == ' ' || (ch >= '\t' && ch <= '\r');
}

VMK_ALWAYS_INLINE vmk_Bool vmk_IsDigit(int ch)
{
    return ch >= '0' && ch <= '9';
}

VMK_ALWAYS_INLINE vmk_Bool vmk_IsAlpha(int ch)
{
    return (ch | 0x20) >= 'a' && (ch | 0x20) <= 'z';
}

VMK_ALWAYS_INLINE int vmk_ToLower(int ch)
{
    return ch >= 'A' && ch <= 'Z' ? ch + ('a' - 'A') : ch;
}

VMK_ALWAYS_INLINE int vmk_ToUpper(int ch)
{
    return ch >= 'a' && ch <= 'z' ? ch - ('a' - 'A') : ch;
}

#endif
