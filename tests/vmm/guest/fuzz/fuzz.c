/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuzz.c - a guest that does at random whatever a guest can do, to find out that it harms but itself.
 *
 * Its command line: seed=N; tame=N and wild=N for how many accesses of each kind; from=N for the first;
 * trace=1 has each told before it is done.
 */
#include "fuzz.h"

#define RESTORE_EVERY 64   /* Accesses, after which devices are put back in order. */
#define TELL_EVERY    2000 /* Accesses; tests/vmm/fuzz/isolation.c reads that. */
#define MSR_EFER      0xc0000080
#define EFER_BASE     0x501 /* SYSCALL, long mode. */
#define MULTIBOOT_CMD 16    /* Multiboot 0.6.96, 3.3: where the command line's address is. */

extern uint32_t guest_information;

static struct {
    uint64_t seed, tame, wild, from, trace;
} options = {.seed = 1, .tame = 10000};

static uint64_t state[4], next_access;

/* xoshiro256**, seeded by splitmix64 (Blackman, Vigna: Scrambled Linear Pseudorandom Number Generators). */

static uint64_t splitmix(uint64_t *x)
{
    uint64_t z = *x += 0x9e3779b97f4a7c15;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static void seed_access(uint64_t number)
{
    uint64_t x = options.seed * 0xd1342543de82ef95 + number;

    for (unsigned i = 0; i < 4; i++) {
        state[i] = splitmix(&x);
    }
}

static uint64_t rotate(uint64_t x, unsigned by)
{
    return x << by | x >> (64 - by);
}

uint64_t fuzz_random(void)
{
    uint64_t result = rotate(state[1] * 5, 7) * 9, t = state[1] << 17;

    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= t;
    state[3] = rotate(state[3], 45);
    return result;
}

uint32_t fuzz_below(uint32_t limit)
{
    return (uint32_t)((fuzz_random() >> 32) * limit >> 32);
}

bool fuzz_one_in(uint32_t n)
{
    return fuzz_below(n) == 0;
}

uint64_t fuzz_value(void)
{
    uint64_t power = 1ull << fuzz_below(64);

    switch (fuzz_below(8)) {
    case 0:
        return fuzz_below(16);
    case 1:
        return power;
    case 2:
        return power - 1;
    case 3:
        return ~0ull << fuzz_below(64);
    case 4:
        return fuzz_below(0x10000);
    default:
        return fuzz_random() >> fuzz_below(64);
    }
}

void fuzz_fill(void *bytes, unsigned len)
{
    for (unsigned i = 0; i < len; i++) {
        ((uint8_t *)bytes)[i] = (uint8_t)fuzz_random();
    }
}

bool fuzz_is_wild(void)
{
    return next_access > options.tame;
}

/* The command line. */

static bool begins(const char *text, const char *with)
{
    while (*with != '\0' && *text == *with) {
        text++;
        with++;
    }
    return *with == '\0';
}

static void read_option(const char *line, const char *name, uint64_t *value)
{
    for (; *line != '\0'; line++) {
        if (begins(line, name)) {
            while (*line++ != '=') {
            }
            for (*value = 0; *line >= '0' && *line <= '9'; line++) {
                *value = *value * 10 + (uint64_t)(*line - '0');
            }
            return;
        }
    }
}

static void read_options(void)
{
    const char *line =
        (const char *)(uintptr_t) * (const uint32_t *)(uintptr_t)(guest_information + MULTIBOOT_CMD);

    read_option(line, "seed=", &options.seed);
    read_option(line, "tame=", &options.tame);
    read_option(line, "wild=", &options.wild);
    read_option(line, "from=", &options.from);
    read_option(line, "trace=", &options.trace);
}

/* Telling. */

#define UART 0x3f8

static void print_number(uint64_t number)
{
    char digits[21];
    unsigned at = sizeof(digits) - 1;

    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    guest_print(&digits[at]);
}

static void tell(const char *what, uint64_t number)
{
    out8(UART + 3, 3); /* Divisor latch off. */
    out8(UART + 4, 3); /* Loop-back off. */
    out8(UART + 1, 0);
    out8(UART + 2, 0);
    guest_print("\n");
    guest_print(what);
    guest_print(" ");
    print_number(number);
    guest_print("\n");
}

/* Accesses. */

static unsigned weigh(const struct fuzz_generator *generators)
{
    unsigned sum = 0;

    for (; generators->run != 0; generators++) {
        sum += generators->weight;
    }
    return sum;
}

static const struct fuzz_generator *choose(const struct fuzz_generator *const *parts, unsigned count)
{
    unsigned sum = 0, chosen;

    for (unsigned i = 0; i < count; i++) {
        sum += weigh(parts[i]);
    }
    chosen = fuzz_below(sum);
    for (unsigned i = 0; i < count; i++) {
        for (const struct fuzz_generator *g = parts[i]; g->run != 0; g++) {
            if (chosen < g->weight) {
                return g;
            }
            chosen -= g->weight;
        }
    }
    return 0;
}

static void restore_devices(void)
{
    out8(0x21, 0xff);
    out8(0xa1, 0xff);
    fuzz_pci_restore();
    wrmsr(MSR_EFER, EFER_BASE);
}

/** Access @p number: random numbers of its own. */
static void access(uint64_t number)
{
    static const struct fuzz_generator *const tame[] = {fuzz_ports, fuzz_memory, fuzz_system, fuzz_virtio};
    static const struct fuzz_generator *const wild[] = {fuzz_wild};
    const struct fuzz_generator *generator;

    if (number % TELL_EVERY == 0) {
        tell("at", number);
    }
    if (number == options.tame) {
        tell("wild from", number);
    }
    if (number % RESTORE_EVERY == 0 || number >= options.tame) {
        restore_devices();
    }
    seed_access(number);
    generator = number < options.tame ? choose(tame, sizeof(tame) / sizeof(tame[0])) : choose(wild, 1);
    if (options.trace != 0) {
        tell(generator->name, number);
    }
    generator->run();
}

/** Where an abandoned access ends; it has the stack to itself. */
void fuzz_loop(void)
{
    fuzz_processor_restore();
    while (next_access < options.tame + options.wild) {
        access(next_access++);
        fuzz_processor_restore();
    }
    tell("done", next_access);
    guest_print("ended\n");
    out8(0xf4, 0);
    for (;;) {
        __asm__ volatile("cli; hlt");
    }
}

static void fuzz(void)
{
    read_options();
    tell("seed", options.seed);
    next_access = options.from;
    fuzz_processor_init();
    restore_devices();
    fuzz_next();
}

const struct guest_test guest_tests[] = {{"fuzz", fuzz}, {0}};
