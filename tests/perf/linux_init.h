/* SPDX-License-Identifier: GPL-2.0-only */
/* linux_init.h - between the files of linux-init. What fails says so and switches the machine off. */
#ifndef PERF_LINUX_INIT_H
#define PERF_LINUX_INIT_H

void sleep_ms(long ms);
void die(const char *what);
void load_module(const char *path, const char *parameters);

/** Load @p names in their order, NULL last. */
void load_modules(const char *const *names);
void unload_module(const char *name);

/** The number in a file; 0 when there is none. */
unsigned long read_number(const char *path);
void write_text(const char *path, const char *text);

/** Bring the interface @p name up. */
void bring_up(const char *name);

/** Load e1000, bring eth0 up, mark when it has link. */
void wait_for_link(void);

/**
 * Wait for link; then, as the environment says,
 *   lease=1                     mark when DHCP has given an address;
 *   send=SIZE:BURST:FRAMES,...  have pktgen send each window from the same buffer again and again, the
 *                               cheapest way Linux has;
 *   receive=N                   count what e1000 hands up, which the core drops for want of a taker, in
 *                               N windows, each announced on the console.
 */
void run_net_windows(void);

/** Load nvme, and wait until @p disk is there, with as little between it and its users as there can be. */
void load_nvme(void);
void wait_for_disk(const char *disk);

/** Load nvme and ahci, and have linux_blocks.c go through @p windows, which is
 * DISK:WRITE:DEPTH:OPERATIONS,... */
void run_disk_windows(char *windows);

/**
 * Have QEMU run the guest @p name on KVM until it ends, and copy what it says on its serial line: /NAME.elf,
 * or /NAME.kernel with /NAME.initrd, which gets a mark where it is started. As the environment says, with
 *   disk=NAME      a virtio disk that is this disk;
 *   mac=ADDRESS    a virtio NIC with this address, bridged to e1000;
 *   options=WORDS  a kernel command line.
 */
void run_vm(const char *name);

#endif
