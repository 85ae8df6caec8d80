/* SPDX-License-Identifier: GPL-2.0-only */
#include "pit.h"

#include <core/vmm/platform.h>

#include "period.h"
#include "pit_counter.h"

#define CONTROL             3u
#define CONTROL_COUNTER(w)  ((w) >> 6)
#define CONTROL_ACCESS(w)   ((w) >> 4 & 3u)
#define READ_BACK           3u
#define READ_BACK_NO_COUNT  0x20u
#define READ_BACK_NO_STATUS 0x10u

#define PORT61_GATE         0x01u
#define PORT61_SPEAKER      0x02u
#define PORT61_REFRESH      0x10u /* Toggles with each refresh of memory. */
#define PORT61_OUTPUT       0x20u
#define REFRESH_NS          15085u

static vmk_uint64 tick_now(const struct pit *pit)
{
    return ticks_of_ns(vdev_now_ns(pit->vm), PIT_HZ);
}

static void drive(struct pit *pit, bool high)
{
    if (!pit->muted) {
        vdev_irq_set(pit->vm, PLATFORM_GSI_PIT, high);
    }
}

/** Arm the timer for counter 0's next rising edge. */
static void schedule(struct pit *pit, vmk_uint64 tick, bool periodic)
{
    vmk_uint64 rise = pit_counter_rise(&pit->counters[0], tick), due = VDEV_NEVER;

    if (rise != VDEV_NEVER) {
        due = ns_of_ticks(rise, PIT_HZ);
        due = periodic ? period_end(vdev_now_ns(pit->vm), due) : due;
    }
    vdev_timer_arm(pit->vm, &pit->timer, due);
}

static void fire(void *device, vmk_uint64 now_ns)
{
    struct pit *pit = device;

    /* The low phase before the edge is too short for anybody to see, or not worth a timer. */
    drive(pit, false);
    drive(pit, true);
    schedule(pit, ticks_of_ns(now_ns, PIT_HZ), true);
}

/** Counter 0 was programmed. */
static void restart(struct pit *pit)
{
    vmk_uint64 tick = tick_now(pit);

    drive(pit, pit_counter_output(&pit->counters[0], tick));
    schedule(pit, tick, false);
}

static void read_back(struct pit *pit, vmk_uint8 word)
{
    vmk_uint64 tick = tick_now(pit);

    for (unsigned i = 0; i < 3; i++) {
        if ((word >> (i + 1) & 1u) == 0) {
            continue;
        }
        if ((word & READ_BACK_NO_COUNT) == 0) {
            pit_counter_latch_count(&pit->counters[i], tick);
        }
        if ((word & READ_BACK_NO_STATUS) == 0) {
            pit_counter_latch_status(&pit->counters[i], tick);
        }
    }
}

static void control(struct pit *pit, vmk_uint8 word)
{
    unsigned number = CONTROL_COUNTER(word);

    if (number == READ_BACK) {
        read_back(pit, word);
    } else if (CONTROL_ACCESS(word) == 0) {
        pit_counter_latch_count(&pit->counters[number], tick_now(pit));
    } else {
        pit_counter_control(&pit->counters[number], word);
        if (number == 0) {
            restart(pit);
        }
    }
}

static vmk_uint64 ports_read(void *device, vmk_uint64 offset, unsigned size)
{
    struct pit *pit = device;

    return offset == CONTROL ? 0xff : pit_counter_read(&pit->counters[offset], tick_now(pit));
}

static void ports_write(void *device, vmk_uint64 offset, unsigned size, vmk_uint64 value)
{
    struct pit *pit = device;

    if (offset == CONTROL) {
        control(pit, (vmk_uint8)value);
        return;
    }
    pit_counter_write(&pit->counters[offset], tick_now(pit), (vmk_uint8)value);
    if (offset == 0) {
        restart(pit);
    }
}

static vmk_uint64 control_read(void *device, vmk_uint64 offset, unsigned size)
{
    struct pit *pit = device;
    struct pit_counter *tone = &pit->counters[2];

    return (tone->gate ? PORT61_GATE : 0) | (pit->speaker ? PORT61_SPEAKER : 0) |
           (vdev_now_ns(pit->vm) / REFRESH_NS % 2 != 0 ? PORT61_REFRESH : 0) |
           (pit_counter_output(tone, tick_now(pit)) ? PORT61_OUTPUT : 0);
}

static void control_write(void *device, vmk_uint64 offset, unsigned size, vmk_uint64 value)
{
    struct pit *pit = device;

    pit->speaker = (value & PORT61_SPEAKER) != 0;
    pit_counter_gate(&pit->counters[2], tick_now(pit), (value & PORT61_GATE) != 0);
}

static const struct io_ops ports_ops = {.read = ports_read, .write = ports_write, .max_size = 1};
static const struct io_ops control_ops = {.read = control_read, .write = control_write, .max_size = 1};

void pit_mute(struct pit *pit, bool muted)
{
    if (muted) {
        drive(pit, false); /* The HPET's edges are to be edges. */
    }
    pit->muted = muted;
}

void pit_reset(struct pit *pit)
{
    for (unsigned i = 0; i < 3; i++) {
        pit->counters[i].gate = i != 2;
        pit_counter_control(&pit->counters[i], 0x30);
    }
    pit->speaker = pit->muted = false;
    vdev_timer_arm(pit->vm, &pit->timer, VDEV_NEVER);
}

void pit_init(struct pit *pit, struct vm *vm)
{
    vmk_Lock lock = vdev_device_lock(vm);

    *pit = (struct pit){.vm = vm};
    pit->timer = (struct vdev_timer){.fire = fire, .device = pit, .deadline_ns = VDEV_NEVER};
    pit->ports = (struct io_region){"pit", 0x40, 4, &ports_ops, pit, lock};
    pit->control_port = (struct io_region){"port-61", 0x61, 1, &control_ops, pit, lock};
    pit_reset(pit);
}
