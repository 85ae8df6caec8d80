/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ahci_fis.c - FISes that come from a device (SATA 10.5): where in the received FIS area they go
 * (AHCI 4.2.1), and what registers they change.
 */
#include "ahci_hba.h"

#include <string.h>

#define FB_BYTES      256
#define AT_PIO_SETUP  0x20
#define AT_REGISTER   0x40
#define AT_BITS       0x58
#define AT_UNKNOWN    0x60
#define FIS_REGISTER  0x34
#define FIS_PIO_SETUP 0x5f
#define FIS_BITS      0xa1
#define FIS_INTERRUPT 0x40

static void store(struct ahci_port *port, unsigned at, const vmk_uint8 *fis, unsigned bytes)
{
    vmk_uint8 *area;

    if (port->cmd & AHCI_CMD_FIS_RUNS) {
        area = hosted_pci_dma(&port->hba->pci, port->fb, FB_BYTES, VMK_DMA_DIRECTION_TO_MEMORY);
        if (area != NULL) {
            memcpy(area + at, fis, bytes);
        }
    }
}

static void set_task_file(struct ahci_port *port, vmk_uint8 status, vmk_uint8 error)
{
    port->tfd = status | (vmk_uint32)error << 8;
}

static vmk_uint32 error_cause(vmk_uint8 status)
{
    return status & ATA_ERROR ? AHCI_IS_ERROR : 0;
}

static void compose(vmk_uint8 fis[20], vmk_uint8 type, const struct sata_command *command)
{
    memset(fis, 0, 20);
    fis[0] = type;
    fis[2] = command->status;
    fis[3] = command->error;
    memcpy(fis + 4, &command->lba_out, 3);
    memcpy(fis + 8, (const vmk_uint8 *)&command->lba_out + 3, 3);
    fis[12] = command->interrupt_reason;
}

void ahci_receive_register(struct ahci_port *port, const struct sata_command *command, vmk_Bool interrupts)
{
    vmk_uint8 fis[20];

    compose(fis, FIS_REGISTER, command);
    fis[1] = interrupts ? FIS_INTERRUPT : 0;
    set_task_file(port, command->status, command->error);
    store(port, AT_REGISTER, fis, sizeof(fis));
    ahci_port_interrupts(port, (interrupts ? AHCI_IS_D2H : 0) | error_cause(command->status));
}

/* With the last data of a command that reads by PIO: its status is in the FIS that announced the data. */
void ahci_receive_pio_setup(struct ahci_port *port, const struct sata_command *command)
{
    vmk_uint8 fis[20];

    compose(fis, FIS_PIO_SETUP, command);
    fis[1] = FIS_INTERRUPT | 0x20;
    fis[2] = ATA_GOOD | ATA_REQUEST;
    fis[15] = command->status;
    set_task_file(port, command->status, command->error);
    store(port, AT_PIO_SETUP, fis, sizeof(fis));
    ahci_port_interrupts(port, AHCI_IS_PIO_SETUP);
}

void ahci_receive_bits(struct ahci_port *port, vmk_uint32 tags, vmk_uint8 status, vmk_uint8 error)
{
    vmk_uint8 fis[8] = {FIS_BITS, FIS_INTERRUPT, status & 0x77, error};
    vmk_uint32 kept = port->tfd & (ATA_BUSY | ATA_REQUEST);

    memcpy(fis + 4, &tags, sizeof(tags));
    set_task_file(port, (vmk_uint8)(kept | (status & 0x77)), error);
    port->sact &= ~tags;
    store(port, AT_BITS, fis, sizeof(fis));
    ahci_port_interrupts(port, AHCI_IS_BITS | error_cause(status));
}

void ahci_receive_unknown(struct ahci_port *port, vmk_uint8 type)
{
    vmk_uint8 fis[64] = {type};

    store(port, AT_UNKNOWN, fis, sizeof(fis));
    ahci_port_interrupts(port, AHCI_IS_UNKNOWN);
}

void ahci_send_bits(struct ahci_port *port, vmk_uint32 tags)
{
    ahci_receive_bits(port, tags, ATA_GOOD, 0);
}

void ahci_send_register(struct ahci_port *port, vmk_uint8 status)
{
    struct sata_command nothing = {.status = status};

    ahci_receive_register(port, &nothing, VMK_TRUE);
}
