/* SPDX-License-Identifier: GPL-2.0-only */
#include "hpet.h"

#include <core/vmm/platform.h>

#include "period.h"

#define REGISTERS_BYTES    0x400u
#define TICK_NS            10ul
#define TICK_FS            10000000ul

#define CAPABILITIES       0x000u
#define CONFIG             0x010u
#define STATUS             0x020u
#define COUNTER            0x0f0u
#define TIMERS             0x100u
#define TIMER_BYTES        0x20u
#define TIMER_CONFIG       0x00u
#define TIMER_COMPARATOR   0x08u

#define CAPS_VENDOR        0x1af4ul
#define CAPS_LEGACY        (1ul << 15)
#define CAPS_64            (1ul << 13)
#define CAPS_REVISION      1ul
#define CONFIG_ENABLE      1ul
#define CONFIG_LEGACY      2ul

#define TIMER_LEVEL        (1ul << 1)
#define TIMER_ENABLE       (1ul << 2)
#define TIMER_PERIODIC     (1ul << 3)
#define TIMER_CAN_PERIODIC (1ul << 4)
#define TIMER_CAN_64       (1ul << 5)
#define TIMER_SET_VALUE    (1ul << 6)
#define TIMER_32           (1ul << 8)
#define TIMER_ROUTE(c)     ((unsigned)((c) >> 9 & 0x1fu))
#define TIMER_WRITABLE     0x3f4eul
#define TIMER_ROUTES       0x00f00000ul /* Lines 20 to 23. */
#define TIMER_CAPS         (TIMER_ROUTES << 32 | TIMER_CAN_64 | TIMER_CAN_PERIODIC)

static bool is_running(const struct hpet *hpet)
{
    return (hpet->config & CONFIG_ENABLE) != 0;
}

static vmk_uint64 counter_at(const struct hpet *hpet, vmk_uint64 now)
{
    return hpet->count + (is_running(hpet) ? (now - hpet->started_ns) / TICK_NS : 0);
}

static unsigned number_of(const struct hpet_timer *timer)
{
    return (unsigned)(timer - timer->hpet->timers);
}

/** The line a timer drives now. */
static unsigned line_of(const struct hpet_timer *timer)
{
    unsigned number = number_of(timer);

    if ((timer->hpet->config & CONFIG_LEGACY) != 0 && number < 2) {
        return number == 0 ? PLATFORM_GSI_PIT : PLATFORM_GSI_RTC;
    }
    return TIMER_ROUTE(timer->config);
}

static bool is_line(const struct hpet_timer *timer)
{
    bool legacy = (timer->hpet->config & CONFIG_LEGACY) != 0 && number_of(timer) < 2;

    return legacy || (TIMER_ROUTES >> line_of(timer) & 1u) != 0;
}

static vmk_uint64 mask_of(const struct hpet_timer *timer)
{
    return (timer->config & TIMER_32) != 0 ? 0xfffffffful : ~0ul;
}

/** Arm for the next time the counter equals the comparator. */
static void schedule(struct hpet_timer *timer, bool again)
{
    struct hpet *hpet = timer->hpet;
    vmk_uint64 now = vdev_now_ns(hpet->vm), left, due;

    if (!is_running(hpet)) {
        vdev_timer_arm(hpet->vm, &timer->alarm, VDEV_NEVER);
        return;
    }
    left = (timer->comparator - counter_at(hpet, now)) & mask_of(timer);
    if (left == 0) {
        left = mask_of(timer); /* Now it is equal; next, when it has wrapped round. */
    }
    due = left < VDEV_NEVER / TICK_NS / 2 ? now - (now - hpet->started_ns) % TICK_NS + left * TICK_NS
                                          : VDEV_NEVER;
    vdev_timer_arm(hpet->vm, &timer->alarm, again ? period_end(now, due) : due);
}

static void interrupt(struct hpet_timer *timer)
{
    struct hpet *hpet = timer->hpet;

    if ((timer->config & TIMER_ENABLE) == 0 || !is_line(timer)) {
        return;
    }
    if ((timer->config & TIMER_LEVEL) != 0) {
        hpet->status |= 1ul << number_of(timer);
        vdev_irq_set(hpet->vm, line_of(timer), true);
        return;
    }
    /* An edge; the line stays high, for a PIC to find it there. */
    vdev_irq_set(hpet->vm, line_of(timer), false);
    vdev_irq_set(hpet->vm, line_of(timer), true);
}

static void fire(void *device, vmk_uint64 now_ns)
{
    struct hpet_timer *timer = device;
    vmk_uint64 behind = (counter_at(timer->hpet, now_ns) - timer->comparator) & mask_of(timer);
    bool periodic = (timer->config & TIMER_PERIODIC) != 0 && timer->period != 0;

    if (periodic) {
        /* Ticks that were missed are not made up for. */
        timer->comparator =
            (timer->comparator + (behind / timer->period + 1) * timer->period) & mask_of(timer);
    }
    interrupt(timer);
    schedule(timer, periodic);
}

/** Withdraw the level-triggered interrupts of @p which, a bit a timer. */
static void lower(struct hpet *hpet, vmk_uint64 which)
{
    for (unsigned i = 0; i < HPET_TIMERS; i++) {
        if ((hpet->status & which & 1ul << i) != 0) {
            hpet->status &= ~(1ul << i);
            vdev_irq_set(hpet->vm, line_of(&hpet->timers[i]), false);
        }
    }
}

static void config_write(struct hpet *hpet, vmk_uint64 value)
{
    vmk_uint64 now = vdev_now_ns(hpet->vm), changed = hpet->config ^ value;

    if ((changed & CONFIG_LEGACY) != 0) {
        lower(hpet, ~0ul);
        if ((hpet->config & CONFIG_LEGACY) != 0) {
            vdev_irq_set(hpet->vm, PLATFORM_GSI_PIT, false);
            vdev_irq_set(hpet->vm, PLATFORM_GSI_RTC, false);
        }
    }
    hpet->count = counter_at(hpet, now);
    hpet->started_ns = now;
    hpet->config = value & (CONFIG_ENABLE | CONFIG_LEGACY);
    if ((changed & CONFIG_LEGACY) != 0) {
        hpet->legacy(hpet->legacy_arg, (value & CONFIG_LEGACY) != 0);
    }
    for (unsigned i = 0; i < HPET_TIMERS; i++) {
        schedule(&hpet->timers[i], false);
    }
}

static void timer_config_write(struct hpet_timer *timer, vmk_uint64 value)
{
    if ((timer->hpet->status >> number_of(timer) & 1u) != 0) {
        lower(timer->hpet, 1ul << number_of(timer));
    }
    timer->config = (timer->config & ~TIMER_WRITABLE) | (value & TIMER_WRITABLE);
    timer->comparator &= mask_of(timer);
    timer->period &= mask_of(timer);
    schedule(timer, false);
}

/** 2.3.9.2.2: in periodic mode a write is the period; and the comparator too, once after TIMER_SET_VALUE. */
static void comparator_write(struct hpet_timer *timer, vmk_uint64 value)
{
    value &= mask_of(timer);
    if ((timer->config & TIMER_PERIODIC) == 0 || (timer->config & TIMER_SET_VALUE) != 0) {
        timer->comparator = value;
    }
    if ((timer->config & TIMER_PERIODIC) != 0) {
        timer->period = value;
    }
    timer->config &= ~TIMER_SET_VALUE;
    schedule(timer, false);
}

static vmk_uint64 timer_read(const struct hpet_timer *timer, unsigned at)
{
    switch (at) {
    case TIMER_CONFIG:
        return timer->config;
    case TIMER_COMPARATOR:
        return timer->comparator;
    default:
        return 0;
    }
}

/** A register, whole. */
static vmk_uint64 whole_read(struct hpet *hpet, unsigned at)
{
    unsigned number = (at - TIMERS) / TIMER_BYTES;

    switch (at) {
    case CAPABILITIES:
        return TICK_FS << 32 | CAPS_VENDOR << 16 | CAPS_LEGACY | CAPS_64 | (HPET_TIMERS - 1) << 8 |
               CAPS_REVISION;
    case CONFIG:
        return hpet->config;
    case STATUS:
        return hpet->status;
    case COUNTER:
        return counter_at(hpet, vdev_now_ns(hpet->vm));
    default:
        return at >= TIMERS && number < HPET_TIMERS ? timer_read(&hpet->timers[number], at % TIMER_BYTES) : 0;
    }
}

static void whole_write(struct hpet *hpet, unsigned at, vmk_uint64 value)
{
    unsigned number = (at - TIMERS) / TIMER_BYTES;

    if (at == CONFIG) {
        config_write(hpet, value);
    } else if (at == STATUS) {
        lower(hpet, value);
    } else if (at == COUNTER && !is_running(hpet)) {
        hpet->count = value;
    } else if (at >= TIMERS && number < HPET_TIMERS && at % TIMER_BYTES == TIMER_CONFIG) {
        timer_config_write(&hpet->timers[number], value);
    } else if (at >= TIMERS && number < HPET_TIMERS && at % TIMER_BYTES == TIMER_COMPARATOR) {
        comparator_write(&hpet->timers[number], value);
    }
}

static vmk_uint64 registers_read(void *device, vmk_uint64 offset, unsigned size)
{
    vmk_uint64 whole = whole_read(device, (unsigned)offset & ~7u);

    return whole >> (8 * (offset & 7u));
}

static void registers_write(void *device, vmk_uint64 offset, unsigned size, vmk_uint64 value)
{
    struct hpet *hpet = device;
    unsigned at = (unsigned)offset & ~7u;
    vmk_uint64 half = 0xfffffffful << (8 * (offset & 4u));

    /* 2.3.1: by 32 or 64 bits, on their own boundaries. */
    if (size == 8 && offset % 8 == 0) {
        whole_write(hpet, at, value);
    } else if (size == 4 && offset % 4 == 0) {
        vmk_uint64 rest = at == STATUS ? 0 : whole_read(hpet, at) & ~half;

        whole_write(hpet, at, rest | value << (8 * (offset & 4u)));
    }
}

static const struct io_ops registers_ops = {.read = registers_read, .write = registers_write};

void hpet_reset(struct hpet *hpet)
{
    lower(hpet, ~0ul);
    if ((hpet->config & CONFIG_LEGACY) != 0) {
        hpet->legacy(hpet->legacy_arg, false);
    }
    hpet->config = hpet->count = 0;
    for (unsigned i = 0; i < HPET_TIMERS; i++) {
        struct hpet_timer *timer = &hpet->timers[i];

        timer->config = TIMER_CAPS;
        timer->comparator = ~0ul;
        timer->period = 0;
        vdev_timer_arm(hpet->vm, &timer->alarm, VDEV_NEVER);
    }
}

void hpet_init(struct hpet *hpet, struct vm *vm, void (*legacy)(void *arg, bool taken), void *legacy_arg)
{
    *hpet = (struct hpet){.vm = vm, .legacy = legacy, .legacy_arg = legacy_arg};
    for (unsigned i = 0; i < HPET_TIMERS; i++) {
        struct hpet_timer *timer = &hpet->timers[i];

        timer->hpet = hpet;
        timer->alarm = (struct vdev_timer){.fire = fire, .device = timer, .deadline_ns = VDEV_NEVER};
    }
    hpet->registers = (struct io_region){"hpet", PLATFORM_HPET_BASE,  REGISTERS_BYTES, &registers_ops,
                                         hpet,   vdev_device_lock(vm)};
    hpet_reset(hpet);
}
