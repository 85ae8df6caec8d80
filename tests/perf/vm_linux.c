/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_linux.c - Linux's side: a boot for each guest, which linux_vm.c runs on KVM; it is told of by the
 * environment that the kernel makes of unknown options.
 *
 * A kick of a disk costs KVM no more than telling its I/O thread; what that thread does then is in what a
 * read costs. The window of VM_GUEST_LINUX begins where QEMU does.
 */
#include <stdio.h>
#include <string.h>

#include "sender.h"
#include "vm.h"

#define BOOT_TIMEOUT_S  240
#define GUEST_TIMEOUT_S 900

static const unsigned char nobody[6];

static bool run_guest(struct machine *m, struct sender *sender)
{
    if (sender != NULL) {
        if (!machine_wait_console(m, VM_RECEIVING, BOOT_TIMEOUT_S)) {
            return false;
        }
        sender_set(sender, VM_MAC, VM_FRAME);
    }
    bool good = machine_wait_console(m, "@@bench done", GUEST_TIMEOUT_S);
    if (sender != NULL) {
        sender_set(sender, nobody, 0);
    }
    return good;
}

static void name_guest(char *append, size_t size, enum vm_guest which)
{
    static const char *const wants[VM_GUESTS] = {[VM_GUEST_EXITS] = "",
                                                 [VM_GUEST_KICKS] = "disk=nvme0n1",
                                                 [VM_GUEST_DISK] = "disk=nvme0n1",
                                                 [VM_GUEST_SEND] = "mac=" VM_MAC_TEXT,
                                                 [VM_GUEST_RECEIVE] = "mac=" VM_MAC_TEXT,
                                                 [VM_GUEST_LINUX] = "options=\"" VM_LINUX_OPTIONS "\""};

    snprintf(append, size, GUEST_LINUX_OPTIONS "vm=%s %s", vm_guest_name(which), wants[which]);
}

static bool boot_and_run(const struct guest *guest, enum vm_guest which, struct sender *sender)
{
    struct machine_options wants = vm_machine(which, sender != NULL ? sender_netdev(sender) : NULL);
    char append[512];

    name_guest(append, sizeof append, which);
    wants.append = append;
    struct machine *m = guest_start(guest, vm_guest_name(which), &wants, false);
    if (m == NULL) {
        return false;
    }
    if (!run_guest(m, sender)) {
        return guest_fail(guest, m);
    }
    bool passed = strstr(machine_console(m), VM_PASSED) != NULL;
    if (!passed) {
        fprintf(stderr, "%s: %s says:\n%s", guest->name, vm_guest_name(which), machine_console(m));
    }
    machine_stop(m);
    return passed;
}

bool vm_measure_linux(const struct guest *guest, struct sample *sample)
{
    return vm_measure(guest, boot_and_run, sample);
}
