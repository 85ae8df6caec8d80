/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * intr.h - interrupt lines, and the interrupts (cookies) on them.
 *
 * A line is one thing that can fire: a pin of an IOAPIC or one message of a device. It has a CPU and a
 * vector. An interrupt is one device's share of a line: a pin may be shared, a message is its device's alone.
 *
 * A line is held back at its source while nobody on it is enabled, or while somebody who is disabled has no
 * other way to be kept quiet, or after a storm.
 * Locks: line->lock (rank INTR_LINE, interrupts off) guards a line and the interrupts on it.
 */
#ifndef CORE_INTR_H
#define CORE_INTR_H

#include <vmkapi/core/spinlock.h>
#include <vmkapi/core/stats.h>
#include <vmkapi/hardware/intr.h>

/** What is behind a line. Called with the line's lock held. */
struct intr_line_ops {
    /** Have the source raise @p vector of CPU @p pcpu from now on. It is held while this is called. */
    VMK_ReturnStatus (*aim)(void *source, unsigned index, vmk_uint32 pcpu, vmk_uint8 vector);
    /** Hold the source back, or let it through. A source without a mask ignores it. */
    void (*hold)(void *source, unsigned index, vmk_Bool held);
    vmk_Bool edge; /**< A firing that is not served is not repeated. */
};

struct intr_line {
    const struct intr_line_ops *ops;
    void *source;
    unsigned index; /**< Which of the source's: GSI, MSI-X table entry. */
    vmk_uint32 pcpu;
    vmk_uint8 vector;
    vmk_SpinlockObject lock; /**< Rank INTR_LINE. */
    struct intr *first;      /**< Interrupts with a handler; walked without the lock while firing. */
    vmk_uint32 passes;       /**< Odd while handlers run. */
    vmk_Bool again VMK_GUARDED_BY(lock);          /**< Fired while handlers ran. */
    vmk_Bool stormed VMK_GUARDED_BY(lock);        /**< Held back because nobody claimed it. */
    vmk_uint32 unclaimed VMK_GUARDED_BY(lock);    /**< In a row. */
    vmk_uint64 unclaimed_ns VMK_GUARDED_BY(lock); /**< When the last was. */
    vmk_uint64 unclaimed_total;
};

/** Keep one device's share of a line quiet, or let it speak: a gate in front of a shared pin. */
typedef void (*intr_gate)(void *device, vmk_Bool open);

/** One cookie. The members from `props` on are set while a handler is registered. */
struct intr {
    vmk_IntrCookie cookie;
    vmk_ModuleID module; /**< Charged for the cookie. */
    struct intr_line *line;
    intr_gate gate; /**< NULL when only the line can be held. */
    void *gate_arg;
    vmk_IntrProps props;
    vmk_ModuleID handler_module;
    vmk_Bool registered;
    vmk_Bool enabled;
    vmk_Bool missed VMK_GUARDED_BY(line->lock); /**< An edge came while disabled. */
    struct intr *next;
    vmk_uint64 fired;
    vmk_uint64 claimed;
    vmk_StatGroup stats;
};

/**
 * Make a line, held, on CPU @p pcpu.
 *
 * Context: may block.
 * @return VMK_OK; VMK_NO_MEMORY; VMK_NO_RESOURCES (no vector); what ops->aim says
 */
VMK_ReturnStatus intr_line_create(const struct intr_line_ops *ops, void *source, unsigned index,
                                  vmk_uint32 pcpu, struct intr_line **line);

/** Hold a line for good and free it. Nothing is registered on it. Context: may block. */
void intr_line_destroy(struct intr_line *line);

/** Put @p intr on its line; it is disabled. Context: any but NMI. */
void intr_line_add(struct intr *intr);

/** Take @p intr off its line; on return no handler of it runs or will. Context: any but its handler. */
void intr_line_remove(struct intr *intr);

/** Enable or disable @p intr on its line, and see to holding it. Context: any but NMI. */
void intr_line_set_enabled(struct intr *intr, vmk_Bool enabled);

/** Wait until the pass through the handlers that is under way, if any, ends. Context: any but a handler. */
void intr_line_sync(struct intr_line *line);

/** Move a line to another CPU. Context: may block. @return as intr_line_create() */
VMK_ReturnStatus intr_line_move(struct intr_line *line, vmk_uint32 pcpu);

/**
 * Take a reference to the line of a global system interrupt; made by the first, freed with the last.
 *
 * @param flags  enum ioapic_flags; must agree with those it was made with.
 * Context: world; may block.
 * @return VMK_OK; VMK_BAD_PARAM when the flags disagree; VMK_NOT_FOUND without such a gsi; else as above
 */
VMK_ReturnStatus intr_gsi_get(vmk_uint32 gsi, unsigned flags, struct intr_line **line);
void intr_gsi_put(struct intr_line *line);

/**
 * Allocate a cookie on a line, or free it.
 *
 * Context: world; may block. Charged to @p module.
 * @return VMK_OK; VMK_NO_RESOURCES (all cookies taken); VMK_NO_MEMORY
 */
VMK_ReturnStatus intr_alloc(vmk_ModuleID module, struct intr_line *line, intr_gate gate, void *gate_arg,
                            vmk_IntrCookie *cookie);
void intr_free(vmk_IntrCookie cookie);

/** The interrupt with a cookie, or NULL. Stays valid until its owner frees it. Context: any. */
struct intr *intr_find(vmk_IntrCookie cookie);

/** Receives one interrupt; must not allocate or free any. */
typedef void (*intr_visitor)(void *arg, const struct intr *intr);

/** Visit every interrupt, by cookie. Context: world. */
void intr_walk(intr_visitor visit, void *arg);

/** Cookies are below this. */
#define INTR_COOKIES_MAX 256

#endif
