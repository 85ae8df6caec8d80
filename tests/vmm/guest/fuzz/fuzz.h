/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuzz.h - what the parts of the fuzzing kernel share: random numbers, addresses, generators, and a way to
 * execute what may fault.
 *
 * The kernel does so many accesses, each made of the seed and the access's number alone, so that a run can be
 * replayed from any number on. An access is abandoned at the first exception, or when it has taken two ticks
 * of the APIC's timer: then the next one begins, in a processor put back in order.
 *
 * The tame accesses are random in what they do to devices and registers, but leave the kernel standing. What
 * most often does not are the wild ones, which come last.
 */
#ifndef TESTS_VMM_FUZZ_H
#define TESTS_VMM_FUZZ_H

#include "../guest.h"

#define FUZZ_VECTOR_TICK 0xfe

/** What an access may be. */
struct fuzz_generator {
    const char *name;
    unsigned weight;
    void (*run)(void);
};

extern const struct fuzz_generator fuzz_ports[], fuzz_memory[], fuzz_system[], fuzz_virtio[], fuzz_wild[];

/* Random numbers (fuzz.c). */

uint64_t fuzz_random(void);
/** From 0 to @p limit - 1. */
uint32_t fuzz_below(uint32_t limit);
bool fuzz_one_in(uint32_t n);
/** A number of the kind that borders are made of: a power of two, one more or less, all ones, a few. */
uint64_t fuzz_value(void);
/** One element of an array. */
#define FUZZ_PICK(array) ((array)[fuzz_below(sizeof(array) / sizeof((array)[0]))])

/** Fill @p len bytes. */
void fuzz_fill(void *bytes, unsigned len);

/** Whether the wild accesses have begun. */
bool fuzz_is_wild(void);

/* Addresses (address.c); those below 4 GiB are mapped to themselves. */

/** A register of a device's in memory, or close to one; never the APIC's command register. */
uint64_t fuzz_device_address(void);
/** Anywhere: mostly memory that is the fuzzer's to lose, its borders, devices, holes, above 4 GiB. */
uint64_t fuzz_address(void);
/** A port of a device's, or any. Unless wild, none that ends the machine. */
uint16_t fuzz_port(void);

/* Processor and execution (code.c). */

enum fuzz_mode {
    FUZZ_KERNEL,
    FUZZ_USER,
    FUZZ_USER_32,
    FUZZ_USER_16,
    FUZZ_MODES,
};

/** Make tables and stacks; once. */
void fuzz_processor_init(void);
/** Put control registers, segments and tables back; costs no exit. */
void fuzz_processor_restore(void);
/** Have the APIC's timer tick and its vectors come. */
void fuzz_watchdog_arm(void);

/** The registers code begins with, in the processor's order; RSP is the kernel's own in FUZZ_KERNEL. */
extern uint64_t fuzz_registers[16];
/** Give them random values; the caller then sets what it needs. */
void fuzz_registers_fill(void);

/** Execute @p len bytes, up to an exception; does not return. */
void __attribute__((noreturn)) fuzz_execute(enum fuzz_mode mode, const uint8_t *code, unsigned len);

/** Go on with the next access. */
void __attribute__((noreturn)) fuzz_next(void);

/* PCI (pci.c). */

#define FUZZ_SLOTS 8u

struct fuzz_device {
    unsigned type;        /**< Of virtio: 1 NIC, 2 block device...; 0: none there. */
    unsigned msix;        /**< Its capability; 0: none. */
    uint32_t bars[6];     /**< Where it is, 0: there is none. */
    uint32_t registers;   /**< Its memory. */
    uint16_t notify_port; /**< Of queue 0; the others follow in 4 bytes. */
};

extern struct fuzz_device fuzz_devices[FUZZ_SLOTS];

/** Put all BARs to where they are known to be, switched on. */
void fuzz_pci_restore(void);

#endif
