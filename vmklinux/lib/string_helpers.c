/* SPDX-License-Identifier: GPL-2.0-only */
/* string_helpers.c - texts as users write them. */
#include <linux/ctype.h>
#include <linux/export.h>
#include <linux/string.h>

char *skip_spaces(const char *str)
{
    while (isspace(*str))
        str++;
    return (char *)str;
}
EXPORT_SYMBOL(skip_spaces);

char *strim(char *s)
{
    size_t length = strlen(s);

    while (length && isspace(s[length - 1]))
        length--;
    s[length] = '\0';
    return skip_spaces(s);
}
EXPORT_SYMBOL(strim);

bool sysfs_streq(const char *s1, const char *s2)
{
    while (*s1 && *s1 == *s2) {
        s1++;
        s2++;
    }
    if (*s1 == *s2)
        return true;
    return (!*s1 && s2[0] == '\n' && !s2[1]) || (s1[0] == '\n' && !s1[1] && !*s2);
}
EXPORT_SYMBOL(sysfs_streq);
