/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * interrupt.h - interrupt handlers, and tasklets.
 *
 * Handlers run in interrupt context, on one CPU at a time. Numbers are a device's own (pci_dev.irq), also
 * where the hardware line is shared with other devices.
 */
#ifndef VMKLINUX_LINUX_INTERRUPT_H
#define VMKLINUX_LINUX_INTERRUPT_H

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/bottom_half.h>
#include <linux/hardirq.h>
#include <linux/irqreturn.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <asm/irq.h>

#define IRQF_TRIGGER_NONE    0x00000000
#define IRQF_TRIGGER_RISING  0x00000001
#define IRQF_TRIGGER_FALLING 0x00000002
#define IRQF_TRIGGER_HIGH    0x00000004
#define IRQF_TRIGGER_LOW     0x00000008

#define IRQF_SHARED          0x00000080
#define IRQF_PROBE_SHARED    0x00000100
#define IRQF_PERCPU          0x00000400
#define IRQF_NOBALANCING     0x00000800
#define IRQF_ONESHOT         0x00002000
#define IRQF_NO_SUSPEND      0x00004000
#define IRQF_NO_THREAD       0x00010000
#define IRQF_NO_AUTOEN       0x00080000

#define IRQ_NOTCONNECTED     (1U << 31)

struct device;

typedef irqreturn_t (*irq_handler_t)(int, void *);

/*
 * DEVIATION-007 (request_irq, request_threaded_irq, pci_dev.irq): two devices on one hardware line have
 * numbers of their own, so that a driver's interrupt never names a neighbour's.
 */

/* Attach a handler on behalf of @module; see request_irq(). */
int __must_check vmklinux_request_irq(struct module *module, unsigned int irq, irq_handler_t handler,
                                      irq_handler_t thread_fn, unsigned long flags, const char *name,
                                      void *dev);

/* Returns 0; -EINVAL for no such interrupt; -EBUSY when taken unshared; -ENOMEM. Context: may block. */
static inline int __must_check request_irq(unsigned int irq, irq_handler_t handler, unsigned long flags,
                                           const char *name, void *dev)
{
    return vmklinux_request_irq(THIS_MODULE, irq, handler, NULL, flags, name, dev);
}

/* As request_irq(); @thread_fn runs in a world each time @handler returns IRQ_WAKE_THREAD. */
static inline int __must_check request_threaded_irq(unsigned int irq, irq_handler_t handler,
                                                    irq_handler_t thread_fn, unsigned long flags,
                                                    const char *name, void *dev)
{
    return vmklinux_request_irq(THIS_MODULE, irq, handler, thread_fn, flags, name, dev);
}

/* As request_irq() and request_threaded_irq(), freed with the driver (linux/device.h). */
int __must_check vmklinux_devm_request_irq(struct module *module, struct device *dev, unsigned int irq,
                                           irq_handler_t handler, irq_handler_t thread_fn,
                                           unsigned long irqflags, const char *devname, void *dev_id);

static inline int __must_check devm_request_irq(struct device *dev, unsigned int irq, irq_handler_t handler,
                                                unsigned long irqflags, const char *devname, void *dev_id)
{
    return vmklinux_devm_request_irq(THIS_MODULE, dev, irq, handler, NULL, irqflags, devname, dev_id);
}

static inline int __must_check devm_request_threaded_irq(struct device *dev, unsigned int irq,
                                                         irq_handler_t handler, irq_handler_t thread_fn,
                                                         unsigned long irqflags, const char *devname,
                                                         void *dev_id)
{
    return vmklinux_devm_request_irq(THIS_MODULE, dev, irq, handler, thread_fn, irqflags, devname, dev_id);
}

extern void devm_free_irq(struct device *dev, unsigned int irq, void *dev_id);

#define IRQ_AFFINITY_MAX_SETS 4

/* How a device's interrupts are spread: which are not, and in which sets the others serve all CPUs. */
struct irq_affinity {
    unsigned int pre_vectors;
    unsigned int post_vectors;
    unsigned int nr_sets;
    unsigned int set_size[IRQ_AFFINITY_MAX_SETS];
    void (*calc_sets)(struct irq_affinity *, unsigned int nvecs);
    void *priv;
};

extern const void *free_irq(unsigned int, void *);
extern void disable_irq_nosync(unsigned int irq);
extern bool disable_hardirq(unsigned int irq);
extern void disable_irq(unsigned int irq);
extern void enable_irq(unsigned int irq);

#endif
