/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * atapi_device.c - a CD drive's packets, and its sense data.
 */
#include "atapi_device.h"
#include "ata_disk.h"

#include <stdlib.h>
#include <string.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/lib/bits.h>

#define SIGNATURE   0xeb140101u
#define CD_BLOCK    2048
#define REASON_DONE 3 /* Of the interrupt: the status is there (command, to the host). */

enum packet {
    TEST_UNIT_READY = 0x00,
    REQUEST_SENSE = 0x03,
    INQUIRY = 0x12,
    MODE_SENSE_6 = 0x1a,
    START_STOP = 0x1b,
    PREVENT_REMOVAL = 0x1e,
    READ_CAPACITY = 0x25,
    READ_10 = 0x28,
    SYNCHRONIZE_CACHE = 0x35,
    READ_TOC = 0x43,
    GET_CONFIGURATION = 0x46,
    GET_EVENT_STATUS = 0x4a,
    MODE_SENSE_10 = 0x5a,
    READ_12 = 0xa8,
};

/* Sense keys, and additional codes (SPC-4 4.5). */
enum {
    KEY_NONE = 0,
    KEY_NOT_READY = 2,
    KEY_ILLEGAL = 5,
    KEY_ATTENTION = 6,
    CODE_OPCODE = 0x20,
    CODE_RANGE = 0x21,
    CODE_CHANGED = 0x28,
    CODE_NO_MEDIUM = 0x3a,
};

static vmk_uint32 get_be(const vmk_uint8 *at, unsigned bytes)
{
    vmk_uint32 value = 0;

    for (unsigned i = 0; i < bytes; i++) {
        value = value << 8 | at[i];
    }
    return value;
}

static void put_be32(vmk_uint8 *at, vmk_uint32 value)
{
    for (unsigned i = 0; i < 4; i++) {
        at[i] = (vmk_uint8)(value >> (24 - 8 * i));
    }
}

static void check_condition(struct atapi_device *drive, struct sata_command *command, vmk_uint8 key,
                            vmk_uint8 code)
{
    drive->sense_key = key;
    drive->sense_code = code;
    sata_fail(command, (vmk_uint8)(key << 4 | ATA_ABORTED));
}

/* Send up to what the packet has room for. */
static void send(struct sata_command *command, const void *data, vmk_ByteCount bytes, vmk_ByteCount room)
{
    if (room != 0 && !sata_to_host(command, data, VMK_MIN(bytes, room))) {
        sata_fail(command, ATA_ABORTED);
    }
}

static void request_sense(struct atapi_device *drive, struct sata_command *command)
{
    vmk_uint8 sense[18] = {0x70, 0, drive->sense_key, [7] = 10, [12] = drive->sense_code};

    drive->sense_key = drive->sense_code = 0;
    send(command, sense, sizeof(sense), command->packet[4]);
}

static void inquiry(struct sata_command *command)
{
    vmk_uint8 data[36] = {5, 0x80, 5, 0x32, 31};

    memcpy(data + 8, "OpenVMK CD model        1.0 ", 28);
    send(command, data, sizeof(data), get_be(command->packet + 3, 2));
}

static void read_capacity(const struct atapi_device *drive, struct sata_command *command)
{
    vmk_uint8 data[8];

    put_be32(data, (vmk_uint32)drive->medium.blocks - 1);
    put_be32(data + 4, CD_BLOCK);
    send(command, data, sizeof(data), sizeof(data));
}

static void read_blocks(struct atapi_device *drive, struct sata_command *command, vmk_uint32 first,
                        vmk_uint32 count)
{
    void *data;

    if (!medium_has(&drive->medium, first, count)) {
        check_condition(drive, command, KEY_ILLEGAL, CODE_RANGE);
        return;
    }
    data = malloc((vmk_ByteCount)count * CD_BLOCK + 1);
    VMK_VERIFY(data != NULL);
    medium_read(&drive->medium, first, count, data);
    send(command, data, (vmk_ByteCount)count * CD_BLOCK, (vmk_ByteCount)count * CD_BLOCK);
    free(data);
}

/* One track, and the lead-out after it. */
static void read_toc(const struct atapi_device *drive, struct sata_command *command)
{
    vmk_uint8 data[20] = {0, 18, 1, 1, 0, 0x14, 1, 0, 0, 0, 0, 0, 0, 0x14, 0xaa};

    put_be32(data + 16, (vmk_uint32)drive->medium.blocks);
    send(command, data, sizeof(data), get_be(command->packet + 7, 2));
}

static void send_empty(struct sata_command *command, vmk_ByteCount header, vmk_ByteCount room)
{
    static const vmk_uint8 none[8];

    send(command, none, header, room);
}

/* The packets that ask about the drive alone. @return VMK_FALSE for all others. */
static vmk_Bool without_medium(struct atapi_device *drive, struct sata_command *command)
{
    const vmk_uint8 *packet = command->packet;

    switch (packet[0]) {
    case REQUEST_SENSE:
        request_sense(drive, command);
        return VMK_TRUE;
    case INQUIRY:
        inquiry(command);
        return VMK_TRUE;
    case MODE_SENSE_6:
        send_empty(command, 4, packet[4]);
        return VMK_TRUE;
    case MODE_SENSE_10:
    case GET_CONFIGURATION:
        send_empty(command, 8, get_be(packet + 7, 2));
        return VMK_TRUE;
    case GET_EVENT_STATUS:
        send_empty(command, 4, get_be(packet + 7, 2));
        return VMK_TRUE;
    case START_STOP:
    case PREVENT_REMOVAL:
    case SYNCHRONIZE_CACHE:
        return VMK_TRUE;
    default:
        return VMK_FALSE;
    }
}

static void with_medium(struct atapi_device *drive, struct sata_command *command)
{
    const vmk_uint8 *packet = command->packet;

    switch (packet[0]) {
    case TEST_UNIT_READY:
        break;
    case READ_CAPACITY:
        read_capacity(drive, command);
        break;
    case READ_10:
        read_blocks(drive, command, get_be(packet + 2, 4), get_be(packet + 7, 2));
        break;
    case READ_12:
        read_blocks(drive, command, get_be(packet + 2, 4), get_be(packet + 6, 4));
        break;
    case READ_TOC:
        read_toc(drive, command);
        break;
    default:
        check_condition(drive, command, KEY_ILLEGAL, CODE_OPCODE);
    }
}

static void do_packet(struct atapi_device *drive, struct sata_command *command)
{
    drive->packets[command->packet[0]]++;
    command->interrupt_reason = REASON_DONE;
    if (without_medium(drive, command)) {
        return;
    }
    if (drive->sense_key == KEY_ATTENTION) {
        check_condition(drive, command, KEY_ATTENTION, drive->sense_code);
    } else if (!drive->loaded) {
        check_condition(drive, command, KEY_NOT_READY, CODE_NO_MEDIUM);
    } else {
        with_medium(drive, command);
    }
}

static void identify(struct sata_command *command)
{
    vmk_uint16 words[256] = {[0] = 0x8580, [49] = 0x0f00, [53] = 6, [63] = 7, [64] = 3, [76] = 0x000e};

    words[65] = words[66] = words[67] = words[68] = 120;
    words[80] = 0x01f0;
    words[82] = words[85] = 0x4210; /* PACKET, DEVICE RESET, NOP. */
    words[83] = words[87] = 0x4000;
    words[88] = 0x407f;
    ata_put_text(&words[10], "CD1", 20);
    ata_put_text(&words[23], "1.0", 8);
    ata_put_text(&words[27], "OpenVMK CD model", 40);
    ata_put_checksum(words);
    command->pio = VMK_TRUE;
    if (!sata_to_host(command, words, sizeof(words))) {
        sata_fail(command, ATA_ABORTED);
    }
}

static void execute(struct sata_device *device, struct sata_command *command)
{
    struct atapi_device *drive = VMK_CONTAINER_OF(device, struct atapi_device, device);

    switch (command->command) {
    case ATA_PACKET:
        do_packet(drive, command);
        break;
    case ATA_IDENTIFY_PACKET:
        identify(command);
        break;
    case ATA_DEVICE_RESET:
    case ATA_SET_FEATURES:
    case ATA_IDLE_IMMEDIATE:
        break;
    default:
        sata_fail(command, ATA_ABORTED); /* IDENTIFY DEVICE, too: that says what the device is. */
    }
}

static void reset(struct sata_device *device)
{
}

void atapi_load(struct atapi_device *drive, vmk_Bool loaded)
{
    drive->loaded = loaded;
    drive->sense_key = loaded ? KEY_ATTENTION : KEY_NONE;
    drive->sense_code = loaded ? CODE_CHANGED : 0;
}

void atapi_init(struct atapi_device *drive, vmk_uint64 blocks)
{
    *drive = (struct atapi_device){.device = {.signature = SIGNATURE, .execute = execute, .reset = reset}};
    medium_init(&drive->medium, blocks, CD_BLOCK);
    drive->loaded = VMK_TRUE;
}
