/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ata_passthrough.c - an ATA command in a SCSI command, and its registers in sense data.
 */
#include "ata_passthrough.h"

#include <vmkapi/lib/bits.h>
#include <vmkapi/lib/libc.h>

#define OPCODE                 0x85 /* ATA PASS-THROUGH(16) */
#define PROTOCOL_NONE          3u   /* non-data */
#define PROTOCOL_PIO_IN        4u
#define CK_COND                (1u << 5) /* report registers by sense data */
#define T_DIR_IN               (1u << 3)
#define BYT_BLOK               (1u << 2) /* count in blocks of 512 bytes */
#define T_LENGTH_COUNT         2u        /* the length is in the count field */
#define TIMEOUT_MS             10000u

#define STATUS_GOOD            0x00
#define STATUS_CHECK_CONDITION 0x02

#define SENSE_DESCRIPTOR       0x72 /* current errors, descriptor format */
#define DESCRIPTOR_ATA         0x09
#define DESCRIPTOR_ATA_LEN     12u
#define SENSE_KEY_NONE         0x0
#define SENSE_KEY_RECOVERED    0x1

void ata_pass_through_cdb(const struct ata_command *command, vmk_uint8 cdb[16])
{
    vmk_Memset(cdb, 0, 16);
    cdb[0] = OPCODE;
    cdb[1] = (vmk_uint8)((command->data ? PROTOCOL_PIO_IN : PROTOCOL_NONE) << 1);
    cdb[2] = (vmk_uint8)((command->want_registers ? CK_COND : 0) |
                         (command->data ? T_DIR_IN | BYT_BLOK | T_LENGTH_COUNT : 0));
    cdb[4] = command->feature;
    cdb[6] = command->count;
    cdb[8] = command->lba_low;
    cdb[10] = command->lba_mid;
    cdb[12] = command->lba_high;
    cdb[14] = command->command;
}

void ata_registers_find(const vmk_uint8 *sense, vmk_uint32 len, struct ata_registers *registers)
{
    *registers = (struct ata_registers){0};
    if (len < 8 || (sense[0] & 0x7f) != SENSE_DESCRIPTOR) {
        return;
    }
    for (vmk_uint32 at = 8; at + 2 <= len; at += 2u + sense[at + 1]) {
        const vmk_uint8 *d = sense + at;

        if (d[0] == DESCRIPTOR_ATA && d[1] >= DESCRIPTOR_ATA_LEN && at + 2 + DESCRIPTOR_ATA_LEN <= len) {
            *registers = (struct ata_registers){.valid = true,
                                                .error = d[3],
                                                .count = d[5],
                                                .lba_low = d[7],
                                                .lba_mid = d[9],
                                                .lba_high = d[11],
                                                .status = d[13]};
            return;
        }
    }
}

VMK_ReturnStatus ata_pass_through(struct vmk_BlockPathInt *path, const struct ata_command *command,
                                  struct ata_registers *registers)
{
    vmk_ScsiCommand scsi = {.cdbLen = 16,
                            .dataDirection = command->data ? VMK_SCSI_COMMAND_DIRECTION_READ
                                                           : VMK_SCSI_COMMAND_DIRECTION_NONE,
                            .data = command->data,
                            .dataLen = command->data_len,
                            .timeoutMs = TIMEOUT_MS};
    vmk_StatusValue status;
    vmk_uint8 key;

    ata_pass_through_cdb(command, scsi.cdb);
    status = storage_path_scsi(path, &scsi);
    if (status != VMK_OK) {
        return status;
    }
    ata_registers_find(scsi.senseData, VMK_MIN(scsi.senseLen, VMK_SCSI_MAX_SENSE_LEN), registers);
    key = registers->valid ? scsi.senseData[1] & 0xf : 0xf;
    if (scsi.deviceStatus != STATUS_GOOD && (scsi.deviceStatus != STATUS_CHECK_CONDITION ||
                                             (key != SENSE_KEY_NONE && key != SENSE_KEY_RECOVERED))) {
        return VMK_IO_ERROR;
    }
    return command->want_registers && !registers->valid ? VMK_BAD_FORMAT : VMK_OK;
}
