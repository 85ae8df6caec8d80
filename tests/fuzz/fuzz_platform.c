/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuzz_platform.c - a guest that does anything at all to a PC's devices: ports, memory, LAPIC registers and
 * MSRs, interrupts taken, bytes typed, time passing, resets; with a PCI function whose BARs and MSI-X it
 * moves.
 *
 * An input is a list of steps (struct step), so that a failure is replayed by itself.
 */
#include "fuzz.h"

#include <core/vmm/vpci.h>

#include "platform_host.h"

#define STEP_NS_MAX (1ull << 33) /* Eight seconds. */

struct step {
    uint8_t action, size;
    uint16_t low;
    uint64_t value;
};

static struct platform_host host;
static struct vpci_function function;

static vmk_uint64 function_read(void *device, vmk_uint64 offset, unsigned size)
{
    FUZZ_REQUIRE(offset + size <= 0x1000);
    return offset;
}

static void function_write(void *device, vmk_uint64 offset, unsigned size, vmk_uint64 value)
{
    FUZZ_REQUIRE(offset + size <= 0x1000);
    vpci_intx_set(device, value & 1);
    vpci_msix_send(device, (unsigned)value);
}

static void add_function(void)
{
    static const struct io_ops ops = {.read = function_read, .write = function_write};
    static const struct vpci_identity identity = {.vendor = 0x1af4, .device = 0x1041, .class_code = 0x020000};
    const struct io_region region = {.name = "fuzz", .ops = &ops, .device = &function};

    vpci_function_init(&function, &host.vm, &identity);
    vpci_bar_add(&function, 0, 0x1000, false, &region);
    vpci_bar_add(&function, 1, 0x20, true, &region);
    vpci_msix_add(&function, 4, 5);
    FUZZ_REQUIRE(vpci_plug(&function, 1) == VMK_OK);
}

/** Where something answers, and a little beyond; or anywhere. */
static uint64_t mmio_address(const struct step *step)
{
    static const uint64_t bases[] = {PLATFORM_IOAPIC_BASE, PLATFORM_HPET_BASE, VPCI_ECAM_BASE,
                                     VPCI_WINDOW_BASE, VPCI_WINDOW_BASE + 0x1000};
    unsigned which = step->size >> 2 & 7u;

    return which < 5 ? bases[which] + step->low : (uint64_t)step->low << 16;
}

static unsigned port_of(const struct step *step)
{
    static const uint16_t bases[] = {
        0x20,        0xa0, 0x40, 0x60, 0x70, 0x3f8, PLATFORM_PM_BASE, 0xcf8, 0x4d0, 0xf4, PLATFORM_PVPANIC,
        VPCI_IO_BASE};
    unsigned which = step->size >> 2 & 15u;

    return which < 12 ? bases[which] + (step->low & 31u) : step->low;
}

/** What holds between any two steps. */
static void check(void)
{
    FUZZ_REQUIRE(!vmk_SpinlockIsLocked(&host.vm.device_lock));
    for (unsigned i = 0; i < PLATFORM_HOST_CPUS; i++) {
        int vector = lapic_pending(&host.lapics[i]);

        FUZZ_REQUIRE(vector == LAPIC_NO_VECTOR || vector >= 16);
    }
}

/** The processor takes what is pending. */
static void take_interrupts(struct lapic *lapic)
{
    int vector;

    (void)lapic_take_events(lapic);
    vector = lapic_pending(lapic);
    if (vector != LAPIC_NO_VECTOR) {
        lapic_taken(lapic, (vmk_uint8)vector);
        FUZZ_REQUIRE(lapic_pending(lapic) == LAPIC_NO_VECTOR || lapic_pending(lapic) >> 4 > vector >> 4);
    } else if (lapic_takes_extint(lapic) && platform_extint_pending(host.platform)) {
        vector = platform_extint_take(host.platform);
        FUZZ_REQUIRE(vector >= 0 && vector < 256);
    }
}

static void msr(struct lapic *lapic, const struct step *step)
{
    static const vmk_uint32 own[] = {0x1b, 0x6e0};
    vmk_uint32 number = step->low % 260u < 256 ? 0x800u + step->low % 260u : own[step->low % 2];
    vmk_uint64 value;

    if ((step->size & 4u) != 0) {
        (void)lapic_msr_get(lapic, number, &value);
    } else {
        (void)lapic_msr_set(lapic, number, step->value);
    }
}

static void run(const struct step *step)
{
    struct lapic *lapic = &host.lapics[step->action >> 7];
    unsigned size = 1u << (step->size & 3u), port_size = size > 4 ? 4 : size;

    switch (step->action % 10) {
    case 0:
        (void)io_bus_read(&host.vm.ports, port_of(step), port_size);
        break;
    case 1:
    case 2:
        io_bus_write(&host.vm.ports, port_of(step), port_size, step->value);
        break;
    case 3:
        (void)io_bus_read(&host.vm.mmio, mmio_address(step), size);
        break;
    case 4:
        io_bus_write(&host.vm.mmio, mmio_address(step), size, step->value);
        break;
    case 5:
        lapic_write(lapic, step->low & 0xfffu, size, step->value);
        (void)lapic_read(lapic, step->low & 0xfffu, size);
        break;
    case 6:
        msr(lapic, step);
        break;
    case 7:
        vm_host_advance(&host.vm, step->value % STEP_NS_MAX);
        break;
    case 8:
        take_interrupts(lapic);
        FUZZ_REQUIRE(platform_input(host.platform, &step->value, step->size & 7u) <= 7);
        break;
    default:
        if (step->low % 16 == 0) {
            platform_reset(host.platform);
        }
        platform_power_button(host.platform);
        vpci_msix_send(&function, step->low);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct fuzz_input input = {bytes, len};
    struct step step;

    platform_host_init(&host);
    host.vm.unix_time = 1700000000;
    add_function();
    while (input.len != 0) {
        fuzz_take(&input, &step, sizeof(step));
        run(&step);
        check();
    }
    vpci_unplug(&function);
    platform_host_free(&host);
    FUZZ_REQUIRE(host.vm.ports.count == 0 && host.vm.mmio.count == 0);
    return 0;
}
