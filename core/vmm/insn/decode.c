/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * decode.c - an instruction taken apart: prefixes, opcode, ModRM and SIB, displacement, immediate.
 */
#include "opcode_maps.h"

#define REX_W 0x8
#define REX_R 0x4
#define REX_X 0x2
#define REX_B 0x1

/** What is still to be read. The status is that of the first byte that was not there. */
struct reader {
    const vmk_uint8 *bytes;
    unsigned count, at;
    enum insn_status status;
    vmk_uint8 rex; /**< R, X and B of whatever encoding, as REX has them. */
    bool address_prefix;
};

static vmk_uint8 peek(const struct reader *reader)
{
    return reader->at < reader->count ? reader->bytes[reader->at] : 0;
}

/** The next @p size bytes, little-endian; 0 when there are not so many. */
static vmk_uint64 take(struct reader *reader, unsigned size)
{
    vmk_uint64 value = 0;

    if (reader->status != INSN_OK) {
        return 0;
    }
    if (reader->at + size > reader->count) {
        reader->status = reader->at + size > INSN_BYTES_MAX ? INSN_TOO_LONG : INSN_MORE;
        return 0;
    }
    for (unsigned i = 0; i < size; i++) {
        value |= (vmk_uint64)reader->bytes[reader->at++] << 8 * i;
    }
    return value;
}

static vmk_int64 sign_extended(vmk_uint64 value, unsigned size)
{
    unsigned unused = 64 - 8 * size;

    return (vmk_int64)(value << unused) >> unused;
}

static vmk_int64 take_signed(struct reader *reader, unsigned size)
{
    return sign_extended(take(reader, size), size);
}

static void override_segment(struct insn *insn, enum segment segment)
{
    /* Long mode ignores the flat four, and an earlier FS or GS stays (APM vol. 3, 1.2.4). */
    if (insn->mode == INSN_MODE_64 && segment < SEGMENT_FS) {
        return;
    }
    insn->segment = segment;
    insn->segment_override = true;
}

/** @return false: @p byte is no legacy prefix. */
static bool legacy_prefix(struct reader *reader, struct insn *insn, vmk_uint8 byte)
{
    switch (byte) {
    case 0x26:
        override_segment(insn, SEGMENT_ES);
        return true;
    case 0x2e:
        override_segment(insn, SEGMENT_CS);
        return true;
    case 0x36:
        override_segment(insn, SEGMENT_SS);
        return true;
    case 0x3e:
        override_segment(insn, SEGMENT_DS);
        return true;
    case 0x64:
        override_segment(insn, SEGMENT_FS);
        return true;
    case 0x65:
        override_segment(insn, SEGMENT_GS);
        return true;
    case 0x66:
        insn->operand_prefix = true;
        return true;
    case 0x67:
        reader->address_prefix = true;
        return true;
    case 0xf0:
        insn->lock = true;
        return true;
    case 0xf2:
    case 0xf3:
        insn->repeat = byte;
        return true;
    default:
        return false;
    }
}

/** Legacy prefixes in any order, and a REX that counts if it is the last (APM vol. 3, 1.2.7). */
static void take_prefixes(struct reader *reader, struct insn *insn)
{
    while (reader->at < reader->count) {
        vmk_uint8 byte = peek(reader);

        if (insn->mode == INSN_MODE_64 && (byte & 0xf0) == 0x40) {
            reader->rex = byte & 0xf;
            insn->rex = true;
        } else if (legacy_prefix(reader, insn, byte)) {
            reader->rex = 0;
            insn->rex = false;
        } else {
            break;
        }
        reader->at++;
    }
    insn->wide = reader->rex & REX_W;
}

/** VEX, EVEX and XOP replace the prefixes: with one of those before them, or REX, they are #UD. */
static bool prefixes_allow_vex(const struct insn *insn)
{
    return !insn->lock && !insn->rex && !insn->operand_prefix && insn->repeat == 0;
}

/** The pp field says which prefix would have been there. */
static void set_mandatory(struct insn *insn, unsigned pp)
{
    static const vmk_uint8 prefixes[] = {0, 0x66, 0xf3, 0xf2};

    insn->mandatory = prefixes[pp];
    insn->operand_prefix = pp == 1;
    insn->repeat = pp == 1 ? 0 : insn->mandatory;
}

/** The bits of VEX's last byte: W, vvvv inverted, L, pp. */
static void take_vex_tail(struct insn *insn, vmk_uint8 byte)
{
    insn->wide = byte & 0x80;
    insn->vvvv = (vmk_uint8)(~byte >> 3 & 0xf);
    insn->vector_bits = byte >> 2 & 1;
    set_mandatory(insn, byte & 3);
}

/** C5: R and the tail but W. */
static void take_vex2(struct reader *reader, struct insn *insn)
{
    vmk_uint8 byte = (vmk_uint8)take(reader, 1);

    insn->encoding = INSN_VEX;
    insn->map = INSN_MAP_0F;
    reader->rex = byte & 0x80 ? 0 : REX_R;
    take_vex_tail(insn, byte & 0x7f);
}

/** C4, and 8F for XOP: R, X, B inverted and the map; the tail. */
static void take_vex3(struct reader *reader, struct insn *insn, enum insn_encoding encoding)
{
    vmk_uint8 byte = (vmk_uint8)take(reader, 1);

    insn->encoding = encoding;
    insn->map = byte & 0x1f;
    reader->rex = (vmk_uint8)~byte >> 5;
    take_vex_tail(insn, (vmk_uint8)take(reader, 1));
}

/** 62 (Intel SDM vol. 2A, 2.7). @return false: bits are not as they must be. */
static bool take_evex(struct reader *reader, struct insn *insn)
{
    vmk_uint8 p0 = (vmk_uint8)take(reader, 1);
    vmk_uint8 p1 = (vmk_uint8)take(reader, 1);
    vmk_uint8 p2 = (vmk_uint8)take(reader, 1);

    insn->encoding = INSN_EVEX;
    insn->map = p0 & 0x7;
    reader->rex = (vmk_uint8)~p0 >> 5;
    insn->wide = p1 & 0x80;
    insn->vvvv = (vmk_uint8)((~p1 >> 3 & 0xf) | (p2 & 0x08 ? 0 : 0x10));
    insn->vector_bits = p2 >> 5 & 3;
    set_mandatory(insn, p1 & 3);
    return (p0 & 0x8) == 0 && (p1 & 0x4) != 0;
}

/** The opcode of a legacy instruction, with the bytes that lead to its map. */
static void take_legacy_opcode(struct reader *reader, struct insn *insn)
{
    insn->opcode = (vmk_uint8)take(reader, 1);
    if (insn->opcode != 0x0f) {
        return;
    }
    insn->map = INSN_MAP_0F;
    insn->opcode = (vmk_uint8)take(reader, 1);
    if (insn->opcode == 0x38 || insn->opcode == 0x3a) {
        insn->map = insn->opcode == 0x38 ? INSN_MAP_0F38 : INSN_MAP_0F3A;
        insn->opcode = (vmk_uint8)take(reader, 1);
    }
    insn->mandatory = insn->repeat != 0 ? insn->repeat : insn->operand_prefix ? 0x66 : 0;
}

/**
 * Read up to the opcode. Outside long mode 62, C4 and C5 are BOUND, LES and LDS where a ModRM that means
 * memory follows; 8F is POP where the map's number is below 8.
 */
static enum insn_status take_opcode(struct reader *reader, struct insn *insn)
{
    vmk_uint8 first = peek(reader), second;
    bool lead = first == 0x62 || first == 0xc4 || first == 0xc5 || first == 0x8f;
    bool vex;

    if (!lead) {
        take_legacy_opcode(reader, insn);
        return reader->status;
    }
    take(reader, 1);
    second = peek(reader);
    if (reader->at >= reader->count) {
        take(reader, 1);
        return reader->status;
    }
    vex = first == 0x8f ? (second & 0x1f) >= 8 : insn->mode == INSN_MODE_64 || second >= 0xc0;
    if (!vex) {
        insn->opcode = first;
        return INSN_OK;
    }
    if (!prefixes_allow_vex(insn)) {
        return INSN_UNDEFINED;
    }
    if (first == 0xc5) {
        take_vex2(reader, insn);
    } else if (first == 0x62) {
        if (!take_evex(reader, insn) && reader->status == INSN_OK) {
            return INSN_UNDEFINED;
        }
    } else {
        take_vex3(reader, insn, first == 0xc4 ? INSN_VEX : INSN_XOP);
    }
    if (insn->mode != INSN_MODE_64) {
        reader->rex = 0; /* Eight registers. */
        insn->vvvv &= 7;
    }
    insn->opcode = (vmk_uint8)take(reader, 1);
    return reader->status;
}

/** Sizes from mode and prefixes (APM vol. 3, tables 1-2 and 1-3). Near branches with 66 in long mode are
 * AMD's: 16 bits wide. */
static void set_sizes(const struct reader *reader, struct insn *insn)
{
    switch (insn->mode) {
    case INSN_MODE_16:
        insn->operand_bytes = insn->operand_prefix ? 4 : 2;
        insn->address_bytes = reader->address_prefix ? 4 : 2;
        break;
    case INSN_MODE_32:
        insn->operand_bytes = insn->operand_prefix ? 2 : 4;
        insn->address_bytes = reader->address_prefix ? 2 : 4;
        break;
    case INSN_MODE_64:
        insn->address_bytes = reader->address_prefix ? 4 : 8;
        insn->operand_bytes = insn->wide ? 8 : insn->operand_prefix ? 2 : 4;
        break;
    }
}

/** 16-bit addressing: BX+SI, BX+DI, BP+SI, BP+DI, SI, DI, BP, BX. */
static void take_address16(struct reader *reader, struct insn *insn)
{
    static const vmk_int8 bases[] = {GPR_RBX, GPR_RBX, GPR_RBP, GPR_RBP, GPR_RSI, GPR_RDI, GPR_RBP, GPR_RBX};
    static const vmk_int8 indices[] = {GPR_RSI, GPR_RDI, GPR_RSI, GPR_RDI};
    unsigned rm = insn->rm & 7;

    if (insn->mod == 0 && rm == 6) {
        insn->displacement = take_signed(reader, 2);
        return;
    }
    insn->base = bases[rm];
    insn->index = rm < 4 ? indices[rm] : INSN_NO_REGISTER;
    if (insn->mod != 0) {
        insn->displacement = take_signed(reader, insn->mod);
    }
}

/** @return whether a displacement of 32 bits stands for the base. */
static bool take_sib(struct reader *reader, struct insn *insn)
{
    vmk_uint8 sib = (vmk_uint8)take(reader, 1);
    unsigned index = (sib >> 3 & 7) | (reader->rex & REX_X ? 8u : 0);

    if (index != GPR_RSP) {
        insn->index = (vmk_int8)index;
        insn->scale = (vmk_uint8)(1u << (sib >> 6));
    }
    if (insn->mod == 0 && (sib & 7) == GPR_RBP) {
        return true;
    }
    insn->base = (vmk_int8)((sib & 7) | (reader->rex & REX_B ? 8 : 0));
    return false;
}

static void take_address(struct reader *reader, struct insn *insn)
{
    bool bare = false;

    if (insn->address_bytes == 2) {
        take_address16(reader, insn);
    } else {
        if ((insn->rm & 7) == GPR_RSP) {
            bare = take_sib(reader, insn);
        } else if (insn->mod == 0 && (insn->rm & 7) == GPR_RBP) {
            bare = true;
            insn->rip_relative = insn->mode == INSN_MODE_64;
        } else {
            insn->base = (vmk_int8)insn->rm;
        }
        if (insn->mod == 1) {
            insn->displacement = take_signed(reader, 1);
        } else if (insn->mod == 2 || bare) {
            insn->displacement = take_signed(reader, 4);
        }
    }
    if (!insn->segment_override && (insn->base == GPR_RBP || insn->base == GPR_RSP)) {
        insn->segment = SEGMENT_SS;
    }
}

static void take_modrm(struct reader *reader, struct insn *insn, bool registers_only)
{
    vmk_uint8 modrm = (vmk_uint8)take(reader, 1);

    insn->has_modrm = true;
    insn->mod = registers_only ? 3 : modrm >> 6;
    insn->reg = (vmk_uint8)((modrm >> 3 & 7) | (reader->rex & REX_R ? 8 : 0));
    insn->rm = (vmk_uint8)((modrm & 7) | (reader->rex & REX_B ? 8 : 0));
    insn->memory = insn->mod != 3;
    if (insn->memory && reader->status == INSN_OK) {
        take_address(reader, insn);
    }
}

static void take_immediate(struct reader *reader, struct insn *insn, unsigned size)
{
    insn->immediate_bytes = (vmk_uint8)size;
    insn->immediate = (vmk_uint64)take_signed(reader, size);
}

/** 2 bytes with 16-bit operands, else 4. */
static unsigned immz(const struct insn *insn)
{
    return insn->operand_bytes == 2 ? 2 : 4;
}

/** Groups F6 and F7: /0 and /1 are TEST. */
static void take_test_immediate(struct reader *reader, struct insn *insn)
{
    if ((insn->reg & 7) < 2) {
        take_immediate(reader, insn, insn->opcode == 0xf6 ? 1 : immz(insn));
    }
}

static void take_operands(struct reader *reader, struct insn *insn)
{
    enum opcode_follows follows = opcode_follows(insn);

    switch (follows) {
    case OPCODE_MODRM:
    case OPCODE_MODRM_IMM8:
    case OPCODE_MODRM_IMMZ:
    case OPCODE_MODRM_TEST:
    case OPCODE_MODRM_EXTRACT:
    case OPCODE_MODRM_DWORD:
    case OPCODE_3DNOW:
        take_modrm(reader, insn, false);
        break;
    case OPCODE_REGISTERS:
        take_modrm(reader, insn, true);
        break;
    default:
        insn->rm = (vmk_uint8)((insn->opcode & 7) | (reader->rex & REX_B ? 8 : 0));
        break;
    }
    switch (follows) {
    case OPCODE_MODRM_IMM8:
    case OPCODE_IMM8:
        take_immediate(reader, insn, 1);
        break;
    case OPCODE_IMM16:
        take_immediate(reader, insn, 2);
        break;
    case OPCODE_MODRM_IMMZ:
    case OPCODE_IMMZ:
    case OPCODE_BRANCH:
        take_immediate(reader, insn, immz(insn));
        break;
    case OPCODE_IMMV:
        take_immediate(reader, insn, insn->operand_bytes);
        break;
    case OPCODE_MODRM_DWORD:
        take_immediate(reader, insn, 4);
        break;
    case OPCODE_MODRM_TEST:
        take_test_immediate(reader, insn);
        break;
    case OPCODE_MODRM_EXTRACT:
        if (insn->mandatory != 0) {
            take_immediate(reader, insn, 2);
        }
        break;
    case OPCODE_OFFSET:
        insn->memory = true;
        insn->displacement = (vmk_int64)take(reader, insn->address_bytes);
        break;
    case OPCODE_POINTER:
        take_immediate(reader, insn, immz(insn));
        insn->selector = (vmk_uint16)take(reader, 2);
        break;
    case OPCODE_ENTER:
        take_immediate(reader, insn, 2);
        insn->selector = (vmk_uint16)take(reader, 1);
        break;
    case OPCODE_3DNOW:
        insn->map = INSN_MAP_3DNOW;
        insn->opcode = (vmk_uint8)take(reader, 1);
        break;
    default:
        break;
    }
}

enum insn_status insn_decode(const vmk_uint8 *bytes, unsigned count, enum insn_mode mode, struct insn *insn)
{
    struct reader reader = {
        .bytes = bytes,
        .count = count < INSN_BYTES_MAX ? count : INSN_BYTES_MAX,
    };
    enum insn_status status;

    *insn = (struct insn){
        .mode = mode,
        .segment = SEGMENT_DS,
        .base = INSN_NO_REGISTER,
        .index = INSN_NO_REGISTER,
        .scale = 1,
    };
    take_prefixes(&reader, insn);
    status = take_opcode(&reader, insn);
    if (status != INSN_OK) {
        return status;
    }
    if (!opcode_mapped(insn)) {
        return INSN_UNDEFINED;
    }
    set_sizes(&reader, insn);
    take_operands(&reader, insn);
    if (mode == INSN_MODE_64 && insn->operand_bytes == 4 && opcode_is_64bit(insn)) {
        insn->operand_bytes = 8;
    }
    insn->length = (vmk_uint8)reader.at;
    if (reader.status != INSN_OK) {
        return reader.status;
    }
    return opcode_defined(insn) ? INSN_OK : INSN_UNDEFINED;
}
