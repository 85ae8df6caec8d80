/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nic_8254x.c - the model's registers (manual chapter 13), descriptor rings (chapter 3) and interrupts
 * (13.4.17).
 */
#include "nic_8254x.h"

#include <string.h>

#define REG(offset)    ((offset) / 4)
#define BAR_PORTS      2

#define CTRL           REG(0x00000)
#define STATUS         REG(0x00008)
#define EECD           REG(0x00010)
#define CTRL_EXT       REG(0x00018)
#define MDIC           REG(0x00020)
#define ICR            REG(0x000c0)
#define ICS            REG(0x000c8)
#define IMS            REG(0x000d0)
#define IMC            REG(0x000d8)
#define RCTL           REG(0x00100)
#define TCTL           REG(0x00400)
#define RDBAL          REG(0x02800)
#define TDBAL          REG(0x03800)
#define STATISTICS     REG(0x04000)
#define STATISTICS_END REG(0x04100)
#define MTA            REG(0x05200)
#define RAL            REG(0x05400)
#define RAH            REG(0x05404)
/* From a ring's first register on. */
#define RING_BASE_HIGH 1
#define RING_BYTES     2
#define RING_HEAD      4
#define RING_TAIL      6
#define TDT            (TDBAL + RING_TAIL)

#define CTRL_SLU       0x00000040u
#define CTRL_RST       0x04000000u
#define STATUS_FULL_1G 0x00000081u
#define STATUS_LINK    0x00000002u
#define EXT_EE_RESET   0x00002000u

#define CAUSE_TXDW     0x01u
#define CAUSE_LINK     0x04u
#define CAUSE_OVERRUN  0x40u
#define CAUSE_RXT0     0x80u

#define RCTL_ENABLE    0x00000002u
#define RCTL_UNICAST   0x00000008u
#define RCTL_MULTICAST 0x00000010u
#define RCTL_LONG      0x00000020u
#define RCTL_MTA_SHIFT 12
#define RCTL_BROADCAST 0x00008000u
#define RCTL_SIZE(v)   ((v) >> 16 & 3)
#define RCTL_SIZE_X16  0x02000000u
#define RCTL_STRIP_FCS 0x04000000u
#define TCTL_ENABLE    0x00000002u
#define RAH_VALID      0x80000000u
#define ADDRESSES      16
#define FCS_BYTES      4
#define FRAME_MAX      1518

struct descriptor {
    vmk_uint64 address;
    vmk_uint32 low;
    vmk_uint32 high;
};

/* Transmit: the upper byte of `low` is the command (3.3.3, 3.3.6, 3.3.7). */
#define TX_EOP          0x01000000u
#define TX_REPORT       0x08000000u
#define TX_EXTENDED     0x20000000u
#define TX_LENGTH       0x000fffffu
#define TX_IS_DATA      0x00100000u
#define TX_CHECKSUM     0x00000200u /* In `high`: insert the TCP/UDP checksum. */
#define DESCRIPTOR_DONE 0x1u

/* Receive: status and errors are the lower 16 bits of `high` (3.2.3). */
#define RX_EOP         0x02u
#define RX_NO_CHECKSUM 0x04u
#define RX_CRC_ERROR   0x0100u

static vmk_uint32 *ring(struct nic *nic, unsigned base)
{
    return &nic->reg[base];
}

static unsigned ring_entries(const vmk_uint32 *at)
{
    return at[RING_BYTES] / sizeof(struct descriptor);
}

/* The descriptor at the ring's head; NULL when it is software's, or cannot be reached. */
static struct descriptor *ring_head(struct nic *nic, const vmk_uint32 *at)
{
    vmk_MA base = (vmk_MA)at[RING_BASE_HIGH] << 32 | at[0];

    if (at[RING_HEAD] == at[RING_TAIL] || at[RING_HEAD] >= ring_entries(at)) {
        return NULL;
    }
    return hosted_pci_dma(&nic->pci, base + at[RING_HEAD] * sizeof(struct descriptor),
                          sizeof(struct descriptor), VMK_DMA_DIRECTION_BIDIRECTIONAL);
}

static void ring_advance(vmk_uint32 *at)
{
    at[RING_HEAD] = (at[RING_HEAD] + 1) % ring_entries(at);
}

static void update_pin(struct nic *nic)
{
    vmk_Bool asserted = (nic->reg[ICR] & nic->reg[IMS]) != 0;

    nic->interrupts += asserted;
    hosted_pci_set_pin(&nic->pci, asserted);
}

static void cause(struct nic *nic, vmk_uint32 causes)
{
    nic->reg[ICR] |= causes;
    update_pin(nic);
}

/* 3.5: the sum from the context's start to the frame's end, over what software has put in the field. */
static void insert_checksum(struct nic *nic)
{
    unsigned store = nic->tx_context.offset_store;
    vmk_uint32 sum = 0;

    if (!nic->tx.checksum || store + 2 > nic->tx.len) {
        return;
    }
    for (unsigned i = nic->tx_context.offset_start; i < nic->tx.len; i++) {
        sum += (i - nic->tx_context.offset_start) % 2 == 0 ? (vmk_uint32)nic->tx.bytes[i] << 8
                                                           : nic->tx.bytes[i];
    }
    sum = (sum & 0xffff) + (sum >> 16);
    sum = ~(sum + (sum >> 16));
    nic->tx.bytes[store] = (vmk_uint8)(sum >> 8);
    nic->tx.bytes[store + 1] = (vmk_uint8)sum;
}

static void send_frame(struct nic *nic)
{
    insert_checksum(nic);
    nic->transmitted(nic, nic->tx.bytes, nic->tx.len);
    nic->tx.len = 0;
    nic->tx.checksum = VMK_FALSE;
}

static void gather(struct nic *nic, const struct descriptor *d)
{
    vmk_Bool extended = (d->low & TX_EXTENDED) != 0;
    unsigned len = d->low & (extended ? TX_LENGTH : 0xffff);
    const void *bytes = hosted_pci_dma(&nic->pci, d->address, len, VMK_DMA_DIRECTION_FROM_MEMORY);

    if (nic->tx.len == 0) {
        nic->tx_at = bytes;
    }
    if (bytes != NULL && nic->tx.len + len <= NIC_FRAME_MAX) {
        memcpy(nic->tx.bytes + nic->tx.len, bytes, len);
        nic->tx.len += len;
    }
    nic->tx.checksum |= extended && (d->high & TX_CHECKSUM) != 0;
    if (d->low & TX_EOP) {
        send_frame(nic);
    }
}

static void transmit(struct nic *nic)
{
    vmk_uint32 *at = ring(nic, TDBAL), causes = 0;
    struct descriptor *d;

    while ((nic->reg[TCTL] & TCTL_ENABLE) && (nic->reg[STATUS] & STATUS_LINK) &&
           (d = ring_head(nic, at)) != NULL) {
        if ((d->low & TX_EXTENDED) && !(d->low & TX_IS_DATA)) {
            nic->tx_context.offset_start = (vmk_uint8)(d->address >> 32);
            nic->tx_context.offset_store = (vmk_uint8)(d->address >> 40);
        } else {
            gather(nic, d);
        }
        if ((d->low & TX_REPORT) && nic->fault != NIC_NO_TX_DONE) {
            d->high |= DESCRIPTOR_DONE;
            causes = CAUSE_TXDW;
        }
        ring_advance(at);
    }
    cause(nic, causes);
}

static unsigned rx_buffer_bytes(const struct nic *nic)
{
    unsigned bytes = 2048u >> RCTL_SIZE(nic->reg[RCTL]);

    return nic->reg[RCTL] & RCTL_SIZE_X16 ? bytes * 16 : bytes;
}

static vmk_Bool is_mine(const struct nic *nic, const vmk_uint8 *address)
{
    vmk_uint32 low = address[0] | address[1] << 8 | address[2] << 16 | (vmk_uint32)address[3] << 24;
    vmk_uint32 high = (vmk_uint32)(address[4] | address[5] << 8) | RAH_VALID;

    for (unsigned i = 0; i < ADDRESSES; i++) {
        if (nic->reg[RAL + 2 * i] == low && (nic->reg[RAH + 2 * i] & (RAH_VALID | 0xffff)) == high) {
            return VMK_TRUE;
        }
    }
    return VMK_FALSE;
}

/* 13.5.1: twelve bits of the address, taken from where RCTL says, choose a bit of the table. */
static vmk_Bool in_table(const struct nic *nic, const vmk_uint8 *address)
{
    static const unsigned shift[] = {4, 3, 2, 0};
    unsigned bits = address[4] | address[5] << 8;
    unsigned hash = bits >> shift[nic->reg[RCTL] >> RCTL_MTA_SHIFT & 3] & 0xfff;

    return (nic->reg[MTA + (hash >> 5)] >> (hash & 31) & 1) != 0;
}

static vmk_Bool passes_filter(const struct nic *nic, const vmk_uint8 *frame)
{
    static const vmk_uint8 broadcast[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    vmk_uint32 rctl = nic->reg[RCTL];

    if (is_mine(nic, frame)) {
        return VMK_TRUE;
    }
    if (memcmp(frame, broadcast, sizeof(broadcast)) == 0) {
        return (rctl & RCTL_BROADCAST) != 0;
    }
    if (frame[0] & 1) {
        return (rctl & RCTL_MULTICAST) != 0 || in_table(nic, frame);
    }
    return (rctl & RCTL_UNICAST) != 0;
}

static void lie(const struct nic *nic, struct descriptor *d)
{
    switch (nic->fault) {
    case NIC_LONG_RX:
        d->low |= 0xffff;
        break;
    case NIC_SHORT_RX:
        d->low = (d->low & ~0xffffu) | 1;
        break;
    case NIC_NO_EOP:
        d->high &= ~RX_EOP;
        break;
    case NIC_RX_ERRORS:
        d->high |= RX_CRC_ERROR;
        break;
    default:
        break;
    }
}

/* Store one buffer's worth. @return how much that was; 0 when there is no buffer. */
static unsigned store(struct nic *nic, const vmk_uint8 *bytes, unsigned len)
{
    vmk_uint32 *at = ring(nic, RDBAL);
    struct descriptor *d = ring_head(nic, at);
    unsigned room = rx_buffer_bytes(nic), part = len < room ? len : room;
    void *buffer =
        d == NULL ? NULL : hosted_pci_dma(&nic->pci, d->address, part, VMK_DMA_DIRECTION_TO_MEMORY);

    if (buffer == NULL) {
        return 0;
    }
    memcpy(buffer, bytes, part);
    nic->rx_at = nic->rx_at != NULL ? nic->rx_at : buffer;
    d->low = part;
    d->high = DESCRIPTOR_DONE | RX_NO_CHECKSUM | (part == len ? RX_EOP : 0);
    lie(nic, d);
    ring_advance(at);
    return part;
}

/* Say that all of the receive ring is done, though nothing came. */
static void report_unasked(struct nic *nic)
{
    vmk_uint32 *at = ring(nic, RDBAL);
    struct descriptor *d;

    while ((d = ring_head(nic, at)) != NULL) {
        d->low = 60;
        d->high = DESCRIPTOR_DONE | RX_EOP;
        ring_advance(at);
    }
    cause(nic, CAUSE_RXT0);
}

void nic_receive(struct nic *nic, const void *frame, unsigned len)
{
    vmk_uint8 bytes[NIC_FRAME_MAX + FCS_BYTES] = {0};
    unsigned total = len + (nic->reg[RCTL] & RCTL_STRIP_FCS ? 0 : FCS_BYTES), done = 0, part;

    if (!(nic->reg[RCTL] & RCTL_ENABLE) || !passes_filter(nic, frame) ||
        (len + FCS_BYTES > FRAME_MAX && !(nic->reg[RCTL] & RCTL_LONG))) {
        nic->rx_refused++;
        return;
    }
    if (nic->fault == NIC_RX_UNASKED) {
        report_unasked(nic);
        return;
    }
    memcpy(bytes, frame, len);
    nic->rx_at = NULL;
    while (done < total && (part = store(nic, bytes + done, total - done)) != 0) {
        done += part;
    }
    nic->rx_taken += done == total;
    nic->rx_missed += done != total;
    cause(nic, done == total ? CAUSE_RXT0 : CAUSE_OVERRUN);
}

static void update_link(struct nic *nic)
{
    nic->reg[STATUS] = STATUS_FULL_1G;
    if (nic->cable && (nic->reg[CTRL] & CTRL_SLU)) {
        nic->reg[STATUS] |= STATUS_LINK;
    }
    nic_phy_update(nic);
}

void nic_set_link(struct nic *nic, vmk_Bool up)
{
    nic->cable = up;
    update_link(nic);
    cause(nic, CAUSE_LINK);
}

static void reset(struct nic *nic)
{
    vmk_uint32 low, high = 0;

    nic->resets++;
    memset(nic->reg, 0, sizeof(nic->reg));
    memcpy(&low, nic->eeprom, 4);
    memcpy(&high, nic->eeprom + 2, 2);
    nic->reg[RAL] = low;
    nic->reg[RAH] = high | RAH_VALID;
    nic->tx.len = 0;
    update_link(nic);
    update_pin(nic);
}

static vmk_uint32 read_register(struct nic *nic, unsigned index)
{
    vmk_uint32 value = nic->reg[index];

    if (nic->fault == NIC_ALL_ONES) {
        return ~0u;
    }
    switch (index) {
    case EECD:
        return nic_eecd_read(nic);
    case ICR:
        nic->reg[ICR] = 0;
        update_pin(nic);
        break;
    case STATISTICS ... STATISTICS_END - 1:
        nic->reg[index] = 0;
        break;
    }
    return value;
}

static void write_control(struct nic *nic, vmk_uint32 value)
{
    nic->reg[CTRL] = value & ~CTRL_RST;
    if (value & CTRL_RST) {
        reset(nic);
    }
    update_link(nic);
}

static void write_register(struct nic *nic, unsigned index, vmk_uint32 value)
{
    switch (index) {
    case CTRL:
        write_control(nic, value);
        break;
    case STATUS:
        break;
    case CTRL_EXT:
        nic->reg[index] = value & ~EXT_EE_RESET;
        break;
    case EECD:
        nic_eecd_write(nic, value);
        break;
    case MDIC:
        nic->reg[index] = nic_mdic_access(nic, value);
        break;
    case ICR:
        nic->reg[ICR] &= ~value;
        update_pin(nic);
        break;
    case ICS:
        cause(nic, value);
        break;
    case IMS:
        nic->reg[IMS] |= value;
        update_pin(nic);
        break;
    case IMC:
        nic->reg[IMS] &= ~value;
        update_pin(nic);
        break;
    case TDT:
        nic->reg[index] = value;
        transmit(nic);
        break;
    default:
        nic->reg[index] = value;
    }
}

/* 13.3: the I/O BAR has an address register, and what it points at. */
static vmk_uint64 read_bar(struct hosted_pci_function *function, unsigned bar, vmk_ByteCount offset,
                           unsigned bytes)
{
    struct nic *nic = VMK_CONTAINER_OF(function, struct nic, pci);

    if (bar == BAR_PORTS && offset == 0) {
        return nic->io_address;
    }
    return read_register(nic, (unsigned)REG(bar == BAR_PORTS ? nic->io_address : offset));
}

static void write_bar(struct hosted_pci_function *function, unsigned bar, vmk_ByteCount offset,
                      unsigned bytes, vmk_uint64 value)
{
    struct nic *nic = VMK_CONTAINER_OF(function, struct nic, pci);

    if (bar == BAR_PORTS && offset == 0) {
        nic->io_address = (vmk_uint32)value % NIC_REGISTERS;
    } else {
        write_register(nic, (unsigned)REG(bar == BAR_PORTS ? nic->io_address : offset), (vmk_uint32)value);
    }
}

void nic_add(struct nic *nic, vmk_uint8 slot, nic_transmitted transmitted)
{
    static const vmk_uint8 mac[] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
    static const vmk_uint8 ids[] = {0x86, 0x80, 0x0e, 0x10, 0, 0, 0x30, 2, 3, 0, 0, 2};
    static const vmk_uint8 subsystem[] = {0x86, 0x80, 0x1e, 0x00};

    nic->pci.slot = slot;
    nic->pci.bar_size[0] = NIC_REGISTERS;
    nic->pci.bar_size[BAR_PORTS] = 64;
    nic->pci.bar_ports[BAR_PORTS] = VMK_TRUE;
    nic->pci.read = read_bar;
    nic->pci.write = write_bar;
    memcpy(nic->pci.config, ids, sizeof(ids));
    memcpy(nic->pci.config + 0x2c, subsystem, sizeof(subsystem));
    nic->pci.config[0x3d] = 1;
    nic->transmitted = transmitted;
    nic->cable = VMK_TRUE;
    nic_eeprom_init(nic, mac);
    nic_phy_reset(nic);
    reset(nic);
    hosted_pci_add(&nic->pci);
}
