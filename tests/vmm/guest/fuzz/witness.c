/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * witness.c - a guest that behaves and looks: that its memory stays what it is, its timer ticks, its disk has
 * what it wrote. It goes on for ever; what is wrong ends it, with a line.
 */
#include "../guest.h"

#define APIC(offset)   (*(volatile uint32_t *)(uintptr_t)(0xfee00000u + (offset)))
#define VECTOR_TICK    0x40
#define TICK_COUNT     5000000u /* Nanoseconds. */

#define UART           0x3f8
#define UART_LINE      0x3fd
#define UART_RECEIVED  1

#define MEMORY_FIRST   0x800000u
#define MEMORY_END     0x2000000u
#define MEMORY_A_ROUND 0x40000u

#define ECAM           0xe0000000u
#define REGISTERS      0xd0000000u
#define NOTIFY         0x2000
#define SLOT           1

#define RING_SIZE      64
#define BLOCK          4096u
#define BLOCKS         2048u /* Of the disk. */
#define BLOCKS_A_ROUND 8u

#define REQUEST_IN     0
#define REQUEST_OUT    1
#define REQUEST_FLUSH  4

static struct {
    struct {
        uint64_t address;
        uint32_t len;
        uint16_t flags, next;
    } desc[RING_SIZE];
    struct {
        uint16_t flags, index, ring[RING_SIZE], used_event;
    } avail;
    struct {
        uint16_t flags, index;
        struct {
            uint32_t id, len;
        } ring[RING_SIZE];
        uint16_t avail_event;
    } used __attribute__((aligned(4)));
} ring __attribute__((aligned(4096)));

static struct {
    uint32_t type, reserved;
    uint64_t sector;
    volatile uint8_t status;
} request __attribute__((aligned(64)));

static uint64_t buffer[BLOCK / 8] __attribute__((aligned(4096)));
static volatile uint64_t ticks;
static uint32_t generations[BLOCKS]; /* What each block was written with; 0: not yet. */

static void __attribute__((noreturn)) wrong(const char *what, uint64_t at)
{
    guest_print("wrong: ");
    guest_print(what);
    guest_print(" at ");
    guest_print_hex((uint32_t)at);
    guest_print("\n");
    out8(0xf4, 1);
    for (;;) {
        __asm__ volatile("cli; hlt");
    }
}

static void on_tick(struct frame *frame)
{
    ticks++;
    APIC(0xb0) = 0;
}

static void wait_tick(void)
{
    uint64_t before = ticks;

    while (ticks == before) {
        __asm__ volatile("sti; hlt; cli" ::: "memory");
    }
}

/* What is held for it can be counted while it does nothing: 'p' on its console, then 'g'. */

static uint8_t typed(void)
{
    return in8(UART_LINE) & UART_RECEIVED ? in8(UART) : 0;
}

static void pause_if_asked(void)
{
    static uint32_t pauses;

    if (typed() != 'p') {
        return;
    }
    guest_print("paused ");
    guest_print_hex(++pauses);
    guest_print("\n");
    while (typed() != 'g') {
        wait_tick();
    }
}

/* Memory: each word says where it is. */

static uint64_t word_at(uintptr_t at)
{
    return at * 0x9e3779b97f4a7c15;
}

static void fill_memory(void)
{
    for (uintptr_t at = MEMORY_FIRST; at < MEMORY_END; at += 8) {
        *(volatile uint64_t *)at = word_at(at);
    }
}

static void look_at_memory(unsigned round)
{
    uintptr_t first = MEMORY_FIRST + round * MEMORY_A_ROUND % (MEMORY_END - MEMORY_FIRST);

    for (uintptr_t at = first; at < first + MEMORY_A_ROUND; at += 8) {
        if (*(volatile uint64_t *)at != word_at(at)) {
            wrong("memory", at);
        }
    }
}

/* The disk: a block says its number and when it was written. */

static volatile uint32_t *config(unsigned offset)
{
    return (volatile uint32_t *)(uintptr_t)(ECAM + (SLOT << 15) + offset);
}

static void put(unsigned at, unsigned bytes, uint32_t value)
{
    uintptr_t address = REGISTERS + at;

    if (bytes == 1) {
        *(volatile uint8_t *)address = (uint8_t)value;
    } else if (bytes == 2) {
        *(volatile uint16_t *)address = (uint16_t)value;
    } else {
        *(volatile uint32_t *)address = value;
    }
}

/* BAR 0 has the notifications, BAR 4 the registers; event indices are not used (virtio 1.2, 4.1.4). */
static void start_disk(void)
{
    const uint32_t parts[] = {(uint32_t)(uintptr_t)ring.desc, (uint32_t)(uintptr_t)&ring.avail,
                              (uint32_t)(uintptr_t)&ring.used};

    if (*config(0) != 0x10421af4) {
        wrong("no disk", 0);
    }
    *config(0x10) = NOTIFY;
    *config(0x20) = REGISTERS;
    *config(0x24) = 0;
    *config(4) = 7;
    put(0x14, 1, 0);
    put(0x14, 1, 3);
    put(0x08, 4, 0);
    put(0x0c, 4, 1u << 9); /* Flush. */
    put(0x08, 4, 1);
    put(0x0c, 4, 1); /* Version 1. */
    put(0x14, 1, 11);
    put(0x16, 2, 0);
    put(0x18, 2, RING_SIZE);
    for (unsigned i = 0; i < 3; i++) {
        put(0x20 + 8 * i, 4, parts[i]);
        put(0x24 + 8 * i, 4, 0);
    }
    put(0x1c, 2, 1);
    put(0x14, 1, 15);
    ring.avail.flags = 1; /* No interrupts. */
}

static void do_request(uint32_t type, uint32_t block)
{
    unsigned data = type == REQUEST_FLUSH ? 0 : 1;
    volatile uint16_t *used = &ring.used.index;
    uint16_t before = *used;

    request.type = type;
    request.sector = (uint64_t)block * (BLOCK / 512);
    request.status = 0xff;
    ring.desc[0].address = (uintptr_t)&request;
    ring.desc[0].len = 16;
    ring.desc[0].flags = 1;
    ring.desc[0].next = 2 - (uint16_t)data;
    ring.desc[1].address = (uintptr_t)buffer;
    ring.desc[1].len = BLOCK;
    ring.desc[1].flags = type == REQUEST_IN ? 3 : 1;
    ring.desc[1].next = 2;
    ring.desc[2].address = (uintptr_t)&request.status;
    ring.desc[2].len = 1;
    ring.desc[2].flags = 2;
    ring.avail.ring[ring.avail.index % RING_SIZE] = 0;
    __sync_synchronize();
    ring.avail.index++;
    __asm__ volatile("outw %0, %1" ::"a"((uint16_t)0), "d"((uint16_t)NOTIFY) : "memory");
    while (*used == before) {
        __asm__ volatile("sti; pause; cli" ::: "memory");
    }
    if (request.status != 0) {
        wrong("request", block);
    }
}

static uint64_t content(uint32_t block, unsigned i)
{
    return word_at((uintptr_t)generations[block] << 32 | block << 9 | i);
}

static void look_at_disk(unsigned round)
{
    for (unsigned n = 0; n < BLOCKS_A_ROUND; n++) {
        uint32_t block = (round * BLOCKS_A_ROUND + n) % BLOCKS;

        if (generations[block] != 0) {
            do_request(REQUEST_IN, block);
            for (unsigned i = 0; i < BLOCK / 8; i++) {
                if (buffer[i] != content(block, i)) {
                    wrong("disk", block);
                }
            }
        }
        generations[block]++;
        for (unsigned i = 0; i < BLOCK / 8; i++) {
            buffer[i] = content(block, i);
        }
        do_request(REQUEST_OUT, block);
    }
    do_request(REQUEST_FLUSH, 0);
}

static void witness(void)
{
    out8(0x21, 0xff);
    out8(0xa1, 0xff);
    guest_handle(VECTOR_TICK, on_tick);
    APIC(0xf0) = 0x1ff;
    APIC(0x3e0) = 0xb;
    APIC(0x320) = 0x20000 | VECTOR_TICK;
    APIC(0x380) = TICK_COUNT;
    fill_memory();
    start_disk();
    guest_print("looking\n");
    for (unsigned round = 0;; round++) {
        look_at_memory(round);
        look_at_disk(round);
        wait_tick();
        pause_if_asked();
    }
}

const struct guest_test guest_tests[] = {{"witness", witness}, {0}};
