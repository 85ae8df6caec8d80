/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * address.c - where there is something to hit: devices' registers and ports, memory and its borders.
 */
#include "fuzz.h"

#define ARENA_FIRST   0x800000u /* What the fuzzer has no use for. */
#define ARENA_END     0x4000000u
#define LAPIC         0xfee00000u
#define LAPIC_ICR     0x300
#define ECAM          0xe0000000u
#define PCI_FIRST     0xc0000000u
#define FAR_WINDOW    0x8000000000ull /* code.c: guest-physical addresses above 4 GiB. */
#define FAR_GIGABYTES 512

struct range {
    uint32_t base, bytes;
};

static uint32_t device_range(struct range *range)
{
    static const struct range fixed[] = {
        {LAPIC, 0x400}, {LAPIC, 0x1000}, {0xfec00000, 0x40}, {0xfec00000, 0x1000}, {0xfed00000, 0x400},
    };
    const struct fuzz_device *device = &fuzz_devices[fuzz_below(FUZZ_SLOTS)];
    uint32_t bar = device->bars[fuzz_below(6)];

    if (fuzz_one_in(3)) {
        *range = FUZZ_PICK(fixed);
    } else if (bar >= PCI_FIRST && fuzz_one_in(2)) {
        *range = (struct range){bar, fuzz_one_in(4) ? 0x1000 : 0x80};
    } else if (device->registers != 0) {
        *range = (struct range){device->registers, 0x240};
    } else {
        *range = (struct range){ECAM + (fuzz_below(FUZZ_SLOTS) << 15), fuzz_one_in(4) ? 0x1000 : 0x100};
    }
    return range->bytes;
}

uint64_t fuzz_device_address(void)
{
    struct range range;
    uint32_t offset = fuzz_below(device_range(&range));

    switch (fuzz_below(8)) {
    case 0: /* Anything, at its end too. */
        break;
    case 1:
        offset = range.bytes - 1 - fuzz_below(16);
        break;
    case 2:
        offset &= ~1u;
        break;
    default:
        offset &= range.base == LAPIC ? ~0xfu : ~3u;
    }
    if (range.base == LAPIC && (offset & ~0xfu) == LAPIC_ICR) {
        offset = 0x20;
    }
    return range.base + offset;
}

/** At an end of something, or across it. */
static uint64_t border(void)
{
    static const uint64_t borders[] = {
        0,          0xa0000,    0x100000,   ARENA_END,     PCI_FIRST,    ECAM,
        0xe0100000, 0xfec00000, 0xfec01000, 0xfed00400,    LAPIC,        0xfee01000,
        1ull << 32, FAR_WINDOW, 1ull << 47, -(1ull << 47), -(1ull << 12)};

    return FUZZ_PICK(borders) - fuzz_below(64);
}

uint64_t fuzz_address(void)
{
    uint64_t arena = ARENA_FIRST + fuzz_below(ARENA_END - ARENA_FIRST);

    switch (fuzz_below(16)) {
    case 0:
        return border();
    case 1:
        return fuzz_device_address();
    case 2:
        return FAR_WINDOW + (fuzz_random() & ((1ull * FAR_GIGABYTES << 30) - 1));
    case 3:
        return fuzz_random();
    case 4:
        return PCI_FIRST + fuzz_below(0x40000000);
    case 5:
        return (arena | 0xfff) - fuzz_below(16); /* Across pages. */
    case 6:
        return arena;
    default:
        return arena & ~0xfull;
    }
}

static bool ends_the_machine(uint16_t port)
{
    static const uint16_t ports[] = {0x64, 0x92, 0xf4, 0x505, 0x604, 0x605, 0xcf9};

    for (unsigned i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
        if (port <= ports[i] && port + 3 >= ports[i]) {
            return true;
        }
    }
    return false;
}

static uint16_t any_port(void)
{
    static const struct {
        uint16_t base, count;
    } ranges[] = {
        {0x20, 2},  {0xa0, 2},  {0x4d0, 2}, {0x40, 4},  {0x60, 5},   {0x61, 1},     {0x70, 2},
        {0x3f8, 8}, {0x600, 4}, {0x608, 8}, {0xcf8, 8}, {0x600, 64}, {0xc000, 256}, {0x2000, 2048},
        {0x80, 1},  {0x92, 1},  {0xf4, 1},  {0x505, 1}, {0xfffd, 3},
    };
    unsigned i = fuzz_below(sizeof(ranges) / sizeof(ranges[0]));

    if (fuzz_one_in(8)) {
        return (uint16_t)fuzz_random();
    }
    if (fuzz_one_in(4)) {
        return (uint16_t)(fuzz_devices[fuzz_below(FUZZ_SLOTS)].notify_port + fuzz_below(64));
    }
    return (uint16_t)(ranges[i].base + fuzz_below(ranges[i].count));
}

uint16_t fuzz_port(void)
{
    uint16_t port;

    do {
        port = any_port();
    } while (!fuzz_is_wild() && ends_the_machine(port));
    return port;
}
