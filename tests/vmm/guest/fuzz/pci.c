/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci.c - the devices on the PCI bus, and where they are kept.
 */
#include "fuzz.h"

#define ECAM          0xe0000000u
#define MEMORY        0xd0000000u /* A mebibyte a slot, 64 KiB a BAR. */
#define PORTS         0x2000u     /* 256 a slot. */
#define VIRTIO        0x1040u
#define BAR_IO        1u
#define CAP_VENDOR    0x09
#define CAP_MSIX      0x11
#define VIRTIO_COMMON 1
#define VIRTIO_NOTIFY 2

struct fuzz_device fuzz_devices[FUZZ_SLOTS];
static bool found;

static volatile uint32_t *config(unsigned slot, unsigned offset)
{
    return (volatile uint32_t *)(uintptr_t)(ECAM + (slot << 15) + offset);
}

static uint8_t config8(unsigned slot, unsigned offset)
{
    return *(volatile uint8_t *)config(slot, offset);
}

static void find_bars(unsigned slot)
{
    for (unsigned bar = 0; bar < 6; bar++) {
        volatile uint32_t *at = config(slot, 0x10 + 4 * bar);

        *at = ~0u;
        if (*at != 0) {
            fuzz_devices[slot].bars[bar] =
                *at & BAR_IO ? PORTS + (slot << 8) : MEMORY + (slot << 20) + (bar << 16);
            bar += (*at & 7) == 4; /* Its upper half. */
        }
    }
}

static void find_parts(unsigned slot)
{
    struct fuzz_device *device = &fuzz_devices[slot];

    for (unsigned at = config8(slot, 0x34), n = 0; at != 0 && n < 16; at = config8(slot, at + 1), n++) {
        uint32_t base = device->bars[config8(slot, at + 4) % 6];

        if (config8(slot, at) == CAP_MSIX) {
            device->msix = at;
        } else if (config8(slot, at) == CAP_VENDOR && config8(slot, at + 3) == VIRTIO_COMMON) {
            device->registers = base + *config(slot, at + 8);
        } else if (config8(slot, at) == CAP_VENDOR && config8(slot, at + 3) == VIRTIO_NOTIFY) {
            device->notify_port = (uint16_t)(base + *config(slot, at + 8));
        }
    }
}

static void find(void)
{
    for (unsigned slot = 1; slot < FUZZ_SLOTS; slot++) {
        uint32_t id = *config(slot, 0);

        if ((id & 0xffff) == 0x1af4) {
            fuzz_devices[slot].type = (id >> 16) - VIRTIO;
            find_bars(slot);
            find_parts(slot);
        }
    }
    found = true;
}

void fuzz_pci_restore(void)
{
    if (!found) {
        find();
    }
    for (unsigned slot = 1; slot < FUZZ_SLOTS; slot++) {
        const struct fuzz_device *device = &fuzz_devices[slot];

        if (device->type == 0) {
            continue;
        }
        *config(slot, 4) = 0;
        for (unsigned bar = 0; bar < 6; bar++) {
            if (device->bars[bar] != 0 || bar == 5) {
                *config(slot, 0x10 + 4 * bar) = device->bars[bar];
            }
        }
        *config(slot, 4) = 7;
    }
}
