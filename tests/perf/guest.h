/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guest.h - a system under measurement: boots it, with instructions counted, and takes the numbers.
 */
#ifndef PERF_GUEST_H
#define PERF_GUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "machine.h"
#include "marks.h"
#include "suite.h"

/** A cable that leads nowhere: frames sent are gone at once. */
#define GUEST_NETDEV_NOWHERE "hubport,id=net0,hubid=0"

/** The settings with which Linux was found to be fastest; and a timer that a busy host starves is believed
 * in. */
#define GUEST_LINUX_OPTIONS                                                                                  \
    "console=ttyS0 quiet nokaslr mitigations=off init_on_alloc=0 randomize_kstack_offset=off audit=0 "       \
    "no_timer_check "

struct guest {
    const char *name;    /**< For messages and file names. */
    const char *kernel;  /**< ELF64 with a PVH entry. */
    const char *archive; /**< Its initial RAM disk. */
    const char *plugin;  /**< insncount.so. */
    const char *calls;   /**< More options of the plugin, as ",call=ADDRESS"; NULL: none. */
    const char *folder;  /**< Where logs and marks go. */
    const char *only;    /**< Cases whose names begin so are wanted; NULL: all. */
};

/**
 * Start a machine with one CPU and the plugin; NULL with the reason on standard error.
 *
 * @param boot    For file names.
 * @param wants   What the machine is to have: NIC, disks, kernel options. The rest is filled in.
 * @param devices Count reads and writes of devices, which takes longer.
 */
struct machine *guest_start(const struct guest *guest, const char *boot, const struct machine_options *wants,
                            bool devices);

/** Read what the plugin noted of @p boot. */
bool guest_marks(const struct guest *guest, const char *boot, struct marks *marks);

/** Say that nothing was counted for @p c, which is false. */
bool guest_lacks(const struct guest *guest, const struct bench_case *c);

/** Say why @p m failed, end it, return false. */
bool guest_fail(const struct guest *guest, struct machine *m);

#endif
