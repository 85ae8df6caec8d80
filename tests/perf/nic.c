/* SPDX-License-Identifier: GPL-2.0-only */
#include "nic.h"

#include "guest.h"

#define PACKET .unit = "instructions/packet"
#define BOOT   .unit = "instructions", .kind = NIC_BOOT

/* 60 bytes and the FCS make the 64 that everybody speaks of. */
const struct bench_case nic_cases[NIC_CASES] = {
    {"e1000.tx64.burst32", PACKET, .kind = NIC_SEND, .size = 60, .burst = 32, .frames = 64000},
    {"e1000.tx64.burst1", PACKET, .kind = NIC_SEND, .size = 60, .burst = 1, .frames = 64000},
    {"e1000.tx1514.burst32", PACKET, .kind = NIC_SEND, .size = 1514, .burst = 32, .frames = 64000},
    {"e1000.rx64", PACKET, .kind = NIC_RECEIVE, .size = 60, .frames = 32000},
    {"e1000.rx1514", PACKET, .kind = NIC_RECEIVE, .size = 1514, .frames = 32000},
    {"boot.link", BOOT, .mark = MARK_LINK_UP},
    {"boot.dhcp", BOOT, .mark = MARK_LEASE},
};

const struct suite nic_suite = {.name = "nic",
                                .cases = nic_cases,
                                .count = NIC_CASES,
                                .openvmk = nic_measure_openvmk,
                                .linux_ = nic_measure_linux};

bool nic_enter(const struct guest *guest, const struct marks *marks, enum nic_case_kind kind,
               const unsigned *frames, struct sample *sample)
{
    unsigned window = 0;

    for (unsigned i = 0; i < NIC_CASES; i++) {
        const struct bench_case *c = &nic_cases[i];
        if (c->kind != kind) {
            continue;
        }
        uint64_t counted =
            kind == NIC_BOOT ? marks->since_entry[c->mark] : marks->windows[window].counts.instructions;
        if (counted == 0) {
            return guest_lacks(guest, c);
        }
        unsigned of = kind == NIC_BOOT ? 1 : frames != NULL ? frames[window] : c->frames;
        sample->value[i][METRIC_INSTRUCTIONS] = (double)counted / of;
        window++;
    }
    return true;
}
