/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_insn_objdump.c - lengths and definedness of whole opcode spaces, as binutils' disassembler sees them.
 *
 * Legacy instructions are laid end to end, by the lengths the decoder gives; objdump must find each where it
 * lies. What the decoder calls undefined, objdump must call bad. Where objdump differs from the manuals,
 * known_difference() says why.
 *
 * OPENVMK_NIGHTLY in the environment: all ModRM bytes with all prefixes, not a choice of them.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <core/vmm/insn.h>

#include "objdump.h"
#include "run.h"

#define SLOT         16u /**< Room of what may be undefined; NOPs fill it. */
#define BATCH        50000u
#define TOLD_AT_MOST 40u

/** One instruction, or none, in the code under comparison. */
struct sample {
    size_t at;
    unsigned char bytes[INSN_BYTES_MAX];
    unsigned char given;  /**< Bytes that matter to whether it is defined. */
    unsigned char length; /**< Ours. */
    bool defined;
    bool lenient;                  /**< objdump may refuse it nevertheless. */
    struct difference *difference; /**< What may differ; NULL: nothing. */
    /* What objdump says. */
    bool found, bad;
    unsigned char theirs;
    char text[40];
};

static struct space {
    enum insn_mode mode;
    struct sample samples[BATCH];
    size_t count, next;
    unsigned char code[BATCH * SLOT + SLOT];
    size_t len;
    unsigned long compared, accepted, differing;
} space;

static bool nightly(void)
{
    return getenv("OPENVMK_NIGHTLY") != NULL;
}

static void take_line(void *context, size_t at, const char *text)
{
    struct sample *sample;

    while (space.next < space.count && space.samples[space.next].at <= at) {
        space.next++;
    }
    if (space.next == 0) {
        return;
    }
    sample = &space.samples[space.next - 1];
    if (at == sample->at) {
        sample->found = true;
        snprintf(sample->text, sizeof(sample->text), "%s", text);
        sample->text[strcspn(sample->text, "\n")] = 0;
    } else if (sample->theirs == 0) {
        sample->theirs = (unsigned char)(at - sample->at);
    }
    if (at - sample->at < sample->given && strstr(text, "(bad)") != NULL) {
        sample->bad = true;
    }
    /* The line that follows belongs to the next one, and ends the one before. */
    if (at == sample->at && space.next >= 2) {
        struct sample *before = sample - 1;

        before->theirs = before->theirs != 0 ? before->theirs : (unsigned char)(at - before->at);
    }
}

#define BITS(first, end) ((1u << ((end) + 1)) - (1u << (first)))
#define ANY              0xffu

/** Where objdump 2.40 and the manuals differ, by what ModRM.reg is. */
static struct difference {
    const char *why;
    enum insn_encoding encoding;
    enum insn_map map;
    unsigned char first, last;
    unsigned regs;
    bool ours; /**< Ours are defined, objdump's bad; or the other way round. */
    unsigned long seen;
} differences[] = {
    {"segment registers that are not there", INSN_LEGACY, INSN_MAP_ONE_BYTE, 0x8c, 0x8c, BITS(6, 7), false,
     0},
    {"CS cannot be loaded", INSN_LEGACY, INSN_MAP_ONE_BYTE, 0x8e, 0x8e, ANY, false, 0},
    {"x87 opcodes that processors have twice", INSN_LEGACY, INSN_MAP_ONE_BYTE, 0xd9, 0xdf, ANY, true, 0},
    {"FRSTPM went with the 287", INSN_LEGACY, INSN_MAP_ONE_BYTE, 0xdb, 0xdb, BITS(4, 4), false, 0},
    {"66 and F2 mean nothing to WBINVD", INSN_LEGACY, INSN_MAP_0F, 0x09, 0x09, ANY, true, 0},
    {"MPX's forms are NOPs without MPX", INSN_LEGACY, INSN_MAP_0F, 0x1a, 0x1b, ANY, true, 0},
    {"not every control and debug register is there", INSN_LEGACY, INSN_MAP_0F, 0x20, 0x23, ANY, false, 0},
    {"test registers went with the 486", INSN_LEGACY, INSN_MAP_0F, 0x24, 0x26, ANY, false, 0},
    {"EXTRQ is /0", INSN_LEGACY, INSN_MAP_0F, 0x78, 0x78, ANY, false, 0},
    {"VIA's instructions", INSN_LEGACY, INSN_MAP_0F, 0xa6, 0xa7, ANY, false, 0},
    {"fences do not look at ModRM.rm", INSN_LEGACY, INSN_MAP_0F, 0xae, 0xae, BITS(5, 7), true, 0},
    {"no prefix may stand before FXSAVE and its like", INSN_LEGACY, INSN_MAP_0F, 0xae, 0xae, ANY, false, 0},
    {"F2 means nothing to BSF and BSR", INSN_LEGACY, INSN_MAP_0F, 0xbc, 0xbd, ANY, true, 0},
    {"no prefix may stand before XSAVEC and its like", INSN_LEGACY, INSN_MAP_0F, 0xc7, 0xc7, ANY, false, 0},
    {"neither F2 nor F3 may stand before PMOVMSKB", INSN_LEGACY, INSN_MAP_0F, 0xd7, 0xd7, ANY, false, 0},
    {"prefixes are not looked at", INSN_EVEX, INSN_MAP_0F38, 0x4e, 0x4e, ANY, false, 0},
    {"prefixes are not looked at", INSN_EVEX, INSN_MAP_0F3A, 0x42, 0x42, ANY, false, 0},
    {"prefixes are not looked at", INSN_EVEX, INSN_MAP_0F3A, 0x70, 0x72, ANY, false, 0},
};

/** The difference that @p insn may be; NULL: none is known. */
static struct difference *known_difference(const struct insn *insn, bool defined)
{
    for (unsigned i = 0; i < sizeof(differences) / sizeof(differences[0]); i++) {
        struct difference *difference = &differences[i];

        if (difference->map == insn->map && difference->encoding == insn->encoding &&
            difference->ours == defined && insn->opcode >= difference->first &&
            insn->opcode <= difference->last && (difference->regs >> insn->reg % 8 & 1) != 0) {
            return difference;
        }
    }
    return NULL;
}

static bool agrees(const struct sample *sample)
{
    if (!sample->defined) {
        return sample->bad;
    }
    return sample->found && (sample->bad ? sample->lenient : sample->theirs == sample->length);
}

static void tell(const struct sample *sample)
{
    fprintf(stderr, "%d-bit, ours %s %u, objdump's %s %u `%s`:", 16 << space.mode,
            sample->defined ? "defined" : "undefined", sample->length, sample->bad ? "bad" : "good",
            sample->theirs, sample->text);
    for (unsigned i = 0; i < sample->given + 2u && i < INSN_BYTES_MAX; i++) {
        fprintf(stderr, " %02x", sample->bytes[i]);
    }
    fprintf(stderr, "\n");
}

/** Compare what has been collected. */
static void compare(void)
{
    memset(space.code + space.len, 0x90, SLOT);
    space.next = 0;
    objdump_read(space.code, space.len + SLOT, space.mode, take_line, NULL);
    for (size_t i = 0; i < space.count; i++) {
        const struct sample *sample = &space.samples[i];

        space.accepted += sample->defined && !sample->bad;
        if (agrees(sample)) {
            continue;
        }
        if (sample->difference != NULL && sample->bad == sample->defined) {
            sample->difference->seen++;
        } else if (space.differing++ < TOLD_AT_MOST) {
            tell(sample);
        }
    }
    space.compared += space.count;
    space.count = 0;
    space.len = 0;
}

static void begin(enum insn_mode mode)
{
    memset(&space, 0, sizeof(space));
    space.mode = mode;
}

/** In a night's space each difference is met, or the list is out of date. */
static void require_met(enum insn_encoding encoding)
{
    for (unsigned i = 0; nightly() && i < sizeof(differences) / sizeof(differences[0]); i++) {
        ck_assert_msg(differences[i].encoding != encoding || differences[i].seen != 0, "not met: %s",
                      differences[i].why);
    }
}

/** @param least how many instructions both must have found for the comparison to mean anything. */
static void end(unsigned long least)
{
    compare();
    ck_assert_uint_eq(space.differing, 0);
    ck_assert_uint_ge(space.accepted, least);
}

/** Add one: @p given bytes, behind which ModRM's company and immediates follow. */
static void add(const unsigned char *bytes, unsigned given, bool lenient)
{
    static const unsigned char tail[] = {0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88,
                                         0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
    struct sample *sample = &space.samples[space.count++];
    struct insn insn;

    *sample = (struct sample){.at = space.len, .given = (unsigned char)given, .lenient = lenient};
    memcpy(sample->bytes, bytes, given);
    memcpy(sample->bytes + given, tail, INSN_BYTES_MAX - given);
    sample->defined = insn_decode(sample->bytes, INSN_BYTES_MAX, space.mode, &insn) == INSN_OK;
    sample->length = insn.length;
    sample->difference = known_difference(&insn, sample->defined);
    if (sample->defined && !lenient && sample->difference == NULL) {
        memcpy(space.code + space.len, sample->bytes, insn.length);
        space.len += insn.length;
    } else {
        unsigned used = sample->defined ? insn.length : given + 4u;

        memset(space.code + space.len, 0x90, SLOT);
        memcpy(space.code + space.len, sample->bytes, used < SLOT ? used : SLOT);
        space.len += SLOT;
    }
    if (space.count == BATCH) {
        compare();
    }
}

/** ModRM bytes that differ in what follows them; with the whole of them in a night. */
static unsigned modrm_choice(unsigned char *choice)
{
    static const unsigned char shapes[] = {0x05, 0x06, 0x84, 0xc1};
    unsigned count = 0;

    for (unsigned modrm = 0; nightly() && modrm < 256; modrm++) {
        choice[count++] = (unsigned char)modrm;
    }
    for (unsigned reg = 0; !nightly() && reg < 8; reg++) {
        for (unsigned i = 0; i < sizeof(shapes); i++) {
            choice[count++] = (unsigned char)(shapes[i] | reg << 3);
        }
    }
    return count;
}

/** Whether the one-byte opcode is no instruction's. */
static bool leads(unsigned opcode)
{
    switch (opcode) {
    case 0x0f:
    case 0x26:
    case 0x2e:
    case 0x36:
    case 0x3e:
    case 0x64:
    case 0x65:
    case 0x66:
    case 0x67:
    case 0xf0:
    case 0xf2:
    case 0xf3:
        return true;
    case 0x9b: /* WAIT, which objdump reads as one with an x87 instruction behind it. */
        return true;
    case 0x62: /* VEX and its kin have tests of their own. */
    case 0x8f:
    case 0xc4:
    case 0xc5:
        return true;
    default:
        return space.mode == INSN_MODE_64 && (opcode & 0xf0) == 0x40;
    }
}

/** All opcodes of a map with the ModRM bytes chosen, behind @p prefix. */
static void add_map(const char *prefix, enum insn_map map)
{
    static const char *const escapes[] = {"", "\x0f", "\x0f\x38", "\x0f\x3a"};
    unsigned prefix_len = (unsigned)strlen(prefix), escape_len = (unsigned)strlen(escapes[map]);
    unsigned char modrms[256], bytes[INSN_BYTES_MAX];
    unsigned count = modrm_choice(modrms), given = prefix_len + escape_len;

    memcpy(bytes, prefix, prefix_len);
    memcpy(bytes + prefix_len, escapes[map], escape_len);
    for (unsigned opcode = 0; opcode < 256; opcode++) {
        if (map == INSN_MAP_ONE_BYTE
                ? leads(opcode)
                : map == INSN_MAP_0F && (opcode == 0x0f || opcode == 0x38 || opcode == 0x3a)) {
            continue;
        }
        bytes[given] = (unsigned char)opcode;
        for (unsigned i = 0; i < count; i++) {
            bytes[given + 1] = modrms[i];
            add(bytes, given + 2, false);
        }
    }
}

static void add_maps(const char *const *prefixes, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        for (unsigned map = INSN_MAP_ONE_BYTE; map <= INSN_MAP_0F3A; map++) {
            add_map(prefixes[i], map);
        }
    }
}

static const char *const legacy_prefixes[] = {"", "\x66", "\x67", "\xf3", "\xf2", "\x66\xf3", "\x65\x66\x67"};

START_TEST(legacy_16)
{
    begin(INSN_MODE_16);
    add_maps(legacy_prefixes, 7);
    end(20000);
}
END_TEST

START_TEST(legacy_32)
{
    begin(INSN_MODE_32);
    add_maps(legacy_prefixes, 7);
    end(20000);
    require_met(INSN_LEGACY);
}
END_TEST

START_TEST(legacy_64)
{
    static const char *const with_rex[] = {"\x48", "\x41", "\x66\x4f", "\xf3\x45", "\xf2\x48"};

    begin(INSN_MODE_64);
    add_maps(legacy_prefixes, 7);
    add_maps(with_rex, 5);
    end(40000);
}
END_TEST

/** What stands for an opcode's prefixes in VEX, EVEX and XOP: the bytes up to the opcode. */
struct vector_space {
    const char *name;
    unsigned char first; /**< 62, 8F, C4. */
    unsigned char maps[5], map_count;
    unsigned long least; /**< Instructions that both must have found. */
};

/** All opcodes, prefixes and widths of a map. */
static void add_vector_map(const struct vector_space *vectors, unsigned map)
{
    static const unsigned char modrms[] = {0x00, 0x0c, 0x15, 0x5d, 0xa4, 0xe9, 0xf2, 0xfb};
    unsigned char bytes[6] = {vectors->first, (unsigned char)(0xe0 | map)};
    unsigned lead = vectors->first == 0x62 ? 4 : 3;

    if (vectors->first == 0x62) {
        bytes[1] = (unsigned char)(0xf0 | map);
        bytes[3] = 0x48; /* 512 bits. */
    }
    for (unsigned i = 0; i < 256 * 4 * 2; i++) {
        unsigned tail_byte = (i >> 8 & 3) | (i >> 10) << 7 | 0x78;

        bytes[2] = (unsigned char)(tail_byte | (vectors->first == 0x62 ? 4 : 0));
        bytes[lead] = (unsigned char)i;
        for (unsigned n = 0; n < sizeof(modrms); n++) {
            bytes[lead + 1] = modrms[n];
            add(bytes, lead + 2, true);
        }
    }
}

static void compare_vectors(const struct vector_space *vectors)
{
    begin(INSN_MODE_64);
    for (unsigned i = 0; i < vectors->map_count; i++) {
        add_vector_map(vectors, vectors->maps[i]);
    }
    end(vectors->least);
}

START_TEST(vex)
{
    static const struct vector_space space_of = {"VEX", 0xc4, {1, 2, 3}, 3, 3000};

    compare_vectors(&space_of);
}
END_TEST

START_TEST(evex)
{
    static const struct vector_space space_of = {"EVEX", 0x62, {1, 2, 3, 5, 6}, 5, 3000};

    compare_vectors(&space_of);
    require_met(INSN_EVEX);
}
END_TEST

START_TEST(xop)
{
    static const struct vector_space space_of = {"XOP", 0x8f, {8, 9, 10}, 3, 300};

    compare_vectors(&space_of);
}
END_TEST

/** 3DNow!: the opcode is the last byte. */
START_TEST(amd_3dnow)
{
    begin(INSN_MODE_64);
    for (unsigned opcode = 0; opcode < 256; opcode++) {
        unsigned char bytes[] = {0x0f, 0x0f, 0x40, 0x10, (unsigned char)opcode};

        add(bytes, sizeof(bytes), false);
    }
    end(24);
}
END_TEST

RUN_TESTS(vex, evex, xop, amd_3dnow, legacy_16, legacy_32, legacy_64)
