/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * span.c - from segment and offset to RAM and devices (AMD64 APM vol. 2, 4.7 to 4.12: segmentation checks).
 */
#include "span.h"

#include <vmkapi/lib/libc.h>

#include "alu.h"

#define CR0_PE                (1ul << 0)
#define CR0_AM                (1ul << 18)

#define ATTRIBUTE_ACCESSED    (1u << 0)
#define ATTRIBUTE_READ_WRITE  (1u << 1) /**< Data: writable. Code: readable. */
#define ATTRIBUTE_EXPAND_DOWN (1u << 2) /**< Of data. */
#define ATTRIBUTE_CODE        (1u << 3)
#define ATTRIBUTE_PRESENT     (1u << 7)
#define ATTRIBUTE_BIG         (1u << 10)

enum emulate_result take_exception(struct emulation *emulation, vmk_uint8 vector)
{
    emulation->exception.vector = vector;
    emulation->exception.has_error_code = false;
    emulation->exception.error_code = 0;
    return EMULATE_EXCEPTION;
}

enum emulate_result take_exception_code(struct emulation *emulation, vmk_uint8 vector, vmk_uint32 error_code)
{
    emulation->exception.vector = vector;
    emulation->exception.has_error_code = true;
    emulation->exception.error_code = error_code;
    return EMULATE_EXCEPTION;
}

static enum emulate_result take_segment_exception(struct emulation *emulation, enum segment segment)
{
    return take_exception_code(emulation, segment == SEGMENT_SS ? EXCEPTION_SS : EXCEPTION_GP, 0);
}

static bool has_descriptors(const struct emulation *emulation)
{
    return (emulation->system->cr0 & CR0_PE) != 0 && (emulation->rflags & RFLAGS_VM) == 0;
}

/** Whether a segment's type lets it be read, or written. */
static bool type_allows(unsigned attributes, enum span_access access)
{
    bool code = attributes & ATTRIBUTE_CODE, read_write = attributes & ATTRIBUTE_READ_WRITE;

    if ((attributes & ATTRIBUTE_PRESENT) == 0) {
        return false;
    }
    return access == SPAN_WRITE ? !code && read_write : !code || read_write;
}

static bool limit_allows(const struct segment_register *segment, vmk_uint64 offset, unsigned size)
{
    vmk_uint64 last = offset + size - 1;
    bool expand_down =
        (segment->attributes & (ATTRIBUTE_CODE | ATTRIBUTE_EXPAND_DOWN)) == ATTRIBUTE_EXPAND_DOWN;

    if (!expand_down) {
        return last <= segment->limit;
    }
    return offset > segment->limit && last <= (segment->attributes & ATTRIBUTE_BIG ? 0xffffffff : 0xffff);
}

/** 48 bits with sign: 5-level paging is not offered. */
static bool is_canonical(vmk_uint64 address)
{
    return alu_sign_extend(address, 6) == address;
}

/** Long mode: segments have no limits, and a base only FS and GS. */
static enum emulate_result linear_64(struct emulation *emulation, enum segment segment, vmk_uint64 offset,
                                     unsigned size, vmk_uint64 *linear)
{
    vmk_uint64 base =
        segment == SEGMENT_FS || segment == SEGMENT_GS ? emulation->system->segments[segment].base : 0;

    *linear = base + offset;
    if (!is_canonical(*linear) || !is_canonical(*linear + size - 1)) {
        return take_segment_exception(emulation, segment);
    }
    return EMULATE_DONE;
}

static enum emulate_result linear_of(struct emulation *emulation, enum segment segment, vmk_uint64 offset,
                                     unsigned size, enum span_access access, vmk_uint64 *linear)
{
    const struct segment_register *reg = &emulation->system->segments[segment];

    if (insn_mode(emulation->system, emulation->rflags) == INSN_MODE_64) {
        return linear_64(emulation, segment, offset, size, linear);
    }
    if ((has_descriptors(emulation) && !type_allows(reg->attributes, access)) ||
        !limit_allows(reg, offset, size)) {
        return take_segment_exception(emulation, segment);
    }
    *linear = (reg->base + offset) & 0xffffffff;
    return EMULATE_DONE;
}

/** Find the page behind a linear address. */
static enum emulate_result translate(struct emulation *emulation, vmk_uint64 linear, unsigned access,
                                     struct span *span, unsigned part)
{
    const struct system_registers *system = emulation->system;
    struct guest_paging paging = {
        .cr0 = system->cr0,
        .cr3 = system->cr3,
        .cr4 = system->cr4,
        .efer = system->efer,
        .ac = emulation->rflags & RFLAGS_AC,
        .physical_bits = emulation->physical_bits,
        .ram = emulation->ram,
    };
    vmk_uint32 error_code = 0;
    gpa_t at = gpa(0);
    vmk_StatusValue status;

    access |= system->cpl == 3 ? PAGE_FAULT_USER : 0;
    status = guest_walk(&paging, linear, access, &at, &error_code);
    if (status == VMK_OK) {
        status = emulation->ram.page(emulation->ram.machine, at, access & PAGE_FAULT_WRITE,
                                     &span->parts[part].ram);
    }
    span->parts[part].at = at;
    switch (status) {
    case VMK_OK:
        return EMULATE_DONE;
    case VMK_NOT_FOUND:
        span->parts[part].ram = NULL;
        return EMULATE_DONE;
    case VMK_INVALID_ADDRESS:
        emulation->exception.address = linear;
        return take_exception_code(emulation, EXCEPTION_PF, error_code);
    case VMK_BUSY:
        return EMULATE_RETRY;
    case VMK_NO_MEMORY:
        return EMULATE_NO_MEMORY;
    default:
        return EMULATE_UNSUPPORTED;
    }
}

/** Find the pages behind a linear range, which lies in one or two. */
static enum emulate_result find_pages(struct emulation *emulation, vmk_uint64 linear, unsigned size,
                                      unsigned access, struct span *span)
{
    unsigned room = (unsigned)(VMK_PAGE_SIZE - (linear & VMK_PAGE_MASK));
    enum emulate_result result = translate(emulation, linear, access, span, 0);

    span->parts[0].size = size < room ? size : room;
    span->parts[1].size = size - span->parts[0].size;
    if (result == EMULATE_DONE && span->parts[1].size != 0) {
        vmk_uint64 next = linear + room;

        if (insn_mode(emulation->system, emulation->rflags) != INSN_MODE_64) {
            next &= 0xffffffff;
        }
        result = translate(emulation, next, access, span, 1);
    }
    return result;
}

static bool alignment_is_checked(const struct emulation *emulation, unsigned size)
{
    return emulation->system->cpl == 3 && (emulation->system->cr0 & CR0_AM) != 0 &&
           (emulation->rflags & RFLAGS_AC) != 0 && size <= 8;
}

static void look_for_breakpoints(struct emulation *emulation, vmk_uint64 linear, unsigned size,
                                 enum span_access access)
{
    if (emulation->breakpoints.control & DR7_ENABLED) {
        emulation->met |= breakpoints_met(&emulation->breakpoints, BREAKPOINT_ACCESS, linear, size);
        if (access == SPAN_WRITE) {
            emulation->met |= breakpoints_met(&emulation->breakpoints, BREAKPOINT_WRITE, linear, size);
        }
    }
}

static enum emulate_result find(struct emulation *emulation, enum segment segment, vmk_uint64 offset,
                                unsigned size, enum span_access access, bool aligned, struct span *span)
{
    vmk_uint64 linear;
    enum emulate_result result = linear_of(emulation, segment, offset, size, access, &linear);

    *span = (struct span){0};
    if (result != EMULATE_DONE) {
        return result;
    }
    if (aligned && (linear & (size - 1)) != 0) {
        return take_exception_code(emulation, EXCEPTION_GP, 0);
    }
    look_for_breakpoints(emulation, linear, size, access);
    result = find_pages(emulation, linear, size, access == SPAN_WRITE ? PAGE_FAULT_WRITE : 0, span);
    if (result == EMULATE_DONE && alignment_is_checked(emulation, size) && (linear & (size - 1)) != 0) {
        return take_exception_code(emulation, EXCEPTION_AC, 0);
    }
    return result;
}

enum emulate_result span_find(struct emulation *emulation, enum segment segment, vmk_uint64 offset,
                              unsigned size, enum span_access access, struct span *span)
{
    return find(emulation, segment, offset, size, access, false, span);
}

enum emulate_result span_find_aligned(struct emulation *emulation, enum segment segment, vmk_uint64 offset,
                                      unsigned size, enum span_access access, struct span *span)
{
    return find(emulation, segment, offset, size, access, true, span);
}

/** CS's base and offset; its type was judged when it was loaded. */
static vmk_uint64 code_linear(const struct emulation *emulation, vmk_uint64 offset)
{
    if (insn_mode(emulation->system, emulation->rflags) == INSN_MODE_64) {
        return offset;
    }
    return (emulation->system->segments[SEGMENT_CS].base + offset) & 0xffffffff;
}

unsigned span_code_room(const struct emulation *emulation, vmk_uint64 offset)
{
    unsigned room = (unsigned)(VMK_PAGE_SIZE - (code_linear(emulation, offset) & VMK_PAGE_MASK));
    vmk_uint64 limit = emulation->system->segments[SEGMENT_CS].limit;

    if (insn_mode(emulation->system, emulation->rflags) == INSN_MODE_64) {
        return is_canonical(offset) ? room : 0;
    }
    if (offset > limit) {
        return 0;
    }
    return limit - offset + 1 < room ? (unsigned)(limit - offset + 1) : room;
}

enum emulate_result span_find_code(struct emulation *emulation, vmk_uint64 offset, unsigned size,
                                   struct span *span)
{
    enum emulate_result result;

    *span = (struct span){0};
    result = find_pages(emulation, code_linear(emulation, offset), size, PAGE_FAULT_FETCH, span);
    return result == EMULATE_DONE && span_on_device(span) ? EMULATE_UNSUPPORTED : result;
}

bool span_on_device(const struct span *span)
{
    return span->parts[0].ram == NULL || (span->parts[1].size != 0 && span->parts[1].ram == NULL);
}

/** The largest access a device is asked for @p left bytes by. */
static unsigned device_access(unsigned left)
{
    return left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
}

static void device_read(struct emulation *emulation, gpa_t at, vmk_uint8 *to, unsigned size)
{
    for (unsigned done = 0, step; done < size; done += step) {
        vmk_uint64 value;

        step = device_access(size - done);
        value = emulation->ops->device_read(emulation->ram.machine, gpa_add(at, done), step);
        memcpy(to + done, &value, step);
    }
}

static void device_write(struct emulation *emulation, gpa_t at, const vmk_uint8 *from, unsigned size)
{
    for (unsigned done = 0, step; done < size; done += step) {
        vmk_uint64 value = 0;

        step = device_access(size - done);
        memcpy(&value, from + done, step);
        emulation->ops->device_write(emulation->ram.machine, gpa_add(at, done), step, value);
    }
}

void span_read(struct emulation *emulation, const struct span *span, void *to)
{
    vmk_uint8 *bytes = to;

    for (unsigned i = 0; i < 2; i++) {
        if (span->parts[i].size != 0 && span->parts[i].ram != NULL) {
            memcpy(bytes, span->parts[i].ram, span->parts[i].size);
        } else {
            device_read(emulation, span->parts[i].at, bytes, span->parts[i].size);
        }
        bytes += span->parts[i].size;
    }
}

void span_write(struct emulation *emulation, const struct span *span, const void *from)
{
    const vmk_uint8 *bytes = from;

    for (unsigned i = 0; i < 2; i++) {
        if (span->parts[i].size != 0 && span->parts[i].ram != NULL) {
            memcpy(span->parts[i].ram, bytes, span->parts[i].size);
        } else {
            device_write(emulation, span->parts[i].at, bytes, span->parts[i].size);
        }
        bytes += span->parts[i].size;
    }
}

vmk_uint64 span_read_value(struct emulation *emulation, const struct span *span)
{
    vmk_uint64 value = 0;

    span_read(emulation, span, &value);
    return value;
}

void span_write_value(struct emulation *emulation, const struct span *span, vmk_uint64 value)
{
    span_write(emulation, span, &value);
}
