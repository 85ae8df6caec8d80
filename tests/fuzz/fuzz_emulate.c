/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuzz_emulate.c - any processor state, any page tables, any instruction, on RAM with a device behind it.
 *
 * An input is the registers and what is written into the guest's RAM, which is small; all else is a device's,
 * which answers out of the input too. Whatever comes of it, no access leaves its page, nothing is done before
 * a fault, and the call ends.
 */
#include "fuzz.h"

#include <core/vmm/emulate.h>

#define RAM_LEN 0x5000u
#define INPUT   0x2000u /**< So much of it is the input's. */
#define TABLES  0x2000u
#define CODE    0x4000u

static uint8_t ram[RAM_LEN] __attribute__((aligned(4096)));
static uint8_t ram_before[RAM_LEN] __attribute__((aligned(4096)));
static struct fuzz_input answers;
static unsigned accesses; /**< Of devices, ports and vector registers that change something. */

static VMK_ReturnStatus find_page(void *machine, gpa_t at, bool write, void **bytes)
{
    if (at.value >= RAM_LEN) {
        return at.value >> 39 & 1 ? VMK_NO_MEMORY : VMK_NOT_FOUND;
    }
    *bytes = ram + at.value;
    return VMK_OK;
}

static uint64_t answer(void)
{
    uint64_t value;

    fuzz_take(&answers, &value, sizeof(value));
    return value;
}

static void require_access(gpa_t at, unsigned size)
{
    FUZZ_REQUIRE(size == 1 || size == 2 || size == 4 || size == 8);
    FUZZ_REQUIRE(at.value >= RAM_LEN && (at.value & 4095) + size <= 4096);
    accesses++;
}

static vmk_uint64 device_read(void *machine, gpa_t at, unsigned size)
{
    require_access(at, size);
    return answer();
}

static void device_write(void *machine, gpa_t at, unsigned size, vmk_uint64 value)
{
    require_access(at, size);
}

static vmk_uint32 port_read(void *machine, vmk_uint16 port, unsigned size)
{
    FUZZ_REQUIRE(size == 1 || size == 2 || size == 4);
    accesses++;
    return (vmk_uint32)answer();
}

static void port_write(void *machine, vmk_uint16 port, unsigned size, vmk_uint32 value)
{
    FUZZ_REQUIRE(size == 1 || size == 2 || size == 4);
    accesses++;
}

static void vector_read(void *machine, unsigned number, struct emulate_vector *value)
{
    FUZZ_REQUIRE(number < 16);
    memset(value, 0x5a, sizeof(*value));
}

static void vector_write(void *machine, unsigned number, const struct emulate_vector *value)
{
    FUZZ_REQUIRE(number < 16);
    accesses++;
}

static const struct emulate_ops ops = {.device_read = device_read,
                                       .device_write = device_write,
                                       .port_read = port_read,
                                       .port_write = port_write,
                                       .vector_read = vector_read,
                                       .vector_write = vector_write};

/** What an input begins with. */
struct head {
    uint8_t mode; /**< Bits: paging, long mode, PAE, 32-bit code, string I/O, IN; two of the I/O's size. */
    uint8_t flags;
    uint16_t rip;
    uint64_t gpr[GPR_COUNT];
    uint64_t rflags, cr0, cr3, cr4, efer;
    struct segment_register segments[SEGMENT_COUNT];
    uint8_t code[INSN_BYTES_MAX];
} __attribute__((packed));

/** Registers that make sense together often enough. */
static void set_system(const struct head *head, struct system_registers *system)
{
    memset(system, 0, sizeof(*system));
    memcpy(system->segments, head->segments, sizeof(system->segments));
    system->cr0 = (head->cr0 & ~(1ul | 1ul << 31)) | (head->flags & 1) | (head->mode & 1 ? 1ul << 31 | 1 : 0);
    system->cr3 = head->cr3 % RAM_LEN;
    system->cr4 = head->cr4 | (head->mode & 6 ? 1u << 5 : 0);
    system->efer = (head->efer & ~(1ul << 10)) | (head->mode & 2 ? 1ul << 10 : 0);
    system->cpl = head->flags >> 1 & 3;
    if ((head->mode & 8) != 0) {
        system->segments[SEGMENT_CS].attributes = head->mode & 2 ? 1u << 9 : 1u << 10;
        system->segments[SEGMENT_CS].limit = 0xffffffff;
        system->segments[SEGMENT_CS].base = 0;
    }
}

/** An identity mapping at the end of the RAM, for what the input does not map itself. */
static void map_identity(struct system_registers *system)
{
    uint64_t *tables = (uint64_t *)(ram + TABLES);

    tables[0] = (TABLES + 0x1000) | 7;
    for (unsigned i = 0; i < 4; i++) {
        tables[512 + i] = (uint64_t)i << 30 | 0x87;
    }
    system->cr3 = TABLES;
}

/** RAM may differ from what it was in accessed and dirty bits alone. */
static void require_marks_only(void)
{
    const uint64_t *now = (const uint64_t *)ram, *before = (const uint64_t *)ram_before;

    for (size_t i = 0; i < RAM_LEN / sizeof(*now); i++) {
        FUZZ_REQUIRE(((now[i] ^ before[i]) & ~0x6060606060606060ul) == 0);
    }
}

/** A branch's target and a divisor have to be read before they can be refused. */
static bool reads_first(const struct insn *insn)
{
    bool branches = insn->opcode == 0xff && (insn->reg & 7) < 6;
    bool divides = (insn->opcode & 0xfe) == 0xf6 && (insn->reg & 7) >= 6;

    return insn->map == INSN_MAP_ONE_BYTE && (branches || divides);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct fuzz_input input = {bytes, len};
    struct system_registers system;
    vmk_uint64 gpr[GPR_COUNT];
    enum emulate_result result;
    struct head head;

    fuzz_take(&input, &head, sizeof(head));
    set_system(&head, &system);
    memset(ram, 0, sizeof(ram));
    fuzz_take(&input, ram, input.len < INPUT ? input.len : INPUT);
    if ((head.flags & 8) != 0) {
        map_identity(&system);
    }
    memcpy(ram + CODE + head.rip % 0x1000 % (0x1000 - sizeof(head.code)), head.code, sizeof(head.code));
    memcpy(ram_before, ram, sizeof(ram));
    memcpy(gpr, head.gpr, sizeof(gpr));
    answers = (struct fuzz_input){bytes, len};
    accesses = 0;

    struct emulation emulation = {
        .gpr = gpr,
        .rip = CODE + head.rip % 0x1000 % (0x1000 - sizeof(head.code)),
        .rflags = head.rflags,
        .system = &system,
        .xcr0 = head.flags & 16 ? 7 : 0,
        .physical_bits = 32 + head.flags % 21,
        .ram = {.page = find_page},
        .ops = &ops,
    };
    vmk_uint64 rip = emulation.rip;

    result = head.mode & 16 ? emulate_string_io(&emulation, head.mode & 32, 1u << (head.mode >> 6) % 3)
                            : emulate(&emulation);
    if (result != EMULATE_DONE) {
        FUZZ_REQUIRE(emulation.rip == rip);
        if (emulation.insn.repeat == 0) {
            FUZZ_REQUIRE(accesses == 0 || reads_first(&emulation.insn));
            FUZZ_REQUIRE(emulation.rflags == head.rflags);
            FUZZ_REQUIRE(memcmp(gpr, head.gpr, sizeof(gpr)) == 0);
            require_marks_only();
        }
    }
    FUZZ_REQUIRE(result != EMULATE_UNSUPPORTED || strlen(emulate_refused(&emulation)) != 0);
    FUZZ_REQUIRE(result != EMULATE_EXCEPTION || emulation.exception.vector < 32);
    return 0;
}
