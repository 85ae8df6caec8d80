/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * smp.c - a second processor: INIT, start-up, interrupts to and from it while it runs and while it halts.
 */
#include "cpus.h"

#define VECTOR_PING 0x50
#define VECTOR_PONG 0x51
#define VECTOR_NMI  2

#define ROUNDS      1000

static volatile uint32_t starts, pings, pongs, nmis, second_id;

static void on_ping(struct frame *frame)
{
    pings++;
    APIC(APIC_EOI) = 0;
    cpus_send(0, ICR_ASSERT | VECTOR_PONG);
}

static void on_pong(struct frame *frame)
{
    pongs++;
    APIC(APIC_EOI) = 0;
}

static void on_nmi(struct frame *frame)
{
    nmis++;
}

static void second_main(void)
{
    second_id = cpus_this();
    starts++;
    for (;;) {
        __asm__ volatile("sti; hlt; cli" ::: "memory");
    }
}

static void start_second(void)
{
    uint32_t before = starts;

    cpus_start(1, second_main);
    while (starts == before) {
        __asm__ volatile("pause");
    }
}

static void test_start(void)
{
    start_second();
    CHECK(starts == 1 && second_id == 1);
    CHECK(cpus_this() == 0);
}

/* To one that halts, and an answer to one that halts. */
static void test_ping_pong(void)
{
    guest_handle(VECTOR_PING, on_ping);
    guest_handle(VECTOR_PONG, on_pong);
    pings = pongs = 0;
    for (unsigned i = 0; i < ROUNDS; i++) {
        cpus_send(1, ICR_ASSERT | VECTOR_PING);
        while (pongs == i) {
            __asm__ volatile("sti; hlt; cli" ::: "memory");
        }
    }
    CHECK(pings == ROUNDS && pongs == ROUNDS);
}

static void test_broadcast(void)
{
    guest_handle(VECTOR_PING, on_ping);
    guest_handle(VECTOR_PONG, on_pong);
    pings = pongs = 0;
    cpus_send(0, ICR_OTHERS | ICR_ASSERT | VECTOR_PING);
    while (pongs == 0) {
        __asm__ volatile("sti; nop; nop; cli" ::: "memory");
    }
    CHECK(pings == 1 && pongs == 1);
}

static void test_nmi(void)
{
    guest_handle(VECTOR_NMI, on_nmi);
    nmis = 0;
    cpus_send(1, ICR_ASSERT | ICR_NMI);
    while (nmis == 0) {
        __asm__ volatile("pause");
    }
    CHECK(nmis == 1);
}

/* A second INIT begins it anew. */
static void test_restart(void)
{
    start_second();
    CHECK(starts == 2);
    test_ping_pong();
}

const struct guest_test guest_tests[] = {
    {"start", test_start}, {"ping pong", test_ping_pong}, {"broadcast", test_broadcast},
    {"nmi", test_nmi},     {"restart", test_restart},     {0, 0},
};
