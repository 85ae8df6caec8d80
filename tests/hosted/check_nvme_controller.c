/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_nvme_controller.c - the model of an NVMe controller, driven by hand: that it does what the
 * specification says, lies as it is told, and notices a driver's mistakes.
 */
#include "nvme_controller.h"

#include <core/pci_regs.h>
#include <hosted/machine.h>
#include <hosted/module.h>
#include <run.h>
#include <stdlib.h>
#include <string.h>

#define BLOCKS  4096
#define BLOCK   512
#define ENTRIES 16
#define PAGES   40

enum { CAP = 0x00, VS = 0x08, CC = 0x14, CSTS = 0x1c, AQA = 0x24, ASQ = 0x28, ACQ = 0x30, BELLS = 0x1000 };
#define CC_VALUE 0x00460001u

static struct nvme nvme;
static vmk_DMAEngine engine;

/* A pair of queues, as a driver has it. */
static struct pair {
    struct nvme_sqe *sq;
    struct nvme_cqe *cq;
    vmk_IOA sq_at, cq_at;
    unsigned tail, head, number;
    vmk_Bool phase;
} admin, io;

static struct {
    vmk_uint8 *memory;
    vmk_IOA at;
    vmk_uint64 *list;
    vmk_IOA list_at;
} data;

static vmk_uint32 get(unsigned offset)
{
    return (vmk_uint32)nvme.pci.read(&nvme.pci, 0, offset, 4);
}

static void put(unsigned offset, vmk_uint32 value)
{
    nvme.pci.write(&nvme.pci, 0, offset, 4, value);
}

static void *coherent(vmk_ByteCount bytes, vmk_IOA *at)
{
    void *memory;

    ck_assert_int_eq(vmk_DMAAlloc(engine, bytes, &memory, at), VMK_OK);
    return memory;
}

static struct pair new_pair(unsigned number)
{
    struct pair pair = {.number = number, .phase = VMK_TRUE};

    pair.sq = coherent(ENTRIES * sizeof(*pair.sq), &pair.sq_at);
    pair.cq = coherent(ENTRIES * sizeof(*pair.cq), &pair.cq_at);
    return pair;
}

static void submit(struct pair *pair, struct nvme_sqe sqe)
{
    pair->sq[pair->tail] = sqe;
    pair->tail = (pair->tail + 1) % ENTRIES;
    put(BELLS + pair->number * 8, pair->tail);
}

static vmk_Bool next(struct pair *pair, struct nvme_cqe *entry)
{
    *entry = pair->cq[pair->head];
    if ((entry->status & 1) != pair->phase) {
        return VMK_FALSE;
    }
    pair->head = (pair->head + 1) % ENTRIES;
    pair->phase ^= pair->head == 0;
    put(BELLS + pair->number * 8 + 4, pair->head);
    return VMK_TRUE;
}

static struct nvme_cqe execute(struct pair *pair, struct nvme_sqe sqe)
{
    struct nvme_cqe entry;

    submit(pair, sqe);
    hosted_run_ms(2);
    ck_assert(next(pair, &entry));
    ck_assert_uint_eq(entry.id, sqe.id);
    entry.status >>= 1;
    return entry;
}

static void machine_start(void)
{
    hosted_start();
    vmk_DMAEngineProps props = {.name = {"test"}, .module = hosted_module_add("test")};

    nvme_add(&nvme, 2, BLOCKS, BLOCK);
    hosted_pci_start();
    nvme.pci.config[PCI_REG_COMMAND] |= VMK_PCI_COMMAND_BUS_MASTER | VMK_PCI_COMMAND_MEMORY;
    ck_assert_int_eq(vmk_DMAEngineCreate(&props, &engine), VMK_OK);
    data.memory = coherent(PAGES * VMK_PAGE_SIZE, &data.at);
    data.list = coherent(2 * VMK_PAGE_SIZE, &data.list_at);
}

static void controller_start(void)
{
    admin = new_pair(0);
    put(AQA, (ENTRIES - 1) | (ENTRIES - 1) << 16);
    put(ASQ, (vmk_uint32)admin.sq_at);
    put(ACQ, (vmk_uint32)admin.cq_at);
    put(CC, CC_VALUE);
    hosted_run_ms(5);
    ck_assert_uint_eq(get(CSTS), 1);
}

static void queues_start(void)
{
    struct nvme_sqe cq = {.opcode = NVME_CREATE_CQ, .cdw10 = 1 | (ENTRIES - 1) << 16, .cdw11 = 3 | 1 << 16};
    struct nvme_sqe sq = {.opcode = NVME_CREATE_SQ, .cdw10 = 1 | (ENTRIES - 1) << 16, .cdw11 = 1 | 1 << 16};

    io = new_pair(1);
    cq.prp1 = io.cq_at;
    sq.prp1 = io.sq_at;
    ck_assert_uint_eq(execute(&admin, cq).status, NVME_OK);
    ck_assert_uint_eq(execute(&admin, sq).status, NVME_OK);
}

static void start(void)
{
    machine_start();
    controller_start();
    queues_start();
}

static struct nvme_sqe command(unsigned opcode, vmk_uint64 lba, unsigned blocks)
{
    return (struct nvme_sqe){.opcode = (vmk_uint8)opcode,
                             .nsid = 1,
                             .prp1 = data.at,
                             .prp2 = data.at + VMK_PAGE_SIZE,
                             .cdw10 = (vmk_uint32)lba,
                             .cdw12 = blocks - 1};
}

static void fill(unsigned seed, vmk_ByteCount bytes)
{
    for (vmk_ByteCount i = 0; i < bytes; i++) {
        data.memory[i] = (vmk_uint8)rand_r(&seed);
    }
}

static vmk_Bool filled(unsigned seed, vmk_ByteCount from, vmk_ByteCount bytes)
{
    vmk_Bool same = VMK_TRUE;

    for (vmk_ByteCount i = 0; i < bytes; i++) {
        same &= data.memory[from + i] == (vmk_uint8)rand_r(&seed);
    }
    return same;
}

START_TEST(starts_and_stops)
{
    machine_start();
    ck_assert_uint_eq(get(VS), 0x00010400);
    ck_assert_uint_eq(get(CAP) & 0xffff, NVME_ENTRIES - 1);
    ck_assert_uint_eq(get(CSTS), 0);
    controller_start();
    put(CC, CC_VALUE & ~1u);
    ck_assert_uint_eq(get(CSTS), 1);
    hosted_run_ms(5);
    ck_assert_uint_eq(get(CSTS), 0);
    nvme.ready_ms = NVME_NEVER_READY;
    put(CC, CC_VALUE);
    hosted_run_ms(100000);
    ck_assert_uint_eq(get(CSTS), 0);
}
END_TEST

START_TEST(shutting_down_loses_nothing)
{
    start();
    ck_assert_uint_eq(execute(&io, command(NVME_WRITE, 0, 8)).status, NVME_OK);
    ck_assert_uint_eq(medium_unstable(&nvme.ns[0].medium), 8);
    put(CC, CC_VALUE | 1 << 14);
    ck_assert_uint_eq(get(CSTS) & 0xc, 8);
    ck_assert_uint_eq(medium_unstable(&nvme.ns[0].medium), 0);
}
END_TEST

START_TEST(says_who_it_is)
{
    start();
    struct nvme_sqe sqe = {.opcode = NVME_IDENTIFY, .prp1 = data.at, .cdw10 = 1};

    ck_assert_uint_eq(execute(&admin, sqe).status, NVME_OK);
    ck_assert_int_eq(memcmp(data.memory + 4, "MODEL2              OpenVMK", 27), 0);
    sqe.cdw10 = 0;
    sqe.nsid = 1;
    ck_assert_uint_eq(execute(&admin, sqe).status, NVME_OK);
    ck_assert_uint_eq(*(vmk_uint64 *)data.memory, BLOCKS);
    sqe.cdw10 = 2;
    sqe.nsid = 0;
    ck_assert_uint_eq(execute(&admin, sqe).status, NVME_OK);
    ck_assert_uint_eq(*(vmk_uint64 *)data.memory, 1);
    sqe.cdw10 = 0x42;
    ck_assert_uint_eq(execute(&admin, sqe).status, NVME_INVALID_FIELD | NVME_DO_NOT_RETRY);
}
END_TEST

START_TEST(stores_what_is_written)
{
    start();
    fill(1, 8192);
    ck_assert_uint_eq(execute(&io, command(NVME_WRITE, 100, 16)).status, NVME_OK);
    memset(data.memory, 0, 8192);
    ck_assert_uint_eq(execute(&io, command(NVME_READ, 100, 16)).status, NVME_OK);
    ck_assert(filled(1, 0, 8192));
    ck_assert_uint_eq(execute(&io, command(NVME_WRITE_ZEROES, 100, 1)).status, NVME_OK);
    ck_assert_uint_eq(execute(&io, command(NVME_READ, 100, 16)).status, NVME_OK);
    ck_assert(data.memory[0] == 0 && data.memory[511] == 0);
    ck_assert_uint_eq(execute(&io, command(NVME_READ, BLOCKS - 1, 2)).status,
                      NVME_LBA_RANGE | NVME_DO_NOT_RETRY);
    ck_assert_uint_eq(execute(&io, command(0x55, 0, 1)).status, NVME_INVALID_OPCODE | NVME_DO_NOT_RETRY);
}
END_TEST

/* As many pages as MDTS allows, beginning within a page, by a list that goes on in a second page. */
START_TEST(follows_lists_of_pages)
{
    start();
    struct nvme_sqe sqe = command(NVME_WRITE, 0, 256);
    unsigned first = VMK_PAGE_SIZE / 8 - 5;

    sqe.prp1 = data.at + 512;
    sqe.prp2 = data.list_at + first * 8;
    for (unsigned i = 0; i < 32; i++) {
        data.list[i < 4 ? first + i : 512 + i - 4] = data.at + (i + 1) * VMK_PAGE_SIZE;
    }
    data.list[511] = data.list_at + VMK_PAGE_SIZE;
    fill(2, 512 + 256 * BLOCK);
    ck_assert_uint_eq(execute(&io, sqe).status, NVME_OK);
    ck_assert_int_eq(memcmp(nvme.ns[0].medium.now, data.memory + 512, 256 * BLOCK), 0);
    memset(data.memory, 0, PAGES * VMK_PAGE_SIZE);
    sqe.opcode = NVME_READ;
    ck_assert_uint_eq(execute(&io, sqe).status, NVME_OK);
    ck_assert_int_eq(memcmp(nvme.ns[0].medium.now, data.memory + 512, 256 * BLOCK), 0);
    ck_assert(data.memory[511] == 0 && data.memory[512 + 256 * BLOCK] == 0);
}
END_TEST

START_TEST(forgets_what_is_not_flushed)
{
    start();
    struct nvme_sqe through = command(NVME_WRITE, 2, 1);

    through.cdw12 |= 1u << 30;
    memset(data.memory, 1, BLOCK);
    execute(&io, command(NVME_WRITE, 0, 1));
    execute(&io, command(NVME_FLUSH, 0, 1));
    execute(&io, command(NVME_WRITE, 1, 1));
    execute(&io, through);
    medium_cut(&nvme.ns[0].medium, 0, 1);
    execute(&io, command(NVME_READ, 0, 3));
    ck_assert(data.memory[0] == 1 && data.memory[512] == 0 && data.memory[1024] == 1);
}
END_TEST

START_TEST(discards_ranges)
{
    start();
    struct nvme_sqe sqe = command(NVME_DATASET_MANAGEMENT, 0, 1);
    struct {
        vmk_uint32 attributes, blocks;
        vmk_uint64 first;
    } ranges[2] = {{0, 1, 3}, {0, 2, 5}};

    memset(data.memory, 1, 8 * BLOCK);
    execute(&io, command(NVME_WRITE, 0, 8));
    memcpy(data.memory, ranges, sizeof(ranges));
    sqe.cdw10 = 1;
    sqe.cdw11 = 4;
    ck_assert_uint_eq(execute(&io, sqe).status, NVME_OK);
    execute(&io, command(NVME_READ, 0, 8));
    for (unsigned i = 0; i < 8; i++) {
        ck_assert_uint_eq(data.memory[i * BLOCK], !(i == 3 || i == 5 || i == 6));
    }
}
END_TEST

START_TEST(reports_changed_namespaces)
{
    start();
    struct nvme_sqe event = {.opcode = NVME_ASYNC_EVENT, .id = 7};
    struct nvme_sqe log = {.opcode = NVME_GET_LOG, .prp1 = data.at, .cdw10 = 0x04 | 1023u << 16};
    struct nvme_cqe entry;

    submit(&admin, event);
    hosted_run_ms(5);
    ck_assert(!next(&admin, &entry));
    nvme_attach(&nvme, 3, 1000, 4096);
    nvme_resize(&nvme, 1, 2 * BLOCKS);
    ck_assert(next(&admin, &entry) && entry.id == 7);
    ck_assert_uint_eq(entry.result, 0x040002);
    ck_assert_uint_eq(execute(&admin, log).status, NVME_OK);
    ck_assert_int_eq(memcmp(data.memory, "\1\0\0\0\3\0\0\0\0\0\0\0", 12), 0);
}
END_TEST

static void fill_the_queue(void)
{
    for (unsigned i = 0; i < ENTRIES - 1; i++) {
        struct nvme_sqe sqe = command(NVME_READ, i, 1);

        sqe.id = (vmk_uint16)i;
        submit(&io, sqe);
    }
    ck_assert_uint_eq(nvme_under_way(&nvme), ENTRIES - 1);
    hosted_run_ms(2);
}

/* Many times around the queues. */
START_TEST(completes_in_any_order_and_each_once)
{
    start();
    unsigned disorder = 0;
    struct nvme_cqe entry;

    for (unsigned round = 0; round < 50; round++) {
        unsigned seen = 0;

        fill_the_queue();
        for (unsigned last = 0; next(&io, &entry); last = entry.id) {
            seen ^= 1u << entry.id;
            disorder += entry.id < last;
        }
        ck_assert_uint_eq(seen, (1u << (ENTRIES - 1)) - 1);
        ck_assert_uint_eq(nvme_under_way(&nvme), 0);
    }
    ck_assert_uint_gt(disorder, 0);
}
END_TEST

START_TEST(aborts_a_command_that_hangs)
{
    start();
    struct nvme_sqe abort = {.opcode = NVME_ABORT, .cdw10 = 1 | 5u << 16};
    struct nvme_sqe read = command(NVME_READ, 0, 1);
    struct nvme_cqe entry;

    read.id = 5;
    nvme_misbehave(&nvme, (struct nvme_rule){.lie = NVME_STUCK, .opcode = NVME_READ, .times = 1});
    submit(&io, read);
    hosted_run_ms(60000);
    ck_assert(!next(&io, &entry));
    ck_assert_uint_eq(execute(&admin, abort).result, 0);
    ck_assert(next(&io, &entry) && entry.id == 5 && entry.status >> 1 == NVME_ABORTED);
    ck_assert_uint_eq(execute(&admin, abort).result, 1);
    ck_assert_uint_eq(execute(&io, read).status, NVME_OK);
}
END_TEST

static struct nvme_rule rule(enum nvme_lie lie, vmk_uint32 argument)
{
    return (struct nvme_rule){.lie = lie, .argument = argument, .opcode = NVME_READ, .skip = 1, .times = 1};
}

START_TEST(fails_the_command_it_is_told_to)
{
    start();
    struct nvme_rule bad = rule(NVME_FAILS, NVME_UNRECOVERED_READ);

    bad.skip = bad.times = 0;
    bad.first_lba = 10;
    bad.blocks = 2;
    nvme_misbehave(&nvme, bad);
    ck_assert_uint_eq(execute(&io, command(NVME_READ, 8, 2)).status, NVME_OK);
    ck_assert_uint_eq(execute(&io, command(NVME_READ, 9, 2)).status, NVME_UNRECOVERED_READ);
    ck_assert_uint_eq(execute(&io, command(NVME_READ, 11, 2)).status, NVME_UNRECOVERED_READ);
    ck_assert_uint_eq(execute(&io, command(NVME_READ, 12, 2)).status, NVME_OK);
    ck_assert_uint_eq(execute(&io, command(NVME_WRITE, 10, 2)).status, NVME_OK);
    nvme_behave(&nvme);
    ck_assert_uint_eq(execute(&io, command(NVME_READ, 10, 2)).status, NVME_OK);
}
END_TEST

START_TEST(lies_in_its_completions)
{
    start();
    struct nvme_cqe entry;

    nvme_misbehave(&nvme, rule(NVME_FOREIGN_ID, 0x123));
    execute(&io, command(NVME_READ, 0, 1));
    submit(&io, command(NVME_READ, 0, 1));
    hosted_run_ms(2);
    ck_assert(next(&io, &entry) && entry.id == 0x123);
    ck_assert(next(&io, &entry) && entry.id == 0 && !next(&io, &entry));

    nvme_behave(&nvme);
    nvme_misbehave(&nvme, rule(NVME_TWICE, 0));
    execute(&io, command(NVME_READ, 0, 1));
    execute(&io, command(NVME_READ, 0, 1));
    ck_assert(next(&io, &entry) && entry.id == 0 && !next(&io, &entry));

    nvme_behave(&nvme);
    nvme_misbehave(&nvme, rule(NVME_WRONG_SQ, 0));
    nvme_misbehave(&nvme, rule(NVME_WRONG_HEAD, 0));
    execute(&io, command(NVME_READ, 0, 1));
    ck_assert_uint_eq(execute(&io, command(NVME_READ, 0, 1)).sq_head, 0xffff);

    nvme_phantom(&nvme, 1, 99, NVME_OK);
    ck_assert(next(&io, &entry) && entry.id == 99);
}
END_TEST

START_TEST(moves_less_than_it_says)
{
    start();
    nvme_misbehave(&nvme, (struct nvme_rule){.lie = NVME_SHORT, .opcode = NVME_READ});
    memset(data.memory, 0xee, 4096);
    ck_assert_uint_eq(execute(&io, command(NVME_READ, 0, 8)).status, NVME_OK);
    ck_assert(data.memory[2047] == 0 && data.memory[2048] == 0xee);
}
END_TEST

START_TEST(dies)
{
    start();
    struct nvme_cqe entry;

    submit(&io, command(NVME_READ, 0, 1));
    nvme_fail(&nvme);
    hosted_run_ms(100);
    ck_assert_uint_eq(get(CSTS), 3);
    ck_assert(!next(&io, &entry));
    nvme.all_ones = VMK_TRUE;
    ck_assert_uint_eq(get(CSTS), ~0u);
    put(CC, 0);
    nvme.all_ones = VMK_FALSE;
    put(CC, CC_VALUE & ~1u);
    hosted_run_ms(5);
    ck_assert_uint_eq(get(CSTS), 0);
}
END_TEST

START_TEST(notices_a_tail_out_of_range)
{
    start();
    put(BELLS + 8, ENTRIES);
}
END_TEST

START_TEST(notices_a_head_beyond_the_tail)
{
    start();
    put(BELLS + 12, 1);
}
END_TEST

START_TEST(notices_an_id_in_use)
{
    start();
    submit(&io, command(NVME_READ, 0, 1));
    submit(&io, command(NVME_READ, 0, 1));
}
END_TEST

START_TEST(notices_memory_that_is_not_mapped)
{
    start();
    struct nvme_sqe sqe = command(NVME_READ, 0, 1);

    sqe.prp1 = data.at + PAGES * VMK_PAGE_SIZE;
    execute(&io, sqe);
}
END_TEST

START_TEST(notices_a_page_that_is_none)
{
    start();
    struct nvme_sqe sqe = command(NVME_READ, 0, 16);

    sqe.prp2 += 512;
    execute(&io, sqe);
}
END_TEST

START_TEST(notices_more_than_it_can_move)
{
    start();
    execute(&io, command(NVME_READ, 0, (NVME_PAGE / BLOCK << NVME_MDTS) + 1));
}
END_TEST

RUN_TESTS_AND_CRASHES(
    RUN_LIST(starts_and_stops, shutting_down_loses_nothing, says_who_it_is, stores_what_is_written,
             follows_lists_of_pages, forgets_what_is_not_flushed, discards_ranges, reports_changed_namespaces,
             completes_in_any_order_and_each_once, aborts_a_command_that_hangs,
             fails_the_command_it_is_told_to, lies_in_its_completions, moves_less_than_it_says, dies),
    RUN_LIST(notices_a_tail_out_of_range, notices_a_head_beyond_the_tail, notices_an_id_in_use,
             notices_memory_that_is_not_mapped, notices_a_page_that_is_none, notices_more_than_it_can_move))
