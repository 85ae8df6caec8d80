/* SPDX-License-Identifier: GPL-2.0-only */
#include "ioapic.h"

#include <core/vmm/lapic.h>
#include <core/vmm/platform.h>

#include "lapic_regs.h"

#define REGISTERS_BYTES    0x1000u
#define SELECT             0x00u
#define WINDOW             0x10u
#define EOI                0x40u

#define INDEX_ID           0u
#define INDEX_VERSION      1u
#define INDEX_ARBITRATION  2u
#define INDEX_REDIRECTS    0x10u
#define VERSION            0x20u

#define REDIRECT_LOGICAL   (1ul << 11)
#define REDIRECT_REMOTE    (1ul << 14)
#define REDIRECT_LEVEL     (1ul << 15)
#define REDIRECT_MASKED    (1ul << 16)
#define REDIRECT_WRITABLE  0xff0000000001afffuL
#define REDIRECT_TARGET(r) ((vmk_uint32)((r) >> 56))

static bool is_high(const struct ioapic *ioapic, unsigned pin)
{
    return (ioapic->lines >> pin & 1u) != 0;
}

/** Send the pin's message. @return whether anybody took it. */
static bool send(struct ioapic *ioapic, unsigned pin)
{
    vmk_uint64 redirect = ioapic->redirects[pin];

    return apic_bus_send(ioapic->vm, REDIRECT_TARGET(redirect), (redirect & REDIRECT_LOGICAL) != 0,
                         APIC_DELIVERY(redirect), (vmk_uint8)redirect, (redirect & REDIRECT_LEVEL) != 0) != 0;
}

/** A level-triggered pin sends while it is high and the last one has been ended (3.2.4, remote IRR). */
static void serve_level(struct ioapic *ioapic, unsigned pin)
{
    vmk_uint64 *redirect = &ioapic->redirects[pin];

    if (is_high(ioapic, pin) && (*redirect & REDIRECT_LEVEL) != 0 &&
        (*redirect & (REDIRECT_MASKED | REDIRECT_REMOTE)) == 0 && send(ioapic, pin)) {
        *redirect |= REDIRECT_REMOTE;
    }
}

void ioapic_irq_set(struct ioapic *ioapic, unsigned pin, bool high)
{
    bool rises = high && !is_high(ioapic, pin);

    ioapic->lines = high ? ioapic->lines | 1u << pin : ioapic->lines & ~(1u << pin);
    if ((ioapic->redirects[pin] & REDIRECT_LEVEL) != 0) {
        serve_level(ioapic, pin);
    } else if (rises && (ioapic->redirects[pin] & REDIRECT_MASKED) == 0) {
        (void)send(ioapic, pin); /* An edge that nobody takes is lost, as one on a masked pin is. */
    }
}

void ioapic_eoi(struct ioapic *ioapic, vmk_uint8 vector)
{
    for (unsigned pin = 0; pin < IOAPIC_PINS; pin++) {
        if ((vmk_uint8)ioapic->redirects[pin] == vector && (ioapic->redirects[pin] & REDIRECT_LEVEL) != 0) {
            ioapic->redirects[pin] &= ~REDIRECT_REMOTE;
            serve_level(ioapic, pin);
        }
    }
}

static void redirect_write(struct ioapic *ioapic, unsigned pin, bool upper, vmk_uint32 value)
{
    vmk_uint64 old = ioapic->redirects[pin];
    vmk_uint64 whole = upper ? (old & 0xfffffffful) | (vmk_uint64)value << 32 : (old & ~0xfffffffful) | value;

    whole = (whole & REDIRECT_WRITABLE) | (old & REDIRECT_REMOTE);
    if ((whole & REDIRECT_LEVEL) == 0) {
        whole &= ~REDIRECT_REMOTE;
    }
    ioapic->redirects[pin] = whole;
    serve_level(ioapic, pin);
}

static vmk_uint32 indexed_read(const struct ioapic *ioapic)
{
    unsigned at = ioapic->select - INDEX_REDIRECTS;

    switch (ioapic->select) {
    case INDEX_ID:
    case INDEX_ARBITRATION:
        return ioapic->id;
    case INDEX_VERSION:
        return VERSION | (IOAPIC_PINS - 1) << 16;
    default:
        if (at >= 2 * IOAPIC_PINS) {
            return 0;
        }
        return (vmk_uint32)(ioapic->redirects[at / 2] >> (at % 2 * 32));
    }
}

static void indexed_write(struct ioapic *ioapic, vmk_uint32 value)
{
    unsigned at = ioapic->select - INDEX_REDIRECTS;

    if (ioapic->select == INDEX_ID) {
        ioapic->id = value & 0x0f000000u;
    } else if (ioapic->select >= INDEX_REDIRECTS && at < 2 * IOAPIC_PINS) {
        redirect_write(ioapic, at / 2, at % 2 != 0, value);
    }
}

static vmk_uint64 registers_read(void *device, vmk_uint64 offset, unsigned size)
{
    struct ioapic *ioapic = device;

    switch (offset) {
    case SELECT:
        return ioapic->select;
    case WINDOW:
        return indexed_read(ioapic);
    default:
        return 0;
    }
}

static void registers_write(void *device, vmk_uint64 offset, unsigned size, vmk_uint64 value)
{
    struct ioapic *ioapic = device;

    switch (offset) {
    case SELECT:
        ioapic->select = (vmk_uint8)value;
        break;
    case WINDOW:
        indexed_write(ioapic, (vmk_uint32)value);
        break;
    case EOI:
        ioapic_eoi(ioapic, (vmk_uint8)value);
        break;
    default:
        break;
    }
}

static const struct io_ops registers_ops = {.read = registers_read, .write = registers_write, .max_size = 4};

void ioapic_reset(struct ioapic *ioapic)
{
    ioapic->id = ioapic->select = ioapic->lines = 0;
    for (unsigned pin = 0; pin < IOAPIC_PINS; pin++) {
        ioapic->redirects[pin] = REDIRECT_MASKED;
    }
}

void ioapic_init(struct ioapic *ioapic, struct vm *vm)
{
    *ioapic = (struct ioapic){.vm = vm};
    ioapic->registers = (struct io_region){"ioapic", PLATFORM_IOAPIC_BASE, REGISTERS_BYTES, &registers_ops,
                                           ioapic,   vdev_device_lock(vm)};
    ioapic_reset(ioapic);
}
