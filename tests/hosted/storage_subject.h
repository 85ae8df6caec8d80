/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * storage_subject.h - the driver for disks that is asked what every one is, and the device it is asked with.
 */
#ifndef STORAGE_SUBJECT_H
#define STORAGE_SUBJECT_H

#include "block_medium.h"
#include "storage_stack.h"

struct storage_subject {
    const char *name;
    /** Bring the machine up with the device in it; no driver yet. */
    void (*machine_start)(vmk_uint32 block_bytes);
    struct block_medium *medium; /**< The disk's. */
    unsigned ops;                /**< What is done to the disk: a bit for each vmk_BlockOp. */
    unsigned gives_up_ms;        /**< After which the device is reset. */
    vmk_Bool tells_loss;         /**< What fails because the device is gone says that it is, for good. */
    unsigned keeps_itself; /**< Failures of its probe() after which it keeps a reference to its device. */
    /** Commands the device has not ended. */
    unsigned (*under_way)(void);
    /** How often the driver has reset it. */
    unsigned (*resets)(void);
    /** Keep one write back for so long. */
    void (*delay_a_write)(unsigned ms);
    /** Let its registers read as ones, or all of the function. */
    void (*pull_out)(vmk_Bool all);
};
extern const struct storage_subject subject;

/** Machine, driver, and the disk open. */
void subject_start(vmk_uint32 block_bytes);

/** Close, unload; nothing is under way, nothing is left. */
void subject_stop(void);

#endif
