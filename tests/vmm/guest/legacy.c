/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * legacy.c - real mode, with segments it can't load itself too; virtual-8086 mode; tasks (AMD64 APM vol. 2,
 * chapters 4, 8.9 and 12).
 */
#include "guest.h"

enum { DE, DF = 8, GP = 13, END = 0x81 };

#define CODE_16     0x18
#define DATA_16     0x20
#define DEVICE_DATA 0x28
#define TASK_A      0x30
#define TASK_B      0x38
#define TASK_DF     0x40

#define APIC        0xfee00000u
#define VERSION     0x30
#define BLOB        0x8000u /* Below 1 MiB: what runs in 16 bits. */
#define RESULTS     0x7000u
#define MAGIC       0xcafebabeu

/* What the code in 16 bits has seen. */
struct findings {
    uint32_t cpuid, unreal, based, interrupts, divisions, port, strings, wakes, end;
};
#define seen ((volatile struct findings *)RESULTS)

/* All offsets are from 0, the segments' bases are 0. */
__asm__(".pushsection .data\n"
        ".globl blob, blob_end\n"
        ".code16\n"
        "blob:\n" /* From 32-bit code; 16-bit segments first, and FS and GS which stay as they are. */
        "    movw $0x10, %ax\n"
        "    movw %ax, %fs\n"
        "    movw $0x28, %ax\n"
        "    movw %ax, %gs\n"
        "    movw $0x20, %ax\n"
        "    movw %ax, %ds\n"
        "    movw %ax, %es\n"
        "    movw %ax, %ss\n"
        "    movl %cr0, %eax\n"
        "    andb $0xfe, %al\n"
        "    movl %eax, %cr0\n"
        "    ljmpw $0, $(1f + 0x8000 - blob)\n"
        "1:  xorw %ax, %ax\n"
        "    movw %ax, %ds\n"
        "    movw %ax, %es\n"
        "    movw %ax, %ss\n"
        "    movl %esp, %ebp\n"
        "    movw $0x6000, %sp\n"
        "    lidtl real_idtr + 0x8000 - blob\n"
        "    movw $(2f + 0x8000 - blob), 0x40 * 4\n" /* INT 40. */
        "    movw %ax, 0x40 * 4 + 2\n"
        "    movw $(3f + 0x8000 - blob), 0x41 * 4\n" /* An interrupt. */
        "    movw %ax, 0x41 * 4 + 2\n"
        "    movw $(4f + 0x8000 - blob), 0\n" /* #DE. */
        "    movw %ax, 2\n"
        "    xorl %eax, %eax\n"
        "    xorl %ecx, %ecx\n"
        "    cpuid\n"
        "    movl %ebx, 0x7000\n"
        "    movl $0xfee00030, %ebx\n"
        "    movl %fs:(%ebx), %eax\n" /* Beyond 64 KiB. */
        "    movl %eax, 0x7004\n"
        "    movw $0x20, %bx\n"
        "    movw $0x08, %si\n"
        "    movl %gs:8(%bx,%si), %eax\n" /* A base that no selector has. */
        "    movl %eax, 0x7008\n"
        "    int $0x40\n"
        "    int $0x40\n"
        "    movw $1, %ax\n"
        "    xorw %dx, %dx\n"
        "    xorw %cx, %cx\n"
        "    divw %cx\n"
        "    movb $0x0f, %al\n"
        "    outb %al, $0x70\n"
        "    movb $0x77, %al\n"
        "    outb %al, $0x71\n"
        "    movb $0x0f, %al\n"
        "    outb %al, $0x70\n"
        "    inb $0x71, %al\n"
        "    movb %al, 0x7014\n"
        "    movb $0x0f, %al\n"
        "    outb %al, $0x70\n"
        "    movw $0x7018, %di\n"
        "    movw $0x71, %dx\n"
        "    movw $4, %cx\n"
        "    cld\n"
        "    rep insb\n"
        "    movl $0xfee000f0, %ebx\n"
        "    movl $0x1ff, %fs:(%ebx)\n"
        "    movl $0xfee00300, %ebx\n"
        "    movl $0x40041, %fs:(%ebx)\n" /* To ourselves. */
        "    sti\n"
        "    hlt\n"
        "    cli\n"
        "    movl $0xcafebabe, 0x7020\n"
        "    movl %cr0, %eax\n"
        "    orb $1, %al\n"
        "    movl %eax, %cr0\n"
        "    ljmpl $8, $real_back\n"
        "2:  incw 0x700c\n"
        "    iretw\n"
        "3:  incw 0x701c\n"
        "    movl $0xfee000b0, %ebx\n"
        "    movl $0, %fs:(%ebx)\n"
        "    iretw\n"
        "4:  incw 0x7010\n"
        "    pushw %bp\n"
        "    movw %sp, %bp\n"
        "    addw $2, 2(%bp)\n" /* Behind DIV. */
        "    popw %bp\n"
        "    iretw\n"
        ".balign 4\n"
        "real_idtr: .word 0x3ff\n"
        "    .long 0\n"
        "v86_code:\n" /* In virtual-8086 mode, DS on the device. */
        "    xorl %eax, %eax\n"
        "    xorl %ecx, %ecx\n"
        "    cpuid\n"
        "    movw $0x20, %bx\n"
        "    movl 0x10(%bx), %esi\n"
        "    movw $0x0030, %di\n"
        "    cmpl %esi, (%di)\n"
        "    sete %dl\n"
        "    inb $0x80, %al\n"
        "    int $0x81\n"
        "v86_port:\n"
        "    inb $0x81, %al\n"
        "    int $0x81\n"
        "v86_privileged:\n"
        "    hlt\n"
        "blob_end:\n"
        ".code32\n"
        ".popsection\n"
        ".text\n"
        "real_mode:\n"
        "    pushal\n"
        "    movl %esp, legacy_sp\n"
        "    ljmp $0x18, $0x8000\n"
        "real_back:\n"
        "    movl $0x10, %eax\n"
        "    movl %eax, %ds\n"
        "    movl %eax, %es\n"
        "    movl %eax, %fs\n"
        "    movl %eax, %gs\n"
        "    movl %eax, %ss\n"
        "    movl legacy_sp, %esp\n"
        "    popal\n"
        "    ret\n"
        "v86_mode:\n" /* With CS:IP and flags as legacy_v86 has them. */
        "    pushal\n"
        "    movl %esp, legacy_sp\n"
        "    pushl $0\n"      /* GS */
        "    pushl $0\n"      /* FS */
        "    pushl $0x5000\n" /* DS */
        "    pushl $0\n"      /* ES */
        "    pushl $0\n"      /* SS */
        "    pushl $0x6000\n"
        "    pushl legacy_v86_flags\n"
        "    pushl $0\n"
        "    pushl legacy_v86_ip\n"
        "    iretl\n"
        "v86_back:\n"
        "    movl legacy_sp, %esp\n"
        "    popal\n"
        "    ret\n");

extern char blob[], blob_end[], v86_code[], v86_port[], v86_privileged[];
uint32_t legacy_sp, legacy_v86_ip, legacy_v86_flags;
void real_mode(void);
void v86_mode(void);
void v86_back(void);

static uint32_t cr0(void)
{
    uint32_t value;

    __asm__ volatile("mov %%cr0, %0" : "=r"(value));
    return value;
}

static void make_blob(void)
{
    char *to = (char *)BLOB;

    for (const char *from = blob; from < blob_end; from++) {
        *to++ = *from;
    }
    guest_gdt[CODE_16 / 8] = 0x00009b000000ffffull;
    guest_gdt[DATA_16 / 8] = 0x000093000000ffffull;
    guest_gdt[DEVICE_DATA / 8] = 0xfe0093e00000ffffull;
    *seen = (struct findings){0};
}

static void test_real_mode(void)
{
    struct {
        uint16_t limit;
        uint32_t base;
    } __attribute__((packed)) idtr;
    uint32_t version = *(volatile uint32_t *)(APIC + VERSION);

    __asm__ volatile("sidt %0" : "=m"(idtr));
    for (unsigned i = 0; i < 20; i++) {
        make_blob();
        real_mode();
        CHECK(seen->end == MAGIC);
        CHECK(seen->cpuid == cpuid(0, 0).ebx);
        CHECK(seen->unreal == version && seen->based == version);
        CHECK(seen->interrupts == 2 && seen->divisions == 1 && seen->wakes == 1);
        CHECK(seen->port == 0x77 && seen->strings == 0x77777777);
        __asm__ volatile("lidt %0" ::"m"(idtr));
    }
}

/* Tasks. */

struct task {
    uint32_t link, esp0, ss0, esp1, ss1, esp2, ss2, cr3, eip, eflags, eax, ecx, edx, ebx, esp, ebp, esi, edi,
        es, cs, ss, ds, fs, gs, ldt;
    uint16_t trap, bitmap_at;
    uint8_t bitmap[33];
} __attribute__((packed));

struct task task_a;
static struct task task_b, task_df;
static uint8_t stack_0[4096] __attribute__((aligned(16)));
static uint8_t stack_b[4096] __attribute__((aligned(16)));
static uint8_t stack_df[4096] __attribute__((aligned(16)));
uint32_t legacy_switches, legacy_doubles, legacy_resume;
void task_b_code(void);
void task_df_code(void);

__asm__(".text\n"
        "task_b_code:\n"
        "    incl legacy_switches\n"
        "    xorl %eax, %eax\n"
        "    cpuid\n"
        "    movl 0xfee00030, %eax\n"
        "    ljmp $0x30, $0\n"
        "    jmp task_b_code\n"
        "task_df_code:\n" /* The error code is on its stack. */
        "    incl legacy_doubles\n"
        "    addl $4, %esp\n"
        "    movl legacy_resume, %eax\n"
        "    movl %eax, task_a + 32\n" /* Its EIP. */
        "    iretl\n"
        "    jmp task_df_code\n");

static uint64_t task_descriptor(const struct task *task)
{
    uint32_t base = (uint32_t)task, limit = sizeof(*task) - 1;

    return limit | (uint64_t)(base & 0xffffff) << 16 | 0x89ull << 40 | (uint64_t)(base >> 24) << 56;
}

static void make_task(struct task *task, void (*code)(void), uint8_t *stack)
{
    *task = (struct task){.eip = (uint32_t)code,
                          .eflags = 2,
                          .esp = (uint32_t)stack + 4096,
                          .esp0 = (uint32_t)stack_0 + 4096,
                          .ss0 = GUEST_DATA,
                          .cs = GUEST_CODE,
                          .es = GUEST_DATA,
                          .ss = GUEST_DATA,
                          .ds = GUEST_DATA,
                          .fs = GUEST_DATA,
                          .gs = GUEST_DATA,
                          .bitmap_at = __builtin_offsetof(struct task, bitmap)};
    for (unsigned i = 0; i < sizeof(task->bitmap); i++) {
        task->bitmap[i] = 0xff;
    }
}

static void make_tasks(void)
{
    make_task(&task_a, 0, stack_0);
    make_task(&task_b, task_b_code, stack_b);
    make_task(&task_df, task_df_code, stack_df);
    guest_gdt[TASK_A / 8] = task_descriptor(&task_a);
    guest_gdt[TASK_B / 8] = task_descriptor(&task_b);
    guest_gdt[TASK_DF / 8] = task_descriptor(&task_df);
    __asm__ volatile("ltr %w0" ::"r"(TASK_A));
}

static void test_tasks(void)
{
    make_tasks();
    legacy_switches = 0;
    for (unsigned i = 0; i < 20; i++) {
        __asm__ volatile("ljmp %0, $0" ::"i"(TASK_B) : "memory");
    }
    CHECK(legacy_switches == 20);
    CHECK((guest_gdt[TASK_A / 8] >> 40 & 0xf) == 0xb && (guest_gdt[TASK_B / 8] >> 40 & 0xf) == 0x9);
    CHECK(cr0() & 8); /* TS */
    __asm__ volatile("clts");
}

/* A double fault comes through a task gate, with a stack of its own. */
static void test_double_fault_task(void)
{
    struct guest_gate old = guest_idt[DF];

    make_tasks();
    legacy_doubles = 0;
    guest_gate_present(DE, false);
    guest_idt[DF] = (struct guest_gate){.selector = TASK_DF, .type = 0x8500};
    __asm__ volatile("movl $1f, %0; xorl %%ecx, %%ecx; xorl %%edx, %%edx; divl %%ecx\n1:"
                     : "=m"(legacy_resume)
                     :
                     : "eax", "ecx", "edx", "memory");
    guest_idt[DF] = old;
    guest_gate_present(DE, true);
    CHECK(legacy_doubles == 1);
}

/* Virtual-8086 mode. */

static uint32_t directory[1024] __attribute__((aligned(4096)));
static uint32_t table[1024] __attribute__((aligned(4096)));

static void paging(bool on)
{
    uint32_t cr4;

    for (uint32_t i = 0; i < 1024; i++) {
        directory[i] = i << 22 | 0x87;
        table[i] = i << 12 | 7;
    }
    directory[0] = (uint32_t)table | 7;
    table[0x50] = APIC | 7;
    __asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
    __asm__ volatile("mov %0, %%cr3; mov %1, %%cr4; mov %2, %%cr0" ::"r"(directory), "r"(cr4 | 0x10),
                     "r"(on ? cr0() | 0x80000000u : cr0() & ~0x80000000u)
                     : "memory");
}

static unsigned ended_by;
static struct frame ended;

static void leave(struct frame *frame)
{
    ended = *frame;
    ended_by = frame->vector;
    frame->cs = GUEST_CODE;
    frame->ip = (uintptr_t)v86_back;
    frame->flags = 2;
    frame->ds = frame->es = GUEST_DATA;
}

#define FLAGS_VM 0x20000u
#define IOPL(n)  ((n) << 12)

static unsigned run_v86(const char *code, uint32_t iopl)
{
    guest_handle(END, leave);
    guest_handle(GP, leave);
    legacy_v86_ip = (uint32_t)(code - blob) + BLOB;
    legacy_v86_flags = 2 | FLAGS_VM | IOPL(iopl);
    v86_mode();
    __asm__ volatile("mov %0, %%fs; mov %0, %%gs" ::"r"(GUEST_DATA));
    CHECK(ended.flags & FLAGS_VM);
    return ended_by;
}

/* Its ports are those of the bitmap, whatever IOPL is; INT needs IOPL 3. */
static void test_v86(void)
{
    make_blob();
    make_tasks();
    guest_idt[END].type = 0xee00;
    task_a.bitmap[0x80 / 8] &= 0xfe;
    paging(true);
    for (unsigned i = 0; i < 20; i++) {
        CHECK(run_v86(v86_code, 3) == END);
        CHECK((ended.bx & 0xffff) == 0x20 && (uint32_t)ended.si == *(volatile uint32_t *)(APIC + VERSION));
        CHECK((ended.dx & 0xff) == 1);
    }
    CHECK(run_v86(v86_code, 0) == GP && ended.error_code == 0);
    CHECK(run_v86(v86_port, 3) == GP && ended.error_code == 0);
    CHECK(run_v86(v86_privileged, 3) == GP && ended.error_code == 0);
    paging(false);
}

const struct guest_test guest_tests[] = {
    {"real mode", test_real_mode},
    {"tasks", test_tasks},
    {"double fault task", test_double_fault_task},
    {"virtual 8086 mode", test_v86},
    {0, 0},
};
