/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * disk.h - the disks of a machine: what holds the data, what stands between it and the controller, and the
 * controller.
 *
 * Disk N of a machine (the Nth of its list) has the node `diskN` on top, for QMP, and the device `diskN-dev`.
 * Adapters are made as disks name them. A q35 machine has an AHCI adapter of its own, which is AHCI adapter
 * 0; its port 2 is for the CD-ROM of an ISO, when there is one.
 */
#ifndef MACHINE_DISK_H
#define MACHINE_DISK_H

#include <stdbool.h>

#define MACHINE_MAX_DISKS 16

enum machine_disk_kind { MACHINE_DISK_NONE, MACHINE_DISK_AHCI, MACHINE_DISK_NVME, MACHINE_DISK_CDROM };

struct machine_disk {
    enum machine_disk_kind kind; /**< MACHINE_DISK_NONE ends the list. A CD-ROM is on AHCI. */
    unsigned adapter;            /**< Which one of its kind; of one adapter disks are ports or namespaces. */
    const char *file;            /**< A raw image, unless `backend` is given. */
    const char *backend;         /**< As QEMU's -blockdev without node-name: "driver=null-co,size=1G". */
    const char *serial;          /**< NULL: "diskN", for NVMe "nvmeADAPTER"; an NVMe adapter takes its first
                                    disk's. */
    unsigned block_size;         /**< Bytes, NVMe only; 0: 512. */
    bool read_only;
    bool throttled;           /**< Through the throttle group `diskN-throttle`, unlimited until QMP says. */
    const char *faults;       /**< Options of blkdebug, as "inject-error.0.event=none,..."; NULL: none. */
    const char *log;          /**< A file that blklogwrites logs writes and flushes to; NULL: none. */
    const char *device_more;  /**< More options of an AHCI disk's device: "physical_block_size=4096". */
    const char *adapter_more; /**< More options of the adapter, from its first disk: "max_ioqpairs=1". */
};

#endif
