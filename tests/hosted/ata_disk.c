/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ata_disk.c - a disk's commands (ACS-3, 7).
 */
#include "ata_disk.h"

#include <stdlib.h>
#include <string.h>
#include <vmkapi/base/assert.h>

#define SIGNATURE        0x00000101u
#define SECTOR           512
#define DEVICE_FUA       0x80
#define TRIM             0x01
#define LOG_DIRECTORY    0x00
#define LOG_QUEUE_ERROR  0x10
#define SMART_CYLINDERS  0xc24f00u
#define SMART_THRESHOLD  0x2cf400u /* Exceeded. */
#define SMART_ATTRIBUTES 12

enum smart_feature {
    SMART_READ_DATA = 0xd0,
    SMART_ENABLE = 0xd8,
    SMART_DISABLE = 0xd9,
    SMART_STATUS = 0xda,
};
enum feature {
    FEATURE_CACHE_ON = 0x02,
    FEATURE_TRANSFER_MODE = 0x03,
    FEATURE_CACHE_OFF = 0x82,
    FEATURE_LOOK_AHEAD_OFF = 0x55,
    FEATURE_LOOK_AHEAD_ON = 0xaa,
};

/* What a read or write is about. */
struct range {
    vmk_uint64 first, count;
};

static struct range range_of(const struct sata_command *command, vmk_Bool wide)
{
    struct range range = {.first = command->lba,
                          .count = command->queued ? command->features : command->count};

    if (!wide) {
        range.first = (command->lba & 0xffffff) | (vmk_uint64)(command->device & 15) << 24;
        range.count &= 0xff;
    }
    if (range.count == 0) {
        range.count = wide ? 65536 : 256;
    }
    return range;
}

static void send_page(struct sata_command *command, const void *page, vmk_ByteCount bytes)
{
    command->pio = VMK_TRUE;
    if (!sata_to_host(command, page, bytes)) {
        sata_fail(command, ATA_ABORTED);
    }
}

static void read_range(struct ata_disk *disk, struct sata_command *command, struct range range)
{
    vmk_ByteCount bytes = range.count * disk->medium.block_bytes;
    void *data = malloc(bytes);

    VMK_VERIFY(data != NULL);
    medium_read(&disk->medium, range.first, range.count, data);
    if (!sata_to_host(command, data, bytes)) {
        sata_fail(command, ATA_ABORTED);
    }
    free(data);
}

static void write_range(struct ata_disk *disk, struct sata_command *command, struct range range,
                        vmk_Bool through)
{
    vmk_ByteCount bytes = range.count * disk->medium.block_bytes;
    void *data = malloc(bytes);

    VMK_VERIFY(data != NULL);
    medium_read(&disk->medium, range.first, range.count, data);
    if (sata_from_host(command, data, bytes)) {
        medium_write(&disk->medium, range.first, range.count, data, through);
    } else {
        sata_fail(command, ATA_ABORTED);
    }
    free(data);
}

static vmk_Bool is_there(struct ata_disk *disk, struct sata_command *command, struct range range)
{
    if (!medium_has(&disk->medium, range.first, range.count)) {
        sata_fail(command, ATA_IDNF);
        return VMK_FALSE;
    }
    return VMK_TRUE;
}

static void read_command(struct ata_disk *disk, struct sata_command *command, vmk_Bool wide)
{
    struct range range = range_of(command, wide);

    if (is_there(disk, command, range)) {
        read_range(disk, command, range);
    }
}

static void write_command(struct ata_disk *disk, struct sata_command *command, vmk_Bool wide,
                          vmk_Bool through)
{
    struct range range = range_of(command, wide);

    if (is_there(disk, command, range)) {
        write_range(disk, command, range, through);
    }
}

/* 7.5: 64 ranges a sector, each 48 bits of address and 16 of count. */
static void trim(struct ata_disk *disk, struct sata_command *command)
{
    vmk_uint64 entries[8 * SECTOR / 8];
    unsigned bytes = command->count * SECTOR;

    if ((command->features & TRIM) == 0 || bytes == 0 || bytes > sizeof(entries) ||
        !sata_from_host(command, entries, bytes)) {
        sata_fail(command, ATA_ABORTED);
        return;
    }
    for (unsigned i = 0; i < bytes / 8; i++) {
        struct range range = {.first = entries[i] & 0xffffffffffff, .count = entries[i] >> 48};

        if (range.count != 0 && is_there(disk, command, range)) {
            medium_zero(&disk->medium, range.first, range.count, VMK_FALSE);
        }
    }
}

static void identify(struct ata_disk *disk, struct sata_command *command)
{
    vmk_uint16 words[256];

    ata_disk_identify(disk, words);
    send_page(command, words, sizeof(words));
}

/* 9.13: which queued command failed, and how. */
static void queue_error_page(const struct ata_disk *disk, vmk_uint8 page[SECTOR])
{
    const struct sata_queue_error *error = &disk->device.queue_error;
    vmk_uint8 sum = 0;

    page[0] = error->tag;
    page[2] = error->status;
    page[3] = error->error;
    memcpy(page + 4, &error->lba, 3);
    memcpy(page + 8, (const vmk_uint8 *)&error->lba + 3, 3);
    for (unsigned i = 0; i < SECTOR - 1; i++) {
        sum = (vmk_uint8)(sum + page[i]);
    }
    page[SECTOR - 1] = (vmk_uint8)-sum;
}

static void read_log(struct ata_disk *disk, struct sata_command *command)
{
    vmk_uint8 page[SECTOR] = {0};

    if (command->count != 1 || disk->no_log) {
        sata_fail(command, ATA_ABORTED);
        return;
    }
    switch (command->lba & 0xff) {
    case LOG_DIRECTORY:
        page[0] = 1;
        page[2 * LOG_QUEUE_ERROR] = 1;
        break;
    case LOG_QUEUE_ERROR:
        queue_error_page(disk, page);
        break;
    default:
        sata_fail(command, ATA_ABORTED);
        return;
    }
    send_page(command, page, sizeof(page));
}

static void smart(struct ata_disk *disk, struct sata_command *command)
{
    vmk_uint8 page[SECTOR] = {16, 0};

    if ((command->lba & 0xffff00) != SMART_CYLINDERS) {
        sata_fail(command, ATA_ABORTED);
        return;
    }
    switch (command->features & 0xff) {
    case SMART_READ_DATA:
        page[2] = 9; /* Hours; then the temperature. */
        page[2 + 5] = 1;
        page[2 + SMART_ATTRIBUTES] = 194;
        page[2 + SMART_ATTRIBUTES + 5] = 27;
        send_page(command, page, sizeof(page));
        break;
    case SMART_STATUS:
        command->lba_out = disk->failing ? SMART_THRESHOLD : SMART_CYLINDERS;
        break;
    case SMART_ENABLE:
    case SMART_DISABLE:
        break;
    default:
        sata_fail(command, ATA_ABORTED);
    }
}

static void set_features(struct ata_disk *disk, struct sata_command *command)
{
    switch (command->features & 0xff) {
    case FEATURE_CACHE_ON:
        disk->medium.caches = VMK_TRUE;
        break;
    case FEATURE_CACHE_OFF:
        medium_flush(&disk->medium);
        disk->medium.caches = VMK_FALSE;
        break;
    case FEATURE_TRANSFER_MODE:
    case FEATURE_LOOK_AHEAD_ON:
    case FEATURE_LOOK_AHEAD_OFF:
        break;
    default:
        sata_fail(command, ATA_ABORTED);
    }
}

static void execute(struct sata_device *device, struct sata_command *command)
{
    struct ata_disk *disk = VMK_CONTAINER_OF(device, struct ata_disk, device);

    switch (command->command) {
    case ATA_READ_SECTORS:
    case ATA_READ_SECTORS_EXT:
        command->pio = VMK_TRUE;
        read_command(disk, command, command->command == ATA_READ_SECTORS_EXT);
        break;
    case ATA_READ_DMA:
    case ATA_READ_DMA_EXT:
    case ATA_READ_FPDMA:
        read_command(disk, command, command->command != ATA_READ_DMA);
        break;
    case ATA_WRITE_SECTORS:
    case ATA_WRITE_DMA:
    case ATA_WRITE_SECTORS_EXT:
    case ATA_WRITE_DMA_EXT:
        write_command(disk, command,
                      command->command != ATA_WRITE_SECTORS && command->command != ATA_WRITE_DMA, VMK_FALSE);
        break;
    case ATA_WRITE_DMA_FUA_EXT:
    case ATA_WRITE_FPDMA:
        write_command(disk, command, VMK_TRUE,
                      command->command == ATA_WRITE_DMA_FUA_EXT || (command->device & DEVICE_FUA) != 0);
        break;
    case ATA_FLUSH:
    case ATA_FLUSH_EXT:
    case ATA_STANDBY_IMMEDIATE:
        medium_flush(&disk->medium);
        break;
    case ATA_DATA_SET_MANAGEMENT:
        trim(disk, command);
        break;
    case ATA_IDENTIFY:
        identify(disk, command);
        break;
    case ATA_READ_LOG_EXT:
        read_log(disk, command);
        break;
    case ATA_SMART:
        smart(disk, command);
        break;
    case ATA_SET_FEATURES:
        set_features(disk, command);
        break;
    case ATA_CHECK_POWER:
        command->interrupt_reason = 0xff; /* Active. */
        break;
    case ATA_SET_MULTIPLE:
    case ATA_IDLE_IMMEDIATE:
        break;
    default:
        sata_fail(command, ATA_ABORTED);
    }
}

static void reset(struct sata_device *device)
{
    device->queue_error = (struct sata_queue_error){0};
}

void ata_disk_init(struct ata_disk *disk, const char *serial, vmk_uint64 blocks, vmk_uint32 block_bytes)
{
    *disk = (struct ata_disk){.device = {.signature = SIGNATURE, .execute = execute, .reset = reset}};
    medium_init(&disk->medium, blocks, block_bytes);
    strncpy(disk->serial, serial, sizeof(disk->serial) - 1);
    strcpy(disk->model, "OpenVMK SATA model");
    strcpy(disk->firmware, "1.0");
}
