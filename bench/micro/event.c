/* event.c: see event.h. */
#include "micro/event.h"

#include <errno.h>

enum { WAKES_AT_ONCE = 64 };

static void unlink_wait(event_future *wait)
{
    if (!wait->link)
        return;
    *wait->link = wait->next;
    if (wait->next)
        wait->next->link = wait->link;
    wait->link = NULL;
    wait->event->count--;
}

static void link_wait(event_future *wait)
{
    event *e = wait->event;

    wait->next = e->waiting;
    wait->link = &e->waiting;
    if (wait->next)
        wait->next->link = &wait->next;
    e->waiting = wait;
    e->count++;
}

uint64_t event_waiting(event *e)
{
    spin_take(&e->lock);
    uint64_t count = e->count;
    spin_drop(&e->lock);
    return count;
}

edo_poll event_poll(edo_future *base, const edo_waker *waker)
{
    event_future *wait = (event_future *)base; /* base is its first member */
    event *e = wait->event;

    spin_take(&e->lock);
    bool open = e->open;
    bool done = open || wait->canceled;
    if (done) {
        unlink_wait(wait);
    } else {
        wait->waker = *waker;
        if (!wait->link)
            link_wait(wait);
    }
    spin_drop(&e->lock);
    return done ? edo_future_finish(base, open ? 0 : -ECANCELED) : EDO_PENDING;
}

void event_cancel(edo_future *base)
{
    ((event_future *)base)->canceled = true;
}

static const edo_future_ops event_ops = {
    .poll = event_poll, .cancel = event_cancel, .name = "event"};

event_future event_async(event *e)
{
    return (event_future){.base = EDO_FUTURE_INIT(&event_ops), .event = e};
}

int event_wait(event *e)
{
    event_future wait = event_async(e);

    return (int)edo_await(&wait.base);
}

/* Wakes some of those who wait; true if there are more. They can't run on before the lock is free,
 * and a sole one may take the event along then: so nothing is touched after that. */
static bool wake_some(event *e)
{
    spin_take(&e->lock);
    e->open = true;
    for (int i = 0; e->waiting && i < WAKES_AT_ONCE; i++) {
        event_future *wait = e->waiting;
        unlink_wait(wait);
        edo_waker_wake_by_ref(&wait->waker);
    }
    bool more = e->waiting != NULL;
    spin_drop(&e->lock);
    return more;
}

void event_open(event *e)
{
    while (wake_some(e))
        continue;
}
