/* stream/timed.h: the clock of a stage. */
#ifndef STREAM_TIMED_H
#define STREAM_TIMED_H

#include <edo/stream_time.h>

#include "stream/stage.h"

/* From now on the time counts. */
static inline void timed_set(edo_timed *t)
{
    t->at = edo_instant_add(edo_now(), t->span);
    t->is_set = true;
}

/* READY: the time has come, or the sleep's result says why not. */
edo_poll timed_wait(edo_timed *t, const edo_waker *waker);
/* Ends the sleep, if there is one: a timer is taken out at once. */
void timed_stop(edo_timed *t);
/* The time has come: the pull under way is to end. */
void timed_end_pull(edo_timed *t, edo_pull *p, int failure);
void timed_cancel(void *self, edo_pull *p);

#endif
