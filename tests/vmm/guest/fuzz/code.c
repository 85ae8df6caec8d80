/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * code.c - executing what may fault: at any privilege, in any width of code, and back from everything.
 *
 * The kernel's own 4 MiB are out of user code's reach; all other addresses below 4 GiB are in it. Exceptions
 * and interrupts have stacks of their own, so that they are taken whatever the stack pointer is.
 */
#include "fuzz.h"

#define CODE            0x400000u /* Of what is executed; the base of its 16-bit segment, too. */
#define CODE_BYTES      0x10000u
#define USER_STACK      0x600000u

#define PAGE_PRESENT    0x3ull /* And writable. */
#define PAGE_USER       0x4ull
#define PAGE_LARGE      0x80ull

#define USER_CODE_32    (3 * 8 | 3)
#define USER_DATA       (4 * 8 | 3)
#define USER_CODE_64    (5 * 8 | 3)
#define USER_CODE_16    (6 * 8 | 3)
#define TSS             (8 * 8)
#define TSS_AVAILABLE   0x890000000000ull

#define CR0_BASE        0x80050033 /* Paging, protection, numeric errors, write protection, alignment mask. */
#define CR4_BASE        0x620      /* Physical address extension, SSE. */
#define CR4_OSXSAVE     0x40000u
#define CPUID_XSAVE     (1u << 26)
#define CPUID_AVX       (1u << 28)

#define FLAGS_ALWAYS    0x2u
#define FLAGS_TF        0x100u
#define FLAGS_IF        0x200u
#define FLAGS_STATUS    0x8d5u
#define FLAGS_AC        0x40000u

#define MSR_APIC_BASE   0x1b
#define MSR_X2APIC_EOI  0x80b
#define APIC_ENABLED    0x800u
#define APIC_X2APIC     0x400u
#define APIC_BASE       0xfee00000u
#define APIC(offset)    (*(volatile uint32_t *)(uintptr_t)(APIC_BASE + (offset)))
#define TICK_COUNT      10000000u /* Nanoseconds. */
#define TICKS_AN_ACCESS 2u

/** Registers in the processor's order, and what IRET takes. */
struct entry {
    uint64_t registers[16];
    uint64_t ip, cs, flags, sp, ss;
};

extern char stack_top[];
void fuzz_loop(void);
void fuzz_enter(const struct entry *entry);

static uint64_t root[512] __attribute__((aligned(4096))), pointers[512] __attribute__((aligned(4096))),
    directories[4][512] __attribute__((aligned(4096))), far_pointers[512] __attribute__((aligned(4096)));

static struct {
    uint32_t reserved0;
    uint64_t rsp[3], reserved1, ist[7], reserved2;
    uint16_t reserved3, io_map;
    uint8_t io_bits[8193];
} __attribute__((packed)) tss;

static uint8_t stacks[3][8192] __attribute__((aligned(16)));
static uint8_t scratch_stack[8192] __attribute__((aligned(16)));

uint64_t fuzz_registers[16];
static uint64_t cr4_base = CR4_BASE, xcr0;
static volatile unsigned ticks;

struct table_register {
    uint16_t limit;
    uint64_t base;
} __attribute__((packed));

/* Tables. */

static void make_pages(void)
{
    root[0] = (uintptr_t)pointers | PAGE_PRESENT | PAGE_USER;
    root[1] = (uintptr_t)far_pointers | PAGE_PRESENT | PAGE_USER;
    for (uint64_t i = 0; i < 4; i++) {
        pointers[i] = (uintptr_t)directories[i] | PAGE_PRESENT | PAGE_USER;
    }
    for (uint64_t i = 0; i < 2048; i++) {
        directories[i / 512][i % 512] = i << 21 | PAGE_PRESENT | PAGE_LARGE | (i < 2 ? 0 : PAGE_USER);
    }
    for (uint64_t i = 0; i < 512; i++) { /* 512 GiB from 4 GiB on. */
        far_pointers[i] = (i + 4) << 30 | PAGE_PRESENT | PAGE_LARGE | PAGE_USER;
    }
}

static void make_segments(void)
{
    uint64_t base = (uintptr_t)&tss;

    guest_gdt[3] = 0x00cffb000000ffff;
    guest_gdt[4] = 0x00cff3000000ffff;
    guest_gdt[5] = 0x00affb000000ffff;
    guest_gdt[6] = 0x008ffb400000ffff;
    guest_gdt[8] = TSS_AVAILABLE | (base & 0xffffff) << 16 | (base >> 24 & 0xff) << 56 | (sizeof(tss) - 1);
    guest_gdt[9] = base >> 32;
    tss.io_map = __builtin_offsetof(typeof(tss), io_bits);
    tss.io_bits[8192] = 0xff;
    tss.rsp[0] = (uintptr_t)(stacks[0] + sizeof(stacks[0]));
    for (unsigned i = 0; i < 3; i++) {
        tss.ist[i] = (uintptr_t)(stacks[i] + sizeof(stacks[i]));
    }
}

#define GATE         0x8e00
#define GATE_STACK   1 /* In the interrupt stack table. */
#define GATE_NMI     2
#define GATE_DEBUG   3
#define VECTOR_DEBUG 1
#define VECTOR_NMI   2
#define EXCEPTIONS   32

static void restore_gates(void)
{
    extern const char vector_stubs[];

    for (unsigned i = 0; i < 256; i++) {
        uintptr_t stub = (uintptr_t)vector_stubs + i * 16;
        unsigned stack = i == VECTOR_NMI ? GATE_NMI : i == VECTOR_DEBUG ? GATE_DEBUG : GATE_STACK;

        guest_idt[i] = (struct guest_gate){.offset_low = (uint16_t)stub,
                                           .selector = GUEST_CODE,
                                           .type = (uint16_t)(GATE | stack),
                                           .offset_middle = (uint16_t)(stub >> 16)};
    }
}

static void load_tables(void)
{
    struct table_register gdtr = {sizeof(guest_gdt) - 1, (uintptr_t)guest_gdt},
                          idtr = {sizeof(guest_idt) - 1, (uintptr_t)guest_idt};

    make_segments();
    __asm__ volatile("lgdt %0; lidt %1; lldt %w2; ltr %w3; mov %4, %%ds; mov %4, %%es; mov %4, %%fs; "
                     "mov %4, %%gs; mov %5, %%ss" ::"m"(gdtr),
                     "m"(idtr), "r"(0), "r"(TSS), "r"(USER_DATA), "r"(GUEST_DATA)
                     : "memory");
}

void fuzz_processor_restore(void)
{
    __asm__ volatile("mov %0, %%cr4; mov %1, %%cr0; mov %2, %%cr3" ::"r"(cr4_base), "r"((uint64_t)CR0_BASE),
                     "r"(root)
                     : "memory");
    __asm__ volatile("mov %0, %%dr7; mov %1, %%dr6" ::"r"(0x400ull), "r"(0xffff0ff0ull));
    if (xcr0 != 0) {
        __asm__ volatile("xsetbv" ::"a"((uint32_t)xcr0), "d"(0), "c"(0));
    }
    restore_gates();
    load_tables();
    ticks = 0;
}

/* Interrupts. */

static void end_interrupt(void)
{
    if (rdmsr(MSR_APIC_BASE) & APIC_X2APIC) {
        wrmsr(MSR_X2APIC_EOI, 0);
    } else {
        APIC(0xb0) = 0;
    }
}

void fuzz_watchdog_arm(void)
{
    uint64_t base = rdmsr(MSR_APIC_BASE);

    if ((base & (APIC_ENABLED | APIC_X2APIC)) != APIC_ENABLED || (base & 0xfffff000) != APIC_BASE) {
        wrmsr(MSR_APIC_BASE, APIC_BASE | 0x100);
        wrmsr(MSR_APIC_BASE, APIC_BASE | 0x100 | APIC_ENABLED);
    }
    APIC(0xf0) = 0x1ff;
    APIC(0x80) = 0;
    for (unsigned i = 0; i < 32 && APIC(0x170) != 0; i++) {
        APIC(0xb0) = 0; /* Handlers that did not come to it. */
    }
    APIC(0x3e0) = 0xb;
    APIC(0x320) = 0x20000 | FUZZ_VECTOR_TICK;
    APIC(0x380) = TICK_COUNT;
}

static void abandon(struct frame *frame)
{
    frame->ip = (uintptr_t)fuzz_next;
    frame->cs = GUEST_CODE;
    frame->flags = FLAGS_ALWAYS;
    frame->sp = (uintptr_t)stack_top;
    frame->ss = GUEST_DATA;
}

static void on_vector(struct frame *frame)
{
    if (frame->vector < EXCEPTIONS) {
        abandon(frame);
        return;
    }
    end_interrupt();
    if (frame->vector == FUZZ_VECTOR_TICK && ++ticks >= TICKS_AN_ACCESS) {
        abandon(frame);
    }
}

void fuzz_next(void)
{
    __asm__ volatile("cli; cld; mov $stack_top, %%esp; xor %%ebp, %%ebp; call fuzz_loop" ::: "memory");
    __builtin_unreachable();
}

void fuzz_processor_init(void)
{
    uint32_t features = cpuid(1, 0).ecx;

    for (unsigned i = 0; i < 256; i++) {
        guest_handle(i, on_vector);
    }
    if (features & CPUID_XSAVE) {
        cr4_base |= CR4_OSXSAVE;
        xcr0 = features & CPUID_AVX ? 7 : 3;
    }
    make_pages();
    fuzz_processor_restore();
}

/* Execution. */

__asm__(".text\n"
        "fuzz_enter:\n"
        "    movq %rdi, %rsp\n"
        "    popq %rax\n"
        "    popq %rcx\n"
        "    popq %rdx\n"
        "    popq %rbx\n"
        "    leaq 8(%rsp), %rsp\n"
        "    popq %rbp\n"
        "    popq %rsi\n"
        "    popq %rdi\n"
        "    popq %r8\n"
        "    popq %r9\n"
        "    popq %r10\n"
        "    popq %r11\n"
        "    popq %r12\n"
        "    popq %r13\n"
        "    popq %r14\n"
        "    popq %r15\n"
        "    iretq\n");

void fuzz_registers_fill(void)
{
    for (unsigned i = 0; i < 16; i++) {
        fuzz_registers[i] = fuzz_one_in(2) ? fuzz_value() : fuzz_address();
    }
    if (!fuzz_one_in(8)) {
        fuzz_registers[4] = USER_STACK;
    }
}

static uint64_t random_flags(void)
{
    return FLAGS_ALWAYS | FLAGS_IF | (fuzz_random() & FLAGS_STATUS) | (fuzz_one_in(4) ? FLAGS_AC : 0) |
           (fuzz_one_in(16) ? FLAGS_TF : 0);
}

void fuzz_execute(enum fuzz_mode mode, const uint8_t *code, unsigned len)
{
    static const uint16_t selectors[FUZZ_MODES] = {GUEST_CODE, USER_CODE_64, USER_CODE_32, USER_CODE_16};
    static struct entry entry;
    uint32_t at = CODE + fuzz_below(CODE_BYTES - 64); /* Also across pages. */
    uint8_t *to = (uint8_t *)(uintptr_t)at;

    for (unsigned i = 0; i < len; i++) {
        *to++ = code[i];
    }
    *to++ = 0x0f; /* UD2 */
    *to++ = 0x0b;
    for (unsigned i = 0; i < 16; i++) {
        entry.registers[i] = fuzz_registers[i];
    }
    entry.ip = mode == FUZZ_USER_16 ? at - CODE : at;
    entry.cs = selectors[mode];
    entry.flags = random_flags();
    entry.sp =
        mode == FUZZ_KERNEL ? (uintptr_t)(scratch_stack + sizeof(scratch_stack) / 2) : fuzz_registers[4];
    entry.ss = mode == FUZZ_KERNEL ? GUEST_DATA : USER_DATA;
    fuzz_watchdog_arm();
    fuzz_enter(&entry);
    __builtin_unreachable();
}
