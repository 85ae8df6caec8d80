/* SPDX-License-Identifier: GPL-2.0-only */
#include "pit_counter.h"

#define WHOLE         0x10000u
#define WHOLE_BCD     10000u

#define ACCESS_LOW    1u
#define ACCESS_HIGH   2u
#define ACCESS_BOTH   3u

#define STATUS_OUTPUT 0x80u
#define STATUS_NULL   0x40u

/** Modes 2 and 3: rate generator, square wave. */
static bool is_periodic(const struct pit_counter *counter)
{
    return counter->mode == 2 || counter->mode == 3;
}

/** Modes 1 and 5 begin when the gate rises. */
static bool wants_trigger(const struct pit_counter *counter)
{
    return counter->mode == 1 || counter->mode == 5;
}

/** Ticks counted so far. */
static vmk_uint64 elapsed(const struct pit_counter *counter, vmk_uint64 tick)
{
    vmk_uint64 now = counter->gate || wants_trigger(counter) ? tick : counter->stopped;

    return now > counter->started ? now - counter->started : 0;
}

/** A new count takes over when the cycle it was written in has ended. */
static void settle(struct pit_counter *counter, vmk_uint64 tick)
{
    if (counter->next_at != VDEV_NEVER && tick >= counter->next_at) {
        counter->started = counter->next_at;
        counter->reload = counter->next;
        counter->next_at = VDEV_NEVER;
    }
}

static bool is_counting(const struct pit_counter *counter)
{
    return counter->loaded && (!wants_trigger(counter) || counter->triggered);
}

bool pit_counter_output(struct pit_counter *counter, vmk_uint64 tick)
{
    vmk_uint64 ticks;

    settle(counter, tick);
    if (!is_counting(counter)) {
        return counter->mode != 0;
    }
    ticks = elapsed(counter, tick);
    switch (counter->mode) {
    case 0:
    case 1:
        return ticks >= counter->reload;
    case 2:
        return !counter->gate || ticks % counter->reload != counter->reload - 1;
    case 3:
        return !counter->gate || ticks % counter->reload < (counter->reload + 1) / 2;
    default:
        return ticks != counter->reload;
    }
}

vmk_uint64 pit_counter_rise(struct pit_counter *counter, vmk_uint64 tick)
{
    vmk_uint64 end;

    settle(counter, tick);
    if (!is_counting(counter) || (!counter->gate && !wants_trigger(counter))) {
        return VDEV_NEVER;
    }
    end = counter->started + counter->reload + (counter->mode >= 4);
    if (is_periodic(counter) && end <= tick) {
        end += (tick - end) / counter->reload * counter->reload + counter->reload;
    }
    return end > tick ? end : VDEV_NEVER;
}

/** What is left to count, in binary. */
static vmk_uint32 count_of(struct pit_counter *counter, vmk_uint64 tick)
{
    vmk_uint32 whole = counter->bcd ? WHOLE_BCD : WHOLE, half, phase;
    vmk_uint64 ticks;

    settle(counter, tick);
    if (!is_counting(counter)) {
        return counter->reload;
    }
    ticks = elapsed(counter, tick);
    if (!is_periodic(counter)) {
        /* It wraps round and goes on. */
        return (vmk_uint32)((counter->reload % whole + whole - ticks % whole) % whole);
    }
    phase = (vmk_uint32)(ticks % counter->reload);
    if (counter->mode == 2) {
        return counter->reload - phase;
    }
    half = (counter->reload + 1) / 2; /* Twice down by two, from an even number. */
    return (counter->reload & ~1u) - 2 * (phase < half ? phase : phase - half);
}

static vmk_uint16 to_bcd(vmk_uint32 value)
{
    return (vmk_uint16)(value % 10 | value / 10 % 10 << 4 | value / 100 % 10 << 8 | value / 1000 % 10 << 12);
}

static vmk_uint32 from_bcd(vmk_uint16 value)
{
    return (value & 0xfu) + (value >> 4 & 0xfu) * 10 + (value >> 8 & 0xfu) * 100 + (value >> 12) * 1000u;
}

static vmk_uint16 coded_count(struct pit_counter *counter, vmk_uint64 tick)
{
    vmk_uint32 count = count_of(counter, tick);

    return counter->bcd ? to_bcd(count) : (vmk_uint16)count;
}

void pit_counter_latch_count(struct pit_counter *counter, vmk_uint64 tick)
{
    if (!counter->count_latched) {
        counter->count_latch = coded_count(counter, tick);
        counter->count_latched = true;
    }
}

void pit_counter_latch_status(struct pit_counter *counter, vmk_uint64 tick)
{
    if (!counter->status_latched) {
        bool pending = !counter->loaded || counter->next_at != VDEV_NEVER;

        counter->status_latch = (vmk_uint8)((pit_counter_output(counter, tick) ? STATUS_OUTPUT : 0) |
                                            (pending ? STATUS_NULL : 0) | counter->access << 4 |
                                            counter->mode << 1 | counter->bcd);
        counter->status_latched = true;
    }
}

vmk_uint8 pit_counter_read(struct pit_counter *counter, vmk_uint64 tick)
{
    bool high = counter->access == ACCESS_HIGH || (counter->access == ACCESS_BOTH && counter->half_read);
    vmk_uint16 count;

    if (counter->status_latched) {
        counter->status_latched = false;
        return counter->status_latch;
    }
    count = counter->count_latched ? counter->count_latch : coded_count(counter, tick);
    if (counter->access == ACCESS_BOTH) {
        counter->half_read = !counter->half_read;
    }
    if (!counter->half_read) {
        counter->count_latched = false;
    }
    return (vmk_uint8)(high ? count >> 8 : count);
}

static void load(struct pit_counter *counter, vmk_uint64 tick, vmk_uint16 coded)
{
    vmk_uint32 count = counter->bcd ? from_bcd(coded) : coded;

    if (count == 0) {
        count = counter->bcd ? WHOLE_BCD : WHOLE;
    }
    settle(counter, tick);
    if (counter->loaded && is_periodic(counter) && counter->gate) {
        counter->next = count;
        counter->next_at = pit_counter_rise(counter, tick);
        return;
    }
    counter->reload = count;
    counter->loaded = true;
    if (!wants_trigger(counter)) {
        counter->started = counter->stopped = tick;
    }
}

void pit_counter_write(struct pit_counter *counter, vmk_uint64 tick, vmk_uint8 byte)
{
    if (counter->access != ACCESS_BOTH) {
        load(counter, tick, (vmk_uint16)(counter->access == ACCESS_LOW ? byte : byte << 8));
        return;
    }
    counter->half_written = !counter->half_written;
    if (counter->half_written) {
        counter->low_written = byte;
        if (counter->mode == 0) {
            counter->loaded = false; /* "Writing the first byte disables counting." */
        }
        return;
    }
    load(counter, tick, (vmk_uint16)(byte << 8 | counter->low_written));
}

void pit_counter_gate(struct pit_counter *counter, vmk_uint64 tick, bool gate)
{
    settle(counter, tick);
    if (gate == counter->gate) {
        return;
    }
    if (!gate) {
        counter->stopped = tick;
    } else if (is_periodic(counter) || wants_trigger(counter)) {
        if (counter->next_at != VDEV_NEVER) {
            counter->reload = counter->next;
            counter->next_at = VDEV_NEVER;
        }
        counter->triggered = true;
        counter->started = tick;
    } else {
        counter->started += tick - counter->stopped;
    }
    counter->gate = gate;
}

void pit_counter_control(struct pit_counter *counter, vmk_uint8 word)
{
    bool gate = counter->gate;

    *counter = (struct pit_counter){.gate = gate, .reload = WHOLE, .next_at = VDEV_NEVER};
    counter->access = word >> 4 & 3u;
    counter->mode = word >> 1 & 7u;
    if (counter->mode > 5) {
        counter->mode -= 4; /* The uppermost bit does not count in modes 2 and 3. */
    }
    counter->bcd = (word & 1u) != 0;
}
