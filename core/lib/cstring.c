/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cstring.c - C's functions on terminated strings.
 */
#include <vmkapi/base/export.h>
#include <vmkapi/lib/libc.h>

vmk_size_t vmk_Strlen(const char *str)
{
    const char *end = str;

    while (*end != '\0') {
        end++;
    }
    return (vmk_size_t)(end - str);
}
VMK_EXPORT_SYMBOL(vmk_Strlen);

vmk_size_t vmk_Strnlen(const char *str, vmk_size_t max)
{
    vmk_size_t len = 0;

    while (len < max && str[len] != '\0') {
        len++;
    }
    return len;
}
VMK_EXPORT_SYMBOL(vmk_Strnlen);

char *vmk_Strcpy(char *dst, const char *src)
{
    return vmk_Memcpy(dst, src, vmk_Strlen(src) + 1);
}
VMK_EXPORT_SYMBOL(vmk_Strcpy);

char *vmk_Strncpy(char *dst, const char *src, vmk_size_t len)
{
    vmk_size_t used = vmk_Strnlen(src, len);

    vmk_Memcpy(dst, src, used);
    vmk_Memset(dst + used, 0, len - used);
    return dst;
}
VMK_EXPORT_SYMBOL(vmk_Strncpy);

vmk_size_t vmk_Strlcpy(char *dst, const char *src, vmk_size_t size)
{
    vmk_size_t len = vmk_Strlen(src);

    if (size != 0) {
        vmk_size_t used = len < size ? len : size - 1;

        vmk_Memcpy(dst, src, used);
        dst[used] = '\0';
    }
    return len;
}
VMK_EXPORT_SYMBOL(vmk_Strlcpy);

vmk_size_t vmk_Strlcat(char *dst, const char *src, vmk_size_t size)
{
    vmk_size_t used = vmk_Strnlen(dst, size);

    return used + vmk_Strlcpy(dst + used, src, size - used);
}
VMK_EXPORT_SYMBOL(vmk_Strlcat);

int vmk_Strcmp(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++, b++;
    }
    return (vmk_uint8)*a - (vmk_uint8)*b;
}
VMK_EXPORT_SYMBOL(vmk_Strcmp);

int vmk_Strncmp(const char *a, const char *b, vmk_size_t len)
{
    for (; len != 0; a++, b++, len--) {
        if (*a != *b || *a == '\0') {
            return (vmk_uint8)*a - (vmk_uint8)*b;
        }
    }
    return 0;
}
VMK_EXPORT_SYMBOL(vmk_Strncmp);

int vmk_Strcasecmp(const char *a, const char *b)
{
    return vmk_Strncasecmp(a, b, ~(vmk_size_t)0);
}
VMK_EXPORT_SYMBOL(vmk_Strcasecmp);

int vmk_Strncasecmp(const char *a, const char *b, vmk_size_t len)
{
    for (; len != 0; a++, b++, len--) {
        int left = vmk_ToLower((vmk_uint8)*a), right = vmk_ToLower((vmk_uint8)*b);

        if (left != right || left == '\0') {
            return left - right;
        }
    }
    return 0;
}
VMK_EXPORT_SYMBOL(vmk_Strncasecmp);

char *vmk_Strchr(const char *str, int ch)
{
    for (;; str++) {
        if (*str == (char)ch) {
            return (char *)str;
        }
        if (*str == '\0') {
            return NULL;
        }
    }
}
VMK_EXPORT_SYMBOL(vmk_Strchr);

char *vmk_Strrchr(const char *str, int ch)
{
    char *last = NULL;

    for (;; str++) {
        if (*str == (char)ch) {
            last = (char *)str;
        }
        if (*str == '\0') {
            return last;
        }
    }
}
VMK_EXPORT_SYMBOL(vmk_Strrchr);

char *vmk_Strstr(const char *haystack, const char *needle)
{
    vmk_size_t len = vmk_Strlen(needle);

    for (;; haystack++) {
        if (vmk_Strncmp(haystack, needle, len) == 0) {
            return (char *)haystack;
        }
        if (*haystack == '\0') {
            return NULL;
        }
    }
}
VMK_EXPORT_SYMBOL(vmk_Strstr);

/* Length of the leading part of @str whose characters are in @set, or are not. */
static vmk_size_t span(const char *str, const char *set, vmk_Bool member)
{
    vmk_size_t len = 0;

    while (str[len] != '\0' && (vmk_Strchr(set, str[len]) != NULL) == member) {
        len++;
    }
    return len;
}

vmk_size_t vmk_Strspn(const char *str, const char *set)
{
    return span(str, set, VMK_TRUE);
}
VMK_EXPORT_SYMBOL(vmk_Strspn);

vmk_size_t vmk_Strcspn(const char *str, const char *set)
{
    return span(str, set, VMK_FALSE);
}
VMK_EXPORT_SYMBOL(vmk_Strcspn);
