/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_insn.c - instructions taken apart: operands, sizes, and what ends too early, too late or not at all.
 */
#include <check.h>
#include <string.h>

#include <core/vmm/insn.h>

#include "run.h"

static struct insn insn;

/** Decode a string literal's bytes. */
#define DECODE(mode, bytes) insn_decode((const vmk_uint8 *)(bytes), sizeof(bytes) - 1, mode, &insn)

/** Instructions whose exits may not tell where the next one is. */
START_TEST(lengths_of_what_is_intercepted)
{
    static const struct {
        const char *name;
        enum insn_mode mode;
        unsigned length;
        const char *bytes;
    } cases[] = {
        {"cpuid", INSN_MODE_64, 2, "\x0f\xa2"},
        {"rdmsr", INSN_MODE_64, 2, "\x0f\x32"},
        {"wrmsr", INSN_MODE_32, 2, "\x0f\x30"},
        {"hlt", INSN_MODE_16, 1, "\xf4"},
        {"vmmcall", INSN_MODE_64, 3, "\x0f\x01\xd9"},
        {"vmcall", INSN_MODE_64, 3, "\x0f\x01\xc1"},
        {"xsetbv", INSN_MODE_64, 3, "\x0f\x01\xd1"},
        {"wbinvd", INSN_MODE_64, 2, "\x0f\x09"},
        {"invlpg [rax+8]", INSN_MODE_64, 4, "\x0f\x01\x78\x08"},
        {"pause", INSN_MODE_64, 2, "\xf3\x90"},
        {"wait", INSN_MODE_64, 1, "\x9b\xd9\x38"},
        {"rex.w wait", INSN_MODE_64, 2, "\x48\x9b\xd9"},
        {"rep outsb", INSN_MODE_64, 2, "\xf3\x6e"},
        {"rdpmc", INSN_MODE_64, 2, "\x0f\x33"},
        {"monitor", INSN_MODE_64, 3, "\x0f\x01\xc8"},
        {"rdtscp", INSN_MODE_64, 3, "\x0f\x01\xf9"},
        {"clflush [rip+0]", INSN_MODE_64, 7, "\x0f\xae\x3d\0\0\0\0"},
    };

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        vmk_uint8 bytes[INSN_BYTES_MAX] = {0};

        memcpy(bytes, cases[i].bytes, cases[i].length);
        ck_assert_msg(insn_decode(bytes, sizeof(bytes), cases[i].mode, &insn) == INSN_OK, "%s",
                      cases[i].name);
        ck_assert_msg(insn.length == cases[i].length, "%s: %u", cases[i].name, insn.length);
    }
}
END_TEST

START_TEST(moves_to_control_registers_name_both_registers)
{
    ck_assert_int_eq(DECODE(INSN_MODE_64, "\x44\x0f\x22\xc3"), INSN_OK); /* mov cr8, rbx */
    ck_assert_uint_eq(insn.reg, 8);
    ck_assert_uint_eq(insn.rm, GPR_RBX);
    ck_assert_uint_eq(insn.operand_bytes, 8);
    /* ModRM says memory, and is not listened to. */
    ck_assert_int_eq(DECODE(INSN_MODE_64, "\x0f\x20\x05"), INSN_OK);
    ck_assert_uint_eq(insn.rm, GPR_RBP);
    ck_assert(!insn.memory);
    ck_assert_int_eq(DECODE(INSN_MODE_64, "\x0f\x20\xc8"), INSN_UNDEFINED); /* CR1 */
}
END_TEST

START_TEST(addresses_of_64_bits)
{
    static const vmk_uint64 gpr[GPR_COUNT] = {[GPR_RBX] = 0x1000, [12] = 0x100000, [13] = 0x10};

    /* mov eax, fs:[r13+r12*4-8] */
    ck_assert_int_eq(DECODE(INSN_MODE_64, "\x64\x43\x8b\x44\xa5\xf8"), INSN_OK);
    ck_assert_int_eq(insn.base, 13);
    ck_assert_int_eq(insn.index, 12);
    ck_assert_uint_eq(insn.scale, 4);
    ck_assert_int_eq(insn.segment, SEGMENT_FS);
    ck_assert_uint_eq(insn_offset(&insn, gpr, 0), 0x400008);
    /* mov eax, [rip-2]; the same with addresses of 32 bits */
    ck_assert_int_eq(DECODE(INSN_MODE_64, "\x8b\x05\xfe\xff\xff\xff"), INSN_OK);
    ck_assert_uint_eq(insn_offset(&insn, gpr, 0x100000001ul), 0xfffffffful);
    ck_assert_int_eq(DECODE(INSN_MODE_64, "\x67\x8b\x05\xfe\xff\xff\xff"), INSN_OK);
    ck_assert_uint_eq(insn_offset(&insn, gpr, 0x100000001ul), 0xfffffffful);
    ck_assert_uint_eq(insn_offset(&insn, gpr, 0x100000005ul), 3);
    /* mov al, [0x1122334455667788]: moffs */
    ck_assert_int_eq(DECODE(INSN_MODE_64, "\xa0\x88\x77\x66\x55\x44\x33\x22\x11"), INSN_OK);
    ck_assert(insn.memory);
    ck_assert_uint_eq(insn_offset(&insn, gpr, 0), 0x1122334455667788ul);
    /* [rsp], and [rbp] by SIB, are in SS; [r13] is not, nor what a prefix puts elsewhere. */
    ck_assert_int_eq(DECODE(INSN_MODE_64, "\x8b\x04\x24"), INSN_OK);
    ck_assert_int_eq(insn.segment, SEGMENT_SS);
    ck_assert_int_eq(DECODE(INSN_MODE_64, "\x41\x8b\x45\x00"), INSN_OK);
    ck_assert_int_eq(insn.segment, SEGMENT_DS);
    ck_assert_int_eq(DECODE(INSN_MODE_32, "\x3e\x8b\x45\x00"), INSN_OK);
    ck_assert_int_eq(insn.segment, SEGMENT_DS);
}
END_TEST

START_TEST(addresses_of_16_bits)
{
    static const vmk_uint64 gpr[GPR_COUNT] = {
        [GPR_RBX] = 0x12340001, [GPR_RBP] = 0x20, [GPR_RSI] = 0x300, [GPR_RDI] = 0xf000};
    static const unsigned offsets[8] = {0x301, 0xf001, 0x320, 0xf020, 0x300, 0xf000, 0x20, 0x1};

    for (unsigned rm = 0; rm < 8; rm++) {
        vmk_uint8 bytes[] = {0x8b, (vmk_uint8)(0x40 | rm), 0xff};

        ck_assert_int_eq(insn_decode(bytes, 3, INSN_MODE_16, &insn), INSN_OK);
        ck_assert_uint_eq(insn_offset(&insn, gpr, 0), offsets[rm] - 1);
        ck_assert_int_eq(insn.segment, rm == 2 || rm == 3 || rm == 6 ? SEGMENT_SS : SEGMENT_DS);
    }
    ck_assert_int_eq(DECODE(INSN_MODE_16, "\x8b\x06\x34\x12"), INSN_OK);
    ck_assert_uint_eq(insn_offset(&insn, gpr, 0), 0x1234);
    ck_assert_int_eq(DECODE(INSN_MODE_16, "\x8b\x41\x70"), INSN_OK); /* [bx+di+0x70] wraps round. */
    ck_assert_uint_eq(insn_offset(&insn, gpr, 0), 0xf071);
}
END_TEST

START_TEST(sizes_come_from_mode_and_prefixes)
{
    ck_assert_int_eq(DECODE(INSN_MODE_64, "\x66\x48\x89\xc8"), INSN_OK);
    ck_assert_uint_eq(insn.operand_bytes, 8);
    ck_assert_int_eq(DECODE(INSN_MODE_64, "\x48\x66\x89\xc8"),
                     INSN_OK); /* A REX that is not last does not count. */
    ck_assert_uint_eq(insn.operand_bytes, 2);
    ck_assert(!insn.rex);
    ck_assert_int_eq(DECODE(INSN_MODE_64, "\xff\x30"), INSN_OK); /* push [rax] */
    ck_assert_uint_eq(insn.operand_bytes, 8);
    ck_assert_int_eq(DECODE(INSN_MODE_64, "\xff\x00"), INSN_OK); /* inc [rax] */
    ck_assert_uint_eq(insn.operand_bytes, 4);
    ck_assert_int_eq(DECODE(INSN_MODE_16, "\x66\xc7\x07\x78\x56\x34\x12"), INSN_OK);
    ck_assert_uint_eq(insn.operand_bytes, 4);
    ck_assert_uint_eq(insn.immediate, 0x12345678);
    ck_assert_int_eq(DECODE(INSN_MODE_64, "\x48\xc7\x00\xff\xff\xff\xff"), INSN_OK);
    ck_assert_uint_eq(insn.immediate, ~0ul);
}
END_TEST

START_TEST(an_instruction_has_fifteen_bytes_at_most)
{
    vmk_uint8 bytes[20];

    memset(bytes, 0x66, sizeof(bytes));
    bytes[14] = 0x90;
    ck_assert_int_eq(insn_decode(bytes, 20, INSN_MODE_64, &insn), INSN_OK);
    ck_assert_uint_eq(insn.length, 15);
    ck_assert_int_eq(insn_decode(bytes, 14, INSN_MODE_64, &insn), INSN_MORE);
    bytes[14] = 0x66;
    ck_assert_int_eq(insn_decode(bytes, 20, INSN_MODE_64, &insn), INSN_TOO_LONG);
    bytes[13] = 0xb0; /* mov al, imm8 */
    ck_assert_int_eq(insn_decode(bytes, 20, INSN_MODE_64, &insn), INSN_OK);
    bytes[13] = 0x66;
    bytes[14] = 0xb0;
    ck_assert_int_eq(insn_decode(bytes, 20, INSN_MODE_64, &insn), INSN_TOO_LONG);
    ck_assert_int_eq(insn_decode(bytes, 0, INSN_MODE_64, &insn), INSN_MORE);
}
END_TEST

START_TEST(lock_stands_before_what_writes_memory)
{
    ck_assert_int_eq(DECODE(INSN_MODE_64, "\xf0\x01\x00"), INSN_OK);                /* add [rax], eax */
    ck_assert_int_eq(DECODE(INSN_MODE_64, "\xf0\x01\xc0"), INSN_UNDEFINED);         /* add eax, eax */
    ck_assert_int_eq(DECODE(INSN_MODE_64, "\xf0\x03\x00"), INSN_UNDEFINED);         /* add eax, [rax] */
    ck_assert_int_eq(DECODE(INSN_MODE_64, "\xf0\x39\x00"), INSN_UNDEFINED);         /* cmp [rax], eax */
    ck_assert_int_eq(DECODE(INSN_MODE_64, "\xf0\x83\x38\x00"), INSN_UNDEFINED);     /* cmp [rax], 0 */
    ck_assert_int_eq(DECODE(INSN_MODE_64, "\xf0\x89\x00"), INSN_UNDEFINED);         /* mov [rax], eax */
    ck_assert_int_eq(DECODE(INSN_MODE_64, "\xf0\x87\x00"), INSN_OK);                /* xchg */
    ck_assert_int_eq(DECODE(INSN_MODE_64, "\xf0\x0f\xc7\x08"), INSN_OK);            /* cmpxchg8b */
    ck_assert_int_eq(DECODE(INSN_MODE_64, "\xf0\x0f\xba\x20\x01"), INSN_UNDEFINED); /* bt */
    ck_assert_int_eq(DECODE(INSN_MODE_64, "\xf0\x0f\xba\x28\x01"), INSN_OK);        /* bts */
    ck_assert_int_eq(DECODE(INSN_MODE_32, "\xf0\x0f\x22\xc0"), INSN_OK);            /* mov cr8, eax */
    ck_assert_int_eq(DECODE(INSN_MODE_64, "\xf0\x90"), INSN_UNDEFINED);
}
END_TEST

START_TEST(vector_encodings_replace_prefixes)
{
    /* vmovdqu ymm9, [r10+0x10] */
    ck_assert_int_eq(DECODE(INSN_MODE_64, "\xc4\x41\x7e\x6f\x4a\x10"), INSN_OK);
    ck_assert_int_eq(insn.encoding, INSN_VEX);
    ck_assert_uint_eq(insn.mandatory, 0xf3);
    ck_assert_uint_eq(insn.vector_bits, 1);
    ck_assert_uint_eq(insn.reg, 9);
    ck_assert_int_eq(insn.base, 10);
    ck_assert_uint_eq(insn.length, 6);
    ck_assert_int_eq(DECODE(INSN_MODE_64, "\x66\xc4\x41\x7e\x6f\x4a\x10"), INSN_UNDEFINED);
    ck_assert_int_eq(DECODE(INSN_MODE_64, "\x48\xc5\xfe\x6f\x00"), INSN_UNDEFINED);
    /* les eax, [eax]: no VEX outside long mode */
    ck_assert_int_eq(DECODE(INSN_MODE_32, "\xc4\x00"), INSN_OK);
    ck_assert_int_eq(insn.encoding, INSN_LEGACY);
    /* vmovdqu64 zmm1, [rax+disp8]; EVEX with bit 3 of its first byte set is none. */
    ck_assert_int_eq(DECODE(INSN_MODE_64, "\x62\xf1\xfe\x48\x6f\x48\x01"), INSN_OK);
    ck_assert_uint_eq(insn.length, 7);
    ck_assert_uint_eq(insn.vector_bits, 2);
    ck_assert_int_eq(DECODE(INSN_MODE_64, "\x62\xf9\xfe\x48\x6f\x48\x01"), INSN_UNDEFINED);
    /* pop [rax], XOP's bextr with 4 bytes of immediate, 3DNow!'s pfadd */
    ck_assert_int_eq(DECODE(INSN_MODE_64, "\x8f\x00"), INSN_OK);
    ck_assert_int_eq(DECODE(INSN_MODE_64, "\x8f\xea\x78\x10\xc1\x01\x02\x03\x04"), INSN_OK);
    ck_assert_uint_eq(insn.length, 9);
    ck_assert_int_eq(DECODE(INSN_MODE_64, "\x0f\x0f\x40\x10\x9e"), INSN_OK);
    ck_assert_uint_eq(insn.opcode, 0x9e);
    ck_assert_int_eq(DECODE(INSN_MODE_64, "\x0f\x0f\x40\x10\x9f"), INSN_UNDEFINED);
}
END_TEST

START_TEST(the_mode_comes_from_the_registers)
{
    struct system_registers registers = {.efer = 1u << 10};

    registers.segments[SEGMENT_CS].attributes = 1u << 9 | 1u << 10;
    ck_assert_int_eq(insn_mode(&registers, 0), INSN_MODE_16);
    registers.cr0 = 1;
    ck_assert_int_eq(insn_mode(&registers, 0), INSN_MODE_64);
    registers.efer = 0;
    ck_assert_int_eq(insn_mode(&registers, 0), INSN_MODE_32);
    ck_assert_int_eq(insn_mode(&registers, 1u << 17), INSN_MODE_16);
    registers.segments[SEGMENT_CS].attributes = 0;
    ck_assert_int_eq(insn_mode(&registers, 0), INSN_MODE_16);
}
END_TEST

RUN_TESTS(lengths_of_what_is_intercepted, moves_to_control_registers_name_both_registers,
          addresses_of_64_bits, addresses_of_16_bits, sizes_come_from_mode_and_prefixes,
          an_instruction_has_fifteen_bytes_at_most, lock_stands_before_what_writes_memory,
          vector_encodings_replace_prefixes, the_mode_comes_from_the_registers)
