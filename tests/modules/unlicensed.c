/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * unlicensed.c - a module that states no licence: refused.
 */
int init_module(void);

int init_module(void)
{
    return 0;
}
