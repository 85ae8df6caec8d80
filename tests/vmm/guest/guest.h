/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guest.h - what the test kernels share: printing, results, interrupts, the processor's instructions.
 *
 * A test kernel is a multiboot program in flat 32-bit protected mode, interrupts off. It prints one line a
 * test, "ok NAME" or "not ok NAME: WHY", and ends through the debug exit port with the number of failures. It
 * runs on QEMU's machine and in a virtual machine, and must print the same on both: so it prints nothing that
 * may differ.
 */
#ifndef TESTS_VMM_GUEST_H
#define TESTS_VMM_GUEST_H

#include <stdbool.h>
#include <stdint.h>

/** What an interrupt or exception handler sees. It may change the registers, and eip. */
struct frame {
    uint32_t edi, esi, ebp, esp, ebx, edx, ecx, eax;
    uint32_t vector, error_code;
    uint32_t eip, cs, eflags;
};

typedef void (*vector_handler)(struct frame *frame);

struct guest_test {
    const char *name;
    void (*run)(void);
};

/** The kernel's own: its tests, NULL name last. */
extern const struct guest_test guest_tests[];

/** Fail the running test, saying where, and go on with it. */
#define CHECK(condition)                                                                                     \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            guest_fail(#condition, __LINE__);                                                                \
        }                                                                                                    \
    } while (0)

void guest_fail(const char *what, unsigned line);
void guest_print(const char *text);
void guest_print_hex(uint32_t value);

/** Have @p handler called for @p vector; NULL: to have it is to fail. */
void guest_handle(unsigned vector, vector_handler handler);

/** Have the gate of @p vector in the interrupt descriptor table be there, or not. */
void guest_gate_present(unsigned vector, bool present);

/** How often @p vector came since the test began, whoever handles it. */
unsigned guest_count(unsigned vector);

/** Execute an instruction that may fault, and is skipped then: guest_faulted() tells the vector. */
#define TRY(instruction, ...)                                                                                \
    do {                                                                                                     \
        guest_try_begin();                                                                                   \
        __asm__ volatile("movl $1f, guest_resume\n\t" instruction "\n1:" __VA_ARGS__);                       \
    } while (0)

extern volatile uint32_t guest_resume;
void guest_try_begin(void);
/** @return the vector of the exception in the last TRY(), -1 for none; its error code is in *error_code. */
int guest_faulted(uint32_t *error_code);

static inline void out8(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" ::"a"(value), "Nd"(port));
}

static inline uint8_t in8(uint16_t port)
{
    uint8_t value;

    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline void out32(uint16_t port, uint32_t value)
{
    __asm__ volatile("outl %0, %1" ::"a"(value), "Nd"(port));
}

static inline uint32_t in32(uint16_t port)
{
    uint32_t value;

    __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline uint64_t rdmsr(uint32_t msr)
{
    uint64_t value;

    __asm__ volatile("rdmsr" : "=A"(value) : "c"(msr));
    return value;
}

static inline void wrmsr(uint32_t msr, uint64_t value)
{
    __asm__ volatile("wrmsr" ::"c"(msr), "A"(value));
}

struct cpuid {
    uint32_t eax, ebx, ecx, edx;
};

static inline struct cpuid cpuid(uint32_t leaf, uint32_t subleaf)
{
    struct cpuid r;

    __asm__ volatile("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx) : "a"(leaf), "c"(subleaf));
    return r;
}

#endif
