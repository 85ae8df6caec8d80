/* SPDX-License-Identifier: GPL-2.0-only */
/* linux_init.h - between the files of linux-init. What fails says so and switches the machine off. */
#ifndef PERF_LINUX_INIT_H
#define PERF_LINUX_INIT_H

void sleep_ms(long ms);
void die(const char *what);
void load_module(const char *path, const char *parameters);
void unload_module(const char *name);

/** The number in a file; 0 when there is none. */
unsigned long read_number(const char *path);
void write_text(const char *path, const char *text);

/**
 * Load e1000, bring eth0 up, mark when it has link; then, as the environment says,
 *   lease=1                     mark when DHCP has given an address;
 *   send=SIZE:BURST:FRAMES,...  have pktgen send each window from the same buffer again and again, the
 *                               cheapest way Linux has;
 *   receive=N                   count what e1000 hands up, which the core drops for want of a taker, in
 *                               N windows, each announced on the console.
 */
void run_net_windows(void);

/** Load nvme and ahci, and have linux_blocks.c go through @p windows, which is
 * DISK:WRITE:DEPTH:OPERATIONS,... */
void run_disk_windows(char *windows);

#endif
