/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * opcode_forms.c - which forms of a mapped opcode are instructions: groups, memory or register, LOCK, mode.
 *
 * AMD64 APM vol. 3, appendix A.2 (ModRM extensions); Intel SDM vol. 2D, appendix A.4 and A.5.
 */
#include "opcode_maps.h"

/** A set of the eight values of ModRM.reg or ModRM.rm. */
#define ALL              0xffu
#define BIT(n)           (1u << (n))
#define BITS(first, end) (BIT((end) + 1) - BIT(first))

static bool is_in(unsigned set, unsigned number)
{
    return set >> (number & 7) & 1;
}

/** Opcodes that long mode gave up (APM vol. 3, table B-1). BOUND, LES and LDS are EVEX and VEX there. */
static bool gone_in_long_mode(vmk_uint8 opcode)
{
    switch (opcode) {
    case 0x06:
    case 0x07:
    case 0x0e:
    case 0x16:
    case 0x17:
    case 0x1e:
    case 0x1f:
    case 0x27:
    case 0x2f:
    case 0x37:
    case 0x3f:
    case 0x60:
    case 0x61:
    case 0x82:
    case 0x9a:
    case 0xce:
    case 0xd4:
    case 0xd5:
    case 0xea:
        return true;
    default:
        return false;
    }
}

/** x87 with ModRM as memory: which reg there are. */
static const vmk_uint8 x87_memory[8] = {
    ALL,                      /* d8 */
    ALL & ~BIT(1),            /* d9: no second form of FLD */
    ALL,                      /* da */
    ALL & ~(BIT(4) | BIT(6)), /* db */
    ALL,                      /* dc */
    ALL & ~BIT(5),            /* dd */
    ALL,                      /* de */
    ALL,                      /* df */
};

/** x87 with ModRM from C0 on: for each reg, which rm. Duplicates that all processors execute are there. */
static const vmk_uint8 x87_registers[8][8] = {
    {ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL},                                         /* d8 */
    {ALL, ALL, BIT(0), ALL, BIT(0) | BIT(1) | BIT(4) | BIT(5), BITS(0, 6), ALL, ALL}, /* d9 */
    {ALL, ALL, ALL, ALL, 0, BIT(1), 0, 0},                                            /* da */
    {ALL, ALL, ALL, ALL, BITS(0, 4), ALL, ALL, 0},                                    /* db */
    {ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL},                                         /* dc */
    {ALL, ALL, ALL, ALL, ALL, ALL, 0, 0},                                             /* dd */
    {ALL, ALL, ALL, BIT(1), ALL, ALL, ALL, ALL},                                      /* de */
    {ALL, ALL, ALL, ALL, BIT(0), ALL, ALL, 0},                                        /* df */
};

static bool x87_defined(const struct insn *insn)
{
    unsigned row = insn->opcode & 7;

    return insn->memory ? is_in(x87_memory[row], insn->reg)
                        : is_in(x87_registers[row][insn->reg & 7], insn->rm);
}

/** Group 11: MOV, and XABORT, XBEGIN at F8. */
static bool group11_defined(const struct insn *insn)
{
    return (insn->reg & 7) == 0 || (!insn->memory && insn->reg % 8 == 7 && insn->rm % 8 == 0);
}

static bool one_byte_defined(const struct insn *insn)
{
    if (insn->mode == INSN_MODE_64 && gone_in_long_mode(insn->opcode)) {
        return false;
    }
    switch (insn->opcode) {
    case 0x62: /* BOUND */
    case 0x8d: /* LEA */
    case 0xc4:
    case 0xc5:
        return insn->memory;
    case 0x8c: /* MOV from a segment register */
        return is_in(BITS(0, 5), insn->reg);
    case 0x8e: /* CS cannot be loaded so. */
        return is_in(BITS(0, 5) & ~BIT(1), insn->reg);
    case 0x8f:
        return (insn->reg & 7) == 0;
    case 0xc6:
    case 0xc7:
        return group11_defined(insn);
    case 0xd6:
        return false;
    case 0xfe:
        return is_in(BITS(0, 1), insn->reg);
    case 0xff:
        return is_in(insn->memory ? BITS(0, 6) : BITS(0, 6) & ~(BIT(3) | BIT(5)), insn->reg);
    default:
        return (insn->opcode & 0xf8) != 0xd8 || x87_defined(insn);
    }
}

/** Group 7 with ModRM from C0 on: for each reg, which rm; and which there are in long mode besides. */
struct group7_forms {
    vmk_uint8 always[8], long_mode[8];
};

/* VMCALL.., MONITOR.., XGETBV.., SVM, SMSW, SERIALIZE RDPKRU WRPKRU, LMSW, SWAPGS RDTSCP... */
static const struct group7_forms group7_plain = {.always = {0x7f, 0x8f, 0xf3, 0xff, 0xff, 0xc1, 0xff, 0xff}};
/* TDX. */
static const struct group7_forms group7_66 = {.always = {0x3f, 0x1f, 0xf3, 0xfd, 0xff, 0x00, 0xff, 0x13},
                                              .long_mode = {[1] = 0xe0}};
/* SETSSBSY SAVEPREVSSP; WRMSRLIST, UIRET.., RMPADJUST PSMASH. */
static const struct group7_forms group7_f3 = {.always = {0x3f, 0x0f, 0xf3, 0xff, 0xff, 0x05, 0xff, 0x17},
                                              .long_mode = {[0] = 0x40, [5] = 0xf0, [7] = 0xe0}};
/* XSUSLDTRK XRESLDTRK, PVALIDATE; RDMSRLIST, RMPUPDATE. */
static const struct group7_forms group7_f2 = {.always = {0x3f, 0x0f, 0xf3, 0xff, 0xff, 0x03, 0xff, 0x93},
                                              .long_mode = {[0] = 0x40, [7] = 0x40}};

static const struct group7_forms *group7_forms(vmk_uint8 mandatory)
{
    switch (mandatory) {
    case 0x66:
        return &group7_66;
    case 0xf3:
        return &group7_f3;
    case 0xf2:
        return &group7_f2;
    default:
        return &group7_plain;
    }
}

static bool group7_register_defined(const struct insn *insn)
{
    const struct group7_forms *forms = group7_forms(insn->mandatory);
    unsigned reg = insn->reg & 7;

    return is_in(forms->always[reg], insn->rm) ||
           (insn->mode == INSN_MODE_64 && is_in(forms->long_mode[reg], insn->rm));
}

static bool group7_defined(const struct insn *insn)
{
    if (!insn->memory) {
        return group7_register_defined(insn);
    }
    return (insn->reg & 7) != 5 || insn->mandatory == 0xf3; /* RSTORSSP */
}

/** Group 9: CMPXCHG8B, the XSAVE family's compact forms, VMX pointers; random numbers, RDPID, SENDUIPI. */
static bool group9_defined(const struct insn *insn)
{
    switch (insn->mandatory) {
    case 0:
        return is_in(insn->memory ? BIT(1) | BITS(3, 7) : BITS(6, 7), insn->reg);
    case 0x66:
        return is_in(insn->memory ? BIT(1) | BIT(6) : BITS(6, 7), insn->reg);
    case 0xf3:
        return is_in(insn->memory                 ? BIT(1) | BIT(6)
                     : insn->mode == INSN_MODE_64 ? BITS(6, 7)
                                                  : BIT(7),
                     insn->reg);
    default:
        return insn->memory && is_in(BIT(1), insn->reg);
    }
}

/** Group 15: FXSAVE.. in memory; fences, FS and GS bases, shadow stacks, waiting in registers. */
static bool group15_defined(const struct insn *insn)
{
    switch (insn->mandatory) {
    case 0x66:
        return is_in(insn->memory ? BITS(6, 7) : BIT(6), insn->reg);
    case 0xf3:
        return is_in(insn->memory ? BIT(4) | BIT(6) : BITS(0, 6), insn->reg);
    case 0xf2:
        return !insn->memory && is_in(BIT(6), insn->reg);
    default:
        return insn->memory || is_in(BITS(5, 7), insn->reg);
    }
}

/** MOV to and from CR0, CR2, CR3, CR4, CR8. LOCK makes 8 of 0 (APM vol. 3, MOV CRn). */
static bool control_register_defined(const struct insn *insn)
{
    return (BIT(0) | BIT(2) | BIT(3) | BIT(4) | BIT(8)) >> insn->reg & 1;
}

/** Opcodes of map 0F that are groups. */
static bool two_byte_group_defined(const struct insn *insn)
{
    switch (insn->opcode) {
    case 0x00:
        return is_in(BITS(0, 5), insn->reg);
    case 0x01:
        return group7_defined(insn);
    case 0x71:
    case 0x72:
        return !insn->memory && is_in(BIT(2) | BIT(4) | BIT(6), insn->reg);
    case 0x73:
        return !insn->memory &&
               is_in(insn->mandatory == 0 ? BIT(2) | BIT(6) : BITS(2, 3) | BITS(6, 7), insn->reg);
    case 0xae:
        return group15_defined(insn);
    case 0xba:
        return is_in(BITS(4, 7), insn->reg);
    case 0xc7:
        return group9_defined(insn);
    default:
        return true;
    }
}

/** Opcodes of map 0F that are memory's or registers' alone. */
static bool two_byte_form_defined(const struct insn *insn)
{
    switch (insn->opcode) {
    case 0x12:
    case 0x16:
        return insn->memory || insn->mandatory != 0x66;
    case 0x0d:
    case 0x13:
    case 0x17:
    case 0x2b:
    case 0xb2:
    case 0xb4:
    case 0xb5:
    case 0xc3:
    case 0xe7:
    case 0xf0:
        return insn->memory;
    case 0x20:
    case 0x22:
        return control_register_defined(insn);
    case 0x21:
    case 0x23:
        return insn->reg < 8;
    case 0x50:
    case 0xc5:
    case 0xd7:
    case 0xf7:
        return !insn->memory;
    case 0x78: /* EXTRQ is a group, INSERTQ registers. */
        return insn->mandatory == 0 || (!insn->memory && (insn->mandatory == 0xf2 || (insn->reg & 7) == 0));
    case 0x79:
        return insn->mandatory == 0 || !insn->memory;
    case 0xd6:
        return insn->mandatory == 0x66 || !insn->memory;
    default:
        return two_byte_group_defined(insn);
    }
}

static bool three_byte_defined(const struct insn *insn)
{
    if (insn->map == INSN_MAP_0F3A) {
        return insn->opcode != 0xf0 || (!insn->memory && insn->reg % 8 == 0 && insn->rm % 8 == 0);
    }
    switch (insn->opcode) {
    case 0x2a: /* MOVNTDQA */
    case 0x80: /* INVEPT INVVPID INVPCID */
    case 0x81:
    case 0x82:
    case 0xf5: /* WRUSS */
    case 0xf9: /* MOVDIRI */
    case 0xfc: /* AADD.. */
        return insn->memory;
    case 0xf0:
    case 0xf1:
        return insn->memory || insn->mandatory == 0xf2; /* CRC32 takes registers, MOVBE does not. */
    case 0xf6:
        return insn->mandatory != 0 || insn->memory; /* ADCX and ADOX, WRSS. */
    case 0xf8:                                       /* MOVDIR64B.. */
        return insn->memory;
    case 0xd8: /* Key locker: AESENCWIDE.., AESDEC.., ENCODEKEY */
        return insn->memory && is_in(BITS(0, 3), insn->reg);
    case 0xdd:
    case 0xde:
    case 0xdf:
        return insn->mandatory == 0x66 || insn->memory;
    case 0xfa:
    case 0xfb:
        return !insn->memory;
    default:
        return true;
    }
}

/** What LOCK may stand before, if its destination is memory (APM vol. 3, 1.2.5). */
static bool lockable_one_byte(const struct insn *insn)
{
    if (insn->opcode < 0x38) { /* All of ALU's but CMP. */
        return (insn->opcode & 7) < 2;
    }
    switch (insn->opcode) {
    case 0x80:
    case 0x81:
    case 0x82:
    case 0x83:
        return (insn->reg & 7) != 7;
    case 0x86:
    case 0x87:
        return true;
    case 0xf6:
    case 0xf7:
        return is_in(BITS(2, 3), insn->reg);
    case 0xfe:
    case 0xff:
        return is_in(BITS(0, 1), insn->reg);
    default:
        return false;
    }
}

static bool lockable_two_byte(const struct insn *insn)
{
    switch (insn->opcode) {
    case 0xab:
    case 0xb0:
    case 0xb1:
    case 0xb3:
    case 0xbb:
    case 0xc0:
    case 0xc1:
        return true;
    case 0xba:
        return is_in(BITS(5, 7), insn->reg);
    case 0xc7:
        return is_in(BIT(1), insn->reg);
    default:
        return false;
    }
}

static bool lock_allowed(const struct insn *insn)
{
    if (insn->map == INSN_MAP_0F && (insn->opcode == 0x20 || insn->opcode == 0x22)) {
        return insn->reg == 0; /* CR8 */
    }
    if (!insn->memory) {
        return false;
    }
    return insn->map == INSN_MAP_ONE_BYTE ? lockable_one_byte(insn)
                                          : insn->map == INSN_MAP_0F && lockable_two_byte(insn);
}

bool opcode_defined(const struct insn *insn)
{
    if (insn->encoding != INSN_LEGACY) {
        return true;
    }
    if (insn->lock && !lock_allowed(insn)) {
        return false;
    }
    switch (insn->map) {
    case INSN_MAP_ONE_BYTE:
        return one_byte_defined(insn);
    case INSN_MAP_0F:
        return two_byte_form_defined(insn);
    case INSN_MAP_0F38:
    case INSN_MAP_0F3A:
        return three_byte_defined(insn);
    default:
        return opcode_mapped(insn);
    }
}

/** Near branches and what uses the stack (APM vol. 3, table B-5). */
static bool one_byte_is_64bit(const struct insn *insn)
{
    switch (insn->opcode) {
    case 0x68: /* PUSH */
    case 0x6a:
    case 0x8f: /* POP */
    case 0x9c: /* PUSHF POPF */
    case 0x9d:
    case 0xc2: /* RET */
    case 0xc3:
    case 0xc8: /* ENTER LEAVE */
    case 0xc9:
    case 0xe8: /* CALL JMP */
    case 0xe9:
    case 0xeb:
        return true;
    case 0xff: /* CALL JMP PUSH */
        return is_in(BIT(2) | BIT(4) | BIT(6), insn->reg);
    default:
        return (insn->opcode & 0xf0) == 0x50 || (insn->opcode & 0xf0) == 0x70 ||
               (insn->opcode & 0xfc) == 0xe0;
    }
}

bool opcode_is_64bit(const struct insn *insn)
{
    switch (insn->map) {
    case INSN_MAP_ONE_BYTE:
        return insn->encoding == INSN_LEGACY && one_byte_is_64bit(insn);
    case INSN_MAP_0F: /* MOV CR and DR, Jcc, PUSH and POP FS and GS */
        return insn->encoding == INSN_LEGACY &&
               ((insn->opcode & 0xfc) == 0x20 || (insn->opcode & 0xf0) == 0x80 ||
                (insn->opcode & 0xf6) == 0xa0);
    default:
        return false;
    }
}
