/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * openvmk_guest.c - OpenVMK's side: each window is one load of the module bench (bench.c).
 */
#include <stdio.h>

#include "guest.h"
#include "nic.h"
#include "sender.h"

#define WINDOW_TIMEOUT_S    120
#define POWER_OFF_TIMEOUT_S 30

static const unsigned char port_mac[6] = {0x02, 0x00, 0x5e, 0x10, 0x00, 0x02}; /* bench.c's own_mac */
static const unsigned char nobody[6];

static bool run_window(struct machine *m, const struct bench_case *c)
{
    char command[256];

    snprintf(command, sizeof command,
             "system module load bench --parameters 'receive=%d size=%u burst=%u frames=%u'",
             c->kind == NIC_RECEIVE, c->size, c->burst != 0 ? c->burst : 1, c->frames);
    return machine_command(m, command, WINDOW_TIMEOUT_S, NULL) == 0 &&
           machine_command(m, "system module unload bench", WINDOW_TIMEOUT_S, NULL) == 0;
}

/* One boot, all windows of a kind. */
static bool run_windows(struct machine *m, enum nic_case_kind kind, struct sender *sender)
{
    if (!machine_wait_ready(m) ||
        machine_command(m, "network nic wait -n vmnic0 --link up", WINDOW_TIMEOUT_S, NULL) != 0) {
        return false;
    }
    for (unsigned i = 0; i < NIC_CASES; i++) {
        if (nic_cases[i].kind != kind || kind == NIC_BOOT) {
            continue;
        }
        if (sender != NULL) {
            sender_set(sender, port_mac, nic_cases[i].size);
        }
        bool good = run_window(m, &nic_cases[i]);
        if (sender != NULL) {
            sender_set(sender, nobody, 0);
        }
        if (!good) {
            return false;
        }
    }
    return machine_power_off(m, POWER_OFF_TIMEOUT_S);
}

/* @sender is NULL but for receiving. */
static bool boot_and_run(const struct guest *guest, enum nic_case_kind kind, const char *boot,
                         const char *netdev, struct sender *sender, struct sample *sample)
{
    /* Who is alone with the NIC needs no lease. */
    struct machine_options wants = {.netdev = netdev,
                                    .append = kind != NIC_BOOT ? "Startup.WaitSeconds=0" : NULL};
    struct machine *m = guest_start(guest, boot, &wants, false);
    struct marks marks;

    if (m == NULL) {
        return false;
    }
    if (!run_windows(m, kind, sender)) {
        return guest_fail(guest, m);
    }
    machine_stop(m);
    return guest_marks(guest, boot, &marks) && nic_enter(guest, &marks, kind, NULL, sample);
}

bool nic_measure_openvmk(const struct guest *guest, struct sample *sample)
{
    struct sender *sender = sender_open(guest->folder);
    bool good = sender != NULL && boot_and_run(guest, NIC_BOOT, "boot", NULL, NULL, sample) &&
                boot_and_run(guest, NIC_SEND, "send", GUEST_NETDEV_NOWHERE, NULL, sample) &&
                boot_and_run(guest, NIC_RECEIVE, "receive", sender_netdev(sender), sender, sample);

    sender_close(sender);
    return good;
}
