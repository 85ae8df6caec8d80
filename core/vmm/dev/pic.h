/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pic.h - two 8259A interrupt controllers in cascade, with the PC's edge/level registers (Intel 8259A data
 * sheet; PIIX 82371AB, 4.1.7).
 */
#ifndef CORE_VMM_DEV_PIC_H
#define CORE_VMM_DEV_PIC_H

#include <core/vmm/io_bus.h>
#include <core/vmm/vdev.h>

/** One controller. */
struct pic_chip {
    vmk_uint8 lines; /**< What is high now. */
    vmk_uint8 irr, isr, imr;
    vmk_uint8 level;    /**< Lines that are level-triggered (ELCR). */
    vmk_uint8 vector;   /**< Of line 0; ICW2. */
    vmk_uint8 first;    /**< The line of highest priority. */
    vmk_uint8 next_icw; /**< The initialization word that comes next; 0: none. */
    bool single, wants_icw4;
    bool auto_eoi, rotates, nested, special_mask;
    bool reads_isr, polled;
};

struct pic {
    struct vm *vm;
    struct pic_chip master, slave;
    bool output; /**< INTR to the processor. Atomic. */
    struct io_region master_ports, slave_ports, edge_level_ports;
};

void pic_init(struct pic *pic, struct vm *vm);
/** As firmware leaves it: all masked, the SCI level-triggered. Every line is low: all devices are reset. */
void pic_reset(struct pic *pic);

/** Drive line @p irq, 0 to 15. */
void pic_irq_set(struct pic *pic, unsigned irq, bool high);

/** Whether INTR is high. Takes no lock. */
bool pic_pending(const struct pic *pic);
/** The processor's acknowledge cycles. @return the vector. */
vmk_uint8 pic_acknowledge(struct pic *pic);

#endif
