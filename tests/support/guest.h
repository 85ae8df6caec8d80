/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guest.h - Debian's Linux in a VM, driven over the VM's console. A failing helper fails the running Check
 * test, with the guest's own words.
 */
#ifndef TESTS_GUEST_H
#define TESTS_GUEST_H

#include "boot.h"

#define GUEST_BOOT_S  1500 /**< Four guests at once, on a host with twenty times as much to do. */
#define GUEST_SHELL_S 300

#define GUEST_DISK    "t10.NVMe____QEMU_NVMe_Ctrl__________________________nvme0"

/** A VM, as it differs from the one of `./vmk boot --vm`. */
struct guest_description {
    const char *name;
    unsigned memory_mib;
    unsigned vcpus;      /**< 0: 1. */
    const char *disk;    /**< NULL: GUEST_DISK's first partition. */
    const char *options; /**< More of its kernel's; NULL: none. */
    const char *more;    /**< Lines, without quotation marks of the shell ('); NULL: none. */
};

/** @return how many CPUs a machine wants whose guests are to have @p cpus: under QEMU's TCG they stay off the
 * first one, if there is another (CAVEATS.md). */
unsigned guest_machine_cpus(unsigned cpus);

/** Write @p folder/NAME.vmx, which guest_make_archive() takes. */
void guest_describe(const char *folder, const struct guest_description *description);

/** Make @p folder anew, empty. */
void guest_make_folder(const char *folder);

/** @return a boot archive, @p folder/archive, with Debian's kernel and each *.vmx of @p folder in /vm. */
const char *guest_make_archive(const char *folder);

/** @return an NVMe disk, @p folder/nvme.img, whose first @p roots partitions are Debian's root, as made. */
const char *guest_make_disk(const char *folder, unsigned roots);

/** Have e1000 receive a frame that it copies, before holdings_settle(): its ring has one more buffer then,
 * for good. */
void guest_warm_up(struct machine *m);

/** Wait until the guest has written @p text. */
void guest_wait(struct machine *m, const char *vm, const char *text, unsigned timeout_s);

/** Type a line to the guest's shell, and wait for nothing. No quotation marks (") in it. */
void guest_type(struct machine *m, const char *vm, const char *line);

/** Have the guest's shell run a command; it must succeed. */
void guest_run(struct machine *m, const char *vm, const char *shell);

/** Wait until the VM has stopped; @p end is what it must have stopped by. */
void guest_expect_end(struct machine *m, const char *vm, const char *end);

#endif
