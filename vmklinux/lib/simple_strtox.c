/* SPDX-License-Identifier: GPL-2.0-only */
/* simple_strtox.c - numbers at the beginning of a text, whatever follows them. */
#include <linux/ctype.h>
#include <linux/export.h>
#include <linux/kernel.h>

static unsigned int base_of(const char **cp, unsigned int base)
{
    const char *s = *cp;
    bool hex = s[0] == '0' && tolower(s[1]) == 'x' && isxdigit(s[2]);

    if (hex && (base == 0 || base == 16))
        *cp += 2;
    if (base)
        return base;
    return hex ? 16 : s[0] == '0' ? 8 : 10;
}

/* The digit's value; at least 36 for what is none. */
static unsigned int digit(char c)
{
    return isdigit(c) ? (unsigned int)(c - '0') : isalpha(c) ? (unsigned int)(tolower(c) - 'a' + 10) : 36;
}

unsigned long long simple_strtoull(const char *cp, char **endp, unsigned int base)
{
    unsigned long long value = 0;

    base = base_of(&cp, base);
    for (; digit(*cp) < base; cp++)
        value = value * base + digit(*cp);
    if (endp)
        *endp = (char *)cp;
    return value;
}
EXPORT_SYMBOL(simple_strtoull);

unsigned long simple_strtoul(const char *cp, char **endp, unsigned int base)
{
    return simple_strtoull(cp, endp, base);
}
EXPORT_SYMBOL(simple_strtoul);

long simple_strtol(const char *cp, char **endp, unsigned int base)
{
    return *cp == '-' ? -(long)simple_strtoul(cp + 1, endp, base) : (long)simple_strtoul(cp, endp, base);
}
EXPORT_SYMBOL(simple_strtol);
