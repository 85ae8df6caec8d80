/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * forms.c - what an instruction does to a device's register it does to RAM too: each form with an operand in
 * memory, in 32-bit and 64-bit code, on values drawn anew, with its code on one page and across two.
 *
 * What stores here are registers of a virtio device (an entropy source) and of its configuration: an
 * interrupt line for 8 bits, the upper half of a base address for 16, two entries of an MSI-X table for more.
 */
#include "pci.h"

#ifdef __x86_64__
#define D       "%rdi"
#define S       "%rsi"
#define C       "%rcx"
#define POINTER ".quad"
#else
#define D       "%edi"
#define S       "%esi"
#define C       "%ecx"
#define POINTER ".long"
#endif
#define AT          "(" D ")"

#define OPERAND_MAX 32
#define PAGE_SIZE   4096u
#define ROUNDS      6

/* Flags an instruction leaves undefined. */
#define FLAG_C       0x001
#define FLAG_P       0x004
#define FLAG_A       0x010
#define FLAG_Z       0x040
#define FLAG_S       0x080
#define FLAG_O       0x800
#define FLAGS        (FLAG_C | FLAG_P | FLAG_A | FLAG_Z | FLAG_S | FLAG_O)
#define EFLAGS_FIXED 0x002

/* Groups: for the assembler too. */
#define MOVES      1
#define ARITHMETIC 2
#define LOGIC      3
#define SHIFTS     4
#define BITS       5
#define EXCHANGES  6
#define STACK      7
#define STRINGS    8
#define VECTORS    9
#define AVX        10

/** A form: its code, that of the end of it, its text, and how much memory it looks at. */
struct form {
    const uint8_t *code, *end;
    const char *text;
    uintptr_t group, bytes, undefined;
};
extern const struct form __start_forms[], __stop_forms[];

#define STRING_(x) #x
#define STRING(x)  STRING_(x)
#define FORM(group, bytes, undefined, text)                                                                  \
    __asm__(".text\n771: " text "\n772: ret\n"                                                               \
            ".pushsection .rodata\n773: .asciz \"" text "\"\n.popsection\n"                                  \
            ".pushsection forms, \"a\"\n" POINTER                                                            \
            " 771b, 772b, 773b, " STRING(group) ", " STRING(bytes) ", " STRING(undefined) "\n.popsection");

#include "forms_list.h"

/* What the instructions work on. */
struct registers {
    uintptr_t ax, bx, cx, dx, si, di, bp;
#ifdef __x86_64__
    uintptr_t r8, r9, r10;
#endif
    uintptr_t flags;
    uint64_t vectors[3][4];
};

struct registers form_registers;
const void *form_code;
void form_run(void);

/* Fill the registers, run form_code, tell what they are then; the stack is its own again when it returns. */
#ifdef __x86_64__
#define KEPT       "rbx, rbp, r12"
#define FILLED     "rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10"
#define KEPT_BACK  "r12, rbp, rbx"
#define FLAGS_AT   "form_registers + 80"
#define VECTORS_AT "form_registers + 88"
#define SUFFIX     "q"
#define BYTES      "8"
#else
#define KEPT       "ebx, esi, edi, ebp"
#define FILLED     "eax, ebx, ecx, edx, esi, edi, ebp"
#define KEPT_BACK  "ebp, edi, esi, ebx"
#define FLAGS_AT   "form_registers + 28"
#define VECTORS_AT "form_registers + 32"
#define SUFFIX     "l"
#define BYTES      "4"
#endif

__asm__(".text\n"
        "form_run:\n"
        "    .irp register, " KEPT "\n"
        "    push" SUFFIX " %\\register\n"
        "    .endr\n"
        "    cmpb $0, form_avx\n"
        "    je 1f\n"
        "    vmovups " VECTORS_AT ", %ymm0\n"
        "    vmovups 32 + " VECTORS_AT ", %ymm1\n"
        "    vmovups 64 + " VECTORS_AT ", %ymm2\n"
        "1:  movups " VECTORS_AT ", %xmm0\n"
        "    movups 32 + " VECTORS_AT ", %xmm1\n"
        "    movups 64 + " VECTORS_AT ", %xmm2\n"
        "    .set at, 0\n"
        "    .irp register, " FILLED "\n"
        "    mov" SUFFIX " form_registers + at, %\\register\n"
        "    .set at, at + " BYTES "\n"
        "    .endr\n"
        "    push" SUFFIX " " FLAGS_AT "\n"
        "    popf" SUFFIX "\n"
        "    call" SUFFIX " *form_code\n"
        "    pushf" SUFFIX "\n"
        "    pop" SUFFIX " " FLAGS_AT "\n"
        "    cld\n"
        "    .set at, 0\n"
        "    .irp register, " FILLED "\n"
        "    mov" SUFFIX " %\\register, form_registers + at\n"
        "    .set at, at + " BYTES "\n"
        "    .endr\n"
        "    movups %xmm0, " VECTORS_AT "\n"
        "    movups %xmm1, 32 + " VECTORS_AT "\n"
        "    movups %xmm2, 64 + " VECTORS_AT "\n"
        "    cmpb $0, form_avx\n"
        "    je 1f\n"
        "    vmovups %ymm0, " VECTORS_AT "\n"
        "    vmovups %ymm1, 32 + " VECTORS_AT "\n"
        "    vmovups %ymm2, 64 + " VECTORS_AT "\n"
        "1:\n"
        "    .irp register, " KEPT_BACK "\n"
        "    pop" SUFFIX " %\\register\n"
        "    .endr\n"
        "    ret\n");

/* The device. */

static volatile uint8_t *interrupt_line, *table, *table_base;
static unsigned device_slot;

#define VENDOR_VIRTIO  0x1af4
#define DEVICE_RNG     0x1044
#define CAP_MSIX       0x11
#define PCI_COMMAND    4
#define COMMAND_MEMORY 2
#define INTERRUPT_LINE 0x3c
#define ECAM           0xe0000000u
#define ECAM_OF_QEMU   0xb0000000u /* Where QEMU's firmware puts it. */

/* Have its BARs decoded; what they are is changed while they are not. */
static void decode(bool on)
{
    if (on) {
        *(volatile uint16_t *)table_base = (uint16_t)((uintptr_t)table >> 16);
    }
    pci_write(device_slot, PCI_COMMAND, on ? COMMAND_MEMORY : 0);
}

static void take_table(volatile uint8_t *config)
{
    for (unsigned at = pci_read8(device_slot, 0x34); at != 0; at = pci_read8(device_slot, at + 1)) {
        if (pci_read8(device_slot, at) == CAP_MSIX) {
            uint32_t place = pci_read(device_slot, at + 4), bar = 0x10 + 4 * (place & 7);

            table = (volatile uint8_t *)(uintptr_t)((pci_read(device_slot, bar) & ~0xfu) + (place & ~7u));
            table_base = config + bar + 2;
        }
    }
}

static void a_device_is_there(void)
{
    for (unsigned slot = 1; slot < 32; slot++) {
        if (pci_read(slot, 0) == (DEVICE_RNG << 16 | VENDOR_VIRTIO)) {
            uintptr_t config = (guest_is_vm() ? ECAM : ECAM_OF_QEMU) + (slot << 15);

            device_slot = slot;
            interrupt_line = (volatile uint8_t *)config + INTERRUPT_LINE;
            take_table((volatile uint8_t *)config);
        }
    }
    CHECK(table != 0 && interrupt_line != 0);
}

/* Each register is accessed as wide as it is. */

static volatile uint8_t *device_for(unsigned bytes)
{
    return bytes == 1 ? interrupt_line : bytes == 2 ? table_base : table;
}

static uint32_t cell_read(volatile uint8_t *cell, unsigned bytes)
{
    return bytes == 1 ? *cell : bytes == 2 ? *(volatile uint16_t *)cell : *(volatile uint32_t *)cell;
}

static void cell_write(volatile uint8_t *cell, unsigned bytes, uint32_t value)
{
    if (bytes == 1) {
        *cell = (uint8_t)value;
    } else if (bytes == 2) {
        *(volatile uint16_t *)cell = (uint16_t)value;
    } else {
        *(volatile uint32_t *)cell = value;
    }
}

/* Of an entry's words the first has two bits and the last has thirty-one that may read as they like. */
static uint32_t stored(unsigned at, uint32_t value)
{
    return at % 16 == 0 ? value & ~3u : at % 16 == 12 ? value & 1 : value;
}

/* A run. */

static uint32_t random(void)
{
    static uint64_t state = 88172645463325252ull;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 16);
}

static uint8_t ram[OPERAND_MAX] __attribute__((aligned(64)));
static uint8_t code_pages[2 * PAGE_SIZE] __attribute__((aligned(4096)));
uint8_t form_avx;
uint32_t form_beside[8] = {1, 2, 3, 4, 5, 6, 7, 8};

static void fill(void *at, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i += 4) {
        *(uint32_t *)(at + i) = random();
    }
}

static void draw(struct registers *registers)
{
    fill(registers, sizeof(*registers));
    registers->cx %= 70; /* A count of bits. */
    registers->flags = (registers->flags & FLAGS) | EFLAGS_FIXED;
    for (unsigned i = 0; i < 3; i++) {
        registers->vectors[i][2] *= form_avx;
        registers->vectors[i][3] *= form_avx;
    }
}

static void run_at(struct registers *registers, const void *code, volatile void *operand)
{
    registers->di = (uintptr_t)operand;
    form_registers = *registers;
    form_code = code;
    form_run();
    *registers = form_registers;
    registers->di -= (uintptr_t)operand;
}

static bool same(const struct registers *a, const struct registers *b, uintptr_t undefined)
{
    const uintptr_t *left = (const uintptr_t *)a, *right = (const uintptr_t *)b;

    for (unsigned i = 0; i < __builtin_offsetof(struct registers, flags) / sizeof(uintptr_t); i++) {
        if (left[i] != right[i]) {
            return false;
        }
    }
    for (unsigned i = 0; i < 12; i++) {
        if (a->vectors[i / 4][i % 4] != b->vectors[i / 4][i % 4]) {
            return false;
        }
    }
    return ((a->flags ^ b->flags) & FLAGS & ~undefined) == 0;
}

/* The form's code, so that @before of its bytes end a page. */
static const void *code_across(const struct form *form, unsigned before)
{
    uint8_t *to = code_pages + PAGE_SIZE - before;

    for (const uint8_t *from = form->code; from <= form->end; from++) {
        *to++ = *from;
    }
    return code_pages + PAGE_SIZE - before;
}

static bool agrees(const struct form *form, const void *code)
{
    unsigned bytes = form->bytes, cell = bytes < 4 ? bytes : 4;
    volatile uint8_t *device = device_for(bytes);
    struct registers on_ram, on_device;
    bool right = true;

    fill(ram, OPERAND_MAX);
    for (unsigned i = 0; i < bytes; i += cell) {
        *(uint32_t *)(ram + i) = bytes < 4 ? *(uint32_t *)(ram + i) : stored(i, *(uint32_t *)(ram + i));
        cell_write(device + i, cell, *(uint32_t *)(ram + i));
    }
    draw(&on_ram);
    on_device = on_ram;
    run_at(&on_ram, form->code, ram);
    run_at(&on_device, code, device);
    for (unsigned i = 0; i < bytes; i += cell) {
        uint32_t left = cell_read(ram + i, cell), now = cell_read(device + i, cell);

        right = right && (bytes < 4 ? left == now : stored(i, left) == stored(i, now));
    }
    return right && same(&on_ram, &on_device, form->undefined);
}

static void check_form(const struct form *form)
{
    decode(form->bytes != 2);
    for (unsigned round = 0; round < ROUNDS; round++) {
        unsigned length = (unsigned)(form->end - form->code);
        const void *code = round == 0 ? form->code : code_across(form, 1 + round % length);

        if (!agrees(form, code)) {
            guest_fail(form->text, round);
            return;
        }
    }
}

static void check_group(uintptr_t group)
{
    unsigned count = 0;

    for (const struct form *form = __start_forms; form < __stop_forms; form++) {
        if (form->group == group) {
            check_form(form);
            count++;
        }
    }
    CHECK(count != 0);
}

static void moves(void)
{
    check_group(MOVES);
}

static void arithmetic(void)
{
    check_group(ARITHMETIC);
}

static void logic(void)
{
    check_group(LOGIC);
}

static void shifts(void)
{
    check_group(SHIFTS);
}

static void bits(void)
{
    check_group(BITS);
}

static void exchanges(void)
{
    check_group(EXCHANGES);
}

static void stack(void)
{
    check_group(STACK);
}

static void strings(void)
{
    check_group(STRINGS);
}

static void vectors(void)
{
    check_group(VECTORS);
}

static void avx(void)
{
    if (form_avx) {
        check_group(AVX);
    }
}

#define CR4_OSFXSR  0x00600ul
#define CR4_OSXSAVE 0x40000ul
#define LEAF1_AVX   (1u << 28)

static void vectors_are_on(void)
{
    uintptr_t cr4;

    __asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
    cr4 |= CR4_OSFXSR;
    form_avx = (cpuid(1, 0).ecx & LEAF1_AVX) != 0;
    __asm__ volatile("mov %0, %%cr4" ::"r"(form_avx ? cr4 | CR4_OSXSAVE : cr4));
    if (form_avx) {
        __asm__ volatile("xsetbv" ::"c"(0), "a"(7), "d"(0));
    }
    CHECK(form_avx);
}

const struct guest_test guest_tests[] = {
    {"a device", a_device_is_there},
    {"vectors are on", vectors_are_on},
    {"moves", moves},
    {"arithmetic", arithmetic},
    {"logic", logic},
    {"shifts", shifts},
    {"bits", bits},
    {"exchanges", exchanges},
    {"stack", stack},
    {"strings", strings},
    {"vectors", vectors},
    {"avx", avx},
    {0, 0},
};
