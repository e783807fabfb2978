/*
 * event.h: opens once and wakes all who wait. Made of the public contract alone, as everything here
 * that the library has no primitive for yet.
 *
 * A waker is read and woken under the lock while its wait is linked, and every poll takes the lock:
 * so a wait that has ended is not in anybody's hands. Zeros are a closed event.
 */
#ifndef BENCH_EVENT_H
#define BENCH_EVENT_H

#include <edo.h>

#include "micro/spin.h"

typedef struct event_future event_future;

typedef struct event {
    spin lock;
    bool open;
    uint64_t count;
    event_future *waiting; /* count of them; last come, first woken */
} event;

struct event_future {
    edo_future base;
    event *event;
    event_future *next, **link; /* linked if link is set */
    edo_waker waker;
    bool canceled;
};

/* With one waiter, the event may go as soon as that knows; with more, once this has returned too. */
void event_open(event *e);
event_future event_async(event *e);
int event_wait(event *e);
/* How many wait for it. */
uint64_t event_waiting(event *e);
/* What event_async's future does, for futures that begin with one. */
edo_poll event_poll(edo_future *base, const edo_waker *waker);
void event_cancel(edo_future *base);

/* A count that falls to zero and then opens an event. */
typedef struct latch {
    _Atomic uint64_t left;
    event zero;
} latch;

static inline void latch_arrive(latch *l)
{
    if (atomic_fetch_sub_explicit(&l->left, 1, memory_order_acq_rel) == 1)
        event_open(&l->zero);
}

#endif
