/* SPDX-License-Identifier: GPL-2.0-only */
/* clk.h - clocks that software switches: a PCI device has none. */
#ifndef VMKLINUX_LINUX_CLK_H
#define VMKLINUX_LINUX_CLK_H

struct clk;

struct clk_bulk_data {
    const char *id;
    struct clk *clk;
};

#endif
