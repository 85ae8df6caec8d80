/* SPDX-License-Identifier: GPL-2.0-only */
#include <core/vmm/lapic.h>

#include "apic_timer.h"
#include "lapic_eoi.h"
#include "lapic_regs.h"

#define VERSION               0x14u
#define STEP                  0x10u
#define TIMER_DIVIDE_WRITABLE 0xbu
#define X2APIC_ID_BITS        4 /* 10.12.10.2: the rest of an ID is the cluster. */

static const vmk_uint32 lvt_writable[LVT_COUNT] = {
    [LVT_CMCI] = 0x107ff,  [LVT_TIMER] = 0x700ff, [LVT_THERMAL] = 0x107ff, [LVT_PERFORMANCE] = 0x107ff,
    [LVT_LINT0] = 0x1a7ff, [LVT_LINT1] = 0x1a7ff, [LVT_ERROR] = 0x100ff,
};

static bool is_x2apic(const struct lapic *lapic)
{
    return (lapic->base_msr & LAPIC_BASE_X2APIC) != 0;
}

bool lapic_is_present(const struct lapic *lapic)
{
    return (lapic->base_msr & LAPIC_BASE_ENABLE) != 0;
}

bool lapic_is_enabled(const struct lapic *lapic)
{
    return (lapic->base_msr & LAPIC_BASE_ENABLE) != 0 &&
           (__atomic_load_n(&lapic->svr, __ATOMIC_RELAXED) & LAPIC_SVR_ENABLE) != 0;
}

/* Vectors in eight words. */

static void set_bit(vmk_uint32 *words, vmk_uint8 vector)
{
    __atomic_fetch_or(&words[vector / 32], 1u << vector % 32, __ATOMIC_SEQ_CST);
}

static void clear_bit(vmk_uint32 *words, vmk_uint8 vector)
{
    __atomic_fetch_and(&words[vector / 32], ~(1u << vector % 32), __ATOMIC_SEQ_CST);
}

static bool test_bit(const vmk_uint32 *words, vmk_uint8 vector)
{
    return (__atomic_load_n(&words[vector / 32], __ATOMIC_RELAXED) >> vector % 32 & 1u) != 0;
}

static int highest(const vmk_uint32 *words)
{
    for (int i = 7; i >= 0; i--) {
        vmk_uint32 word = __atomic_load_n(&words[i], __ATOMIC_RELAXED);

        if (word != 0) {
            return i * 32 + 31 - __builtin_clz(word);
        }
    }
    return LAPIC_NO_VECTOR;
}

/** 10.8.3.1. */
static vmk_uint32 processor_priority(const struct lapic *lapic)
{
    int serving = highest(lapic->isr);
    vmk_uint32 in_service = serving == LAPIC_NO_VECTOR ? 0 : (vmk_uint32)serving & 0xf0u;

    return (lapic->tpr & 0xf0u) >= in_service ? lapic->tpr : in_service;
}

void lapic_reset(struct lapic *lapic)
{
    for (unsigned i = 0; i < 8; i++) {
        __atomic_store_n(&lapic->irr[i], 0, __ATOMIC_RELAXED);
        __atomic_store_n(&lapic->tmr[i], 0, __ATOMIC_RELAXED);
        lapic->isr[i] = 0;
    }
    for (unsigned i = 0; i < LVT_COUNT; i++) {
        lapic->lvt[i] = LVT_MASKED;
    }
    lapic->tpr = lapic->esr = lapic->esr_pending = lapic->icr_low = lapic->icr_high = 0;
    lapic->dfr = ~0u;
    lapic->ldr = is_x2apic(lapic) ? lapic->id >> X2APIC_ID_BITS << 16 | 1u << lapic->id % 16 : 0;
    __atomic_store_n(&lapic->svr, 0xffu, __ATOMIC_RELAXED);
    lapic->timer_divide = 0;
    lapic->eoi_msr = 0;
    lapic->eoi_offered = false;
    apic_timer_stop(lapic);
}

void lapic_power_on(struct lapic *lapic)
{
    lapic->base_msr = LAPIC_BASE | LAPIC_BASE_ENABLE | (lapic->base_msr & LAPIC_BASE_BSP);
    __atomic_store_n(&lapic->events, 0, __ATOMIC_RELAXED);
    lapic_reset(lapic);
    if ((lapic->base_msr & LAPIC_BASE_BSP) != 0) {
        /* Virtual wire mode (MP specification 1.4, 3.6.2.2). */
        lapic->svr |= LAPIC_SVR_ENABLE;
        lapic->lvt[LVT_LINT0] = APIC_EXTINT << 8;
        lapic->lvt[LVT_LINT1] = APIC_NMI << 8;
    }
}

void lapic_init(struct lapic *lapic, struct vm *vm, vmk_uint32 cpu, bool boot_cpu)
{
    *lapic = (struct lapic){.vm = vm, .cpu = cpu, .id = cpu, .base_msr = boot_cpu ? LAPIC_BASE_BSP : 0};
    apic_timer_init(lapic);
    lapic_power_on(lapic);
}

/** 10.5.3: noted until the register is written, and told by an interrupt. */
static void note_error(struct lapic *lapic, vmk_uint32 error)
{
    vmk_uint32 lvt = lapic->lvt[LVT_ERROR];

    lapic->esr_pending |= error;
    if ((lvt & LVT_MASKED) == 0 && (lvt & 0xffu) >= APIC_VECTOR_MIN) {
        (void)lapic_accept(lapic, (vmk_uint8)lvt, false);
    }
}

bool lapic_accept(struct lapic *lapic, vmk_uint8 vector, bool level)
{
    if (!lapic_is_enabled(lapic) || vector < APIC_VECTOR_MIN) {
        return false;
    }
    if (level) {
        set_bit(lapic->tmr, vector);
    } else {
        clear_bit(lapic->tmr, vector);
    }
    set_bit(lapic->irr, vector);
    vdev_cpu_kick(lapic->vm, lapic->cpu);
    return true;
}

void lapic_accept_event(struct lapic *lapic, vmk_uint32 events, vmk_uint8 startup_vector)
{
    if ((events & LAPIC_EVENT_STARTUP) != 0) {
        __atomic_store_n(&lapic->startup_vector, startup_vector, __ATOMIC_RELAXED);
    }
    __atomic_fetch_or(&lapic->events, events, __ATOMIC_SEQ_CST);
    vdev_cpu_kick(lapic->vm, lapic->cpu);
}

static void end_of_interrupt(struct lapic *lapic)
{
    int vector = highest(lapic->isr);

    if (vector != LAPIC_NO_VECTOR) {
        clear_bit(lapic->isr, (vmk_uint8)vector);
        if (test_bit(lapic->tmr, (vmk_uint8)vector)) {
            vdev_eoi(lapic->vm, (vmk_uint8)vector);
        }
    }
}

/** The guest may have ended an interrupt without a word: before what is in service matters. */
static void hear_of_end(struct lapic *lapic)
{
    if (lapic_eoi_take_back(lapic)) {
        end_of_interrupt(lapic);
    }
}

int lapic_pending(const struct lapic *lapic)
{
    int vector = highest(lapic->irr);

    if (vector == LAPIC_NO_VECTOR || !lapic_is_enabled(lapic) ||
        ((vmk_uint32)vector & 0xf0u) <= (processor_priority(lapic) & 0xf0u)) {
        return LAPIC_NO_VECTOR;
    }
    return vector;
}

void lapic_taken(struct lapic *lapic, vmk_uint8 vector)
{
    clear_bit(lapic->irr, vector);
    set_bit(lapic->isr, vector);
    /* The IOAPIC waits for the end of a level-triggered one, and so does whatever is pending. */
    if (!test_bit(lapic->tmr, vector) && highest(lapic->irr) == LAPIC_NO_VECTOR) {
        lapic_eoi_offer(lapic);
    }
}

vmk_uint32 lapic_take_events(struct lapic *lapic)
{
    vmk_uint32 events = __atomic_exchange_n(&lapic->events, 0, __ATOMIC_SEQ_CST);

    hear_of_end(lapic);
    if ((events & LAPIC_EVENT_TIMER) != 0 && apic_timer_tick(lapic)) {
        vmk_uint32 lvt = lapic->lvt[LVT_TIMER];

        if ((lvt & LVT_MASKED) == 0) {
            (void)lapic_accept(lapic, (vmk_uint8)lvt, false);
        }
    }
    return events & ~(vmk_uint32)LAPIC_EVENT_TIMER;
}

bool lapic_takes_extint(const struct lapic *lapic)
{
    vmk_uint32 lint0 = lapic->lvt[LVT_LINT0];

    return (lapic->base_msr & LAPIC_BASE_ENABLE) == 0 ||
           ((lint0 & LVT_MASKED) == 0 && APIC_DELIVERY(lint0) == APIC_EXTINT);
}

void lapic_cr8_set(struct lapic *lapic, vmk_uint8 value)
{
    lapic->tpr = (value & 0xfu) << 4;
}

static void send_to_others(struct lapic *lapic, vmk_uint8 delivery, vmk_uint8 vector)
{
    struct lapic *other;

    for (vmk_uint32 cpu = 0; (other = vdev_lapic(lapic->vm, cpu)) != NULL; cpu++) {
        if (other != lapic) {
            apic_bus_send(lapic->vm, other->id, false, delivery, vector, false);
        }
    }
}

/** 10.6.1. */
static void send_ipi(struct lapic *lapic, vmk_uint32 icr, vmk_uint32 destination)
{
    vmk_uint8 delivery = APIC_DELIVERY(icr), vector = (vmk_uint8)icr;

    if (delivery == APIC_INIT && (icr & ICR_LEVEL) != 0 && (icr & ICR_ASSERT) == 0) {
        return; /* De-assert: nothing since the Pentium 4. */
    }
    if ((delivery == APIC_FIXED || delivery == APIC_LOWEST) && vector < APIC_VECTOR_MIN) {
        note_error(lapic, LAPIC_ESR_SEND_VECTOR);
        return;
    }
    switch (ICR_SHORTHAND(icr)) {
    case 0:
        apic_bus_send(lapic->vm, destination, (icr & ICR_LOGICAL) != 0, delivery, vector, false);
        return;
    case ICR_TO_SELF:
        apic_bus_send(lapic->vm, lapic->id, false, delivery, vector, false);
        return;
    case ICR_TO_ALL:
        apic_bus_send(lapic->vm, lapic->id, false, delivery, vector, false);
        break;
    default:
        break;
    }
    send_to_others(lapic, delivery, vector);
}

static bool lvt_index(unsigned offset, enum lapic_lvt *index)
{
    if (offset == LAPIC_LVT_CMCI) {
        *index = LVT_CMCI;
        return true;
    }
    if (offset >= LAPIC_LVT_TIMER && offset <= LAPIC_LVT_LAST) {
        *index = LVT_TIMER + (offset - LAPIC_LVT_TIMER) / STEP;
        return true;
    }
    return false;
}

static void lvt_write(struct lapic *lapic, enum lapic_lvt index, vmk_uint32 value)
{
    vmk_uint32 old = lapic->lvt[index];

    value &= lvt_writable[index];
    if ((lapic->svr & LAPIC_SVR_ENABLE) == 0) {
        value |= LVT_MASKED; /* 10.4.7.2. */
    }
    lapic->lvt[index] = value;
    if (index == LVT_TIMER && LVT_TIMER_MODE(old) != LVT_TIMER_MODE(value) &&
        (LVT_TIMER_MODE(old) == LVT_TIMER_DEADLINE || LVT_TIMER_MODE(value) == LVT_TIMER_DEADLINE)) {
        apic_timer_stop(lapic);
    }
    if (index == LVT_LINT0) {
        vdev_cpu_kick(lapic->vm, lapic->cpu); /* The PIC may have been waiting for it. */
    }
}

static void svr_write(struct lapic *lapic, vmk_uint32 value)
{
    __atomic_store_n(&lapic->svr, value & LAPIC_SVR_WRITABLE, __ATOMIC_RELAXED);
    if ((value & LAPIC_SVR_ENABLE) == 0) {
        for (unsigned i = 0; i < LVT_COUNT; i++) {
            lapic->lvt[i] |= LVT_MASKED;
        }
    }
}

/** @return false: no such register, or it cannot be read. */
static bool register_read(struct lapic *lapic, unsigned offset, vmk_uint32 *value)
{
    enum lapic_lvt lvt;

    hear_of_end(lapic);
    if (offset >= LAPIC_ISR && offset < LAPIC_ESR) {
        const vmk_uint32 *words = offset < LAPIC_TMR   ? lapic->isr
                                  : offset < LAPIC_IRR ? lapic->tmr
                                                       : lapic->irr;

        *value = __atomic_load_n(&words[offset / STEP % 8], __ATOMIC_RELAXED);
        return true;
    }
    if (lvt_index(offset, &lvt)) {
        *value = lapic->lvt[lvt];
        return true;
    }
    switch (offset) {
    case LAPIC_ID:
        *value = is_x2apic(lapic) ? lapic->id : lapic->id << 24;
        return true;
    case LAPIC_VERSION:
        *value = VERSION | (LVT_COUNT - 2) << 16;
        return true;
    case LAPIC_TPR:
        *value = lapic->tpr;
        return true;
    case LAPIC_PPR:
        *value = processor_priority(lapic);
        return true;
    case LAPIC_LDR:
        *value = lapic->ldr;
        return true;
    case LAPIC_SVR:
        *value = lapic->svr;
        return true;
    case LAPIC_ESR:
        *value = lapic->esr;
        return true;
    case LAPIC_ICR_LOW:
        *value = lapic->icr_low;
        return true;
    case LAPIC_TIMER_INITIAL:
        *value = lapic->timer_initial;
        return true;
    case LAPIC_TIMER_CURRENT:
        *value = apic_timer_count(lapic);
        return true;
    case LAPIC_TIMER_DIVIDE:
        *value = lapic->timer_divide;
        return true;
    default:
        return false;
    }
}

/** @return false: no such register, or it cannot be written. */
static bool register_write(struct lapic *lapic, unsigned offset, vmk_uint32 value)
{
    enum lapic_lvt lvt;

    hear_of_end(lapic);
    if (lvt_index(offset, &lvt)) {
        lvt_write(lapic, lvt, value);
        return true;
    }
    switch (offset) {
    case LAPIC_TPR:
        lapic->tpr = value & 0xffu;
        return true;
    case LAPIC_EOI:
        end_of_interrupt(lapic);
        return true;
    case LAPIC_SVR:
        svr_write(lapic, value);
        return true;
    case LAPIC_ESR:
        lapic->esr = lapic->esr_pending;
        lapic->esr_pending = 0;
        return true;
    case LAPIC_ICR_LOW:
        lapic->icr_low = value & ICR_WRITABLE;
        send_ipi(lapic, lapic->icr_low, is_x2apic(lapic) ? lapic->icr_high : lapic->icr_high >> 24);
        return true;
    case LAPIC_TIMER_INITIAL:
        if (LVT_TIMER_MODE(lapic->lvt[LVT_TIMER]) != LVT_TIMER_DEADLINE) {
            lapic->timer_initial = value;
            apic_timer_start(lapic);
        }
        return true;
    case LAPIC_TIMER_DIVIDE:
        lapic->timer_divide = value & TIMER_DIVIDE_WRITABLE;
        if (!lapic->timer_ended) {
            apic_timer_start(lapic);
        }
        return true;
    default:
        return false;
    }
}

/** Registers that xAPIC mode alone has. @return false: not one of them. */
static bool xapic_read(const struct lapic *lapic, unsigned offset, vmk_uint32 *value)
{
    switch (offset) {
    case LAPIC_APR:
        *value = processor_priority(lapic);
        return true;
    case LAPIC_DFR:
        *value = lapic->dfr;
        return true;
    case LAPIC_ICR_HIGH:
        *value = lapic->icr_high;
        return true;
    default:
        return false;
    }
}

static bool xapic_write(struct lapic *lapic, unsigned offset, vmk_uint32 value)
{
    switch (offset) {
    case LAPIC_LDR:
        lapic->ldr = value & 0xff000000u;
        return true;
    case LAPIC_DFR:
        lapic->dfr = value | 0x0fffffffu;
        return true;
    case LAPIC_ICR_HIGH:
        lapic->icr_high = value & 0xff000000u;
        return true;
    default:
        return false;
    }
}

vmk_uint64 lapic_read(struct lapic *lapic, vmk_uint64 offset, unsigned size)
{
    unsigned at = (unsigned)offset & ~(STEP - 1);
    vmk_uint32 value = 0;

    /* 10.4.1: 32 bits, on their boundaries of 16 bytes; of the rest nothing is promised. */
    if (offset % STEP >= 4 || is_x2apic(lapic)) {
        return 0;
    }
    if (!xapic_read(lapic, at, &value) && !register_read(lapic, at, &value)) {
        note_error(lapic, LAPIC_ESR_REGISTER);
    }
    return value >> (8 * (offset % STEP));
}

void lapic_write(struct lapic *lapic, vmk_uint64 offset, unsigned size, vmk_uint64 value)
{
    if (offset % STEP != 0 || size < 4 || is_x2apic(lapic)) {
        return;
    }
    if (!xapic_write(lapic, (unsigned)offset, (vmk_uint32)value) &&
        !register_write(lapic, (unsigned)offset, (vmk_uint32)value)) {
        note_error(lapic, LAPIC_ESR_REGISTER);
    }
}

/** 10.12.1 and figure 10-27: the steps between off, xAPIC and x2APIC. */
static VMK_ReturnStatus base_write(struct lapic *lapic, vmk_uint64 value)
{
    const vmk_uint64 mode = LAPIC_BASE_ENABLE | LAPIC_BASE_X2APIC;
    vmk_uint64 from = lapic->base_msr & mode, to = value & mode;

    if ((value & ~(LAPIC_BASE_ADDRESS | LAPIC_BASE_BSP | mode)) != 0 || to == LAPIC_BASE_X2APIC ||
        (from == mode && to == LAPIC_BASE_ENABLE) || (from == 0 && to == mode)) {
        return VMK_BAD_PARAM;
    }
    lapic->base_msr = value;
    if (to == 0 && from != 0) {
        lapic_reset(lapic);
    }
    if (to == mode && from != mode) {
        lapic->ldr = lapic->id >> X2APIC_ID_BITS << 16 | 1u << lapic->id % 16;
    }
    return VMK_OK;
}

static VMK_ReturnStatus x2apic_get(struct lapic *lapic, vmk_uint32 msr, vmk_uint64 *value)
{
    vmk_uint32 low = 0;

    if (!is_x2apic(lapic) || !register_read(lapic, (msr - MSR_X2APIC_FIRST) * STEP, &low)) {
        return VMK_BAD_PARAM;
    }
    *value = low;
    if (msr == MSR_X2APIC_FIRST + LAPIC_ICR_LOW / STEP) {
        *value |= (vmk_uint64)lapic->icr_high << 32;
    }
    return VMK_OK;
}

/** 10.12.1.2: the bits that may be ones. LVT entries' and SVR's others are ignored. */
static vmk_uint64 x2apic_writable(unsigned offset)
{
    switch (offset) {
    case LAPIC_EOI:
    case LAPIC_ESR:
        return 0;
    case LAPIC_TPR:
    case LAPIC_SELF_IPI:
        return 0xff;
    case LAPIC_TIMER_DIVIDE:
        return TIMER_DIVIDE_WRITABLE;
    case LAPIC_ICR_LOW:
        return ~0ul;
    default:
        return 0xffffffff;
    }
}

static VMK_ReturnStatus x2apic_set(struct lapic *lapic, vmk_uint32 msr, vmk_uint64 value)
{
    unsigned offset = (msr - MSR_X2APIC_FIRST) * STEP;

    if (!is_x2apic(lapic) || (value & ~x2apic_writable(offset)) != 0) {
        return VMK_BAD_PARAM;
    }
    if (offset == LAPIC_ICR_LOW) {
        lapic->icr_high = (vmk_uint32)(value >> 32);
    }
    if (offset == LAPIC_SELF_IPI) {
        send_ipi(lapic, (value & 0xffu) | ICR_TO_SELF << 18, 0);
        return VMK_OK;
    }
    return register_write(lapic, offset, (vmk_uint32)value) ? VMK_OK : VMK_BAD_PARAM;
}

VMK_ReturnStatus lapic_msr_get(struct lapic *lapic, vmk_uint32 msr, vmk_uint64 *value)
{
    if (msr == MSR_APIC_BASE) {
        *value = lapic->base_msr;
        return VMK_OK;
    }
    if (msr == MSR_TSC_DEADLINE) {
        *value = apic_timer_deadline(lapic);
        return VMK_OK;
    }
    if (msr == MSR_GUEST_EOI) {
        *value = lapic->eoi_msr;
        return VMK_OK;
    }
    return msr >= MSR_X2APIC_FIRST && msr <= MSR_X2APIC_LAST ? x2apic_get(lapic, msr, value) : VMK_NOT_FOUND;
}

VMK_ReturnStatus lapic_msr_set(struct lapic *lapic, vmk_uint32 msr, vmk_uint64 value)
{
    if (msr == MSR_APIC_BASE) {
        return base_write(lapic, value);
    }
    if (msr == MSR_TSC_DEADLINE) {
        /* 10.5.4.1: in other modes writes are ignored. */
        if (LVT_TIMER_MODE(lapic->lvt[LVT_TIMER]) == LVT_TIMER_DEADLINE) {
            lapic->tsc_deadline = value;
            apic_timer_start(lapic);
        }
        return VMK_OK;
    }
    if (msr == MSR_GUEST_EOI) {
        hear_of_end(lapic);
        return lapic_eoi_msr_set(lapic, value);
    }
    return msr >= MSR_X2APIC_FIRST && msr <= MSR_X2APIC_LAST ? x2apic_set(lapic, msr, value) : VMK_NOT_FOUND;
}
