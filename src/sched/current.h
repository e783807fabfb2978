/* sched/current.h: what code that runs in a task or thread may ask of its surroundings. */
#ifndef SCHED_CURRENT_H
#define SCHED_CURRENT_H

#include <stdbool.h>
#include <stdint.h>

#include "driver/wheel.h"

struct driver;
struct edo_handle;

/*
 * The driver for a new source: the current worker's, or one of the current runtime's. 0;
 * -EDO_ENORUNTIME, -EDO_ENOIO, -EDO_ESHUTDOWN, -EDO_EFORKED. A debug build explains
 * -EDO_ENORUNTIME.
 */
int current_driver(struct driver **ret);
/* Whether there is one, without a word. */
bool current_has_driver(void);
/* Whether it is one of the current runtime's. A driver that has ended is nobody's. */
bool current_has(const struct driver *d);
/* The same of a worker of the current runtime, by its number; -ENOENT beyond the last. */
int current_driver_of(unsigned worker, struct driver **ret);
/* The same for timers: -EDO_ENORUNTIME, -EDO_ENOTIME, -EDO_ESHUTDOWN, -EDO_EFORKED. */
int current_wheel(timer_wheel **ret);
/* The same of the runtime that the running task belongs to, whichever is entered. */
int current_own_wheel(timer_wheel **ret);
/* Whether this code is in a runtime at all: 0; -EDO_ENORUNTIME, -EDO_EFORKED. */
int current_runtime_check(void);
/* Wakes whoever sleeps for this wheel, as an earlier deadline was added. */
void current_wheel_sooner(timer_wheel *wheel);
/* The same of a runtime that the caller has a reference of. */
int current_wheel_in(struct edo_handle *s, timer_wheel **ret);

/* Whom moving a timer has woken, until they can be told. */
typedef struct timer_nudge {
    timer_wheel *wheel; /* whoever sleeps for it sleeps too long; its runtime is kept until then */
    wakes owed;
} timer_nudge;

static inline void timer_nudge_init(timer_nudge *nudge)
{
    nudge->wheel = NULL;
    wakes_init(&nudge->owed);
}

/* wheel_reset of a timer of any runtime's; once for a nudge. */
enum timer_state current_timer_move(edo_timer *t, uint64_t when_ns, timer_nudge *nudge);
/* Tells them; with no lock held. */
void current_timer_nudge(timer_nudge *nudge);
/* Both in one. */
enum timer_state current_timer_reset(edo_timer *t, uint64_t when_ns);
/* Nanoseconds of the current runtime's clock; outside of one the system's monotonic. */
uint64_t current_now(void);
/* Whether it is `at` or later by that clock. */
bool current_has_passed(uint64_t at);
/* The time for a new timer, and what current_wheel would say of it. */
int current_now_for_timer(uint64_t *ret_now);

#endif
