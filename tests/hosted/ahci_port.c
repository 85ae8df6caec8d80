/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ahci_port.c - a port's registers (AHCI 3.3), its engines, and its link (AHCI 10).
 */
#include "ahci_hba.h"

#include <string.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/time.h>

enum reg {
    REG_CLB = 0x00,
    REG_CLBU = 0x04,
    REG_FB = 0x08,
    REG_FBU = 0x0c,
    REG_IS = 0x10,
    REG_IE = 0x14,
    REG_CMD = 0x18,
    REG_TFD = 0x20,
    REG_SIG = 0x24,
    REG_SSTS = 0x28,
    REG_SCTL = 0x2c,
    REG_SERR = 0x30,
    REG_SACT = 0x34,
    REG_CI = 0x38,
};

#define CMD_WRITABLE (AHCI_CMD_START | AHCI_CMD_FIS | 0xff000000u)
#define CMD_ALWAYS   (AHCI_CMD_SPIN_UP | AHCI_CMD_POWER)
#define SCTL_DETECT  0xfu
#define SCTL_RESET   1u
#define SCTL_OFFLINE 4u
#define SSTS_UP      0x133u /* Link and device there, 6 Gbps, active. */
#define SIGNATURE_MS 2
#define CLB_ALIGN    1024
#define FB_ALIGN     256
#define NO_DEVICE    0x7fu
#define NO_SIGNATURE ~0u

/* Connect and PHY causes stand for bits of PxSERR (3.3.5). */
static void serror(struct ahci_port *port, vmk_uint32 bits)
{
    vmk_uint32 causes = 0;

    port->serr |= bits;
    causes |= bits & AHCI_SERR_EXCHANGED ? AHCI_IS_CONNECT : 0;
    causes |= bits & AHCI_SERR_PHY ? AHCI_IS_PHY : 0;
    ahci_port_interrupts(port, causes);
}

static vmk_uint32 shown_causes(const struct ahci_port *port)
{
    vmk_uint32 value = port->is & ~(AHCI_IS_CONNECT | AHCI_IS_PHY);

    value |= port->serr & AHCI_SERR_EXCHANGED ? AHCI_IS_CONNECT : 0;
    value |= port->serr & AHCI_SERR_PHY ? AHCI_IS_PHY : 0;
    return value;
}

void ahci_port_drop_commands(struct ahci_port *port)
{
    for (unsigned i = 0; i < AHCI_SLOTS; i++) {
        hosted_event_cancel(&port->slot[i].event);
        port->slot[i].used = VMK_FALSE;
    }
}

static void link_goes(struct ahci_port *port)
{
    ahci_port_drop_commands(port);
    hosted_event_cancel(&port->link);
    hosted_event_cancel(&port->signature);
    port->ssts = 0;
    port->tfd = NO_DEVICE;
    port->sig = NO_SIGNATURE;
}

static void link_comes(struct hosted_event *event)
{
    struct ahci_port *port = VMK_CONTAINER_OF(event, struct ahci_port, link);

    if (port->device == NULL) {
        return;
    }
    port->device->reset(port->device);
    port->ssts = SSTS_UP;
    port->tfd = ATA_BUSY;
    hosted_event_set(&port->signature, SIGNATURE_MS * VMK_NSEC_PER_MSEC);
    serror(port, AHCI_SERR_EXCHANGED | AHCI_SERR_PHY);
}

static void start_link(struct ahci_port *port)
{
    hosted_event_set(&port->link, port->link_ms * VMK_NSEC_PER_MSEC);
}

/* The Register FIS with which a device says that it is there, and what it is. */
void ahci_port_signature(struct ahci_port *port)
{
    struct sata_command hello = {.status = ATA_GOOD, .error = 1};

    if (!port->mute) {
        hello.lba_out = port->device->signature >> 8;
        hello.interrupt_reason = (vmk_uint8)port->device->signature;
        port->sig = port->device->signature;
        ahci_receive_register(port, &hello, VMK_FALSE);
        ahci_pump(port);
    }
}

static void signature_comes(struct hosted_event *event)
{
    ahci_port_signature(VMK_CONTAINER_OF(event, struct ahci_port, signature));
}

void ahci_lose_link(struct ahci_port *port)
{
    link_goes(port);
    start_link(port);
    serror(port, AHCI_SERR_PHY);
}

void ahci_plug(struct ahci *hba, unsigned number, struct sata_device *device)
{
    struct ahci_port *port = &hba->port[number];
    vmk_Bool was_up = port->ssts != 0;

    port->device = device;
    link_goes(port);
    if (device != NULL) {
        start_link(port);
    }
    if (was_up) {
        serror(port, AHCI_SERR_PHY);
    }
}

/* The engine stops: what was issued is forgotten (3.3.7, 3.3.14). */
static void stop(struct ahci_port *port)
{
    port->engine_stops++;
    ahci_port_drop_commands(port);
    port->ci = port->sact = port->fetched = 0;
    port->halted = VMK_FALSE;
    if (!port->engine_stuck) {
        port->cmd &= ~AHCI_CMD_RUNS;
    }
}

static void start(struct ahci_port *port)
{
    AHCI_DRIVER_MUST(port->cmd & AHCI_CMD_FIS, "starting an engine whose FISes go nowhere");
    AHCI_DRIVER_MUST(port->clb % CLB_ALIGN == 0, "a command list out of alignment");
    port->cmd |= AHCI_CMD_RUNS;
}

static void write_cmd(struct ahci_port *port, vmk_uint32 value)
{
    vmk_uint32 changed = (port->cmd ^ value) & CMD_WRITABLE;

    port->cmd = (port->cmd & ~CMD_WRITABLE) | (value & CMD_WRITABLE) | CMD_ALWAYS;
    if (changed & AHCI_CMD_FIS) {
        AHCI_DRIVER_MUST(port->fb % FB_ALIGN == 0, "an area for FISes out of alignment");
        AHCI_DRIVER_MUST((value & AHCI_CMD_FIS) || !(port->cmd & AHCI_CMD_RUNS),
                         "taking the FISes from an engine that runs");
        port->cmd = value & AHCI_CMD_FIS ? port->cmd | AHCI_CMD_FIS_RUNS : port->cmd & ~AHCI_CMD_FIS_RUNS;
    }
    if (value & AHCI_CMD_OVERRIDE) {
        port->tfd &= ~(ATA_BUSY | ATA_REQUEST);
    }
    if (changed & AHCI_CMD_START) {
        (value & AHCI_CMD_START ? start : stop)(port);
    }
}

/* 10.4.2: COMRESET goes on as long as detection is being initialized. */
static void write_sctl(struct ahci_port *port, vmk_uint32 value)
{
    vmk_uint32 was = port->sctl & SCTL_DETECT, is = value & SCTL_DETECT;

    port->sctl = value;
    if (is == SCTL_RESET || is == SCTL_OFFLINE) {
        port->link_resets += is == SCTL_RESET && was != SCTL_RESET;
        link_goes(port);
    } else if (was != 0) {
        start_link(port);
    }
}

static void issue(struct ahci_port *port, vmk_uint32 slots)
{
    if (!(port->cmd & AHCI_CMD_START)) {
        return;
    }
    AHCI_DRIVER_MUST((port->ci & slots) == 0, "issuing a slot that is in use");
    port->ci |= slots;
    ahci_pump(port);
}

static void activate(struct ahci_port *port, vmk_uint32 tags)
{
    if (!(port->cmd & AHCI_CMD_START)) {
        return;
    }
    AHCI_DRIVER_MUST((port->sact & tags) == 0, "a tag that is in use");
    port->sact |= tags;
}

vmk_uint32 ahci_port_read(const struct ahci_port *port, unsigned offset)
{
    switch (offset) {
    case REG_CLB:
        return (vmk_uint32)port->clb;
    case REG_CLBU:
        return (vmk_uint32)(port->clb >> 32);
    case REG_FB:
        return (vmk_uint32)port->fb;
    case REG_FBU:
        return (vmk_uint32)(port->fb >> 32);
    case REG_IS:
        return shown_causes(port);
    case REG_IE:
        return port->ie;
    case REG_CMD:
        return port->cmd;
    case REG_TFD:
        return port->tfd;
    case REG_SIG:
        return port->sig;
    case REG_SSTS:
        return port->ssts;
    case REG_SCTL:
        return port->sctl;
    case REG_SERR:
        return port->serr;
    case REG_SACT:
        return port->sact;
    case REG_CI:
        return port->ci;
    default:
        return 0;
    }
}

static void set_half(vmk_uint64 *reg, vmk_Bool high, vmk_uint32 value)
{
    *reg = high ? (*reg & 0xffffffff) | (vmk_uint64)value << 32 : (*reg & ~0xfffffffful) | value;
}

void ahci_port_write(struct ahci_port *port, unsigned offset, vmk_uint32 value)
{
    switch (offset) {
    case REG_CLB:
    case REG_CLBU:
        set_half(&port->clb, offset == REG_CLBU, value);
        break;
    case REG_FB:
    case REG_FBU:
        set_half(&port->fb, offset == REG_FBU, value);
        break;
    case REG_IS:
        port->is = (port->is & ~value) | (shown_causes(port) & (AHCI_IS_CONNECT | AHCI_IS_PHY));
        break;
    case REG_IE:
        port->ie = value;
        ahci_port_interrupts(port, 0);
        break;
    case REG_CMD:
        write_cmd(port, value);
        break;
    case REG_SCTL:
        write_sctl(port, value);
        break;
    case REG_SERR:
        port->serr &= ~value;
        port->is = shown_causes(port);
        break;
    case REG_SACT:
        activate(port, value);
        break;
    case REG_CI:
        issue(port, value);
        break;
    }
}

/* 10.4.3: as at power-on, but for what firmware has set; the link comes up by itself. */
void ahci_port_reset(struct ahci_port *port)
{
    link_goes(port);
    port->is = port->ie = port->sctl = port->serr = port->sact = port->ci = port->fetched = 0;
    port->cmd = CMD_ALWAYS;
    port->halted = port->in_soft_reset = VMK_FALSE;
    if (port->device != NULL) {
        start_link(port);
    }
}

void ahci_port_init(struct ahci_port *port, struct ahci *hba, unsigned number)
{
    port->hba = hba;
    port->number = number;
    port->link_ms = 10;
    port->latency_us = 50;
    port->link.happen = link_comes;
    port->signature.happen = signature_comes;
    ahci_port_reset(port);
}

unsigned ahci_under_way(const struct ahci_port *port)
{
    unsigned count = 0;

    for (unsigned i = 0; i < AHCI_SLOTS; i++) {
        count += port->slot[i].used;
    }
    return count;
}
