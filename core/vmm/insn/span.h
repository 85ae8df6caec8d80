/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * span.h - bytes of a guest's memory by segment and offset: found first, with every fault that finding them
 * can take, then read and written without any.
 */
#ifndef CORE_VMM_INSN_SPAN_H
#define CORE_VMM_INSN_SPAN_H

#include <core/vmm/emulate.h>

#define SPAN_MAX 32u /**< Bytes: a YMM register. */

enum span_access { SPAN_READ, SPAN_WRITE };

struct span {
    struct {
        unsigned size; /**< 0: no such part. */
        void *ram;     /**< NULL: a device's. */
        gpa_t at;
    } parts[2]; /**< The second lies in another page. */
};

/**
 * Find @p size bytes, checking segment, canonical form, paging and alignment (RFLAGS.AC).
 *
 * @param access SPAN_WRITE: they may be read as well.
 * @return EMULATE_DONE, or what the emulation ends with.
 */
enum emulate_result span_find(struct emulation *emulation, enum segment segment, vmk_uint64 offset,
                              unsigned size, enum span_access access, struct span *span);

/** As span_find(), where an address that @p size does not divide is #GP: aligned vector moves. */
enum emulate_result span_find_aligned(struct emulation *emulation, enum segment segment, vmk_uint64 offset,
                                      unsigned size, enum span_access access, struct span *span);

/** Find @p size bytes of code at @p offset in CS, which do not cross a page. */
enum emulate_result span_find_code(struct emulation *emulation, vmk_uint64 offset, unsigned size,
                                   struct span *span);

/** How many of the code's bytes from @p offset on lie in its page, and within CS's limit: 0: #GP. */
unsigned span_code_room(const struct emulation *emulation, vmk_uint64 offset);

/** Whether any of it is a device's. */
bool span_on_device(const struct span *span);

void span_read(struct emulation *emulation, const struct span *span, void *to);
void span_write(struct emulation *emulation, const struct span *span, const void *from);

/** Of up to 8 bytes. */
vmk_uint64 span_read_value(struct emulation *emulation, const struct span *span);
void span_write_value(struct emulation *emulation, const struct span *span, vmk_uint64 value);

/** Have the emulation end in exception @p vector. @return EMULATE_EXCEPTION. */
enum emulate_result take_exception(struct emulation *emulation, vmk_uint8 vector);
enum emulate_result take_exception_code(struct emulation *emulation, vmk_uint8 vector, vmk_uint32 error_code);

#define EXCEPTION_DE 0u
#define EXCEPTION_UD 6u
#define EXCEPTION_NM 7u
#define EXCEPTION_SS 12u
#define EXCEPTION_GP 13u
#define EXCEPTION_PF 14u
#define EXCEPTION_AC 17u

#endif
