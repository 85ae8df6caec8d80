/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * event.c - the events that are set, by when they are due.
 */
#include <hosted/event.h>
#include <vmkapi/base/platform.h>

static struct hosted_event *events;

void hosted_event_cancel(struct hosted_event *event)
{
    struct hosted_event **link = &events;

    if (!event->set) {
        return;
    }
    while (*link != event) {
        link = &(*link)->next;
    }
    *link = event->next;
    event->set = VMK_FALSE;
}

void hosted_event_set(struct hosted_event *event, vmk_uint64 ns)
{
    struct hosted_event **link = &events;

    hosted_event_cancel(event);
    event->due = hosted_tsc + ns;
    event->set = VMK_TRUE;
    while (*link != NULL && (*link)->due <= event->due) {
        link = &(*link)->next;
    }
    event->next = *link;
    *link = event;
}

/* An event may raise an interrupt, whose handler lets time pass: it is off the list by then. */
void hosted_events_run(vmk_uint64 now)
{
    while (events != NULL && events->due <= now) {
        struct hosted_event *event = events;

        hosted_event_cancel(event);
        event->happen(event);
    }
}

vmk_uint64 hosted_events_next(void)
{
    return events == NULL ? ~0ul : events->due;
}
