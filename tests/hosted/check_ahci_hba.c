/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_ahci_hba.c - the models of an AHCI adapter, a disk and a CD drive, driven by hand: that they do what
 * the specifications say, lie as they are told, and notice a driver's mistakes.
 */
#include "ahci_hba.h"
#include "ata_disk.h"
#include "atapi_device.h"

#include <core/pci_regs.h>
#include <hosted/machine.h>
#include <hosted/module.h>
#include <run.h>
#include <stdlib.h>
#include <string.h>

#define BLOCKS      4096
#define BLOCK       512
#define PAGES       40
#define TABLE_BYTES 256

enum { GHC = 0x04, IS = 0x08, PORT = 0x100, PORT_BYTES = 0x80 };
enum {
    CLB = 0x00,
    FB = 0x08,
    PIS = 0x10,
    PIE = 0x14,
    CMD = 0x18,
    TFD = 0x20,
    SIG = 0x24,
    SSTS = 0x28,
    SCTL = 0x2c,
    SERR = 0x30,
    SACT = 0x34,
    CI = 0x38,
};
#define ENGINE_ON (AHCI_CMD_START | AHCI_CMD_FIS)

static struct ahci hba;
static struct ata_disk disk;
static struct atapi_device drive;
static vmk_DMAEngine engine;
static unsigned at; /* The port. */

/* What the adapter shares with its driver: the list, the FISes, the tables, and data. */
static struct {
    vmk_uint8 *list, *fises, *tables, *data;
    vmk_IOA list_at, fises_at, tables_at, data_at;
} shared;

static vmk_uint32 get(unsigned reg)
{
    return (vmk_uint32)hba.pci.read(&hba.pci, 5, PORT + at * PORT_BYTES + reg, 4);
}

static void put(unsigned reg, vmk_uint32 value)
{
    hba.pci.write(&hba.pci, 5, PORT + at * PORT_BYTES + reg, 4, value);
}

static void *coherent(vmk_ByteCount bytes, vmk_IOA *where)
{
    void *memory;

    ck_assert_int_eq(vmk_DMAAlloc(engine, bytes, &memory, where), VMK_OK);
    return memory;
}

static void machine_start(void)
{
    hosted_start();
    vmk_DMAEngineProps props = {.name = {"test"}, .module = hosted_module_add("test")};

    ahci_add(&hba, 2);
    ata_disk_init(&disk, "D1", BLOCKS, BLOCK);
    atapi_init(&drive, 100);
    ahci_plug(&hba, 0, &disk.device);
    ahci_plug(&hba, 1, &drive.device);
    hosted_pci_start();
    hba.pci.config[PCI_REG_COMMAND] |= VMK_PCI_COMMAND_BUS_MASTER | VMK_PCI_COMMAND_MEMORY;
    ck_assert_int_eq(vmk_DMAEngineCreate(&props, &engine), VMK_OK);
    shared.list = coherent(1024, &shared.list_at);
    shared.fises = coherent(256, &shared.fises_at);
    shared.tables = coherent(AHCI_SLOTS * TABLE_BYTES, &shared.tables_at);
    shared.data = coherent(PAGES * VMK_PAGE_SIZE, &shared.data_at);
}

static void engine_start(unsigned port)
{
    at = port;
    put(CLB, (vmk_uint32)shared.list_at);
    put(FB, (vmk_uint32)shared.fises_at);
    put(PIE, ~0u);
    put(CMD, AHCI_CMD_FIS);
    hosted_run_ms(50);
    put(SERR, ~0u);
    put(PIS, ~0u);
    put(CMD, ENGINE_ON);
}

static void start(void)
{
    machine_start();
    engine_start(0);
}

static void engine_restart(void)
{
    put(CMD, AHCI_CMD_FIS);
    put(SERR, ~0u);
    put(PIS, ~0u);
    put(CMD, ENGINE_ON);
}

/* A command as a driver composes it. */
struct request {
    unsigned slot;
    vmk_uint8 command, device;
    vmk_uint16 features, count;
    vmk_uint64 lba;
    vmk_Bool writes;
    vmk_ByteCount bytes;
    unsigned pieces; /* Regions; 0 for one. */
    const vmk_uint8 *packet;
};

static void set_regions(vmk_uint8 *table, const struct request *request, unsigned pieces)
{
    for (unsigned i = 0; i < pieces; i++) {
        vmk_uint64 address = shared.data_at + i * (request->bytes / pieces);
        vmk_uint32 bytes = (vmk_uint32)(request->bytes / pieces - 1);

        memcpy(table + 0x80 + i * 16, &address, 8);
        memcpy(table + 0x80 + i * 16 + 12, &bytes, 4);
    }
}

static void compose(struct request request)
{
    vmk_uint8 *header = shared.list + request.slot * 32, *table = shared.tables + request.slot * TABLE_BYTES;
    unsigned pieces = request.pieces != 0 ? request.pieces : request.bytes != 0;
    vmk_uint64 table_at = shared.tables_at + request.slot * TABLE_BYTES;

    memset(header, 0, 32);
    memset(table, 0, TABLE_BYTES);
    header[0] = (vmk_uint8)(5 | (request.writes ? 0x40 : 0) | (request.packet != NULL ? 0x20 : 0));
    header[2] = (vmk_uint8)pieces;
    memcpy(header + 8, &table_at, 8);
    table[0] = 0x27;
    table[1] = 0x80;
    table[2] = request.command;
    table[3] = (vmk_uint8)request.features;
    memcpy(table + 4, &request.lba, 3);
    table[7] = request.device;
    memcpy(table + 8, (vmk_uint8 *)&request.lba + 3, 3);
    table[11] = (vmk_uint8)(request.features >> 8);
    memcpy(table + 12, &request.count, 2);
    if (request.packet != NULL) {
        memcpy(table + 0x40, request.packet, 12);
    }
    set_regions(table, &request, pieces);
}

static void issue(struct request request)
{
    compose(request);
    put(CI, 1u << request.slot);
}

static vmk_uint32 execute(struct request request)
{
    issue(request);
    hosted_run_ms(2);
    return get(TFD);
}

static struct request queued(unsigned slot, vmk_uint8 command, vmk_uint64 lba, unsigned blocks)
{
    return (struct request){.slot = slot,
                            .command = command,
                            .device = 0x40,
                            .features = (vmk_uint16)blocks,
                            .count = (vmk_uint16)(slot << 3),
                            .lba = lba,
                            .writes = command == ATA_WRITE_FPDMA,
                            .bytes = blocks * BLOCK};
}

static void issue_queued(struct request request)
{
    put(SACT, 1u << request.slot);
    issue(request);
}

static struct request plain(vmk_uint8 command, vmk_uint64 lba, unsigned blocks)
{
    return (struct request){.command = command,
                            .device = 0x40,
                            .lba = lba,
                            .count = (vmk_uint16)blocks,
                            .writes = command == ATA_WRITE_DMA_EXT || command == ATA_WRITE_DMA_FUA_EXT,
                            .bytes = blocks * BLOCK};
}

static const struct request flush = {.command = ATA_FLUSH_EXT};

START_TEST(shows_what_is_on_its_ports)
{
    start();
    ck_assert_uint_eq(get(SIG), 0x101);
    ck_assert_uint_eq(get(SSTS), 0x133);
    ck_assert_uint_eq(get(TFD), ATA_GOOD | 0x100);
    at = 1;
    ck_assert_uint_eq(get(SIG), 0xeb140101);
    at = 2;
    ck_assert_uint_eq(get(SSTS), 0);
    ck_assert_uint_eq(get(TFD), 0x7f);
}
END_TEST

START_TEST(resets_a_link)
{
    start();
    put(SCTL, 1);
    ck_assert_uint_eq(get(SSTS), 0);
    hosted_run_ms(50);
    ck_assert_uint_eq(get(SSTS), 0);
    put(SCTL, 0);
    hosted_run_ms(11);
    ck_assert_uint_eq(get(SSTS), 0x133);
    ck_assert_uint_eq(get(TFD) & 0xff, ATA_BUSY);
    hosted_run_ms(5);
    ck_assert_uint_eq(get(TFD) & 0xff, ATA_GOOD);
    hba.port[0].mute = VMK_TRUE;
    put(SCTL, 1);
    put(SCTL, 0);
    hosted_run_ms(60000);
    ck_assert_uint_eq(get(TFD) & 0xff, ATA_BUSY);
    ck_assert_uint_eq(hba.port[0].link_resets, 2);
}
END_TEST

/* Two FISes, of which the first sets the reset bit. */
START_TEST(resets_a_device)
{
    start();
    struct request request = {.slot = 0};

    compose(request);
    shared.tables[1] = 0;
    shared.tables[15] = 4;
    put(CI, 1);
    ck_assert_uint_eq(get(CI), 0);
    compose(request);
    shared.tables[1] = 0;
    put(CI, 1);
    ck_assert_uint_eq(get(TFD) & ATA_BUSY, ATA_BUSY);
    hosted_run_ms(5);
    ck_assert_uint_eq(get(TFD), ATA_GOOD | 0x100);
    ck_assert_uint_eq(hba.port[0].soft_resets, 1);
}
END_TEST

START_TEST(says_who_it_is)
{
    start();
    const vmk_uint16 *words = (vmk_uint16 *)shared.data;
    vmk_uint8 sum = 0;

    ck_assert_uint_eq(execute((struct request){.command = ATA_IDENTIFY, .bytes = 512}), ATA_GOOD);
    ck_assert_uint_eq(get(PIS), AHCI_IS_PIO_SETUP);
    ck_assert_uint_eq(shared.fises[0x20], 0x5f);
    ck_assert_uint_eq(shared.fises[0x20 + 15], ATA_GOOD);
    ck_assert_uint_eq(words[10], 'D' << 8 | '1');
    ck_assert_uint_eq(words[100], BLOCKS);
    for (unsigned i = 0; i < 512; i++) {
        sum = (vmk_uint8)(sum + shared.data[i]);
    }
    ck_assert_uint_eq(sum, 0);
}
END_TEST

START_TEST(stores_what_is_written)
{
    start();
    struct request request = plain(ATA_WRITE_DMA_EXT, 100, 16);

    for (unsigned i = 0; i < 16 * BLOCK; i++) {
        shared.data[i] = (vmk_uint8)(i * 7 + i / 512);
    }
    request.pieces = 4;
    ck_assert_uint_eq(execute(request), ATA_GOOD);
    ck_assert_uint_eq(*(vmk_uint32 *)(shared.list + 4), 16 * BLOCK);
    ck_assert_int_eq(memcmp(disk.medium.now + 100 * BLOCK, shared.data, 16 * BLOCK), 0);
    memset(shared.data, 0, 17 * BLOCK);
    issue_queued(queued(3, ATA_READ_FPDMA, 100, 16));
    ck_assert_uint_eq(get(CI), 0);
    ck_assert_uint_eq(get(SACT), 1u << 3);
    hosted_run_ms(2);
    ck_assert_uint_eq(get(SACT), 0);
    ck_assert_int_eq(memcmp(disk.medium.now + 100 * BLOCK, shared.data, 17 * BLOCK), 0);
    ck_assert_uint_eq(execute(plain(ATA_READ_DMA_EXT, BLOCKS - 1, 2)) >> 8, ATA_IDNF);
}
END_TEST

START_TEST(forgets_what_is_not_flushed)
{
    start();
    struct request through = queued(0, ATA_WRITE_FPDMA, 3, 1);

    through.device |= 0x80;
    memset(shared.data, 1, BLOCK);
    execute(plain(ATA_WRITE_DMA_EXT, 0, 1));
    execute(flush);
    execute(plain(ATA_WRITE_DMA_EXT, 1, 1));
    execute(plain(ATA_WRITE_DMA_FUA_EXT, 2, 1));
    issue_queued(through);
    hosted_run_ms(2);
    medium_cut(&disk.medium, 0, 1);
    execute(plain(ATA_READ_DMA_EXT, 0, 4));
    ck_assert(shared.data[0] == 1 && shared.data[512] == 0);
    ck_assert(shared.data[1024] == 1 && shared.data[1536] == 1);
    execute((struct request){.command = ATA_SET_FEATURES, .features = 0x82});
    memset(shared.data, 1, BLOCK);
    execute(plain(ATA_WRITE_DMA_EXT, 1, 1));
    ck_assert_uint_eq(medium_unstable(&disk.medium), 0);
}
END_TEST

START_TEST(trims)
{
    start();
    memset(shared.data, 1, 8 * BLOCK);
    execute(plain(ATA_WRITE_DMA_EXT, 0, 8));
    memset(shared.data, 0, BLOCK);
    *(vmk_uint64 *)shared.data = 3 | 2ul << 48;
    ck_assert_uint_eq(
        execute((struct request){
            .command = ATA_DATA_SET_MANAGEMENT, .features = 1, .count = 1, .writes = VMK_TRUE, .bytes = 512}),
        ATA_GOOD);
    execute(plain(ATA_READ_DMA_EXT, 0, 8));
    for (unsigned i = 0; i < 8; i++) {
        ck_assert_uint_eq(shared.data[i * BLOCK], i != 3 && i != 4);
    }
}
END_TEST

/* One interrupt a command at most, and all tags come back. */
START_TEST(queues_commands)
{
    start();
    for (unsigned round = 0; round < 10; round++) {
        for (unsigned i = 0; i < AHCI_SLOTS; i++) {
            issue_queued(queued(i, ATA_READ_FPDMA, i, 1));
        }
        ck_assert_uint_eq(get(SACT), ~0u);
        ck_assert_uint_eq(ahci_under_way(&hba.port[0]), AHCI_SLOTS);
        hosted_run_ms(2);
        ck_assert_uint_eq(get(SACT), 0);
        ck_assert_uint_eq(shared.fises[0x58], 0xa1);
    }
    ck_assert_uint_eq(hba.port[0].commands[ATA_READ_FPDMA], 10 * AHCI_SLOTS);
}
END_TEST

static struct ahci_rule rule(enum ahci_lie lie, vmk_uint8 command, vmk_uint32 argument)
{
    return (struct ahci_rule){.lie = lie, .command = command, .argument = argument, .times = 1};
}

/* After the error the others are gone, and the log says which it was. */
START_TEST(tells_which_queued_command_failed)
{
    start();
    struct ahci_rule bad = rule(AHCI_FAILS, ATA_READ_FPDMA, ATA_UNC);

    bad.first_lba = 70;
    bad.blocks = 1;
    ahci_misbehave(&hba, bad);
    for (unsigned i = 0; i < 8; i++) {
        issue_queued(queued(i, ATA_READ_FPDMA, i * 10, 10));
    }
    hosted_run_ms(10);
    ck_assert_uint_eq(get(TFD) & ATA_ERROR, ATA_ERROR);
    ck_assert(get(PIS) & AHCI_IS_ERROR);
    ck_assert(get(SACT) >> 7 & 1);
    engine_restart();
    ck_assert_uint_eq(get(SACT), 0);
    ck_assert_uint_eq(
        execute((struct request){.command = ATA_READ_LOG_EXT, .count = 1, .lba = 0x10, .bytes = 512}),
        ATA_GOOD);
    ck_assert(shared.data[0] == 7 && shared.data[3] == ATA_UNC && shared.data[4] == 70);
}
END_TEST

START_TEST(halts_at_an_error)
{
    start();
    ahci_misbehave(&hba, rule(AHCI_FAILS, ATA_READ_DMA_EXT, ATA_UNC));
    ck_assert_uint_eq(execute(plain(ATA_READ_DMA_EXT, 0, 1)), ATA_GOOD | ATA_ERROR | ATA_UNC << 8);
    ck_assert_uint_eq(get(CI), 1);
    put(CI, 2);
    hosted_run_ms(10);
    ck_assert_uint_eq(get(CI), 3);
    engine_restart();
    ck_assert_uint_eq(execute(plain(ATA_READ_DMA_EXT, 0, 1)), ATA_GOOD);
}
END_TEST

START_TEST(hangs)
{
    start();
    ahci_misbehave(&hba, rule(AHCI_NEVER, ATA_READ_FPDMA, 0));
    issue_queued(queued(4, ATA_READ_FPDMA, 0, 1));
    hosted_run_ms(60000);
    ck_assert_uint_eq(get(SACT), 1u << 4);
    engine_restart();
    ahci_misbehave(&hba, rule(AHCI_NEVER, ATA_FLUSH_EXT, 0));
    execute(flush);
    hosted_run_ms(60000);
    ck_assert_uint_eq(get(TFD) & ATA_BUSY, ATA_BUSY);
    put(CMD, AHCI_CMD_FIS | AHCI_CMD_OVERRIDE);
    ck_assert_uint_eq(get(TFD) & ATA_BUSY, 0);
}
END_TEST

START_TEST(lies)
{
    start();
    ahci_misbehave(&hba, rule(AHCI_FOREIGN_TAGS, ATA_READ_FPDMA, 0xf0));
    issue_queued(queued(0, ATA_READ_FPDMA, 0, 1));
    hosted_run_ms(2);
    ck_assert_uint_eq(get(SACT), 0);
    ahci_misbehave(&hba, rule(AHCI_WRONG_COUNT, ATA_READ_DMA_EXT, 12345));
    execute(plain(ATA_READ_DMA_EXT, 0, 1));
    ck_assert_uint_eq(*(vmk_uint32 *)(shared.list + 4), 12345);
    put(PIS, ~0u);
    ahci_send_register(&hba.port[0], ATA_GOOD);
    ck_assert_uint_eq(get(PIS), AHCI_IS_D2H);
    ahci_behave(&hba);
    memset(shared.data, 0xee, 4096);
    ahci_misbehave(&hba, rule(AHCI_SHORT, ATA_READ_DMA_EXT, 0));
    execute(plain(ATA_READ_DMA_EXT, 0, 8));
    ck_assert(shared.data[2047] == 0 && shared.data[2048] == 0xee);
    hba.all_ones = VMK_TRUE;
    ck_assert_uint_eq(get(TFD), ~0u);
}
END_TEST

START_TEST(is_plugged_in_and_out)
{
    start();
    ahci_plug(&hba, 0, NULL);
    ck_assert_uint_eq(get(SSTS), 0);
    ck_assert(get(PIS) & AHCI_IS_PHY);
    put(SERR, ~0u);
    ck_assert(!(get(PIS) & AHCI_IS_PHY));
    ahci_plug(&hba, 0, &disk.device);
    hosted_run_ms(50);
    ck_assert_uint_eq(get(SSTS), 0x133);
    ck_assert(get(PIS) & AHCI_IS_CONNECT);
}
END_TEST

static vmk_uint32 packet(const vmk_uint8 *bytes, vmk_ByteCount room)
{
    return execute((struct request){.command = ATA_PACKET, .packet = bytes, .features = 1, .bytes = room});
}

START_TEST(takes_packets)
{
    static const vmk_uint8 ready[12] = {0}, capacity[12] = {0x25}, sense[12] = {3, 0, 0, 0, 18};
    static const vmk_uint8 read[12] = {0x28, 0, 0, 0, 0, 5, 0, 0, 2};

    machine_start();
    engine_start(1);
    memset(drive.medium.now + 5 * 2048, 0x77, 2 * 2048);
    ck_assert_uint_eq(packet(ready, 0), ATA_GOOD);
    ck_assert_uint_eq(packet(capacity, 8), ATA_GOOD);
    ck_assert_int_eq(memcmp(shared.data, "\0\0\0\143\0\0\10\0", 8), 0);
    ck_assert_uint_eq(packet(read, 4096), ATA_GOOD);
    ck_assert(shared.data[0] == 0x77 && shared.data[4095] == 0x77);
    atapi_load(&drive, VMK_FALSE);
    ck_assert_uint_eq(packet(ready, 0), ATA_GOOD | ATA_ERROR | 0x24 << 8);
    engine_restart();
    ck_assert_uint_eq(packet(sense, 18), ATA_GOOD);
    ck_assert(shared.data[2] == 2 && shared.data[12] == 0x3a);
    ck_assert_uint_eq(execute((struct request){.command = ATA_IDENTIFY, .bytes = 512}) >> 8, ATA_ABORTED);
    engine_restart();
    ck_assert_uint_eq(execute((struct request){.command = ATA_IDENTIFY_PACKET, .bytes = 512}), ATA_GOOD);
    ck_assert_uint_eq(*(vmk_uint16 *)shared.data, 0x8580);
}
END_TEST

START_TEST(interrupts_while_there_is_a_cause)
{
    start();
    hba.pci.write(&hba.pci, 5, GHC, 4, 0x80000002);
    hba.pci.config[PCI_REG_COMMAND + 1] = 0;
    execute(flush);
    ck_assert(hba.pci.pin);
    hba.pci.write(&hba.pci, 5, IS, 4, 1);
    ck_assert(hba.pci.pin); /* The port's causes are still there. */
    put(PIS, ~0u);
    hba.pci.write(&hba.pci, 5, IS, 4, 1);
    ck_assert(!hba.pci.pin);
}
END_TEST

START_TEST(notices_a_slot_in_use)
{
    start();
    issue(flush);
    issue(flush);
}
END_TEST

START_TEST(notices_a_mixture)
{
    start();
    issue_queued(queued(1, ATA_READ_FPDMA, 0, 1));
    issue(flush);
}
END_TEST

START_TEST(notices_a_tag_that_is_not_active)
{
    start();
    issue(queued(1, ATA_READ_FPDMA, 0, 1));
}
END_TEST

START_TEST(notices_memory_that_is_not_mapped)
{
    start();
    shared.data_at += PAGES * VMK_PAGE_SIZE - BLOCK;
    execute(plain(ATA_READ_DMA_EXT, 0, 2));
}
END_TEST

START_TEST(notices_too_little_room)
{
    start();
    struct request request = plain(ATA_READ_DMA_EXT, 0, 2);

    request.bytes = BLOCK;
    execute(request);
}
END_TEST

START_TEST(notices_data_that_goes_the_other_way)
{
    start();
    struct request request = plain(ATA_READ_DMA_EXT, 0, 2);

    request.writes = VMK_TRUE;
    execute(request);
}
END_TEST

RUN_TESTS_AND_CRASHES(RUN_LIST(shows_what_is_on_its_ports, resets_a_link, resets_a_device, says_who_it_is,
                               stores_what_is_written, forgets_what_is_not_flushed, trims, queues_commands,
                               tells_which_queued_command_failed, halts_at_an_error, hangs, lies,
                               is_plugged_in_and_out, takes_packets, interrupts_while_there_is_a_cause),
                      RUN_LIST(notices_a_slot_in_use, notices_a_mixture, notices_a_tag_that_is_not_active,
                               notices_memory_that_is_not_mapped, notices_too_little_room,
                               notices_data_that_goes_the_other_way))
