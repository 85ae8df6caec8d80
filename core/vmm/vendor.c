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

static VMK_ReturnStatus start(const struct vmm_vendor *vendor)
{
    struct enabling enabling = {.vendor = vendor};
    vmk_StatusValue status = vendor->start();

    if (status != VMK_OK) {
        return status;
    }
    smp_call(smp_online_mask(), enable_here, &enabling, VMK_TRUE);
    return enabling.failed == 0 ? VMK_OK : VMK_NO_MEMORY;
}

VMK_ReturnStatus vmm_vendor_start(void)
{
    const char *why = "";

    for (unsigned i = 0; i < VMK_ARRAY_SIZE(vendors); i++) {
        vmk_StatusValue status;

        if (!vendors[i]->probe(&why)) {
            continue;
        }
        status = start(vendors[i]);
        if (status != VMK_OK) {
            vmk_WarningMessage("No virtual machines: %s: %s", vendors[i]->name, vmk_StatusToString(status));
            return status;
        }
        vmm_vendor = vendors[i];
        vmk_LogMessage("Virtual machines run by %s", vmm_vendor->name);
        return VMK_OK;
    }
    vmk_LogMessage("No virtual machines: %s", why);
    return VMK_NOT_SUPPORTED;
}
