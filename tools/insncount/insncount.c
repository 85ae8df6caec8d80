/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * insncount - a TCG plugin that notes how many guest instructions have been executed when a mark is reached
 * (vmkapi/base/mark.h).
 *
 *   -plugin file=insncount.so,out=FILE[,entry=ADDRESS][,start=ADDRESS][,profile=FILE][,mmio=on]
 *           [,call=ADDRESS]…
 *
 * out:     a line "<mark> <instructions> <HLTs> <IRETs> <device reads> <device writes> <calls> <VM entries>
 * <VMs' instructions> <VMs' HLTs>", all since the start, each time a mark is reached; mark 0 is `entry`, the
 * first time the code at that address runs.
 * start:   a mark 1 each time the code at the address runs.
 * call:    count how often the code at the address runs; may be repeated.
 * mmio:    count reads and writes of memory that is a device's, too, which takes QEMU four times as long.
 * profile: at each mark 2 the instructions executed since the last mark 1, by translation block:
 *          "window", then lines "<address> <instructions>".
 *
 * A string instruction with a REP prefix counts once, however often QEMU goes round. Counted are whole
 * translation blocks: one that ends early, by a fault in its middle, counts in full. For machines with one
 * CPU.
 *
 * The machine may run virtual machines by AMD's SVM. `instructions` has theirs in it; the other counts have
 * not.
 */
#include "qemu_plugin.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARK_LEN      8
#define MARK_ID       4 /* where its number is */
#define WINDOW_START  1
#define WINDOW_END    2
#define OPERATION     5
#define BLOCK_BUCKETS 65536
#define CALLS_MAX     8
#define VMRUNS_MAX    8

/* A translation block in the profile. */
struct block {
    struct block *next;
    uint64_t address, insns, runs, runs_before;
};

static FILE *out;
static const char *profile_path;
static uint64_t entry_address;
static bool entered;
static uint64_t executed;      /* by QEMU's way of counting */
static uint64_t rounds;        /* of these, rounds of a REP instruction but for the first */
static uint64_t last_rep;      /* the REP instruction executed last... */
static uint64_t last_executed; /* ...and `executed` then */
static bool counting_mmio;
static uint64_t halts, returns, device_reads, device_writes, calls;
static uint64_t call_addresses[CALLS_MAX];
static unsigned ncalls;
static uint64_t start_address;
static uint64_t exit_addresses[VMRUNS_MAX]; /* behind each VMRUN that was seen */
static unsigned nexits;
static bool in_vm;
static uint64_t vm_began; /* the entry into the VM, in instructions */
static uint64_t vm_entries, vm_insns, vm_halts;
static struct block *blocks[BLOCK_BUCKETS];

/* --- the profile --- */

static struct block *block_of(uint64_t address, uint64_t insns)
{
    struct block **bucket = &blocks[(address ^ address >> 16) % BLOCK_BUCKETS];

    for (struct block *block = *bucket; block != NULL; block = block->next) {
        if (block->address == address && block->insns == insns) {
            return block;
        }
    }
    struct block *block = calloc(1, sizeof(*block));
    if (block == NULL) {
        abort();
    }
    *block = (struct block){.next = *bucket, .address = address, .insns = insns};
    *bucket = block;
    return block;
}

static void profile_begin(void)
{
    for (unsigned i = 0; i < BLOCK_BUCKETS; i++) {
        for (struct block *block = blocks[i]; block != NULL; block = block->next) {
            block->runs_before = block->runs;
        }
    }
}

static void profile_end(void)
{
    FILE *file = fopen(profile_path, "a");

    if (file == NULL) {
        return;
    }
    fprintf(file, "window\n");
    for (unsigned i = 0; i < BLOCK_BUCKETS; i++) {
        for (struct block *block = blocks[i]; block != NULL; block = block->next) {
            if (block->runs != block->runs_before) {
                fprintf(file, "%" PRIx64 " %" PRIu64 "\n", block->address,
                        block->insns * (block->runs - block->runs_before));
            }
        }
    }
    fclose(file);
}

/* --- what the guest's instructions call --- */

static uint64_t insns_so_far(void)
{
    return executed - rounds;
}

static void note(unsigned id)
{
    uint64_t now = insns_so_far();

    fprintf(out,
            "%u %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
            " %" PRIu64 "\n",
            id, now, halts, returns, device_reads, device_writes, calls, vm_entries,
            vm_insns + (in_vm ? now - vm_began : 0), vm_halts);
    /* Whoever waits for a mark sees it at once; of operations there are many, and nobody waits. */
    if (id < OPERATION) {
        fflush(out);
    }
}

static void mark_reached(unsigned int vcpu, void *data)
{
    unsigned id = (unsigned)(uintptr_t)data;

    (void)vcpu;
    note(id);
    if (profile_path != NULL && id == WINDOW_START) {
        profile_begin();
    } else if (profile_path != NULL && id == WINDOW_END) {
        profile_end();
    }
}

static void entry_reached(unsigned int vcpu, void *data)
{
    (void)vcpu;
    (void)data;
    if (!entered) {
        entered = true;
        note(0);
    }
}

/* A VM may have the same addresses as its host. */
static void start_reached(unsigned int vcpu, void *data)
{
    if (!in_vm) {
        mark_reached(vcpu, data);
    }
}

static void count_one(unsigned int vcpu, void *data)
{
    (void)vcpu;
    if (!in_vm) {
        ++*(uint64_t *)data;
    }
}

static void count_halt(unsigned int vcpu, void *data)
{
    (void)vcpu;
    (void)data;
    ++*(in_vm ? &vm_halts : &halts);
}

static void memory_accessed(unsigned int vcpu, qemu_plugin_meminfo_t info, uint64_t address, void *data)
{
    struct qemu_plugin_hwaddr *where = qemu_plugin_get_hwaddr(info, address);

    (void)vcpu;
    (void)data;
    if (!in_vm && where != NULL && qemu_plugin_hwaddr_is_io(where)) {
        if (qemu_plugin_mem_is_store(info)) {
            device_writes++;
        } else {
            device_reads++;
        }
    }
}

/* QEMU goes round by executing the instruction again, as a block of its own. */
static void rep_executed(unsigned int vcpu, void *data)
{
    uint64_t address = (uint64_t)(uintptr_t)data;

    (void)vcpu;
    if (address == last_rep && executed - last_executed == 1) {
        rounds++;
    }
    last_rep = address;
    last_executed = executed;
}

/*
 * --- virtual machines: from VMRUN to the instruction behind it, where an exit has the host go on (APM vol.
 * 2, 15.5 and 15.6) ---
 */

static void vm_entered(unsigned int vcpu, void *data)
{
    (void)vcpu;
    (void)data;
    vm_entries++;
    in_vm = true;
    vm_began = insns_so_far();
}

/* Counts its block itself: what has been executed before is the VM's. */
static void vm_left(unsigned int vcpu, void *data)
{
    (void)vcpu;
    if (in_vm) {
        vm_insns += insns_so_far() - vm_began;
        in_vm = false;
    }
    executed += (uint64_t)(uintptr_t)data;
}

static bool is_exit(uint64_t address)
{
    for (unsigned i = 0; i < nexits; i++) {
        if (exit_addresses[i] == address) {
            return true;
        }
    }
    return false;
}

static void add_exit(uint64_t address)
{
    if (is_exit(address)) {
        return;
    }
    if (nexits == VMRUNS_MAX) {
        fprintf(stderr, "insncount: VMRUN is in more than %d places\n", VMRUNS_MAX);
        abort();
    }
    exit_addresses[nexits++] = address;
}

/* --- translation --- */

static bool is_mark(const uint8_t *code, size_t len)
{
    static const uint8_t before[MARK_ID] = {0x0f, 0x1f, 0x84, 0x00};
    static const uint8_t after[] = {'V', 'M', 'K'};

    return len == MARK_LEN && memcmp(code, before, sizeof(before)) == 0 &&
           memcmp(code + MARK_ID + 1, after, sizeof(after)) == 0;
}

/* INS, OUTS, MOVS, CMPS, STOS, LODS or SCAS behind a REP prefix (Intel SDM vol. 2, 2.1.1). */
static bool is_rep_string(const uint8_t *code, size_t len)
{
    bool rep = false;
    size_t i = 0;

    while (i < len && memchr("\xf2\xf3\x66\x67\x2e\x36\x3e\x26\x64\x65", code[i], 10) != NULL) {
        rep |= code[i] == 0xf2 || code[i] == 0xf3;
        i++;
    }
    if (i < len && (code[i] & 0xf0) == 0x40) {
        i++; /* REX */
    }
    if (!rep || i >= len) {
        return false;
    }
    return (code[i] >= 0x6c && code[i] <= 0x6f) || (code[i] >= 0xa4 && code[i] <= 0xa7) ||
           (code[i] >= 0xaa && code[i] <= 0xaf);
}

static bool is_halt(const uint8_t *code, size_t len)
{
    return len == 1 && code[0] == 0xf4;
}

static bool is_vmrun(const uint8_t *code, size_t len)
{
    return len == 3 && memcmp(code, "\x0f\x01\xd8", 3) == 0;
}

/* From an interrupt or an exception: IRETQ. */
static bool is_return(const uint8_t *code, size_t len)
{
    return len == 2 && code[0] == 0x48 && code[1] == 0xcf;
}

static void watch_insn(struct qemu_plugin_insn *insn)
{
    const uint8_t *code = qemu_plugin_insn_data(insn);
    size_t len = qemu_plugin_insn_size(insn);

    if (counting_mmio) {
        qemu_plugin_register_vcpu_mem_cb(insn, memory_accessed, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW,
                                         NULL);
    }
    for (unsigned i = 0; i < ncalls; i++) {
        if (qemu_plugin_insn_vaddr(insn) == call_addresses[i]) {
            qemu_plugin_register_vcpu_insn_exec_cb(insn, count_one, QEMU_PLUGIN_CB_NO_REGS, &calls);
        }
    }
    if (start_address != 0 && qemu_plugin_insn_vaddr(insn) == start_address) {
        qemu_plugin_register_vcpu_insn_exec_cb(insn, start_reached, QEMU_PLUGIN_CB_NO_REGS,
                                               (void *)(uintptr_t)WINDOW_START);
    }
    if (is_vmrun(code, len)) {
        add_exit(qemu_plugin_insn_vaddr(insn) + len);
        qemu_plugin_register_vcpu_insn_exec_cb(insn, vm_entered, QEMU_PLUGIN_CB_NO_REGS, NULL);
    } else if (is_halt(code, len)) {
        qemu_plugin_register_vcpu_insn_exec_cb(insn, count_halt, QEMU_PLUGIN_CB_NO_REGS, NULL);
    } else if (is_return(code, len)) {
        qemu_plugin_register_vcpu_insn_exec_cb(insn, count_one, QEMU_PLUGIN_CB_NO_REGS, &returns);
    }

    if (is_mark(code, len)) {
        qemu_plugin_register_vcpu_insn_exec_cb(insn, mark_reached, QEMU_PLUGIN_CB_NO_REGS,
                                               (void *)(uintptr_t)code[MARK_ID]);
    } else if (is_rep_string(code, len)) {
        qemu_plugin_register_vcpu_insn_exec_cb(insn, rep_executed, QEMU_PLUGIN_CB_NO_REGS,
                                               (void *)(uintptr_t)qemu_plugin_insn_vaddr(insn));
    }
}

static void block_translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    size_t insns = qemu_plugin_tb_n_insns(tb);
    uint64_t address = qemu_plugin_tb_vaddr(tb);

    (void)id;
    if (!entered && entry_address != 0 && address == entry_address) {
        qemu_plugin_register_vcpu_tb_exec_cb(tb, entry_reached, QEMU_PLUGIN_CB_NO_REGS, NULL);
    }
    if (is_exit(address)) {
        qemu_plugin_register_vcpu_tb_exec_cb(tb, vm_left, QEMU_PLUGIN_CB_NO_REGS, (void *)(uintptr_t)insns);
    } else {
        qemu_plugin_register_vcpu_tb_exec_inline(tb, QEMU_PLUGIN_INLINE_ADD_U64, &executed, insns);
    }
    if (profile_path != NULL) {
        qemu_plugin_register_vcpu_tb_exec_inline(tb, QEMU_PLUGIN_INLINE_ADD_U64,
                                                 &block_of(address, insns)->runs, 1);
    }
    for (size_t i = 0; i < insns; i++) {
        watch_insn(qemu_plugin_tb_get_insn(tb, i));
    }
}

/* --- options --- */

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;
QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc,
                                           char **argv);

static bool parse_option(const char *option)
{
    if (strncmp(option, "out=", 4) == 0) {
        out = fopen(option + 4, "w");
        return out != NULL;
    }
    if (strncmp(option, "entry=", 6) == 0) {
        entry_address = strtoull(option + 6, NULL, 0);
        return entry_address != 0;
    }
    if (strncmp(option, "start=", 6) == 0) {
        start_address = strtoull(option + 6, NULL, 0);
        return start_address != 0;
    }
    if (strncmp(option, "profile=", 8) == 0) {
        profile_path = strdup(option + 8);
        return profile_path != NULL;
    }
    if (strncmp(option, "call=", 5) == 0 && ncalls < CALLS_MAX) {
        call_addresses[ncalls] = strtoull(option + 5, NULL, 0);
        return call_addresses[ncalls++] != 0;
    }
    if (strcmp(option, "mmio=on") == 0) {
        counting_mmio = true;
        return true;
    }
    return false;
}

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
    (void)info;
    for (int i = 0; i < argc; i++) {
        if (!parse_option(argv[i])) {
            fprintf(stderr, "insncount: cannot do '%s'\n", argv[i]);
            return -1;
        }
    }
    if (out == NULL) {
        fprintf(stderr, "insncount: out=FILE is missing\n");
        return -1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, block_translated);
    return 0;
}
