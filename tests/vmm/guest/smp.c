/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * smp.c - a second processor: INIT, start-up, interrupts to and from it while it runs and while it halts.
 */
#include "guest.h"

#define VECTOR_PING   0x50
#define VECTOR_PONG   0x51
#define VECTOR_NMI    2

#define APIC(offset)  (*(volatile uint32_t *)(0xfee00000u + (offset)))
#define APIC_ID       0x020
#define APIC_EOI      0x0b0
#define APIC_SVR      0x0f0
#define APIC_ICR_LOW  0x300
#define APIC_ICR_HIGH 0x310

#define ICR_NMI       0x00400u
#define ICR_INIT      0x04500u
#define ICR_STARTUP   0x04600u
#define ICR_ASSERT    0x04000u
#define ICR_OTHERS    0xc0000u
#define ICR_PENDING   0x01000u
#define SVR_ON        0x1ffu

#define TRAMPOLINE    0x8000u /* Below 1 MiB, a page of its own. */
#define ROUNDS        1000

/* Real mode, then flat protected mode in the kernel's own segments, on a stack of its own. */
__asm__(".pushsection .data\n"
        ".globl trampoline, trampoline_end, trampoline_gdtr\n"
        ".code16\n"
        "trampoline:\n"
        "    cli\n"
        "    movw %cs, %ax\n"
        "    movw %ax, %ds\n"
        "    lgdtl trampoline_gdtr - trampoline\n"
        "    movl %cr0, %eax\n"
        "    orl $1, %eax\n"
        "    movl %eax, %cr0\n"
        "    ljmpl $8, $second_entry\n"
        ".balign 4\n"
        "trampoline_gdtr: .skip 8\n"
        "trampoline_end:\n"
        ".popsection\n"
        ".text\n"
        ".code32\n"
        "second_entry:\n"
        "    movw $16, %ax\n"
        "    movw %ax, %ds\n"
        "    movw %ax, %es\n"
        "    movw %ax, %ss\n"
        "    movl $second_stack + 4096, %esp\n"
        "    lidt second_idtr\n"
        "    call second_main\n");

extern char trampoline[], trampoline_end[], trampoline_gdtr[];
char second_stack[4096] __attribute__((aligned(16)));
struct {
    uint16_t limit;
    uint32_t base;
} __attribute__((packed)) second_idtr;
void second_main(void);

static volatile uint32_t starts, pings, pongs, nmis, second_id;

static void send(uint32_t id, uint32_t command)
{
    APIC(APIC_ICR_HIGH) = id << 24;
    APIC(APIC_ICR_LOW) = command;
    while (APIC(APIC_ICR_LOW) & ICR_PENDING) {
    }
}

static void on_ping(struct frame *frame)
{
    pings++;
    APIC(APIC_EOI) = 0;
    send(0, ICR_ASSERT | VECTOR_PONG);
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

void second_main(void)
{
    APIC(APIC_SVR) = SVR_ON;
    second_id = APIC(APIC_ID) >> 24;
    starts++;
    for (;;) {
        __asm__ volatile("sti; hlt; cli" ::: "memory");
    }
}

static void start_second(void)
{
    uint32_t before = starts;
    char *to = (char *)TRAMPOLINE;

    __asm__ volatile("sgdt %0" : "=m"(*(char(*)[6])(trampoline_gdtr)) : : "memory");
    __asm__ volatile("sidt %0" : "=m"(second_idtr));
    for (const char *from = trampoline; from < trampoline_end; from++) {
        *to++ = *from;
    }
    APIC(APIC_SVR) = SVR_ON;
    send(1, ICR_INIT);
    send(1, ICR_STARTUP | TRAMPOLINE >> 12);
    while (starts == before) {
        __asm__ volatile("pause");
    }
}

static void test_start(void)
{
    start_second();
    CHECK(starts == 1 && second_id == 1);
    CHECK(APIC(APIC_ID) >> 24 == 0);
}

/* To one that halts, and an answer to one that halts. */
static void test_ping_pong(void)
{
    guest_handle(VECTOR_PING, on_ping);
    guest_handle(VECTOR_PONG, on_pong);
    pings = pongs = 0;
    for (unsigned i = 0; i < ROUNDS; i++) {
        send(1, ICR_ASSERT | VECTOR_PING);
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
    send(0, ICR_OTHERS | ICR_ASSERT | VECTOR_PING);
    while (pongs == 0) {
        __asm__ volatile("sti; nop; nop; cli" ::: "memory");
    }
    CHECK(pings == 1 && pongs == 1);
}

static void test_nmi(void)
{
    guest_handle(VECTOR_NMI, on_nmi);
    nmis = 0;
    send(1, ICR_ASSERT | ICR_NMI);
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
