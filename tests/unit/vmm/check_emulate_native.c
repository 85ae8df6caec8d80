/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_emulate_native.c - the emulator against the processor this test runs on: the same instruction, with
 * the same random registers, flags and memory, must leave the same behind.
 *
 * To the emulator pages 0 and 2 of the data are a device and pages 1 and 3 are RAM, so that operands lie on
 * devices and across their borders.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <core/vmm/emulate.h>

#include "native_cpu.h"
#include "native_templates.h"
#include "run.h"

static struct native_memory native;
static uint8_t first[NATIVE_DATA_LEN],
    shadow[NATIVE_DATA_LEN]; /**< Before, and what the emulator works on. */
static bool all_device;

/* The machine. */

static VMK_ReturnStatus find_page(void *machine, gpa_t at, bool write, void **bytes)
{
    uint64_t data = (uint64_t)native.data, code = (uint64_t)native.code;

    if (at.value - code < 4096) {
        *bytes = (uint8_t *)at.value;
        return VMK_OK;
    }
    ck_assert_uint_lt(at.value - data, NATIVE_DATA_LEN);
    if (all_device || ((at.value - data) / 4096) % 2 == 0) {
        return VMK_NOT_FOUND;
    }
    *bytes = shadow + (at.value - data);
    return VMK_OK;
}

static vmk_uint64 device_read(void *machine, gpa_t at, unsigned size)
{
    uint64_t offset = at.value - (uint64_t)native.data, value = 0;

    CHECK_THAT(offset + size <= NATIVE_DATA_LEN && (at.value & 4095) + size <= 4096);
    memcpy(&value, shadow + offset, size);
    return value;
}

static void device_write(void *machine, gpa_t at, unsigned size, vmk_uint64 value)
{
    uint64_t offset = at.value - (uint64_t)native.data;

    CHECK_THAT(offset + size <= NATIVE_DATA_LEN && (at.value & 4095) + size <= 4096);
    memcpy(shadow + offset, &value, size);
}

/** The emulated processor's vector registers. */
static struct native_registers emulated;

static void vector_read(void *machine, unsigned number, struct emulate_vector *value)
{
    memcpy(value, emulated.ymm[number], sizeof(*value));
}

static void vector_write(void *machine, unsigned number, const struct emulate_vector *value)
{
    memcpy(emulated.ymm[number], value, sizeof(*value));
}

static const struct emulate_ops ops = {
    .device_read = device_read,
    .device_write = device_write,
    .vector_read = vector_read,
    .vector_write = vector_write,
};

/** Long mode, flat, without paging: addresses are the host's. */
static struct system_registers system_registers = {
    .cr0 = 1,
    .cr4 = 1u << 9 | 1u << 18,
    .efer = 1u << 10,
    .segments[SEGMENT_CS] = {.attributes = 1u << 9},
};

static enum emulate_result run_emulator(vmk_uint64 *rip)
{
    struct emulation emulation = {
        .gpr = emulated.gpr,
        .rip = (uint64_t)native.code,
        .rflags = emulated.rflags,
        .system = &system_registers,
        .xcr0 = 7,
        .physical_bits = 40,
        .ram = {.page = find_page},
        .ops = &ops,
    };
    enum emulate_result result;

    do { /* A string may take several. */
        result = emulate(&emulation);
    } while (result == EMULATE_DONE && emulation.rip == (uint64_t)native.code);
    emulated.rflags = emulation.rflags;
    *rip = emulation.rip;
    return result;
}

/* Instructions at random. */

static uint64_t seed = 0x9e3779b97f4a7c15ul;

static uint64_t number(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed * 0x2545f4914f6cdd1dul;
}

static bool one_in(unsigned n)
{
    return number() % n == 0;
}

/** An instruction and what it finds. */
struct sample {
    const struct template *template;
    uint8_t bytes[32];
    unsigned len;
    struct insn insn;
    struct native_registers before;
};

static void put(struct sample *sample, unsigned byte)
{
    sample->bytes[sample->len++] = (uint8_t)byte;
}

static void put_prefixes(struct sample *sample)
{
    const struct template *template = sample->template;

    if (one_in(6)) {
        put(sample, 0x67);
    }
    if (template->prefix == 0 && one_in(3)) {
        put(sample, 0x66);
    }
    if (template->lockable && one_in(6)) {
        put(sample, 0xf0);
    }
    if (template->need == STRING && !one_in(3)) {
        put(sample, one_in(2) ? 0xf2 : 0xf3);
    }
    if (template->prefix > 1) {
        put(sample, template->prefix);
    }
    if (one_in(2)) {
        put(sample, 0x40 | (number() & 0xf));
    }
}

/** C4 with map, length, W and vvvv, in place of prefixes. */
static void put_vex(struct sample *sample)
{
    const struct template *template = sample->template;
    unsigned form = template->vex, map = template->opcode_len == 2 ? template->opcode[0] : 1;
    bool merges = form == VEX_MERGES || form == VEX_ANY_MERGES || form == VEX_256_W0_MERGES ||
                  form == VEX_ANY_W0_MERGES;
    bool any = form == VEX_ANY || form == VEX_ANY_MERGES || form == VEX_ANY_W0 || form == VEX_ANY_W0_MERGES;
    unsigned vvvv = merges ? number() & 0xf : 0xf, w = form >= VEX_ANY_W0 ? 0 : number() & 1;
    unsigned length = any ? number() & 1 : form == VEX_256_W0 || form == VEX_256_W0_MERGES;
    unsigned pp = template->prefix == 0 ? 0 : template->prefix == 0x66 ? 1 : template->prefix == 0xf3 ? 2 : 3;

    put(sample, 0xc4);
    put(sample, (unsigned)(number() & 7) << 5 | map);
    put(sample, w << 7 | vvvv << 3 | length << 2 | pp);
    put(sample, template->opcode[template->opcode_len - 1]);
}

/** Prefixes and opcode. */
static void put_legacy(struct sample *sample)
{
    put_prefixes(sample);
    for (unsigned i = 0; i < sample->template->opcode_len; i++) {
        put(sample, sample->template->opcode[i]);
    }
}

static bool has_modrm(const struct template *template)
{
    return template->need != STRING && template->need != ABSOLUTE;
}

/** Prefixes, opcode, ModRM of a memory operand, and bytes enough for the rest. */
static bool make_bytes(struct sample *sample)
{
    const struct template *template = sample->template;
    unsigned reg = template->reg < 0 ? number() & 7 : (unsigned)template->reg;

    sample->len = 0;
    if (template->vex != LEGACY) {
        put_vex(sample);
    } else {
        put_legacy(sample);
    }
    if (has_modrm(template)) {
        unsigned mod = template->need == MASKED ? 3 : number() % 3;

        put(sample, mod << 6 | reg << 3 | (number() & 7));
    }
    for (unsigned i = 0; i < 14; i++) {
        put(sample, (unsigned)number() & 0xff);
    }
    if (insn_decode(sample->bytes, INSN_BYTES_MAX, INSN_MODE_64, &sample->insn) != INSN_OK) {
        return false;
    }
    sample->len = sample->insn.length;
    return true;
}

static uint64_t offset_now(const struct sample *sample)
{
    return insn_offset(&sample->insn, sample->before.gpr, (uint64_t)native.code + sample->len);
}

/** Have the displacement say @p value. */
static void set_displacement(struct sample *sample, int64_t value, unsigned size)
{
    memcpy(sample->bytes + sample->len - sample->insn.immediate_bytes - size, &value, size);
    insn_decode(sample->bytes, sample->len, INSN_MODE_64, &sample->insn);
}

/** Have the memory operand lie at @p target, by its base or its displacement. @return false: it cannot. */
static bool place(struct sample *sample, uint64_t target)
{
    const struct insn *insn = &sample->insn;

    if (sample->template->need == MASKED) {
        sample->before.gpr[GPR_RDI] = target;
        return true;
    }
    if (!has_modrm(sample->template)) {
        if (sample->template->need == ABSOLUTE) {
            set_displacement(sample, (int64_t)target, insn->address_bytes);
        }
        return true;
    }
    if (insn->base != INSN_NO_REGISTER) {
        sample->before.gpr[insn->base] += target - offset_now(sample);
    } else {
        if (insn->index != INSN_NO_REGISTER) {
            sample->before.gpr[insn->index] %= 1000;
        }
        set_displacement(sample, insn->displacement + (int64_t)(target - offset_now(sample)), 4);
    }
    return offset_now(sample) == target;
}

/** An offset in the data with some room around it, every other time close to a page's border. */
static uint64_t some_offset(void)
{
    return one_in(2) ? 4096 * (1 + number() % 3) - 32 + number() % 48
                     : 2048 + number() % (NATIVE_DATA_LEN - 4096);
}

/** rDX often has few bits, or only the sign's. @return false: the address is in rAX or rDX. */
static bool prepare_dividend(struct sample *sample)
{
    uint64_t *gpr = sample->before.gpr;
    const struct insn *insn = &sample->insn;
    uint64_t high = one_in(2) ? number() % 16 : ~(number() % 16);

    if (insn->opcode == 0xf6) {
        gpr[GPR_RAX] = (gpr[GPR_RAX] & 0xff) | high << 8;
    } else {
        gpr[GPR_RDX] = high;
    }
    return insn->base != GPR_RAX && insn->index != GPR_RAX && insn->base != GPR_RDX && insn->index != GPR_RDX;
}

/** Set up what the template needs. @return false: these bytes cannot be tested. */
static bool prepare(struct sample *sample)
{
    const struct insn *insn = &sample->insn;
    uint64_t *gpr = sample->before.gpr, target = some_offset();

    for (unsigned i = 0; i < 16; i++) {
        gpr[i] = one_in(4) ? number() % 64 : number();
    }
    all_device = sample->template->need == STRING;
    switch (sample->template->need) {
    case BIT_STRING:
        if (insn->opcode != 0xba) {
            gpr[insn->reg] = number() % 16000 - 8000;
            if (insn->base == insn->reg || insn->index == insn->reg) {
                return false;
            }
        }
        break;
    case PAIR:
        target &= ~15ul;
        break;
    case STRING:
        gpr[GPR_RSI] = (uint64_t)native.data + some_offset();
        gpr[GPR_RDI] = (uint64_t)native.data + some_offset();
        gpr[GPR_RCX] = number() % 24;
        break;
    case STACK:
        gpr[GPR_RSP] = (uint64_t)native.data + some_offset();
        if (insn->base == GPR_RSP &&
            (insn->index != INSN_NO_REGISTER || insn->mod == 2 || insn->address_bytes == 4)) {
            return false;
        }
        break;
    case ALIGNED:
        target &= ~31ul;
        break;
    case CONTROL:
        gpr[insn->vvvv] = number() % 72 | number() % 72 << 8;
        break;
    case DIVIDE:
        if (!prepare_dividend(sample)) {
            return false;
        }
        break;
    default:
        break;
    }
    return place(sample, (uint64_t)native.data + target);
}

/** Memory at random; where a comparison is to succeed, what is compared. */
static void fill(const struct sample *sample)
{
    const struct insn *insn = &sample->insn;
    uint64_t at = has_modrm(sample->template) ? offset_now(sample) - (uint64_t)native.data : 0;

    if (one_in(8)) { /* What was there before will do as well, mostly. */
        bool alike = one_in(3);

        for (unsigned i = 0; i < NATIVE_DATA_LEN; i += 8) {
            uint64_t bytes = alike ? 0x0101010101010101ul * one_in(2) : number();

            memcpy(first + i, &bytes, 8);
        }
    }
    if (sample->template->need == ACCUMULATOR && one_in(2)) {
        memcpy(first + at, &sample->before.gpr[GPR_RAX], 8);
    }
    if (sample->template->need == PAIR && !one_in(3)) {
        memcpy(first + at, &sample->before.gpr[GPR_RAX], 8);
        memcpy(first + at + insn->operand_bytes, &sample->before.gpr[GPR_RDX], 8);
    }
    memcpy(native.data, first, NATIVE_DATA_LEN);
    memcpy(shadow, first, NATIVE_DATA_LEN);
}

static unsigned shift_count(const struct sample *sample)
{
    const struct insn *insn = &sample->insn;
    uint64_t count = sample->before.gpr[GPR_RCX];

    if (sample->template->need == SHIFT_BY_ONE) {
        return 1;
    }
    if (sample->template->need == SHIFT_BY_IMMEDIATE || sample->template->need == DOUBLE_BY_IMMEDIATE) {
        count = insn->immediate;
    }
    return count &
           (insn->operand_bytes == 8 && (insn->map == INSN_MAP_0F || (insn->opcode & 1) != 0) ? 63 : 31);
}

/** Flags that the manual leaves undefined. */
static unsigned undefined_flags(const struct sample *sample)
{
    const struct insn *insn = &sample->insn;
    bool one_byte = insn->map == INSN_MAP_ONE_BYTE && (insn->opcode & 1) == 0;
    unsigned count, bits = one_byte ? 8 : 8u * insn->operand_bytes;

    switch (sample->template->need) {
    case SHIFT_BY_IMMEDIATE:
    case SHIFT_BY_ONE:
    case SHIFT_BY_CL:
    case DOUBLE_BY_IMMEDIATE:
    case DOUBLE_BY_CL:
        count = shift_count(sample);
        if (count == 0) {
            return 0;
        }
        if (insn->map == INSN_MAP_ONE_BYTE && (insn->reg & 7) < 4) {
            return count == 1 ? 0 : OF;
        }
        return AF | (count == 1 ? 0 : OF) | (count >= bits ? CF : 0);
    default:
        return sample->template->undefined;
    }
}

/** @p value of @p size bytes with its sign. */
static __int128 with_sign(unsigned __int128 value, unsigned size)
{
    unsigned unused = 128 - 8 * size;

    return (__int128)(value << unused) >> unused;
}

/** Whether a division by what is in memory has a quotient that fits. */
static bool divides(const struct sample *sample)
{
    unsigned size = sample->insn.opcode == 0xf6 ? 1 : sample->insn.operand_bytes;
    const uint64_t *gpr = sample->before.gpr;
    uint64_t at = offset_now(sample) - (uint64_t)native.data, divisor = 0;
    uint64_t high = size == 1 ? gpr[GPR_RAX] >> 8 : gpr[GPR_RDX], ones = ~0ul >> (64 - 8 * size);
    unsigned __int128 dividend = (unsigned __int128)(high & ones) << 8 * size | (gpr[GPR_RAX] & ones);
    __int128 quotient;

    memcpy(&divisor, first + at, size);
    if (divisor == 0 || divisor == ones) { /* -1 is divided by where the emulator is tested alone. */
        return false;
    }
    if ((sample->insn.reg & 7) == 6) {
        return dividend / divisor <= ones;
    }
    quotient = with_sign(dividend, 2 * size) / with_sign(divisor, size);
    return quotient == with_sign((unsigned __int128)quotient, size);
}

/** SHLD and SHRD of 16 bits by more than 16: all is undefined. */
static bool is_defined(const struct sample *sample)
{
    bool doubled = sample->template->need == DOUBLE_BY_IMMEDIATE || sample->template->need == DOUBLE_BY_CL;

    return !doubled || sample->insn.operand_bytes != 2 || shift_count(sample) <= 16;
}

static void tell(const struct sample *sample, const char *what, uint64_t ours, uint64_t theirs)
{
    fprintf(stderr, "%s: %s is %#lx, the processor's %#lx; flags before %#lx:", sample->template->name, what,
            ours, theirs, sample->before.rflags);
    for (unsigned i = 0; i < sample->len; i++) {
        fprintf(stderr, " %02x", sample->bytes[i]);
    }
    fprintf(stderr, "\n");
}

/** Compare what the two have left. @return whether it is the same. */
static bool compare(const struct sample *sample, const struct native_registers *theirs, uint64_t rip)
{
    static const char *const names[] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                                        "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};
    uint64_t flags = ~(uint64_t)undefined_flags(sample);
    bool same = true;

    for (unsigned i = 0; i < 16; i++) {
        if (emulated.gpr[i] != theirs->gpr[i]) {
            tell(sample, names[i], emulated.gpr[i], theirs->gpr[i]);
            same = false;
        }
    }
    if ((emulated.rflags & flags) != (theirs->rflags & flags)) {
        tell(sample, "rflags", emulated.rflags & flags, theirs->rflags & flags);
        same = false;
    }
    if (memcmp(emulated.ymm, theirs->ymm, sizeof(emulated.ymm)) != 0) {
        tell(sample, "a vector register", 0, 0);
        same = false;
    }
    for (unsigned i = 0; same && memcmp(shadow, native.data, NATIVE_DATA_LEN) != 0; i++) {
        if (shadow[i] != native.data[i]) {
            tell(sample, "a byte", shadow[i], native.data[i]);
            same = false;
        }
    }
    if (rip != (uint64_t)native.code + sample->len) {
        tell(sample, "rip", rip, (uint64_t)native.code + sample->len);
        same = false;
    }
    return same;
}

static struct {
    unsigned run, retried, differing;
} count;

/** Make a sample of @p template and run it twice. */
static void try(const struct template *template)
{
    struct sample sample = {.template = template};
    struct native_registers theirs;
    enum emulate_result result;
    uint64_t rip;

    if (!make_bytes(&sample) || !prepare(&sample) || !is_defined(&sample)) {
        return;
    }
    fill(&sample);
    if (template->need == DIVIDE && !divides(&sample)) {
        return;
    }
    sample.before.rflags =
        0x202 | (number() & STATUS_FLAGS) | (template->need == STRING && one_in(3) ? DF : 0);
    for (unsigned i = 0; i < 64; i++) {
        sample.before.ymm[i / 4][i % 4] = number();
    }
    theirs = sample.before;
    native_run(&native, sample.bytes, sample.len, &theirs);
    emulated = sample.before;
    result = run_emulator(&rip);
    if (result == EMULATE_RETRY) { /* All of it was RAM. */
        count.retried++;
        return;
    }
    count.run++;
    if (result != EMULATE_DONE) {
        tell(&sample, "the result", result, EMULATE_DONE);
        count.differing++;
    } else if (!compare(&sample, &theirs, rip)) {
        count.differing++;
    }
}

static void try_all(const struct template *list, size_t len, unsigned times)
{
    native_map(&native);
    __asm__("mov %%ds, %0" : "=r"(system_registers.segments[SEGMENT_DS].selector));
    __asm__("mov %%es, %0" : "=r"(system_registers.segments[SEGMENT_ES].selector));
    __asm__("mov %%fs, %0" : "=r"(system_registers.segments[SEGMENT_FS].selector));
    __asm__("mov %%gs, %0" : "=r"(system_registers.segments[SEGMENT_GS].selector));
    __asm__("mov %%cs, %0" : "=r"(system_registers.segments[SEGMENT_CS].selector));
    __asm__("mov %%ss, %0" : "=r"(system_registers.segments[SEGMENT_SS].selector));
    for (size_t i = 0; i < len; i++) {
        unsigned before = count.run;

        for (unsigned n = 0; n < times && count.differing < 20; n++) {
            try(&list[i]);
        }
        if (count.differing == 0 && count.run < before + times / 10) {
            fprintf(stderr, "%s (%02x): only %u of %u were tried\n", list[i].name,
                    list[i].opcode[list[i].opcode_len - 1], count.run - before, times);
            count.differing++;
        }
    }
    ck_assert_uint_eq(count.differing, 0);
}

static unsigned times(void)
{
    return getenv("OPENVMK_NIGHTLY") != NULL ? 12500 : 250;
}

START_TEST(integer_instructions_do_what_the_processor_does)
{
    try_all(templates, sizeof(templates) / sizeof(templates[0]), times());
}
END_TEST

START_TEST(extensions_do_what_the_processor_does)
{
    if (!__builtin_cpu_supports("sse4.2") || !__builtin_cpu_supports("popcnt") ||
        !__builtin_cpu_supports("lzcnt") || !__builtin_cpu_supports("bmi") ||
        !__builtin_cpu_supports("bmi2") || !__builtin_cpu_supports("adx")) {
        fprintf(stderr, "not tried: this processor has no BMI, or no ADX\n");
        return;
    }
    try_all(extension_templates, sizeof(extension_templates) / sizeof(extension_templates[0]), times());
}
END_TEST

START_TEST(vector_moves_do_what_the_processor_does)
{
    try_all(vector_templates, sizeof(vector_templates) / sizeof(vector_templates[0]), times());
}
END_TEST

RUN_TESTS(vector_moves_do_what_the_processor_does, extensions_do_what_the_processor_does,
          integer_instructions_do_what_the_processor_does)
