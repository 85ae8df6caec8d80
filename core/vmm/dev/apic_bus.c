/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * apic_bus.c - messages between APICs, and from devices to them (Intel SDM vol. 3A, 10.6.2, 10.11, 10.12.10).
 */
#include <core/vmm/lapic.h>

#include "lapic_regs.h"

#define MESSAGE_BASE    0xfee00000ul
#define MESSAGE_MASK    0xfff00000ul
#define MESSAGE_LOGICAL (1u << 2)
#define MESSAGE_LEVEL   (1u << 15)

static bool is_x2apic(const struct lapic *lapic)
{
    return (lapic->base_msr & LAPIC_BASE_X2APIC) != 0;
}

static bool is_broadcast(vmk_uint32 destination)
{
    return destination == APIC_BROADCAST || destination == APIC_BROADCAST_X2APIC;
}

static bool logical_match(const struct lapic *lapic, vmk_uint32 destination)
{
    vmk_uint32 ldr = lapic->ldr >> 24;

    if (is_x2apic(lapic)) {
        return lapic->ldr >> 16 == destination >> 16 && (lapic->ldr & destination & 0xffffu) != 0;
    }
    if (lapic->dfr >> 28 == LAPIC_DFR_FLAT) {
        return (ldr & destination) != 0;
    }
    return ldr >> 4 == destination >> 4 && (ldr & destination & 0xfu) != 0;
}

static bool is_for(const struct lapic *lapic, vmk_uint32 destination, bool logical)
{
    if (is_broadcast(destination) && !(logical && !is_x2apic(lapic))) {
        return true;
    }
    return logical ? logical_match(lapic, destination) : lapic->id == destination;
}

/** @return whether it took the message. */
static bool deliver(struct lapic *lapic, vmk_uint8 delivery, vmk_uint8 vector, bool level)
{
    switch (delivery) {
    case APIC_FIXED:
    case APIC_LOWEST:
        return lapic_accept(lapic, vector, level);
    case APIC_NMI:
        lapic_accept_event(lapic, LAPIC_EVENT_NMI, 0);
        return true;
    case APIC_INIT:
        lapic_accept_event(lapic, LAPIC_EVENT_INIT, 0);
        return true;
    case APIC_STARTUP:
        lapic_accept_event(lapic, LAPIC_EVENT_STARTUP, vector);
        return true;
    default:
        return false; /* SMI: there is no SMM. ExtINT: the PIC is wired to LINT0. */
    }
}

/** Of those a message is for, the one of lowest priority that takes interrupts; NULL: none. */
static struct lapic *arbitrate(struct vm *vm, vmk_uint32 destination, bool logical)
{
    struct lapic *lapic, *chosen = NULL;

    for (vmk_uint32 cpu = 0; (lapic = vdev_lapic(vm, cpu)) != NULL; cpu++) {
        if (is_for(lapic, destination, logical) && lapic_is_enabled(lapic) &&
            (chosen == NULL || lapic->tpr < chosen->tpr)) {
            chosen = lapic;
        }
    }
    return chosen;
}

unsigned apic_bus_send(struct vm *vm, vmk_uint32 destination, bool logical, vmk_uint8 delivery_mode,
                       vmk_uint8 vector, bool level)
{
    struct lapic *lapic;
    unsigned took = 0;

    if (delivery_mode == APIC_LOWEST) {
        lapic = arbitrate(vm, destination, logical);
        return lapic != NULL && lapic_accept(lapic, vector, level) ? 1 : 0;
    }
    if (!logical && !is_broadcast(destination)) {
        lapic = vdev_lapic(vm, destination); /* An ID is its processor's number. */
        return lapic != NULL && deliver(lapic, delivery_mode, vector, level) ? 1 : 0;
    }
    for (vmk_uint32 cpu = 0; (lapic = vdev_lapic(vm, cpu)) != NULL; cpu++) {
        took += is_for(lapic, destination, logical) && deliver(lapic, delivery_mode, vector, level);
    }
    return took;
}

bool apic_bus_message(struct vm *vm, vmk_uint64 address, vmk_uint32 data)
{
    if ((address & ~(MESSAGE_BASE ^ MESSAGE_MASK) & ~0xfffffffful) != 0 ||
        (address & MESSAGE_MASK) != MESSAGE_BASE) {
        return false;
    }
    return apic_bus_send(vm, (vmk_uint32)(address >> 12 & 0xffu), (address & MESSAGE_LOGICAL) != 0,
                         APIC_DELIVERY(data), (vmk_uint8)data, (data & MESSAGE_LEVEL) != 0) != 0;
}
