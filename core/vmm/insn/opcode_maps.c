/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * opcode_maps.c - the opcode maps, in rows of sixteen as the manuals print them (AMD64 APM vol. 3, appendix
 * A; Intel SDM vol. 2D, appendix A).
 */
#include "opcode_maps.h"

typedef char opcode_map[16][17];

static const opcode_map one_byte_follows = {
    /* 0123456789abcdef */
    "mmmmbz..mmmmbz.p", /* 0: ADD OR, PUSH POP */
    "mmmmbz..mmmmbz..", /* 1: ADC SBB */
    "mmmmbzp.mmmmbzp.", /* 2: AND SUB, DAA DAS */
    "mmmmbzp.mmmmbzp.", /* 3: XOR CMP, AAA AAS */
    "................", /* 4: INC DEC; REX */
    "................", /* 5: PUSH POP */
    "..mmppppzZbM....", /* 6: PUSHA POPA BOUND MOVSXD, PUSH IMUL, INS OUTS */
    "bbbbbbbbbbbbbbbb", /* 7: Jcc */
    "MZMMmmmmmmmmmmmm", /* 8: group 1, TEST XCHG MOV LEA POP */
    "..........f.....", /* 9: XCHG, CBW CWD CALL WAIT PUSHF POPF SAHF LAHF */
    "oooo....bz......", /* a: MOV, MOVS CMPS TEST STOS LODS SCAS */
    "bbbbbbbbvvvvvvvv", /* b: MOV */
    "MMw.mmMZe.w..b..", /* c: shifts, RET LES LDS MOV ENTER LEAVE RETF INT IRET */
    "mmmmbb..mmmmmmmm", /* d: shifts, AAM AAD XLAT, x87 */
    "bbbbbbbbjjfb....", /* e: LOOP JCXZ IN OUT CALL JMP */
    "p.pp..tt......mm", /* f: INT1 HLT CMC, groups 3 to 5 */
};

static const opcode_map two_byte_follows = {
    /* 0123456789abcdef */
    "mmmm ..... . m.3", /* 0: groups 6 and 7, LAR LSL, SYSCALL CLTS SYSRET INVD WBINVD UD2, PREFETCH FEMMS */
    "mmmmmmmmmmmmmmmm", /* 1: MOVUPS.., hints */
    "rrrr    mmmmmmmm", /* 2: MOV CR and DR, MOVAPS.. */
    "...... .p p     ", /* 3: WRMSR RDTSC RDMSR RDPMC SYSENTER SYSEXIT GETSEC */
    "mmmmmmmmmmmmmmmm", /* 4: CMOVcc */
    "mmmmmmmmmmmmmmmm", /* 5 */
    "mmmmmmmmmmmmmmmm", /* 6 */
    "MMMMmmm.xm  mmmm", /* 7 */
    "jjjjjjjjjjjjjjjj", /* 8: Jcc */
    "mmmmmmmmmmmmmmmm", /* 9: SETcc */
    "...mMm  ...mMmmm", /* a: PUSH POP CPUID BT SHLD, RSM BTS SHRD group 15 IMUL */
    "mmmmmmmmmmMmmmmm", /* b: CMPXCHG LSS BTR LFS LGS MOVZX POPCNT UD1 group 8 BTC BSF BSR MOVSX */
    "mmMmMMMm........", /* c: XADD, group 9, BSWAP */
    "mmmmmmmmmmmmmmmm", /* d */
    "mmmmmmmmmmmmmmmm", /* e */
    "mmmmmmmmmmmmmmmm", /* f */
};

/*
 * Which instructions a map has at an opcode: the sum of 1 (no mandatory prefix), 2 (66), 4 (F3), 8 (F2), in
 * hexadecimal. An instruction for which these prefixes say nothing but size or repetition has all.
 */
static const opcode_map two_byte = {
    /* 0123456789abcdef */
    "ffff0fffff0f0fff", /* 0 */
    "fff33373ffffffff", /* 1 */
    "ffff000033ffff33", /* 2 */
    "ffffff0f00000000", /* 3 */
    "ffffffffffffffff", /* 4 */
    "3f553333fff7ffff", /* 5 */
    "3333333333332237", /* 6 */
    "f3333331bb00aa77", /* 7 */
    "ffffffffffffffff", /* 8 */
    "ffffffffffffffff", /* 9 */
    "ffffff00ffffffff", /* a */
    "ffffffff4fffffff", /* b */
    "fff1333fffffffff", /* c */
    "a33333e333333333", /* d */
    "333333e333333333", /* e */
    "833333333333333f", /* f */
};

static const opcode_map three_byte_38 = {
    /* 0123456789abcdef */
    "3333333333330000", /* 0: PSHUFB.. */
    "2000220200003330", /* 1: PBLENDVB, PABS */
    "2222220022220000", /* 2: PMOVSX, MOVNTDQA */
    "2222220222222222", /* 3: PMOVZX, PMIN PMAX */
    "2200000000000000", /* 4 */
    "0000000000000000", /* 5 */
    "0000000000000000", /* 6 */
    "0000000000000000", /* 7 */
    "2220000000000000", /* 8: INVEPT INVVPID INVPCID */
    "0000000000000000", /* 9 */
    "0000000000000000", /* a */
    "0000000000000000", /* b */
    "0000000011111102", /* c: SHA, GF2P8MULB */
    "0000000040026666", /* d: AES */
    "0000000000000000", /* e */
    "bb000270e144f000", /* f: MOVBE CRC32, WRUSS ADCX WRSS, MOVDIRI MOVDIR64B ENQCMD, AADD.. */
};

static const opcode_map three_byte_3a = {
    /* 0123456789abcdef */
    "0000000022222223", /* 0: ROUND, BLEND, PALIGNR */
    "0000222200000000", /* 1: PEXTR */
    "2220000000000000", /* 2: PINSR */
    "0000000000000000", /* 3 */
    "2220200000000000", /* 4: DPPS, PCLMULQDQ */
    "0000000000000000", /* 5 */
    "2222000000000000", /* 6: PCMPSTR */
    "0000000000000000", /* 7 */
    "0000000000000000", /* 8 */
    "0000000000000000", /* 9 */
    "0000000000000000", /* a */
    "0000000000000000", /* b */
    "0000000000001022", /* c: SHA1RNDS4, GF2P8AFFINE */
    "0000000000000002", /* d: AESKEYGENASSIST */
    "0000000000000000", /* e */
    "4000000000000000", /* f: HRESET */
};

static const opcode_map vex_1 = {
    /* 0123456789abcdef */
    "0000000000000000", /* 0 */
    "fff3337300000000", /* 1 */
    "0000000033c3cc33", /* 2 */
    "0000000000000000", /* 3 */
    "0330333300330000", /* 4: mask registers */
    "3f553333fff7ffff", /* 5 */
    "2222222222222226", /* 6 */
    "e222222f0000aa66", /* 7 */
    "0000000000000000", /* 8 */
    "33bb000033000000", /* 9: mask registers */
    "00000000000000f0", /* a: VLDMXCSR VSTMXCSR */
    "0000000000000000", /* b */
    "00f0223000000000", /* c */
    "a222222222222222", /* d */
    "222222e222222222", /* e */
    "8222222222222220", /* f */
};

static const opcode_map vex_2 = {
    /* 0123456789abcdef */
    "2222222222222222", /* 0 */
    "0002002222202220", /* 1 */
    "2222220022222222", /* 2 */
    "2222222222222222", /* 3 */
    "220002220b0e0000", /* 4: LDTILECFG TILELOADD */
    "ff2200002220c0f0", /* 5: VPDPBUSD, TDPBSSD */
    "0000000000000000", /* 6 */
    "0040000022000000", /* 7 */
    "0000000000002020", /* 8: VPMASKMOV */
    "2222002222222222", /* 9: gathers, FMA */
    "0000002222222222", /* a: FMA */
    "f600222222222222", /* b: FMA */
    "0000000000000002", /* c */
    "0000000000022222", /* d */
    "2222222222222222", /* e: CMPccXADD */
    "00110d8f00000000", /* f: BMI */
};

static const opcode_map vex_3 = {
    /* 0123456789abcdef */
    "2220222022222222", /* 0 */
    "0000222222000200", /* 1 */
    "2220000000000000", /* 2 */
    "2222000022000000", /* 3 */
    "2220202022222000", /* 4 */
    "0000000000002222", /* 5: FMA4 */
    "2222000022222222", /* 6 */
    "0000000022222222", /* 7 */
    "0000000000000000", /* 8 */
    "0000000000000000", /* 9 */
    "0000000000000000", /* a */
    "0000000000000000", /* b */
    "0000000000000022", /* c */
    "0000000000000002", /* d */
    "0000000000000000", /* e */
    "8000000000000000", /* f: RORX */
};

static const opcode_map evex_1 = {
    /* 0123456789abcdef */
    "0000000000000000", /* 0 */
    "fff3337300000000", /* 1 */
    "0000000033c3cc33", /* 2 */
    "0000000000000000", /* 3 */
    "0000000000000000", /* 4 */
    "0f003333fff7ffff", /* 5 */
    "222222222222222e", /* 6 */
    "e2222220ffee006e", /* 7 */
    "0000000000000000", /* 8 */
    "0000000000000000", /* 9 */
    "0000000000000000", /* a */
    "0000000000000000", /* b */
    "00f0223000000000", /* c */
    "0222222022222222", /* d */
    "222222e222222222", /* e */
    "0222222022222220", /* f */
};

static const opcode_map evex_2 = {
    /* 0123456789abcdef */
    "2000200000022200", /* 0 */
    "6666662022222222", /* 1 */
    "6666666666622200", /* 2 */
    "6666662266622222", /* 3 */
    "2022222200002222", /* 4 */
    "ffea220022220000", /* 5 */
    "0022222080000000", /* 6 */
    "22e2022222222222", /* 7 */
    "0002000022220202", /* 8 */
    "2222002222aa2222", /* 9: gathers, FMA */
    "2222002222aa2222", /* a: scatters, FMA */
    "0000222222222222", /* b: FMA */
    "0000202220222202", /* c */
    "0000000000002222", /* d */
    "0000000000000000", /* e */
    "0000000000000000", /* f */
};

static const opcode_map evex_3 = {
    /* 0123456789abcdef */
    "2202220032320002", /* 0 */
    "0000222222220222", /* 1 */
    "2222023300000000", /* 2 */
    "0000000022220022", /* 3 */
    "0022200000000000", /* 4 */
    "2200223300000000", /* 5 */
    "0000003300000000", /* 6 */
    "2222000000000000", /* 7 */
    "0000000000000000", /* 8 */
    "0000000000000000", /* 9 */
    "0000000000000000", /* a */
    "0000000000000000", /* b */
    "0050000000000022", /* c */
    "0000000000000000", /* d */
    "0000000000000000", /* e */
    "0000000000000000", /* f */
};

/* Half precision: rows that are not here are empty. */
static const opcode_map evex_5 = {
    [0x1] = "4400000000000300", [0x2] = "0000000000404411", [0x5] = "0500000055f75555",
    [0x6] = "0000000000000020", [0x7] = "0000000077a63f20",
};

static const opcode_map evex_6 = {
    [0x1] = "0003000000000000", [0x2] = "0000000000002200", [0x4] = "0022000000002222",
    [0x5] = "000000cc00000000", [0x9] = "0000002222222222", [0xa] = "0000002222222222",
    [0xb] = "0000002222222222", [0xd] = "000000cc00000000",
};

/* XOP's have no pp: 1 is an instruction (APM vol. 3, table A-10 and following). */
static const opcode_map xop_8 = {
    [0x8] = "0000011100000011", /* VPMACSSWW.. */
    [0x9] = "0000011100000011", /* VPMACSWW.. */
    [0xa] = "0011001000000000", /* VPCMOV VPPERM VPMADCSSWD */
    [0xb] = "0000001000000000", /* VPMADCSWD */
    [0xc] = "1111000000001111", /* VPROT, VPCOM */
    [0xe] = "0000000000001111", /* VPCOMU */
};

static const opcode_map xop_9 = {
    [0x0] = "0110000000000000", /* BLCFILL.., BLCMSK.. */
    [0x1] = "0010000000000000", /* LLWPCB SLWPCB */
    [0x8] = "1111000000000000", /* VFRCZ */
    [0x9] = "1111111111110000", /* VPROT VPSHL VPSHA */
    [0xc] = "0111001100010000", /* VPHADD.. */
    [0xd] = "0111001100010000", /* VPHADDU.. */
    [0xe] = "0111000000000000", /* VPHSUB */
};

static const opcode_map xop_a = {
    [0x1] = "1010000000000000", /* BEXTR, LWPINS LWPVAL */
};

/* The opcodes of 3DNow!, as a map of 1 and 0 (APM vol. 3, table A-14). */
static const opcode_map amd_3dnow = {
    [0x0] = "0000000000001100", /* PI2FW PI2FD */
    [0x1] = "0000000000001100", /* PF2IW PF2ID */
    [0x8] = "0000000000100010", /* PFNACC PFPNACC */
    [0x9] = "1000101100100010", /* PFCMPGE PFMIN PFRCP PFRSQRT PFSUB PFADD */
    [0xa] = "1000101100100010", /* PFCMPGT PFMAX PFRCPIT1 PFRSQIT1 PFSUBR PFACC */
    [0xb] = "1000101100010001", /* PFCMPEQ PFMUL PFRCPIT2 PMULHRW PSWAPD PAVGUSB */
};

/** The map of @p insn's encoding and number; NULL: there is none, or all of it is mapped. */
static const opcode_map *map_of(const struct insn *insn)
{
    static const opcode_map *const legacy[] = {
        [INSN_MAP_0F] = &two_byte,
        [INSN_MAP_0F38] = &three_byte_38,
        [INSN_MAP_0F3A] = &three_byte_3a,
        [INSN_MAP_3DNOW] = &amd_3dnow,
    };
    static const opcode_map *const vex[INSN_MAP_3DNOW] = {[1] = &vex_1, &vex_2, &vex_3};
    static const opcode_map *const evex[INSN_MAP_3DNOW] = {
        [1] = &evex_1, &evex_2, &evex_3, [INSN_MAP_5] = &evex_5, &evex_6};
    static const opcode_map *const xop[INSN_MAP_3DNOW] = {[INSN_MAP_XOP8] = &xop_8, &xop_9, &xop_a};

    if (insn->encoding == INSN_LEGACY) {
        return legacy[insn->map];
    }
    if (insn->map >= INSN_MAP_3DNOW) {
        return NULL;
    }
    return insn->encoding == INSN_VEX    ? vex[insn->map]
           : insn->encoding == INSN_EVEX ? evex[insn->map]
                                         : xop[insn->map];
}

enum opcode_prefix opcode_prefix(const struct insn *insn)
{
    switch (insn->mandatory) {
    case 0x66:
        return PREFIX_66;
    case 0xf3:
        return PREFIX_F3;
    case 0xf2:
        return PREFIX_F2;
    default:
        return PREFIX_NONE;
    }
}

static unsigned hexadecimal(char digit)
{
    return digit == 0 ? 0 : digit <= '9' ? (unsigned)(digit - '0') : (unsigned)(digit - 'a') + 10;
}

bool opcode_mapped(const struct insn *insn)
{
    const opcode_map *map = map_of(insn);
    unsigned prefixes; /* A set, as enum opcode_prefix. */

    if (map == NULL) {
        return insn->encoding == INSN_LEGACY;
    }
    if (insn->map == INSN_MAP_0F && insn->encoding == INSN_LEGACY && insn->opcode == 0x0f) {
        return true; /* 3DNow!: its opcode comes last. */
    }
    prefixes = hexadecimal((*map)[insn->opcode >> 4][insn->opcode & 0xf]);
    return prefixes & (insn->map == INSN_MAP_3DNOW ? 1 : opcode_prefix(insn));
}

/** The maps of VEX and EVEX follow the legacy ones' way, with fewer exceptions. */
static enum opcode_follows vex_follows(const struct insn *insn)
{
    switch (insn->map) {
    case INSN_MAP_0F:
        if (insn->encoding == INSN_EVEX && insn->opcode >= 0x78 && insn->opcode <= 0x7b) {
            return OPCODE_MODRM; /* Conversions, where map 0F has EXTRQ and gaps. */
        }
        return two_byte_follows[insn->opcode >> 4][insn->opcode & 0xf];
    case INSN_MAP_0F3A:
    case INSN_MAP_XOP8:
        return OPCODE_MODRM_IMM8;
    case INSN_MAP_XOPA:
        return OPCODE_MODRM_DWORD;
    default:
        return OPCODE_MODRM;
    }
}

enum opcode_follows opcode_follows(const struct insn *insn)
{
    if (insn->encoding != INSN_LEGACY) {
        return vex_follows(insn);
    }
    switch (insn->map) {
    case INSN_MAP_ONE_BYTE:
        return one_byte_follows[insn->opcode >> 4][insn->opcode & 0xf];
    case INSN_MAP_0F:
        return two_byte_follows[insn->opcode >> 4][insn->opcode & 0xf];
    case INSN_MAP_0F38:
        return OPCODE_MODRM;
    default:
        return OPCODE_MODRM_IMM8;
    }
}
