/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_emulate.c - what check_emulate_native.c cannot ask the processor for: faults and what comes before
 * them, segments, borders of devices, repeated instructions that end early, port strings.
 */
#include <check.h>
#include <string.h>

#include <core/vmm/emulate.h>

#include "run.h"

#define CODE    0x1000ul
#define TABLES  0x2000ul
#define STACK   0x6000ul
#define RAM_LEN 0x8000ul /**< The device follows. */
#define DEVICE  0x8000ul
#define DATA    0x7000ul /**< The last page of RAM. */

static uint8_t ram[RAM_LEN] __attribute__((aligned(4096)));
static uint8_t device[0x2000];

/** What the device and the ports saw. */
static struct {
    bool write;
    uint64_t at, value;
    unsigned size;
} seen[64]; /**< The first ones. */
static unsigned seen_count;

static void note(bool write, uint64_t at, unsigned size, uint64_t value)
{
    if (seen_count < 64) {
        seen[seen_count].write = write;
        seen[seen_count].at = at;
        seen[seen_count].size = size;
        seen[seen_count].value = value;
    }
    seen_count++;
}

static VMK_ReturnStatus find_page(void *machine, gpa_t at, bool write, void **bytes)
{
    *bytes = ram + at.value;
    return at.value < RAM_LEN ? VMK_OK : VMK_NOT_FOUND;
}

static vmk_uint64 device_read(void *machine, gpa_t at, unsigned size)
{
    vmk_uint64 value = 0;

    ck_assert_uint_le(at.value - DEVICE + size, sizeof(device));
    memcpy(&value, device + at.value - DEVICE, size);
    note(false, at.value, size, value);
    return value;
}

static void device_write(void *machine, gpa_t at, unsigned size, vmk_uint64 value)
{
    ck_assert_uint_le(at.value - DEVICE + size, sizeof(device));
    memcpy(device + at.value - DEVICE, &value, size);
    note(true, at.value, size, value);
}

static vmk_uint32 port_read(void *machine, vmk_uint16 port, unsigned size)
{
    note(false, port, size, 0x44332211 + seen_count);
    return 0x44332211 + seen_count - 1;
}

static void port_write(void *machine, vmk_uint16 port, unsigned size, vmk_uint32 value)
{
    note(true, port, size, value);
}

static void vector_read(void *machine, unsigned number, struct emulate_vector *value)
{
    memset(value, 0x11 * (int)number, sizeof(*value));
}

static void vector_write(void *machine, unsigned number, const struct emulate_vector *value)
{
}

static const struct emulate_ops ops = {.device_read = device_read,
                                       .device_write = device_write,
                                       .port_read = port_read,
                                       .port_write = port_write,
                                       .vector_read = vector_read,
                                       .vector_write = vector_write};

static struct system_registers registers;
static vmk_uint64 gpr[GPR_COUNT];
static struct emulation emulation;

static void reset(void)
{
    memset(ram, 0, sizeof(ram));
    memset(device, 0, sizeof(device));
    memset(gpr, 0, sizeof(gpr));
    memset(&registers, 0, sizeof(registers));
    seen_count = 0;
    gpr[GPR_RSP] = STACK;
    emulation = (struct emulation){.gpr = gpr,
                                   .rip = CODE,
                                   .rflags = 2,
                                   .system = &registers,
                                   .physical_bits = 40,
                                   .ram = {.page = find_page},
                                   .ops = &ops};
}

/** Flat segments: data that can be written, code of @p cs_attributes. */
static void flat(unsigned cs_attributes)
{
    for (unsigned i = 0; i < SEGMENT_COUNT; i++) {
        registers.segments[i] = (struct segment_register){.attributes = 0xc93, .limit = 0xffffffff};
    }
    registers.segments[SEGMENT_CS].attributes = (vmk_uint16)(0x9b | cs_attributes);
    registers.cr0 = 1;
}

/** Long mode, with pages of 4 KiB: 16 of them, where they are, and what is present can be written. */
static void long_mode(void)
{
    uint64_t *tables = (uint64_t *)(ram + TABLES);

    reset();
    flat(0x200);
    registers.cr0 |= 1ul << 31 | 1ul << 16;
    registers.cr4 = 1u << 5 | 1u << 9;
    registers.efer = 1u << 8 | 1u << 10;
    registers.cr3 = TABLES;
    tables[0] = (TABLES + 0x1000) | 7;
    tables[512] = (TABLES + 0x2000) | 7;
    tables[1024] = (TABLES + 0x3000) | 7;
    for (unsigned i = 0; i < 10; i++) {
        tables[1536 + i] = 0x1000ul * i | 7;
    }
}

static uint64_t *page_entry(uint64_t address)
{
    return (uint64_t *)(ram + TABLES + 0x3000) + address / 4096;
}

static void protected_mode(void)
{
    reset();
    flat(0xc00);
}

/** Execute a string literal's bytes. */
#define RUN(bytes) (memcpy(ram + CODE, bytes, sizeof(bytes) - 1), emulation.rip = CODE, emulate(&emulation))

static void expect_fault(enum emulate_result result, unsigned vector, unsigned error_code)
{
    ck_assert_int_eq(result, EMULATE_EXCEPTION);
    ck_assert_uint_eq(emulation.exception.vector, vector);
    ck_assert_uint_eq(emulation.exception.error_code, error_code);
    ck_assert_uint_eq(emulation.rip, CODE);
    ck_assert_uint_eq(seen_count, 0);
}

START_TEST(a_register_is_read_and_written)
{
    long_mode();
    gpr[GPR_RBX] = DEVICE + 0x10;
    gpr[GPR_RAX] = ~0ul;
    device[0x10] = 0x78;
    ck_assert_int_eq(RUN("\x8b\x03"), EMULATE_DONE); /* mov eax, [rbx] */
    ck_assert_uint_eq(gpr[GPR_RAX], 0x78);
    ck_assert_uint_eq(emulation.rip, CODE + 2);
    ck_assert_int_eq(RUN("\x88\x63\x01"), EMULATE_DONE); /* mov [rbx+1], ah */
    ck_assert_uint_eq(seen_count, 2);
    ck_assert(seen[1].write && seen[1].at == DEVICE + 0x11 && seen[1].size == 1 && seen[1].value == 0);
}
END_TEST

START_TEST(an_operand_across_a_border_goes_where_each_part_belongs)
{
    long_mode();
    gpr[GPR_RBX] = DEVICE - 3;
    gpr[GPR_RAX] = 0x8877665544332211ul;
    ck_assert_int_eq(RUN("\x48\x89\x03"), EMULATE_DONE); /* mov [rbx], rax: 3 bytes and 5. */
    ck_assert_mem_eq(ram + RAM_LEN - 3, "\x11\x22\x33", 3);
    ck_assert_mem_eq(device, "\x44\x55\x66\x77\x88", 5);
    ck_assert_uint_eq(seen_count, 2);
    ck_assert_uint_eq(seen[0].size, 4);
    ck_assert_uint_eq(seen[1].size, 1);
}
END_TEST

START_TEST(nothing_is_done_before_a_fault_of_the_second_page)
{
    long_mode();
    *page_entry(DEVICE + 0x1000) = 0;
    gpr[GPR_RBX] = DEVICE + 0xffe;
    expect_fault(RUN("\x89\x03"), 14, PAGE_FAULT_WRITE);
    ck_assert_uint_eq(emulation.exception.address, DEVICE + 0x1000);
    /* Reading and writing asks for the right to write first. */
    long_mode();
    *page_entry(DEVICE) &= ~2ul;
    gpr[GPR_RBX] = DEVICE;
    expect_fault(RUN("\xff\x03"), 14, PAGE_FAULT_PRESENT | PAGE_FAULT_WRITE); /* inc [rbx] */
    ck_assert_int_eq(RUN("\x83\x3b\x00"), EMULATE_DONE);                      /* cmp [rbx], 0 */
}
END_TEST

START_TEST(a_user_faults_as_a_user)
{
    long_mode();
    registers.cpl = 3;
    *page_entry(DEVICE) &= ~4ul;
    gpr[GPR_RBX] = DEVICE;
    expect_fault(RUN("\x8b\x03"), 14, PAGE_FAULT_PRESENT | PAGE_FAULT_USER);
    /* Alignment is checked for him alone. */
    *page_entry(DEVICE) |= 4;
    registers.cr0 |= 1ul << 18;
    emulation.rflags |= 1ul << 18;
    gpr[GPR_RBX] = DEVICE + 1;
    expect_fault(RUN("\x8b\x03"), 17, 0);
    registers.cpl = 0;
    ck_assert_int_eq(RUN("\x8b\x03"), EMULATE_DONE);
}
END_TEST

START_TEST(addresses_must_be_canonical)
{
    long_mode();
    gpr[GPR_RBX] = gpr[GPR_RBP] = 0x7ffffffffffe;
    expect_fault(RUN("\x8b\x03"), 13, 0);
    expect_fault(RUN("\x8b\x45\x00"), 12, 0); /* [rbp] is in the stack segment. */
    emulation.rip = 1ul << 47;
    ck_assert_int_eq(emulate(&emulation), EMULATE_EXCEPTION);
    ck_assert_uint_eq(emulation.exception.vector, 13);
}
END_TEST

START_TEST(segments_have_bases_types_and_limits)
{
    protected_mode();
    gpr[GPR_RBX] = 0x100;
    registers.segments[SEGMENT_FS].base = DEVICE;
    ck_assert_int_eq(RUN("\x64\x8b\x03"), EMULATE_DONE); /* mov eax, fs:[ebx] */
    ck_assert_uint_eq(seen[0].at, DEVICE + 0x100);
    protected_mode();
    gpr[GPR_RBX] = DEVICE;
    registers.segments[SEGMENT_DS].limit = DEVICE + 2;
    expect_fault(RUN("\x8b\x03"), 13, 0);
    ck_assert_int_eq(RUN("\x66\x8b\x03"), EMULATE_DONE);
    protected_mode();
    gpr[GPR_RBX] = DEVICE;
    registers.segments[SEGMENT_DS].attributes = 0xc91; /* Read only. */
    expect_fault(RUN("\x89\x03"), 13, 0);
    registers.segments[SEGMENT_DS].attributes = 0xc97; /* Expand down: above the limit. */
    registers.segments[SEGMENT_DS].limit = DEVICE;
    expect_fault(RUN("\x8b\x03"), 13, 0);
    gpr[GPR_RBX] = DEVICE + 1;
    ck_assert_int_eq(RUN("\x8b\x03"), EMULATE_DONE);
    expect_fault((seen_count = 0, RUN("\x2e\x89\x03")), 13, 0); /* Code is not written. */
    registers.segments[SEGMENT_ES].attributes = 0;              /* Null. */
    expect_fault(RUN("\x26\x8b\x03"), 13, 0);
}
END_TEST

START_TEST(real_mode_reaches_a_device_by_segment)
{
    reset();
    for (unsigned i = 0; i < SEGMENT_COUNT; i++) {
        registers.segments[i] = (struct segment_register){.limit = 0xffff};
    }
    registers.segments[SEGMENT_DS].base = DEVICE;
    gpr[GPR_RBX] = 0xffff0010;
    gpr[GPR_RSI] = 2;
    ck_assert_int_eq(RUN("\xc7\x00\x34\x12"), EMULATE_DONE); /* mov word [bx+si], 0x1234 */
    ck_assert_uint_eq(seen[0].at, DEVICE + 0x12);
    ck_assert_uint_eq(seen[0].value, 0x1234);
    ck_assert_uint_eq(emulation.rip, CODE + 4);
    gpr[GPR_RBX] = 0xffff;
    gpr[GPR_RSI] = 0;
    seen_count = 0;
    expect_fault(RUN("\xc7\x00\x34\x12"), 13, 0); /* Past the segment's end. */
}
END_TEST

START_TEST(code_is_fetched_across_pages)
{
    long_mode();
    gpr[GPR_RBX] = DEVICE;
    memcpy(ram + STACK + 0xffe, "\xc7\x03", 2);
    memcpy(ram + DATA, "\x78\x56\x34\x12", 4);
    emulation.rip = STACK + 0xffe;
    ck_assert_int_eq(emulate(&emulation), EMULATE_DONE);
    ck_assert_uint_eq(seen[0].value, 0x12345678);
    ck_assert_uint_eq(emulation.rip, STACK + 0x1004);
    /* The next page is not asked for by an instruction that ends before it. */
    *page_entry(DATA) = 0;
    memcpy(ram + STACK + 0xffe, "\x8b\x03", 2);
    emulation.rip = STACK + 0xffe;
    ck_assert_int_eq(emulate(&emulation), EMULATE_DONE);
    memcpy(ram + STACK + 0xffe, "\xc7\x03", 2);
    emulation.rip = STACK + 0xffe;
    ck_assert_int_eq(emulate(&emulation), EMULATE_EXCEPTION);
    ck_assert_uint_eq(emulation.exception.address, DATA);
}
END_TEST

START_TEST(what_is_all_in_ram_is_left_to_the_processor)
{
    long_mode();
    gpr[GPR_RBX] = gpr[GPR_RSI] = gpr[GPR_RDI] = DATA;
    ck_assert_int_eq(RUN("\xf0\xff\x03"), EMULATE_RETRY);
    ck_assert_int_eq(RUN("\xa4"), EMULATE_RETRY);
    ck_assert_uint_eq(ram[DATA], 0);
    ck_assert_uint_eq(emulation.rip, CODE);
}
END_TEST

START_TEST(what_cannot_be_executed_is_told)
{
    long_mode();
    gpr[GPR_RBX] = DEVICE;
    ck_assert_int_eq(RUN("\x0f\xae\x03"), EMULATE_UNSUPPORTED); /* fxsave [rbx] */
    ck_assert_mem_eq(emulation.bytes, "\x0f\xae\x03", 3);
    ck_assert_uint_eq(emulation.insn.length, 3);
    ck_assert_int_eq(RUN("\xff\x1b"), EMULATE_UNSUPPORTED); /* call far [rbx] */
    ck_assert_int_eq(RUN("\x0f\x0b"), EMULATE_UNSUPPORTED);
    expect_fault(RUN("\x0f\x04"), 6, 0);
    emulation.rip = DEVICE; /* Code on a device. */
    ck_assert_int_eq(emulate(&emulation), EMULATE_UNSUPPORTED);
    ck_assert_str_eq(emulate_refused(&emulation), "code");
}
END_TEST

START_TEST(what_is_refused_has_a_name)
{
    static const struct {
        char bytes[8];
        const char *name;
    } refused[] = {
        {"\x0f\xae\x03", "FXSAVE"},
        {"\x0f\xae\x13", "LDMXCSR"},
        {"\x0f\xae\x23", "XSAVE"},
        {"\x0f\xc7\x23", "XSAVEC"},
        {"\x8e\x1b", "MOV to a segment register"},
        {"\xff\x1b", "a far CALL"},
        {"\x0f\xb4\x03", "LSS, LFS or LGS"},
        {"\xdf\x2b", "an x87 instruction"}, /* fild qword [rbx] */
        {"\x0f\x01\x03", "SGDT to LMSW"},   /* sgdt [rbx] */
        {"\x66\x0f\x38\xf8\x03", "MOVDIR64B or ENQCMD"},
        {"\x0f\x6f\x03", "an operation on an MMX or XMM register"},
        {"\xc4\xe2\x7c\xf2\x03", "an AVX operation"}, /* andn of 256 bits: there is none. */
        {"\x62\xf1\x7c\x48\x10\x03", "an AVX-512 instruction"},
        {"\x8f\xe9\x78\x01\x0b", "an XOP instruction"}, /* blcfill eax, [rbx] */
        {"\xd7", "XLAT"},
        {"\x53", "an instruction whose stack or table is there"},             /* push rbx */
        {"\xc8\x00\x00\x00", "an instruction whose stack or table is there"}, /* enter 0, 0 */
    };

    long_mode();
    gpr[GPR_RBX] = gpr[GPR_RSP] = DEVICE;
    for (unsigned i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        memcpy(ram + CODE, refused[i].bytes, 8);
        ck_assert_int_eq((emulation.rip = CODE, emulate(&emulation)), EMULATE_UNSUPPORTED);
        ck_assert_str_eq(emulate_refused(&emulation), refused[i].name);
        ck_assert_uint_eq(seen_count, 0);
    }
}
END_TEST

/** What of a division cannot be asked of the processor, for it would end the test. */
START_TEST(what_cannot_be_divided_is_a_divide_error)
{
    static const struct {
        const char *bytes;
        uint64_t rdx, rax, divisor;
    } wrong[] = {
        {"\xf6\x33", 0, 0x1234, 0},                /* div byte [rbx] */
        {"\xf6\x33", 0, 0x1234, 0x12},             /* The quotient has 9 bits. */
        {"\xf7\x33", 1, 0, 1},                     /* div dword */
        {"\x48\xf7\x33", 5, 0, 5},                 /* div qword */
        {"\x48\xf7\x3b", ~0ul, 1ul << 63, ~0ul},   /* idiv: -2^63 by -1 */
        {"\xf7\x3b", 0, 0x80000000, 1},            /* 2^31 by 1 */
        {"\xf6\x3b", 0, 0xff7f, 1},                /* -129 by 1 */
        {"\x48\xf7\x3b", 1ul << 63, 0, 1ul << 63}, /* -2^127 by -2^63 */
    };

    long_mode();
    gpr[GPR_RBX] = DEVICE;
    for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        gpr[GPR_RDX] = wrong[i].rdx;
        gpr[GPR_RAX] = wrong[i].rax;
        memcpy(device, &wrong[i].divisor, 8);
        memcpy(ram + CODE, wrong[i].bytes, 3);
        ck_assert_int_eq((emulation.rip = CODE, emulate(&emulation)), EMULATE_EXCEPTION);
        ck_assert_uint_eq(emulation.exception.vector, 0);
        ck_assert(!emulation.exception.has_error_code);
        ck_assert_uint_eq(emulation.rip, CODE);
        ck_assert(gpr[GPR_RAX] == wrong[i].rax && gpr[GPR_RDX] == wrong[i].rdx);
    }
    gpr[GPR_RDX] = gpr[GPR_RAX] = ~0ul; /* -1 by -1. */
    memset(device, 0xff, 8);
    ck_assert_int_eq(RUN("\x48\xf7\x3b"), EMULATE_DONE);
    ck_assert(gpr[GPR_RAX] == 1 && gpr[GPR_RDX] == 0);
    gpr[GPR_RAX] = 0xff80; /* -128 by 1 fits. */
    device[0] = 1;
    ck_assert_int_eq(RUN("\xf6\x3b"), EMULATE_DONE);
    ck_assert_uint_eq(gpr[GPR_RAX], 0x80);
}
END_TEST

/** Vector register n is filled with 0x11 * n: 8 and above choose all elements, those below none. */
START_TEST(a_mask_leaves_elements_alone)
{
    long_mode();
    registers.cr4 |= 1u << 18;
    emulation.xcr0 = 7;
    *page_entry(DEVICE) = 0;
    gpr[GPR_RBX] = gpr[GPR_RDI] = DEVICE - 8;
    ck_assert_int_eq(RUN("\xc4\xe2\x71\x2e\x13"), EMULATE_DONE);     /* vmaskmovps [rbx], xmm1, xmm2 */
    ck_assert_int_eq(RUN("\x66\x0f\xf7\xd1"), EMULATE_DONE);         /* maskmovdqu xmm2, xmm1 */
    expect_fault(RUN("\xc4\xe2\x31\x2e\x13"), 14, PAGE_FAULT_WRITE); /* Its mask is xmm9. */
    ck_assert_uint_eq(emulation.exception.address, DEVICE);
    expect_fault(RUN("\x66\x41\x0f\xf7\xd1"), 14, PAGE_FAULT_WRITE);
    ck_assert_uint_eq(ram[DEVICE - 8], 0);
    *page_entry(DEVICE) = DEVICE | 7;
    ck_assert_int_eq(RUN("\xc4\xe2\x31\x2e\x13"), EMULATE_DONE);
    ck_assert_uint_eq(ram[DEVICE - 8], 0x22);
    ck_assert_uint_eq(seen_count, 2);
    ck_assert(seen[1].write && seen[1].at == DEVICE + 4 && seen[1].size == 4 && seen[1].value == 0x22222222);
    ck_assert_int_eq(RUN("\x66\x41\x0f\xf7\xd1"), EMULATE_DONE);
    ck_assert_uint_eq(seen_count, 10); /* 8 of a byte. */
    emulation.xcr0 = 0;
    seen_count = 0;
    expect_fault(RUN("\xc4\xe2\x31\x2e\x13"), 6, 0);
}
END_TEST

START_TEST(stack_and_branches)
{
    long_mode();
    gpr[GPR_RBX] = DEVICE;
    device[1] = 0x50;                                /* 0x5000 */
    ck_assert_int_eq(RUN("\xff\x33"), EMULATE_DONE); /* push [rbx] */
    ck_assert_uint_eq(gpr[GPR_RSP], STACK - 8);
    ck_assert_uint_eq(ram[STACK - 7], 0x50);
    ck_assert_int_eq(RUN("\x8f\x43\x10"), EMULATE_DONE); /* pop [rbx+16] */
    ck_assert_uint_eq(gpr[GPR_RSP], STACK);
    ck_assert_uint_eq(device[0x11], 0x50);
    ck_assert_int_eq(RUN("\xff\x23"), EMULATE_DONE); /* jmp [rbx] */
    ck_assert_uint_eq(emulation.rip, 0x5000);
    ck_assert_int_eq(RUN("\xff\x13"), EMULATE_DONE); /* call [rbx] */
    ck_assert_uint_eq(emulation.rip, 0x5000);
    ck_assert_uint_eq(ram[STACK - 8], 0x02);
    ck_assert_uint_eq(ram[STACK - 7], 0x10);
    /* A stack that faults: the device is not read. */
    seen_count = 0;
    gpr[GPR_RSP] = 0x10000;
    expect_fault(RUN("\xff\x33"), 14, PAGE_FAULT_WRITE);
    expect_fault(RUN("\xff\x13"), 14, PAGE_FAULT_WRITE);
    ck_assert_uint_eq(gpr[GPR_RSP], 0x10000);
}
END_TEST

START_TEST(a_repeated_move_ends_where_the_device_does)
{
    long_mode();
    gpr[GPR_RSI] = DATA;
    gpr[GPR_RDI] = DEVICE + 0xffc;
    gpr[GPR_RCX] = 4;
    *page_entry(DEVICE + 0x1000) = 0;
    /* rep movsw: two fit, the third faults with the registers where it stands. */
    ck_assert_int_eq(RUN("\xf3\x66\xa5"), EMULATE_EXCEPTION);
    ck_assert_uint_eq(emulation.exception.address, DEVICE + 0x1000);
    ck_assert_uint_eq(gpr[GPR_RCX], 2);
    ck_assert_uint_eq(gpr[GPR_RDI], DEVICE + 0x1000);
    ck_assert_uint_eq(gpr[GPR_RSI], DATA + 4);
    ck_assert_uint_eq(emulation.rip, CODE);
    /* Where RAM begins the processor goes on by itself. */
    long_mode();
    gpr[GPR_RDI] = DEVICE + 1;
    gpr[GPR_RCX] = 5;
    emulation.rflags |= 0x400; /* Downwards. */
    ck_assert_int_eq(RUN("\xf3\xaa"), EMULATE_DONE);
    ck_assert_uint_eq(emulation.rip, CODE);
    ck_assert_uint_eq(gpr[GPR_RCX], 3);
    ck_assert_uint_eq(seen_count, 2);
}
END_TEST

START_TEST(a_repeated_instruction_ends_for_a_while)
{
    long_mode();
    gpr[GPR_RDI] = DEVICE;
    gpr[GPR_RCX] = EMULATE_REPEAT_MAX + 10;
    ck_assert_int_eq(RUN("\xf3\xaa"), EMULATE_DONE); /* rep stosb */
    ck_assert_uint_eq(emulation.rip, CODE);
    ck_assert_uint_eq(gpr[GPR_RCX], 10);
    ck_assert_uint_eq(seen_count, EMULATE_REPEAT_MAX);
    ck_assert_int_eq(emulate(&emulation), EMULATE_DONE);
    ck_assert_uint_eq(emulation.rip, CODE + 2);
    ck_assert_uint_eq(seen_count, EMULATE_REPEAT_MAX + 10);
    /* None at all is none. */
    gpr[GPR_RCX] = 0;
    seen_count = 0;
    ck_assert_int_eq(RUN("\xf3\xac"), EMULATE_DONE);
    ck_assert_uint_eq(emulation.rip, CODE + 2);
    ck_assert_uint_eq(seen_count, 0);
    /* Single-stepped it is one at a time. */
    gpr[GPR_RSI] = DEVICE;
    gpr[GPR_RCX] = 3;
    emulation.rflags |= 0x100;
    ck_assert_int_eq(RUN("\xf3\xac"), EMULATE_DONE);
    ck_assert_uint_eq(emulation.rip, CODE);
    ck_assert_uint_eq(gpr[GPR_RCX], 2);
}
END_TEST

#define RUN_IO(bytes, in, size)                                                                              \
    (memcpy(ram + CODE, bytes, sizeof(bytes) - 1), emulation.rip = CODE,                                     \
     emulate_string_io(&emulation, in, size))

START_TEST(strings_go_through_ports)
{
    long_mode();
    gpr[GPR_RDX] = 0x123f8;
    gpr[GPR_RSI] = DATA;
    gpr[GPR_RCX] = 3;
    memcpy(ram + DATA, "abc", 3);
    ck_assert_int_eq(RUN_IO("\xf3\x6e", false, 1), EMULATE_DONE);
    ck_assert_uint_eq(seen_count, 3);
    ck_assert(seen[2].write && seen[2].at == 0x23f8 && seen[2].size == 1 && seen[2].value == 'c');
    ck_assert_uint_eq(emulation.rip, CODE + 2);
    seen_count = 0;
    gpr[GPR_RDI] = DATA;
    ck_assert_int_eq(RUN_IO("\x6d", true, 4), EMULATE_DONE);
    ck_assert_mem_eq(ram + DATA, "\x11\x22\x33\x44", 4);
    ck_assert_uint_eq(gpr[GPR_RDI], DATA + 4);
    /* The port is not read for a place that cannot be written. */
    seen_count = 0;
    *page_entry(DATA) &= ~2ul;
    expect_fault(RUN_IO("\x6d", true, 4), 14, PAGE_FAULT_PRESENT | PAGE_FAULT_WRITE);
    /* What the processor has not let through is not done. */
    ck_assert_int_eq(RUN_IO("\x6f", true, 4), EMULATE_RETRY);
    ck_assert_int_eq(RUN_IO("\x6c", true, 4), EMULATE_RETRY);
    ck_assert_int_eq(RUN_IO("\x8b\x03", true, 4), EMULATE_RETRY);
    ck_assert_int_eq(RUN("\x6e"), EMULATE_UNSUPPORTED);
    ck_assert_uint_eq(seen_count, 0);
}
END_TEST

START_TEST(vector_moves_need_what_enables_them)
{
    long_mode();
    gpr[GPR_RBX] = DEVICE;
    ck_assert_int_eq(RUN("\x0f\x29\x13"), EMULATE_DONE); /* movaps [rbx], xmm2 */
    ck_assert_uint_eq(seen_count, 2);
    ck_assert_uint_eq(seen[1].value, 0x2222222222222222ul);
    seen_count = 0;
    gpr[GPR_RBX] = DEVICE + 8;
    expect_fault(RUN("\x0f\x29\x13"), 13, 0);
    registers.cr0 |= 1u << 3;
    expect_fault(RUN("\x0f\x11\x13"), 7, 0);
    registers.cr0 |= 1u << 2;
    expect_fault(RUN("\x0f\x11\x13"), 6, 0);
    registers.cr0 &= ~0xcul;
    expect_fault(RUN("\xc5\xfc\x11\x13"), 6, 0); /* vmovups: no XSAVE */
    emulation.xcr0 = 7;
    expect_fault(RUN("\xc5\xfc\x11\x13"), 6, 0);
    registers.cr4 |= 1u << 18;
    ck_assert_int_eq(RUN("\xc5\xfc\x11\x13"), EMULATE_DONE);
    ck_assert_uint_eq(seen_count, 4);
}
END_TEST

START_TEST(fetching_alone_tells_the_next_instruction)
{
    long_mode();
    memcpy(ram + CODE, "\x0f\xa2", 2);
    ck_assert_int_eq(emulate_fetch(&emulation), EMULATE_DONE);
    ck_assert_uint_eq(emulate_next_rip(&emulation), CODE + 2);
    protected_mode();
    emulation.rip = 0xffffffff;
    registers.segments[SEGMENT_CS].base = CODE + 1;
    ram[CODE] = 0xf4;
    ck_assert_int_eq(emulate_fetch(&emulation), EMULATE_DONE);
    ck_assert_uint_eq(emulate_next_rip(&emulation), 0);
}
END_TEST

RUN_TESTS(a_register_is_read_and_written, an_operand_across_a_border_goes_where_each_part_belongs,
          nothing_is_done_before_a_fault_of_the_second_page, a_user_faults_as_a_user,
          addresses_must_be_canonical, segments_have_bases_types_and_limits,
          real_mode_reaches_a_device_by_segment, code_is_fetched_across_pages,
          what_is_all_in_ram_is_left_to_the_processor, what_cannot_be_executed_is_told,
          what_is_refused_has_a_name, what_cannot_be_divided_is_a_divide_error, a_mask_leaves_elements_alone,
          stack_and_branches, a_repeated_move_ends_where_the_device_does,
          a_repeated_instruction_ends_for_a_while, strings_go_through_ports,
          vector_moves_need_what_enables_them, fetching_alone_tells_the_next_instruction)
