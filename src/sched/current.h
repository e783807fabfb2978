/* sched/current.h: what code that runs in a task or thread may ask of its surroundings. */
#ifndef SCHED_CURRENT_H
#define SCHED_CURRENT_H

#include <stdbool.h>
#include <stdint.h>

#include "driver/wheel.h"

struct driver;

/*
 * The driver for a new source: the current worker's, or one of the current runtime's. 0;
 * -EDO_ENORUNTIME, -EDO_ENOIO, -EDO_ESHUTDOWN, -EDO_EFORKED. A debug build explains
 * -EDO_ENORUNTIME.
 */
int current_driver(struct driver **ret);
/* The same for timers: -EDO_ENORUNTIME, -EDO_ENOTIME, -EDO_ESHUTDOWN, -EDO_EFORKED. */
int current_wheel(timer_wheel **ret);
/* The same of the runtime that the running task belongs to, whichever is entered. */
int current_own_wheel(timer_wheel **ret);
/* Whether this code is in a runtime at all: 0; -EDO_ENORUNTIME, -EDO_EFORKED. */
int current_runtime_check(void);
/* Wakes whoever sleeps for this wheel, as an earlier deadline was added. */
void current_wheel_sooner(timer_wheel *wheel);
/* wheel_reset of any runtime's timer, and what has to be woken for it is. */
enum timer_state current_timer_reset(edo_timer *t, uint64_t when_ns);
/* Nanoseconds of the current runtime's clock; outside of one the system's monotonic. */
uint64_t current_now(void);

#endif
