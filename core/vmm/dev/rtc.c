/* SPDX-License-Identifier: GPL-2.0-only */
#include "rtc.h"

#include <core/vmm/platform.h>

#include "period.h"
#include "rtc_calendar.h"

#define A_UPDATING      0x80u
#define A_RATE          0x0fu
#define A_DIVIDER_RESET 0x60u /* These two bits together hold the divider. */
#define A_POWER_ON      0x26u /* 32.768 kHz, 1024 Hz. */
#define B_SET           0x80u
#define C_IRQ           0x80u
#define FLAG_PERIODIC   0x40u /* In B enables, in C flags. */
#define FLAG_ALARM      0x20u
#define FLAG_UPDATE     0x10u
#define FLAGS           (FLAG_PERIODIC | FLAG_ALARM | FLAG_UPDATE)
#define D_VALID         0x80u

#define OSCILLATOR_HZ   32768ul
#define UPDATE_NS       2228000ul /* UIP rises 244 us before an update, which takes 1984 us. */
#define DAY_SECONDS     86400ul

/** Whether time stands: it is being set, or the divider is held. */
static bool stands(const struct rtc *rtc)
{
    return (rtc->bytes[RTC_B] & B_SET) != 0 || (rtc->bytes[RTC_A] & A_DIVIDER_RESET) == A_DIVIDER_RESET;
}

static vmk_uint64 second_at(const struct rtc *rtc, vmk_uint64 now)
{
    return now < rtc->second_ns ? rtc->second - 1 : rtc->second + (now - rtc->second_ns) / NS_PER_SECOND;
}

static vmk_uint64 next_update(const struct rtc *rtc, vmk_uint64 now)
{
    if (now < rtc->second_ns) {
        return rtc->second_ns; /* The divider was let go: the first one comes after half a second. */
    }
    return now + NS_PER_SECOND - (now - rtc->second_ns) % NS_PER_SECOND;
}

/** Oscillator cycles between periodic interrupts; 0: none (table 5 of the data sheet). */
static vmk_uint64 period_cycles(const struct rtc *rtc)
{
    unsigned rate = rtc->bytes[RTC_A] & A_RATE;

    if (rate == 0 || (rtc->bytes[RTC_A] & A_DIVIDER_RESET) == A_DIVIDER_RESET) {
        return 0;
    }
    return 1ul << (rate <= 2 ? rate + 6 : rate - 1);
}

static bool alarm_between(const struct rtc *rtc, vmk_uint64 first, vmk_uint64 last)
{
    /* An alarm that does not match within a day never does. */
    if (last - first > DAY_SECONDS) {
        first = last - DAY_SECONDS;
    }
    for (vmk_uint64 second = first; second <= last; second++) {
        if (rtc_calendar_alarm(rtc->bytes, second)) {
            return true;
        }
    }
    return false;
}

/** Set the flags of what has happened until now. */
static void settle(struct rtc *rtc, vmk_uint64 now)
{
    vmk_uint64 cycles = period_cycles(rtc), before = second_at(rtc, rtc->settled_ns);

    if (cycles != 0 &&
        ticks_of_ns(now, OSCILLATOR_HZ) / cycles != ticks_of_ns(rtc->settled_ns, OSCILLATOR_HZ) / cycles) {
        rtc->bytes[RTC_C] |= FLAG_PERIODIC;
    }
    if (!stands(rtc) && second_at(rtc, now) != before) {
        rtc->bytes[RTC_C] |= FLAG_UPDATE;
        if (alarm_between(rtc, before + 1, second_at(rtc, now))) {
            rtc->bytes[RTC_C] |= FLAG_ALARM;
        }
    }
    rtc->settled_ns = now;
}

static void drive(struct rtc *rtc)
{
    bool asserted = (rtc->bytes[RTC_C] & rtc->bytes[RTC_B] & FLAGS) != 0;

    rtc->bytes[RTC_C] = (vmk_uint8)((rtc->bytes[RTC_C] & FLAGS) | (asserted ? C_IRQ : 0));
    if (!rtc->muted) {
        vdev_irq_set(rtc->vm, PLATFORM_GSI_RTC, asserted);
    }
}

/** Arm the timer for the next thing that interrupts. */
static void schedule(struct rtc *rtc, vmk_uint64 now)
{
    vmk_uint64 cycles = period_cycles(rtc), due = VDEV_NEVER, end;

    if ((rtc->bytes[RTC_B] & FLAG_PERIODIC) != 0 && cycles != 0) {
        end = (ticks_of_ns(now, OSCILLATOR_HZ) / cycles + 1) * cycles;
        due = period_end(now, ns_of_ticks(end, OSCILLATOR_HZ));
    }
    if ((rtc->bytes[RTC_B] & (FLAG_ALARM | FLAG_UPDATE)) != 0 && !stands(rtc) &&
        next_update(rtc, now) < due) {
        due = next_update(rtc, now);
    }
    vdev_timer_arm(rtc->vm, &rtc->timer, due);
}

/** Bring flags, line and timer up to the clock. */
static vmk_uint64 catch_up(struct rtc *rtc)
{
    vmk_uint64 now = vdev_now_ns(rtc->vm);

    settle(rtc, now);
    drive(rtc);
    return now;
}

static void fire(void *device, vmk_uint64 now_ns)
{
    schedule(device, catch_up(device));
}

/** Take the time from the registers. @p from_divider: it begins half a second before its first update. */
static void set_time(struct rtc *rtc, vmk_uint64 now, bool from_divider)
{
    rtc->second = rtc_calendar_read(rtc->bytes);
    rtc->second_ns = now;
    if (from_divider) {
        rtc->second_ns = now + NS_PER_SECOND / 2;
        rtc->second++;
    }
}

/** Registers A and B decide whether time runs: what they did before, and do from now on. */
static void control_write(struct rtc *rtc, unsigned at, vmk_uint8 value, vmk_uint64 now)
{
    bool stood = stands(rtc), held = (rtc->bytes[RTC_A] & A_DIVIDER_RESET) == A_DIVIDER_RESET;

    if (!stood) {
        rtc_calendar_write(rtc->bytes, second_at(rtc, now));
    }
    if (at == RTC_A) {
        rtc->bytes[RTC_A] = (vmk_uint8)(value & ~A_UPDATING);
    } else {
        rtc->bytes[RTC_B] = (vmk_uint8)(value & ~((value & B_SET) != 0 ? FLAG_UPDATE : 0));
    }
    if (stood && !stands(rtc)) {
        set_time(rtc, now, held && at == RTC_A);
    }
}

static bool is_time(unsigned at)
{
    return at == RTC_SECONDS || at == RTC_MINUTES || at == RTC_HOURS ||
           (at >= RTC_WEEKDAY && at <= RTC_YEAR) || at == RTC_CENTURY;
}

static void byte_write(struct rtc *rtc, unsigned at, vmk_uint8 value)
{
    vmk_uint64 now = catch_up(rtc);

    if (at == RTC_A || at == RTC_B) {
        control_write(rtc, at, value, now);
    } else if (is_time(at) && !stands(rtc)) {
        vmk_uint64 phase = (now - rtc->second_ns) % NS_PER_SECOND;

        rtc_calendar_write(rtc->bytes, second_at(rtc, now));
        rtc->bytes[at] = value;
        set_time(rtc, now, false);
        rtc->second_ns -= now > rtc->second_ns ? phase : 0;
    } else if (at != RTC_C && at != RTC_D) {
        rtc->bytes[at] = value;
    }
    drive(rtc);
    schedule(rtc, now);
}

static vmk_uint8 byte_read(struct rtc *rtc, unsigned at)
{
    vmk_uint64 now = catch_up(rtc);
    vmk_uint8 value;

    if (is_time(at) && !stands(rtc)) {
        rtc_calendar_write(rtc->bytes, second_at(rtc, now));
    }
    value = rtc->bytes[at];
    if (at == RTC_A && !stands(rtc) && next_update(rtc, now) - now <= UPDATE_NS) {
        value |= A_UPDATING;
    }
    if (at == RTC_C) {
        rtc->bytes[RTC_C] = 0;
        drive(rtc);
    }
    return value;
}

static vmk_uint64 ports_read(void *device, vmk_uint64 offset, unsigned size)
{
    struct rtc *rtc = device;

    return offset == 0 ? 0xff : byte_read(rtc, rtc->index);
}

static void ports_write(void *device, vmk_uint64 offset, unsigned size, vmk_uint64 value)
{
    struct rtc *rtc = device;

    if (offset == 0) {
        rtc->index = (vmk_uint8)(value & (RTC_BYTES - 1));
    } else {
        byte_write(rtc, rtc->index, (vmk_uint8)value);
    }
}

static const struct io_ops ports_ops = {.read = ports_read, .write = ports_write, .max_size = 1};

void rtc_mute(struct rtc *rtc, bool muted)
{
    if (muted) {
        vdev_irq_set(rtc->vm, PLATFORM_GSI_RTC, false); /* The HPET's edges are to be edges. */
    }
    rtc->muted = muted;
    drive(rtc);
}

void rtc_reset(struct rtc *rtc)
{
    for (unsigned i = 0; i < RTC_BYTES; i++) {
        rtc->bytes[i] = 0;
    }
    rtc->bytes[RTC_A] = A_POWER_ON;
    rtc->bytes[RTC_B] = RTC_B_24_HOURS;
    rtc->bytes[RTC_D] = D_VALID;
    rtc->index = 0;
    rtc->muted = false;
    rtc->second = vdev_unix_time(rtc->vm);
    rtc->second_ns = rtc->settled_ns = vdev_now_ns(rtc->vm);
    vdev_timer_arm(rtc->vm, &rtc->timer, VDEV_NEVER);
}

void rtc_init(struct rtc *rtc, struct vm *vm)
{
    *rtc = (struct rtc){.vm = vm};
    rtc->timer = (struct vdev_timer){.fire = fire, .device = rtc, .deadline_ns = VDEV_NEVER};
    rtc->ports = (struct io_region){"rtc", 0x70, 2, &ports_ops, rtc, vdev_device_lock(vm)};
    rtc_reset(rtc);
}
