/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vcpu_exit.c - what is done about an exit, by its reason.
 *
 * Whatever is wrong in it is the guest's: it ends in an exception, or in vm_fail().
 */
#include "guest_cpuid.h"
#include "vcpu_internal.h"

#include <core/clock.h>
#include <core/vmm/lapic.h>
#include <core/vmm/vm.h>

#define INSN_CPUID     ((struct vcpu_insns){INSN_MAP_0F, 0xa2, 0xa2})
#define INSN_RDMSR     ((struct vcpu_insns){INSN_MAP_0F, 0x32, 0x32})
#define INSN_WRMSR     ((struct vcpu_insns){INSN_MAP_0F, 0x30, 0x30})
#define INSN_HLT       ((struct vcpu_insns){INSN_MAP_ONE_BYTE, 0xf4, 0xf4})
#define INSN_WBINVD    ((struct vcpu_insns){INSN_MAP_0F, 0x08, 0x09}) /* INVD first. */
#define INSN_MOV_TO_CR ((struct vcpu_insns){INSN_MAP_0F, 0x22, 0x22})

#define CR8_MAX        15
#define MASK_32        0xfffffffful

static void nothing(struct vcpu *vcpu, const struct vcpu_exit *exit)
{
}

/* A register of @p size bytes takes @p value: 4 bytes clear the upper half, fewer leave the rest. */
static void merge(vmk_uint64 *reg, unsigned size, vmk_uint64 value)
{
    vmk_uint64 mask = size == 4 ? ~0ul : (1ul << 8 * size) - 1;

    *reg = (*reg & ~mask) | (value & (mask & MASK_32));
}

static void access_port(struct vcpu *vcpu, const struct vcpu_exit *exit)
{
    vmk_uint64 *rax = &vcpu->gpr[GPR_RAX];

    if (exit->io.string) {
        vcpu_emulate_string_io(vcpu, exit);
        return;
    }
    if (exit->io.in) {
        merge(rax, exit->io.size, io_bus_read(&vcpu->vm->ports, exit->io.port, exit->io.size));
    } else {
        io_bus_write(&vcpu->vm->ports, exit->io.port, exit->io.size, *rax);
    }
    vcpu_meet_port(vcpu, exit->io.port, exit->io.size);
    vcpu_advance(vcpu, exit->next_rip);
}

static void access_memory(struct vcpu *vcpu, const struct vcpu_exit *exit)
{
    vmk_StatusValue status = guest_memory_fault(vcpu->vm->memory, exit->memory.at, exit->memory.write);

    if (status == VMK_NOT_FOUND) {
        vcpu_emulate_memory(vcpu, exit);
    } else if (status != VMK_OK) {
        vm_fail(vcpu->vm, "no memory for the guest's page at 0x%lx", exit->memory.at.value);
    }
}

static void tell_cpuid(struct vcpu *vcpu, const struct vcpu_exit *exit)
{
    struct cpuid_result result;
    vmk_uint64 next;

    if (!vcpu_find_next(vcpu, exit, INSN_CPUID, &next, NULL)) {
        return;
    }
    result = guest_cpuid(vcpu, (vmk_uint32)vcpu->gpr[GPR_RAX], (vmk_uint32)vcpu->gpr[GPR_RCX]);
    vcpu->gpr[GPR_RAX] = result.eax;
    vcpu->gpr[GPR_RBX] = result.ebx;
    vcpu->gpr[GPR_RCX] = result.ecx;
    vcpu->gpr[GPR_RDX] = result.edx;
    vcpu_advance(vcpu, next);
}

static void read_msr(struct vcpu *vcpu, const struct vcpu_exit *exit)
{
    vmk_uint64 next, value;

    if (!vcpu_find_next(vcpu, exit, INSN_RDMSR, &next, NULL)) {
        return;
    }
    if (vcpu_msr_get(vcpu, (vmk_uint32)vcpu->gpr[GPR_RCX], &value) != VMK_OK) {
        vcpu_inject_protection(vcpu);
        return;
    }
    vcpu->gpr[GPR_RAX] = value & MASK_32;
    vcpu->gpr[GPR_RDX] = value >> 32;
    vcpu_advance(vcpu, next);
}

static void write_msr(struct vcpu *vcpu, const struct vcpu_exit *exit)
{
    vmk_uint64 value = vcpu->gpr[GPR_RDX] << 32 | (vcpu->gpr[GPR_RAX] & MASK_32), next;

    if (!vcpu_find_next(vcpu, exit, INSN_WRMSR, &next, NULL)) {
        return;
    }
    if (vcpu_msr_set(vcpu, (vmk_uint32)vcpu->gpr[GPR_RCX], value) != VMK_OK) {
        vcpu_inject_protection(vcpu);
        return;
    }
    vcpu_advance(vcpu, next);
}

/* What has arrived already ends it at once. */
static void halt(struct vcpu *vcpu, const struct vcpu_exit *exit)
{
    vmk_uint64 next;

    if (vcpu_find_next(vcpu, exit, INSN_HLT, &next, NULL)) {
        vcpu_advance(vcpu, next);
        if (vcpu->inject.kind == VCPU_EVENT_NONE) {
            vcpu->state = VCPU_HALTED;
            linger_halt(&vcpu->linger, clock_now_ns());
        }
        vcpu_look_again(vcpu);
    }
}

static void open_irq_window(struct vcpu *vcpu, const struct vcpu_exit *exit)
{
    vmm_vendor->irq_window(vcpu, false);
    vcpu_look_again(vcpu);
}

static void open_nmi_window(struct vcpu *vcpu, const struct vcpu_exit *exit)
{
    vcpu_look_again(vcpu);
}

/* We intercept it to be asked, not to change it. */
static void pass_exception(struct vcpu *vcpu, const struct vcpu_exit *exit)
{
    bool has_error_code = exit->exception.vector != VECTOR_DEBUG;

    vcpu_inject_exception(vcpu, exit->exception.vector, has_error_code, exit->exception.error_code);
}

static void shut_down(struct vcpu *vcpu, const struct vcpu_exit *exit)
{
    vcpu_shut_down(vcpu);
}

static void write_cr8(struct vcpu *vcpu, const struct vcpu_exit *exit)
{
    vmk_uint64 next;
    unsigned reg;

    if (!vcpu_find_next(vcpu, exit, INSN_MOV_TO_CR, &next, &reg)) {
        return;
    }
    if (vcpu->gpr[reg] > CR8_MAX) {
        vcpu_inject_protection(vcpu);
        return;
    }
    lapic_cr8_set(vcpu->lapic, (vmk_uint8)vcpu->gpr[reg]);
    vcpu_look_again(vcpu);
    vcpu_advance(vcpu, next);
}

/* Caches are coherent with what the guest can reach, and are the host's. */
static void skip_wbinvd(struct vcpu *vcpu, const struct vcpu_exit *exit)
{
    vmk_uint64 next;

    if (vcpu_find_next(vcpu, exit, INSN_WBINVD, &next, NULL)) {
        vcpu_advance(vcpu, next);
    }
}

static void refuse(struct vcpu *vcpu, const struct vcpu_exit *exit)
{
    vcpu_inject_undefined(vcpu);
}

static void fail_invalid(struct vcpu *vcpu, const struct vcpu_exit *exit)
{
    struct system_registers s;

    vmm_vendor->system_get(vcpu, &s);
    vm_fail(vcpu->vm,
            "the processor refuses vCPU %u's state: RIP 0x%lx, CR0 0x%lx, CR3 0x%lx, CR4 0x%lx, EFER 0x%lx",
            vcpu->index, vcpu->rip, s.cr0, s.cr3, s.cr4, s.efer);
}

static void fail_unknown(struct vcpu *vcpu, const struct vcpu_exit *exit)
{
    vm_fail(vcpu->vm, "vCPU %u left the guest at 0x%lx for reason 0x%lx, which is none we know", vcpu->index,
            vcpu->rip, exit->code);
}

void (*const vcpu_exit_handlers[VCPU_EXIT_COUNT])(struct vcpu *vcpu, const struct vcpu_exit *exit) = {
    [VCPU_EXIT_INTERRUPT] = nothing,
    [VCPU_EXIT_NMI] = nothing,
    [VCPU_EXIT_IO] = access_port,
    [VCPU_EXIT_MEMORY] = access_memory,
    [VCPU_EXIT_CPUID] = tell_cpuid,
    [VCPU_EXIT_MSR_READ] = read_msr,
    [VCPU_EXIT_MSR_WRITE] = write_msr,
    [VCPU_EXIT_HALT] = halt,
    [VCPU_EXIT_HYPERCALL] = refuse, /* There are none. */
    [VCPU_EXIT_IRQ_WINDOW] = open_irq_window,
    [VCPU_EXIT_NMI_WINDOW] = open_nmi_window,
    [VCPU_EXIT_EXCEPTION] = pass_exception,
    [VCPU_EXIT_SHUTDOWN] = shut_down,
    [VCPU_EXIT_CR_WRITE] = write_cr8,
    [VCPU_EXIT_WBINVD] = skip_wbinvd,
    [VCPU_EXIT_VIRTUALIZATION] = refuse,
    [VCPU_EXIT_INVALID] = fail_invalid,
    [VCPU_EXIT_UNKNOWN] = fail_unknown,
};
