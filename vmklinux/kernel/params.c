/* SPDX-License-Identifier: GPL-2.0-only */
/* params.c - the plain ways of reading and showing a module parameter, for those that check it first. */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/moduleparam.h>
#include <linux/mm.h>

int param_set_uint(const char *val, const struct kernel_param *kp)
{
    return kstrtouint(val, 0, (unsigned int *)kp->arg);
}
EXPORT_SYMBOL(param_set_uint);

int param_get_uint(char *buffer, const struct kernel_param *kp)
{
    return scnprintf(buffer, PAGE_SIZE, "%u\n", *(unsigned int *)kp->arg);
}
EXPORT_SYMBOL(param_get_uint);

int param_set_uint_minmax(const char *val, const struct kernel_param *kp, unsigned int min, unsigned int max)
{
    unsigned int num;
    int err = kstrtouint(val, 0, &num);

    if (err)
        return err;
    if (num < min || num > max)
        return -EINVAL;
    *(unsigned int *)kp->arg = num;
    return 0;
}
EXPORT_SYMBOL(param_set_uint_minmax);
