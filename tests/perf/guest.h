/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guest.h - a system under measurement: boots it, with instructions counted, and takes the numbers.
 */
#ifndef PERF_GUEST_H
#define PERF_GUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "cases.h"
#include "machine.h"
#include "marks.h"

/** A cable that leads nowhere: frames sent are gone at once. */
#define GUEST_NETDEV_NOWHERE "hubport,id=net0,hubid=0"

struct guest {
    const char *name;    /**< For messages and file names. */
    const char *kernel;  /**< ELF64 with a PVH entry. */
    const char *archive; /**< Its initial RAM disk. */
    const char *plugin;  /**< insncount.so. */
    const char *folder;  /**< Where logs and marks go. */
};

/**
 * Measure every case, by one boot for each kind.
 *
 * @return False with the reason on standard error.
 */
bool openvmk_measure(const struct guest *guest, struct sample *sample);
bool linux_measure(const struct guest *guest, struct sample *sample);

/* Between the files behind these: */

/** Start a machine with one CPU and the plugin; NULL with the reason on standard error. @p boot is for file
 * names. */
struct machine *guest_start(const struct guest *guest, const char *boot, const char *netdev,
                            const char *append);

/** Read what the plugin noted of @p boot. */
bool guest_marks(const struct guest *guest, const char *boot, struct marks *marks);

/** Enter what was noted of cases of @p kind into @p sample. @p frames: in each window; NULL: the cases' own.
 */
bool guest_enter(const struct guest *guest, const struct marks *marks, enum case_kind kind,
                 const unsigned *frames, struct sample *sample);

/** Say why @p m failed, end it, return false. */
bool guest_fail(const struct guest *guest, struct machine *m);

#endif
