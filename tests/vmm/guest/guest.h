/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guest.h - what the test kernels share: printing, results, interrupts, the processor's instructions.
 *
 * A test kernel is a multiboot program in flat 32-bit protected mode, or in long mode with the first 4 GiB
 * mapped to themselves, interrupts off. It prints one line a test, "ok NAME" or "not ok NAME: WHY", and ends
 * through the debug exit port with the number of failures. It runs on QEMU's machine and in a virtual
 * machine, and must print the same on both: so it prints nothing that may differ.
 */
#ifndef TESTS_VMM_GUEST_H
#define TESTS_VMM_GUEST_H

#include <stdbool.h>
#include <stdint.h>

/** What an interrupt or exception handler sees, and may change. */
struct frame {
#ifdef __x86_64__
    uintptr_t r15, r14, r13, r12, r11, r10, r9, r8;
#else
    uintptr_t es, ds;
#endif
    uintptr_t di, si, bp, handler_sp, bx, dx, cx, ax;
    uintptr_t vector, error_code;
    uintptr_t ip, cs, flags;
    uintptr_t sp, ss; /**< Outside long mode only there if the privilege level changed. */
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

/** Segment descriptors: null, code and data of level 0; the others are the kernel's. */
#define GUEST_CODE 0x08
#define GUEST_DATA 0x10
extern uint64_t guest_gdt[16];

/** The interrupt descriptor table: interrupt gates of level 0. */
struct guest_gate {
    uint16_t offset_low, selector, type, offset_middle;
#ifdef __x86_64__
    uint32_t offset_high, reserved;
#endif
};
extern struct guest_gate guest_idt[256];

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
    uint32_t low, high;

    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
    return (uint64_t)high << 32 | low;
}

static inline void wrmsr(uint32_t msr, uint64_t value)
{
    __asm__ volatile("wrmsr" ::"c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
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

/** Whether this is one of our virtual machines: for what QEMU's machine does not do, or not as the manuals
 * say. */
static inline bool guest_is_vm(void)
{
    return cpuid(0x40000000, 0).ebx == 0x6e65704f; /* "Open" */
}

#endif
