/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * linux_guest.c - Linux's side: each boot has linux_init.c do all windows of a kind, which it is told of by
 * the environment that the kernel makes of unknown options.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest.h"
#include "nic.h"
#include "sender.h"

#define BOOT_TIMEOUT_S   240
#define WINDOW_TIMEOUT_S 240

static const unsigned char nic_mac[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56}; /* QEMU's first */
static const unsigned char nobody[6];

/* What goes by itself: boot, and wait until linux_init is done. */
static bool measure_alone(const struct guest *guest, enum nic_case_kind kind, const char *boot,
                          const char *netdev, const char *append, struct sample *sample)
{
    struct machine_options wants = {.netdev = netdev, .append = append};
    struct machine *m = guest_start(guest, boot, &wants, false);
    struct marks marks;

    if (m == NULL) {
        return false;
    }
    if (!machine_wait_console(m, "@@bench done", BOOT_TIMEOUT_S + WINDOW_TIMEOUT_S)) {
        return guest_fail(guest, m);
    }
    machine_stop(m);
    return guest_marks(guest, boot, &marks) && nic_enter(guest, &marks, kind, NULL, sample);
}

static bool measure_sending(const struct guest *guest, struct sample *sample)
{
    char append[512] = GUEST_LINUX_OPTIONS "send=";

    for (unsigned i = 0; i < NIC_CASES; i++) {
        if (nic_cases[i].kind == NIC_SEND) {
            snprintf(append + strlen(append), sizeof append - strlen(append), "%u:%u:%u,", nic_cases[i].size,
                     nic_cases[i].burst, nic_cases[i].frames);
        }
    }
    return measure_alone(guest, NIC_SEND, "send", GUEST_NETDEV_NOWHERE, append, sample);
}

/* Have window @p number measured while frames come in. */
static bool receive_window(struct machine *m, struct sender *sender, unsigned number, unsigned size,
                           unsigned *frames)
{
    char text[64];

    snprintf(text, sizeof text, "@@bench ready %u", number);
    if (!machine_wait_console(m, text, BOOT_TIMEOUT_S)) {
        return false;
    }
    sender_set(sender, nic_mac, size);
    snprintf(text, sizeof text, "@@bench end %u", number);
    bool good = machine_wait_console(m, text, WINDOW_TIMEOUT_S);
    sender_set(sender, nobody, 0);
    snprintf(text, sizeof text, "@@bench got %u ", number);
    const char *got = good ? strstr(machine_console(m), text) : NULL;
    *frames = got != NULL ? (unsigned)strtoul(got + strlen(text), NULL, 10) : 0;
    return *frames != 0;
}

static bool receive_windows(struct machine *m, struct sender *sender, unsigned *frames)
{
    unsigned number = 0;

    for (unsigned i = 0; i < NIC_CASES; i++) {
        if (nic_cases[i].kind == NIC_RECEIVE) {
            if (!receive_window(m, sender, number, nic_cases[i].size, &frames[number])) {
                return false;
            }
            number++;
        }
    }
    return machine_wait_console(m, "@@bench done", WINDOW_TIMEOUT_S);
}

static bool measure_receiving(const struct guest *guest, struct sample *sample)
{
    char append[512];
    unsigned frames[NIC_CASES], windows = 0;
    struct marks marks;
    bool good = false;

    for (unsigned i = 0; i < NIC_CASES; i++) {
        windows += nic_cases[i].kind == NIC_RECEIVE;
    }
    snprintf(append, sizeof append, GUEST_LINUX_OPTIONS "receive=%u", windows);
    struct sender *sender = sender_open(guest->folder);
    struct machine_options wants = {.netdev = sender != NULL ? sender_netdev(sender) : NULL,
                                    .append = append};
    struct machine *m = sender != NULL ? guest_start(guest, "receive", &wants, false) : NULL;
    if (m != NULL && !receive_windows(m, sender, frames)) {
        guest_fail(guest, m);
    } else if (m != NULL) {
        machine_stop(m);
        good = guest_marks(guest, "receive", &marks) && nic_enter(guest, &marks, NIC_RECEIVE, frames, sample);
    }
    sender_close(sender);
    return good;
}

bool nic_measure_linux(const struct guest *guest, struct sample *sample)
{
    return measure_alone(guest, NIC_BOOT, "boot", NULL, GUEST_LINUX_OPTIONS "lease=1", sample) &&
           measure_sending(guest, sample) && measure_receiving(guest, sample);
}
