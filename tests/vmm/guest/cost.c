/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cost.c - exits by the thousand between two marks (vmkapi/base/mark.h), for tools/insncount to say what one
 * costs.
 */
#include "guest.h"

#define COUNT      1000

#define MARK_START 1
#define MARK_END   2
#define MARK(id)   MARK_BYTES(id)
#define MARK_BYTES(id)                                                                                       \
    __asm__ volatile(".byte 0x0f, 0x1f, 0x84, 0x00, " #id ", 0x56, 0x4d, 0x4b" ::: "memory")

static void cost_cpuid(void)
{
    (void)cpuid(0, 0);
    MARK(MARK_START);
    for (unsigned i = 0; i < COUNT; i++) {
        (void)cpuid(0, 0);
    }
    MARK(MARK_END);
}

static void cost_port(void)
{
    MARK(MARK_START);
    for (unsigned i = 0; i < COUNT; i++) {
        out8(0x80, 0);
    }
    MARK(MARK_END);
}

static void cost_apic_read(void)
{
    volatile uint32_t *id = (volatile uint32_t *)0xfee00020;

    (void)*id;
    MARK(MARK_START);
    for (unsigned i = 0; i < COUNT; i++) {
        (void)*id;
    }
    MARK(MARK_END);
}

static void cost_msr(void)
{
    (void)rdmsr(0xc0000080);
    MARK(MARK_START);
    for (unsigned i = 0; i < COUNT; i++) {
        (void)rdmsr(0xc0000080);
    }
    MARK(MARK_END);
}

const struct guest_test guest_tests[] = {
    {"cpuid", cost_cpuid}, {"port", cost_port}, {"apic read", cost_apic_read}, {"msr", cost_msr}, {0, 0},
};
