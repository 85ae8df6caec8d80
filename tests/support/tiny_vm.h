/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tiny_vm.h - virtual machines whose guests are a few bytes of code, in flat protected mode: multiboot
 * kernels and descriptions, in an archive behind the boot archive, as /vm/NAME and /vm/NAME.vmx.
 *
 * What goes wrong fails the test.
 */
#ifndef TINY_VM_H
#define TINY_VM_H

#include <stddef.h>

#define TINY_VM_CODE_MAX 0x174

struct tiny_vms {
    const char *folder;
    char command[8192]; /* That makes the archive... */
    char archive[512];  /* ...which is to be here. */
};

/** Begin a set of VMs, in a folder of its own, which is made. */
void tiny_vms_init(struct tiny_vms *vms, const char *folder);

/** Add a VM of 8 MiB with that code; @p options are more lines of its description. */
void tiny_vms_add(struct tiny_vms *vms, const char *name, const void *code, size_t len, const char *options);

/** Add a description alone, as it is. */
void tiny_vms_describe(struct tiny_vms *vms, const char *name, const char *text);

/** Make the archive. @return its path, which lives as long as @p vms. */
const char *tiny_vms_archive(struct tiny_vms *vms);

#endif
