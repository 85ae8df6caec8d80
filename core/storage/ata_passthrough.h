/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ata_passthrough.h - ATA commands for a disk behind a SCSI path: ATA PASS-THROUGH(16), SAT-4, 12.2.
 */
#ifndef STORAGE_ATA_PASSTHROUGH_H
#define STORAGE_ATA_PASSTHROUGH_H

#include <stdbool.h>

#include <core/storage.h>

/** A command of 28 bits, without data or with PIO data-in. */
struct ata_command {
    vmk_uint8 command;
    vmk_uint8 feature;
    vmk_uint8 count;
    vmk_uint8 lba_low, lba_mid, lba_high;
    void *data; /**< NULL: none. */
    vmk_uint32 data_len;
    bool want_registers; /**< Have the device's registers told, also after success. */
};

struct ata_registers {
    bool valid;
    vmk_uint8 error, status;
    vmk_uint8 count;
    vmk_uint8 lba_low, lba_mid, lba_high;
};

/** Make the CDB. Pure. */
void ata_pass_through_cdb(const struct ata_command *command, vmk_uint8 cdb[16]);

/** Find the registers, the ATA Status Return descriptor, in sense data. Pure; any bytes do. */
void ata_registers_find(const vmk_uint8 *sense, vmk_uint32 len, struct ata_registers *registers);

/**
 * Send a command and wait for its end. Context: may block.
 *
 * @retval VMK_OK
 * @retval VMK_IO_ERROR       the device refused
 * @retval VMK_BAD_FORMAT     registers were wanted, but not told
 * @return otherwise as storage_path_scsi().
 */
VMK_ReturnStatus ata_pass_through(struct vmk_BlockPathInt *path, const struct ata_command *command,
                                  struct ata_registers *registers);

#endif
