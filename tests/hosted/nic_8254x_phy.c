/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nic_8254x_phy.c - the model's serial EEPROM (manual 5.3, 13.4.3) and PHY (13.4.6, 13.6).
 */
#include "nic_8254x.h"

#define EECD         (0x00010 / 4)
#define EECD_SK      0x001u
#define EECD_CS      0x002u
#define EECD_DI      0x004u
#define EECD_DO      0x008u
#define EECD_REQ     0x040u
#define EECD_GNT     0x080u
#define EECD_PRES    0x100u
#define WIRE_COMMAND 9 /* Start bit, two of opcode, six of address. */
#define WIRE_READ    6
#define EEPROM_SUM   0xbabau

#define MDIC_PHY(v)  ((v) >> 21 & 0x1f)
#define MDIC_REG(v)  ((v) >> 16 & 0x1f)
#define MDIC_READ    (2u << 26)
#define MDIC_OP_MASK (3u << 26)
#define MDIC_READY   (1u << 28)
#define MDIC_ERROR   (1u << 30)
#define PHY_ADDRESS  1

enum phy_register {
    PHY_CONTROL = 0,
    PHY_STATUS = 1,
    PHY_ID1 = 2,
    PHY_ID2 = 3,
    PHY_ADVERTISED = 4,
    PHY_PARTNER = 5,
    PHY_1000_CONTROL = 9,
    PHY_1000_STATUS = 10,
    PHY_SPECIFIC_STATUS = 17,
};
#define PHY_CONTROL_RESET    0x8000u
#define PHY_CONTROL_RESTART  0x0200u
#define PHY_STATUS_CAPABLE   0x7949u /* All of 10, 100 and extended 1000; negotiation; extended registers. */
#define PHY_STATUS_LINK      0x0004u
#define PHY_STATUS_COMPLETE  0x0020u
#define PHY_SPECIFIC_LINK_1G 0xac00u /* 1000 Mbps, full duplex, resolved, link. */

void nic_eeprom_init(struct nic *nic, const vmk_uint8 mac[6])
{
    vmk_uint16 sum = 0;

    for (unsigned i = 0; i < 3; i++) {
        nic->eeprom[i] = (vmk_uint16)(mac[2 * i] | mac[2 * i + 1] << 8);
    }
    nic->eeprom[0x0b] = 0x001e; /* Subsystem and device ID, vendor. */
    nic->eeprom[0x0d] = 0x100e;
    nic->eeprom[0x0e] = 0x8086;
    for (unsigned i = 0; i < NIC_EEPROM_WORDS - 1; i++) {
        sum = (vmk_uint16)(sum + nic->eeprom[i]);
    }
    nic->eeprom[NIC_EEPROM_WORDS - 1] = (vmk_uint16)(EEPROM_SUM - sum);
}

vmk_uint32 nic_eecd_read(const struct nic *nic)
{
    vmk_uint32 value = (nic->reg[EECD] & ~EECD_DO) | EECD_PRES;
    unsigned word = nic->wire.out / 16 % NIC_EEPROM_WORDS, bit = 15 - nic->wire.out % 16;
    vmk_uint16 data = nic->fault == NIC_EEPROM_DAMAGE ? nic->eeprom[word] ^ 0x0100 : nic->eeprom[word];

    if (value & EECD_REQ) {
        value |= EECD_GNT;
    }
    return !nic->wire.reads || (data >> bit & 1) ? value | EECD_DO : value;
}

static void clock_rises(struct nic_microwire *wire, vmk_Bool bit)
{
    if (wire->nin == WIRE_COMMAND) {
        return;
    }
    wire->in = wire->in << 1 | bit;
    if (++wire->nin == WIRE_COMMAND) {
        wire->reads = wire->in >> 6 == WIRE_READ;
        wire->out = (wire->in & 0x3f) * 16 - 1; /* Before its first bit comes a zero nobody reads. */
    }
}

void nic_eecd_write(struct nic *nic, vmk_uint32 value)
{
    vmk_uint32 changed = nic->reg[EECD] ^ value;

    nic->reg[EECD] = value;
    if (changed & EECD_CS) {
        nic->wire = (struct nic_microwire){0};
    } else if ((changed & EECD_SK) && (value & EECD_SK)) {
        clock_rises(&nic->wire, (value & EECD_DI) != 0);
    } else if (changed & EECD_SK) {
        nic->wire.out++;
    }
}

void nic_phy_update(struct nic *nic)
{
    nic->phy[PHY_STATUS] = PHY_STATUS_CAPABLE;
    nic->phy[PHY_SPECIFIC_STATUS] = 0;
    nic->phy[PHY_PARTNER] = 0;
    nic->phy[PHY_1000_STATUS] = 0;
    if (nic->cable) {
        nic->phy[PHY_STATUS] |= PHY_STATUS_LINK | PHY_STATUS_COMPLETE;
        nic->phy[PHY_SPECIFIC_STATUS] = PHY_SPECIFIC_LINK_1G;
        nic->phy[PHY_PARTNER] = 0x45e1;
        nic->phy[PHY_1000_STATUS] = 0x3c00;
    }
}

void nic_phy_reset(struct nic *nic)
{
    nic->phy[PHY_CONTROL] = 0x1140;
    nic->phy[PHY_ID1] = 0x0141; /* M88E1011. */
    nic->phy[PHY_ID2] = 0x0c20;
    nic->phy[PHY_ADVERTISED] = 0x0de1;
    nic->phy[PHY_1000_CONTROL] = 0x0e00;
    nic_phy_update(nic);
}

static void phy_write(struct nic *nic, unsigned reg, vmk_uint16 value)
{
    if (reg == PHY_CONTROL) {
        nic->phy[reg] = value & ~(PHY_CONTROL_RESET | PHY_CONTROL_RESTART);
        nic_phy_update(nic);
    } else if (reg != PHY_STATUS && reg != PHY_ID1 && reg != PHY_ID2) {
        nic->phy[reg] = value;
    }
}

vmk_uint32 nic_mdic_access(struct nic *nic, vmk_uint32 value)
{
    unsigned reg = MDIC_REG(value);

    if (MDIC_PHY(value) != PHY_ADDRESS) {
        return value | MDIC_READY | MDIC_ERROR;
    }
    if ((value & MDIC_OP_MASK) == MDIC_READ) {
        return (value & ~0xffffu) | nic->phy[reg] | MDIC_READY;
    }
    phy_write(nic, reg, (vmk_uint16)value);
    return value | MDIC_READY;
}
