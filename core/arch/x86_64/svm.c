/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * svm.c - AMD's Secure Virtual Machine: whether it is there, and switching it on.
 */
#include "svm.h"
#include "regs.h"

#include <core/pcpu.h>
#include <core/vmm/guest_fpu.h>
#include <vmkapi/base/pcpu.h>
#include <vmkapi/lib/libc.h>

#define CPUID_HYPERVISOR  0x40000000u
#define CPUID_EXT_ECX_SVM (1u << 2)
#define CPUID_SVM         0x8000000au
#define CPUID_SVM_EDX_NP  (1u << 0)

#define MSR_VM_CR         0xc0010114 /* 15.30.1 */
#define VM_CR_SVMDIS      (1ul << 4)
#define MSR_VM_HSAVE_PA   0xc0010117 /* 15.30.4 */

/* Nested tables have long mode's format; guests' accesses are user accesses in them (15.25.5). */
static const struct npt_format npt_format = {
    .present = 0x7, .leaf = 0x5, .writable = 0x2, .large = 0x80, .accessed = 0x20, .dirty = 0x40};

static struct svm_cpu *svm_cpus[VMK_MAX_PCPUS]; /* A page each; NULL: not switched on. */
VMK_STATIC_ASSERT(sizeof(struct svm_cpu) <= VMK_PAGE_SIZE, "a page each");

struct svm_cpu *svm_cpu_here(void)
{
    return svm_cpus[vmk_GetPCPUNum()];
}

void *svm_pages_alloc(vmk_uint8 order)
{
    const vmk_PageRequest request = {
        .module = VMK_VMKERNEL_MODULE_ID, .kind = VMK_PAGE_DATA, .order = order, .zero = VMK_TRUE};
    vmk_MPN mpn;

    return vmk_PageAlloc(request, &mpn) == VMK_OK ? vmk_MPN2Ptr(mpn) : NULL;
}

void svm_pages_free(void *pages)
{
    vmk_PageFree(vmk_Ptr2MPN(pages));
}

static bool probe(const char **why)
{
    if (cpuid(0x80000000, 0).eax < CPUID_SVM || !(cpuid(0x80000001, 0).ecx & CPUID_EXT_ECX_SVM)) {
        *why = "the processor has no SVM";
    } else if (rdmsr(MSR_VM_CR) & VM_CR_SVMDIS) {
        *why = "the firmware has switched SVM off; its setup may have a switch";
    } else if (!(cpuid(CPUID_SVM, 0).edx & CPUID_SVM_EDX_NP)) {
        *why = "the processor's SVM has no nested paging";
    } else {
        return guest_fpu_probe(why);
    }
    return false;
}

static vmk_uint32 asid_count(void)
{
    vmk_uint32 count = cpuid(CPUID_SVM, 0).ebx;

    return count < NESTED_TLB_TAGS ? count : NESTED_TLB_TAGS;
}

static void free_unless_null(void *pages)
{
    if (pages != NULL) {
        svm_pages_free(pages);
    }
}

/*
 * QEMU's TCG runs each CPU in a thread, and whenever one of them loads the x87's state with no exception
 * pending, by XRSTOR for one, it clears a flag of the *first* CPU without a lock, in the word that holds that
 * CPU's GIF and whether nested paging is on. A guest on the first CPU would so enter or leave by halves, and
 * take the machine along (CAVEATS.md).
 */
static smp_mask cpus(smp_mask online)
{
    struct cpuid_result who = cpuid(CPUID_HYPERVISOR, 0);

    if (!cpu_info_get(0)->under_hypervisor || vmk_Memcmp(&who.ebx, "TCGTCGTCGTCG", 12) != 0 || online == 1) {
        return online;
    }
    return online & ~1ul;
}

static VMK_ReturnStatus cpu_enable(void)
{
    struct svm_cpu *cpu = svm_cpu_here();
    void *save_area, *host_vmcb;

    if (cpu != NULL) {
        return VMK_OK;
    }
    cpu = svm_pages_alloc(0);
    save_area = svm_pages_alloc(0);
    host_vmcb = svm_pages_alloc(0);
    if (cpu == NULL || save_area == NULL || host_vmcb == NULL) {
        free_unless_null(host_vmcb);
        free_unless_null(save_area);
        free_unless_null(cpu);
        return VMK_NO_MEMORY;
    }
    wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SVME);
    wrmsr(MSR_VM_HSAVE_PA, vmk_Ptr2MA(save_area));
    cpu->host_vmcb = vmk_Ptr2MA(host_vmcb);
    __asm__ volatile("vmsave %%rax" ::"a"(cpu->host_vmcb) : "memory");
    asid_pool_init(&cpu->asids, asid_count());
    svm_cpus[vmk_GetPCPUNum()] = cpu;
    return VMK_OK;
}

static vmk_uint64 cr4_get(const struct vcpu *vcpu)
{
    return vmcb_of(vcpu)->cr4;
}

static void cr2_set(struct vcpu *vcpu, vmk_uint64 address)
{
    vmcb_of(vcpu)->cr2 = address;
}

static void dr6_set(struct vcpu *vcpu, vmk_uint64 bits)
{
    vmcb_of(vcpu)->dr6 |= bits;
}

static void shadow_clear(struct vcpu *vcpu)
{
    vmcb_of(vcpu)->interrupt_shadow = 0;
}

static void tsc_offset_set(struct vcpu *vcpu, vmk_uint64 offset)
{
    vmcb_of(vcpu)->tsc_offset = offset;
}

static void nested_flush(struct vcpu *vcpu)
{
    asid_drop(&svm_of(vcpu)->asid);
}

const struct vmm_vendor vmm_vendor_svm = {
    .name = "SVM with nested paging",
    .npt = &npt_format,
    .probe = probe,
    .start = svm_maps_create,
    .cpus = cpus,
    .cpu_enable = cpu_enable,
    .vcpu_create = svm_vcpu_create,
    .vcpu_destroy = svm_vcpu_destroy,
    .vcpu_reset = svm_vcpu_reset,
    .run = svm_run,
    .system_get = svm_system_get,
    .system_set = svm_system_set,
    .cr4_get = cr4_get,
    .cr2_set = cr2_set,
    .dr6_set = dr6_set,
    .msr_get = svm_msr_get,
    .msr_set = svm_msr_set,
    .irq_allowed = svm_irq_allowed,
    .nmi_allowed = svm_nmi_allowed,
    .irq_window = svm_irq_window,
    .nmi_window = svm_nmi_window,
    .shadow_clear = shadow_clear,
    .tsc_offset_set = tsc_offset_set,
    .nested_flush = nested_flush,
};
