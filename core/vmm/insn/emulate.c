/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * emulate.c - an instruction from CS:RIP to its results.
 */
#include "operation.h"

vmk_uint64 register_get(const struct emulation *emulation, unsigned number, unsigned size)
{
    if (size == 1 && !emulation->insn.rex && number >= 4) {
        return emulation->gpr[number - 4] >> 8 & 0xff;
    }
    return alu_truncate(emulation->gpr[number], size);
}

void register_set(struct emulation *emulation, unsigned number, unsigned size, vmk_uint64 value)
{
    if (size == 1 && !emulation->insn.rex && number >= 4) {
        emulation->gpr[number - 4] = (emulation->gpr[number - 4] & ~0xff00ul) | (value & 0xff) << 8;
    } else if (size >= 4) {
        emulation->gpr[number] = alu_truncate(value, size);
    } else {
        emulation->gpr[number] =
            (emulation->gpr[number] - alu_truncate(emulation->gpr[number], size)) | alu_truncate(value, size);
    }
}

vmk_uint64 emulate_next_rip(const struct emulation *emulation)
{
    vmk_uint64 next = emulation->rip + emulation->insn.length;

    return emulation->insn.mode == INSN_MODE_64 ? next : next & 0xffffffff;
}

/** Bring the next bytes of the instruction, of which there are @p *count, as far as their page goes. */
static enum emulate_result fetch_more(struct emulation *emulation, unsigned *count)
{
    vmk_uint64 offset = emulation->rip + *count;
    unsigned room = span_code_room(emulation, offset), want = INSN_BYTES_MAX - *count;
    enum emulate_result result;
    struct span span;

    if (room == 0) {
        return take_exception_code(emulation, EXCEPTION_GP, 0);
    }
    want = want < room ? want : room;
    result = span_find_code(emulation, offset, want, &span);
    if (result == EMULATE_DONE) {
        span_read(emulation, &span, emulation->bytes + *count);
        *count += want;
    }
    return result;
}

enum emulate_result emulate_fetch(struct emulation *emulation)
{
    enum insn_mode mode = insn_mode(emulation->system, emulation->rflags);
    unsigned count = 0;

    for (;;) {
        enum insn_status status = insn_decode(emulation->bytes, count, mode, &emulation->insn);
        enum emulate_result result;

        if (status == INSN_OK) {
            return EMULATE_DONE;
        }
        if (status == INSN_UNDEFINED) {
            return take_exception(emulation, EXCEPTION_UD);
        }
        if (status == INSN_TOO_LONG) {
            return take_exception_code(emulation, EXCEPTION_GP, 0);
        }
        result = fetch_more(emulation, &count);
        if (result != EMULATE_DONE) {
            return result;
        }
    }
}

/** What the bits of a register above the operand's size add to the address of BT and its like. */
static vmk_uint64 bit_string_offset(const struct execution *execution)
{
    const struct insn *insn = execution->insn;
    vmk_uint64 number;

    if (insn->map != INSN_MAP_0F || (insn->opcode & 0xe7) != 0xa3) {
        return 0;
    }
    number = alu_sign_extend(register_get(execution->emulation, insn->reg, execution->size), execution->size);
    return (vmk_uint64)((vmk_int64)number >> 3) & ~(vmk_uint64)(execution->size - 1);
}

/** POP addresses memory with the stack pointer it leaves behind. */
static vmk_uint64 popped(const struct execution *execution)
{
    const struct insn *insn = execution->insn;
    bool pops = insn->map == INSN_MAP_ONE_BYTE && insn->opcode == 0x8f;

    return pops && insn->base == GPR_RSP ? execution->size : 0;
}

static enum emulate_result find_operand(struct execution *execution, const struct operation *operation)
{
    struct emulation *emulation = execution->emulation;
    const struct insn *insn = execution->insn;
    vmk_uint64 offset = insn_offset(insn, emulation->gpr, execution->next_rip);

    offset = alu_truncate(offset + bit_string_offset(execution) + popped(execution), insn->address_bytes);
    return (execution->size == 16 ? span_find_aligned : span_find)(
        emulation, insn->segment, offset, execution->size, operation->access, &execution->operand);
}

static unsigned size_of(const struct operation *operation, const struct insn *insn)
{
    switch (operation->size) {
    case OPERATION_PREFIXED:
        return insn->operand_bytes;
    case OPERATION_WIDE:
        return insn->wide && insn->mode == INSN_MODE_64 ? 8 : 4;
    case OPERATION_PAIR:
        return insn->operand_bytes == 8 ? 16 : 8;
    default:
        return operation->size;
    }
}

/** PUSH, POP and CALL: the device may be where the stack is. */
static bool uses_stack(const struct execution *execution)
{
    const struct insn *insn = execution->insn;

    return insn->map == INSN_MAP_ONE_BYTE &&
           (insn->opcode == 0x8f || (insn->opcode == 0xff && insn->reg % 8 >= 2));
}

/** Execute what has one operand in memory, and that on a device. */
static enum emulate_result execute(struct emulation *emulation, const struct operation *operation)
{
    struct execution execution = {
        .emulation = emulation,
        .insn = &emulation->insn,
        .size = size_of(operation, &emulation->insn),
        .next_rip = emulate_next_rip(emulation),
    };
    enum emulate_result result = find_operand(&execution, operation);

    if (result == EMULATE_DONE && !span_on_device(&execution.operand) && !uses_stack(&execution)) {
        return EMULATE_RETRY; /* All of it is RAM: the processor does it itself, and atomically. */
    }
    if (result == EMULATE_DONE) {
        result = operation->run(&execution);
    }
    if (result == EMULATE_DONE) {
        emulation->rip = execution.next_rip;
    }
    return result;
}

enum emulate_result emulate(struct emulation *emulation)
{
    enum emulate_result result = emulate_fetch(emulation);
    const struct operation *operation;

    if (result != EMULATE_DONE) {
        return result;
    }
    if (string_is_memory(&emulation->insn)) {
        return string_execute(emulation);
    }
    if (vector_is_move(&emulation->insn)) {
        return vector_execute(emulation);
    }
    if (masked_is_move(&emulation->insn)) {
        return masked_execute(emulation);
    }
    operation = operation_of(&emulation->insn);
    return operation != NULL ? execute(emulation, operation) : EMULATE_UNSUPPORTED;
}

enum emulate_result emulate_string_io(struct emulation *emulation, bool in, unsigned size)
{
    enum emulate_result result = emulate_fetch(emulation);
    const struct insn *insn = &emulation->insn;

    if (result != EMULATE_DONE) {
        return result;
    }
    if (!string_is_io(insn) || in != (insn->opcode < 0x6e) || string_element_bytes(insn) != size) {
        return EMULATE_RETRY;
    }
    return string_execute(emulation);
}
