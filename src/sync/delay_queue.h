/* sync/delay_queue.h: what a delay queue is made of; delay_queue.c has the rules. */
#ifndef SYNC_DELAY_QUEUE_H
#define SYNC_DELAY_QUEUE_H

#include <edo/delay_queue.h>

#include "base/lock.h"
#include "sched/current.h"
#include "sched/sched.h"
#include "sync/delay_store.h"

struct edo_delay_queue {
    lock lock;      /* of all that follows but the runtime */
    sched *runtime; /* counted: whose clock and wheel it uses */
    delay_store store;
    uint64_t last_serial;
    edo_timer timer;    /* of the wait */
    uint64_t timer_for; /* where that stands, in ns */
    bool waited_for;
};

static inline uint64_t delay_queue_first(const edo_delay_queue *q)
{
    return q->store.heap[0].deadline;
}

/* With the lock held: moves an entry's bytes to `ret_item`, if that isn't NULL, and takes it out. */
void delay_queue_take(edo_delay_queue *q, uint32_t entry, void *ret_item);
/* Drops the lock after a change; the queue may be gone when this returns. */
void delay_queue_end_change(edo_delay_queue *q);

#endif
