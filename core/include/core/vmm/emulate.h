/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * emulate.h - instructions executed for the guest because one of their operands is a device's.
 *
 * An instruction is fetched at CS:RIP, its operands are found through the guest's segments and page tables,
 * and it is executed with the results and flags a processor gives. Every fault it can take is found before
 * anything is changed; devices are read only once nothing can fault any more, but for a branch's target and
 * a divisor.
 * Operands may cross pages and borders of RAM and devices, each part goes where it belongs.
 *
 * Between the exit and the fetch another processor of the guest may have put something else at CS:RIP, so
 * nothing is believed of the exit: an instruction that could not have been let through by the processor is
 * not executed.
 *
 * Not here, but EMULATE_UNSUPPORTED: what needs more of the processor than an access (far transfers, loads of
 * segment registers, FXSAVE...), implicit stack operands on a device, x87, MMX, AVX-512, arithmetic on vector
 * registers; refused.c lists it. F3 0F BC and BD are TZCNT and LZCNT, as on every processor that has them.
 *
 * Hardware-free. Context: the vCPU's world, out of the guest; calls the ops, takes no locks.
 */
#ifndef CORE_VMM_EMULATE_H
#define CORE_VMM_EMULATE_H

#include <core/vmm/breakpoints.h>
#include <core/vmm/guest_walk.h>
#include <core/vmm/insn.h>

/** A repeated string instruction stops after so many elements; the guest goes on with it when entered. */
#define EMULATE_REPEAT_MAX 4096u

/** A YMM register, its XMM half first. */
struct emulate_vector {
    vmk_uint64 words[4];
};

/** What the machine does for an instruction, besides its RAM. @p machine is guest_ram's. */
struct emulate_ops {
    /** A device's register, or nobody's, which reads as ones: @p size 1, 2, 4 or 8 bytes, naturally aligned
     * or not, within a page. */
    vmk_uint64 (*device_read)(void *machine, gpa_t at, unsigned size);
    void (*device_write)(void *machine, gpa_t at, unsigned size, vmk_uint64 value);
    /** @p size 1, 2 or 4. */
    vmk_uint32 (*port_read)(void *machine, vmk_uint16 port, unsigned size);
    void (*port_write)(void *machine, vmk_uint16 port, unsigned size, vmk_uint32 value);
    /** Vector register @p number, 0 to 15. Where the guest has no AVX, the upper half reads as zeroes and is
     * not written. */
    void (*vector_read)(void *machine, unsigned number, struct emulate_vector *value);
    void (*vector_write)(void *machine, unsigned number, const struct emulate_vector *value);
};

enum emulate_result {
    /** Done: `gpr`, `rip` and `rflags` are those after it. A string instruction may not be at its end: then
     * `rip` is still its own, and the guest goes on with it. Next: vcpu_advance(vcpu, rip). */
    EMULATE_DONE,
    /** The guest takes `exception`; nothing was changed but what a string instruction's earlier elements
     * did, which `gpr` tells. */
    EMULATE_EXCEPTION,
    /** Nothing was done: enter the guest at the same instruction again. */
    EMULATE_RETRY,
    /** Nothing was done, and we cannot: `insn` and `bytes` are for the message. A user (CPL 3) is given #UD,
     * for a kernel the VM is stopped. */
    EMULATE_UNSUPPORTED,
    /** Nothing was done: there is no memory for a page of the guest's. */
    EMULATE_NO_MEMORY,
};

/** A processor at an instruction. */
struct emulation {
    /* The caller's. */
    vmk_uint64 *gpr; /**< GPR_COUNT of them. */
    vmk_uint64 rip, rflags;
    const struct system_registers *system;
    vmk_uint64 xcr0; /**< 0: the guest has no XSAVE. */
    unsigned physical_bits;
    struct guest_ram ram;
    const struct emulate_ops *ops;
    struct breakpoints breakpoints; /**< The guest's; those on data are looked for. */

    /* What the call tells. */
    struct insn insn;
    vmk_uint8 bytes[INSN_BYTES_MAX]; /**< The instruction's; insn.length of them. */
    struct {
        vmk_uint8 vector;
        bool has_error_code;
        vmk_uint32 error_code;
        vmk_uint64 address; /**< For #PF: CR2. */
    } exception;
    vmk_uint8 met; /**< DR6's bits of breakpoints on data that it met, of an instruction that is done. */
};

/**
 * Fetch and decode the instruction at CS:RIP and do no more: for exits that do not tell the next RIP.
 *
 * @return EMULATE_DONE: `insn` is filled in, the next RIP is emulate_next_rip(); any of the others.
 */
enum emulate_result emulate_fetch(struct emulation *emulation);

/** The address behind the fetched instruction, within the width of the code segment. */
vmk_uint64 emulate_next_rip(const struct emulation *emulation);

/** Execute the instruction at CS:RIP, which left the guest for a memory operand that is not RAM. */
enum emulate_result emulate(struct emulation *emulation);

/** What EMULATE_UNSUPPORTED would not execute, for a message: a name like "FXSAVE", or what there is besides
 * names. */
const char *emulate_refused(const struct emulation *emulation);

/**
 * Execute the INS or OUTS at CS:RIP, which left the guest for its port; the processor has checked the right
 * to it for @p size bytes and the direction @p in. If something else is there by now: EMULATE_RETRY.
 */
enum emulate_result emulate_string_io(struct emulation *emulation, bool in, unsigned size);

#endif
