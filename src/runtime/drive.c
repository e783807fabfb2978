/*
 * drive.c: who drives a current-thread runtime.
 *
 * Its core belongs to one thread at a time. A thread that finds it taken waits in line on its
 * parker; whoever leaves hands the core to the first in line. A wait may also end because its own
 * root task was run to its end by the driving thread.
 */
#include "runtime/runtime.h"
#include "sched/overflow.h"
#include "sched/seat.h"
#include "sched/threads.h"

#include <edo/errno.h>

static void enqueue(sched *s, thread *self)
{
    thread **link = &s->waiting;

    while (*link)
        link = &(*link)->next_waiting;
    self->next_waiting = NULL;
    *link = self;
}

static void dequeue(sched *s, thread *self)
{
    thread **link = &s->waiting;

    while (*link && *link != self)
        link = &(*link)->next_waiting;
    if (*link)
        *link = self->next_waiting;
}

static void take_core(sched *s, thread *self)
{
    self->sched = s;
    self->core = s->cores[0];
    self->seat = seat_find(s, self);
    context_init_thread(&self->loop);
    self->errno_place = edo_errno_location();
    overflow_init_thread();
    threads_join(self);
}

/* In line: true when the core was handed over, false when the wait ended otherwise. */
static bool wait_in_line(sched *s, thread *self, bool (*until)(void *arg), void *arg,
                         uint64_t until_ns)
{
    bool handed = false;

    while (!handed && !until(arg)) {
        parker_wait(self->parker, until_ns);
        lock_take(&s->drive_lock);
        handed = self->handed;
        lock_drop(&s->drive_lock);
    }
    lock_take(&s->drive_lock);
    handed = self->handed; /* it may have come since */
    if (!handed)
        dequeue(s, self);
    self->handed = false;
    lock_drop(&s->drive_lock);
    return handed;
}

bool drive_begin(sched *s, thread *self, bool (*until)(void *arg), void *arg, uint64_t until_ns)
{
    lock_take(&s->drive_lock);
    bool mine = !s->driven;
    s->driven = true;
    if (!mine)
        enqueue(s, self);
    lock_drop(&s->drive_lock);
    if (!mine)
        mine = wait_in_line(s, self, until, arg, until_ns);
    if (mine)
        take_core(s, self);
    return mine;
}

void drive_end(sched *s, thread *self)
{
    threads_leave(self);
    context_fini_thread(&self->loop);
    overflow_fini_thread();
    seat_hold(self, NULL);
    self->seat = NULL;
    self->core = NULL;
    self->sched = NULL;
    lock_take(&s->drive_lock);
    thread *next = s->waiting;
    if (next) {
        s->waiting = next->next_waiting;
        next->handed = true;
        parker_wake(next->parker); /* under the lock: then it can't have left */
    } else {
        s->driven = false;
    }
    lock_drop(&s->drive_lock);
}
