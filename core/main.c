/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * main.c - the order in which the kernel comes up.
 */
#define VMK_LOG_MODULE "Init"

#include <core/account.h>
#include <core/acpi.h>
#include <core/arch.h>
#include <core/boot_info.h>
#include <core/clock.h>
#include <core/cmdline.h>
#include <core/console.h>
#include <core/console_dev.h>
#include <core/device.h>
#include <core/diagnosis.h>
#include <core/hang.h>
#include <core/heap.h>
#include <core/irq_vector.h>
#include <core/kmain.h>
#include <core/kmap.h>
#include <core/log.h>
#include <core/module.h>
#include <core/net.h>
#include <core/page_alloc.h>
#include <core/paging.h>
#include <core/pci.h>
#include <core/smp.h>
#include <core/startup.h>
#include <core/storage.h>
#include <core/uuid.h>
#include <core/version.h>
#include <core/vfs.h>
#include <core/vmm/vm.h>
#include <core/world.h>
#include <vmkapi/base/logging.h>

static void say_how_much_memory(void)
{
    struct memory_stats memory;

    memory_stats_get(&memory);
    vmk_LogMessage("%lu MiB of memory, %lu MiB free", memory.total >> (20 - VMK_PAGE_SHIFT),
                   memory.free >> (20 - VMK_PAGE_SHIFT));
}

/* Memory, interrupts, time: with one CPU and no worlds. */
static void start_machine(struct boot_info *boot)
{
    page_alloc_init(boot);
    paging_use_page_alloc();
    kmap_init();
    heap_init();
    irq_vector_init();
    account_init(smp_present_count());
    clock_init();
    uuid_init();
    say_how_much_memory();
}

/* The caller becomes the first world; then there are all CPUs. */
static void start_scheduler(void)
{
    vmk_ByteCount stack_bytes;
    vmk_VA stack = arch_boot_stack(&stack_bytes);

    sched_init(stack, stack_bytes);
    vmk_CPUEnableInterrupts();
    arch_start_secondary_cpus();
    sched_cpus_started();
    console_dev_enable_input();
    hang_watch_start();
}

/* A damaged archive costs what is in it, and is named; what boots without it still boots. */
static vmk_StatusValue lay_boot_archives(const struct boot_info *boot)
{
    vmk_StatusValue result = VMK_OK;

    for (unsigned i = 0; i < boot->nmodules; i++) {
        const struct boot_module *m = &boot->modules[i];
        struct diagnosis why;
        vmk_StatusValue status = vfs_add_archive(m->name, vmk_MA2Ptr(m->base), m->len, &why);

        if (status != VMK_OK) {
            vmk_AlertMessage("%s", why.text);
            result = status;
        }
    }
    return result;
}

/* @return the first failure of @p status and a further step, which was taken anyhow. */
static vmk_StatusValue first_failure(vmk_StatusValue status, const char *what, vmk_StatusValue step)
{
    if (step != VMK_OK) {
        vmk_AlertMessage("%s: %s", what, vmk_StatusToString(step));
    }
    return status != VMK_OK ? status : step;
}

/* A system can do without: it only has no address then. */
static void start_tcpip(void)
{
    struct diagnosis why;

    if (module_load("tcpip", "", &why) != VMK_OK) {
        vmk_WarningMessage("%s", why.text);
    }
}

static vmk_StatusValue start_system(const struct boot_info *boot)
{
    vmk_StatusValue status = first_failure(VMK_OK, "file system", vfs_init());

    log_start();
    status = first_failure(status, "boot archives", lay_boot_archives(boot));
    status = first_failure(status, "modules", module_init());
    net_init();
    storage_init();
    status = first_failure(status, "devices", device_init());
    status = first_failure(status, "ACPI", acpi_init());
    status = first_failure(status, "PCI", pci_init());
    pci_offer_devices();
    start_tcpip();
    vmm_init();
    return status;
}

void kmain(struct boot_info *boot)
{
    vmk_StatusValue status;

    cmdline_init(boot->cmdline);
    vmk_LogMessage("%s, booted by %s", version_text, boot->protocol);
    start_machine(boot);
    start_scheduler();
    status = start_system(boot);
    startup_wait();
    vm_autostart();
    console_start(status);
    vmk_WorldExit(VMK_OK);
}
