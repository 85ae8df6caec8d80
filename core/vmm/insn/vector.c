/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vector.c - moves between XMM and YMM registers and memory, as memcpy() to a device is made of (AMD64 APM
 * vol. 4).
 */
#include <vmkapi/lib/libc.h>

#include "operation.h"

#define CR0_PE      (1ul << 0)
#define CR0_EM      (1ul << 2)
#define CR0_TS      (1ul << 3)
#define CR4_OSFXSR  (1ul << 9)
#define CR4_OSXSAVE (1ul << 18)
#define XCR0_SSE    (1ul << 1)
#define XCR0_AVX    (1ul << 2)

enum { FULL = 0, WORDS = 255 }; /* Else bytes. */

enum vector_form {
    LOAD,      /**< The rest of the register becomes zero. */
    INSERT,    /**< The rest is kept; VEX: vvvv's. */
    BROADCAST, /**< Over all of the register. */
    STORE,
};

/** Where in the register: LOW, HIGH, or as many elements from its beginning as the immediate says. */
enum vector_place { LOW, HIGH, CHOSEN };

static const struct vector_move {
    enum insn_map map;
    vmk_uint8 opcode, prefixes;
    vmk_uint8 bytes; /**< FULL: the register's; WORDS: 4, or 8 with W. */
    enum vector_form form;
    enum vector_place place;
    bool aligned;
} moves[] = {
    {INSN_MAP_0F, 0x10, PREFIX_NONE | PREFIX_66, FULL, LOAD, LOW, false}, /* MOVUPS MOVUPD */
    {INSN_MAP_0F, 0x10, PREFIX_F3, 4, LOAD, LOW, false},                  /* MOVSS */
    {INSN_MAP_0F, 0x10, PREFIX_F2, 8, LOAD, LOW, false},                  /* MOVSD */
    {INSN_MAP_0F, 0x11, PREFIX_NONE | PREFIX_66, FULL, STORE, LOW, false},
    {INSN_MAP_0F, 0x11, PREFIX_F3, 4, STORE, LOW, false},
    {INSN_MAP_0F, 0x11, PREFIX_F2, 8, STORE, LOW, false},
    {INSN_MAP_0F, 0x12, PREFIX_NONE | PREFIX_66, 8, INSERT, LOW, false}, /* MOVLPS MOVLPD */
    {INSN_MAP_0F, 0x13, PREFIX_NONE | PREFIX_66, 8, STORE, LOW, false},
    {INSN_MAP_0F, 0x16, PREFIX_NONE | PREFIX_66, 8, INSERT, HIGH, false}, /* MOVHPS MOVHPD */
    {INSN_MAP_0F, 0x17, PREFIX_NONE | PREFIX_66, 8, STORE, HIGH, false},
    {INSN_MAP_0F, 0x28, PREFIX_NONE | PREFIX_66, FULL, LOAD, LOW, true}, /* MOVAPS MOVAPD */
    {INSN_MAP_0F, 0x29, PREFIX_NONE | PREFIX_66, FULL, STORE, LOW, true},
    {INSN_MAP_0F, 0x2b, PREFIX_NONE | PREFIX_66, FULL, STORE, LOW, true}, /* MOVNTPS MOVNTPD */
    {INSN_MAP_0F, 0x6e, PREFIX_66, WORDS, LOAD, LOW, false},              /* MOVD MOVQ */
    {INSN_MAP_0F, 0x6f, PREFIX_66, FULL, LOAD, LOW, true},                /* MOVDQA */
    {INSN_MAP_0F, 0x6f, PREFIX_F3, FULL, LOAD, LOW, false},               /* MOVDQU */
    {INSN_MAP_0F, 0x7e, PREFIX_66, WORDS, STORE, LOW, false},
    {INSN_MAP_0F, 0x7e, PREFIX_F3, 8, LOAD, LOW, false}, /* MOVQ */
    {INSN_MAP_0F, 0x7f, PREFIX_66, FULL, STORE, LOW, true},
    {INSN_MAP_0F, 0x7f, PREFIX_F3, FULL, STORE, LOW, false},
    {INSN_MAP_0F, 0xc4, PREFIX_66, 2, INSERT, CHOSEN, false}, /* PINSRW */
    {INSN_MAP_0F, 0xd6, PREFIX_66, 8, STORE, LOW, false},     /* MOVQ */
    {INSN_MAP_0F, 0xe7, PREFIX_66, FULL, STORE, LOW, true},   /* MOVNTDQ */
    {INSN_MAP_0F, 0xf0, PREFIX_F2, FULL, LOAD, LOW, false},   /* LDDQU */
    {INSN_MAP_0F38, 0x18, PREFIX_66, 4, BROADCAST, LOW, false},
    {INSN_MAP_0F38, 0x19, PREFIX_66, 8, BROADCAST, LOW, false},
    {INSN_MAP_0F38, 0x1a, PREFIX_66, 16, BROADCAST, LOW, false},
    {INSN_MAP_0F38, 0x2a, PREFIX_66, FULL, LOAD, LOW, true}, /* MOVNTDQA */
    {INSN_MAP_0F38, 0x58, PREFIX_66, 4, BROADCAST, LOW, false},
    {INSN_MAP_0F38, 0x59, PREFIX_66, 8, BROADCAST, LOW, false},
    {INSN_MAP_0F38, 0x5a, PREFIX_66, 16, BROADCAST, LOW, false},
    {INSN_MAP_0F38, 0x78, PREFIX_66, 1, BROADCAST, LOW, false},
    {INSN_MAP_0F38, 0x79, PREFIX_66, 2, BROADCAST, LOW, false},
    {INSN_MAP_0F3A, 0x14, PREFIX_66, 1, STORE, CHOSEN, false}, /* PEXTRB */
    {INSN_MAP_0F3A, 0x15, PREFIX_66, 2, STORE, CHOSEN, false},
    {INSN_MAP_0F3A, 0x16, PREFIX_66, WORDS, STORE, CHOSEN, false},
    {INSN_MAP_0F3A, 0x17, PREFIX_66, 4, STORE, CHOSEN, false},   /* EXTRACTPS */
    {INSN_MAP_0F3A, 0x18, PREFIX_66, 16, INSERT, CHOSEN, false}, /* VINSERTF128 */
    {INSN_MAP_0F3A, 0x19, PREFIX_66, 16, STORE, CHOSEN, false},  /* VEXTRACTF128 */
    {INSN_MAP_0F3A, 0x20, PREFIX_66, 1, INSERT, CHOSEN, false},  /* PINSRB */
    {INSN_MAP_0F3A, 0x22, PREFIX_66, WORDS, INSERT, CHOSEN, false},
    {INSN_MAP_0F3A, 0x38, PREFIX_66, 16, INSERT, CHOSEN, false}, /* VINSERTI128 */
    {INSN_MAP_0F3A, 0x39, PREFIX_66, 16, STORE, CHOSEN, false},
};

static const struct vector_move *move_of(const struct insn *insn)
{
    if (!insn->memory || insn->map == INSN_MAP_ONE_BYTE ||
        (insn->encoding != INSN_LEGACY && insn->encoding != INSN_VEX)) {
        return NULL;
    }
    for (unsigned i = 0; i < VMK_ARRAY_SIZE(moves); i++) {
        if (moves[i].map == insn->map && moves[i].opcode == insn->opcode &&
            (moves[i].prefixes & opcode_prefix(insn)) != 0) {
            return &moves[i];
        }
    }
    return NULL;
}

bool vector_is_move(const struct insn *insn)
{
    return move_of(insn) != NULL;
}

/* APM vol. 4, 1.3; vol. 2, 11.3. */
enum emulate_result vector_check_enabled(struct emulation *emulation)
{
    const struct system_registers *system = emulation->system;
    bool enabled;

    if (emulation->insn.encoding == INSN_VEX) {
        enabled = (system->cr0 & CR0_PE) != 0 && (emulation->rflags & RFLAGS_VM) == 0 &&
                  (system->cr4 & CR4_OSXSAVE) != 0 &&
                  (emulation->xcr0 & (XCR0_SSE | XCR0_AVX)) == (XCR0_SSE | XCR0_AVX);
    } else {
        enabled = (system->cr0 & CR0_EM) == 0 && (system->cr4 & CR4_OSFXSR) != 0;
    }
    if (!enabled) {
        return take_exception(emulation, EXCEPTION_UD);
    }
    return system->cr0 & CR0_TS ? take_exception(emulation, EXCEPTION_NM) : EMULATE_DONE;
}

static unsigned register_bytes(const struct insn *insn)
{
    return insn->encoding == INSN_VEX && insn->vector_bits != 0 ? 32 : 16;
}

static unsigned bytes_of(const struct vector_move *move, const struct insn *insn)
{
    switch (move->bytes) {
    case FULL:
        return register_bytes(insn);
    case WORDS:
        return insn->wide && insn->mode == INSN_MODE_64 ? 8 : 4;
    default:
        return move->bytes;
    }
}

/** The first byte of @p vector that goes to or comes from memory. */
static vmk_uint8 *place_of(const struct vector_move *move, const struct insn *insn,
                           struct emulate_vector *vector)
{
    unsigned bytes = bytes_of(move, insn), chosen = insn->immediate * bytes % (bytes == 16 ? 32 : 16);

    return (vmk_uint8 *)vector->words + (move->place == CHOSEN ? chosen : move->place == HIGH ? bytes : 0);
}

/** What a register holds beside what is loaded: its own, or of another. VEX clears what lies above. */
static void read_kept(struct emulation *emulation, const struct vector_move *move,
                      struct emulate_vector *kept)
{
    const struct insn *insn = &emulation->insn;

    if (insn->encoding == INSN_LEGACY || move->form == INSERT) {
        emulation->ops->vector_read(emulation->ram.machine,
                                    insn->encoding == INSN_LEGACY ? insn->reg : insn->vvvv, kept);
    }
    if (move->form != INSERT) {
        kept->words[0] = kept->words[1] = 0;
    }
    if (insn->encoding == INSN_VEX && register_bytes(insn) == 16) {
        kept->words[2] = kept->words[3] = 0;
    }
}

static void load(struct emulation *emulation, const struct vector_move *move, const struct span *memory)
{
    const struct insn *insn = &emulation->insn;
    struct emulate_vector loaded = {{0}};
    vmk_uint8 *place = place_of(move, insn, &loaded);

    read_kept(emulation, move, &loaded);
    span_read(emulation, memory, place);
    if (move->form == BROADCAST) {
        unsigned bytes = bytes_of(move, insn);

        for (unsigned at = bytes; at < register_bytes(insn); at += bytes) {
            memcpy(place + at, place, bytes);
        }
    }
    emulation->ops->vector_write(emulation->ram.machine, insn->reg, &loaded);
}

static void store(struct emulation *emulation, const struct vector_move *move, const struct span *memory)
{
    struct emulate_vector stored;

    emulation->ops->vector_read(emulation->ram.machine, emulation->insn.reg, &stored);
    span_write(emulation, memory, place_of(move, &emulation->insn, &stored));
}

enum emulate_result vector_execute(struct emulation *emulation)
{
    const struct insn *insn = &emulation->insn;
    const struct vector_move *move = move_of(insn);
    bool stores = move->form == STORE;
    enum emulate_result result = vector_check_enabled(emulation);
    struct span memory;

    if (result == EMULATE_DONE) {
        result = (move->aligned ? span_find_aligned : span_find)(
            emulation, insn->segment, insn_offset(insn, emulation->gpr, emulate_next_rip(emulation)),
            bytes_of(move, insn), stores ? SPAN_WRITE : SPAN_READ, &memory);
    }
    if (result != EMULATE_DONE) {
        return result;
    }
    if (!span_on_device(&memory)) {
        return EMULATE_RETRY;
    }
    if (stores) {
        store(emulation, move, &memory);
    } else {
        load(emulation, move, &memory);
    }
    emulation->rip = emulate_next_rip(emulation);
    return EMULATE_DONE;
}
