/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * linux_block_driver.h - a block driver that does as it is told, and says what it saw.
 */
#ifndef LINUX_BLOCK_DRIVER_H
#define LINUX_BLOCK_DRIVER_H

#include <linux/blk-mq.h>

#define BLOCKS     2048
#define BLOCK_SIZE 512
#define DEPTH      5
#define RESERVED   1
#define FIRST      100 /* The blocks before are read by whoever looks for partitions. */

/* What becomes of requests for blocks from FIRST on. */
extern struct orders {
    enum { DO, HOLD, NO_ROOM, REFUSE } manner;
    blk_status_t status;                 /* how they end */
    unsigned int requeues;               /* so many are put back instead */
    enum blk_eh_timer_return on_timeout; /* the answer about a late one */
} orders;

/* What the driver was given of them, the last one's properties, and what it was asked else. */
extern struct seen {
    unsigned int came;
    bool lasts[16]; /* `last`, of those that came */
    struct bio bio;
    bool had_bio;
    bool prepared; /* the driver has had it before, and it is as it left it */
    blk_opf_t flags;
    unsigned short segments;
    unsigned int commits, timeouts;
    unsigned long between_timeouts; /* jiffies */
    unsigned int never;             /* calls of what is never called */
} seen;

/* Requests on hold, the first first. */
extern struct request *held[16];
extern unsigned int num_held;

/* The driver's own. */
extern struct pci_dev *function;
extern struct blk_mq_tag_set set;
extern struct gendisk *disk;
extern u8 *medium;

/* End a request as the orders are: to be called with interrupts on, or from a bottom half. */
void finish(struct request *rq);

/* End the first of those on hold, and wait until whoever asked has heard of it. */
void let_one_go(void);

void block_driver_stop(void);

#endif
