/* SPDX-License-Identifier: GPL-2.0-only */
#include "cases.h"

#include "marks.h"

/* 60 bytes and the FCS make the 64 that everybody speaks of. */
const struct bench_case cases[CASES] = {
    {"e1000.tx64.burst32", CASE_SEND, 60, 32, 64000, 0},
    {"e1000.tx64.burst1", CASE_SEND, 60, 1, 64000, 0},
    {"e1000.tx1514.burst32", CASE_SEND, 1514, 32, 64000, 0},
    {"e1000.rx64", CASE_RECEIVE, 60, 0, 32000, 0},
    {"e1000.rx1514", CASE_RECEIVE, 1514, 0, 32000, 0},
    {"boot.link", CASE_BOOT, 0, 0, 0, MARK_LINK_UP},
    {"boot.dhcp", CASE_BOOT, 0, 0, 0, MARK_LEASE},
};

const char *case_unit(const struct bench_case *c)
{
    return c->kind == CASE_BOOT ? "instructions" : "instructions/packet";
}
