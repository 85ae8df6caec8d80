/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * schedule.c - the order of writes, reads and flushes, and how far writes are on stable storage.
 */
#include "schedule.h"

#include <vmkapi/lib/libc.h>

#define ENDED     1u
#define FUA       2u

#define READ_SALT 1u

static vmk_uint8 *known(struct schedule *s, vmk_uint64 sequence)
{
    return &s->window[sequence % SCHEDULE_WINDOW];
}

static void start_generation(struct schedule *s, vmk_uint64 generation)
{
    s->generation = generation;
    pattern_walk_start(&s->write_walk, &s->options->plan, generation, 0);
    pattern_walk_start(&s->read_walk, &s->options->plan, generation, READ_SALT);
    s->writes_over = !s->options->writes;
    s->reads_over = !s->options->reads;
}

void schedule_start(struct schedule *s, const struct schedule_options *options)
{
    vmk_Memset(s, 0, sizeof(*s));
    s->options = options;
    s->random = options->plan.seed;
    start_generation(s, options->first_generation);
}

static bool can_write(const struct schedule *s)
{
    return !s->writes_over && s->next_sequence - s->ended < SCHEDULE_WINDOW &&
           (s->reads_over || s->write_walk.turn - s->read_walk.turn < SCHEDULE_TURNS);
}

/** Whether all writes of the slot that is to be read have ended. */
static bool can_read(const struct schedule *s)
{
    return !s->reads_over &&
           (!s->options->writes || (s->write_walk.turn > s->read_walk.turn &&
                                    s->turn_ends[s->read_walk.turn % SCHEDULE_TURNS] <= s->ended));
}

static bool must_flush(const struct schedule *s)
{
    return s->options->flush_every != 0 && s->since_flush >= s->options->flush_every && !s->flushing;
}

static void take_flush(struct schedule *s, struct schedule_item *item)
{
    *item = (struct schedule_item){.kind = SCHEDULE_FLUSH, .sequence = s->ended};
    s->flushing = true;
    s->since_flush = 0;
}

static void take_write(struct schedule *s, struct schedule_item *item)
{
    vmk_uint64 turn = s->write_walk.turn, sequence = s->next_sequence++;

    *item = (struct schedule_item){.kind = SCHEDULE_WRITE,
                                   .generation = s->generation,
                                   .sequence = sequence,
                                   .stable = s->stable,
                                   .fua = pattern_mix(s->options->plan.seed ^ pattern_mix(sequence)) % 100 <
                                          s->options->fua_percent};
    (void)pattern_walk_next(&s->write_walk, &item->block, &item->num_blocks);
    *known(s, sequence) = item->fua ? FUA : 0;
    s->since_flush++;
    if (s->write_walk.turn != turn) {
        s->turn_ends[turn % SCHEDULE_TURNS] = s->next_sequence;
        s->writes_over = s->write_walk.turn == s->options->plan.num_slots;
    }
}

static void take_read(struct schedule *s, struct schedule_item *item)
{
    *item = (struct schedule_item){.kind = SCHEDULE_READ, .generation = s->generation};
    (void)pattern_walk_next(&s->read_walk, &item->block, &item->num_blocks);
    s->reads_over = s->read_walk.turn == s->options->plan.num_slots;
}

/** Go on to the next generation when everything of this one has ended. */
static enum schedule_answer next_generation(struct schedule *s)
{
    if (s->generation - s->options->first_generation + 1 == s->options->generations) {
        return SCHEDULE_END;
    }
    if (s->outstanding != 0) {
        return SCHEDULE_LATER;
    }
    start_generation(s, s->generation + 1);
    return SCHEDULE_TAKEN;
}

enum schedule_answer schedule_take(struct schedule *s, struct schedule_item *item)
{
    enum schedule_answer answer = SCHEDULE_TAKEN;
    bool reading, writing;

    if (s->writes_over && s->reads_over) {
        answer = next_generation(s);
        if (answer != SCHEDULE_TAKEN) {
            return answer;
        }
    }
    reading = can_read(s);
    writing = can_write(s);
    s->random = pattern_mix(s->random + PATTERN_STEP);
    if (must_flush(s)) {
        take_flush(s, item);
    } else if (reading && (!writing || (s->random & 1))) {
        take_read(s, item);
    } else if (writing) {
        take_write(s, item);
    } else {
        return SCHEDULE_LATER;
    }
    s->outstanding++;
    return SCHEDULE_TAKEN;
}

/** Writes with FUA move the mark as far as nothing before them is missing. */
static void advance_stable(struct schedule *s)
{
    while (s->stable < s->ended && s->next_sequence - s->stable <= SCHEDULE_WINDOW &&
           (*known(s, s->stable) & FUA) != 0) {
        s->stable++;
    }
}

void schedule_done(struct schedule *s, const struct schedule_item *item)
{
    s->outstanding--;
    if (item->kind == SCHEDULE_FLUSH) {
        s->flushing = false;
        s->stable = item->sequence > s->stable ? item->sequence : s->stable;
    } else if (item->kind == SCHEDULE_WRITE) {
        *known(s, item->sequence) |= ENDED;
        while (s->ended < s->next_sequence && (*known(s, s->ended) & ENDED) != 0) {
            s->ended++;
        }
    }
    advance_stable(s);
}
