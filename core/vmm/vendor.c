/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vendor.c - choosing what runs guests on this machine, and switching it on.
 */
#define VMK_LOG_MODULE "VMM"

#include <core/smp.h>
#include <core/vmm/guest_fpu.h>
#include <core/vmm/vendor.h>
#include <vmkapi/base/logging.h>

const struct vmm_vendor *vmm_vendor;
static const char *missing = "";
static smp_mask guest_cpus;

static const struct vmm_vendor *const vendors[] = {&vmm_vendor_svm};

struct enabling {
    const struct vmm_vendor *vendor;
    vmk_uint32 failed; /* CPUs; atomic. */
};

static void enable_here(void *arg)
{
    struct enabling *enabling = arg;

    if (enabling->vendor->cpu_enable() != VMK_OK) {
        __atomic_fetch_add(&enabling->failed, 1, __ATOMIC_SEQ_CST);
    }
    guest_fpu_cpu_enable();
}

void vmm_vendor_choose(void)
{
    for (unsigned i = 0; i < VMK_ARRAY_SIZE(vendors); i++) {
        if (vendors[i]->probe(&missing)) {
            vmm_vendor = vendors[i];
            vmk_LogMessage("Virtual machines are run by %s", vmm_vendor->name);
            return;
        }
    }
    vmk_LogMessage("No virtual machines: %s", missing);
}

const char *vmm_vendor_missing(void)
{
    return missing;
}

VMK_ReturnStatus vmm_vendor_enable(void)
{
    static bool shared, enabled;
    struct enabling enabling = {.vendor = vmm_vendor};

    if (!shared) {
        vmk_StatusValue status = vmm_vendor->start();

        if (status != VMK_OK) {
            return status;
        }
        shared = true;
    }
    if (!enabled) {
        guest_cpus = vmm_vendor->cpus(smp_online_mask());
        smp_call(guest_cpus, enable_here, &enabling, VMK_TRUE);
        enabled = enabling.failed == 0;
        if (enabled && guest_cpus != smp_online_mask()) {
            vmk_LogMessage("Not on all CPUs may guests run here, but on those of mask 0x%lx (CAVEATS.md)",
                           guest_cpus);
        }
    }
    return enabled ? VMK_OK : VMK_NO_MEMORY;
}

smp_mask vmm_vendor_cpus(void)
{
    return guest_cpus;
}
