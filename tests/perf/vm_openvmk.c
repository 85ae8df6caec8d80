/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_openvmk.c - OpenVMK's side: a boot for each guest, which is described in the boot archive.
 *
 * The window of VM_GUEST_LINUX begins where the plugin is told that `vm start` does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sender.h"
#include "vm.h"

#define GUEST_TIMEOUT_S     "240"
#define COMMAND_TIMEOUT_S   300
#define POWER_OFF_TIMEOUT_S 30

static const unsigned char nobody[6];

static bool run(struct machine *m, const char *command, const char *name)
{
    char line[256], *output = NULL;

    snprintf(line, sizeof line, command, name);
    bool good = machine_command(m, line, COMMAND_TIMEOUT_S, &output) == 0;
    if (!good && output != NULL) {
        fprintf(stderr, "%s: %s", line, output);
    }
    free(output);
    return good;
}

/* The guest has come to its end, and got there well. Nobody reads along, which would be counted, too. */
static bool wait_ended(const struct guest *guest, struct machine *m, const char *name)
{
    char line[256], *output = NULL;

    /* Who has stopped already can't be waited for; what it has written tells. */
    snprintf(line, sizeof line, "vm wait %s", name);
    (void)machine_command(m, line, COMMAND_TIMEOUT_S, NULL);
    snprintf(line, sizeof line, "vm console %s --last", name);
    bool told = machine_command(m, line, COMMAND_TIMEOUT_S, &output) == 0;
    bool passed = told && strstr(output, VM_PASSED) != NULL;
    if (told && !passed) {
        fprintf(stderr, "%s: %s says:\n%s", guest->name, name, output);
    }
    free(output);
    return passed;
}

static bool run_guest(const struct guest *guest, struct machine *m, enum vm_guest which,
                      struct sender *sender)
{
    const char *name = vm_guest_name(which);

    if (!machine_wait_ready(m) ||
        (vm_machine(which, NULL).nic == NULL && !run(m, "network nic wait -n vmnic0 --link up", name)) ||
        !run(m, "vm create /vm/%s.vmx", name) || !run(m, "vm start %s", name)) {
        return false;
    }
    if (sender != NULL) {
        if (!run(m, "vm console %s --timeout " GUEST_TIMEOUT_S " --until " VM_RECEIVING, name)) {
            return false;
        }
        sender_set(sender, VM_MAC, VM_FRAME);
    }
    bool good = wait_ended(guest, m, name);
    if (sender != NULL) {
        sender_set(sender, nobody, 0);
    }
    return good && machine_power_off(m, POWER_OFF_TIMEOUT_S);
}

/* Who has nobody to ask gets no lease; a disk is waited for. A kick is over when its request is on its way,
 * not when that has ended, which a guest is kept waiting for if it is known to halt. */
static const char *const options[VM_GUESTS] = {
    [VM_GUEST_EXITS] = "Startup.WaitSeconds=0", [VM_GUEST_KICKS] = "VM.LingerMicroseconds=0",
    [VM_GUEST_SEND] = "Startup.WaitSeconds=0",  [VM_GUEST_RECEIVE] = "Startup.WaitSeconds=0",
    [VM_GUEST_LINUX] = "Startup.WaitSeconds=0",
};

static bool boot_and_run(const struct guest *guest, enum vm_guest which, struct sender *sender)
{
    struct machine_options wants = vm_machine(which, sender != NULL ? sender_netdev(sender) : NULL);

    wants.append = options[which];
    struct machine *m = guest_start(guest, vm_guest_name(which), &wants, false);
    if (m == NULL) {
        return false;
    }
    if (!run_guest(guest, m, which, sender)) {
        return guest_fail(guest, m);
    }
    machine_stop(m);
    return true;
}

bool vm_measure_openvmk(const struct guest *guest, struct sample *sample)
{
    return vm_measure(guest, boot_and_run, sample);
}
