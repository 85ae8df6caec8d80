/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lapic.h - a vCPU's local APIC, in xAPIC and x2APIC mode (Intel SDM vol. 3A, chapter 10; AMD APM vol. 2,
 * chapter 16).
 *
 * Anybody may send to it: what arrives is a bit set atomically (IRR, TMR, events) and a kick (vdev_cpu_kick).
 * All the rest is its own vCPU's, which reads and writes the registers, and takes what is pending. Its timer
 * too only sends it an event, which the vCPU turns into the interrupt: no lock anywhere.
 */
#ifndef CORE_VMM_LAPIC_H
#define CORE_VMM_LAPIC_H

#include <core/vmm/vdev.h>

#define LAPIC_BASE      0xfee00000ul
#define LAPIC_SIZE      0x1000ul
#define LAPIC_NO_VECTOR (-1)

enum lapic_event {
    LAPIC_EVENT_NMI = 1u << 0,
    LAPIC_EVENT_INIT = 1u << 1,
    LAPIC_EVENT_STARTUP = 1u << 2, /**< lapic->startup_vector says where. */
    LAPIC_EVENT_SMI = 1u << 3,     /**< Ignored: there is no SMM. */
    LAPIC_EVENT_TIMER = 1u << 4,   /**< Its own; lapic_take_events() keeps it to itself. */
};

struct lapic {
    struct vm *vm;
    vmk_uint32 cpu; /**< Its vCPU. */
    vmk_uint32 id;
    vmk_uint64 base_msr; /**< IA32_APIC_BASE. */
    vmk_uint32 irr[8];   /**< Atomic; bit n%32 of word n/32 is vector n. */
    vmk_uint32 isr[8], tmr[8];
    vmk_uint32 events; /**< enum lapic_event; atomic. */
    vmk_uint8 startup_vector;
    vmk_uint32 tpr, ldr, dfr, svr, esr, esr_pending, icr_low, icr_high;
    vmk_uint32 lvt[7]; /**< CMCI, timer, thermal, performance, LINT0, LINT1, error. */
    vmk_uint32 timer_initial, timer_divide;
    bool timer_ended; /**< It has counted down, once. */
    vmk_uint64 timer_started_ns, tsc_deadline;
    vmk_uint64 eoi_msr; /**< Where the guest may end an interrupt without us (lapic_eoi.h)... */
    bool eoi_offered;   /**< ...as it may the one in service. */
    struct vdev_timer timer;
};

/** Make it, as firmware leaves it: the boot processor's lets the PIC's interrupts and NMIs through. */
void lapic_init(struct lapic *lapic, struct vm *vm, vmk_uint32 cpu, bool boot_cpu);
/** Put it back to that: the machine is reset. */
void lapic_power_on(struct lapic *lapic);

/** As the INIT signal leaves it: all but base and ID as after reset. */
void lapic_reset(struct lapic *lapic);

/** Whether it is there, by its MSR. Context: the vCPU's world. */
bool lapic_is_present(const struct lapic *lapic);

/** Whether it is on, by its MSR and by its spurious-interrupt register. Context: any. */
bool lapic_is_enabled(const struct lapic *lapic);

/** An interrupt arrives. @return false: it is off, and takes none. Context: any but NMI. */
bool lapic_accept(struct lapic *lapic, vmk_uint8 vector, bool level);
void lapic_accept_event(struct lapic *lapic, vmk_uint32 events, vmk_uint8 startup_vector);

/* For its own vCPU. */

/** @return the vector the processor is to take now, above its priority; LAPIC_NO_VECTOR: none. Quick. */
int lapic_pending(const struct lapic *lapic);
/** The processor took it. */
void lapic_taken(struct lapic *lapic, vmk_uint8 vector);
/**
 * Take the events that arrived; when the timer is among them, its interrupt is accepted and it is armed
 * again. Before lapic_pending(), whenever the vCPU was kicked, halted or not. @return enum lapic_event bits.
 */
vmk_uint32 lapic_take_events(struct lapic *lapic);
/** Whether LINT0 lets the PIC's interrupts through (ExtINT, not masked), or the LAPIC is off. */
bool lapic_takes_extint(const struct lapic *lapic);

/** CR8, which is the upper half of TPR. */
VMK_ALWAYS_INLINE vmk_uint8 lapic_cr8_get(const struct lapic *lapic)
{
    return (vmk_uint8)(lapic->tpr >> 4);
}
void lapic_cr8_set(struct lapic *lapic, vmk_uint8 value);

/** The page at its base, @p offset in it. xAPIC mode only. */
vmk_uint64 lapic_read(struct lapic *lapic, vmk_uint64 offset, unsigned size);
void lapic_write(struct lapic *lapic, vmk_uint64 offset, unsigned size, vmk_uint64 value);

/** IA32_APIC_BASE, IA32_TSC_DEADLINE (in the guest's own TSC) and x2APIC's 0x800 to 0x8ff.
 *  @return VMK_OK; VMK_NOT_FOUND: not one of these; VMK_BAD_PARAM: #GP. */
VMK_ReturnStatus lapic_msr_get(struct lapic *lapic, vmk_uint32 msr, vmk_uint64 *value);
VMK_ReturnStatus lapic_msr_set(struct lapic *lapic, vmk_uint32 msr, vmk_uint64 value);

/* The bus between them: apic_bus.c. */

/**
 * Deliver a message to whom it is for: physical or logical (flat, cluster, x2APIC) destination, fixed, lowest
 * priority, NMI, INIT, start-up. @return how many took it. Context: any but NMI.
 */
unsigned apic_bus_send(struct vm *vm, vmk_uint32 destination, bool logical, vmk_uint8 delivery_mode,
                       vmk_uint8 vector, bool level);
/** Deliver what a device wrote to the range of message-signalled interrupts (SDM vol. 3A, 10.11).
 *  @return false: not such an address, or nobody took it. Context: any but NMI. */
bool apic_bus_message(struct vm *vm, vmk_uint64 address, vmk_uint32 data);

#endif
