/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * main.c - the order in which the kernel comes up.
 */
#include <core/boot_info.h>
#include <core/kmain.h>

void kmain(struct boot_info *boot)
{
    (void)boot;
}
