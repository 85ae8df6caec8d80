/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * smp.c - starting the other CPUs, and stopping them (Intel SDM vol. 3A, 9.4.4.1).
 */
#define VMK_LOG_MODULE "SMP"

#include "smp.h"
#include "cpu.h"
#include "lapic.h"
#include "paging.h"
#include "vector.h"

#include <core/clock.h>
#include <core/paging.h>
#include <vmkapi/base/atomic.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/core/frame.h>
#include <vmkapi/core/mapping.h>
#include <vmkapi/lib/libc.h>

#define INIT_SETTLE_NS     (10 * CLOCK_NS_PER_MS)
#define STARTUP_RETRY_NS   (1 * CLOCK_NS_PER_MS)
#define STARTUP_TIMEOUT_NS (10 * CLOCK_NS_PER_S) /* A loaded host may not run a virtual CPU for seconds. */

/* What trampoline.S reads at trampoline_args. */
struct trampoline_args {
    vmk_uint64 cr3;
    vmk_uint64 stack_top;
    struct cpu *cpu;
    void (*entry)(struct cpu *cpu);
};

extern const char trampoline_start[], trampoline_end[], trampoline_args[];
extern const char trampoline_gdt_pointer[], trampoline_far_32[], trampoline_far_64[];

vmk_MA smp_trampoline_ma;

static vmk_uint32 candidates[VMK_MAX_PCPUS]; /* APIC IDs of CPUs to start. */
static unsigned candidate_count;
static vmk_atomic64 online = 1; /* The boot CPU. */
static vmk_atomic32 stop_requested;
static vmk_atomic64 stopped;

smp_mask smp_online_mask(void)
{
    return vmk_AtomicRead64(&online);
}

vmk_uint32 smp_present_count(void)
{
    return candidate_count + 1;
}

void smp_add_cpu(vmk_uint32 apic_id)
{
    if (apic_id == lapic_id()) {
        return;
    }
    if (candidate_count == VMK_MAX_PCPUS - 1) {
        vmk_WarningMessage("CPU with APIC ID %u is left out: %u CPUs are the most", apic_id, VMK_MAX_PCPUS);
    } else if (apic_id > LAPIC_ID_8BIT_MAX && !lapic_is_x2apic()) {
        vmk_WarningMessage("CPU with APIC ID %u is left out: it takes x2APIC mode to reach it", apic_id);
    } else {
        candidates[candidate_count++] = apic_id;
    }
}

static VMK_ATTRIBUTE_NORETURN void secondary_entry(struct cpu *cpu)
{
    cpu->started_tsc = vmk_CPUReadTSC();
    cpu_load(cpu);
    lapic_enable();
    cpu_info_read(cpu);
    vmk_AtomicOr64(&online, 1ul << cpu->head.num);
    sched_secondary_main(cpu->head.num, cpu->stack_base, KERNEL_STACK_SIZE);
}

static VMK_ReturnStatus alloc_pages(vmk_uint8 order, void **page)
{
    const vmk_PageRequest request = {
        .module = VMK_VMKERNEL_MODULE_ID, .kind = VMK_PAGE_DATA, .order = order, .zero = VMK_TRUE};
    vmk_MPN mpn;
    vmk_StatusValue status = vmk_PageAlloc(request, &mpn);

    *page = status == VMK_OK ? vmk_MPN2Ptr(mpn) : NULL;
    return status;
}

static VMK_ReturnStatus alloc_stacks(struct cpu *cpu)
{
    vmk_StatusValue status =
        vmk_MapAlloc(VMK_VMKERNEL_MODULE_ID, KERNEL_STACK_SIZE, VMK_PAGE_STACK, &cpu->stack_base);

    for (unsigned i = 0; i < IST_COUNT && status == VMK_OK; i++) {
        vmk_VA base;

        status = vmk_MapAlloc(VMK_VMKERNEL_MODULE_ID, IST_STACK_SIZE, VMK_PAGE_STACK, &base);
        cpu->ist_top[i] = base + IST_STACK_SIZE;
    }
    return status;
}

#define CPU_ORDER 1
VMK_STATIC_ASSERT(sizeof(struct cpu) == VMK_PAGE_SIZE << CPU_ORDER, "a CPU's data and storage are two pages");
VMK_STATIC_ASSERT(sizeof(struct vector_slot) * VECTOR_COUNT <= VMK_PAGE_SIZE, "a CPU's vectors are one page");

/* What a CPU needs to run. There is no undoing: a kernel short of a few pages at boot goes on with fewer
 * CPUs. */
static struct cpu *create_cpu(vmk_uint32 num)
{
    struct cpu *cpu;
    void *page, *vectors;

    if (alloc_pages(CPU_ORDER, &page) != VMK_OK || alloc_pages(0, &vectors) != VMK_OK) {
        return NULL;
    }
    cpu = page;
    cpu->head.self = &cpu->head;
    cpu->head.num = num;
    cpu->vectors = vectors;
    vector_init_cpu(cpu);
    return alloc_stacks(cpu) == VMK_OK ? cpu : NULL;
}

static void *in_page(const char *symbol)
{
    return (char *)vmk_MA2Ptr(smp_trampoline_ma) + (symbol - trampoline_start);
}

/* Add the page's address to the 32-bit field at @p offset of the structure at @p symbol; it may be unaligned.
 */
static void relocate(const char *symbol, unsigned offset)
{
    char *field = (char *)in_page(symbol) + offset;
    vmk_uint32 value;

    vmk_Memcpy(&value, field, sizeof(value));
    value += (vmk_uint32)smp_trampoline_ma;
    vmk_Memcpy(field, &value, sizeof(value));
}

/* The page is written through the direct map and runs at its own address: never both in one mapping. */
static VMK_ReturnStatus install_trampoline(void)
{
    vmk_Memcpy(in_page(trampoline_start), trampoline_start,
               (vmk_ByteCount)(trampoline_end - trampoline_start));
    relocate(trampoline_gdt_pointer, 2);
    relocate(trampoline_far_32, 0);
    relocate(trampoline_far_64, 0);
    return arch_map_page(smp_trampoline_ma, smp_trampoline_ma, ARCH_MAP_EXEC);
}

static vmk_Bool wait_online(vmk_uint32 num, vmk_uint64 timeout_ns)
{
    vmk_uint64 deadline = clock_now_ns() + timeout_ns;

    while (!(smp_online_mask() >> num & 1)) {
        if (clock_now_ns() > deadline) {
            return VMK_FALSE;
        }
        vmk_CPURelax();
    }
    return VMK_TRUE;
}

/* The clock takes any CPU's counter for any other's: what one read while it started must fit what we read. */
static void check_clock(const struct cpu *cpu, vmk_uint64 before, vmk_uint64 after)
{
    if (cpu->started_tsc < before || cpu->started_tsc > after) {
        vmk_WarningMessage("CPU %u's time-stamp counter is not in step with CPU 0's: time is wrong on it",
                           cpu->head.num);
    }
}

static vmk_Bool start_cpu(struct cpu *cpu)
{
    *(struct trampoline_args *)in_page(trampoline_args) =
        (struct trampoline_args){.cr3 = paging_root(),
                                 .stack_top = cpu->stack_base + KERNEL_STACK_SIZE,
                                 .cpu = cpu,
                                 .entry = secondary_entry};
    cpus[cpu->head.num] = cpu;
    vmk_CPUMemFenceReadWrite();

    lapic_send_startup(cpu->apic_id, smp_trampoline_ma);
    if (wait_online(cpu->head.num, STARTUP_RETRY_NS)) {
        return VMK_TRUE;
    }
    lapic_send_startup(cpu->apic_id, smp_trampoline_ma);
    if (wait_online(cpu->head.num, STARTUP_TIMEOUT_NS)) {
        return VMK_TRUE;
    }
    /* Back to waiting for a start-up, so that it can't wake into what the next CPU is given. */
    lapic_send_init(cpu->apic_id);
    cpus[cpu->head.num] = NULL;
    return VMK_FALSE;
}

static void start_candidates(void)
{
    vmk_uint32 num = 1;

    for (unsigned i = 0; i < candidate_count; i++) {
        lapic_send_init(candidates[i]);
    }
    clock_delay_ns(INIT_SETTLE_NS);
    for (unsigned i = 0; i < candidate_count; i++) {
        struct cpu *cpu = create_cpu(num);
        vmk_uint64 before = vmk_CPUReadTSC();

        if (cpu == NULL) {
            vmk_WarningMessage("no memory for more than %u CPUs", num);
            return;
        }
        cpu->apic_id = candidates[i];
        if (start_cpu(cpu)) {
            check_clock(cpu, before, vmk_CPUReadTSC());
            num++;
        } else {
            vmk_WarningMessage("CPU with APIC ID %u does not start; going on without it", candidates[i]);
        }
    }
}

static void start_secondary_cpus(void)
{
    if (smp_trampoline_ma == 0 || install_trampoline() != VMK_OK) {
        vmk_WarningMessage("no page below 1 MiB: the other %u CPUs stay off", candidate_count);
        return;
    }
    start_candidates();
    arch_unmap_page(smp_trampoline_ma);
    arch_tlb_shootdown(smp_trampoline_ma, VMK_PAGE_SIZE);
}

void arch_start_secondary_cpus(void)
{
    if (candidate_count > 0) {
        start_secondary_cpus();
    }
    for (vmk_uint32 cpu = 0; cpu < vmk_NumPCPUs(); cpu++) {
        vector_show_counters(cpus[cpu]);
    }
    vmk_LogMessage("%u CPUs running", vmk_NumPCPUs());
}

void smp_note_stopped(void)
{
    vmk_AtomicOr64(&stopped, 1ul << vmk_GetPCPUNum());
}

vmk_Bool smp_is_stopping(void)
{
    return vmk_AtomicRead32(&stop_requested) != 0;
}

smp_mask smp_stop_others(vmk_uint64 timeout_ns)
{
    smp_mask others = smp_online_mask() & ~(1ul << vmk_GetPCPUNum());
    vmk_uint64 deadline = clock_now_ns() + timeout_ns;
    smp_mask missing = others;

    vmk_AtomicWrite32(&stop_requested, 1);
    for (smp_mask left = others; left != 0; left &= left - 1) {
        lapic_send_nmi(cpus[__builtin_ctzl(left)]->apic_id);
    }
    while (missing != 0 && clock_now_ns() < deadline) {
        vmk_CPURelax();
        missing = others & ~vmk_AtomicRead64(&stopped);
    }
    return missing;
}
