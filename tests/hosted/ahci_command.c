/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ahci_command.c - a command's way: from its slot (AHCI 4.2.2, 4.2.3) to the device and back, and lies about
 * it.
 */
#include "ahci_hba.h"

#include <stdlib.h>
#include <string.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/time.h>
#include <vmkapi/lib/bits.h>

#define HEADER_BYTES    32
#define TABLE_ALIGN     128
#define PACKET_AT       0x40
#define PRDT_AT         0x80
#define FIS_HOST        0x27
#define FIS_IS_COMMAND  0x80
#define CONTROL_RESET   0x04
#define SLOT_SHIFT      8 /* PxCMD.CCS. */
#define CMD_READ_FPDMA  0x60
#define CMD_WRITE_FPDMA 0x61
#define CMD_PACKET      0xa0

struct header {
    vmk_uint8 flags[2];
    vmk_uint16 entries;
    vmk_uint32 moved;
    vmk_uint64 table;
    vmk_uint32 reserved[4];
};
#define HEADER_FIS_WORDS 0x1f
#define HEADER_PACKET    0x20
#define HEADER_WRITE     0x40

struct region {
    vmk_uint64 address;
    vmk_uint32 reserved, bytes; /* Less one; the highest bit asks for an interrupt. */
};
#define REGION_BYTES(region) (((region)->bytes & 0x3fffffu) + 1)

VMK_STATIC_ASSERT(sizeof(struct header) == HEADER_BYTES, "as the specification has it");
VMK_STATIC_ASSERT(sizeof(struct region) == 16, "as the specification has it");

static struct header *header_of(const struct ahci_port *port, unsigned slot)
{
    return hosted_pci_dma(&port->hba->pci, port->clb + slot * HEADER_BYTES, HEADER_BYTES,
                          VMK_DMA_DIRECTION_BIDIRECTIONAL);
}

static const void *read_table(const struct ahci_port *port, const struct header *header, unsigned at,
                              unsigned bytes)
{
    return hosted_pci_dma(&port->hba->pci, header->table + at, bytes, VMK_DMA_DIRECTION_FROM_MEMORY);
}

/* Move up to a region's worth. @return how much. */
static vmk_ByteCount move(const struct ahci_port *port, const struct region *region, void *data,
                          vmk_ByteCount left, vmk_DMADirection direction)
{
    vmk_ByteCount part = VMK_MIN(left, REGION_BYTES(region));
    void *memory;

    AHCI_DRIVER_MUST(region->address % 2 == 0 && REGION_BYTES(region) % 2 == 0, "a region of odd bytes");
    memory = hosted_pci_dma(&port->hba->pci, region->address, part, direction);
    if (memory == NULL) {
        return 0;
    }
    if (direction == VMK_DMA_DIRECTION_TO_MEMORY) {
        memcpy(memory, data, part);
    } else {
        memcpy(data, memory, part);
    }
    return part;
}

static vmk_Bool transfer(struct sata_command *command, vmk_uint8 *data, vmk_ByteCount bytes,
                         vmk_DMADirection direction)
{
    const struct ahci_port *port = command->port;
    struct header *header = header_of(port, command->slot);
    vmk_Bool reads = direction == VMK_DMA_DIRECTION_FROM_MEMORY;
    vmk_ByteCount end = command->lie == AHCI_SHORT ? bytes / 2 : bytes, done = 0, part = 1;

    if (header == NULL) {
        return VMK_FALSE;
    }
    AHCI_DRIVER_MUST(((header->flags[0] & HEADER_WRITE) != 0) == reads, "data that goes the other way");
    for (unsigned i = 0; done < end && part != 0; i++) {
        const struct region *region =
            read_table(port, header, PRDT_AT + i * sizeof(*region), sizeof(*region));

        AHCI_DRIVER_MUST(i < header->entries, "less room than a command's data takes");
        part = region == NULL ? 0 : move(port, region, data + done, end - done, direction);
        done += part;
    }
    header->moved = command->lie == AHCI_WRONG_COUNT ? command->argument : (vmk_uint32)done;
    return done == end;
}

vmk_Bool sata_to_host(struct sata_command *command, const void *data, vmk_ByteCount bytes)
{
    return transfer(command, (vmk_uint8 *)data, bytes, VMK_DMA_DIRECTION_TO_MEMORY);
}

vmk_Bool sata_from_host(struct sata_command *command, void *data, vmk_ByteCount bytes)
{
    return transfer(command, data, bytes, VMK_DMA_DIRECTION_FROM_MEMORY);
}

void sata_succeed(struct sata_command *command)
{
    command->status = ATA_GOOD;
    command->error = 0;
}

void sata_fail(struct sata_command *command, vmk_uint8 error)
{
    command->status = ATA_GOOD | ATA_ERROR;
    command->error = error;
}

/* The ends of commands. */

/* After an error nothing goes on: the device forgets what is queued, the adapter waits for its driver. */
static void end_with_error(struct ahci_port *port, const struct sata_command *command)
{
    ahci_port_drop_commands(port);
    port->halted = VMK_TRUE;
    if (command->queued) {
        port->device->queue_error = (struct sata_queue_error){.tag = (vmk_uint8)command->slot,
                                                              .status = command->status,
                                                              .error = command->error,
                                                              .lba = command->lba};
        ahci_receive_bits(port, 0, command->status, command->error);
    } else {
        ahci_receive_register(port, command, VMK_TRUE);
    }
}

static void end(struct ahci_port *port, struct sata_command *command)
{
    vmk_uint32 bit = 1u << command->slot;

    command->used = VMK_FALSE;
    if (command->status & ATA_ERROR) {
        end_with_error(port, command);
        return;
    }
    port->fetched &= ~bit;
    if (command->queued) {
        ahci_receive_bits(port, bit, command->status, 0);
    } else {
        port->ci &= ~bit;
        (command->pio ? ahci_receive_pio_setup(port, command)
                      : ahci_receive_register(port, command, VMK_TRUE));
    }
}

static void lie_first(struct ahci_port *port, const struct sata_command *command)
{
    switch (command->lie) {
    case AHCI_FOREIGN_TAGS:
        ahci_send_bits(port, command->argument);
        break;
    case AHCI_UNASKED_D2H:
        ahci_send_register(port, (vmk_uint8)command->argument);
        break;
    case AHCI_WRONG_FIS:
        ahci_receive_unknown(port, (vmk_uint8)command->argument);
        break;
    default:
        break;
    }
}

static void command_done(struct hosted_event *event)
{
    struct sata_command *command = VMK_CONTAINER_OF(event, struct sata_command, event);
    struct ahci_port *port = command->port;

    if (command->lie == AHCI_LINK_LOST) {
        ahci_lose_link(port);
        return;
    }
    if (command->lie == AHCI_FAILS) {
        sata_fail(command, (vmk_uint8)command->argument);
    } else {
        sata_succeed(command);
        port->device->execute(port->device, command);
    }
    lie_first(port, command);
    if (command->used) { /* The driver may have stopped all at the lie. */
        end(port, command);
    }
    ahci_pump(port);
}

/* The ways in. */

static vmk_uint64 blocks_of(const struct sata_command *command)
{
    vmk_uint16 count = command->queued ? command->features : command->count;

    return count == 0 ? 65536 : count;
}

static vmk_Bool concerns(const struct ahci_rule *rule, const struct sata_command *command)
{
    return rule->lie != AHCI_HONEST && rule->port == command->port->number &&
           (rule->command == AHCI_ANY_COMMAND || rule->command == command->command) &&
           (rule->packet == 0 || rule->packet == command->packet[0]) &&
           (rule->blocks == 0 || (command->lba < rule->first_lba + rule->blocks &&
                                  rule->first_lba < command->lba + blocks_of(command)));
}

static void judge(struct ahci *hba, struct sata_command *command)
{
    for (struct ahci_rule *rule = hba->rule; rule < hba->rule + AHCI_RULES; rule++) {
        if (concerns(rule, command) && rule->matched++ >= rule->skip &&
            (rule->times == 0 || rule->matched <= rule->skip + rule->times)) {
            command->lie = rule->lie;
            command->argument = rule->argument;
        }
    }
}

static vmk_uint64 latency_ns(const struct ahci_port *port)
{
    unsigned least = port->latency_us / 10, spread = port->latency_us - least + 1;

    return (least + (unsigned)rand_r(&port->hba->random) % spread) * VMK_NSEC_PER_USEC;
}

static struct sata_command parse(struct ahci_port *port, unsigned slot, const vmk_uint8 *fis)
{
    struct sata_command command = {.event.happen = command_done,
                                   .port = port,
                                   .slot = slot,
                                   .used = VMK_TRUE,
                                   .command = fis[2],
                                   .device = fis[7],
                                   .control = fis[15]};

    command.queued = fis[2] == CMD_READ_FPDMA || fis[2] == CMD_WRITE_FPDMA;
    command.features = (vmk_uint16)(fis[3] | fis[11] << 8);
    command.count = (vmk_uint16)(fis[12] | fis[13] << 8);
    memcpy(&command.lba, fis + 4, 3);
    memcpy((vmk_uint8 *)&command.lba + 3, fis + 8, 3);
    return command;
}

/* A FIS that only writes the device control register: the first of two sets its reset bit. */
static void control(struct ahci_port *port, unsigned slot, const vmk_uint8 *fis)
{
    port->ci &= ~(1u << slot);
    if (fis[15] & CONTROL_RESET) {
        port->in_soft_reset = VMK_TRUE;
        port->tfd |= ATA_BUSY;
    } else if (port->in_soft_reset) {
        port->in_soft_reset = VMK_FALSE;
        port->soft_resets++;
        port->device->reset(port->device);
        hosted_event_set(&port->signature, VMK_NSEC_PER_MSEC);
    }
}

static void give_to_device(struct ahci_port *port, const struct sata_command *command)
{
    struct sata_command *slot = &port->slot[command->slot];

    for (unsigned i = 0; i < AHCI_SLOTS; i++) {
        AHCI_DRIVER_MUST(!port->slot[i].used || port->slot[i].queued == command->queued,
                         "queued and other commands at a time");
    }
    *slot = *command;
    port->commands[command->command]++;
    port->fetched |= 1u << command->slot;
    if (command->queued) {
        AHCI_DRIVER_MUST(command->count >> 3 == command->slot, "a tag that is not its slot's");
        AHCI_DRIVER_MUST(port->sact >> command->slot & 1, "a queued command whose tag is not active");
        port->ci &= ~(1u << command->slot);
    } else {
        port->cmd = (port->cmd & ~(0x1fu << SLOT_SHIFT)) | command->slot << SLOT_SHIFT;
        port->tfd |= ATA_BUSY;
    }
    judge(port->hba, slot);
    if (slot->lie == AHCI_LATE) {
        hosted_event_set(&slot->event, slot->argument * VMK_NSEC_PER_MSEC);
    } else if (slot->lie != AHCI_NEVER) {
        hosted_event_set(&slot->event, latency_ns(port));
    }
}

static void take(struct ahci_port *port, unsigned slot)
{
    const struct header *header = header_of(port, slot);
    const vmk_uint8 *fis;
    struct sata_command command;

    if (header == NULL) {
        return;
    }
    AHCI_DRIVER_MUST(header->table % TABLE_ALIGN == 0, "a command table out of alignment");
    AHCI_DRIVER_MUST((header->flags[0] & HEADER_FIS_WORDS) == 5, "a command FIS of another length");
    fis = read_table(port, header, 0, PRDT_AT);
    AHCI_DRIVER_MUST(fis[0] == FIS_HOST, "a command that is no command FIS");
    if (!(fis[1] & FIS_IS_COMMAND)) {
        control(port, slot, fis);
        return;
    }
    command = parse(port, slot, fis);
    AHCI_DRIVER_MUST(((header->flags[0] & HEADER_PACKET) != 0) == (command.command == CMD_PACKET),
                     "a packet that is none, or not marked as one");
    memcpy(command.packet, fis + PACKET_AT, sizeof(command.packet));
    give_to_device(port, &command);
}

static vmk_Bool can_take(const struct ahci_port *port)
{
    return !port->halted && (port->cmd & AHCI_CMD_RUNS) != 0 && port->ssts != 0 &&
           (port->tfd & (ATA_BUSY | ATA_REQUEST)) == 0;
}

void ahci_pump(struct ahci_port *port)
{
    for (unsigned slot = 0; slot < AHCI_SLOTS; slot++) {
        if ((port->ci & ~port->fetched) >> slot & 1) {
            if (!can_take(port) && !port->in_soft_reset) {
                return;
            }
            take(port, slot);
        }
    }
}
