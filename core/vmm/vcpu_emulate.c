/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vcpu_emulate.c - instructions executed for the guest, and where the next one is.
 */
#include "vcpu_internal.h"

#include <core/cpuid.h>
#include <core/vmm/emulate.h>
#include <core/vmm/guest_fpu.h>
#include <core/vmm/lapic.h>
#include <core/vmm/vm.h>
#include <vmkapi/lib/libc.h>

#define APIC_BASE_X2APIC  0x400ul
#define APIC_BASE_ENABLE  0x800ul
#define APIC_BASE_ADDRESS 0x000ffffffffff000ul

#define RFLAGS_AC         (1ul << 18)
#define PAGE_OFFSET(at)   ((at)&VMK_PAGE_MASK)

static VMK_ReturnStatus ram_page(void *machine, gpa_t at, bool write, void **bytes)
{
    struct guest_memory *memory = ((struct vcpu *)machine)->vm->memory;

    *bytes = guest_memory_page(memory, at, write);
    if (*bytes != NULL) {
        return VMK_OK;
    }
    return guest_memory_is_ram(memory, at, 1) ? VMK_NO_MEMORY : VMK_NOT_FOUND;
}

/* Each processor sees its own LAPIC there, before all else. */
static bool is_lapic(const struct vcpu *vcpu, gpa_t at)
{
    vmk_uint64 base = vcpu->lapic->base_msr;

    return (base & (APIC_BASE_ENABLE | APIC_BASE_X2APIC)) == APIC_BASE_ENABLE &&
           at.value - (base & APIC_BASE_ADDRESS) < LAPIC_SIZE;
}

static vmk_uint64 device_read(void *machine, gpa_t at, unsigned size)
{
    struct vcpu *vcpu = machine;

    return is_lapic(vcpu, at) ? lapic_read(vcpu->lapic, at.value % LAPIC_SIZE, size)
                              : io_bus_read(&vcpu->vm->mmio, at.value, size);
}

static void device_write(void *machine, gpa_t at, unsigned size, vmk_uint64 value)
{
    struct vcpu *vcpu = machine;

    if (is_lapic(vcpu, at)) {
        lapic_write(vcpu->lapic, at.value % LAPIC_SIZE, size, value);
        vcpu_look_again(vcpu);
    } else {
        io_bus_write(&vcpu->vm->mmio, at.value, size, value);
    }
}

static vmk_uint32 port_read(void *machine, vmk_uint16 port, unsigned size)
{
    return (vmk_uint32)io_bus_read(&((struct vcpu *)machine)->vm->ports, port, size);
}

static void port_write(void *machine, vmk_uint16 port, unsigned size, vmk_uint32 value)
{
    io_bus_write(&((struct vcpu *)machine)->vm->ports, port, size, value);
}

static void vector_read(void *machine, unsigned number, struct emulate_vector *value)
{
    guest_fpu_vector_read(((struct vcpu *)machine)->fpu, number, value);
}

static void vector_write(void *machine, unsigned number, const struct emulate_vector *value)
{
    guest_fpu_vector_write(((struct vcpu *)machine)->fpu, number, value);
}

static const struct emulate_ops ops = {.device_read = device_read,
                                       .device_write = device_write,
                                       .port_read = port_read,
                                       .port_write = port_write,
                                       .vector_read = vector_read,
                                       .vector_write = vector_write};

static unsigned physical_bits(void)
{
    return cpuid(0x80000008, 0).eax & 0xff;
}

static void prepare(struct vcpu *vcpu, struct system_registers *system, struct emulation *emulation)
{
    vmm_vendor->system_get(vcpu, system);
    emulation->gpr = vcpu->gpr;
    emulation->rip = vcpu->rip;
    emulation->rflags = vcpu->rflags;
    emulation->system = system;
    emulation->xcr0 = system->cr4 & CR4_OSXSAVE ? guest_fpu_xcr0(vcpu->fpu) : 0;
    emulation->physical_bits = physical_bits();
    emulation->ram = (struct guest_ram){.page = ram_page, .machine = vcpu};
    emulation->ops = &ops;
    emulation->met = 0;
    vcpu_breakpoints(vcpu, &emulation->breakpoints);
}

static void fail(struct vcpu *vcpu, const struct emulation *emulation)
{
    char bytes[3 * INSN_BYTES_MAX + 1] = "";

    for (unsigned i = 0; i < emulation->insn.length; i++) {
        (void)vmk_Snprintf(bytes + 3 * i, sizeof(bytes) - 3 * i, " %02x", emulation->bytes[i]);
    }
    vm_fail(vcpu->vm, "vCPU %u: %s on a device is not executed for a guest: at 0x%lx,%s", vcpu->index,
            emulate_refused(emulation), vcpu->rip, bytes);
}

/* What follows from an instruction that was not executed. */
static void settle(struct vcpu *vcpu, enum emulate_result result, const struct emulation *emulation)
{
    switch (result) {
    case EMULATE_EXCEPTION:
        if (emulation->exception.vector == VECTOR_PAGE_FAULT) {
            vcpu_inject_page_fault(vcpu, emulation->exception.address, emulation->exception.error_code);
        } else {
            vcpu_inject_exception(vcpu, emulation->exception.vector, emulation->exception.has_error_code,
                                  emulation->exception.error_code);
        }
        break;
    case EMULATE_UNSUPPORTED:
        if (emulation->system->cpl == 3) {
            vcpu_inject_undefined(vcpu);
        } else {
            fail(vcpu, emulation);
        }
        break;
    case EMULATE_NO_MEMORY:
        vm_fail(vcpu->vm, "no memory for a page of the guest's");
        break;
    case EMULATE_DONE:
    case EMULATE_RETRY:
        break;
    }
}

static void finish(struct vcpu *vcpu, enum emulate_result result, const struct emulation *emulation)
{
    if (result == EMULATE_DONE) {
        vcpu->rflags = emulation->rflags;
        vcpu->breakpoints_met |= emulation->met;
        vcpu_advance(vcpu, emulation->rip);
    } else {
        settle(vcpu, result, emulation);
    }
}

void vcpu_emulate_memory(struct vcpu *vcpu, const struct vcpu_exit *exit)
{
    struct system_registers system;
    struct emulation emulation;

    prepare(vcpu, &system, &emulation);
    finish(vcpu, emulate(&emulation), &emulation);
}

void vcpu_emulate_string_io(struct vcpu *vcpu, const struct vcpu_exit *exit)
{
    struct system_registers system;
    struct emulation emulation;
    enum emulate_result result;

    prepare(vcpu, &system, &emulation);
    result = emulate_string_io(&emulation, exit->io.in, exit->io.size);
    if (result == EMULATE_DONE) {
        vcpu_meet_port(vcpu, exit->io.port, exit->io.size);
    }
    finish(vcpu, result, &emulation);
}

static bool is_expected(enum insn_map map, vmk_uint8 opcode, struct vcpu_insns expected)
{
    return map == expected.map && opcode >= expected.first && opcode <= expected.last;
}

static struct vcpu_seen *seen_at(struct vcpu *vcpu)
{
    return &vcpu->seen[vcpu->rip % VMK_ARRAY_SIZE(vcpu->seen)];
}

/* The bytes of the instruction at @p address, where they are read with one load; NULL: not so. */
static const vmk_uint64 *bytes_at(const struct emulation *emulation, vmk_uint64 address)
{
    const struct system_registers *system = emulation->system;
    const struct guest_paging paging = {.cr0 = system->cr0,
                                        .cr3 = system->cr3,
                                        .cr4 = system->cr4,
                                        .efer = system->efer,
                                        .ac = (emulation->rflags & RFLAGS_AC) != 0,
                                        .physical_bits = emulation->physical_bits,
                                        .ram = emulation->ram};
    unsigned access = PAGE_FAULT_FETCH | (system->cpl == 3 ? PAGE_FAULT_USER : 0);
    vmk_uint32 error_code;
    void *bytes;
    gpa_t at;

    if (PAGE_OFFSET(address) > VMK_PAGE_SIZE - sizeof(vmk_uint64) ||
        guest_walk(&paging, address, access, &at, &error_code) != VMK_OK ||
        paging.ram.page(paging.ram.machine, at, false, &bytes) != VMK_OK) {
        return NULL;
    }
    return bytes;
}

/* Whether RIP is the instruction's linear address. */
static bool is_flat(const struct emulation *emulation)
{
    return emulation->insn.mode == INSN_MODE_64 || emulation->system->segments[SEGMENT_CS].base == 0;
}

static void remember(struct vcpu *vcpu, const struct emulation *emulation)
{
    unsigned length = emulation->insn.length;
    const vmk_uint64 *bytes;

    if (!is_flat(emulation) || length >= sizeof(*bytes)) {
        return;
    }
    bytes = bytes_at(emulation, vcpu->rip);
    if (bytes != NULL) {
        vmk_uint64 mask = (1ul << 8 * length) - 1;

        *seen_at(vcpu) = (struct vcpu_seen){.rip = vcpu->rip,
                                            .cr3 = vcpu->cr3,
                                            .bytes = bytes,
                                            .mask = mask,
                                            .value = *bytes & mask,
                                            .map = emulation->insn.map,
                                            .opcode = emulation->insn.opcode,
                                            .length = (vmk_uint8)length};
    }
}

/*
 * The same instruction as last time: nobody has to walk the guest's tables for it. That its bytes are still
 * there is looked at; a guest that has another page at the same address in the same CR3's tables by now, with
 * the same instruction but more prefixes, goes on a few bytes early: by its own doing, and to itself alone.
 */
static bool was_seen(const struct vcpu *vcpu, const struct vcpu_seen *seen, struct vcpu_insns expected)
{
    return seen->rip == vcpu->rip && seen->cr3 == vcpu->cr3 && seen->bytes != NULL &&
           is_expected(seen->map, seen->opcode, expected) &&
           (*(const volatile vmk_uint64 *)seen->bytes & seen->mask) == seen->value;
}

static bool find_by_decoding(struct vcpu *vcpu, struct vcpu_insns expected, vmk_uint64 *next_rip,
                             unsigned *rm)
{
    struct system_registers system;
    struct emulation emulation;
    enum emulate_result result;

    prepare(vcpu, &system, &emulation);
    result = emulate_fetch(&emulation);
    if (result != EMULATE_DONE) {
        settle(vcpu, result, &emulation);
        return false;
    }
    /* Another processor has changed it since: the guest executes what is there now. */
    if (!is_expected(emulation.insn.map, emulation.insn.opcode, expected)) {
        return false;
    }
    *next_rip = emulate_next_rip(&emulation);
    if (rm != NULL) {
        *rm = emulation.insn.rm;
    } else {
        remember(vcpu, &emulation);
    }
    return true;
}

bool vcpu_find_next(struct vcpu *vcpu, const struct vcpu_exit *exit, struct vcpu_insns expected,
                    vmk_uint64 *next_rip, unsigned *rm)
{
    const struct vcpu_seen *seen = seen_at(vcpu);

    if (rm == NULL && exit->next_rip != 0) {
        *next_rip = exit->next_rip;
        return true;
    }
    if (rm == NULL && was_seen(vcpu, seen, expected)) {
        *next_rip = vcpu->rip + seen->length;
        return true;
    }
    return find_by_decoding(vcpu, expected, next_rip, rm);
}
