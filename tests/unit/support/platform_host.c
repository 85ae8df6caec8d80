/* SPDX-License-Identifier: GPL-2.0-only */
#include "platform_host.h"

#include <core/heap.h>
#include <core/vmm/vpci.h>
#include <vmkapi/base/assert.h>

static struct platform_host *current;

static void irq_set(struct vm *vm, unsigned gsi, bool high)
{
    platform_irq_set(current->platform, gsi, high);
}

static void eoi(struct vm *vm, uint8_t vector)
{
    platform_eoi(current->platform, vector);
}

static void output(void *console, vmk_uint8 byte)
{
    struct platform_host *host = console;

    host->sent[host->num_sent++ % sizeof(host->sent)] = (char)byte;
}

void platform_host_init(struct platform_host *host)
{
    const struct platform_console console = {.output = output, .console = host};

    *host = (struct platform_host){.num_sent = 0};
    vm_host_init(&host->vm, 4096); /* No device of these reads memory. */
    io_bus_init(&host->vm.ports, 0x10000);
    io_bus_init(&host->vm.mmio, ~0ul);
    for (unsigned i = 0; i < PLATFORM_HOST_CPUS; i++) {
        lapic_init(&host->lapics[i], &host->vm, i, i == 0);
        host->vm.lapics[i] = &host->lapics[i];
    }
    VMK_VERIFY(platform_create(&host->vm, heap_kernel, &console, &host->platform) == VMK_OK);
    current = host;
    host->vm.pci = platform_pci(host->platform);
    host->vm.irq_set = irq_set;
    host->vm.eoi = eoi;
    host->vm.message = apic_bus_message;
}

void platform_host_free(struct platform_host *host)
{
    platform_destroy(host->platform);
    vm_host_free(&host->vm);
}
